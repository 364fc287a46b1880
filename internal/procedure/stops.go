package procedure

import "guanjia/internal/text"

// Stop is one stop of the rail or node of the chart: a step, or the steps of a
// group folded into one.
type Stop struct {
	Name  string // of the group, or of its only step
	Title text.Both
	Steps []string
}

// Stops folds the steps of each group into one stop, in the order of the
// definition. A group is called like its step of the same name, else like its
// first step.
func (d *Definition) Stops() []Stop { return d.stops(func(string) bool { return true }) }

func (d *Definition) stops(fold func(group string) bool) []Stop {
	var list []Stop
	at := map[string]int{}
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Group == "" || !fold(s.Group) {
			list = append(list, Stop{Name: s.Name, Title: s.Title, Steps: []string{s.Name}})
			continue
		}
		j, ok := at[s.Group]
		if !ok {
			j = len(list)
			at[s.Group] = j
			list = append(list, Stop{Name: s.Group, Title: s.Title})
		}
		list[j].Steps = append(list[j].Steps, s.Name)
		if s.Name == s.Group {
			list[j].Title = s.Title
		}
	}
	return list
}

// most is the number of nodes a chart may have before it is folded.
const most = 12

// folded is the stops of a chart: as many groups as possible open, the one
// with the current step first, but at most twelve nodes.
func (d *Definition) folded(here string) []Stop {
	size := map[string]int{}
	count := 0
	for i := range d.Steps {
		g := d.Steps[i].Group
		if g == "" || size[g] == 0 {
			count++
		}
		size[g]++
	}
	open := map[string]bool{}
	try := func(group string) {
		if group != "" && !open[group] && count+size[group]-1 <= most {
			open[group] = true
			count += size[group] - 1
		}
	}
	if s := d.Step(here); s != nil {
		try(s.Group)
	}
	for i := range d.Steps {
		try(d.Steps[i].Group)
	}
	stops := d.stops(func(group string) bool { return !open[group] })
	for len(stops) > most { // a definition without groups: its tail folds
		last := stops[len(stops)-2]
		before := &stops[len(stops)-3]
		before.Steps = append(before.Steps, last.Steps...)
		stops = append(stops[:len(stops)-2], stops[len(stops)-1])
	}
	return stops
}
