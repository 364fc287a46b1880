package letters

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
)

func person(id int64, name string, perms ...string) auth.Actor {
	return auth.Actor{Account: id, Login: name, Name: name, Grants: []auth.Grant{{Project: project, Role: "r"}}}.WithPermissions(map[string][]string{"r": perms})
}

// A file that came to nothing is taken back: the cases nobody touched, with the
// reason, by the person who asked; the rest is counted and stays. Taken in
// again, its letters count anew.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		wu := person(2, "吴海燕", importer.PermRun, casefile.PermCancel)
		take := func() (File, []Letter) {
			f, err := p.Take(ctx, wu, project, "来信.csv", bytes.NewReader(samples(t)))
			must(t, err)
			if err := p.Withdraw(ctx, wu, project, f.ID, "错"); errs.CodeOf(err) != "letters.withdraw.none" {
				t.Errorf("withdrawn before there is a case: %v", err)
			}
			must(t, p.Start(ctx, wu, project, f.ID))
			must(t, p.OpenAll(ctx, project, f.ID))
			f, list, err := p.Read(ctx, wu, project, f.ID)
			must(t, err)
			return f, list
		}
		f, list := take()
		again, _ := take()
		if err := p.Withdraw(ctx, wu, project, again.ID, "错"); errs.CodeOf(err) != "letters.withdraw.none" {
			t.Errorf("cases of an earlier file are withdrawn: %v", err)
		}
		if err := p.Withdraw(ctx, person(3, "x", importer.PermRun), project, f.ID, "错"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right to cancel: %v", err)
		}
		if err := p.Withdraw(ctx, wu, project, f.ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		p.cases.touched = map[int64]bool{list[0].Case: true, list[7].Case: true}
		must(t, p.Withdraw(ctx, wu, project, f.ID, "导错了文件"))
		if want := []string{fmt.Sprintf("%d by 吴海燕: 导错了文件", list[1].Case)}; !slices.Equal(p.cases.withdrawn, want) {
			t.Errorf("the person's own rights are asked with %v, want %v", p.cases.withdrawn, want)
		}
		if err := p.Withdraw(ctx, wu, project, f.ID, "再来"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("withdrawn twice: %v", err)
		}
		if _, err := p.runner.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		f, list, err := p.Read(ctx, wu, project, f.ID)
		must(t, err)
		var v fileView
		v.count(list)
		if f.State != StateWithdrawn || f.Reason != "导错了文件" || v.Cases != 20 || v.Back != 18 || len(v.Left) != 2 {
			t.Errorf("%+v: %d of %d, %d left", f, v.Back, v.Cases, len(v.Left))
		}
		if n := len(p.cases.withdrawn); n != 18 || !strings.HasSuffix(p.cases.withdrawn[17], "吴海燕: 导错了文件") {
			t.Errorf("%d withdrawn: %v", n, p.cases.withdrawn)
		}
		_, list = take()
		own := 0
		for _, l := range list {
			if l.own() {
				own++
			}
		}
		if own != 18 {
			t.Errorf("taken in again, %d letters become cases, want the 18 withdrawn", own)
		}
	})
}
