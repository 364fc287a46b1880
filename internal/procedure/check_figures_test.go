package procedure

import (
	"testing"
	"testing/fstest"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	for used, row := range map[string]struct{ yes, no string }{
		"repair.arrive.{fault}.{grade}": {"repair.arrive.leak", "repair.finish.leak"},
		"complaint.{grade}.answer":      {"complaint.minor.answer", "complaint.levels"},
		"powers.*":                      {"powers.jump", "power.jump"},
		"trades":                        {"trades.plumbing", "departments.service"},
		"visit.share.each":              {"visit.share.each", "visit.share"},
	} {
		if !covers(used, row.yes) || row.no != "" && covers(used, row.no) {
			t.Errorf("%s: covers %s %t, %s %t", used, row.yes, covers(used, row.yes), row.no, covers(used, row.no))
		}
	}
}

// A figure is read by a procedure, by a room, or later; the rest is named where
// it stands, in the profile that writes it and not in those that are like it.
func TestUnreadFigures(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for name, src := range common {
		fsys[name] = &fstest.MapFile{Data: []byte(src)}
	}
	fsys["profiles/one.yaml"] = &fstest.MapFile{Data: []byte("profile: one\ntitle: 一 / One\nlater: {billing: [job.bill, job.read]}\n" + commonFigures +
		"  ahead: 1 hour\n  bill: {day: 25}\n  read: 3\n  lost: 7\n")}
	fsys["profiles/two.yaml"] = &fstest.MapFile{Data: []byte("profile: two\ntitle: 二 / Two\nlike: one\njob: {bill: {day: 20}}\n")}
	fsys["procedures/job.yaml"] = &fstest.MapFile{Data: []byte(`procedure: job
title: 事 / Job
number: JB-{yy}{mm}-{seq}
about: {customer: optional, unit: optional}
opened: {by: [desk]}
fields: {starts: {title: 开始 / Starts, type: time, required: yes}}
steps:
  take: {title: 受理 / Take, do: form, who: desk, asks: [starts], limit: job.answer.other, then: wait}
  wait: {title: 等 / Wait, do: wait, until: starts, before: job.ahead, then: {due: close}}
  close: {title: 归档 / File, do: close}
`)}
	h, ps := Load(fsys)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	env := exampleEnv
	env.Figures = []string{"departments", "trades", "job.levels", "job.read", "job.small"}
	got := ""
	for _, p := range CheckHandbook(h, env) {
		got += p.String() + "\n"
	}
	want := `profiles/one.yaml:3:18: warning: "job.read" is read already; remove it from later [figure.later]
profiles/one.yaml:7:18: warning: no procedure and no room reads "job.answer.leak"; remove it, let a procedure read it, or name it under later [figure.unused]
profiles/one.yaml:13:9: warning: no procedure and no room reads "job.lost"; remove it, let a procedure read it, or name it under later [figure.unused]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if h.Profiles["two"].Later("job.bill.day") != "billing" || h.Profiles["one"].Later("job.small") != "" {
		t.Error("what is for later is said by the profile that others are like")
	}
}
