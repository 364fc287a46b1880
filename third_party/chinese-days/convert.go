//go:build ignore

// Command convert writes handbook/calendars/cn.json from the yearly files beside it.
// Run by renew.sh from the root of the project.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

type calendarFile struct {
	Name      string            `json:"name"`
	Source    string            `json:"source"`
	Published []int             `json:"published"`
	Holidays  map[string]string `json:"holidays"`
	Workdays  map[string]string `json:"workdays"`
	Fixed     map[string]string `json:"fixed"`
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: convert VERSION")
	}
	out := calendarFile{
		Name:     "cn",
		Source:   "chinese-days " + os.Args[1] + ": State Council notices on public holidays",
		Holidays: map[string]string{}, Workdays: map[string]string{},
		// Regulation on Public Holidays (2024): the days whose date does not follow the moon.
		Fixed: map[string]string{"01-01": "元旦", "05-01": "劳动节", "05-02": "劳动节", "10-01": "国庆节", "10-02": "国庆节", "10-03": "国庆节"},
	}
	files, err := filepath.Glob("third_party/chinese-days/years/*.json")
	if err != nil || len(files) == 0 {
		log.Fatal("no yearly files found; run from the root of the project")
	}
	for _, f := range files {
		year, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(f), ".json"))
		if err != nil {
			log.Fatal(err)
		}
		data, err := os.ReadFile(f)
		if err != nil {
			log.Fatal(err)
		}
		var y struct{ Holidays, Workdays map[string]string }
		if err := json.Unmarshal(data, &y); err != nil {
			log.Fatalf("%s: %v", f, err)
		}
		out.Published = append(out.Published, year)
		for date, words := range y.Holidays {
			out.Holidays[date] = chinese(words)
		}
		for date, words := range y.Workdays {
			out.Workdays[date] = chinese(words)
		}
	}
	slices.Sort(out.Published)
	data, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("handbook/calendars/cn.json", append(data, '\n'), 0o644); err != nil {
		log.Fatal(err)
	}
}

// chinese takes the name out of "New Year's Day,元旦,1".
func chinese(words string) string {
	parts := strings.Split(words, ",")
	if len(parts) < 2 {
		log.Fatalf("unexpected entry %q", words)
	}
	return parts[1]
}
