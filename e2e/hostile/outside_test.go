package hostile

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guanjia/internal/demo"
)

// doors are pages that no link leads to: a resident's code and what came of a
// report there, sheets of a survey, the preview of a workbook.
type doors struct {
	to     map[string][]string // by log-in, "" a visitor
	sheets []string            // of the survey, each is answered once
}

// next gives a form of a sheet another sheet: the last one may be answered.
func (d *doors) next(f found) found {
	if strings.HasPrefix(f.page, "/survey/") && len(d.sheets) > 0 {
		f.page, f.action = d.sheets[0], d.sheets[0]
		d.sheets = d.sheets[1:]
	}
	return f
}

// submit sends a form of a page as it stands, with more in it.
func (p *place) submit(t *testing.T, c *http.Client, page, action string, more url.Values) answer {
	t.Helper()
	got := p.get(t, c, page)
	_, forms := read(page, got.body)
	for _, f := range forms {
		if f.method != http.MethodPost || f.action != action {
			continue
		}
		v := url.Values{}
		for _, x := range f.controls {
			if x.value != "" && x.kind != "submit" && x.kind != "button" && (x.kind != "checkbox" && x.kind != "radio" || x.checked) {
				v.Add(x.name, x.value)
			}
		}
		maps.Copy(v, more)
		a := found{form: f, who: c}.send(t, p, v)
		if a.status != http.StatusSeeOther {
			t.Fatalf("%s on %s: %d %.300s", action, page, a.status, sentence(a.body))
		}
		return a
	}
	t.Fatalf("%s has no form to %s: %d %.300s", page, action, got.status, sentence(got.body))
	return answer{}
}

func first(t *testing.T, pattern, body string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("nothing like %s in %.500s", pattern, sentence(body))
	}
	return m[1]
}

// openDoors brings the pages about, through the pages themselves.
func openDoors(t *testing.T, p *place, people map[string]*http.Client) *doors {
	t.Helper()
	const at = "/p/" + demo.ProjectCode
	chief, out := people["wuhaiyan"], &doors{to: map[string][]string{}}

	unit := first(t, `href="`+at+`/units/(\d+)"`, p.get(t, chief, at+"/units").body)
	codes := at + "/residents/units/" + unit
	p.submit(t, chief, codes, codes, nil)
	code := "/r/" + first(t, `/r/([A-Za-z0-9_.-]{8,})`, p.get(t, chief, codes).body)
	kind := first(t, `<input[^>]*name="kind"[^>]*value="([^"]+)"`, p.get(t, people[""], code).body)
	progress := p.submit(t, people[""], code, code, url.Values{"kind": {kind}, "words": {"楼道灯不亮"}}).location
	out.to[""] = append(out.to[""], code, progress)

	surveys := at + "/surveys"
	p.submit(t, chief, surveys, surveys, nil)
	list := p.get(t, chief, surveys).body
	survey := first(t, `href="(`+surveys+`/\d+)"`, list)
	file := first(t, `href="(`+at+`/cases/YJ-[^"]+)"`, p.get(t, chief, survey).body)
	p.submit(t, people["shenwen"], file, file+"/do", url.Values{"outcome": {"approved"}})
	p.submit(t, chief, survey, survey+"/send", url.Values{"share": {"10"}})
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`/survey/[A-Za-z0-9_.-]{8,}`).FindAllString(p.get(t, chief, survey+"/sheets").body, -1) {
		if !seen[m] {
			seen[m] = true
			out.sheets = append(out.sheets, m)
		}
	}
	if len(out.sheets) < len(fillings)+1 {
		t.Fatalf("%d sheets of the survey", len(out.sheets))
	}
	out.to[""] = append(out.to[""], out.sheets[0])
	out.sheets = out.sheets[1:]

	book, err := os.ReadFile(filepath.Join("..", "..", "internal", "importer", "testdata", "opening-jinxiu.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "锦绣.xlsx")
	if err == nil {
		_, err = part.Write(book)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	upload := p.send(t, people["admin"], http.MethodPost, at+"/import", w.FormDataContentType(), b.Bytes())
	if upload.status != http.StatusSeeOther {
		t.Fatalf("the workbook: %d %.300s", upload.status, sentence(upload.body))
	}
	out.to["admin"] = append(out.to["admin"], upload.location)
	return out
}
