package caseweb_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/files"
	"guanjia/internal/store"
)

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
