package letters

import (
	"context"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/store"
)

// A letter that names one room of the estate is of that unit; one that names
// none, several, or a number that may be anything is of none.
func TestLettersFindTheirUnit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		known := map[string][]int64{"1栋2单元1201": {1201}, "1-2-1201": {1201}, "3号楼1502": {1502}, "2栋301": {11, 12}}
		p.FindRooms(func(_ context.Context, _ *store.Tx, of int64, typed string) ([]int64, error) {
			if of != project {
				t.Errorf("asked for project %d", of)
			}
			return known[typed], nil
		})
		for words, want := range map[string]int64{
			"1栋2单元1201 厨房下水道堵塞": 1201, "我是１栋 2单元 １２０１室业主，漏水": 1201, "住1-2-1201，电梯坏了": 1201, "3号楼1502，也就是3号楼1502室": 1502,
			"1栋2单元1201楼上是3号楼1502": 0, "2栋301门锁坏了": 0, "9栋901没有水": 0, "电话 139-1-1201-2": 0, "1201 没水": 0, "2026-11-2010": 0,
		} {
			got, err := p.unitOf(ctx, project, words)
			if got != want || err != nil {
				t.Errorf("%q: unit %d, want %d, %v", words, got, want, err)
			}
		}
		f, err := p.Take(ctx, auth.System, project, "来信.csv", strings.NewReader("编号,用户,主题,时间,内容\n1,甲,下水道,2026-08-02,1栋2单元1201 厨房下水道堵塞\n"))
		must(t, err)
		must(t, p.Start(ctx, auth.System, project, f.ID))
		must(t, p.OpenAll(ctx, project, f.ID))
		for _, c := range p.cases.cases {
			if c.Unit != 1201 {
				t.Errorf("the case is of unit %d", c.Unit)
			}
		}
	})
}
