package workweb_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

var keptRef = regexp.MustCompile(`name="kept\.(\w+)" value="(\d+)"`)

// A form that is refused shows again what it had brought: nobody goes back for
// a photo, nobody is asked to sign twice. A picture that does not hang on the case is none.
func TestARefusedFormKeepsItsPictures(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		first, _ := crew(t, c)
		brought := center.File{Field: "field.photos", Name: "a.png", Data: center.Picture(9)}
		note := center.File{Field: "field.photos", Name: "清单.txt", Data: []byte("不是照片")}
		k := c.Repair("水龙头滴水")
		c.Post("desk", "/p/lin/board/send", sending(k.Number, k.State.Version, first)).Want(t, http.StatusSeeOther)
		base := "/p/lin/work/" + k.Number
		at := func(step string) url.Values {
			now := c.Case(k.ID)
			if now.State.Step != step {
				t.Fatalf("at %s, want %s", now.State.Step, step)
			}
			return url.Values{"step": {step}, "version": {strconv.Itoa(now.State.Version)}}
		}
		with := func(v url.Values, more url.Values) url.Values {
			for name, list := range more {
				v[name] = list
			}
			return v
		}
		c.Post("technician", base+"/do", with(at("accept"), url.Values{"outcome": {"accepted"}})).Want(t, http.StatusSeeOther)
		c.Post("technician", base+"/do", with(at("arrive"), url.Values{"outcome": {"arrived"}})).Want(t, http.StatusSeeOther)

		// one picture, one that is none, and half the words
		again := c.Upload("technician", base+"/do", with(at("look"), url.Values{"field.cause": {"阀芯老化"}}), brought, note).Want(t, http.StatusUnprocessableEntity)
		again.Has(t, "阀芯老化", "这里只收照片", `class="gj-shot is-kept"`)
		ref := keptRef.FindStringSubmatch(again.Body)
		if ref == nil || ref[1] != "photos" {
			t.Fatalf("the picture is gone: %v", ref)
		}
		foreign := "123456789"
		done := with(at("look"), url.Values{"field.cause": {"阀芯老化"}, "field.charge": {"free"}, "kept.photos": {ref[2], foreign}})
		c.Post("technician", base+"/do", done).Want(t, http.StatusSeeOther)
		if got := c.Case(k.ID).State.Fields["photos"]; len(got.([]string)) != 1 || got.([]string)[0] != ref[2] {
			t.Errorf("photos: %v, want %s", got, ref[2])
		}

		c.Post("technician", base+"/do", with(at("work"), url.Values{"field.result": {"fixed"}, "field.did": {"换阀芯"}})).Want(t, http.StatusSeeOther)
		stale := with(at("finish"), url.Values{"outcome": {"signed"}, "field.signed_by": {"data:image/png;base64," + base64.StdEncoding.EncodeToString(center.Picture(200))}})
		_, err := c.Cases.Do(t.Context(), c.Actor("supervisor"), casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "客户催"}}})
		c.Check(err)
		again = c.Post("technician", base+"/do", stale).Want(t, http.StatusConflict).Has(t, "已经签好")
		if ref = keptRef.FindStringSubmatch(again.Body); ref == nil || ref[1] != "signed_by" {
			t.Fatalf("the signature is gone: %v", ref)
		}
		c.Post("technician", base+"/do", with(at("finish"), url.Values{"outcome": {"signed"}, "kept.signed_by": {ref[2]}})).Want(t, http.StatusSeeOther)
		if got, _ := c.Case(k.ID).State.Fields["signed_by"].([]string); len(got) != 1 || got[0] != ref[2] {
			t.Errorf("signature: %v, want %s", got, ref[2])
		}
	})
}
