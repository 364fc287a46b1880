package procedure

import "guanjia/internal/text"

// labels decides which ways carry their words and where these stand: whole
// words only, upon no node, no other words and no level line. What finds no
// room is the tooltip of its way, and stands in the table of steps.
func (f Flow) labels(lang text.Lang) (at []FlowPoint, named []bool) {
	at, named = make([]FlowPoint, len(f.Edges)), make([]bool, len(f.Edges))
	var taken []flowBox
	for _, n := range f.Nodes {
		taken = append(taken, flowBox{n.X, n.Y, n.X + n.W, n.Y + n.H})
	}
	for _, e := range f.Edges {
		for i := 1; i < len(e.Points); i++ {
			if p, q := e.Points[i-1], e.Points[i]; p.Y == q.Y {
				taken = append(taken, flowBox{min(p.X, q.X), p.Y, max(p.X, q.X), p.Y})
			}
		}
	}
	for i, e := range f.Edges {
		words := e.Label.In(lang)
		if words == "" || e.At == (FlowPoint{}) {
			continue
		}
		half := 0
		for _, r := range words {
			half += runeWidth(r)
		}
		if half > flowLanes {
			continue
		}
		half = half * flowLabel / 24
		for _, y := range []int{e.At.Y, e.At.Y - 13, e.At.Y + 13} {
			box := flowBox{e.At.X - half, y - flowLabel/2, e.At.X + half, y + flowLabel/2}
			if !box.hits(taken) && box.y0 >= 0 && box.y1 <= f.H {
				at[i], named[i] = FlowPoint{e.At.X, y}, true
				taken = append(taken, box)
				break
			}
		}
	}
	return at, named
}

// flowLabel is the height of the words on a way.
const flowLabel = 11

// flowBox is a part of the drawing: left, top, right, bottom.
type flowBox struct{ x0, y0, x1, y1 int }

func (b flowBox) hits(others []flowBox) bool {
	for _, o := range others {
		if b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1+1 && o.y0-1 < b.y1 {
			return true
		}
	}
	return false
}
