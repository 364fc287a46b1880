package browser_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"guanjia/e2e/house"
	"guanjia/internal/text"
)

// speak sets the language of an account, which goes before the browser's.
func speak(t *testing.T, s *house.Server, login string, lang text.Lang) {
	t.Helper()
	c, err := s.Login(login)
	if err != nil {
		t.Fatal(err)
	}
	speakAs(t, s, c, lang)
}

func speakAs(t *testing.T, s *house.Server, c *http.Client, lang text.Lang) {
	t.Helper()
	status, body, err := house.Post(context.Background(), c, s.URL+"/preferences", url.Values{"lang": {string(lang)}, "next": {"/account"}})
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("choosing %s: %d %v %.200s", lang, status, err, body)
	}
}
