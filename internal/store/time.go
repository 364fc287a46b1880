package store

import (
	"time"

	"guanjia/internal/calendar"
)

// Time is a stored instant in the zone of the projects; the zero time for 0.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).In(calendar.Zone)
}
