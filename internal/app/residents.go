package app

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"io"
	"net/http"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/files"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/phone"
	"guanjia/internal/resident"
	"guanjia/internal/resident/residentweb"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// doorstep gives residents' pages what they need of the house, and no more.
type doorstep struct {
	a     *App
	said  words
	files attachments
}

func (d doorstep) Project(ctx context.Context, tx *store.Tx, id int64) (web.Project, error) {
	p, err := d.a.Estate.Project(ctx, tx, id)
	return web.Project{ID: p.ID, Code: p.Code, Name: p.Name, Profile: p.Profile}, err
}

func (d doorstep) Plate(ctx context.Context, tx *store.Tx, project, unit int64) (building, room string, err error) {
	u, err := d.a.Estate.Unit(ctx, tx, project, unit)
	return u.Plate, u.Room, err
}

// Owner takes the desk in turn: nobody took the report in, but somebody must
// answer for it (DSK-05). Without a desk it is a supervisor's.
func (d doorstep) Owner(ctx context.Context, tx *store.Tx, project int64, turn string) (int64, error) {
	for _, role := range []string{"desk", "supervisor"} {
		people, err := d.a.Auth.Holders(ctx, tx, project, role)
		if err != nil {
			return 0, err
		}
		if len(people) > 0 {
			h := fnv.New32a()
			_, _ = h.Write([]byte(turn))                                   // never fails
			return people[int(h.Sum32()%uint32(len(people)))].Account, nil //nolint:gosec // a handful of people
		}
	}
	return 0, nil
}

func (d doorstep) Suggest(said string) residentweb.Suggestion {
	s := d.said.Suggest(said)
	out := residentweb.Suggestion{Fault: s.Fields["fault"], Trade: s.Fields["trade"], Grade: s.Fields["grade"]}
	for _, x := range s.Dangers {
		out.Dangers = append(out.Dangers, residentweb.Danger{Name: x.Name, Script: x.Script, Number: x.Number})
	}
	return out
}

// Send keeps the words for the first holder of the unit who has a number.
func (d doorstep) Send(ctx context.Context, tx *store.Tx, project, unit int64, say text.Both) (string, error) {
	holds, err := d.a.Estate.WhoHolds(ctx, tx, project, []int64{unit})
	if err != nil {
		return "", err
	}
	for _, o := range holds[unit] {
		p, err := d.a.Estate.Person(ctx, tx, project, o.Person)
		if err != nil {
			return "", err
		}
		if len(p.Phones) == 0 {
			continue
		}
		number := p.Phones[0].Number.Key
		return phone.Mask(number), d.a.Notice.Tell(ctx, tx, notice.Notice{Project: project, Customer: o.Person, Phone: number, Text: say})
	}
	return "", nil
}

func (d doorstep) Keep(ctx context.Context, project, caseID int64, name string, body io.Reader) (string, error) {
	return d.files.KeepPicture(ctx, auth.System, project, caseID, name, body)
}

// Hold keeps a photo for the case that a report opens once it is in order; what
// no case takes is swept.
func (d doorstep) Hold(ctx context.Context, name string, body io.Reader) (string, error) {
	got, err := d.files.receivePicture(ctx, name, body)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(got)
	return string(b), err
}

func (d doorstep) Hang(ctx context.Context, project, caseID int64, held string) (string, error) {
	var got files.Received
	if err := json.Unmarshal([]byte(held), &got); err != nil {
		return "", err
	}
	return d.files.hang(ctx, auth.System, project, caseID, got)
}

// Photos are the pictures of a case that nobody of the staff hung there.
func (d doorstep) Photos(ctx context.Context, tx *store.Tx, project, caseID int64) ([]residentweb.Photo, error) {
	all, err := d.a.Files.List(ctx, tx, files.To{Project: project, Owner: caseOwner, ID: caseID})
	var list []residentweb.Photo
	for _, f := range all {
		if f.UploadedBy == auth.System.Account && picture(f.Media) {
			list = append(list, residentweb.Photo{ID: f.ID, Name: f.Name, Shown: f.Media.Picture()})
		}
	}
	return list, err
}

func (d doorstep) ServePhoto(w http.ResponseWriter, r *http.Request, project, caseID, id int64) error {
	var found files.File
	err := d.a.DB.Read(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		all, err := d.a.Files.List(ctx, tx, files.To{Project: project, Owner: caseOwner, ID: caseID})
		for _, f := range all {
			if f.ID == id && f.UploadedBy == auth.System.Account {
				found = f
			}
		}
		return err
	})
	if err == nil && found.ID == 0 {
		err = errs.New(errs.NotFound, "resident.photo", "没有这张照片。", "There is no such photo.")
	}
	if err != nil {
		return err
	}
	return d.a.Files.ServeSmall(w, r, found)
}

func (d doorstep) Name(ctx context.Context, tx *store.Tx, account int64) (string, error) {
	people, err := d.a.Auth.Names(ctx, tx, account)
	return people[account].Name, err
}

// residentRoom is the door for residents without an account.
func (a *App) residentRoom(said words) module.Module {
	a.Residents = resident.New(a.DB, a.Keys)
	a.Residents.RecordBy(a.Audit)
	pages := residentweb.New(a.DB, a.Residents, a.Cases, a.Book, doorstep{a, said, attachments{a.DB, a.Files}}, a.Config.BaseURL)
	m := a.Residents.Module()
	m.Routes, m.Nav = pages.Routes(), pages.Nav()
	return m
}

// codeAction is the way from a unit's page to its code.
var codeAction = estate.UnitAction{Title: text.B("住户码", "Code"), Icon: "qrcode", Right: resident.PermLinks, Path: residentweb.UnitPath}
