package engine

import (
	"fmt"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
)

// CalendarFor is the calendar with the opening hours of a profile: desk.hours
// on desk.days ("every day" or "working days"). A profile without hours keeps
// the calendar as it is; a project's own overrides go on top of the result.
func CalendarFor(base *calendar.Calendar, fig *procedure.Figures) (*calendar.Calendar, error) {
	list, err := fig.Words("desk.hours", nil)
	if err != nil {
		return base, nil
	}
	h := &calendar.OpenHours{}
	for _, s := range list {
		w, err := calendar.ParseWindow(s)
		if err != nil {
			return nil, fmt.Errorf("figure desk.hours: %w", err)
		}
		h.Workday = append(h.Workday, w)
	}
	switch days, _ := fig.Word("desk.days", nil); days {
	case "every day":
		h.Restday = h.Workday
	case "working days", "":
	default:
		return nil, fmt.Errorf("figure desk.days: want \"every day\" or \"working days\", got %q", days)
	}
	return base.With(calendar.Overrides{Hours: h})
}
