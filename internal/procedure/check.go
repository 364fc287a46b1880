package procedure

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Env is what the checker has to be told about the rest of the house. A nil
// list is not checked, so that a handbook can be judged without its rooms.
type Env struct {
	Actions     []string       // versioned actions of the rooms: "casefile.open@1"
	Facts       []string       // facts the rooms can read: "warranty.covers"
	Events      []string       // events other rooms emit, for clocks and waits
	Figures     []string       // figure paths the rooms read, * for any name; for the warning about unused ones
	Permissions []string       // permissions the rooms ask for
	Guarded     []string       // permissions whose holders need a second factor
	Holders     map[string]int // accounts that hold each role in the project
}

// CheckHandbook judges every procedure, role and figure of h.
func CheckHandbook(h *Handbook, env Env) []Problem {
	var ps problems
	numbers := map[string]*Definition{}
	for _, name := range slices.Sorted(maps.Keys(h.Procedures)) {
		d := h.Procedures[name]
		ps.list = append(ps.list, Check(d, h, env)...)
		if other := numbers[d.Number]; other != nil {
			ps.add(d.Pos, "number.twice", text.F("编号样式 %s 与规程“%s”相同", "the numbers %s are those of procedure %q too", d.Number, other.Name),
				text.B("换一个字头", "choose another prefix"))
		}
		numbers[d.Number] = d
	}
	checkRoles(h, env, &ps)
	checkUnused(h, env, &ps)
	checkTexts(h, env, &ps)
	sortProblems(ps.list)
	return ps.list
}

// Check judges what a definition's words mean together, within the handbook it
// belongs to. What it refuses must not be published.
func Check(d *Definition, h *Handbook, env Env) []Problem {
	c := &checker{d: d, h: h, env: env}
	c.graph = newGraph(d)
	c.names()
	c.steps()
	c.paths()
	c.clocks()
	c.money()
	c.law()
	sortProblems(c.ps.list)
	return c.ps.list
}

type checker struct {
	d     *Definition
	h     *Handbook
	env   Env
	graph graph
	ps    problems
}

func (c *checker) refuse(pos Pos, code string, what, do text.Both) { c.ps.add(pos, code, what, do) }

func (c *checker) refuseFor(rule string, pos Pos, code string, what, do text.Both) {
	c.ps.list = append(c.ps.list, Problem{Pos: pos, Code: code, What: what, Do: do, Rule: rule})
}

func (c *checker) warn(pos Pos, code string, what, do text.Both) {
	c.ps.list = append(c.ps.list, Problem{Pos: pos, Code: code, What: what, Do: do, Warning: true})
}

// names judges fields, papers and facts on their own.
func (c *checker) names() {
	if len(c.d.Steps) == 0 {
		c.refuse(c.d.Pos, "steps.none", text.B("规程没有步骤", "the procedure has no steps"), text.B("至少写一步，并以 close 结束", "write at least one step, and end with a close"))
	}
	for _, f := range c.d.Facts {
		if c.env.Facts != nil && !slices.Contains(c.env.Facts, f) {
			c.refuse(c.d.Pos, "fact.unknown", text.F("没有房间能读出“%s”", "no room can read the fact %q", f), didYouMean(f, c.env.Facts))
		}
	}
	asked, needed := map[string]bool{}, map[string]bool{}
	for i := range c.d.Steps {
		for _, a := range c.d.Steps[i].Asks {
			asked[a] = true
		}
		for _, n := range c.d.Steps[i].Needs {
			needed[n] = true
		}
	}
	for i := range c.d.Fields {
		f := &c.d.Fields[i]
		c.rules(f.Pos, f.Rules)
		if slices.Contains(persons, f.Name) || c.h.Role(f.Name) != nil {
			c.refuse(f.Pos, "field.reserved", text.F("“%s”已经指人或岗位，不能再作栏名", "%q already names a person or role and cannot name a field", f.Name), text.B("换一个名字", "choose another name"))
		}
		if !asked[f.Name] {
			c.warn(f.Pos, "field.unasked", text.F("没有一步问“%s”", "no step asks %q", f.Name), text.B("放进某一步的 asks，或删去", "ask it in a step, or remove it"))
		}
		c.condNames(f.Pos, f.When)
		if f.SumOf != "" {
			c.sum(f)
		}
		if other := c.d.Field(f.SameAs); f.SameAs != "" && (other == nil || other == f || other.Type != f.Type || f.Type != TypeMoney && f.Type != TypeNumber) {
			c.refuse(f.Pos, "field.same_as", text.F("“%s”写着 same_as: %s，比不了", "%q has same_as: %s, which it cannot be compared with", f.Name, f.SameAs),
				text.B("写另一栏，两栏同为 money 或 number", "name another field, both money or both number"))
		}
		if f.From != "" {
			c.everyProfile(f.Pos, f.From, "choices", func(fig *Figures) error { _, err := fig.Choices(f.From, nil); return err })
		}
	}
	for i := range c.d.Papers {
		p := &c.d.Papers[i]
		c.rules(p.Pos, p.Rules)
		c.condNames(p.Pos, p.When)
		if !needed[p.Name] {
			c.warn(p.Pos, "paper.unneeded", text.F("没有一步要“%s”", "no step needs %q", p.Name), text.B("放进某一步的 needs，或删去", "put it into the needs of a step, or remove it"))
		}
	}
	c.rules(c.d.Pos, c.d.Opened.Rules)
}

// sum refuses a sum of what is no column of numbers, and one asked where its
// table is not: it could be neither typed nor worked out there.
func (c *checker) sum(f *Field) {
	table, column := f.Summed()
	t := c.d.Field(table)
	if t == nil || t.Type != TypeTable || f.Type != TypeMoney && f.Type != TypeNumber ||
		!slices.ContainsFunc(t.Columns, func(col Field) bool { return col.Name == column && col.Type == f.Type }) || f.Required && !t.Required {
		c.refuse(f.Pos, "field.sum", text.F("“%s”写着 sum_of: %s，加不起来", "%q has sum_of: %s, which does not add up", f.Name, f.SumOf),
			text.B("写“表格.列”，列与本栏同为 money 或 number；本栏必填，表格也要必填", "write table.column, column and field both money or both number; a required sum needs a required table"))
		return
	}
	for i := range c.d.Steps {
		if s := &c.d.Steps[i]; slices.Contains(s.Asks, f.Name) && !slices.Contains(s.Asks, table) {
			c.refuse(s.Pos, "field.sum", text.F("步骤“%s”问合计“%s”，却不问“%s”", "step %q asks the sum %q but not %q", s.Name, f.Name, table), text.F("把“%s”也放进 asks", "ask %q too", table))
		}
	}
}

// rules refuses ids the handbook's list of rules does not have.
func (c *checker) rules(pos Pos, ids []string) {
	if len(c.h.Rules) == 0 {
		return
	}
	for _, id := range ids {
		if !slices.ContainsFunc(c.h.Rules, func(r Rule) bool { return r.ID == id }) {
			c.refuse(pos, "rule.unknown", text.F("规则表里没有 %s", "the list of rules has no %s", id), text.B("改成表里的编号", "use an id of the list"))
		}
	}
}

// everyProfile refuses a figure that does not resolve in one of the profiles.
func (c *checker) everyProfile(pos Pos, path, what string, try func(*Figures) error) {
	for _, name := range slices.Sorted(maps.Keys(c.h.Profiles)) {
		if err := try(c.h.Profiles[name]); err != nil {
			c.refuse(pos, "figure."+what, text.F("档“%s”里“%s”不成立："+escape(err.Error()), "in profile %q %[2]q does not hold: "+escape(err.Error()), name, path),
				text.F("在 profiles/%s.yaml 里补上", "add it to profiles/%s.yaml", name))
			return
		}
	}
}

func escape(s string) string { return strings.ReplaceAll(s, "%", "%%") }

func didYouMean(got string, known []string) text.Both {
	if near := nearest(got, known); near != "" {
		return text.F("是不是“%s”？", "did you mean %q?", near)
	}
	if len(known) == 0 {
		return text.B("删去", "remove it")
	}
	if len(known) > 16 {
		known = append(slices.Clone(known[:16]), "…")
	}
	return text.B("已有的："+strings.Join(known, "、"), "there are: "+strings.Join(known, ", "))
}

func checkRoles(h *Handbook, env Env, ps *problems) {
	seen := map[string]bool{}
	for _, r := range h.Roles {
		if seen[r.ID] {
			ps.add(r.Pos, "role.twice", text.F("岗位“%s”写了两次", "role %q is written twice", r.ID), text.B("合成一个", "join them"))
		}
		seen[r.ID] = true
		if !r.SecondFactor {
			for _, p := range env.Guarded {
				if slices.ContainsFunc(r.Permissions, func(have string) bool { return PermissionCovers(have, p) }) {
					ps.add(r.Pos, "role.second_factor", text.F("岗位“%s”有权限 %s，却不要求动态口令", "role %q holds %s and asks for no second factor", r.ID, p),
						text.B("写上 second_factor: yes（PLT-01）", "write second_factor: yes (PLT-01)"))
					break
				}
			}
		}
		for _, p := range r.Permissions {
			if env.Permissions == nil || p == "*" {
				continue
			}
			if !slices.ContainsFunc(env.Permissions, func(known string) bool { return PermissionCovers(p, known) }) {
				ps.list = append(ps.list, Problem{Pos: r.Pos, Code: "permission.unknown", Warning: true,
					What: text.F("没有房间用权限“%s”", "no room asks for permission %q", p), Do: didYouMean(p, env.Permissions)})
			}
		}
	}
}

// PermissionCovers reports whether a granted permission, which may end in .*
// or be *, covers a wanted one.
func PermissionCovers(granted, wanted string) bool {
	if room, all := strings.CutSuffix(granted, "*"); all {
		return strings.HasPrefix(wanted, room)
	}
	return granted == wanted
}
