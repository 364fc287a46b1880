package residentweb_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/files"
	"guanjia/internal/resident"
	"guanjia/internal/store"
)

var photoPath = regexp.MustCompile(`/r/[^"/]+/photos/\d+`)

// code gives the unit of the centre a code.
func code(c *center.Center) resident.Link {
	c.T.Helper()
	l, err := c.Residents.Make(context.Background(), c.Actor("desk"), resident.Link{Project: c.Project.ID, Kind: resident.Unit, Unit: c.Unit.ID})
	c.Check(err)
	return l
}

// progress is the address of a case's own page.
func progress(c *center.Center, k casefile.Case) string {
	c.T.Helper()
	var l resident.Link
	c.Check(c.DB.Write(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = c.Residents.OfCase(ctx, tx, k.Project, k.ID)
		return err
	}))
	return "/r/" + l.Token
}

func picture(name string, shade uint8) center.File {
	return center.File{Field: "field.photo", Name: name, Data: center.Picture(shade)}
}

func heic() center.File {
	box := func(kind string, body []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body))) //nolint:gosec // small
		return append(append(b, kind...), body...)
	}
	return center.File{Field: "field.photo", Name: "IMG_1.HEIC", Data: append(box("ftyp", []byte("heic\x00\x00\x00\x00mif1")), box("meta", []byte{1, 2})...)}
}

var report = url.Values{"kind": {"leak"}, "words": {"厨房漏水"}, "when": {"晚上七点以后"}, "key": {"once"}}

// The pictures a resident sent are shown back on their progress page, small;
// nothing else that hangs on the case is, nor anything of another's.
func TestOwnPhotosAndNobodyElses(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		path := "/r/" + code(c).Token
		c.Get("", path).Has(t, `name="when"`)
		to := c.Upload("", path, report, picture("厨房.png", 10), picture("b.png", 20), heic()).Want(t, http.StatusSeeOther).To
		page := c.Get("", to).Want(t, http.StatusOK).Has(t, "您发来的照片", "另有 1 张已收到")
		page.Lacks(t, "厨房.png", "1502", "王芳", "13900001111", "139****1111")
		shown := photoPath.FindAllString(page.Body, -1)
		if len(shown) != 2 {
			t.Fatalf("photos shown: %v", shown)
		}
		for _, at := range shown {
			got := c.Get("", at).Want(t, http.StatusOK)
			if got.Header.Get("Content-Type") != string(files.JPEG) || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(got.Header.Get("Cache-Control"), "private") {
				t.Errorf("%s: %v", at, got.Header)
			}
		}
		k := c.CasesOf("repair")[0]
		if refs, _ := k.State.Fields["photos"].([]string); len(refs) != 3 {
			t.Errorf("on the case: %v", k.State.Fields["photos"])
		}
		if k.State.Fields["convenient"] != "晚上七点以后" {
			t.Errorf("when to come: %v", k.State.Fields["convenient"])
		}

		// What the staff hang on it, and what is signed, has no address here.
		var staff, signed files.File
		for i, f := range []*files.File{&staff, &signed} {
			actor, name := c.Actor("desk"), "合同.png"
			if i == 1 {
				actor, name = auth.System, "approved_by.png"
			}
			got, err := c.Files.Receive(context.Background(), name, bytes.NewReader(center.Picture(uint8(100+i)))) //nolint:gosec // small
			c.Check(err)
			c.Check(c.DB.Write(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				*f, err = c.Files.Attach(ctx, tx, actor, files.To{Project: c.Project.ID, Owner: "casefile.case", ID: k.ID}, got)
				return err
			}))
		}
		other := progress(c, c.Repair("别人的事"))
		_, mine, _ := strings.Cut(shown[0], "/photos/")
		for name, at := range map[string]string{
			"of the staff": fmt.Sprintf("%s/photos/%d", to, staff.ID), "signature": fmt.Sprintf("%s/photos/%d", to, signed.ID),
			"over another's code": other + "/photos/" + mine, "over the unit's code": path + "/photos/" + mine,
			"no number": to + "/photos/x", "nothing": to + "/photos/1", "plain file": "/files/" + mine,
		} {
			if got := c.Get("", at); got.Code == http.StatusOK {
				t.Errorf("%s: handed out", name)
			}
		}
		if again := photoPath.FindAllString(c.Get("", to).Body, -1); len(again) != 2 {
			t.Errorf("the page shows what others hung there: %v", again)
		}
	})
}

// A report stands whatever is wrong with its pictures; what can be kept is
// kept, and sent twice it is there once.
func TestPhotosThatCannotBeKept(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		exe := center.File{Field: "field.photo", Name: "IMG_2.jpg", Data: append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 4000)...)}
		words := center.File{Field: "field.photo", Name: "photo.jpg", Data: []byte("just words")}
		large := center.File{Field: "field.photo", Name: "large.png", Data: append(center.Picture(1), make([]byte, 50<<20)...)}
		torn := center.File{Field: "field.photo", Name: "torn.png", Data: center.Picture(30)[:20]}
		for name, at := range map[string]struct {
			list []center.File
			say  string
			kept int
		}{
			"a program called jpg": {[]center.File{exe, picture("ok.png", 40)}, "有一个文件不是照片", 1},
			"words called jpg":     {[]center.File{words}, "有一个文件不是照片", 0},
			"fifty megabytes":      {[]center.File{picture("ok.png", 41), large}, "超过 25 MB", 1},
			"cut off":              {[]center.File{torn}, "没有传完整", 0},
			"ten":                  {ten(50, 10), "您发来的照片", 10},
			"thirteen":             {ten(70, 13), "一次最多 12 张", 12},
		} {
			c.Clock.Add(2 * time.Hour)
			form := url.Values{"kind": {"door"}, "words": {"门锁坏了 " + name}, "key": {name}}
			path := "/r/" + code(c).Token
			to := c.Upload("", path, form, at.list...).Want(t, http.StatusSeeOther).To
			again := c.Upload("", path, form, at.list...).Want(t, http.StatusSeeOther).To // pressed twice
			if to != again {
				t.Errorf("%s: twice gives two: %s %s", name, to, again)
			}
			c.Get("", to).Want(t, http.StatusOK).Has(t, at.say)
			var found []casefile.Case
			for _, k := range c.CasesOf("repair") {
				if strings.HasSuffix(k.Words, name) {
					found = append(found, k)
				}
			}
			if len(found) != 1 {
				t.Fatalf("%s: %d cases", name, len(found))
			}
			if refs, _ := found[0].State.Fields["photos"].([]string); len(refs) != at.kept {
				t.Errorf("%s: kept %d, want %d", name, len(refs), at.kept)
			}
		}
	})
}

func ten(from uint8, n int) (list []center.File) {
	for i := range n {
		list = append(list, picture(fmt.Sprintf("%d.png", i), from+uint8(i))) //nolint:gosec // small
	}
	return list
}

var keptPhoto = regexp.MustCompile(`name="kept.photo" value="([^"]+)"`)

// A report that is refused keeps its photos for the next try, over the same
// code only.
func TestRefusedReportKeepsItsPhotos(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		path := "/r/" + code(c).Token
		form := func(number string, kept ...string) url.Values {
			return url.Values{"kind": {"leak"}, "words": {"厨房漏水"}, "phone": {number}, "key": {number}, "kept.photo": kept}
		}
		exe := center.File{Field: "field.photo", Name: "x.jpg", Data: []byte("MZ, no picture")}
		page := c.Upload("", path, form("-12abc"), picture("厨房.png", 10), exe).Want(t, http.StatusUnprocessableEntity).Has(t, "已收下的第 1 张", "这里只收照片", `pattern="`)
		page = c.Upload("", path, form("123456", keptPhoto.FindStringSubmatch(page.Body)[1]), picture("b.png", 20)).Want(t, http.StatusUnprocessableEntity).Has(t, "已收下的第 2 张")
		var kept []string
		for _, m := range keptPhoto.FindAllStringSubmatch(page.Body, -1) {
			kept = append(kept, m[1])
		}
		photos := func(path string, kept ...string) int {
			before := len(c.CasesOf("repair"))
			c.Upload("", path, form("13900001234", kept...)).Want(t, http.StatusSeeOther)
			list := c.CasesOf("repair")
			if len(list) != before+1 {
				t.Fatalf("%d cases, then %d", before, len(list))
			}
			n := 0
			for _, k := range list {
				refs, _ := k.State.Fields["photos"].([]string)
				n += len(refs)
			}
			return n
		}
		if n := photos("/r/"+code(c).Token, append(kept, "x", "")...); n != 0 {
			t.Errorf("another code brought %d photos", n)
		}
		if n := photos(path, kept...); n != 2 {
			t.Errorf("kept %d photos of 2", n)
		}
	})
}

// A complaint has no field for pictures: they are noted once and shown back.
func TestPhotosOfAComplaint(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		form, path := url.Values{"kind": {"complaint"}, "words": {"楼上半夜装修"}, "key": {"c"}}, "/r/"+code(c).Token
		var to string
		for range 2 {
			to = c.Upload("", path, form, picture("a.png", 1)).Want(t, http.StatusSeeOther).To
		}
		page := c.Get("", to).Want(t, http.StatusOK)
		if n := len(photoPath.FindAllString(page.Body, -1)); n != 1 {
			t.Errorf("%d photos", n)
		}
		if n := strings.Count(page.Body, "住户发来 1 张照片"); n != 1 {
			t.Errorf("noted %d times", n)
		}
	})
}

// finished takes a repair to the customer's signature.
func finished(c *center.Center, k casefile.Case) casefile.Case {
	c.T.Helper()
	sign := map[string]any{"signed_by": "1"}
	k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
	k = c.Do("technician", k, "accept", "accepted", nil, nil)
	k = c.Do("technician", k, "arrive", "arrived", nil, nil)
	k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯老化", "charge": "free"}, nil)
	k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换了阀芯"}, nil)
	return c.Do("technician", k, "finish", "signed", sign, nil)
}

// proves REP-07: the customer signs on their own page, rates, and sees what
// was done; a signature that did not arrive whole is asked for again, and
// sending it twice signs once.
func TestACustomerSignsAndRates(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := finished(c, c.Repair("水龙头滴水"))
		at := progress(c, k)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "我确认以上修理结果和费用", "换了阀芯", "不收费").Lacks(t, "王芳", "13900001111", "1502", "阀芯老化")
		for name, form := range map[string]url.Values{
			"none": {"field.rating": {"5"}}, "broken": {"field.approved_by": {"data:image/png;base64,@@"}}, "no picture": {"field.approved_by": {"data:image/png;base64,AAAA"}},
			"a script": {"field.approved_by": {"javascript:alert(1)"}},
		} {
			if got := c.Post("", at+"/rate", form); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "我确认") {
				t.Errorf("%s: %d", name, got.Code)
			}
		}
		if now := c.Case(k.ID); now.State.Step != "sign" {
			t.Fatalf("signed by nothing: %s", now.State.Step)
		}
		c.Clock.Add(2 * time.Hour)
		drawn := "data:image/png;base64," + base64.StdEncoding.EncodeToString(center.Picture(200))
		form := url.Values{"field.approved_by": {drawn}, "field.rating": {"4"}, "field.opinion": {`很快 <b>`}, "key": {"s"}}
		for range 2 {
			c.Post("", at+"/rate", form).Want(t, http.StatusSeeOther)
		}
		now := c.Case(k.ID)
		if now.State.Step != "follow" || now.State.Fields["rating"] != int64(4) || now.State.Visits["sign"] != 1 {
			t.Errorf("%s %v", now.State.Step, now.State.Fields)
		}
		page := c.Get("", at).Want(t, http.StatusOK).Has(t, "您打了 4 分", "修好了，您也看过了").Lacks(t, "我确认以上", "很快 <b>", "请您看一看")
		if photoPath.MatchString(page.Body) {
			t.Error("the signature is shown as a photo")
		}
		ref, _ := now.State.Fields["approved_by"].(string)
		if got := c.Get("", at+"/photos/"+ref); got.Code == http.StatusOK {
			t.Error("the signature is handed out")
		}
		c.Post("", at+"/rate", url.Values{"field.rating": {"9"}, "key": {"t"}}).Want(t, http.StatusUnprocessableEntity)
	})
}

// The way on the customer's page is in their words, no stop twice: not when the
// technician takes the finished work back, not when the customer has signed.
func TestProgressSaysTheWayInTheCustomersWords(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		at := progress(c, k)
		stops := regexp.MustCompile(`(?s)<li class="[^"]*">.*?<div><span>(.*?)</span>`)
		way := func() string {
			var list []string
			for _, m := range stops.FindAllStringSubmatch(c.Get("", at).Want(t, http.StatusOK).Body, -1) {
				list = append(list, strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[1], "")))
			}
			return strings.Join(list, " ")
		}
		if got := way(); got != "回访您 请您签字 维修 查看 上门 接单 安排人手 登记好了 收到您报的事" {
			t.Errorf("new: %s", got)
		}
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯老化", "charge": "free"}, nil)
		for i := range 2 {
			k = c.Do("technician", k, "work", "done", map[string]any{"result": "fixed", "did": "换了阀芯"}, nil)
			if i == 0 {
				k = c.Do("technician", k, "finish", "refused", nil, nil)
				if got := way(); got != "回访您 请您签字 维修 查看 t.师傅 上门 t.师傅 接单 安排好了 登记好了 收到您报的事" {
					t.Errorf("taken back: %s", got)
				}
			}
		}
		k = c.Do("technician", k, "finish", "signed", map[string]any{"signed_by": "1"}, nil)
		if got := way(); got != "回访您 请您签字 维修 查看 t.师傅 上门 t.师傅 接单 安排好了 登记好了 收到您报的事" {
			t.Errorf("finished: %s", got)
		}
	})
}

// What a resident is told stands in the sentence on top, an amount they were
// asked for beside the quote.
func TestProgressKnowsWhatWasSaid(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水龙头滴水")
		at := progress(c, k)
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "阀芯老化", "charge": "paid"}, nil)
		if k.State.Step != "quote" {
			t.Fatalf("at %s", k.State.Step)
		}
		c.Get("", at).Want(t, http.StatusOK).Lacks(t, "合计")
		quote := func(fen int64) map[string]any {
			return map[string]any{"quote": []any{map[string]any{"item": "阀芯", "sort": "material", "amount": fen}}, "pay_by": "cash"}
		}
		k = c.Do("technician", k, "quote", "declined", quote(30000), nil)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "报过价，您没有同意", "合计 300.00 元").Lacks(t, "报过价了")
		k = c.Do("technician", k, k.State.Step, "", map[string]any{"after_no": "requote"}, nil)
		c.Do("technician", k, "quote", "agreed", quote(6000), nil)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "报过价了", "合计 60.00 元", "合计 300.00 元")

		e, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{Project: c.Project.ID, Procedure: "enquiry", Channel: "phone", Unit: c.Unit.ID, Words: "装修押金怎么退", Fields: map[string]any{"kind": "suggestion"}})
		c.Check(err)
		at = progress(c, e)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "正在安排人", "答复您")
		_, err = c.Cases.Do(context.Background(), c.Actor("desk"), casefile.Doing{Case: e.ID, Command: engine.Command{Kind: engine.EvTold, Data: map[string]any{"text": "在查，下午告诉您", "by": "phone"}}})
		c.Check(err)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "给您回过话，还在办").Lacks(t, "正在安排人", "已经答复您了")
	})
}

// A code of one project, of one case, of one moment opens nothing else.
func TestCodesKeepToTheirOwn(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		l := code(c)
		k := c.Repair("窗户关不上")
		at := progress(c, k)
		c.Post("", at, report).Want(t, http.StatusNotFound)                                      // a progress code reports nothing
		c.Post("", "/r/"+l.Token+"/add", url.Values{"text": {"x"}}).Want(t, http.StatusNotFound) // a unit's code adds to no case
		c.Post("", "/r/"+l.Token+"/rate", url.Values{"field.rating": {"5"}}).Want(t, http.StatusNotFound)
		other := c.NewProject("hill", "别的项目", "residential")
		c.Hire("stranger", "desk", other.ID)
		for _, path := range []string{fmt.Sprintf("/p/hill/residents/links/%d/print", l.ID), fmt.Sprintf("/p/lin/residents/links/%d/print", l.ID), fmt.Sprintf("/p/hill/residents/units/%d", c.Unit.ID)} {
			if got := c.Get("stranger", path); got.Code == http.StatusOK {
				t.Errorf("%s is open to another project's desk", path)
			}
		}
		c.Post("stranger", fmt.Sprintf("/p/hill/residents/links/%d/revoke", l.ID), nil)
		c.Get("", "/r/"+l.Token).Want(t, http.StatusOK) // not ended from there
		c.Get("technician", fmt.Sprintf("/p/lin/residents/units/%d", c.Unit.ID)).Want(t, http.StatusForbidden)
		c.Get("desk", fmt.Sprintf("/p/lin/residents/links/%d/print", l.ID)).Want(t, http.StatusOK).Lacks(t, "1502", "王芳", "13900001111")
		c.Clock.Add(181 * 24 * time.Hour)
		c.Get("", at).Want(t, http.StatusNotFound).Lacks(t, "窗户", "1502", "临江苑")
		c.Clock.Add(190 * 24 * time.Hour)
		c.Get("", "/r/"+l.Token).Want(t, http.StatusNotFound).Lacks(t, "1502", "临江苑")
	})
}

// Notes of the staff, reasons and numbers stay inside.
func TestProgressTellsNothingInternal(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("水管滴水")
		_, err := c.Cases.Do(context.Background(), c.Actor("desk"), casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvNote, Data: map[string]any{"text": "这户欠费，态度差"}}})
		c.Check(err)
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		at := progress(c, k)
		c.Get("", at).Want(t, http.StatusOK).Has(t, "水管滴水", "师傅").Lacks(t, "欠费", "态度", "王芳", "1390000", "1502", "technician", "desk")
		for range 2 { // pressed twice
			c.Post("", at+"/add", url.Values{"text": {`<img src=x onerror=alert(1)> 我下午在家`}, "key": {"a"}}).Want(t, http.StatusSeeOther)
		}
		page := c.Get("", at).Want(t, http.StatusOK).Has(t, "我下午在家").Lacks(t, "<img src=x")
		if n := strings.Count(page.Body, "我下午在家"); n != 1 {
			t.Errorf("added %d times", n)
		}
	})
}
