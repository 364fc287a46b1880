package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"guanjia/internal/integration"
	"guanjia/internal/store"
)

// TestPagesOfPrograms gives and revokes a token and sets up a webhook on the
// pages; a secret is shown once. Proves PLT-09.
func TestPagesOfPrograms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		jar, err := cookiejar.New(nil)
		ok(t, err)
		browser := &http.Client{Jar: jar}
		send := func(method, path string, form url.Values) (int, string) {
			r, err := http.NewRequestWithContext(ctx, method, h.url+path, strings.NewReader(form.Encode()))
			ok(t, err)
			r.Header.Set("Accept", "text/html")
			if form != nil {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			resp, err := browser.Do(r)
			ok(t, err)
			body, err := io.ReadAll(resp.Body)
			ok(t, err)
			_ = resp.Body.Close()
			return resp.StatusCode, string(body)
		}
		const page = "/p/first/integrations/"
		if status, _ := send(http.MethodPost, "/login", url.Values{"login": {"boss"}, "password": {"correct horse battery"}}); status >= 400 {
			t.Fatalf("logging in: %d", status)
		}
		if status, body := send(http.MethodGet, page, nil); status != http.StatusOK || !strings.Contains(body, "电话系统") || strings.Contains(body, `value="admin"`) {
			t.Fatalf("the page: %d", status)
		}
		status, body := send(http.MethodPost, page+"tokens", url.Values{"name": {"<b>闸机</b>"}, "role": {"phone_system"}})
		secret := regexp.MustCompile(`gj_[\w-]{43}`).FindString(body)
		if status != http.StatusOK || secret == "" || strings.Contains(body, "<b>闸机") {
			t.Fatalf("giving a token: %d, secret %q", status, secret)
		}
		if _, body := send(http.MethodGet, page, nil); strings.Contains(body, secret) {
			t.Error("the token is shown again")
		}
		if status, body := send(http.MethodPost, page+"tokens", url.Values{"name": {""}, "role": {"admin"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "只能给出你自己也有的权限") {
			t.Errorf("a faulty form: %d", status)
		}
		if status, _ := send(http.MethodPost, page+"hooks", url.Values{"url": {"ftp://example.com"}, "events": {"case.opened"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("an address that is none: %d", status)
		}
		if status, _ := send(http.MethodPost, page+"hooks", url.Values{"url": {"https://example.com/in"}, "events": {"case.opened", "case.ended"}}); status != http.StatusOK {
			t.Errorf("a webhook: %d", status)
		}
		var tokens []integration.Token
		var hooks []integration.Hook
		ok(t, h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			if tokens, err = h.Programs.Tokens(ctx, tx, h.project.ID); err != nil {
				return err
			}
			hooks, err = h.Programs.Hooks(ctx, tx, h.project.ID)
			return err
		}))
		if len(tokens) != 1 || len(hooks) != 1 || len(hooks[0].Events) != 2 {
			t.Fatalf("kept: %+v %+v", tokens, hooks)
		}
		id := func(n int64) string { return strconv.FormatInt(n, 10) }
		if status, body := send(http.MethodGet, page+"hooks/"+id(hooks[0].ID)+"", nil); status != http.StatusOK || !strings.Contains(body, "https://example.com/in") {
			t.Errorf("the log: %d", status)
		}
		if status, _ := send(http.MethodPost, page+"tokens/"+id(tokens[0].ID)+"/end", url.Values{}); status != http.StatusOK {
			t.Errorf("revoking: %d", status)
		}
		if status, _ := send(http.MethodPost, page+"hooks/"+id(hooks[0].ID)+"/end", url.Values{}); status != http.StatusOK {
			t.Errorf("ending the webhook: %d", status)
		}
		if _, body := send(http.MethodGet, page, nil); !strings.Contains(body, "已收回") || !strings.Contains(body, "已停") {
			t.Error("the page does not say what was ended")
		}
		hook := page + "hooks/" + id(hooks[0].ID)
		if status, _ := send(http.MethodPost, hook+"/resume", url.Values{}); status != http.StatusNotFound {
			t.Errorf("one that a person ended was taken up again: %d", status)
		}
		ok(t, h.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE integration_hook SET dead = 1, lost = 5 WHERE id = ?", hooks[0].ID)
			return err
		}))
		if _, body := send(http.MethodGet, page, nil); !strings.Contains(body, "没人接，已停") {
			t.Error("the list does not say that nobody answers")
		}
		if _, body := send(http.MethodGet, hook, nil); !strings.Contains(body, "再启用") || !strings.Contains(body, "连续 5 条没送到") {
			t.Error("the log does not offer to take it up again")
		}
		if status, body := send(http.MethodPost, hook+"/resume", url.Values{}); status != http.StatusOK || strings.Contains(body, ">再启用<") {
			t.Errorf("taking it up again: %d", status)
		}
	})
}
