package scenario_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

const head = "-- head --\ntitle: 漏水 / Leak\nrules: REP-04.1\nprofile: office-tower\n-- given --\nunit 1栋-1203 use=office\n" +
	"person 王芳 unit=1栋-1203 as=owner\nstaff 林晓 role=desk\nstaff 陈刚 role=technician\n-- story --\n"

const took = "2026-09-29 Tue 09:10  林晓 took repair from 1栋-1203 of 王芳 by phone \"水管爆了\" fault=leak as @leak\n"

// The example of the grammar's own page must be readable as it stands there.
func TestParseReadsTheExampleOfTheREADME(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.FromSlash("../../handbook/scenarios/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```\n")
	example, _, _ := strings.Cut(rest, "```\n")
	s, err := scenario.Parse("README.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Acts) != 5 || s.Profile != "office-tower" || len(s.Given) != 4 || len(s.Rules) != 3 {
		t.Errorf("read %d acts, %d given, rules %v, profile %q", len(s.Acts), len(s.Given), s.Rules, s.Profile)
	}
	due := time.Date(2026, 9, 29, 9, 25, 0, 0, calendar.Zone)
	want := []scenario.Part{
		{Word: "step", Name: "dispatch", Count: -1}, {Word: "owner", Name: "林晓", Count: -1},
		{Word: "clock", Name: "arrive", Value: "running", Count: -1}, {Word: "clock", Name: "arrive", At: due, Count: -1},
	}
	if diff := cmp.Diff(want, s.Acts[0].Expect, cmpopts.IgnoreFields(scenario.Part{}, "Line")); diff != "" {
		t.Errorf("expectations of the first sentence (-want +got):\n%s", diff)
	}
	if a := s.Acts[2]; a.Who != "陈刚" || a.Verb != scenario.Did || a.Result != "accepted" || !a.At.Equal(s.Acts[1].At) {
		t.Errorf("an indented sentence belongs to the same minute: %+v", a)
	}
}

func TestParseSentences(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 29, 9, 10, 0, 0, calendar.Zone)
	for name, tt := range map[string]struct {
		line string
		want scenario.Act
	}{
		"full step": {`王芳 did sign signed opinion="很快 \"真的\"" rating=5 on @leak`, scenario.Act{Who: "王芳", Verb: scenario.Did, Step: "sign", Result: "signed", Case: "leak",
			Fields: scenario.Answers{{Name: "opinion", Value: `很快 "真的"`}, {Name: "rating", Value: "5"}}}},
		"form":     {`林晓 did take wants=停`, scenario.Act{Who: "林晓", Verb: scenario.Did, Step: "take", Fields: scenario.Answers{{Name: "wants", Value: "停"}}}},
		"promise":  {`林晓 promised "回电" until="2026-09-30 17:00"`, scenario.Act{Who: "林晓", Verb: scenario.Promised, Words: "回电", Fields: scenario.Answers{{Name: "until", Value: "2026-09-30 17:00"}}}},
		"page":     {`林晓 opened /p/{project}/cases?q=a,b`, scenario.Act{Who: "林晓", Verb: scenario.Opened, Object: "/p/{project}/cases?q=a,b"}},
		"api":      {`林晓 called POST /api/v1/cases kind=repair`, scenario.Act{Who: "林晓", Verb: scenario.Called, Method: "POST", Object: "/api/v1/cases", Fields: scenario.Answers{{Name: "kind", Value: "repair"}}}},
		"action":   {`林晓 ran estate.directory.confirm@1 changed=no`, scenario.Act{Who: "林晓", Verb: scenario.Ran, Object: "estate.directory.confirm@1", Fields: scenario.Answers{{Name: "changed", Value: "no"}}}},
		"informed": {`林晓 informed customer "已派工" by=phone`, scenario.Act{Who: "林晓", Verb: scenario.Informed, Object: "customer", Words: "已派工", Fields: scenario.Answers{{Name: "by", Value: "phone"}}}},
		"passed":   {`time passed`, scenario.Act{Verb: scenario.Passed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Parse("x.txtar", []byte(head+took+"  "+tt.line+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.At, tt.want.Line = at, 12
			if diff := cmp.Diff(tt.want, s.Acts[1], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseExpectations(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		line string
		want []scenario.Part
	}{
		"told once at":   {"told supervisor about arrive once at 2026-09-29 24:00", []scenario.Part{{Word: "told", Name: "supervisor", Value: "arrive", Count: 1, At: time.Date(2026, 9, 30, 0, 0, 0, 0, calendar.Zone)}}},
		"told three":     {"told owner 3 times", []scenario.Part{{Word: "told", Name: "owner", Count: 3}}},
		"not":            {"not filed repair_record in 1栋-1203", []scenario.Part{{Not: true, Word: "filed", Name: "repair_record", Value: "1栋-1203", Count: -1}}},
		"field":          {`field wants = "停, 马上", field kind=noise`, []scenario.Part{{Word: "field", Name: "wants", Value: "停, 马上", Count: -1}, {Word: "field", Name: "kind", Value: "noise", Count: -1}}},
		"other case":     {"@leak: closed, missing nothing", []scenario.Part{{Case: "leak", Word: "closed", Count: -1}, {Case: "leak", Word: "missing", Count: -1}}},
		"spawned":        {"spawned repair as @rework", []scenario.Part{{Word: "spawned", Name: "repair", Value: "rework", Count: -1}}},
		"limit":          {`clock solved limit "3 days", due 2026-10-02 24:00`, []scenario.Part{{Word: "clock", Name: "solved", Limit: "3 days", Count: -1}, {Word: "clock", Name: "solved", At: time.Date(2026, 10, 3, 0, 0, 0, 0, calendar.Zone), Count: -1}}},
		"refused":        {`refused case.step.missing "签名"`, []scenario.Part{{Word: "refused", Name: "case.step.missing", Words: "签名", Count: -1}}},
		"record":         {"record estate_occupancy unit=1栋-1203 twice", []scenario.Part{{Word: "record", Name: "estate_occupancy", Count: 2, Fields: scenario.Answers{{Name: "unit", Value: "1栋-1203"}}}}},
		"page and codes": {`page shows "王芳", page lacks "139", answer 200`, []scenario.Part{{Word: "page", Name: "shows", Words: "王芳", Count: -1}, {Word: "page", Name: "lacks", Words: "139", Count: -1}, {Word: "answer", Count: 200}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Parse("x.txtar", []byte(head+took+"  expect "+tt.line+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, s.Acts[0].Expect, cmpopts.IgnoreFields(scenario.Part{}, "Line"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ story, want string }{
		"no head":           {"-- story --\n" + took, "order head"},
		"stranger":          {head + strings.Replace(took, "林晓", "赵六", 1), `x.txtar:11: "赵六" is nobody given`},
		"unknown unit":      {head + strings.Replace(took, "1203", "1204", 1), `unit "1栋-1204" is not given`},
		"unknown verb":      {head + took + "  陈刚 flew\n", `x.txtar:12: the story knows no verb "flew"`},
		"time goes back":    {head + took + "2026-09-29 09:09  time passed\n", "time goes back"},
		"wrong weekday":     {head + strings.Replace(took, "Tue", "Wed", 1), "2026-09-29 is a Tue, not Wed"},
		"no such date":      {head + strings.Replace(took, "2026-09-29 Tue", "2026-09-31", 1), "is no date and time"},
		"unnamed case":      {head + took + "  陈刚 accepted on @other\n", "@other is no case named above"},
		"open quote":        {head + strings.Replace(took, `了"`, "了", 1), "closing quote is missing"},
		"channel":           {head + strings.Replace(took, "by phone", "by pigeon", 1), "by which channel?"},
		"before any case":   {head + "2026-09-29 09:10  陈刚 accepted\n", "no case has been taken yet"},
		"two words a step":  {head + took + "  陈刚 accepted accept\n", "in full it is: 陈刚 did STEP accepted"},
		"clock state":       {head + took + "  expect clock arrive ticking\n", "not \"ticking\""},
		"expectation":       {head + took + "  expect wonder\n", "cannot begin with \"wonder\""},
		"expect first":      {head + "2026-09-29 09:10  expect open\n", "follows a sentence"},
		"too much":          {head + took + "  expect step a b\n", "\"b\" is one word too many"},
		"action version":    {head + took + "  林晓 ran estate.confirm\n", "needs its version"},
		"nothing happens":   {head, "nothing happens"},
		"clause":            {strings.Replace(head, "REP-04.1", "REP-4", 1) + took, "is no rule"},
		"merged into whom":  {head + took + "  林晓 merged @leak\n", "merged @copy into @first"},
		"staff without job": {strings.Replace(head, " role=desk", "", 1) + took, "staff 林晓 needs role="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scenario.Parse("x.txtar", []byte(tt.story))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

// Every outcome word of every kind of step can be told by itself, and no other.
func TestOutcomeWordsAreThoseOfTheSteps(t *testing.T) {
	t.Parallel()
	words := map[string]bool{"sneezed": false}
	for _, list := range procedure.Outcomes {
		for _, w := range list {
			words[w] = w != "done"
		}
	}
	for w, told := range words {
		_, err := scenario.Parse("x.txtar", []byte(head+took+"  陈刚 "+w+"\n"))
		if (err == nil) != told {
			t.Errorf("陈刚 %s: readable %v, want %v (%v)", w, err == nil, told, err)
		}
	}
}

// All committed stories are readable.
func TestLoadCommittedStories(t *testing.T) {
	t.Parallel()
	stories, err := scenario.Load(os.DirFS(filepath.FromSlash("../../handbook")), "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.FromSlash("../../handbook/scenarios/*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(stories) != len(files) {
		t.Errorf("read %d of %d stories", len(stories), len(files))
	}
	if !slices.IsSortedFunc(stories, func(a, b *scenario.Story) int { return strings.Compare(a.File, b.File) }) {
		t.Error("stories are not in the order of their names")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(head + took + "  陈刚 accepted\n  expect clock arrive due 2026-09-29 24:00, not told x about y 3 times at 2026-01-01 10:00\n")
	f.Fuzz(func(t *testing.T, story string) {
		if s, err := scenario.Parse("x.txtar", []byte(story)); err == nil && len(s.Acts) == 0 {
			t.Error("a story without sentences was read")
		}
	})
}
