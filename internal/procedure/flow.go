package procedure

import (
	"slices"

	"guanjia/internal/text"
)

// Flow is a laid-out chart of a procedure: what Layout decides and SVG draws.
// Lengths are in the units of the drawing, about a pixel.
type Flow struct {
	W, H  int
	Nodes []FlowNode
	Edges []FlowEdge
}

// FlowNode is one stop.
type FlowNode struct {
	Stop
	X, Y, W, H int
	Choice     bool // several ways lead on
	Past, Here bool
}

// FlowEdge is one way from a stop to another.
type FlowEdge struct {
	From, To string
	Points   []FlowPoint // corners, the last at the head of the arrow
	Label    text.Both
	At       FlowPoint // where the label stands
}

// FlowPoint is a place in the drawing.
type FlowPoint struct{ X, Y int }

// Marks say where a case stands: the current step and those it has been through.
type Marks struct {
	Here string
	Past map[string]bool
}

// Measures of the drawing: a gutter for ways back, the main column, lanes, the
// side column, a gutter again.
const (
	flowGutter = 24
	flowNodeW  = 104
	flowNodeH  = 24
	flowLanes  = 54
	flowPitch  = 36
	flowTop    = 8
	flowMainX  = flowGutter
	flowSideX  = flowGutter + flowNodeW + flowLanes
	flowWidth  = flowSideX + flowNodeW + flowGutter
	flowLaneAt = 4 // between lanes
)

// Layout draws d in two columns: down the left the way a case usually takes,
// on the right what branches off, at the height where it does. It is pure; the
// same definition and marks give the same chart.
func Layout(d *Definition, figures *Figures, m Marks) Flow {
	l := &layout{d: d, figures: figures, stops: d.folded(m), of: map[string]int{}}
	for i, s := range l.stops {
		for _, name := range s.Steps {
			l.of[name] = i
		}
	}
	l.place()
	f := Flow{W: flowWidth}
	for i, s := range l.stops {
		n := FlowNode{Stop: s, X: flowMainX, Y: flowTop + l.row[i]*flowPitch, W: flowNodeW, H: flowNodeH}
		if l.side[i] {
			n.X = flowSideX
		}
		n.Here = m.Here != "" && slices.Contains(s.Steps, m.Here)
		n.Past = !n.Here && slices.ContainsFunc(s.Steps, func(name string) bool { return m.Past[name] })
		f.Nodes = append(f.Nodes, n)
		f.H = max(f.H, n.Y+n.H+flowTop)
	}
	l.connect(&f)
	return f
}

type layout struct {
	d       *Definition
	figures *Figures
	stops   []Stop
	of      map[string]int // step → stop
	side    []bool
	row     []int
}

// place decides column and row of every stop.
func (l *layout) place() {
	n := len(l.stops)
	l.side, l.row = make([]bool, n), make([]int, n)
	for i := range l.side {
		l.side[i], l.row[i] = true, -1
	}
	rows := 0
	for _, i := range l.usual() {
		l.side[i], l.row[i] = false, rows
		rows++
	}
	taken := map[int]bool{}
	for i := range l.stops {
		if !l.side[i] {
			continue
		}
		want := 0
		for j := range l.stops { // beside the first stop that leads here
			if l.row[j] >= 0 && j != i && len(l.ways(j, i)) > 0 {
				want = l.row[j]
				break
			}
		}
		for taken[want] {
			want++
		}
		taken[want] = true
		l.row[i] = want
	}
}

// usual is the stops a case passes when nothing goes wrong.
func (l *layout) usual() []int {
	if len(l.d.Steps) == 0 {
		return nil
	}
	first := l.d.Steps[0].Name
	chain := []int{l.of[first]}
	for _, name := range l.d.Usual(first, func(_ *Step, b Branch) bool { return b.When == nil }) {
		if i := l.of[name]; !slices.Contains(chain, i) {
			chain = append(chain, i)
		}
	}
	return chain
}

// way is one branch between two stops.
type way struct {
	step   *Step
	branch Branch
}

func (l *layout) ways(from, to int) []way {
	var list []way
	for _, name := range l.stops[from].Steps {
		s := l.d.Step(name)
		for _, b := range s.Then {
			if j, ok := l.of[b.Go]; ok && j == to && (from != to || b.Go == name) {
				list = append(list, way{s, b})
			}
		}
	}
	return list
}

// label names a way when it is not the usual one of its step.
func (l *layout) label(w []way) text.Both {
	if len(w) != 1 {
		return text.Both{}
	}
	b := w[0].branch
	switch {
	case b.When != nil:
		return sayer{l.d, l.figures}.short(b.When)
	case b.Outcome != "" && b.Outcome != primary(w[0].step):
		return OutcomeTitle(b.Outcome)
	}
	return text.Both{}
}
