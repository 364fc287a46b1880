package procedure

// connect draws the ways between the stops. Straight down between neighbours
// of a column; everything else through lanes where no node stands: the left
// gutter within the main column, the right one within the side column, the
// lanes between the columns from one to the other. Ways in gutters carry their
// words as a tooltip, for there is no room beside them.
func (l *layout) connect(f *Flow) {
	var left, middle, back, right lanes
	ways := make([]int, len(l.stops))
	for i := range l.stops {
		for j := range l.stops {
			w := l.ways(i, j)
			if len(w) == 0 || i == j { // trying again needs no arrow
				continue
			}
			ways[i]++
			a, b := &f.Nodes[i], &f.Nodes[j]
			e := FlowEdge{From: a.Name, To: b.Name, Label: l.label(w)}
			out, in := a.Y+a.H/2+4, b.Y+b.H/2-4
			switch {
			case l.side[i] == l.side[j] && l.row[j] == l.row[i]+1 && !l.between(i, j):
				x := a.X + a.W/2
				e.Points = []FlowPoint{{x, a.Y + a.H}, {x, b.Y}}
				e.At = FlowPoint{x + 30, a.Y + a.H + 6}
			case l.side[i] && l.side[j]:
				x := a.X + a.W + flowLaneAt*(1+right.take(out, in))
				e.Points = []FlowPoint{{a.X + a.W, out}, {x, out}, {x, in}, {b.X + b.W, in}}
			case l.side[i] == l.side[j]:
				x := a.X - flowLaneAt*(1+left.take(out, in))
				e.Points = []FlowPoint{{a.X, out}, {x, out}, {x, in}, {b.X, in}}
			case l.side[j]:
				x := a.X + a.W + flowLaneAt*(1+middle.take(out, in))
				e.Points = []FlowPoint{{a.X + a.W, out}, {x, out}, {x, in}, {b.X, in}}
				e.At = FlowPoint{a.X + a.W + flowLanes/2, in - 7}
			default:
				x := a.X - flowLaneAt*(1+back.take(out, in))
				e.Points = []FlowPoint{{a.X, out}, {x, out}, {x, in}, {b.X + b.W, in}}
				e.At = FlowPoint{b.X + b.W + flowLanes/2, out + 7}
			}
			f.Edges = append(f.Edges, e)
		}
	}
	for i := range f.Nodes {
		f.Nodes[i].Choice = ways[i] > 1
	}
}

// between reports whether a node of the column stands between two rows.
func (l *layout) between(i, j int) bool {
	for k := range l.stops {
		if k != i && k != j && l.side[k] == l.side[i] && l.row[k] > l.row[i] && l.row[k] < l.row[j] {
			return true
		}
	}
	return false
}

// lanes hands out the innermost lane whose traffic does not overlap.
type lanes struct{ busy [][][2]int }

// maxLanes is how many lanes fit between nodes; further ways share the last.
const maxLanes = 5

func (ls *lanes) take(a, b int) int {
	if a > b {
		a, b = b, a
	}
	for i := range ls.busy {
		free := true
		for _, span := range ls.busy[i] {
			free = free && (b < span[0]-2 || a > span[1]+2)
		}
		if free || i == maxLanes-1 {
			ls.busy[i] = append(ls.busy[i], [2]int{a, b})
			return i
		}
	}
	ls.busy = append(ls.busy, [][2]int{{a, b}})
	return len(ls.busy) - 1
}
