package handbook_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/coverage"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

func pages(t *testing.T) []procedure.Page {
	t.Helper()
	list, problems, err := procedure.LoadPages(handbook.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	return list
}

// Every id of the source pages is there, in the order of its page, none twice.
func TestRulesHoldEveryID(t *testing.T) {
	t.Parallel()
	data, err := fs.ReadFile(handbook.FS, "rules/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(data))
	var got []string
	for _, p := range pages(t) {
		for _, r := range p.Rules {
			got = append(got, r.ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if len(want) != 332 {
		t.Errorf("ids.txt lists %d ids, the handbook has 332", len(want))
	}
}

// rooms that a clause may wait for.
var rooms = []string{
	"api", "audit", "auth", "backup", "billing", "care", "casefile", "community", "convenience", "desk", "duty", "eldercare", "emergency", "estate", "export",
	"facility", "files", "fitout", "handbook", "importer", "insight", "leasing", "move", "notice", "occupancy", "passes", "people", "quality", "records",
	"registers", "search", "vault", "web", "work",
}

var profiles = []string{"office-tower", "residential", "hotel-style", "grade-3", "campus", "duty-desk"}

func TestClausesWaitForKnownRooms(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for _, r := range p.Rules {
			for _, c := range r.Clauses {
				for _, p := range c.Profiles {
					if !slices.Contains(profiles, p) {
						t.Errorf("%s: %s is of an unknown profile %q", c.Pos, c.ID, p)
					}
				}
				if c.Later != "" && !slices.Contains(rooms, c.Later) {
					t.Errorf("%s: %s waits for an unknown room %q", c.Pos, c.ID, c.Later)
				}
			}
		}
	}
}

// No clause leans on something that does not exist.
func TestLeversNameWhatExists(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	there := procedure.Things{
		Procedures: h.Procedures, Profiles: h.Profiles,
		Tables: found(t, ".sql", regexp.MustCompile(`CREATE (?:VIRTUAL )?TABLE (\w+)`)),
		Routes: inProjects(found(t, ".go", regexp.MustCompile(`"((?:GET|POST|PUT|PATCH|DELETE) /[^"]*)"`))),
		Checks: found(t, ".go", regexp.MustCompile(`"([a-z_]+\.[a-z_]+)"`)),
		Tests:  tests(t),
	}
	for _, p := range procedure.CheckLevers(pages(t), there) {
		t.Error(p)
	}
}

// inProjects adds the whole address of routes that a room writes without the
// project they all lie under.
func inProjects(routes map[string]bool) map[string]bool {
	for _, r := range slices.Collect(maps.Keys(routes)) {
		if method, path, _ := strings.Cut(r, " "); !strings.HasPrefix(path, "/p/") {
			routes[method+" /p/{project}"+path] = true
		}
	}
	return routes
}

// found collects what the sources of the rooms declare.
func found(t *testing.T, ext string, form *regexp.Regexp) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	sources(t, func(path string, src []byte) {
		if filepath.Ext(path) == ext && !strings.HasSuffix(path, "_test.go") {
			for _, m := range form.FindAllSubmatch(src, -1) {
				set[string(m[1])] = true
			}
		}
	})
	return set
}

func tests(t *testing.T) map[string]bool {
	t.Helper()
	form, set := regexp.MustCompile(`(?m)^func (Test\w+)\(`), map[string]bool{}
	sources(t, func(path string, src []byte) {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range form.FindAllSubmatch(src, -1) {
				set[filepath.Base(filepath.Dir(path))+"."+string(m[1])] = true
			}
		}
	})
	return set
}

func sources(t *testing.T, see func(path string, src []byte)) {
	t.Helper()
	for _, top := range []string{"../internal", "../client", "../e2e"} {
		err := filepath.WalkDir(filepath.FromSlash(top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if e := filepath.Ext(path); e != ".go" && e != ".sql" {
				return nil
			}
			src, err := os.ReadFile(path)
			if err == nil {
				see(path, src)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A story names clauses that exist and are carried now, and every profile,
// procedure and step in it is one of the handbook.
func TestScenariosSpeakOfTheHandbook(t *testing.T) {
	t.Parallel()
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := procedure.Load(handbook.FS)
	carried := map[string]bool{}
	for _, p := range pages(t) {
		for _, r := range p.Rules {
			for _, c := range r.Clauses {
				carried[c.ID] = c.Lever != ""
				carried[r.ID] = carried[r.ID] || c.Lever != ""
			}
		}
	}
	for _, s := range stories {
		for _, id := range s.Rules {
			if now, known := carried[id]; !known || !now {
				t.Errorf("%s: clause %s does not exist or is carried later", s.File, id)
			}
		}
		if h.Profiles[s.Profile] == nil {
			t.Errorf("%s: no profile %q", s.File, s.Profile)
		}
		checkStory(t, s, h)
	}
}

// checkStory follows which procedure each case is of, and looks steps,
// answers, clocks and outcomes up in it.
func checkStory(t *testing.T, s *scenario.Story, h *procedure.Handbook) {
	t.Helper()
	kinds, last := map[string]*procedure.Definition{}, (*procedure.Definition)(nil)
	for _, a := range s.Acts {
		at := last
		if a.Case != "" {
			at = kinds[a.Case]
		}
		if a.Verb == scenario.Took {
			if at = h.Procedures[a.Object]; at == nil {
				t.Errorf("%s:%d: no procedure %q", s.File, a.Line, a.Object)
				continue
			}
			kinds[a.As] = at
		}
		last = at
		if at != nil && (a.Verb == scenario.Did || a.Verb == scenario.Took || a.Verb == scenario.Corrected) {
			checkAct(t, s, &a, at)
		}
		for _, e := range a.Expect {
			d := at
			if e.Case != "" {
				d = kinds[e.Case]
			}
			if e.Word == "spawned" && !e.Not {
				kinds[e.Value] = h.Procedures[e.Name]
			}
			if d != nil {
				checkPart(t, s, &e, d)
			}
		}
	}
}

func checkAct(t *testing.T, s *scenario.Story, a *scenario.Act, d *procedure.Definition) {
	t.Helper()
	if a.Step != "" {
		step := d.Step(a.Step)
		if step == nil {
			t.Errorf("%s:%d: %s has no step %q", s.File, a.Line, d.Name, a.Step)
			return
		}
		words := procedure.Outcomes[step.Do]
		known := a.Result == "" || slices.Contains(words, a.Result) ||
			words == nil && slices.ContainsFunc(step.Then, func(b procedure.Branch) bool { return b.Outcome == a.Result })
		if !known {
			t.Errorf("%s:%d: step %s.%s cannot end %q", s.File, a.Line, d.Name, a.Step, a.Result)
		}
	}
	for _, f := range a.Fields {
		name := strings.TrimSuffix(f.Name, "_reason")
		if d.Field(name) == nil && !slices.Contains([]string{"place", "parent", "to"}, name) {
			t.Errorf("%s:%d: %s has no field %q", s.File, a.Line, d.Name, f.Name)
		}
	}
}

func checkPart(t *testing.T, s *scenario.Story, e *scenario.Part, d *procedure.Definition) {
	t.Helper()
	bad := false
	switch e.Word {
	case "step", "entered":
		bad = e.Name != "ended" && d.Step(e.Name) == nil
	case "field":
		bad = d.Field(strings.TrimSuffix(e.Name, "_reason")) == nil
	case "clock":
		step := d.Step(e.Name) // a step with a limit has a clock of its own
		bad = (step == nil || step.Limit == "") && !slices.ContainsFunc(d.Clocks, func(c procedure.Clock) bool { return c.Name == e.Name })
	}
	if bad {
		t.Errorf("%s:%d: %s has no %s %q", s.File, e.Line, d.Name, e.Word, e.Name)
	}
}

// No story claims a clause that it would not miss: with the lever taken away,
// one of the stories about the clause fails.
func TestStoriesNoticeAMissingLever(t *testing.T) {
	t.Parallel()
	h, _ := procedure.Load(handbook.FS)
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	r, err := coverage.Run(t.Context(), coverage.Config{
		Book: h, Pages: pages(t), Stories: stories, Mutate: true, Workers: 2,
		NewStage: func(book *procedure.Handbook, profile string) (coverage.Stage, error) {
			return coverage.NewMemory(book, profile, cal)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Faults {
		t.Error(f)
	}
	for _, s := range r.Stories {
		if s.State == "failed" {
			t.Error(s.Why)
		}
	}
	told := map[string]bool{} // by stories that need no house
	for i, s := range stories {
		for _, id := range s.Rules {
			told[id] = told[id] || r.Stories[i].State == "passed"
		}
	}
	for _, rule := range r.Rules {
		for _, c := range rule.Clauses {
			if told[c.ID] && c.State == coverage.Carried {
				t.Errorf("%s: %s", c.ID, c.Why)
			}
		}
	}
}
