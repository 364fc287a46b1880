package app

import (
	"context"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v4"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/work/workweb"
)

// workTrail records that a technician saw a customer's number.
type workTrail struct{ trail *audit.Service }

func (t workTrail) Looked(ctx context.Context, tx *store.Tx, actor auth.Actor, project, caseID int64) error {
	return t.trail.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: project, Action: "work.order.look", Subject: "casefile.case", ID: caseID, Data: map[string]any{"field": "phone"},
	})
}

// reach tells how the customer of a case is called: by the number they gave,
// else by the first on file.
type reach struct{ estate *estate.Service }

func (r reach) Reach(ctx context.Context, tx *store.Tx, c casefile.Case) (name, phone string, err error) {
	name, phone = c.Caller, c.Phone
	if c.Customer == 0 || name != "" && phone != "" {
		return name, phone, nil
	}
	p, err := r.estate.Person(ctx, tx, c.Project, c.Customer)
	if err != nil {
		return name, phone, nil //nolint:nilerr // a person taken off the file is nobody to call
	}
	if name == "" {
		name = p.Name
	}
	if phone == "" && len(p.Phones) > 0 {
		phone = p.Phones[0].Number.Key
	}
	return name, phone, nil
}

// crew lists those who hold a technician's post.
type crew struct{ auth *auth.Service }

func (c crew) Crew(ctx context.Context, tx *store.Tx, project int64) ([]workweb.Member, error) {
	people, err := c.auth.Holders(ctx, tx, project, "technician")
	list := make([]workweb.Member, len(people))
	for i, p := range people {
		list[i] = workweb.Member{Account: p.Account, Name: p.Name}
	}
	return list, err
}

// buildings names the buildings for the board.
type buildings struct{ estate *estate.Service }

func (b buildings) Buildings(ctx context.Context, tx *store.Tx, project int64) ([]workweb.Building, error) {
	found, err := b.estate.Buildings(ctx, tx, project)
	list := make([]workweb.Building, len(found))
	for i, x := range found {
		list[i] = workweb.Building{ID: x.ID, Name: x.Name}
	}
	return list, err
}

// kit says what to bring for a fault.
type kit map[string]text.Both

func (k kit) Bring(fault string) text.Both { return k[fault] }

func readKit(source fs.FS) (kit, error) {
	raw, err := fs.ReadFile(source, "words/bring.yaml")
	if err != nil {
		return nil, err
	}
	var file struct {
		Bring map[string]string `yaml:"bring"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	k := kit{}
	for fault, words := range file.Bring {
		zh, en, _ := strings.Cut(words, " / ")
		k[fault] = text.B(zh, en)
	}
	return k, nil
}

// workPages are the pages of dispatching.
func (a *App) workPages() (*workweb.Pages, error) {
	bring, err := readKit(a.source)
	return workweb.New(workweb.Options{
		DB: a.DB, Work: a.Work, Cases: a.Cases, Book: a.Book, Files: attachments{a.DB, a.Files}, Customers: reach{a.Estate},
		Crew: crew{a.Auth}, Buildings: buildings{a.Estate}, Kit: bring,
	}), err
}
