package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"guanjia/client"
)

// TestWrongRequestsAreRefusedInWords sends what programs get wrong: each gets
// problem+json with its own status and code, and nothing is saved.
func TestWrongRequestsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		_, secret := h.token(t, "mini_program")
		const cases, good = "/api/v1/projects/first/cases", `{"procedure":"enquiry","channel":"phone","words":"问一下","caller":"周丽华"}`
		for name, c := range map[string]struct {
			method, path, media, body string
			status                    int
			code                      string
		}{
			"no body":              {"POST", cases, "application/json", "", 422, "api.body"},
			"no JSON":              {"POST", cases, "application/json", "words=hello", 422, "api.body"},
			"half a body":          {"POST", cases, "application/json", good[:30], 422, "api.body"},
			"two values":           {"POST", cases, "application/json", good + good, 422, "api.body"},
			"a list":               {"POST", cases, "application/json", "[" + good + "]", 422, "api.body"},
			"an unknown member":    {"POST", cases, "application/json", `{"procedure":"enquiry","kind":"x"}`, 422, "api.body"},
			"a number for a word":  {"POST", cases, "application/json", `{"procedure":7}`, 422, "api.body"},
			"a word for an id":     {"POST", cases, "application/json", `{"unit":"three"}`, 422, "api.body"},
			"an id too large":      {"POST", cases, "application/json", `{"unit":"99999999999999999999"}`, 422, "api.body"},
			"very deep":            {"POST", cases, "application/json", `{"fields":{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}}`, 422, "api.body"},
			"too large":            {"POST", cases, "application/json", `{"words":"` + strings.Repeat("水", 1<<19) + `"}`, 413, "web.body.large"},
			"a form":               {"POST", cases, "application/x-www-form-urlencoded", good, 422, "api.content_type"},
			"no content type":      {"POST", cases, "", good, 422, "api.content_type"},
			"an unknown parameter": {"GET", cases + "?colour=red", "", "", 422, "api.parameters"},
			"no number":            {"GET", cases + "?limit=many", "", "", 422, "api.parameters"},
			"no instant":           {"GET", cases + "?from=yesterday", "", "", 422, "api.parameters"},
			"SQL for a cursor":     {"GET", cases + "?after=%27%20OR%201%3D1", "", "", 422, "casefile.filter"},
			"an unknown procedure": {"POST", cases, "application/json", strings.Replace(good, "enquiry", "nothing", 1), 404, ""},
			"an unknown project":   {"GET", "/api/v1/projects/nowhere/cases", "", "", 404, ""},
			"an unknown address":   {"GET", "/api/v1/projects/first/nothing", "", "", 404, "web.page.none"},
			"an unknown method":    {"DELETE", cases, "", "", 405, "web.method.unknown"},
			"what the post lacks":  {"POST", "/api/v1/projects/first/people", "application/json", `{"name":"x"}`, 403, "web.permission.missing"},
			"a page":               {"GET", "/p/first/cases", "", "", 401, ""},
			"a file for no case":   {"POST", cases + "/ZX-1/attachments?name=a.png", "image/png", "x", 404, "casefile.case.missing"},
		} {
			r, err := http.NewRequest(c.method, h.url+c.path, strings.NewReader(c.body))
			ok(t, err)
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Accept", "application/json")
			if c.media != "" {
				r.Header.Set("Content-Type", c.media)
			}
			resp, err := http.DefaultClient.Do(r)
			ok(t, err)
			raw, err := io.ReadAll(resp.Body)
			ok(t, err)
			_ = resp.Body.Close()
			if resp.StatusCode != c.status {
				t.Errorf("%s: %d, want %d: %.200s", name, resp.StatusCode, c.status, raw)
			}
			if !strings.HasPrefix(c.path, "/api/") {
				continue
			}
			var p struct{ Code, Detail, Instance string }
			if err := json.Unmarshal(raw, &p); err != nil || resp.Header.Get("Content-Type") != "application/problem+json" || p.Detail == "" || p.Instance == "" {
				t.Errorf("%s: no problem+json: %.200s", name, raw)
			}
			if c.code != "" && p.Code != c.code {
				t.Errorf("%s: code %q, want %q", name, p.Code, c.code)
			}
		}
	})
}

// TestWrongFilesAreNotKept sends a file that was altered on its way and one
// that is too large: neither hangs on the case.
func TestWrongFilesAreNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		_, secret := h.token(t, "mini_program")
		c := client.New(h.url, "first", secret, nil)
		made, err := c.OpenCase(ctx, "", client.NewCase{Procedure: "enquiry", Channel: "phone", Words: "问一下", Caller: "周丽华"})
		ok(t, err)
		for name, x := range map[string]struct {
			digest, code string
			body         io.Reader
		}{
			"altered":   {"sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:", "api.digest", strings.NewReader("hello")},
			"no digest": {"sha-256=:short:", "api.digest.form", strings.NewReader("hello")},
			"too large": {"", "files.size", io.LimitReader(zeros{}, 25<<20+1)},
			"far too":   {"", "files.size", io.LimitReader(zeros{}, 40<<20)},
		} {
			r, err := http.NewRequest(http.MethodPost, h.url+"/api/v1/projects/first/cases/"+made.Number+"/attachments?name=a.txt", x.body)
			ok(t, err)
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Content-Type", "application/octet-stream")
			if x.digest != "" {
				r.Header.Set("Content-Digest", x.digest)
			}
			resp, err := http.DefaultClient.Do(r)
			ok(t, err)
			var p struct{ Code string }
			if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.Code != x.code {
				t.Errorf("%s: %d %q %v, want %s", name, resp.StatusCode, p.Code, err, x.code)
			}
			_ = resp.Body.Close()
		}
		list, err := c.Attachments(ctx, made.Number)
		ok(t, err)
		if len(list) != 0 {
			t.Errorf("kept: %+v", list)
		}
	})
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }
