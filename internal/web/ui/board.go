package ui

import (
	"fmt"
	"strconv"
)

// BoardProps is the dispatch board: people down, hours across.
type BoardProps struct {
	Head  string  // "在岗 9 人"
	From  int     // first hour shown, 8 by default
	Now   float64 // hour of the now-line, 10.7 for 10:42; outside the hours it is not drawn
	Lanes []Lane
}

// Lane is a person's day.
type Lane struct {
	Name    string
	Team    string
	Count   string // "4 单"
	Where   string
	Late    bool // the place line is red: should be back
	New     bool // a new team begins here
	Path    string
	Account int64 // whose lane it is: work can be dropped on it; 0: nobody's
	Jobs    []Job
}

// Job is a piece of work on a lane. Start and Hours in hours: 10.25, 1.5.
type Job struct {
	Title string
	Lines []string
	Path  string
	At    string // when it began or is due to, said in the list of a phone
	Start float64
	Hours float64
	State JobState
}

// JobState says how a job is drawn.
type JobState string

// The states of a job.
const (
	JobDone JobState = "is-done"
	JobNow  JobState = "is-now"
	JobLate JobState = "is-late"
	JobPlan JobState = "is-plan"
	JobOff  JobState = "is-off" // meal, rest, leave
)

// boardHours is how many hours the board shows.
const boardHours = 12

func (b BoardProps) from() int {
	if b.From == 0 {
		return 8
	}
	return b.From
}

func (b BoardProps) x(hour float64) string {
	return strconv.FormatFloat(min(max(hour-float64(b.from()), 0), boardHours), 'f', 3, 64)
}

// w is the length of a job within the hours shown.
func (b BoardProps) w(j Job) string {
	from, to := float64(b.from()), float64(b.from()+boardHours)
	return strconv.FormatFloat(max(min(j.Start+j.Hours, to)-max(j.Start, from), 0), 'f', 3, 64)
}

func (b BoardProps) shows(j Job) bool {
	return j.Start < float64(b.from()+boardHours) && j.Start+j.Hours > float64(b.from())
}

func (b BoardProps) showsNow() bool {
	return b.Now >= float64(b.from()) && b.Now < float64(b.from()+boardHours)
}

func (b BoardProps) hours() []string {
	list := make([]string, boardHours)
	for i := range list {
		list[i] = fmt.Sprintf("%d:00", (b.from()+i)%24)
	}
	return list
}
