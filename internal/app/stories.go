package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/config"
	"guanjia/internal/coverage"
	"guanjia/internal/coverage/house"
	"guanjia/internal/estate"
	"guanjia/internal/module"
	"guanjia/internal/store"
)

// Stories is where coverage plays the stories that need pages or rooms: the
// whole program over a folder of its own, with one project in it.
func Stories(ctx context.Context) coverage.NewStage { return house.New(ctx, storyHouse) }

func storyHouse(ctx context.Context, s house.Setting) (*house.Building, error) {
	a, err := Open(ctx, Options{
		Config: config.Config{Data: filepath.Join(s.Folder, "data"), KeyFile: filepath.Join(s.Folder, "key")}, Log: slog.New(slog.DiscardHandler),
		Clock: s.Clock, Handbook: s.Book, Facts: s.Facts, Sessions: storySessions{},
	})
	if err != nil {
		return nil, err
	}
	b, err := a.furnish(ctx, s)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return b, nil
}

// furnish puts the project of a story into the house.
func (a *App) furnish(ctx context.Context, s house.Setting) (*house.Building, error) {
	overrides, err := json.Marshal(s.Overrides)
	if err != nil {
		return nil, err
	}
	project, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "story", Name: "故事小区", Profile: s.Profile, Overrides: overrides})
	if err != nil {
		return nil, err
	}
	if err := a.Refresh(ctx); err != nil {
		return nil, err
	}
	rights := map[string][]string{}
	for _, r := range a.Book.Roles() {
		rights[r.Name] = r.Permissions
	}
	return &house.Building{
		DB: a.DB, Cases: a.Cases, Estate: a.Estate, Project: project, Stamp: a.Book.Stamp, Close: a.Close,
		Staff: func(ctx context.Context, name string, roles []string) (auth.Actor, error) {
			var grants []auth.Grant
			for _, r := range roles {
				grants = append(grants, auth.Grant{Project: project.ID, Role: r})
			}
			made, err := a.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: fmt.Sprintf("story.%x", name), Name: name, Grants: grants})
			return auth.Actor{Account: made.ID, Login: made.Login, Name: name, Grants: grants}.WithPermissions(rights), err
		},
		Figures: func(ctx context.Context) (list []coverage.Measured, err error) {
			err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				m, err := a.Care.Count(ctx, tx, auth.System, project.ID, tx.Now())
				for _, f := range m.Figures {
					list = append(list, coverage.Measured{Name: f.Name, Target: f.Target, Now: f.Now, Known: f.Known, Met: f.Met})
				}
				return err
			})
			return list, err
		},
		Handler: func(actor *auth.Actor) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a.Handler().ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), storyActor{}, actor)))
			})
		},
		Action: func(ctx context.Context, actor auth.Actor, name string, args map[string]any) error {
			for _, m := range a.Mods {
				for _, x := range m.Actions {
					if x.Name == name {
						return a.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
							_, err := x.Do(ctx, tx, module.ActionInput{Actor: actor, Project: project.ID, Args: args})
							return err
						})
					}
				}
			}
			return fmt.Errorf("no room has the action %s", name)
		},
	}, nil
}

// storySessions knows the person of a request from the story, not from a cookie.
type storySessions struct{}

type storyActor struct{}

func (storySessions) Resolve(_ context.Context, r *http.Request) (auth.Actor, bool, error) {
	if a, ok := r.Context().Value(storyActor{}).(*auth.Actor); ok && a != nil {
		return *a, true, nil
	}
	return auth.Actor{}, false, nil
}

// replaceFacts lets a story say what facts read.
func (a *App) replaceFacts(facts []module.Fact) {
	if len(facts) == 0 {
		return
	}
	for i := range a.Mods {
		a.Mods[i].Facts = slices.DeleteFunc(slices.Clone(a.Mods[i].Facts), func(f module.Fact) bool {
			return slices.ContainsFunc(facts, func(own module.Fact) bool { return own.Name == f.Name })
		})
	}
	a.Mods = append(a.Mods, module.Module{Name: "story", Facts: facts})
}
