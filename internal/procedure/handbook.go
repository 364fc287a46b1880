package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Handbook is everything published at one moment: definitions, profiles,
// roles. It is immutable; publishing makes another.
type Handbook struct {
	Hash       string
	Procedures map[string]*Definition
	Profiles   map[string]*Figures
	Roles      []Role
	Rules      []Rule
	Texts      Texts
}

// Load reads a handbook: procedures/**/*.yaml, profiles/*.yaml, roles/*.yaml,
// rules/*.yaml, texts/*.yaml. It reads everything it can and reports every problem; a handbook with
// refusals (Refused) must not be run. Check then judges what was read.
func Load(fsys fs.FS) (*Handbook, []Problem) {
	var ps problems
	h := &Handbook{Procedures: map[string]*Definition{}, Profiles: map[string]*Figures{}}
	for _, file := range yamlFiles(fsys, &ps) {
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			ps.add(Pos{file, 1, 1}, "file.read", text.B("读不出文件", "the file cannot be read: "+err.Error()), text.B("检查权限", "check its permissions"))
			continue
		}
		switch dir, _, _ := strings.Cut(file, "/"); dir {
		case "profiles":
			f, list := LoadFigures(file, src)
			ps.list = append(ps.list, list...)
			if f.Profile == "" {
				continue
			}
			if want := strings.TrimSuffix(path.Base(file), ".yaml"); f.Profile != want {
				ps.add(Pos{file, 1, 1}, "profile.name", text.F("档名“%s”与文件名不同", "profile %q is not named as its file", f.Profile),
					text.F("写 profile: %s", "write profile: %s", want))
			}
			h.Profiles[f.Profile] = f
		case "procedures":
			d, list := Read(file, src)
			ps.list = append(ps.list, list...)
			if d.Name == "" {
				continue
			}
			if other := h.Procedures[d.Name]; other != nil {
				ps.add(d.Pos, "procedure.twice", text.F("规程“%s”已经写在 %s", "procedure %q is already written in %s", d.Name, other.Pos.File),
					text.B("换一个名字", "choose another name"))
				continue
			}
			h.Procedures[d.Name] = d
		case "texts":
			readTexts(file, src, &h.Texts, &ps)
		case "roles":
			h.Roles = append(h.Roles, readRoles(file, src, &ps)...)
		default:
			if !slices.Contains(folders, dir) {
				r := reader{&ps}
				r.unknown(Pos{file, 1, 1}, "file.stray", dir, folders)
			}
		}
	}
	pages, list, err := LoadPages(fsys, "rules")
	if err != nil {
		ps.add(Pos{File: "rules", Line: 1, Col: 1}, "file.read", text.B("读不出规则", "the rules cannot be read: "+err.Error()), text.B("检查权限", "check permissions"))
	}
	ps.list = append(ps.list, list...)
	for _, p := range pages {
		h.Rules = append(h.Rules, p.Rules...)
	}
	h.inherit(&ps)
	h.Hash = h.digest()
	sortProblems(ps.list)
	return h, ps.list
}

// folders of a handbook; those not read here belong to other packages.
var folders = []string{"procedures", "profiles", "roles", "rules", "texts", "words", "scenarios", "calendars", "letters", "registers", "law"}

// inherit fills every profile from the one it is like. One step only: a
// profile that others are like stands on its own, so that a reader never has
// to look further than one file.
func (h *Handbook) inherit(ps *problems) {
	for _, name := range slices.Sorted(maps.Keys(h.Profiles)) {
		f := h.Profiles[name]
		if f.Like == "" || f.root == nil {
			continue
		}
		base := h.Profiles[f.Like]
		if base == nil || base.root == nil || base.Like != "" {
			ps.add(Pos{f.file, 1, 1}, "profile.like", text.F("没有可以参照的档“%s”", "there is no profile %q to be like", f.Like),
				text.B("写一个自成一体的档", "name a profile that stands on its own"))
			continue
		}
		f.root = f.root.over(base.root)
		f.later = append(f.later, base.later...)
		f.Hash, f.Source = f.digest(), f.standalone()
	}
}

func yamlFiles(fsys fs.FS, ps *problems) []string {
	var files []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && path.Ext(p) == ".yaml" {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		ps.add(Pos{".", 1, 1}, "file.walk", text.B("打不开手册目录", "the handbook cannot be opened: "+err.Error()), text.B("检查路径", "check the path"))
	}
	return files
}

func readRoles(file string, src []byte, ps *problems) []Role {
	top := parse(file, src, ps)
	if top == nil {
		return nil
	}
	r := reader{ps}
	if top.kind != isMap {
		r.wrongKind(top, isMap, file)
		return nil
	}
	var roles []Role
	for i, k := range top.keys {
		r.checkName(k, "role")
		v := top.vals[i]
		if v.kind != isMap {
			r.wrongKind(v, isMap, k.word)
			continue
		}
		r.only(v, "zh", "en", "second_factor", "program", "permissions")
		role := Role{ID: k.word, Title: r.pair(v), SecondFactor: r.yes(v, "second_factor"), Program: r.yes(v, "program"), Pos: k.pos}
		role.Permissions = r.words(v, "permissions")
		for _, p := range role.Permissions {
			if !isPermission(p) {
				ps.add(v.get("permissions").pos, "permission.name", text.F("“%s”不像一项权限", "%q is not a permission", p),
					text.B("写成 房间.名词.动词", "write room.noun.verb"))
			}
		}
		roles = append(roles, role)
	}
	return roles
}

// isPermission: room.noun.verb, or room.* and * for all of them.
func isPermission(p string) bool {
	return p == "*" || isPath(strings.TrimSuffix(p, ".*"))
}

func (h *Handbook) digest() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(h.Procedures)) {
		fmt.Fprintf(sum, "procedure %s %s\n", name, h.Procedures[name].Hash)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Profiles)) {
		fmt.Fprintf(sum, "profile %s %s\n", name, h.Profiles[name].Hash)
	}
	for _, r := range h.Roles {
		fmt.Fprintf(sum, "role %s %q %q %q\n", r.ID, r.Title.ZH, r.Title.EN, r.Permissions)
		if r.SecondFactor { // written only when set: an older handbook keeps its digest
			fmt.Fprintf(sum, "role %s second factor\n", r.ID)
		}
		if r.Program {
			fmt.Fprintf(sum, "role %s program\n", r.ID)
		}
	}
	for _, p := range h.Texts.Phrases {
		fmt.Fprintf(sum, "phrase %s %q %q %q %q %q\n", p.Name, p.Situation, p.Title.ZH, p.Title.EN, p.Words.ZH, p.Words.EN)
	}
	for _, a := range h.Texts.Answers {
		fmt.Fprintf(sum, "answer %s %q %q %q %q %q %t\n", a.Name, a.Title.ZH, a.Title.EN, a.Words.ZH, a.Words.EN, a.Find, a.Public)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Role returns the role with id, or nil.
func (h *Handbook) Role(id string) *Role {
	for i := range h.Roles {
		if h.Roles[i].ID == id {
			return &h.Roles[i]
		}
	}
	return nil
}
