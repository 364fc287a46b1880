package calendar

import (
	"fmt"
	"slices"
	"strings"
)

// Window is a stretch of one day in which the place is open, in minutes from
// midnight. To lies after From; beyond 1440 it ends on the next day, so that
// "22:00-06:00" is one night shift of the day it begins on.
type Window struct{ From, To int }

const dayMinutes = 24 * 60

// ParseWindow reads "09:00-12:00"; an end at or before the start is on the next day.
func ParseWindow(s string) (Window, error) {
	a, b, ok := strings.Cut(s, "-")
	from, errFrom := parseHM(strings.TrimSpace(a))
	to, errTo := parseHM(strings.TrimSpace(b))
	if !ok || errFrom != nil || errTo != nil || from == dayMinutes {
		return Window{}, fmt.Errorf("opening hours %q are not written as 09:00-18:00", s)
	}
	if to <= from {
		to += dayMinutes
	}
	return Window{From: from, To: to}, nil
}

// String is the window as ParseWindow reads it.
func (w Window) String() string {
	to := w.To
	if to > dayMinutes {
		to -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, to/60, to%60)
}

// MarshalText writes the window as String does.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Window) UnmarshalText(data []byte) error {
	parsed, err := ParseWindow(string(data))
	if err != nil {
		return err
	}
	*w = parsed
	return nil
}

// parseHM reads "09:05" or "24:00" as minutes from midnight.
func parseHM(s string) (int, error) {
	var h, m int
	if len(s) != 5 || s[2] != ':' || !digits(s[:2]) || !digits(s[3:]) {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	h, m = int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	return h*60 + m, nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// sortWindows orders the windows of a day and refuses overlaps.
func sortWindows(ws []Window) ([]Window, error) {
	out := slices.Clone(ws)
	slices.SortFunc(out, func(a, b Window) int { return a.From - b.From })
	for i, w := range out {
		if w.From < 0 || w.From >= dayMinutes || w.To <= w.From || w.To > w.From+dayMinutes {
			return nil, fmt.Errorf("opening hours %s do not fit a day", w)
		}
		if i > 0 && w.From < out[i-1].To {
			return nil, fmt.Errorf("opening hours %s and %s overlap", out[i-1], w)
		}
	}
	return out, nil
}
