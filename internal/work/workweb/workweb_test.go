package workweb_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/files"
	"guanjia/internal/store"
)

// crew gives the centre a plumber and an electrician.
func crew(t *testing.T, c *center.Center) (first, second auth.Actor) {
	t.Helper()
	first, second = c.Actor("technician"), c.Hire("electrician", "technician", c.Project.ID)
	for trade, who := range map[string]auth.Actor{"plumbing": first, "electric": second} {
		c.Post("supervisor", "/p/lin/board/trades", url.Values{"account": {fmt.Sprint(who.Account)}, "trade": {trade}}).Want(t, http.StatusSeeOther)
	}
	return first, second
}

func sending(number string, version int, to auth.Actor) url.Values {
	return url.Values{"number": {number}, "version": {fmt.Sprint(version)}, "account": {fmt.Sprint(to.Account)}}
}

// proves REP-13: two dispatchers send the same order: the second sees on the
// board who did what, and the first one's choice stands.
func TestTwoDispatchers(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		first, second := crew(t, c)
		k, other := c.Repair("水龙头滴水"), c.Repair("水管漏水")
		c.Get("desk", "/p/lin/board").Want(t, http.StatusOK).Has(t, "水龙头滴水", "水管漏水", "按规则派").Lacks(t, "王芳", "13900001111")
		c.Post("desk", "/p/lin/board/send", sending(k.Number, k.State.Version, first)).Want(t, http.StatusSeeOther)
		late := c.Post("supervisor", "/p/lin/board/send", sending(k.Number, k.State.Version, second)).Want(t, http.StatusConflict)
		late.Has(t, `role="alert"`, "desk", "水管漏水", "gj-board") // who did it, on the board as it is now
		if now := c.Case(k.ID); now.State.Assignee != first.Account || now.State.Step != "accept" {
			t.Errorf("with %d at %s", now.State.Assignee, now.State.Step)
		}
		if strings.Contains(late.Body, `id="wait-`+k.Number+`"`) || !strings.Contains(late.Body, `id="wait-`+other.Number+`"`) {
			t.Error("the board shown with the refusal is an old one")
		}
		c.Post("desk", "/p/lin/board/send", sending(other.Number, other.State.Version, c.Actor("desk"))).Want(t, http.StatusUnprocessableEntity).Has(t, "请选一位在岗的维修工")
		c.Post("desk", "/p/lin/board/send", sending("WX-0000-0000", 0, first)).Want(t, http.StatusNotFound)
		for _, who := range []string{"technician", "auditor"} {
			c.Post(who, "/p/lin/board/send", sending(other.Number, other.State.Version, first)).Want(t, http.StatusForbidden)
		}
		if now := c.Case(other.ID); now.State.Assignee != 0 {
			t.Error("sent by who may not, or to who is no technician")
		}
	})
}

// proves REP-03: the customer's number is for who has the order; nobody without
// the right works on it; a note that is refused says why.
func TestTheNumberIsForWhoHasTheOrder(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		first, _ := crew(t, c)
		k := c.Repair("水龙头滴水")
		c.Post("desk", "/p/lin/board/send", sending(k.Number, k.State.Version, first)).Want(t, http.StatusSeeOther)
		base := "/p/lin/work/" + k.Number
		c.Get("technician", base).Want(t, http.StatusOK).Has(t, "tel:13900001111", "接单", "data-queue-list")
		for _, at := range []string{"", "/step", "/cannot"} {
			c.Get("electrician", base+at).Lacks(t, "13900001111", "tel:")
		}
		for _, who := range []string{"auditor", ""} {
			for _, at := range []string{"/do", "/note", "/photo", "/cannot"} {
				if got := c.Post(who, base+at, url.Values{"step": {"accept"}, "outcome": {"accepted"}, "text": {"x"}, "what": {"pause"}}); got.Code == http.StatusOK || strings.Contains(got.To, k.Number) && !strings.Contains(got.To, "/login") {
					t.Errorf("%s by %q: %d %s", at, who, got.Code, got.To)
				}
			}
		}
		c.Get("electrician", "/p/lin/work").Want(t, http.StatusOK).Lacks(t, k.Number, "水龙头")
		if now := c.Case(k.ID); now.State.Step != "accept" {
			t.Errorf("it stands at %s", now.State.Step)
		}
		// What is refused says why where the phone looks for it.
		got := c.Post("technician", base+"/note", url.Values{"text": {" "}, "key": {"n"}}).Want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(got.Body, "gj-note-words") && !strings.Contains(got.Body, "gj-trouble") {
			t.Errorf("the phone finds no reason in the answer: %.400s", got.Body)
		}
	})
}

// What was hung on a photo field without being one is named with a link; no
// page asks for a small picture of it.
func TestWhatIsNoPictureIsNamed(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		first, _ := crew(t, c)
		k := c.Repair("水龙头滴水")
		c.Post("desk", "/p/lin/board/send", sending(k.Number, k.State.Version, first)).Want(t, http.StatusSeeOther)
		hang := func(name string, data []byte) string {
			got, err := c.Files.Receive(ctx, name, bytes.NewReader(data))
			c.Check(err)
			var f files.File
			c.Check(c.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				f, err = c.Files.Attach(ctx, tx, c.Actor("desk"), files.To{Project: c.Project.ID, Owner: "casefile.case", ID: k.ID}, got)
				return err
			}))
			return strconv.FormatInt(f.ID, 10)
		}
		pdf, shot := hang("报价.pdf", []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")), hang("龙头.png", center.Picture(3))
		_, err := c.Cases.Do(ctx, c.Actor("desk"), casefile.Doing{Case: k.ID, Command: engine.Command{
			Kind: engine.EvAmend, Fields: map[string]any{"photos": []string{pdf, shot}}, Data: map[string]any{"reason": "补"},
		}})
		c.Check(err)
		for who, path := range map[string]string{"technician": "/p/lin/work/", "desk": "/p/lin/cases/"} {
			c.Get(who, path+k.Number).Want(t, http.StatusOK).Has(t, "/files/"+shot+"/small", `href="/files/`+pdf+`"`, "报价.pdf").Lacks(t, "/files/"+pdf+"/small")
		}
	})
}

// Pictures taken on the spot: kept, shown small, refused with a word when they
// are none, and hung once when sent twice.
func TestPhotosOnTheSpot(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		first, _ := crew(t, c)
		k := c.Repair("水龙头滴水")
		c.Post("desk", "/p/lin/board/send", sending(k.Number, k.State.Version, first)).Want(t, http.StatusSeeOther)
		base := "/p/lin/work/" + k.Number
		shot := center.File{Field: "field.photo", Name: "a.png", Data: center.Picture(9)}
		for range 2 {
			c.Upload("technician", base+"/photo", url.Values{"when": {"before"}}, shot).Want(t, http.StatusSeeOther)
		}
		if refs, _ := c.Case(k.ID).State.Fields["photos"].([]string); len(refs) != 1 {
			t.Errorf("photos: %v", refs)
		}
		c.Get("technician", base).Want(t, http.StatusOK).Has(t, "/small", "修前照片")
		c.Get("desk", "/p/lin/cases/"+k.Number).Want(t, http.StatusOK).Has(t, "加了照片").Lacks(t, "更正了内容")
		exe := center.File{Field: "field.photo", Name: "a.jpg", Data: append([]byte("MZ\x90\x00"), make([]byte, 600)...)}
		c.Upload("technician", base+"/photo", url.Values{"when": {"after"}}, exe).Want(t, http.StatusUnprocessableEntity).Has(t, "不能收")
		c.Upload("technician", base+"/photo", url.Values{"when": {"after"}}).Want(t, http.StatusUnprocessableEntity).Has(t, "没有收到照片")
		pdf := center.File{Field: "field.photo", Name: "报价.pdf", Data: []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")}
		c.Upload("technician", base+"/photo", url.Values{"when": {"after"}}, pdf).Want(t, http.StatusUnprocessableEntity).Has(t, `id="p-photo-err"`, "这里只收照片（JPG、PNG、WebP、HEIC）")
		if refs, _ := c.Case(k.ID).State.Fields["after"].([]string); len(refs) != 0 {
			t.Errorf("a program was hung on the order: %v", refs)
		}
	})
}
