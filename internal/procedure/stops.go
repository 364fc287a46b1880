package procedure

import (
	"slices"

	"guanjia/internal/text"
)

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
func (d *Definition) Stops() []Stop {
	return d.stops(func(string) bool { return true }, func(string) bool { return false })
}

// stops folds the groups asked for. Steps that are marked stand by themselves
// even there, but for one, which the rest of its group folds into.
func (d *Definition) stops(fold, marked func(string) bool) []Stop {
	var list []Stop
	at, host := map[string]int{}, map[string]string{}
	for i := range d.Steps {
		if s := &d.Steps[i]; marked(s.Name) && (host[s.Group] == "" || s.Name == s.Group) {
			host[s.Group] = s.Name
		}
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Group == "" || !fold(s.Group) || marked(s.Name) && host[s.Group] != s.Name {
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
		if h := host[s.Group]; s.Name == h || h == "" && s.Name == s.Group {
			list[j].Title = s.Title
		}
	}
	return list
}

// most is the number of nodes a chart may have before it is folded; only the
// steps a case has been through may make it more.
const most = 12

// folded is the stops of a chart: where the case has been and where it stands
// always, and as many whole groups as possible, the current one first, while
// there are at most twelve nodes.
func (d *Definition) folded(m Marks) []Stop {
	marked := func(step string) bool { return m.Past[step] || m.Here == step }
	open := map[string]bool{}
	stops := func() []Stop { return d.stops(func(group string) bool { return !open[group] }, marked) }
	try := func(group string) {
		if group == "" || open[group] {
			return
		}
		open[group] = true
		if len(stops()) > most {
			delete(open, group)
		}
	}
	if s := d.Step(m.Here); s != nil {
		try(s.Group)
	}
	for i := range d.Steps {
		try(d.Steps[i].Group)
	}
	list := stops()
	if len(d.Stops()) <= most {
		return list
	}
	for i := len(list) - 2; i > 0 && len(list) > most; i-- { // a definition without groups: what lies ahead at its tail folds
		if before := &list[i-1]; !slices.ContainsFunc(append(slices.Clone(before.Steps), list[i].Steps...), marked) {
			before.Steps = append(before.Steps, list[i].Steps...)
			list = slices.Delete(list, i, i+1)
		}
	}
	return list
}
