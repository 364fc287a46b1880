package procedure

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

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
