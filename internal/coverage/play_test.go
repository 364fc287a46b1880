package coverage

import (
	"errors"
	"strings"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

func shipped(t testing.TB) (*procedure.Handbook, *calendar.Calendar) {
	t.Helper()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	cal, err := calendar.Load(handbook.FS, "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	return book, cal
}

// Every committed story that the engine alone can play passes.
func TestCommittedStories(t *testing.T) {
	t.Parallel()
	book, cal := shipped(t)
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, story := range stories {
		stage, err := NewMemory(book, story.Profile, cal)
		if err != nil {
			t.Fatal(err)
		}
		switch err := Play(stage, story); {
		case err == nil:
			played++
		case !errors.Is(err, ErrNotHere):
			t.Error(err)
		}
	}
	if played == 0 {
		t.Error("no story was played")
	}
}

const told = `-- head --
title: 测试 / Test
rules: REP-03.1
profile: residential
-- given --
unit 3栋1单元-1502 use=residence area=98.60
person 王芳 unit=3栋1单元-1502 as=owner
staff 林晓 role=desk
staff 陈刚 role=technician
-- story --
2026-09-29 Tue 09:10  林晓 took repair from 3栋1单元-1502 of 王芳 by phone "灯不亮" part=in_unit fault=light trade=electric grade=general as @light
`

// A story that tells it otherwise fails, at its line, with what is instead.
func TestPlayFindsWhatIsOtherwise(t *testing.T) {
	t.Parallel()
	book, cal := shipped(t)
	for more, say := range map[string]string{
		"  expect step dispatch, owner 林晓, not may 陈刚, may 林晓, missing nothing, number WX-2609-*": "",
		"  expect step accept":                       `expected step accept; it is "dispatch"`,
		"  expect not step dispatch":                 "expected not step",
		"  陈刚 sent":                                  "was refused",
		"  陈刚 sent\n  expect refused case.step.role": "",
		"  陈刚 sent\n  expect refused case.fields":    "expected refused case.fields",
		"  林晓 sent to=陈刚\n  expect assignee 陈刚, told 陈刚 about dispatch once, team electric":                                     "expected team electric",
		"2026-09-29 09:20  time passed\n  expect told supervisor about dispatch once at 2026-09-29 09:20, told dispatcher once": "",
		"2026-09-29 09:19  time passed\n  expect told supervisor about dispatch once":                                           "told 0 times",
		"  expect clock dispatch running, due 2026-09-29 09:21":                                                                 "due 2026-09-29 09:20",
		"  expect field fault = light, not field cause, field grade = hard":                                                     "it is general",
		"  林晓 cancelled \"误报\"\n  expect cancelled, not open":                                                                   "",
		"  林晓 noted \"x\"\n  expect refused case.role":                                                                          "it was not refused",
	} {
		story, err := scenario.Parse("x.txtar", []byte(told+more+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		stage, err := NewMemory(book, story.Profile, cal)
		if err != nil {
			t.Fatal(err)
		}
		switch err := Play(stage, story); {
		case say == "" && err != nil:
			t.Errorf("%s: %v", more, err)
		case say != "" && (err == nil || !strings.Contains(err.Error(), say) || !strings.HasPrefix(err.Error(), "x.txtar:")):
			t.Errorf("%s: error %v, want %q", more, err, say)
		}
	}
}
