package procedure

import (
	"fmt"
	"slices"
	"strings"
)

// Values are what a condition reads: the case's fields and declared facts.
type Values map[string]any

// Cond is a condition: comparisons joined by and, or, not. Nil always holds.
type Cond interface {
	// Holds evaluates the condition; a name without a value equals nothing.
	Holds(v Values) bool
	// Names lists the fields, facts and figure paths it reads.
	Names() []string
	// String is the condition as written.
	String() string
}

// ParseCond reads a condition:
//
//	harm = yes · grade in [major, important] · not answers = us
//	warranty.covers and (cost <= 500 yuan or cost <= repair.small_work)
//
// A name alone means that it is yes. On the right of a comparison stands a
// word of the field's choices, yes or no, a number, a sum in yuan, a "quoted
// text", or a dotted path of a fact or figure. ≠ ≤ ≥ may be written != <= >=.
// The empty string is nil, the condition that always holds.
func ParseCond(s string) (Cond, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	toks, err := condTokens(s)
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", s, err)
	}
	p := &condParser{toks: toks}
	e, err := p.or(0)
	if err == nil && p.at < len(toks) {
		err = fmt.Errorf("unexpected %q", toks[p.at].s)
	}
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", s, err)
	}
	return &cond{src: strings.Join(strings.Fields(s), " "), expr: e}, nil
}

type cond struct {
	src  string
	expr expr
}

func (c *cond) Holds(v Values) bool { return c == nil || c.expr.holds(v) }
func (c *cond) String() string      { return c.src }
func (c *cond) Names() []string {
	var names []string
	c.expr.each(func(x *compare) {
		names = append(names, x.name)
		for _, o := range x.right {
			if o.path != "" {
				names = append(names, o.path)
			}
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// always is the condition written "yes".
type always struct{}

func (always) Holds(Values) bool { return true }
func (always) Names() []string   { return nil }
func (always) String() string    { return "yes" }

// comparisons hands every comparison of c to fn, for the checker.
func comparisons(c Cond, fn func(*compare)) {
	if c, ok := c.(*cond); ok && c != nil {
		c.expr.each(fn)
	}
}

type expr interface {
	holds(v Values) bool
	each(fn func(*compare))
}

type (
	andExpr struct{ list []expr }
	orExpr  struct{ list []expr }
	notExpr struct{ of expr }
	// compare is one comparison; op "" means that the name itself is yes.
	compare struct {
		name  string
		op    string // "", =, ≠, <, ≤, >, ≥, in
		right []operand
	}
)

// operand is the right side of a comparison: a word, a number, or the path of
// a fact or figure.
type operand struct {
	word  string
	num   float64
	isNum bool
	path  string
}

func (e andExpr) holds(v Values) bool {
	return !slices.ContainsFunc(e.list, func(x expr) bool { return !x.holds(v) })
}

func (e orExpr) holds(v Values) bool {
	return slices.ContainsFunc(e.list, func(x expr) bool { return x.holds(v) })
}

func (e notExpr) holds(v Values) bool { return !e.of.holds(v) }

func (e andExpr) each(fn func(*compare)) {
	for _, x := range e.list {
		x.each(fn)
	}
}

func (e orExpr) each(fn func(*compare)) {
	for _, x := range e.list {
		x.each(fn)
	}
}
func (e notExpr) each(fn func(*compare))  { e.of.each(fn) }
func (x *compare) each(fn func(*compare)) { fn(x) }

func (x *compare) holds(v Values) bool {
	left, ok := v[x.name]
	if !ok || left == nil {
		return x.op == "≠" // a name without a value equals nothing
	}
	if x.op == "" {
		b, isBool := left.(bool)
		return isBool && b
	}
	switch x.op {
	case "=", "in":
		return slices.ContainsFunc(x.right, func(o operand) bool { c, ok := o.compare(left, v); return ok && c == 0 })
	case "≠":
		c, ok := x.right[0].compare(left, v)
		return !ok || c != 0
	}
	c, ok := x.right[0].compare(left, v)
	if !ok {
		return false
	}
	switch x.op {
	case "<":
		return c < 0
	case "≤":
		return c <= 0
	case ">":
		return c > 0
	default:
		return c >= 0
	}
}

// compare orders left against the operand; false when they are of different sorts.
func (o operand) compare(left any, v Values) (int, bool) {
	right := any(o.word)
	switch {
	case o.path != "":
		r, ok := v[o.path]
		if !ok || r == nil {
			return 0, false
		}
		right = r
	case o.isNum:
		right = o.num
	}
	if a, ok := number(left); ok {
		b, ok := number(right)
		if !ok {
			return 0, false
		}
		switch {
		case a < b:
			return -1, true
		case a > b:
			return 1, true
		}
		return 0, true
	}
	a, ok := word(left)
	b, ok2 := word(right)
	if !ok || !ok2 {
		return 0, false
	}
	return strings.Compare(a, b), true
}

func number(x any) (float64, bool) {
	switch n := x.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func word(x any) (string, bool) {
	switch s := x.(type) {
	case string:
		return s, true
	case bool:
		if s {
			return "yes", true
		}
		return "no", true
	}
	return "", false
}
