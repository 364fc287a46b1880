package play_test

import (
	"strings"
	"testing"

	"guanjia/internal/play"
	"guanjia/internal/scenario"
)

const head = "-- head --\ntitle: 漏水 / Leak\nrules: REP-04.1\nprofile: office-tower\n-- given --\nunit 1栋-1203 use=office\nperson 王芳 unit=1栋-1203 as=owner\n" +
	"staff 林晓 role=desk\nstaff 陈刚 role=technician\nfact warranty.covers = no\n-- story --\n" +
	"2026-09-29 Tue 09:10  林晓 took repair from 1栋-1203 of 王芳 by phone \"爆管\" part=in_unit fault=leak trade=plumbing grade=urgent as @leak\n"

// A story that expects what is not so fails, and says where and how.
func TestWrongExpectationsFail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ story, want string }{
		"step":             {"  expect step quote\n", `x.txtar:13: step quote: it stands at "dispatch"`},
		"owner":            {"  expect owner 陈刚\n", "it is account 1"},
		"status":           {"  expect closed\n", `it is open at "dispatch"`},
		"due":              {"  expect clock arrive due 2026-09-29 09:26\n", "it is 2026-09-29 09:25:00 (running)"},
		"state":            {"  expect clock arrive met\n", "it is running"},
		"limit":            {"  expect clock arrive limit \"16 minutes\"\n", `it is "15 minutes"`},
		"told too often":   {"2026-09-29 09:30  time passed\n  expect told supervisor about arrive twice\n", "told 1 times about arrive"},
		"told when":        {"2026-09-29 09:30  time passed\n  expect told supervisor about arrive once at 2026-09-29 09:26\n", "last told at 2026-09-29 09:25:00"},
		"never":            {"2026-09-29 09:30  time passed\n  expect told supervisor about arrive never\n", "told 1 times"},
		"not":              {"  expect not step dispatch\n", "it is so, and must not be"},
		"field":            {"  expect field grade = small\n", "it is urgent"},
		"no field":         {"  expect field rating\n", "there is no answer"},
		"missing":          {"  expect missing total\n", "want [total], it is []"},
		"may":              {"  expect may 陈刚\n", "may not"},
		"filed":            {"  expect filed repair_record\n", "not filed"},
		"event":            {"  expect event arrived\n", "not in the log"},
		"spawned":          {"  expect spawned complaint as @c\n", "no such case was opened"},
		"entered":          {"  expect entered take 2\n", "want 2 times, it is 1"},
		"number":           {"  expect number TS-*\n", "it is WX-2609-0001"},
		"not refused":      {"  林晓 sent to=陈刚\n  expect refused case.step.role\n", "it was done"},
		"other refusal":    {"  陈刚 did dispatch sent to=陈刚\n  expect refused case.fields\n", "got case.step.role"},
		"refused unasked":  {"  陈刚 did dispatch sent to=陈刚\n", "x.txtar:13: refused: case.step.role"},
		"unknown answer":   {"  林晓 noted \"记一笔\"\n  林晓 did dispatch sent to=陈刚 rating=5\n", "case.fields"},
		"needs the house":  {"  expect record desk_call once\n", "needs the house"},
		"a table too wide": {"  林晓 corrected used=\"管 | 1 | 2\" \"补录\"\n", "more cells"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Parse("x.txtar", []byte(head+tt.story))
			if err != nil {
				t.Fatal(err)
			}
			err = stage(t).Play(s)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

// What lies beside the steps can be told too.
func TestSentencesBesideTheSteps(t *testing.T) {
	t.Parallel()
	story := head + `  林晓 noted "客户在家等"
  林晓 informed customer "师傅在路上" by=phone
  expect event told_customer
  林晓 promised "十点前到" until="2026-09-29 10:00"
  expect clock next_word running, due 2026-09-29 10:00
  林晓 assigned to=陈刚
  expect assignee 陈刚
  林晓 corrected grade=general "听错了"
  expect field grade = general
  林晓 paused reason=parts "等配件" until="2026-09-29 12:00"
  expect clock arrive paused
  林晓 resumed
  expect clock arrive running
  林晓 cancelled "客户自己修好了"
  expect cancelled, clock arrive off
  林晓 reopened "又漏了"
  expect open, reopened 1
`
	s, err := scenario.Parse("x.txtar", []byte(story))
	if err != nil {
		t.Fatal(err)
	}
	if err := stage(t).Play(s); err != nil {
		t.Error(err)
	}
}

// Stories about pages and tables need the house.
func TestWhole(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"  expect step dispatch\n": false, "  林晓 opened /p/{project}/desk\n": true, "  expect record desk_call once\n": true, "  林晓 ran desk.call.end@1\n": true,
	} {
		s, err := scenario.Parse("x.txtar", []byte(head+line))
		if err != nil {
			t.Fatal(err)
		}
		if got := play.Whole(s); got != want {
			t.Errorf("%q: needs the house %v, want %v", line, got, want)
		}
	}
}
