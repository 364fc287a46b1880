package deskweb

import (
	"context"
	"testing"
	"time"

	"guanjia/internal/calendar"
)

func TestShort(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)
	for want, at := range map[string]time.Time{
		"11:00":       now.Add(18 * time.Minute),
		"24:00":       time.Date(2026, 11, 21, 0, 0, 0, 0, calendar.Zone),
		"明天 09:30":    time.Date(2026, 11, 21, 9, 30, 0, 0, calendar.Zone),
		"明天 24:00":    time.Date(2026, 11, 22, 0, 0, 0, 0, calendar.Zone),
		"12-01 24:00": time.Date(2026, 12, 2, 0, 0, 0, 0, calendar.Zone),
	} {
		if got := short(context.Background(), at, now); got != want {
			t.Errorf("%s: got %q, want %q", at.Format(time.RFC3339), got, want)
		}
	}
}
