package letters

import (
	"strings"
	"testing"

	"guanjia/internal/auth"
)

// The case of the oldest letter goes on; one without a day was not the first,
// wherever it stands in the file (DSK-21).
func TestTheOldestGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		const words = "小区南门口的路灯坏了很久，晚上出入很不安全，请尽快派人来修"
		file := "编号,用户,主题,时间,内容\n1,甲,路灯不亮,," + words + "\n2,乙,路灯不亮,2026-08-02," + words + "一下\n3,丙,路灯不亮,2026-09-10," + words + "啊\n"
		f, err := p.Take(ctx, auth.System, project, "来信.csv", strings.NewReader(file))
		must(t, err)
		must(t, p.Start(ctx, auth.System, project, f.ID))
		must(t, p.OpenAll(ctx, project, f.ID))
		_, list, err := p.Read(ctx, auth.System, project, f.ID)
		must(t, err)
		cases := map[string]int64{}
		for _, l := range list {
			cases[l.Person] = l.Case
		}
		if n, err := p.Merge(ctx, auth.System, project, f.ID, 1); n != 2 || err != nil {
			t.Fatalf("%d merged, %v", n, err)
		}
		for _, m := range p.cases.merged {
			if m[1] != cases["乙"] {
				t.Errorf("%d goes on in %d, want the case of August, %d", m[0], m[1], cases["乙"])
			}
		}
		if g := groups(list); len(g) != 1 || g[0].Letters[0].Person != "乙" || g[0].Letters[2].Person != "甲" {
			t.Errorf("%+v", g)
		}
	})
}
