package procedure

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// graph is the steps and the ways between them, by index.
type graph struct {
	next [][]int
}

func newGraph(d *Definition) graph {
	at := make(map[string]int, len(d.Steps))
	for i := range d.Steps {
		at[d.Steps[i].Name] = i
	}
	g := graph{next: make([][]int, len(d.Steps))}
	for i := range d.Steps {
		for _, b := range d.Steps[i].Then {
			if j, ok := at[b.Go]; ok && !slices.Contains(g.next[i], j) {
				g.next[i] = append(g.next[i], j)
			}
		}
	}
	return g
}

// reach marks what can be reached from a step, itself included.
func (g graph) reach(from int) []bool {
	seen := make([]bool, len(g.next))
	todo := []int{from}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		todo = append(todo, g.next[i]...)
	}
	return seen
}

// paths judges the whole: every step reached, an end from everywhere, nothing
// that runs in circles by itself, no field read before it is written.
func (c *checker) paths() {
	d := c.d
	if len(d.Steps) == 0 {
		return
	}
	reached := c.graph.reach(0)
	for i := range d.Steps {
		s := &d.Steps[i]
		if !reached[i] {
			c.refuse(s.Pos, "step.unreachable", text.F("没有路通到步骤“%s”", "no way leads to step %q", s.Name), text.B("让某一步的 then 指向它，或删去", "let the then of some step lead to it, or remove it"))
			continue
		}
		ends := false
		for j, ok := range c.graph.reach(i) {
			ends = ends || ok && d.Steps[j].Do == KindClose
		}
		if !ends {
			c.refuse(s.Pos, "step.no_end", text.F("从步骤“%s”走不到结束", "no way leads from step %q to an end", s.Name), text.B("加一条通到 close 的路", "add a way to a close"))
		}
	}
	c.circles()
	c.readBeforeWritten(reached)
}

// circles refuses automatic steps that lead to one another: the engine would
// never stop.
func (c *checker) circles() {
	auto := graph{next: make([][]int, len(c.d.Steps))}
	for i := range c.d.Steps {
		if !c.d.Steps[i].Auto() {
			continue
		}
		for _, j := range c.graph.next[i] {
			if c.d.Steps[j].Auto() {
				auto.next[i] = append(auto.next[i], j)
			}
		}
	}
	for i := range c.d.Steps {
		for _, j := range auto.next[i] {
			if j <= i && auto.reach(j)[i] || j == i {
				c.refuse(c.d.Steps[i].Pos, "step.circle", text.F("步骤“%s”和后面自动的步骤转圈，永远停不下来", "step %q and the automatic steps after it run in a circle for ever", c.d.Steps[i].Name),
					text.B("在圈里放一步由人来做", "put a step done by a person into the circle"))
			}
		}
	}
}

// readBeforeWritten refuses a condition, target or limit that reads a field
// which some way to the step has not asked.
func (c *checker) readBeforeWritten(reached []bool) {
	in := c.written(reached)
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if !reached[i] {
			continue
		}
		have := func(name string, asks bool) bool {
			name = strings.TrimSuffix(name, "_reason")
			return in[i][name] || asks && slices.Contains(s.Asks, name)
		}
		read := func(pos Pos, name string, asks bool) {
			if c.d.Field(name) != nil && !have(name, asks) {
				c.refuse(pos, "field.early", text.F("步骤“%s”要看“%s”，可有的路到这里还没问过", "step %q reads %q, but on some way here nobody has asked it", s.Name, name),
					text.B("在这之前的每条路上都问它", "ask it on every way before"))
			}
		}
		for _, b := range s.Then {
			if b.When != nil {
				for _, n := range b.When.Names() {
					read(b.Pos, n, true)
				}
			}
		}
		for _, a := range s.Asks {
			if f := c.d.Field(a); f != nil && f.When != nil {
				for _, n := range f.When.Names() {
					read(s.Pos, n, true)
				}
			}
		}
		if s.Urgent != nil {
			for _, n := range s.Urgent.Names() {
				read(s.Pos, n, true)
			}
		}
		read(s.Pos, s.To, true)
		read(s.Pos, s.Until, false)
		for _, w := range s.Who {
			read(s.Pos, w, false)
		}
		for _, path := range []string{s.Limit, s.To, s.Until, s.Before} {
			for _, n := range placeholders(path) {
				read(s.Pos, n, path == s.To)
			}
		}
	}
}

// written is, for each step, the fields asked on every way to it.
func (c *checker) written(reached []bool) []map[string]bool {
	n := len(c.d.Steps)
	in := make([]map[string]bool, n) // nil: not visited yet, everything still possible
	in[0] = map[string]bool{}
	for changed := true; changed; {
		changed = false
		for i := range n {
			if !reached[i] || in[i] == nil {
				continue
			}
			for _, j := range c.graph.next[i] {
				if in[j] == nil {
					in[j] = map[string]bool{}
					for name := range in[i] {
						in[j][name] = true
					}
					for _, a := range c.d.Steps[i].Asks {
						in[j][a] = true
					}
					changed = true
					continue
				}
				for name := range in[j] {
					if !in[i][name] && !slices.Contains(c.d.Steps[i].Asks, name) {
						delete(in[j], name)
						changed = true
					}
				}
			}
		}
	}
	for i := range in {
		if in[i] == nil {
			in[i] = map[string]bool{}
		}
	}
	return in
}
