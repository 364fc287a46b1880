package engine

import (
	"fmt"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// CalendarFor is the calendar with the opening hours that a profile gives the
// procedure: its own line ("desk.repair_line", every day, DSK-22), else
// desk.hours on desk.days ("every day" or "working days"). A profile without
// hours keeps the calendar as it is; a project's own overrides go on top of
// the result.
func CalendarFor(base *calendar.Calendar, fig *procedure.Figures, procedure string) (*calendar.Calendar, error) {
	path, days := "desk."+procedure+"_line", "every day"
	list, err := fig.Words(path, nil)
	if err != nil {
		path, days = "desk.hours", ""
		if list, err = fig.Words(path, nil); err != nil {
			return base, nil
		}
		if word, err := fig.Word("desk.days", nil); err == nil {
			days = word
		}
	}
	h := &calendar.OpenHours{}
	for _, s := range list {
		w, err := calendar.ParseWindow(s)
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", path, err)
		}
		h.Workday = append(h.Workday, w)
	}
	switch days {
	case "every day":
		h.Restday = h.Workday
	case "working days", "":
	default:
		return nil, fmt.Errorf("figure desk.days: want \"every day\" or \"working days\", got %q", days)
	}
	return base.With(calendar.Overrides{Hours: h})
}
