package app

import (
	"context"
	"io"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/errs"
	"guanjia/internal/files"
	"guanjia/internal/store"
)

// caseOwner names cases as owners of attachments.
const caseOwner = "casefile.case"

// attachments keeps photos that belong to cases.
type attachments struct {
	db    *store.DB
	files *files.Service
}

func (t attachments) Keep(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error) {
	got, err := t.files.Receive(ctx, name, r)
	if err != nil {
		return "", err
	}
	return t.hang(ctx, actor, project, caseID, got)
}

// KeepPicture keeps pictures only: what else somebody sends, whatever it is
// called, is Invalid and swept.
func (t attachments) KeepPicture(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error) {
	got, err := t.receivePicture(ctx, name, r)
	if err != nil {
		return "", err
	}
	return t.hang(ctx, actor, project, caseID, got)
}

func (t attachments) receivePicture(ctx context.Context, name string, r io.Reader) (files.Received, error) {
	got, err := t.files.Receive(ctx, name, r)
	if err == nil && !picture(got.Media) {
		err = errs.New(errs.Invalid, "files.type", "这里只收照片（JPG、PNG、WebP、HEIC），没有保存。", "Only photos are taken here (JPG, PNG, WebP, HEIC); it was not saved.")
	}
	return got, err
}

func picture(m files.Media) bool { return m.Picture() || m == files.HEIC }

func (t attachments) hang(ctx context.Context, actor auth.Actor, project, caseID int64, got files.Received) (string, error) {
	var f files.File
	to := files.To{Project: project, Owner: caseOwner, ID: caseID}
	err := t.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		have, err := t.files.List(ctx, tx, to)
		if err != nil {
			return err
		}
		// A form sent twice over a bad line keeps its photos once.
		if i := slices.IndexFunc(have, func(x files.File) bool { return x.SHA256 == got.SHA256 }); i >= 0 {
			f = have[i]
			return nil
		}
		f, err = t.files.Attach(ctx, tx, actor, to, got)
		return err
	})
	return strconv.FormatInt(f.ID, 10), err
}

// Of lists what hangs on a case, oldest first.
func (t attachments) Of(ctx context.Context, tx *store.Tx, project, caseID int64) ([]files.File, error) {
	return t.files.List(ctx, tx, files.To{Project: project, Owner: caseOwner, ID: caseID})
}

// Hung tells pages the names of what hangs on a case, and what can be shown small.
func (t attachments) Hung(ctx context.Context, project, caseID int64) (map[string]caseweb.Hung, error) {
	hung := map[string]caseweb.Hung{}
	err := t.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := t.Of(ctx, tx, project, caseID)
		for _, f := range list {
			hung[strconv.FormatInt(f.ID, 10)] = caseweb.Hung{Name: f.Name, Small: f.Media.Picture()}
		}
		return err
	})
	return hung, err
}

// guardCases lets those see a case's attachments who may see the case.
func (a *App) guardCases(ctx context.Context, tx *store.Tx, actor auth.Actor, f files.File, _ bool) error {
	c, err := a.Cases.ByID(ctx, tx, f.OwnerID)
	if err != nil {
		return err
	}
	_, err = a.Cases.ViewIn(ctx, tx, actor, c.Project, c.Number)
	return err
}

// usedByCases counts the open and closed cases of units and people, so that an
// import is not taken back from under them.
func (a *App) usedByCases(ctx context.Context, tx *store.Tx, project int64, units, people []int64) (int, error) {
	n := 0
	count := func(f casefile.Filter) error {
		f.Project, f.Limit = project, 1
		page, err := a.Cases.ListIn(ctx, tx, auth.System, f)
		n += page.Total
		return err
	}
	for _, id := range units {
		if err := count(casefile.Filter{Unit: id}); err != nil {
			return n, err
		}
	}
	for _, id := range people {
		if err := count(casefile.Filter{Customer: id}); err != nil {
			return n, err
		}
	}
	return n, nil
}
