package caseweb_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/web/ui"
)

// A register of open cases says until when each is due and how late it is, and
// which cases it has: on paper and as a workbook.
//
// proves INS-03
func TestARegisterOfLateCasesSaysHowLate(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		c.Clock.Add(30 * 24 * time.Hour)
		query := "?view=late&q=" + k.Number
		book := c.Get("desk", "/p/lin/cases.xlsx"+query).Want(t, http.StatusOK)
		f, err := excelize.OpenReader(bytes.NewReader([]byte(book.Body)))
		c.Check(err)
		defer func() { _ = f.Close() }()
		rows, err := f.GetRows("Sheet1")
		c.Check(err)
		if len(rows) != 5 || !strings.Contains(rows[1][0], "范围：超时，内容 "+k.Number) {
			t.Fatalf("%q", rows)
		}
		clock := slices.Index(rows[2], "时限")
		if clock < 0 || !strings.Contains(rows[3][clock], "超时 ") || !strings.Contains(rows[3][clock], "2026-") {
			t.Errorf("%q", rows[2:4])
		}
		c.Get("desk", "/p/lin/registers/cases/print"+query).Want(t, http.StatusOK).Has(t, "范围：超时，内容 "+k.Number, "时限", rows[3][max(clock, 0)], k.Number)
		c.Get("desk", "/p/lin/registers/cases/print?view=all").Want(t, http.StatusOK).Has(t, "范围：全部").Lacks(t, ">时限<")
	})
}

// proves DSK-16: the register of visits says when somebody went, what was said,
// how content the customer is and who went, of a visit that is over, too.
func TestTheRegisterOfVisitsSaysWhatWasSaid(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "visit", Channel: "own", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Fields: map[string]any{"purpose": "年度走访"},
		})
		c.Check(err)
		at := c.Clock.Now().Add(time.Hour)
		k = c.Do("desk", k, "appoint", "reached", map[string]any{"at": at}, nil)
		k = c.Do("supervisor", k, "go", "arrived", nil, nil)
		k = c.Do("supervisor", k, "record", "done", map[string]any{"notes": "都好", "any": true, "rating": 4, "opinions": []any{map[string]any{"about": "电梯", "words": "等得久"}}}, nil)
		query := "?view=all&kind=visit"
		paper := c.Get("desk", "/p/lin/registers/cases/print"+query).Want(t, http.StatusOK).
			Has(t, "走访登记表", k.Number, "<td>"+ui.Exact(at)+"</td>", "<th scope=\"col\">首问负责</th>", "电梯", "等得久", "4 分", c.Actor("supervisor").Name)
		if n := strings.Count(paper.Body, fmt.Sprint("<td>", c.Actor("supervisor").Name, "</td>")); n != 1 {
			t.Errorf("who went stands %d times", n)
		}
		f, err := excelize.OpenReader(strings.NewReader(c.Get("desk", "/p/lin/cases.xlsx"+query).Want(t, http.StatusOK).Body))
		c.Check(err)
		defer func() { _ = f.Close() }()
		rows, err := f.GetRows("Sheet1")
		c.Check(err)
		if len(rows) != 5 || !slices.Contains(rows[3], ui.Exact(at)) || slices.Contains(rows[2], "登记人") {
			t.Errorf("%q", rows)
		}
	})
}
