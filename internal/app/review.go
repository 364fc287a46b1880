package app

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/estate"
	rules "guanjia/internal/handbook"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// projectSetting is what of a project is reviewed before it takes effect.
type projectSetting struct {
	Profile   string             `json:"profile"`
	Overrides map[string]string  `json:"overrides,omitempty"`
	Calendar  calendar.Overrides `json:"calendar"`
}

func reviewedOf(p estate.Project) (projectSetting, error) {
	s := projectSetting{Profile: p.Profile}
	if err := json.Unmarshal(orEmpty(p.Overrides), &s.Overrides); err != nil {
		return s, err
	}
	err := json.Unmarshal(orEmpty(p.Calendar), &s.Calendar)
	return s, err
}

func (s projectSetting) words() (string, error) {
	raw, err := json.Marshal(s)
	return string(raw), err
}

// onto puts the setting on a project.
func (s projectSetting) onto(p estate.Project) (estate.Project, error) {
	p.Profile = s.Profile
	if s.Overrides == nil {
		s.Overrides = map[string]string{}
	}
	var err error
	if p.Overrides, err = json.Marshal(s.Overrides); err != nil {
		return p, err
	}
	p.Calendar, err = json.Marshal(s.Calendar)
	return p, err
}

// review makes the room's part that keeps changes.
func (a *App) review() *rules.Review {
	return rules.NewReview(rules.ReviewConfig{
		DB: a.DB, Trail: a.Audit, Names: a.accounts().Accounts, Preview: a.previewChange, Approved: a.Refresh,
		Tell: func(ctx context.Context, tx *store.Tx, account int64, c rules.Change, words text.Both) error {
			link := "/p/" + a.code(c.Project) + "/handbook/changes/" + strconv.FormatInt(c.ID, 10)
			return a.Notice.Tell(ctx, tx, notice.Notice{Project: c.Project, Account: account, Link: link, Text: words})
		},
		Reviewers: func(ctx context.Context, tx *store.Tx, project int64) ([]int64, error) {
			var roles []string
			for _, r := range a.Book.Roles() {
				if slices.Contains(r.Permissions, rules.PermReview) {
					roles = append(roles, r.Name)
				}
			}
			people, err := a.Auth.HoldersOf(ctx, tx, project, roles...)
			ids := make([]int64, len(people))
			for i, p := range people {
				ids[i] = p.Account
			}
			return ids, err
		},
	})
}

// ChangeProject saves a project. What decides how its cases go is looked at by
// somebody else first, once it has any; name and area code are so at once.
// waits is the number of the change that waits for its review, 0 for none.
func (a *App) ChangeProject(ctx context.Context, actor auth.Actor, before, after estate.Project, reason string) (waits int64, err error) {
	was, err := reviewedOf(before)
	if err != nil {
		return 0, err
	}
	is, err := reviewedOf(after)
	if err != nil {
		return 0, err
	}
	from, err := was.words()
	if err != nil {
		return 0, err
	}
	to, err := is.words()
	if err != nil {
		return 0, err
	}
	if from == to {
		_, err = a.Estate.SaveProject(ctx, actor, after)
		return 0, err
	}
	used, err := a.hasCases(ctx, before.ID)
	if err != nil {
		return 0, err
	}
	if !used {
		_, err = a.Estate.SaveProject(ctx, actor, after)
		return 0, err
	}
	now := after
	now.Profile, now.Overrides, now.Calendar = before.Profile, before.Overrides, before.Calendar
	if now.Name != before.Name || now.AreaCode != before.AreaCode || after.Version != before.Version {
		if _, err := a.Estate.SaveProject(ctx, actor, now); err != nil {
			return 0, err
		}
	}
	c, err := a.Review.Propose(ctx, actor, before.ID, from, to, reason)
	return c.ID, err
}

// ProjectChange is the number of the change of a project that is not yet in
// force, 0 for none.
func (a *App) ProjectChange(ctx context.Context, project int64) (int64, error) {
	c, err := a.Review.Waits(ctx, project)
	return c.ID, err
}

func (a *App) hasCases(ctx context.Context, project int64) (used bool, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		used, err = a.Cases.Any(ctx, tx, project)
		return err
	})
	return used, err
}

// changeProject puts an approved change of a project in force.
func (a *App) changeProject(ctx context.Context, c rules.Change) error {
	p, next, err := a.changed(ctx, c.Project, c.After)
	if err != nil {
		return err
	}
	if err := a.Book.CheckProject(next); err != nil {
		return err
	}
	next.Version = p.Version
	_, err = a.Estate.SaveProject(ctx, auth.System, next)
	return err
}

// changed is a project as it is and with the setting of a change.
func (a *App) changed(ctx context.Context, project int64, setting string) (now, next estate.Project, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now, err = a.Estate.Project(ctx, tx, project)
		return err
	})
	if err != nil {
		return now, next, err
	}
	var s projectSetting
	if err := json.Unmarshal([]byte(setting), &s); err != nil {
		return now, next, err
	}
	next, err = s.onto(now)
	return now, next, err
}
