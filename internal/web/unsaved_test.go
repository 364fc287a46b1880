package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What was typed and stands nowhere in the answer is given back; what the form
// carries along and what is secret is not.
func TestUnsavedWords(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"words": {"漏水 <b>"}, "kept": {"还在 & 好"}, "phone": {"13800006621"}, "id": {"912144255772786689"}, "choice": {"in_unit"}, "version": {"3"},
		"key": {"visit 2026"}, "password": {"很长的口令"}, "id_number": {"110101199003078515 "}, "sign": {"data:image/png;base64,AAAA"},
	}
	for name, c := range map[string]struct {
		method string
		status int
		part   bool
		want   []string
	}{
		"refused":        {http.MethodPost, 422, false, []string{"13800006621", "漏水 <b>"}},
		"taken":          {http.MethodPost, 200, false, nil},
		"only looked at": {http.MethodGet, 404, false, nil},
		"part of a page": {http.MethodPost, 422, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, "/x", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if c.part {
				r.Header.Set("HX-Request", "true")
			}
			if err := ParseForm(r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, unsaved(r, c.status, `<input value="还在 &amp; 好">`)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An amount that the field shows as it writes amounts is not lost.
func TestAmountsAreKept(t *testing.T) {
	t.Parallel()
	page := `<input type="text" id="a" name="field.amount" value="60.00"><input name="field.other" value="7.00"><p>60</p>`
	for words, want := range map[string]bool{
		"60元": true, "６０．０元": true, "¥60": true, "060.00 元": true, "61元": false, "600元": false, "60元左右吧": false, "约60元": false, "7元": false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(url.Values{"field.amount": {words}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if err := ParseForm(r); err != nil {
			t.Fatal(err)
		}
		if got := len(unsaved(r, 422, page)) == 0; got != want {
			t.Errorf("%s: kept %t, want %t", words, got, want)
		}
	}
}
