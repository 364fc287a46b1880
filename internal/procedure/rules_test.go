package procedure_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"guanjia/internal/procedure"
)

const goodPage = `page: repair
title: {zh: 维修, en: Repairs}
rules:
  REP-04:
    title: {zh: 爆管, en: Burst pipes}
    source: "B4.1.3"
    clauses:
      - {zh: "15 分钟", en: "15 minutes", lever: "figure repair.arrive.leak", profiles: [office-tower]}
      - {zh: "入账", en: "On the bill", later: billing}
`

func TestLoadRulesReadsClauses(t *testing.T) {
	t.Parallel()
	page, problems := procedure.LoadRules("repair.yaml", []byte(goodPage))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r := page.Rules[0]
	if page.Name != "repair" || r.ID != "REP-04" || r.Page != "repair" || r.Source != "B4.1.3" || len(r.Clauses) != 2 {
		t.Fatalf("read %+v", r)
	}
	if c := r.Clauses[1]; c.ID != "REP-04.2" || c.Later != "billing" || c.Text.EN != "On the bill" || c.Pos.Line != 9 {
		t.Errorf("second clause: %+v", c)
	}
	if c := r.Clauses[0]; c.Lever != "figure repair.arrive.leak" || len(c.Profiles) != 1 {
		t.Errorf("first clause: %+v", c)
	}
}

func TestLoadRulesRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ from, to, want string }{
		"both":          {"later: billing", `later: billing, lever: "step a.b"`, "repair.yaml:9:9: REP-04.2 needs either"},
		"neither":       {", later: billing", "", "needs either a lever or a later"},
		"sort":          {"figure repair", "wish repair", `unknown sort "wish"`},
		"no name":       {"figure repair.arrive.leak", "figure", "want a sort and a name"},
		"id":            {"REP-04:", "REP4:", "is not the id of a rule"},
		"no english":    {`, en: "On the bill"`, "", `"en" is missing`},
		"unknown key":   {"source:", "sauce:", `unknown word "sauce"`},
		"no source":     {"    source: \"B4.1.3\"\n", "", `"source" is missing`},
		"clauses a map": {"clauses:\n", "clauses: {}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := procedure.LoadRules("repair.yaml", []byte(strings.Replace(goodPage, tt.from, tt.to, 1)))
			if len(problems) == 0 {
				t.Fatal("nothing was refused")
			}
			var all []string
			for _, p := range problems {
				all = append(all, p.String())
			}
			if s := strings.Join(all, "\n"); !strings.Contains(s, tt.want) {
				t.Errorf("got %s\nwant %q in it", s, tt.want)
			}
		})
	}
}

func TestLoadPagesRefusesAnIDTwice(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"rules/a.yaml": {Data: []byte(goodPage)}, "rules/b.yaml": {Data: []byte(goodPage)}}
	pages, problems, err := procedure.LoadPages(fsys, "rules")
	if err != nil || len(pages) != 2 {
		t.Fatal(len(pages), err)
	}
	if len(problems) != 1 || problems[0].Code != "rule.twice" || problems[0].Pos.File != "rules/b.yaml" {
		t.Errorf("got %v", problems)
	}
}

func TestCheckLeversFindsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	figures, problems := procedure.LoadFigures("office-tower.yaml", []byte("profile: office-tower\ntitle: {zh: 写字楼, en: Office tower}\nrepair: {arrive: {leak: 15 minutes}}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	def := &procedure.Definition{
		Name: "repair", Steps: []procedure.Step{{Name: "accept"}}, Clocks: []procedure.Clock{{Name: "arrive"}},
		Fields: []procedure.Field{{Name: "grade"}},
	}
	there := procedure.Things{
		Procedures: map[string]*procedure.Definition{"repair": def}, Profiles: map[string]*procedure.Figures{"office-tower": figures},
		Tables: map[string]bool{"estate_unit": true}, Routes: map[string]bool{"GET /p/{project}/desk": true},
		Actions: map[string]bool{"estate.directory.confirm@1": true}, Checks: map[string]bool{"money.self": true}, Tests: map[string]bool{"a.TestB": true},
	}
	for lever, ok := range map[string]bool{
		"step repair.accept": true, "step repair.arrive": false, "step complaint.accept": false, "clock repair.arrive": true, "clock repair.accept": false,
		"field repair.grade": true, "field repair.x": false, "figure repair.arrive.leak": true, "figure repair.arrive.fire": false,
		"table estate_unit": true, "table estate_flat": false, "route GET /p/{project}/desk": true, "route GET /desk": false,
		"action estate.directory.confirm@1": true, "action estate.directory.confirm@2": false, "check money.self": true, "check money.other": false,
		"test a.TestB": true, "test a.TestC": false,
	} {
		page, _ := procedure.LoadRules("repair.yaml", []byte(strings.Replace(goodPage, "figure repair.arrive.leak", lever, 1)))
		if got := procedure.CheckLevers([]procedure.Page{page}, there); (len(got) == 0) != ok {
			t.Errorf("%s: there %v, want %v (%v)", lever, len(got) == 0, ok, got)
		}
	}
	other := strings.Replace(goodPage, "office-tower", "castle", 1)
	page, _ := procedure.LoadRules("repair.yaml", []byte(other))
	if got := procedure.CheckLevers([]procedure.Page{page}, there); len(got) != 2 {
		t.Errorf("a clause of no profile: got %v, want the profile and the figure refused", got)
	}
}
