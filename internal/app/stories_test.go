package app_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanjia/handbook"
	"guanjia/internal/app"
	"guanjia/internal/coverage"
	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

const visited = `-- head --
title: 事项页 / Pages of cases
rules: DSK-01.1
profile: residential
-- given --
unit 3栋1单元-1502 use=residence area=98.60 orientation=南
person 王芳 unit=3栋1单元-1502 as=owner phone=13900001111
staff 林晓 role=desk
-- story --
2026-09-29 Tue 09:10  林晓 took repair from 3栋1单元-1502 of 王芳 by phone "水龙头滴水" part=in_unit fault=water trade=plumbing grade=small as @tap
  expect record casefile_case unit_id=3栋1单元-1502 customer_id=王芳 channel=phone once
  林晓 opened /p/{project}/cases
  expect answer 200, page shows "水龙头滴水", page lacks "13900001111"
  nobody opened /p/{project}/cases
  expect not answer 200, page lacks "水龙头"
`

// The whole program plays stories as the engine alone does, and those that look
// at pages and tables too. (coverage/house plays them all through the services.)
func TestStoriesInTheWholeHouse(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	stories, err := scenario.Load(handbook.FS, "scenarios")
	if err != nil {
		t.Fatal(err)
	}
	own, err := scenario.Parse("visited.txtar", []byte(visited))
	if err != nil {
		t.Fatal(err)
	}
	stage := app.Stories(context.Background())
	some := []string{"complaint-important", "desk-grade3-hours", "repair-dissatisfied-rework", "estate-pages", "estate-registers"}
	stories = slices.DeleteFunc(stories, func(s *scenario.Story) bool {
		return !slices.Contains(some, strings.TrimSuffix(filepath.Base(s.File), ".txtar"))
	})
	if len(stories) != len(some) {
		t.Fatalf("%d of the stories %v are there", len(stories), some)
	}
	for _, story := range append(stories, own) {
		t.Run(strings.TrimSuffix(filepath.Base(story.File), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s, err := stage(book, story.Profile)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(coverage.Play(s, story), s.Close()); err != nil && !errors.Is(err, coverage.ErrNotHere) {
				t.Error(err)
			}
		})
	}
}
