package caseweb_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/files"
	"guanjia/internal/store"
)

// A step refused for want of a paper says which, and leads to where it is brought.
func TestAMissingPaperIsNamed(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "写过信没人理",
			Fields: map[string]any{"against": "service", "kind": "service", "wants": "书面答复", "harm": "no", "heated": "no", "written": "yes"},
		})
		c.Check(err)
		at := "/p/lin/cases/" + k.Number
		c.Post("desk", at+"/do", url.Values{"step": {k.State.Step}, "outcome": {"done"}, "version": {strconv.Itoa(k.State.Version)}}).
			Want(t, http.StatusUnprocessableEntity).Has(t, "还缺“投诉信扫描件”", `<a href="`+at+`/way/paper?choice=letter">登记材料</a>`)
		// What the customer wants is on the case's paper as on its page (CMP-01).
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "客户要的结果</span> 书面答复")
		c.Get("desk", at+"/print").Want(t, http.StatusOK).Has(t, "书面答复")
	})
}

// A paper is brought once however often its form is sent; one that the
// procedure does not know leaves no file behind, nor does a stranger's.
// proves CMP-06
func TestAPaperIsBroughtOnce(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		k, err := c.Cases.Open(ctx, c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "写过信没人理",
			Fields: map[string]any{"against": "service", "kind": "service", "wants": "书面答复", "harm": "no", "heated": "no", "written": "yes"},
		})
		c.Check(err)
		far := c.NewProject("far", "远山居", "residential")
		c.Hire("stranger", "supervisor", far.ID)
		at := "/cases/" + k.Number + "/way/paper"
		send := func(who, path, paper string, wide, code int) center.Answer {
			t.Helper()
			var scan bytes.Buffer
			c.Check(png.Encode(&scan, image.NewRGBA(image.Rect(0, 0, wide, 4))))
			return c.Upload(who, path+at, url.Values{"choice": {paper}}, center.File{Field: "field.paper", Name: "scan.png", Data: scan.Bytes()}).Want(t, code)
		}
		kept := func() (hung, brought int) {
			t.Helper()
			c.Check(c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				list, err := c.Files.List(ctx, tx, files.To{Project: c.Project.ID, Owner: "casefile.case", ID: k.ID})
				hung = len(list)
				return err
			}))
			v, err := c.Cases.View(ctx, c.Actor("desk"), c.Project.ID, k.Number)
			c.Check(err)
			for _, e := range v.Events {
				if e.Kind == engine.EvPaper {
					brought++
				}
			}
			return hung, brought
		}
		send("desk", "/p/lin", "passport", 3, http.StatusUnprocessableEntity).Has(t, "不需要这份材料")
		send("stranger", "/p/lin", "letter", 4, http.StatusForbidden)
		send("stranger", "/p/far", "letter", 4, http.StatusNotFound)
		if hung, brought := kept(); hung != 0 || brought != 0 {
			t.Errorf("refused papers left %d files and %d entries", hung, brought)
		}
		for range 2 {
			send("desk", "/p/lin", "letter", 5, http.StatusSeeOther)
		}
		if hung, brought := kept(); hung != 1 || brought != 1 {
			t.Errorf("sent twice, there are %d files and %d entries", hung, brought)
		}
		send("desk", "/p/lin", "letter", 6, http.StatusSeeOther) // its second page
		if hung, brought := kept(); hung != 2 || brought != 2 {
			t.Errorf("of two pages there are %d files and %d entries", hung, brought)
		}
	})
}

// A paper is taken when it comes, not only at the step that waits for it: the
// one waited for stands first, one that is there can get another page.
func TestAPaperIsTakenWhenItComes(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		k, err := c.Cases.Open(ctx, c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "写过信没人理",
			Fields: map[string]any{"against": "service", "kind": "service", "wants": "书面答复", "harm": "no", "heated": "no", "written": "yes"},
		})
		c.Check(err)
		path := "/p/lin/cases/" + k.Number
		order := func(words ...string) {
			t.Helper()
			page, at := c.Get("desk", path+"/way/paper").Want(t, http.StatusOK).Body, 0
			for _, w := range words {
				i := strings.Index(page[at:], w)
				if i < 0 {
					t.Fatalf("%s does not follow where it should: %v", w, words)
				}
				at += i
			}
		}
		order("投诉信扫描件（这一步等着）", "调解记录<", "书面答复<")
		var scan bytes.Buffer
		c.Check(png.Encode(&scan, image.NewRGBA(image.Rect(0, 0, 3, 4))))
		c.Upload("desk", path+"/way/paper", url.Values{"choice": {"written_answer"}}, center.File{Field: "field.paper", Name: "scan.png", Data: scan.Bytes()}).Want(t, http.StatusSeeOther)
		order("投诉信扫描件（这一步等着）", "调解记录<", "书面答复（已有，再加）")
		c.Get("desk", path).Has(t, "/way/paper", "登记材料", "书面答复")
	})
}

// A step from which a supervisor moved the case on is no step that was done:
// the order that was repaired after all does not say on paper that the customer
// had declined it, and the rail does not tick it off.
// proves REP-07
func TestAStepLeftByHandIsNotDone(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("龙头滴水")
		at := "/p/lin/cases/" + k.Number
		moved := func(to string) {
			t.Helper()
			c.Post("supervisor", at+"/way/jump", url.Values{"choice": {to}, "text": {"点错了"}, "version": {strconv.Itoa(c.Case(k.ID).State.Version)}}).Want(t, http.StatusSeeOther)
		}
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		moved("look") // nobody said that they arrived
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, `<li class="is-skip"`, "supervisor 人工调整")
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯磨损", "charge": "paid"}, nil)
		c.Do("technician", k, "quote", "declined", nil, nil)
		moved("quote")
		c.Get("supervisor", at+"/print").Want(t, http.StatusOK).Has(t, `<th scope="row">接单</th>`, "从「不同意报价」到「报价」").
			Lacks(t, `<th scope="row">到场</th>`, `<th scope="row">不同意报价</th>`)
	})
}
