package procedure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

type condToken struct {
	s      string
	quoted bool
}

func condTokens(s string) ([]condToken, error) {
	if len(s) > 2000 {
		return nil, fmt.Errorf("longer than 2000 characters")
	}
	var toks []condToken
	r := []rune(s)
	for i := 0; i < len(r); {
		c := r[i]
		switch {
		case unicode.IsSpace(c):
			i++
		case strings.ContainsRune("()[],", c):
			toks = append(toks, condToken{s: string(c)})
			i++
		case strings.ContainsRune("=≠<>≤≥!", c):
			op := string(c)
			i++
			if i < len(r) && r[i] == '=' && strings.ContainsRune("<>!", c) {
				op += "="
				i++
			}
			fixed, ok := map[string]string{"=": "=", "≠": "≠", "!=": "≠", "<": "<", ">": ">", "≤": "≤", "<=": "≤", "≥": "≥", ">=": "≥"}[op]
			if !ok {
				return nil, fmt.Errorf("unexpected %q", op)
			}
			toks = append(toks, condToken{s: fixed})
		case c == '"':
			j := i + 1
			for j < len(r) && r[j] != '"' {
				j++
			}
			if j == len(r) {
				return nil, fmt.Errorf("a quotation is not closed")
			}
			toks = append(toks, condToken{s: string(r[i+1 : j]), quoted: true})
			i = j + 1
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_' || c == '-' || c == '.' || c == '%':
			j := i
			for j < len(r) && (unicode.IsLetter(r[j]) || unicode.IsDigit(r[j]) || strings.ContainsRune("_-.%", r[j])) {
				j++
			}
			toks = append(toks, condToken{s: string(r[i:j])})
			i = j
		default:
			return nil, fmt.Errorf("unexpected %q", string(c))
		}
	}
	return toks, nil
}

type condParser struct {
	toks []condToken
	at   int
}

func (p *condParser) is(s string) bool {
	return p.at < len(p.toks) && !p.toks[p.at].quoted && p.toks[p.at].s == s
}

func (p *condParser) take(s string) bool {
	if p.is(s) {
		p.at++
		return true
	}
	return false
}

func (p *condParser) or(depth int) (expr, error) {
	return p.joined(depth, "or", func(d int) (expr, error) {
		return p.joined(d, "and", p.not, func(l []expr) expr { return andExpr{l} })
	}, func(l []expr) expr { return orExpr{l} })
}

func (p *condParser) joined(depth int, word string, next func(int) (expr, error), join func([]expr) expr) (expr, error) {
	first, err := next(depth)
	if err != nil {
		return nil, err
	}
	list := []expr{first}
	for p.take(word) {
		e, err := next(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	if len(list) == 1 {
		return first, nil
	}
	return join(list), nil
}

func (p *condParser) not(depth int) (expr, error) {
	if depth > 20 {
		return nil, fmt.Errorf("nested too deeply")
	}
	if p.take("not") {
		e, err := p.not(depth + 1)
		if err != nil {
			return nil, err
		}
		return notExpr{e}, nil
	}
	if p.take("(") {
		e, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, fmt.Errorf("a bracket is not closed")
		}
		return e, nil
	}
	return p.comparison()
}

func (p *condParser) comparison() (expr, error) {
	if p.at >= len(p.toks) {
		return nil, fmt.Errorf("it ends too early")
	}
	t := p.toks[p.at]
	if t.quoted || !isPath(t.s) || isReserved(t.s) {
		return nil, fmt.Errorf("want the name of a field or fact, not %q", t.s)
	}
	p.at++
	x := &compare{name: t.s}
	if p.take("in") {
		x.op = "in"
		if !p.take("[") {
			return nil, fmt.Errorf("want a list in [ ] after in")
		}
		for {
			o, err := p.operand()
			if err != nil {
				return nil, err
			}
			x.right = append(x.right, o)
			if p.take("]") {
				return x, nil
			}
			if !p.take(",") {
				return nil, fmt.Errorf("the list after in is not closed")
			}
		}
	}
	for _, op := range []string{"=", "≠", "<", "≤", ">", "≥"} {
		if p.take(op) {
			o, err := p.operand()
			if err != nil {
				return nil, err
			}
			x.op, x.right = op, []operand{o}
			return x, nil
		}
	}
	return x, nil
}

func (p *condParser) operand() (operand, error) {
	if p.at >= len(p.toks) {
		return operand{}, fmt.Errorf("something is missing on the right")
	}
	t := p.toks[p.at]
	p.at++
	if t.quoted {
		return operand{word: t.s}, nil
	}
	if n, err := strconv.ParseFloat(strings.TrimSuffix(t.s, "%"), 64); err == nil && t.s[0] != '.' && unicode.IsDigit(lastRune(strings.TrimSuffix(t.s, "%"))) {
		switch {
		case strings.HasSuffix(t.s, "%") || p.take("%"):
			n /= 100
		case p.take("yuan"):
			n *= 100
		}
		return operand{num: n, isNum: true}, nil
	}
	if isReserved(t.s) || !isWordy(t.s) {
		return operand{}, fmt.Errorf("want a word, number or path on the right, not %q", t.s)
	}
	if strings.Contains(t.s, ".") {
		if !isPath(t.s) {
			return operand{}, fmt.Errorf("%q is not a path", t.s)
		}
		return operand{path: t.s}, nil
	}
	return operand{word: t.s}, nil
}

func lastRune(s string) rune {
	if s == "" {
		return ' '
	}
	r := []rune(s)
	return r[len(r)-1]
}

func isReserved(s string) bool {
	switch s {
	case "and", "or", "not", "in":
		return true
	}
	return false
}

func isWordy(s string) bool {
	return s != "" && !strings.ContainsAny(s, "()[],=≠<>≤≥!%")
}

// isName reports whether s is a lower-case word: letters, digits, underscores.
func isName(s string) bool {
	for i, r := range s {
		if r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '_') {
			continue
		}
		return false
	}
	return s != ""
}

// isPath reports whether s is names joined by dots.
func isPath(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isName(part) {
			return false
		}
	}
	return true
}
