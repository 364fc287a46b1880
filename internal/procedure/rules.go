package procedure

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Rule is one rule of the handbook with the clauses that carry it.
type Rule struct {
	ID      string // "REP-04"
	Page    string // "repair"
	Title   text.Both
	Source  string // where it comes from, as the handbook brackets it; "ours", "law"
	Clauses []Clause
	Pos     Pos
}

// Clause is one checkable part of a rule. It has a Lever or a Later, never
// both.
type Clause struct {
	ID       string // "REP-04.2": its place in the rule, which never changes
	Text     text.Both
	Lever    string   // what carries it: "step repair.accept", see LeverSorts
	Later    string   // the room that will carry it, "" when carried now
	Profiles []string // the profiles whose figure it is, nil: all
	Pos      Pos
}

// Page is one page of the handbook: rules under a heading.
type Page struct {
	Name  string
	Title text.Both
	Rules []Rule
}

// LeverSorts are the things that can carry a clause.
var LeverSorts = []string{
	"step",   // step repair.accept
	"clock",  // clock complaint.solved
	"field",  // field complaint.grade
	"figure", // figure repair.leak.arrive
	"action", // action estate.directory.confirm@1
	"route",  // route GET /p/{project}/units/{id}
	"table",  // table estate_occupancy
	"check",  // check self_approval: a refusal of the checker
	"test",   // test backup.TestRestore: what no story can show
}

// Lever is what carries a clause, taken apart.
type Lever struct{ Sort, Name string }

// ParseLever takes "step repair.accept" apart.
func ParseLever(s string) (Lever, error) {
	sort, name, ok := strings.Cut(s, " ")
	if !ok || strings.TrimSpace(name) == "" {
		return Lever{}, fmt.Errorf("lever %q: want a sort and a name, like \"step repair.accept\"", s)
	}
	if !slices.Contains(LeverSorts, sort) {
		return Lever{}, fmt.Errorf("lever %q: unknown sort %q, the sorts are %s", s, sort, strings.Join(LeverSorts, ", "))
	}
	return Lever{sort, strings.TrimSpace(name)}, nil
}

// LoadRules reads one page of rules.
func LoadRules(file string, src []byte) (Page, []Problem) {
	var ps problems
	var page Page
	top := parse(file, src, &ps)
	if top != nil {
		page = reader{ps: &ps}.page(top)
	}
	sortProblems(ps.list)
	return page, ps.list
}

// LoadPages reads every page of rules below dir, in the order of their names;
// problems of all pages come together. An id may stand only once.
func LoadPages(fsys fs.FS, dir string) ([]Page, []Problem, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, nil, fmt.Errorf("find rules: %w", err)
	}
	var pages []Page
	var all problems
	first := map[string]Pos{}
	for _, f := range files {
		src, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, nil, fmt.Errorf("read rules %s: %w", f, err)
		}
		page, list := LoadRules(f, src)
		all.list = append(all.list, list...)
		for _, r := range page.Rules {
			if at, twice := first[r.ID]; twice {
				all.add(r.Pos, "rule.twice", text.F("规则 %s 已在 %s 出现", "rule %s stands already at %s", r.ID, at),
					text.B("只留一处", "keep one of them"))
			}
			first[r.ID] = r.Pos
		}
		pages = append(pages, page)
	}
	return pages, all.list, nil
}

func (r reader) page(top *node) Page {
	r.only(top, "page", "title", "rules")
	page := Page{Name: r.name(top, "page"), Title: r.both(top, "title", true)}
	rules := r.must(top, "rules")
	if rules == nil {
		return page
	}
	if rules.kind != isMap {
		r.wrongKind(rules, isMap, "rules")
		return page
	}
	for i, k := range rules.keys {
		if !isRule(k.word) {
			r.ps.add(k.pos, "rule.name", text.F("“%s”不像一条规则的编号", "%q is not the id of a rule", k.word),
				text.B("写成 DSK-05 这样", "write it like DSK-05"))
			continue
		}
		page.Rules = append(page.Rules, r.rule(page.Name, k, rules.vals[i]))
	}
	return page
}

func (r reader) rule(page string, key, n *node) Rule {
	rule := Rule{ID: key.word, Page: page, Pos: key.pos}
	if n.kind != isMap {
		r.wrongKind(n, isMap, key.word)
		return rule
	}
	r.only(n, "title", "source", "clauses")
	rule.Title, rule.Source = r.both(n, "title", true), r.str(n, "source")
	r.must(n, "source")
	list := r.must(n, "clauses")
	switch {
	case list == nil:
	case list.kind != isList || len(list.list) == 0:
		r.wrongKind(list, isList, "clauses")
	default:
		for i, c := range list.list {
			rule.Clauses = append(rule.Clauses, r.clause(fmt.Sprintf("%s.%d", rule.ID, i+1), c))
		}
	}
	return rule
}

func (r reader) clause(id string, n *node) Clause {
	c := Clause{ID: id, Pos: n.pos}
	if n.kind != isMap {
		r.wrongKind(n, isMap, id)
		return c
	}
	r.only(n, "zh", "en", "lever", "later", "profiles")
	c.Text, c.Lever, c.Later, c.Profiles = r.pair(n), r.str(n, "lever"), r.str(n, "later"), r.words(n, "profiles")
	if (c.Lever == "") == (c.Later == "") {
		r.ps.add(n.pos, "clause.lever", text.F("%s 要么写 lever，要么写 later", "%s needs either a lever or a later", id),
			text.B("由什么承担，或以后由哪一室承担", "say what carries it, or which room will"))
	}
	if c.Lever != "" {
		if _, err := ParseLever(c.Lever); err != nil {
			r.ps.add(n.get("lever").pos, "clause.lever", text.B(err.Error(), err.Error()),
				text.B("写成 step repair.accept 这样", "write it like step repair.accept"))
		}
	}
	return c
}
