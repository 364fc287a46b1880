package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// readFigures reads one figure a line, "complaint.major.answer: 1 day"; empty
// lines and lines that begin with # are left out.
func readFigures(typed string) (map[string]string, error) {
	out := map[string]string{}
	var f errs.Fields
	for i, line := range strings.Split(text.Clean(typed), "\n") {
		line = strings.TrimSpace(text.Narrow(line))
		if line == "" || line[0] == '#' {
			continue
		}
		path, value, ok := strings.Cut(line, ":")
		path, value = strings.TrimSpace(path), strings.TrimSpace(value)
		switch {
		case !ok || path == "" || value == "":
			f.Add("figures", "form", fmt.Sprintf("第 %d 行要写成“数值名: 值”，例如 complaint.major.answer: 1 day", i+1),
				fmt.Sprintf("line %d must read \"figure: value\", for example complaint.major.answer: 1 day", i+1))
		case out[path] != "":
			f.Add("figures", "twice", fmt.Sprintf("第 %d 行：%s 写了两次", i+1, path), fmt.Sprintf("line %d: %s stands twice", i+1, path))
		default:
			out[path] = value
		}
	}
	return out, f.Err("settings.figures")
}

func writeFigures(values map[string]string) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "%s: %s\n", path, values[path])
	}
	return b.String()
}

var dayWords = map[string]bool{"休": false, "closed": false, "上班": true, "班": true, "working": true}

// readDays reads one day a line: "2026-12-31 休 公司年会", "2027-01-03 上班 补班".
func readDays(typed string) ([]calendar.Exception, error) {
	var out []calendar.Exception
	var f errs.Fields
	for i, line := range strings.Split(text.Clean(typed), "\n") {
		parts := strings.Fields(text.Narrow(line))
		if len(parts) == 0 || strings.HasPrefix(parts[0], "#") {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, parts[0], calendar.Zone)
		working, known := false, false
		if len(parts) > 1 {
			working, known = dayWords[parts[1]], false
			_, known = dayWords[parts[1]]
		}
		if err != nil || !known {
			f.Add("days", "form", fmt.Sprintf("第 %d 行要写成“日期 休|上班 名称”，例如 2026-12-31 休 公司年会", i+1),
				fmt.Sprintf("line %d must read \"date closed|working name\", for example 2026-12-31 closed company day", i+1))
			continue
		}
		out = append(out, calendar.Exception{Date: day.Format(time.DateOnly), Working: working, Name: strings.Join(parts[2:], " ")})
	}
	return out, f.Err("settings.days")
}

func writeDays(list []calendar.Exception) string {
	var b strings.Builder
	for _, e := range list {
		word := "休"
		if e.Working {
			word = "上班"
		}
		fmt.Fprintf(&b, "%s %s %s\n", e.Date, word, e.Name)
	}
	return b.String()
}
