package engine

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
)

// Events come back from storage as JSON, where every number is a float and
// every time a string. These readers take both forms, so that a folded log
// equals the state it was written from.

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n), true
		}
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	case string:
		i, err := strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		return i, err == nil
	}
	return 0, false
}

func asBool(v any) (value, ok bool) {
	switch b := v.(type) {
	case bool:
		return b, true
	case string:
		switch strings.TrimSpace(b) {
		case "yes", "true":
			return true, true
		case "no", "false":
			return false, true
		}
	}
	return false, false
}

var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}

func asTime(v any) (time.Time, bool) {
	switch t := v.(type) {
	case time.Time:
		return t.In(calendar.Zone), !t.IsZero()
	case string:
		s, next := strings.TrimSpace(t), 0
		if len(s) == 16 && s[11:] == "24:00" { // the end of the day, as handbooks write it
			s, next = s[:11]+"00:00", 1
		}
		for _, form := range timeForms {
			if at, err := time.ParseInLocation(form, s, calendar.Zone); err == nil {
				return at.In(calendar.Zone).AddDate(0, 0, next), true
			}
		}
	}
	return time.Time{}, false
}

func asStrings(v any) ([]string, bool) {
	switch list := v.(type) {
	case []string:
		return slices.Clone(list), true
	case []any:
		out := make([]string, 0, len(list))
		for _, x := range list {
			s, ok := x.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	case string:
		return []string{list}, true
	}
	return nil, false
}

func asRows(v any) ([]map[string]any, bool) {
	switch list := v.(type) {
	case []map[string]any:
		return list, true
	case []any:
		out := make([]map[string]any, 0, len(list))
		for _, x := range list {
			row, ok := x.(map[string]any)
			if !ok {
				return nil, false
			}
			out = append(out, row)
		}
		return out, true
	}
	return nil, false
}

func dataString(data map[string]any, key string) string {
	s, _ := data[key].(string)
	return s
}

func dataInt(data map[string]any, key string) int64 {
	n, _ := asInt(data[key])
	return n
}

func stamp(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339Nano) }

// clone copies s so that the copy can be changed.
func (s State) clone() State {
	s.Fields, s.Facts, s.Papers = maps.Clone(s.Fields), maps.Clone(s.Facts), maps.Clone(s.Papers)
	s.Stale = maps.Clone(s.Stale)
	s.Visits, s.DoneBy, s.AskedBy = maps.Clone(s.Visits), maps.Clone(s.DoneBy), maps.Clone(s.AskedBy)
	if s.Pause != nil {
		p := *s.Pause
		s.Pause = &p
	}
	return s
}
