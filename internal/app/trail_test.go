package app_test

import (
	"context"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// The trail names what its entries are about: the case a file was put to, the
// file of letters that was read in. proves PLT-02
func TestTheTrailNamesCasesAndFiles(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		p := jinxiu(t, a)
		c := leak(t, a, p.ID)
		admin := enter(t, a, "admin", 0)
		file, err := a.Letters.Take(context.Background(), auth.System, p.ID, "十一月来信.csv", strings.NewReader("内容,日期\n电梯坏了,2026-11-18\n"))
		if err != nil {
			t.Fatal(err)
		}
		err = a.DB.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			for _, e := range []audit.Entry{
				{Actor: auth.System, Project: p.ID, Action: "files.file.attach", Subject: "casefile.case", ID: c.ID},
				{Actor: auth.System, Project: p.ID, Action: "work.order.look", Subject: "casefile.case", ID: c.ID, Data: map[string]any{"field": "phone"}},
				{Actor: auth.System, Project: p.ID, Action: "files.file.attach", Subject: "casefile.case", ID: 1}, // gone, or of another project
			} {
				if err := a.Audit.Record(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		page := admin.get(a, "/p/jinxiu/audit").Body.String()
		if n := strings.Count(page, ">事项 "+c.Number+"<"); n < 2 {
			t.Errorf("the case is named %d times", n)
		}
		if !strings.Contains(page, ">来信文件 "+file.Name+"<") || !strings.Contains(page, ">事项<") {
			t.Errorf("the file of letters is not named, or a case nobody knows is")
		}
	})
}
