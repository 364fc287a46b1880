package ui_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

var noon = time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)

func zh() context.Context { return ui.WithFrame(context.Background(), ui.Frame{Now: noon}) }
func en() context.Context { return text.WithLang(zh(), text.EN) }

func draw(t interface{ Fatal(...any) }, ctx context.Context, c templ.Component) string { //nolint:revive // t comes first in tests
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What people type is shown as typed and never becomes markup, in any part.
func TestHostileWordsStayWords(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`
	parts := map[string]templ.Component{
		"plate":    ui.Plate(evil, evil, "javascript:alert(1)"),
		"clock":    ui.Clock(ui.Chip{State: ui.Soon, Due: noon, Words: evil, Title: evil}),
		"state":    ui.Clock(ui.Chip{State: evil, Due: noon}),
		"steps":    ui.Steps([]ui.Step{{Name: evil, Who: evil, When: evil, State: ui.StepHere}}),
		"missing":  ui.Missing([]ui.Miss{{Icon: evil, What: evil, Hint: evil, Word: evil, Path: "javascript:alert(1)"}}),
		"timeline": ui.Timeline([]ui.Entry{{Clock: evil, Who: evil, What: evil, Quote: evil}}),
		"fact":     ui.FactText(evil, evil),
		"input":    ui.Input(ui.F{Name: evil, Label: evil, Value: evil, Hint: evil, Err: evil, Aside: evil}),
		"area":     ui.TextArea(ui.F{Name: "a", Value: "</textarea>" + evil}),
		"select":   ui.Select(ui.F{Name: "s", Value: evil, Options: []ui.Option{{Value: evil, Label: evil, Group: evil}}}),
		"picks":    ui.Picks(ui.F{Name: "p", Label: evil}, []ui.Pick{{Value: evil, Label: evil, Key: evil}}),
		"button":   ui.Button(ui.B{Label: evil, Icon: evil, Key: evil, Name: evil, Value: evil, Href: "javascript:alert(1)"}),
		"why":      ui.Why(ui.B{Label: evil, Why: evil, WhyPath: "javascript:alert(1)", WhyWord: evil}),
		"undo":     ui.UndoBar(ui.Undo{Words: evil, Path: "javascript:alert(1)"}),
		"empty":    ui.Empty(evil, evil, evil),
		"trouble":  ui.Trouble(ui.TroubleProps{Title: evil, Safe: evil, Do: evil, Number: evil}),
		"views":    ui.Views([]ui.View{{Title: evil, Count: evil, Path: "javascript:alert(1)"}}),
		"conds":    ui.Conds([]ui.Cond{{Field: evil, Value: evil, Drop: "javascript:alert(1)"}}),
		"head":     ui.Head([]ui.Column{{Title: evil, Sort: evil, Path: "javascript:alert(1)"}}),
		"flex":     ui.Flex(evil),
		"icon":     ui.Icon(evil, evil),
		"qr":       ui.QR(evil, evil),
		"flow":     ui.Flow(evil, 1, 1),
		"verdict":  ui.Verdict(evil, evil, evil),
		"page":     ui.Page(ui.PageProps{Title: evil, Layout: evil, Seat: evil}),
		"paper":    ui.Paper(ui.PaperProps{Title: evil, Org: evil, Form: evil, Version: evil, Number: evil, Link: evil, Printed: evil}),
		"phone":    ui.Phone(ui.PhoneProps{Title: evil, Back: "javascript:alert(1)", Tabs: []ui.Link{{Title: evil, Icon: evil, Path: "javascript:alert(1)"}}}),
	}
	ctx := ui.WithFrame(context.Background(), ui.Frame{
		Now: noon, Path: evil, Theme: evil, Density: evil, Project: evil, Person: evil, Query: evil, Search: "/s", Live: evil,
		Projects: []ui.Link{{Title: evil}, {Title: evil}}, Menu: []ui.Link{{Title: evil, Path: "javascript:alert(1)"}}, Nav: []ui.Link{{Title: evil, Path: evil}},
	})
	for name, c := range parts {
		html := draw(t, ctx, c)
		for _, bad := range []string{"<script>alert", "<img", `"javascript:`, "</textarea>\""} {
			if strings.Contains(html, bad) {
				t.Errorf("%s lets %q through:\n%s", name, bad, html)
			}
		}
	}
}

// Every icon a page of any room names is drawn, not replaced.
func TestIconsThatPagesNameExist(t *testing.T) {
	t.Parallel()
	used := regexp.MustCompile(`(?:Icon\(|Icon:\s*|ui\.Note\(|StateLine\()"([a-z0-9-]+)"\s*[,)}\n]`)
	found := 0
	err := filepath.WalkDir("../../..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "third_party" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") && path != "../../.." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".templ") && (!strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go")) {
			return nil
		}
		src, err := os.ReadFile(path) //nolint:gosec // our own sources
		if err != nil {
			return err
		}
		for _, m := range used.FindAllSubmatch(src, -1) {
			found++
			if !ui.HasIcon(string(m[1])) {
				t.Errorf("%s names the icon %q, which is not in third_party/tabler-icons/icons.txt: add it, run renew.sh there, then go generate ./internal/web/ui", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 30 {
		t.Errorf("only %d icons found in the sources: the search is broken", found)
	}
}

func TestTimeLeftInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		due    time.Duration
		zh, en string
	}{
		"now":            {0, "剩 不到 1 分钟", "under 1 min left"},
		"half a minute":  {30 * time.Second, "剩 1 分", "1 min left"},
		"minutes":        {48 * time.Minute, "剩 48 分", "48 min left"},
		"hours":          {3*time.Hour + 18*time.Minute, "剩 3 小时 18 分", "3 h 18 min left"},
		"whole hours":    {5 * time.Hour, "剩 5 小时", "5 h left"},
		"days":           {27*time.Hour + 10*time.Minute, "剩 1 天 3 小时", "1 d 3 h left"},
		"just over":      {-20 * time.Second, "超时 不到 1 分钟", "under 1 min over"},
		"over":           {-22*time.Minute - 30*time.Second, "超时 22 分", "22 min over"},
		"a day over":     {-24 * time.Hour, "超时 1 天", "1 d over"},
		"a day and 30 m": {-24*time.Hour - 30*time.Minute, "超时 1 天", "1 d over"},
	} {
		if got := ui.Left(zh(), noon, noon.Add(c.due)); got != c.zh {
			t.Errorf("%s: %q, want %q", name, got, c.zh)
		}
		if got := ui.Left(en(), noon, noon.Add(c.due)); got != c.en {
			t.Errorf("%s: %q, want %q", name, got, c.en)
		}
	}
}

func TestMomentsInWords(t *testing.T) {
	t.Parallel()
	for want, at := range map[string]time.Time{
		"今天 10:41": noon.Add(-time.Minute), "昨天 23:59": noon.Add(-11 * time.Hour).Add(17 * time.Minute), "明天 00:00": noon.Add(13*time.Hour + 18*time.Minute),
		"11-18 10:42": noon.AddDate(0, 0, -2), "2025-11-20 10:42": noon.AddDate(-1, 0, 0), "": {},
		"今天 08:00": time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), // stored in UTC
	} {
		if got := ui.When(zh(), at); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
}

func TestTheEndOfADayIsThatDays(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 21, 0, 0, 0, 0, calendar.Zone)
	for want, at := range map[string]time.Time{
		"今天 24:00": midnight, "明天 24:00": midnight.AddDate(0, 0, 1), "11-30 24:00": midnight.AddDate(0, 0, 10), "2025-12-31 24:00": time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Zone),
		"明天 09:30": midnight.Add(9*time.Hour + 30*time.Minute), "": {},
	} {
		if got := ui.Until(zh(), at); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	if got := ui.Until(ui.OnPaper(zh()), midnight); got != "2026-11-20 24:00" {
		t.Errorf("on paper: %q", got)
	}
	for want, at := range map[string]time.Time{"2026-11-20 24:00": midnight.UTC(), "2025-12-31 24:00": time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Zone), "2026-11-21 00:01": midnight.Add(time.Minute), "": {}} {
		if got := ui.ExactUntil(at); got != want {
			t.Errorf("%v in full: %q, want %q", at, got, want)
		}
	}
}

func TestMoneyKeepsEveryFen(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "−0.05", 103552: "1,035.52", 100000000: "1,000,000.00", -9223372036854775808: "−92,233,720,368,547,758.08"} {
		if got := ui.Fen(fen); got != want {
			t.Errorf("%d: %q, want %q", fen, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64().Draw(t, "fen")
		back := strings.NewReplacer(",", "", ".", "", "−", "-").Replace(ui.Fen(fen))
		var n int64
		neg := strings.HasPrefix(back, "-")
		for _, d := range strings.TrimPrefix(back, "-") {
			n = n*10 + int64(d-'0')
		}
		if neg {
			n = -n
		}
		if n != fen {
			t.Fatalf("%d reads %q", fen, ui.Fen(fen))
		}
	})
	if got := ui.Count(10482, 10000); got != "10,000+" {
		t.Errorf("count %q", got)
	}
}

// A button that cannot be used stays in the page, reachable, and is tied to
// its reason.
func TestButtonSaysWhyNot(t *testing.T) {
	t.Parallel()
	b := ui.B{Label: "发钥匙", Why: "差收据", WhyPath: "/pay", WhyWord: "去收款", Primary: true, Name: "do", Value: "keys", Key: "ctrl+enter"}
	html := draw(t, zh(), ui.Button(b)) + draw(t, zh(), ui.Why(b))
	for _, need := range []string{`aria-disabled="true"`, `type="button"`, "差收据", `href="/pay"`} {
		if !strings.Contains(html, need) {
			t.Errorf("lacks %s:\n%s", need, html)
		}
	}
	if strings.Contains(html, " disabled") || strings.Contains(html, `name="do"`) || strings.Contains(html, "data-key") || strings.Contains(html, "btn-primary") {
		t.Errorf("it can still be sent, or cannot be reached:\n%s", html)
	}
	id := regexp.MustCompile(`aria-describedby="([^"]+)"`).FindStringSubmatch(html)
	if id == nil || !strings.Contains(html, `id="`+id[1]+`"`) {
		t.Errorf("the reason is not tied to the button:\n%s", html)
	}
}

func TestFieldErrorsStandBesideTheirField(t *testing.T) {
	t.Parallel()
	var f errs.Fields
	f.Add("phones[1].number", "phone.short", "少了一位", "One digit short")
	err := f.Err("x")
	if got := ui.ErrOf(zh(), err, "phones[1].number"); got != "少了一位" {
		t.Errorf("%q", got)
	}
	if ui.ErrOf(zh(), err, "name") != "" || ui.ErrOf(zh(), nil, "name") != "" {
		t.Error("an error shows beside another field")
	}
	html := draw(t, en(), ui.Input(ui.F{Name: "phones[1].number", Label: "Phone", Err: ui.ErrOf(en(), err, "phones[1].number")}))
	for _, need := range []string{`aria-invalid="true"`, `aria-describedby="f-phones-1--number-err"`, `id="f-phones-1--number-err"`, "One digit short", "is-invalid"} {
		if !strings.Contains(html, need) {
			t.Errorf("lacks %s:\n%s", need, html)
		}
	}
	if got := ui.Said(zh(), errors.New("pq: duplicate key")); strings.Contains(got, "pq") {
		t.Errorf("a foreign error reaches the person: %q", got)
	}
}

func TestShortcutNames(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"ctrl+enter": "Ctrl ↵", "f2": "F2", "alt+1": "Alt 1", "j": "J", "esc": "Esc", "/": "/"} {
		if got := ui.KeyName(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestCodeThatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := ui.QR(strings.Repeat("x", 5000), "").Render(zh(), &b); err == nil {
		t.Error("an unreadable code was drawn")
	}
}
