package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanjia/client"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/estate"
	"guanjia/internal/importer"
	"guanjia/internal/integration"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// unrecorded says of which tables a change needs no entry, and why. A word after
// the table bounds it to that sort of change.
var unrecorded = map[string]string{
	"api_key":              "what a key was answered, to answer it again",
	"audit_batch":          "the trail itself",
	"auth_known":           "a device that logged in before; the log-in is recorded",
	"auth_session update":  "when somebody was last here",
	"auth_try":             "counts attempts at log-in; those that fail are recorded",
	"care_answer":          "nobody must find out who answered a survey",
	"care_sheet update":    "nobody must find out who answered a survey",
	"casefile_document":    "procedures and figures by their hash, as the handbook published them",
	"casefile_key":         "what a key was answered, to answer it again",
	"casefile_number":      "the next serial of a kind",
	"casefile_saved":       "a person's own view of a list",
	"casefile_unindexed":   "what the search has still to read",
	"desk_draft":           "the unfinished form of one person's screen",
	"handbook_version":     "handbooks by their hash; the change that brings one is recorded",
	"importer_part":        "pieces of an upload that is recorded",
	"integration_delivery": "what was sent of a change that is recorded",
	"jobs_job":             "work of a change that is recorded",
	"jobs_schedule":        "when periodic work is next done",
	"notice_mark":          "what one person has read",
	"notice_notice":        "told of a change that is recorded",
	"notice_read":          "what one person has read",
	"resident_pace":        "slows strangers down",
	"store_mark":           "how far identifiers are given out",
	"store_version":        "which migrations were made",
}

// unreached are tables that nothing here changes, and the test that does.
var unreached = map[string]string{
	"care_draw":     "the draw of a month is part of the event that ends a case: app.TestFollowUpShareIsExact",
	"care_tally":    "the draw of a month is part of the event that ends a case: app.TestFollowUpShareIsExact",
	"auth_recovery": "a second factor wants a code of the moment: auth.TestSecondFactor",
}

// bySignal are requests that need no entry though they change something.
var bySignal = map[string]string{
	"POST /api/v1/projects/first/calls": "what the telephone system signals is the call's own row: nobody changed anything",
}

// seldom are columns whose change needs no entry, of tables whose others do.
var seldom = map[string]struct{ watched, why string }{
	"integration_token": {"name, role, ended_at", "used_at is when a program was last here"},
}

// watch sees which tables are changed, by triggers of its own.
type watch struct {
	t       *testing.T
	h       house
	next    http.RoundTripper
	changed map[string]bool // tables so far
	tables  []string
}

// observe begins to watch a house: every table but those of the search, which
// says again what the rooms hold.
func observe(t *testing.T, h house) *watch {
	t.Helper()
	w := &watch{t: t, h: h, next: http.DefaultTransport, changed: map[string]bool{}}
	ctx, sqlite := context.Background(), h.DB.Dialect() == store.SQLite
	list := "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
	if sqlite {
		list = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
	}
	ok(t, h.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		all, err := store.All(ctx, tx, store.Value[string], list)
		if err != nil {
			return err
		}
		statements := []string{"CREATE TABLE probe (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"}
		if !sqlite {
			statements = []string{
				"CREATE TABLE probe (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL)",
				"CREATE FUNCTION probe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO probe (name) VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP)); RETURN NULL; END $$",
			}
		}
		for _, name := range all {
			if strings.HasPrefix(name, "search_") || strings.HasPrefix(name, "sqlite_") || strings.HasPrefix(name, "goose") {
				continue
			}
			w.tables = append(w.tables, name)
			update := "UPDATE"
			if of := seldom[name].watched; of != "" {
				update += " OF " + of
			}
			if !sqlite {
				statements = append(statements, fmt.Sprintf("CREATE TRIGGER probe AFTER INSERT OR "+update+" OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION probe()", name))
				continue
			}
			for what, when := range map[string]string{"insert": "INSERT", "update": update, "delete": "DELETE"} {
				statements = append(statements, fmt.Sprintf("CREATE TRIGGER probe_%s_%s AFTER %s ON %s BEGIN INSERT INTO probe (name) VALUES ('%s %s'); END", name, what, when, name, name, what))
			}
		}
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	}))
	return w
}

func (w *watch) read(q string, args ...any) (list []string) {
	w.t.Helper()
	ok(w.t, w.h.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, store.Value[string], q, args...)
		return err
	}))
	return list
}

// during runs fn and holds what it changed to the record of it; sealed reports
// an entry of the audit trail.
func (w *watch) during(name string, fn func()) (sealed bool) {
	w.t.Helper()
	before := w.read("SELECT CAST(coalesce(max(id), 0) AS TEXT) FROM probe")[0]
	fn()
	changes := w.read("SELECT DISTINCT name FROM probe WHERE id > CAST(CAST(? AS TEXT) AS BIGINT) ORDER BY name", before)
	sealed = slices.Contains(changes, "audit_entry insert")
	chained := slices.Contains(changes, "casefile_event insert")
	var open []string
	for _, c := range changes {
		table, _, _ := strings.Cut(c, " ")
		w.changed[table] = true
		room, _, _ := strings.Cut(table, "_")
		ofCase := slices.Contains([]string{"casefile", "desk", "care", "letters", "resident"}, room)
		if table != "audit_entry" && unrecorded[table] == "" && unrecorded[c] == "" && !sealed && (!ofCase || !chained) {
			open = append(open, c)
		}
	}
	if len(open) > 0 && bySignal[name] == "" {
		w.t.Errorf("%s is nowhere on record: neither the audit trail nor the log of a case says of %s", name, strings.Join(open, ", "))
	}
	return sealed
}

// RoundTrip watches one request.
func (w *watch) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	w.during(r.Method+" "+r.URL.Path, func() { resp, err = w.next.RoundTrip(r) })
	return resp, err
}

// do watches what a page does that programs cannot.
func (w *watch) do(name string, fn func(ctx context.Context) error) {
	w.t.Helper()
	w.during(name, func() {
		if err := fn(context.Background()); err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	})
}

// look is do for what shows secret data: it has to be recorded though it
// changes nothing.
func (w *watch) look(name string, fn func(ctx context.Context) error) {
	w.t.Helper()
	sealed := w.during(name, func() {
		if err := fn(context.Background()); err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	})
	if !sealed {
		w.t.Errorf("%s is not in the audit trail", name)
	}
}

// TestEveryChangeIsOnRecord does everything that programs can, and what only
// people can, and sees by triggers which tables that changes: each change comes
// with an entry of the sealed trail or of the chained log of a case, or stands
// above with the reason why not. A table that nothing here changes fails, too.
// Proves PLT-05.
func TestEveryChangeIsOnRecord(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, w := context.Background(), observe(t, h)
		login := func() *client.Client {
			_, secret := h.token(t, "supervisor")
			return client.Strict(client.New(h.url, "first", secret, &http.Client{Transport: w}))
		}
		c := login()
		desk(ctx, t, h, c)
		houses(ctx, t, h, c)
		registers(ctx, t, c)
		care(ctx, t, h, c, login())
		people(t, h, w)
		rooms(t, h, w)
		for _, table := range w.tables {
			if !w.changed[table] && unrecorded[table] == "" && unreached[table] == "" {
				t.Errorf("nothing here changes %s: make it change, so that its record is looked at", table)
			}
		}
		for table := range unreached {
			if w.changed[table] || !slices.Contains(w.tables, table) {
				t.Errorf("%s is changed here, or is no table: it needs no excuse", table)
			}
		}
		for c := range unrecorded {
			if table, _, _ := strings.Cut(c, " "); !slices.Contains(w.tables, table) {
				t.Errorf("%s is no table: it needs no excuse", table)
			}
		}
	})
}

// people does what concerns accounts and programs.
func people(t *testing.T, h house, w *watch) {
	t.Helper()
	var made auth.Account
	const password = "staple battery horse"
	w.do("making an account", func(ctx context.Context) (err error) {
		made, err = h.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: "linxiao", Name: "林晓", Password: password})
		return err
	})
	w.do("an administrator", func(ctx context.Context) error {
		_, err := h.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: "root", Name: "管理员", Password: password, Grants: []auth.Grant{{Role: "admin"}}})
		return err
	})
	grant := auth.Grant{Project: h.project.ID, Role: "desk"}
	w.do("granting a role", func(ctx context.Context) error { return h.Auth.Grant(ctx, auth.System, made.ID, grant) })
	w.do("logging in", func(ctx context.Context) error {
		_, err := h.Auth.Login(ctx, "linxiao", password, auth.Client{Address: "10.0.0.1"})
		return err
	})
	me := auth.Actor{Account: made.ID, Login: "linxiao", Name: "林晓", Grants: []auth.Grant{grant}}.WithPermissions(h.rights())
	w.do("one's own details", func(ctx context.Context) error {
		return h.Auth.SetPreferences(ctx, me, auth.Preferences{Name: "林小晓", Theme: "dark"})
	})
	w.do("saving a view", func(ctx context.Context) error {
		_, err := h.Cases.SaveView(ctx, me, h.project.ID, "漏水", "q=漏水")
		return err
	})
	w.do("a one-time link", func(ctx context.Context) error {
		_, err := h.Auth.IssueLink(ctx, auth.System, made.ID)
		return err
	})
	w.do("taking a role away", func(ctx context.Context) error { return h.Auth.Revoke(ctx, auth.System, made.ID, grant) })
	w.do("disabling an account", func(ctx context.Context) error { return h.Auth.SetActive(ctx, auth.System, made.ID, false) })

	var token integration.Token
	w.do("giving a token", func(ctx context.Context) (err error) {
		token, _, err = h.Programs.Add(ctx, h.boss, h.project.ID, "闸机", "supervisor")
		return err
	})
	w.do("revoking a token", func(ctx context.Context) error { return h.Programs.End(ctx, h.boss, h.project.ID, token.ID) })
	var hook integration.Hook
	w.do("setting up a webhook", func(ctx context.Context) (err error) {
		hook, _, err = h.Programs.Subscribe(ctx, h.boss, h.project.ID, "https://example.com/in", []string{"case.opened"})
		return err
	})
	w.do("ending it", func(ctx context.Context) error { return h.Programs.Unsubscribe(ctx, h.boss, h.project.ID, hook.ID) })
}

// rooms does what only people do in the rooms.
func rooms(t *testing.T, h house, w *watch) {
	t.Helper()
	p := h.project.ID
	w.do("making a project", func(ctx context.Context) error {
		_, err := h.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "third", Name: "三号", Profile: "residential"})
		return err
	})
	w.do("changing a project", func(ctx context.Context) error {
		now := h.project
		now.Name = "一号院"
		_, err := h.Estate.SaveProject(ctx, auth.System, now)
		return err
	})
	w.do("proposing other figures", func(ctx context.Context) error {
		_, err := h.Review.Propose(ctx, h.boss, p, "{}", `{"repair.respond":"20 minutes"}`, "试行")
		return err
	})
	w.do("the purpose of a label", func(ctx context.Context) error {
		return h.Estate.RecordPurpose(ctx, h.boss, p, "安全巡查，依据管理规约")
	})
	w.look("looking at a whole number", func(ctx context.Context) error {
		_, err := h.Estate.Unmask(ctx, h.boss, p, h.person.ID, false, "回电")
		return err
	})
	w.look("opening the form with the whole number", func(ctx context.Context) error {
		return h.Estate.OpenedForChange(ctx, h.boss, p, h.person.ID)
	})
	w.do("keeping the number of papers", func(ctx context.Context) error {
		return h.Estate.SetIdentity(ctx, h.boss, p, h.person.ID, "identity_card", "11010519491231002X")
	})
	w.look("looking at it", func(ctx context.Context) error {
		_, err := h.Estate.Unmask(ctx, h.boss, p, h.person.ID, true, "核对")
		return err
	})
	w.do("taking over an alarm", func(ctx context.Context) error {
		id := w.read("SELECT CAST(min(id) AS TEXT) FROM desk_alarm WHERE seen_at = 0")
		var alarm int64
		if _, err := fmt.Sscan(id[0], &alarm); err != nil {
			return err
		}
		return h.Desk.Acknowledge(ctx, h.boss, p, alarm)
	})
	var cases []casefile.Case
	ok(t, h.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		page, err := h.Cases.ListIn(ctx, tx, auth.System, casefile.Filter{Project: p, Limit: 2})
		cases = page.Cases
		return err
	}))
	w.do("linking cases", func(ctx context.Context) error { return h.Cases.Link(ctx, h.boss, cases[0].ID, cases[1].ID) })
	w.do("unlinking them", func(ctx context.Context) error { return h.Cases.Unlink(ctx, h.boss, cases[0].ID, cases[1].ID) })
	w.look("a technician's look", func(ctx context.Context) error { return h.Work.Seen(ctx, h.boss, p, cases[0].ID) })

	w.do("taking letters", func(ctx context.Context) error {
		f, err := h.Letters.Take(ctx, auth.System, p, "来信.csv", strings.NewReader("编号,用户,时间,主题,内容\n1,甲,2026-11-19 08:00,漏水,3栋1单元1502厨房漏水\n"))
		if err == nil {
			w.do("opening their cases", func(ctx context.Context) error { return h.Letters.Start(ctx, auth.System, p, f.ID) })
		}
		return err
	})
	var batch estate.Batch
	w.do("beginning an import", func(ctx context.Context) (err error) {
		batch, err = h.Estate.OpenBatch(ctx, auth.System, p, "期初", "台账.xlsx")
		return err
	})
	w.do("importing a chunk", func(ctx context.Context) error {
		return h.Estate.AddToBatch(ctx, auth.System, batch, estate.BatchRows{Units: []estate.NewUnit{{BuildingName: "9栋", Unit: estate.Unit{Floor: 1, Room: "101", Use: "residence", State: "vacant"}}}})
	})
	w.do("publishing an import", func(ctx context.Context) error { return h.Estate.PublishBatch(ctx, auth.System, batch) })
	w.do("taking an import back", func(ctx context.Context) error {
		return h.Estate.RevertBatch(ctx, auth.System, batch, "传错了文件")
	})

	upload(t, h, w)
}

// upload brings the template of a workbook in by the page, as a person does, and
// looks at the page of the trail.
func upload(t *testing.T, h house, w *watch) {
	t.Helper()
	var form bytes.Buffer
	body := multipart.NewWriter(&form)
	file, err := body.CreateFormFile("file", "台账.xlsx")
	ok(t, err)
	ok(t, importer.WriteTemplate(file, text.ZH))
	ok(t, body.Close())
	jar, err := cookiejar.New(nil)
	ok(t, err)
	browser := &http.Client{Jar: jar, Transport: w}
	resp, err := browser.PostForm(h.url+"/login", url.Values{"login": {"boss"}, "password": {"correct horse battery"}})
	ok(t, err)
	_ = resp.Body.Close()
	resp, err = browser.Post(h.url+"/p/first/import", body.FormDataContentType(), &form)
	ok(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("uploading a workbook: %d", resp.StatusCode)
	}
	resp, err = browser.Get(h.url + "/p/first/audit?action=desk.call.settle")
	ok(t, err)
	page, err := io.ReadAll(resp.Body)
	ok(t, err)
	_ = resp.Body.Close()
	if !strings.Contains(string(page), "登记来电结果") || !strings.Contains(string(page), "小程序") {
		t.Errorf("the page of the trail does not say that a program settled a call: %d", resp.StatusCode)
	}
	if numbers := regexp.MustCompile(`：\d{15,}`).FindString(string(page)); numbers != "" {
		t.Errorf("the page of the trail speaks of a case by its identifier%s", numbers)
	}
}
