package casefile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

func (d *desk) saved(actor auth.Actor) []casefile.SavedView {
	d.t.Helper()
	var list []casefile.SavedView
	err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = d.svc.SavedViews(ctx, tx, actor, project)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func TestSavedViewsAreOnesOwn(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		v, err := d.svc.SaveView(ctx, lin, project, " 漏水 ", "kind=repair&q=%E6%BC%8F%E6%B0%B4")
		if err != nil || v.Name != "漏水" {
			d.t.Fatalf("%+v, %v", v, err)
		}
		if again, err := d.svc.SaveView(ctx, lin, project, "漏水", "kind=repair"); err != nil || again.ID != v.ID {
			d.t.Errorf("the same name again: %+v, %v", again, err)
		}
		if got := d.saved(lin); len(got) != 1 || got[0].Query != "kind=repair" {
			d.t.Errorf("kept %+v", got)
		}
		if got := d.saved(wu); len(got) != 0 {
			d.t.Errorf("another person sees %+v", got)
		}
		if err := d.svc.DropView(ctx, wu, project, v.ID); err != nil {
			d.t.Fatal(err)
		}
		if len(d.saved(lin)) != 1 {
			d.t.Error("another person dropped the view")
		}
		for _, name := range []string{"", "   ", strings.Repeat("长", 21)} {
			if _, err := d.svc.SaveView(ctx, lin, project, name, "kind=repair"); errs.KindOf(err) != errs.Invalid {
				d.t.Errorf("name %q: %v", name, err)
			}
		}
		if _, err := d.svc.SaveView(ctx, auth.Actor{Account: 99}, project, "无", ""); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("somebody without a role: %v", err)
		}
		for i := len(d.saved(lin)); i < 12; i++ {
			if _, err := d.svc.SaveView(ctx, lin, project, fmt.Sprint("视图", i), "kind=repair"); err != nil {
				d.t.Fatal(err)
			}
		}
		if _, err := d.svc.SaveView(ctx, lin, project, "又一个", "kind=repair"); errs.CodeOf(err) != "casefile.saved.many" {
			d.t.Errorf("a thirteenth view: %v", err)
		}
		if err := d.svc.DropView(ctx, lin, project, v.ID); err != nil || len(d.saved(lin)) != 11 {
			d.t.Errorf("dropped: %v, %d left", err, len(d.saved(lin)))
		}
	})
}

// Counts finds what List finds, up to its bound.
func TestCountsAgreeWithLists(t *testing.T) {
	each(t, func(d *desk) {
		for i := range 9 {
			in := leak()
			if i%3 == 0 {
				in.Procedure, in.Fields = "enquiry", nil
			}
			d.open(lin, in)
		}
		filters := []casefile.Filter{{Project: project, Status: "open"}, {Project: project, Status: "open", Procedure: "enquiry"}, {Project: project, Clock: "late"}, {Project: project, Status: "open", Owner: lin.Account}}
		err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			for _, upTo := range []int{1000, 4} {
				counts, err := d.svc.Counts(ctx, tx, lin, filters, upTo)
				if err != nil {
					return err
				}
				for i, f := range filters {
					if want := min(d.list(lin, f).Total, upTo); counts[i] != want {
						d.t.Errorf("%+v up to %d: %d, want %d", f, upTo, counts[i], want)
					}
				}
			}
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
	})
}
