package procedure

import (
	"maps"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Change is one difference between two versions, said in words (PLT-06).
type Change struct {
	Sort  string    // added, removed, changed
	Path  string    // "steps.quote.who", "complaint.major.answer"
	Words text.Both // 步骤“报价”：谁来做 由 维修工 改为 主管
}

// Diff says how two versions of a procedure differ: title and number, then
// fields, papers, clocks, steps in the order of the new one, what is gone
// last. Equal hashes differ in nothing. The books give the posts their titles;
// one that is in none of them is called by its word.
func Diff(before, after *Definition, books ...*Handbook) []Change {
	var out []Change
	top := func(d *Definition) []attr {
		return []attr{
			{"title", text.B("名称", "title"), d.Title}, plain("number", "编号样式", "numbers", d.Number),
			plain("about.customer", "客户", "customer", string(d.About.Customer)), plain("about.unit", "房屋", "unit", string(d.About.Unit)),
			{"opened.by", text.B("谁可以提出", "who may open it"), whoWords(d, books, d.Opened.By...)}, listed("opened.rule", "受理依据", "rules of opening", d.Opened.Rules), listed("facts", "读取的事实", "facts read", d.Facts),
		}
	}
	out = append(out, compareAttrs("", text.B("规程", "The procedure"), top(before), top(after))...)
	out = append(out, compareParts("fields", text.B("栏", "Field"), fieldParts(before), fieldParts(after))...)
	out = append(out, compareParts("papers", text.B("材料", "Paper"), paperParts(before), paperParts(after))...)
	out = append(out, compareParts("clocks", text.B("时限", "Clock"), clockParts(before), clockParts(after))...)
	out = append(out, compareParts("steps", text.B("步骤", "Step"), stepParts(before, books), stepParts(after, books))...)
	return out
}

// attr is one thing a part says of itself.
type attr struct {
	key   string
	name  text.Both
	value text.Both
}

// part is a field, paper, clock or step with what it says of itself.
type part struct {
	name  string
	title text.Both
	attrs []attr
}

func plain(key, zh, en, value string) attr { return attr{key, text.B(zh, en), text.B(value, value)} }

func listed(key, zh, en string, words []string) attr {
	return attr{key, text.B(zh, en), text.B(strings.Join(words, "、"), strings.Join(words, ", "))}
}

func yes(b bool) text.Both {
	if b {
		return text.B("是", "yes")
	}
	return text.B("否", "no")
}

func compareParts(section string, sort text.Both, before, after []part) []Change {
	var out []Change
	find := func(parts []part, name string) int {
		return slices.IndexFunc(parts, func(p part) bool { return p.name == name })
	}
	var order []string // of the parts both have, as the old version had them
	for _, p := range before {
		if find(after, p.name) >= 0 {
			order = append(order, p.name)
		}
	}
	at := 0
	for _, p := range after {
		path := section + "." + p.name
		i := find(before, p.name)
		if i < 0 {
			out = append(out, Change{"added", path, text.B("新增"+sort.ZH+"“"+p.title.ZH+"”"+describe(p.attrs).ZH, sort.EN+" “"+p.title.EN+"” is added"+describe(p.attrs).EN)})
			continue
		}
		whole := text.B(sort.ZH+"“"+p.title.ZH+"”", sort.EN+" “"+p.title.EN+"”")
		if order[at] != p.name {
			out = append(out, Change{"changed", path, text.B(whole.ZH+"换了位置", whole.EN+" has moved")})
			j := slices.Index(order[at:], p.name)
			if j >= 0 {
				order = slices.Delete(order, at+j, at+j+1)
				order = slices.Insert(order, at, p.name)
			}
		}
		at++
		was := []attr{{"title", text.B("名称", "title"), before[i].title}}
		is := []attr{{"title", text.B("名称", "title"), p.title}}
		out = append(out, compareAttrs(path, whole, append(was, before[i].attrs...), append(is, p.attrs...))...)
	}
	for _, p := range before {
		if find(after, p.name) < 0 {
			out = append(out, Change{"removed", section + "." + p.name, text.B("删去"+sort.ZH+"“"+p.title.ZH+"”", sort.EN+" “"+p.title.EN+"” is removed")})
		}
	}
	return out
}

// describe says the most telling thing of something new.
func describe(attrs []attr) text.Both {
	for _, a := range attrs {
		if (a.key == "limit" || a.key == "do" || a.key == "type") && !a.value.IsZero() {
			return text.B("（"+a.value.ZH+"）", " ("+a.value.EN+")")
		}
	}
	return text.Both{}
}

func compareAttrs(path string, whole text.Both, before, after []attr) []Change {
	var out []Change
	was := map[string]attr{}
	keys := make([]string, 0, len(before)+len(after))
	for _, a := range before {
		was[a.key] = a
		keys = append(keys, a.key)
	}
	is := map[string]attr{}
	for _, a := range after {
		is[a.key] = a
		if _, old := was[a.key]; !old {
			keys = append(keys, a.key)
		}
	}
	for _, k := range keys {
		a, b := was[k], is[k]
		if a.value == b.value {
			continue
		}
		c := Change{Sort: "changed", Path: strings.TrimPrefix(path+"."+k, ".")}
		name := b.name
		if name.IsZero() {
			name = a.name
		}
		switch {
		case a.value.IsZero():
			c.Words = text.B(whole.ZH+"："+name.ZH+" 定为 "+b.value.ZH, whole.EN+": "+name.EN+" is now "+b.value.EN)
		case b.value.IsZero():
			c.Words = text.B(whole.ZH+"："+name.ZH+" 不再有（原来是 "+a.value.ZH+"）", whole.EN+": "+name.EN+" is gone (was "+a.value.EN+")")
		default:
			c.Words = text.B(whole.ZH+"："+name.ZH+" 由 "+a.value.ZH+" 改为 "+b.value.ZH, whole.EN+": "+name.EN+" changes from "+a.value.EN+" to "+b.value.EN)
		}
		out = append(out, c)
	}
	return out
}

// DiffHandbook says how two handbooks differ: procedures, profiles, roles.
func DiffHandbook(before, after *Handbook) []Change {
	var out []Change
	each := func(section string, sort text.Both, was, is []string, title func(h *Handbook, name string) text.Both, changed func(name string) []Change) {
		for _, name := range is {
			t := title(after, name)
			if !slices.Contains(was, name) {
				out = append(out, Change{"added", section + "." + name, text.B("新增"+sort.ZH+"“"+t.ZH+"”", sort.EN+" “"+t.EN+"” is added")})
				continue
			}
			for _, c := range changed(name) {
				c.Path = section + "." + name + "." + c.Path
				c.Words = text.B(sort.ZH+"“"+t.ZH+"” "+c.Words.ZH, sort.EN+" “"+t.EN+"”: "+c.Words.EN)
				out = append(out, c)
			}
		}
		for _, name := range was {
			if !slices.Contains(is, name) {
				t := title(before, name)
				out = append(out, Change{"removed", section + "." + name, text.B("删去"+sort.ZH+"“"+t.ZH+"”", sort.EN+" “"+t.EN+"” is removed")})
			}
		}
	}
	each("procedures", text.B("规程", "Procedure"), slices.Sorted(maps.Keys(before.Procedures)), slices.Sorted(maps.Keys(after.Procedures)),
		func(h *Handbook, name string) text.Both { return h.Procedures[name].Title },
		func(name string) []Change {
			return Diff(before.Procedures[name], after.Procedures[name], after, before)
		})
	each("profiles", text.B("档", "Profile"), slices.Sorted(maps.Keys(before.Profiles)), slices.Sorted(maps.Keys(after.Profiles)),
		func(h *Handbook, name string) text.Both { return h.Profiles[name].Title },
		func(name string) []Change { return DiffFigures(before.Profiles[name], after.Profiles[name], after) })
	each("roles", text.B("岗位", "Role"), roleIDs(before), roleIDs(after),
		func(h *Handbook, name string) text.Both { return h.Role(name).Title },
		func(name string) []Change {
			a, b := before.Role(name), after.Role(name)
			attrs := func(r *Role) []attr {
				return []attr{{"title", text.B("名称", "title"), r.Title}, listed("permissions", "权限", "permissions", r.Permissions),
					{"second_factor", text.B("须用动态口令", "second factor"), yes(r.SecondFactor)},
					{"program", text.B("给程序用", "for programs"), yes(r.Program)}}
			}
			return compareAttrs("", text.B("", ""), attrs(a), attrs(b))
		})
	return out
}

func roleIDs(h *Handbook) []string {
	ids := make([]string, len(h.Roles))
	for i, r := range h.Roles {
		ids[i] = r.ID
	}
	return ids
}
