package procedure_test

import (
	"encoding/xml"
	"html"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Where a case has been stays in its chart: a written complaint through all it
// passes, and a repair that was asked for again.
func TestLayoutKeepsTheStepsPassed(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	for name, way := range map[string][]string{
		"complaint": {"take", "incoming", "grade", "report", "assign", "contact", "inform", "look", "solve", "explain", "leaders", "reply", "follow", "learn"},
		"repair":    {"take", "dispatch", "accept", "arrive", "look", "quote", "work", "book", "wait", "finish", "sign", "bill", "follow"},
	} {
		d, past := h.Procedures[name], map[string]bool{}
		for _, here := range way {
			f := procedure.Layout(d, h.Profiles["residential"], procedure.Marks{Here: here, Past: past})
			for step := range past {
				if !slices.ContainsFunc(f.Nodes, func(n procedure.FlowNode) bool { return n.Past && n.Title == d.Step(step).Title }) {
					t.Errorf("%s at %s forgets %s", name, here, step)
				}
			}
			checkLayout(t, d, f, here, max(12, len(d.Stops())+len(past)))
			past[here] = true
		}
	}
}

// Whatever the procedure and wherever the case stands: at most twelve nodes,
// none upon another, no way through a node, every way drawn, one node marked.
func TestLayoutOfShippedProcedures(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	for name, d := range h.Procedures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range d.Steps {
				here := d.Steps[i].Name
				checkLayout(t, d, procedure.Layout(d, h.Profiles["residential"], procedure.Marks{Here: here, Past: map[string]bool{d.Steps[0].Name: true}}), here, 12)
			}
			checkLayout(t, d, procedure.Layout(d, nil, procedure.Marks{}), "", 12)
		})
	}
}

func checkLayout(t *testing.T, d *procedure.Definition, f procedure.Flow, here string, most int) {
	t.Helper()
	if len(f.Nodes) > most {
		t.Errorf("%d nodes", len(f.Nodes))
	}
	marked, steps := 0, 0
	stop := map[string]string{}
	for i, a := range f.Nodes {
		steps += len(a.Steps)
		for _, s := range a.Steps {
			stop[s] = a.Name
		}
		if a.Here {
			marked++
		}
		if a.X < 0 || a.Y < 0 || a.X+a.W > f.W || a.Y+a.H > f.H {
			t.Errorf("%s stands outside", a.Name)
		}
		for _, b := range f.Nodes[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s stands upon %s", a.Name, b.Name)
			}
		}
	}
	if steps != len(d.Steps) || here != "" && marked != 1 {
		t.Errorf("%d of %d steps shown, %d marked for %q", steps, len(d.Steps), marked, here)
	}
	drawn := map[string]bool{}
	for _, e := range f.Edges {
		drawn[e.From+">"+e.To] = true
		for i := 1; i < len(e.Points); i++ {
			p, q := e.Points[i-1], e.Points[i]
			if p.X != q.X && p.Y != q.Y || min(p.X, q.X) < 0 || max(p.X, q.X) > f.W {
				t.Errorf("%s to %s goes askew or outside: %v", e.From, e.To, e.Points)
			}
			for _, n := range f.Nodes {
				if max(p.X, q.X) > n.X && min(p.X, q.X) < n.X+n.W && max(p.Y, q.Y) > n.Y && min(p.Y, q.Y) < n.Y+n.H {
					t.Errorf("%s to %s runs through %s: %v", e.From, e.To, n.Name, e.Points)
				}
			}
		}
	}
	for i := range d.Steps {
		for _, b := range d.Steps[i].Then {
			from, to := stop[d.Steps[i].Name], stop[b.Go]
			if from != to && !drawn[from+">"+to] {
				t.Errorf("the way from %s to %s is not drawn", from, to)
			}
		}
	}
}

var flowWords = regexp.MustCompile(`<text class="side" x="(\d+)" y="(\d+)">([^<]*)</text>`)

// What is written on a way is whole, stands on no step and on no other words;
// what finds no room there is the tooltip of its way.
func TestWordsOfWaysKeepApart(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	written := 0
	for name, d := range h.Procedures {
		for _, lang := range []text.Lang{text.ZH, text.EN} {
			f := procedure.Layout(d, h.Profiles["residential"], procedure.Marks{})
			svg := f.SVG(lang, name)
			type box struct {
				x, y, half int
				words      string
			}
			var all []box
			for _, m := range flowWords.FindAllStringSubmatch(svg, -1) {
				x, _ := strconv.Atoi(m[1])
				y, _ := strconv.Atoi(m[2])
				words := html.UnescapeString(m[3])
				b := box{x, y, 0, words}
				for _, r := range words {
					b.half += 2
					if r >= 0x2e80 {
						b.half += 3
					}
				}
				if strings.Contains(words, "…") {
					t.Errorf("%s: %q is cut", name, words)
				}
				for _, o := range all {
					if max(b.x-o.x, o.x-b.x) < b.half+o.half && max(b.y-o.y, o.y-b.y) < 10 {
						t.Errorf("%s: %q is written upon %q", name, words, o.words)
					}
				}
				for _, n := range f.Nodes {
					if x+b.half > n.X && x-b.half < n.X+n.W && y+5 > n.Y && y-5 < n.Y+n.H {
						t.Errorf("%s: %q is written upon %s", name, words, n.Name)
					}
				}
				all = append(all, b)
			}
			written += len(all)
			for _, e := range f.Edges {
				words := html.EscapeString(e.Label.In(lang))
				if words != "" && !strings.Contains(svg, ">"+words+"</text>") && !strings.Contains(svg, "<title>"+words+"</title>") {
					t.Errorf("%s: %q is neither written nor a tooltip", name, words)
				}
			}
		}
	}
	if written == 0 {
		t.Error("no way carries words")
	}
}

func TestFlowSVGIsSafe(t *testing.T) {
	t.Parallel()
	d, _ := procedure.Read("x.yaml", []byte(`procedure: job
title: 事 / Job
number: JB-{seq}
about: {customer: optional}
opened: {by: [desk]}
fields: {q: {title: '<i onload="x">问 / <i onload="x">Ask', type: yes_no}}
steps:
  take: {title: '<script>alert(1)</script>受理 / "Take" & <b>in</b>', do: form, who: desk, asks: [q], then: [{when: q = yes, go: take}, {go: close}]}
  close: {title: 归档 / File, do: close}
`))
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		svg := procedure.Layout(d, nil, procedure.Marks{Here: "take"}).SVG(lang, `"><script>`)
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<b>") || strings.Contains(svg, "<i ") || strings.Contains(svg, "style=") {
			t.Errorf("unescaped: %s", svg)
		}
		dec := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("not well formed: %v\n%s", err, svg)
			}
		}
	}
}

func TestStopsFitTheRail(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	for name, d := range h.Procedures {
		if stops := d.Stops(); len(stops) > 10 || len(stops) < 3 {
			t.Errorf("%s has %d stops; the rail shows at most 10", name, len(stops))
		}
	}
}
