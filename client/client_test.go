package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guanjia/client"
	"guanjia/internal/app"
	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/config"
	"guanjia/internal/estate"
	"guanjia/internal/integration"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// house is a whole installation over real HTTP, with one unit and its owner.
type house struct {
	*app.App
	clock   *calendar.Manual
	url     string
	project estate.Project
	unit    estate.Unit
	person  estate.Person
	boss    auth.Actor
}

func each(t *testing.T, fn func(t *testing.T, h house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, build(t, ""))
	})
	if os.Getenv(storetest.Env) == "off" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, build(t, storetest.PostgresDSN(t)))
	})
}

func build(t *testing.T, dsn string) house {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	h := house{clock: calendar.NewManual(storetest.Start)}
	var err error
	h.App, err = app.Open(ctx, app.Options{
		Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn, Webhooks: []string{"127.0.0.0/8"}},
		Clock:  h.clock, Log: slog.New(slog.DiscardHandler),
	})
	ok(t, err)
	t.Cleanup(func() { _ = h.Close() })
	h.project, err = h.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "first", Name: "一号", Profile: "residential", AreaCode: "025"})
	ok(t, err)
	_, err = h.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "second", Name: "二号", Profile: "residential", AreaCode: "025"})
	ok(t, err)
	ok(t, h.Refresh(ctx))
	h.unit, err = h.Estate.CreateUnit(ctx, auth.System, h.project.ID, estate.NewUnit{
		BuildingName: "3栋", EntranceName: "1单元", Unit: estate.Unit{Floor: 15, Room: "1502", Area: 11862, Use: "residence", State: estate.StateOwner},
	})
	ok(t, err)
	h.person, err = h.Estate.CreatePerson(ctx, auth.System, h.project.ID, estate.Person{Kind: estate.Natural, Name: "周丽华"}, []estate.NewPhone{{Number: "13812346621", Verified: true}})
	ok(t, err)
	grants := []auth.Grant{{Project: h.project.ID, Role: "supervisor"}}
	made, err := h.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: "boss", Name: "吴海燕", Grants: grants, Password: "correct horse battery"})
	ok(t, err)
	h.boss = auth.Actor{Account: made.ID, Login: "boss", Name: "吴海燕", Grants: grants}.WithPermissions(h.rights())
	server := httptest.NewServer(h.Handler())
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h house) rights() map[string][]string {
	m := map[string][]string{}
	for _, r := range h.Book.Roles() {
		m[r.Name] = r.Permissions
	}
	return m
}

func (h house) token(t *testing.T, role string) (integration.Token, string) {
	t.Helper()
	token, secret, err := h.Programs.Add(context.Background(), h.boss, h.project.ID, "小程序", role)
	ok(t, err)
	return token, secret
}

func (h house) client(t *testing.T, role string) *client.Client {
	t.Helper()
	_, secret := h.token(t, role)
	return client.Strict(client.New(h.url, "first", secret, nil))
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if client.CodeOf(err) != code {
		t.Errorf("%v, want %s", err, code)
	}
}

var answers = map[string]any{"part": "in_unit", "fault": "leak", "trade": "plumbing", "grade": "urgent"}

// TestCaseByProgram takes a case through the interface: every call of the
// client against the real handler, with types that must fit exactly.
// Proves PLT-09.
func TestCaseByProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, c := context.Background(), h.client(t, "supervisor")
		hits, err := c.Search(ctx, "3-1-1502", "unit", 5)
		ok(t, err)
		if len(hits) != 1 {
			t.Fatalf("the unit is not found: %+v", hits)
		}
		in := client.NewCase{Procedure: "repair", Channel: "phone", Unit: hits[0].ID, Caller: "周丽华", Phone: "13812346621", Words: "厨房漏水", Fields: answers}
		key := client.NewKey()
		made, err := c.OpenCase(ctx, key, in)
		ok(t, err)
		again, err := c.OpenCase(ctx, key, in)
		ok(t, err)
		if again.Number != made.Number || made.Step != "dispatch" || made.Phone == "13812346621" || made.Plate == "" {
			t.Errorf("first %+v, again %+v", made, again)
		}
		in.Words = "别的事"
		_, err = c.OpenCase(ctx, key, in)
		refused(t, err, "casefile.key.reused")

		until := h.clock.Now().Add(2 * time.Hour)
		for name, act := range map[string]func() (client.Case, error){
			"note": func() (client.Case, error) {
				return c.Note(ctx, made.Number, "", client.Act{Text: "带上备用阀门"})
			},
			"told": func() (client.Case, error) { return c.Told(ctx, made.Number, "", client.Act{Text: "师傅在路上"}) },
			"promise": func() (client.Case, error) {
				return c.Promise(ctx, made.Number, "", client.Act{Text: "今天修好", Until: &until})
			},
			"about": func() (client.Case, error) {
				return c.About(ctx, made.Number, "", client.Act{Customer: "0", Unit: "0", Reason: "认错了人家"})
			},
			"amend": func() (client.Case, error) {
				return c.Correct(ctx, made.Number, "", client.Act{Fields: map[string]any{"fault": "leak"}, Reason: "听错了"})
			},
			"assign": func() (client.Case, error) {
				return c.Assign(ctx, made.Number, "", client.Act{Team: "plumbing", Reason: "换人"})
			},
		} {
			if _, err := act(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = c.Note(ctx, made.Number, "", client.Act{})
		var p *client.Problem
		if !errors.As(err, &p) || p.Status != http.StatusUnprocessableEntity || len(p.Fields) != 1 || p.Fields[0].Path != "text" || p.Instance == "" {
			t.Errorf("an empty note: %+v", err)
		}
		v, err := c.Case(ctx, made.Number)
		ok(t, err)
		if len(v.Events) != v.Version || v.Fields["fault"] != "leak" || len(v.Options) == 0 || v.Names[v.Owner] != "小程序" {
			t.Errorf("the case: %+v", v)
		}
		_, err = c.Do(ctx, made.Number, "", client.Step{Version: 1, Step: "dispatch", Outcome: "sent"})
		refused(t, err, "casefile.case.stale")
		sent, err := c.Do(ctx, made.Number, client.NewKey(), client.Step{Version: v.Version, Step: "dispatch", Outcome: "sent", Team: "plumbing"})
		ok(t, err)
		if sent.Step != "accept" {
			t.Errorf("after dispatch it stands at %s", sent.Step)
		}
		log, err := c.Events(ctx, made.Number)
		ok(t, err)
		if len(log) <= len(v.Events) {
			t.Errorf("the log has %d entries", len(log))
		}

		in.Words = "还是漏"
		other, err := c.OpenCase(ctx, "", in)
		ok(t, err)
		into, err := c.Merge(ctx, other.Number, "", made.Number, "同一件事")
		ok(t, err)
		if into.Number != made.Number {
			t.Errorf("merged into %s", into.Number)
		}
		gone, err := c.Cancel(ctx, made.Number, "", client.Act{Reason: "客户自己修好了"})
		ok(t, err)
		back, err := c.Reopen(ctx, made.Number, "", client.Act{Reason: "又漏了"})
		ok(t, err)
		if gone.Status != "cancelled" || back.Status != "open" {
			t.Errorf("cancelled %s, reopened %s", gone.Status, back.Status)
		}
		_, err = c.Case(ctx, "WX-0000-0000")
		refused(t, err, "casefile.case.missing")
	})
}

// TestErasedByProgram takes people's words out of an ended case: refused to who
// has no such right, without a reason and while the case is open; noted in the
// trail as the page notes it. Proves PLT-09 and LAW-03.
func TestErasedByProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, c := context.Background(), h.client(t, "supervisor")
		in := client.NewCase{Procedure: "repair", Channel: "phone", Unit: strconv.FormatInt(h.unit.ID, 10), Caller: "周丽华", Phone: "13812346621", Words: "厨房漏水", Fields: answers}
		first := client.NewKey()
		made, err := c.OpenCase(ctx, first, in)
		ok(t, err)
		_, err = c.Erase(ctx, made.Number, "", "本人来函")
		refused(t, err, "casefile.erase.open")
		_, err = c.Cancel(ctx, made.Number, "", client.Act{Reason: "客户自己修好了"})
		ok(t, err)
		_, err = h.client(t, "desk").Erase(ctx, made.Number, "", "本人来函")
		refused(t, err, "web.permission.missing")
		_, err = c.Erase(ctx, made.Number, "", " ")
		refused(t, err, "casefile.erase.reason")
		key := client.NewKey()
		gone, err := c.Erase(ctx, made.Number, key, "本人来函")
		ok(t, err)
		again, err := c.Erase(ctx, made.Number, key, "本人来函")
		ok(t, err)
		if gone.Words+gone.Caller+gone.Phone != "" || gone.Number != made.Number || again.Version != gone.Version {
			t.Errorf("erased: %+v, again: %+v", gone, again)
		}
		_, err = c.Erase(ctx, made.Number, "", "本人来函")
		refused(t, err, "casefile.erased")
		late, err := c.OpenCase(ctx, first, in) // sent again only now: the same case, and no words come back
		ok(t, err)
		if late.Number != made.Number || late.Words+late.Caller+late.Phone != "" {
			t.Errorf("opened again after it was erased: %+v", late)
		}
		list, err := h.Audit.List(ctx, auth.System, audit.Filter{Project: h.project.ID, Action: "casefile.case.erase"})
		ok(t, err)
		if len(list) != 1 {
			t.Errorf("the trail has %d entries of it", len(list))
		}
	})
}

// TestListsRunThrough pages through lists by their cursor and meets each case once.
func TestListsRunThrough(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, c := context.Background(), h.client(t, "supervisor")
		for range 7 {
			_, err := c.OpenCase(ctx, "", client.NewCase{Procedure: "repair", Channel: "phone", Caller: "周丽华", Words: "灯不亮", Fields: answers})
			ok(t, err)
			h.clock.Add(time.Minute)
		}
		seen := map[string]bool{}
		for x, err := range c.AllCases(ctx, client.Filter{Status: "open", Limit: 3}) {
			ok(t, err)
			if seen[x.Number] {
				t.Errorf("%s came twice", x.Number)
			}
			seen[x.Number] = true
		}
		if len(seen) != 7 {
			t.Errorf("%d cases, want 7", len(seen))
		}
		p, err := c.Cases(ctx, client.Filter{Count: true, Limit: 2, Step: "dispatch", From: h.clock.Now().Add(-time.Hour)})
		ok(t, err)
		if p.Total != 7 || len(p.Cases) != 2 || p.Next == "" {
			t.Errorf("page %+v", p)
		}
		f, err := c.FollowUps(ctx, "", 10)
		ok(t, err)
		if len(f.Cases) != 0 {
			t.Errorf("nobody is to be rung back yet: %+v", f.Cases)
		}
		_, err = c.Cases(ctx, client.Filter{After: "not a cursor"})
		refused(t, err, "casefile.filter")
	})
}

// TestHousesByProgram reads and changes houses, people and the directory.
func TestHousesByProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, c := context.Background(), h.client(t, "supervisor")
		units, err := c.Units(ctx, "", "", 10)
		ok(t, err)
		if len(units.Units) != 1 || units.Units[0].Area != 11862 {
			t.Fatalf("units %+v", units)
		}
		people, err := c.People(ctx, "周丽华", "", 10)
		ok(t, err)
		if len(people.People) != 1 || len(people.People[0].Phones) != 1 || strings.Contains(people.People[0].Phones[0].Number, "12346621") {
			t.Fatalf("people %+v", people)
		}
		unit, person := units.Units[0].ID, people.People[0].ID
		hold, err := c.Occupy(ctx, unit, client.NewHold{Person: person, Capacity: "owner", Residing: true, From: "2020-01-01"})
		ok(t, err)
		got, err := c.Unit(ctx, unit)
		ok(t, err)
		if len(got.Holders) != 1 || got.Holders[0].Person != person {
			t.Errorf("unit %+v", got)
		}
		who, err := c.Callers(ctx, "138-1234-6621")
		ok(t, err)
		if len(who) != 1 || who[0].Unit != unit {
			t.Errorf("callers %+v", who)
		}
		ok(t, c.Confirm(ctx, unit, false, ""))
		d, err := c.Directory(ctx, "", "all", "")
		ok(t, err)
		if d.Confirmed != 1 || len(d.Entries) != 1 || d.Entries[0].Confirmed == nil {
			t.Errorf("directory %+v", d)
		}
		ok(t, c.EndOccupancy(ctx, hold.ID, h.clock.Now().Format(time.DateOnly), "出售"))
		p, err := c.Person(ctx, person)
		ok(t, err)
		if len(p.Holds) != 1 || p.Holds[0].To == "" {
			t.Errorf("person %+v", p)
		}
		list, err := c.Projects(ctx)
		ok(t, err)
		if len(list) != 1 || list[0].Code != "first" {
			t.Errorf("projects %+v", list)
		}
	})
}

// TestTokens holds a program to its project, its role, its rate and its end;
// only a digest of the token is kept. Proves PLT-09 and PLT-02.
func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		token, secret := h.token(t, "phone_system")
		c := client.Strict(client.New(h.url, "first", secret, nil))
		call, err := c.SignalCall(ctx, client.Signal{Event: "ring", Call: "c-1", From: "13812346621", Line: "801"})
		ok(t, err)
		if call.State != "ringing" || strings.Contains(call.Number, "12346621") {
			t.Errorf("call %+v", call)
		}
		_, err = c.Cases(ctx, client.Filter{})
		refused(t, err, "web.permission.missing")
		_, err = client.New(h.url, "second", secret, nil).SignalCall(ctx, client.Signal{Event: "ring", Call: "c-2"})
		refused(t, err, "web.permission.missing")

		send := func(path, body string) int {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+path, strings.NewReader(body))
			ok(t, err)
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultTransport.RoundTrip(r)
			ok(t, err)
			_ = resp.Body.Close()
			return resp.StatusCode
		}
		if got := send("/p/first/cti", `{"event":"answer","call":"c-1"}`); got/100 != 2 {
			t.Errorf("the telephone system's webhook answers %d", got)
		}
		if got := send("/p/first/desk/intake", ""); got/100 == 2 {
			t.Errorf("a page lets a program in: %d", got)
		}

		ok(t, h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			kept, err := store.One(ctx, tx, store.Value[string], "SELECT digest FROM integration_token WHERE id = ?", token.ID)
			if strings.Contains(kept, secret) || len(kept) != 64 {
				t.Errorf("kept of the token: %q", kept)
			}
			list, e := h.Programs.Tokens(ctx, tx, h.project.ID)
			if len(list) != 1 || list[0].Used.IsZero() {
				t.Errorf("its use is not noted: %+v", list)
			}
			return errors.Join(err, e)
		}))
		if _, _, err := h.Programs.Add(ctx, h.boss, h.project.ID, "x", "admin"); err == nil {
			t.Error("a supervisor gave away more than they hold")
		}
		ok(t, h.Programs.End(ctx, h.boss, h.project.ID, token.ID))
		_, err = c.SignalCall(ctx, client.Signal{Event: "ring", Call: "c-3"})
		refused(t, err, "web.session.none")
	})
}

// receiver stands in for the program that is told.
type receiver struct {
	mu   sync.Mutex
	fail int
	got  []struct {
		header http.Header
		body   []byte
	}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, struct {
		header http.Header
		body   []byte
	}{req.Header, body})
	if r.fail > 0 {
		r.fail--
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// TestWebhooksArrive sends what happens, again when the receiver was down, with
// a signature that the client can check, and on request once more. Proves PLT-09.
func TestWebhooksArrive(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		stand := &receiver{fail: 1}
		server := httptest.NewServer(stand)
		t.Cleanup(server.Close)
		hook, secret, err := h.Programs.Subscribe(ctx, h.boss, h.project.ID, server.URL+"/in", []string{"case.opened"})
		ok(t, err)
		c := h.client(t, "mini_program")
		made, err := c.OpenCase(ctx, "", client.NewCase{Procedure: "repair", Channel: "phone", Caller: "周丽华", Words: "厨房漏水", Fields: answers})
		ok(t, err)
		for range 3 {
			_, err = h.Runner().RunDue(ctx)
			ok(t, err)
			h.clock.Add(time.Minute)
		}
		stand.mu.Lock()
		if len(stand.got) != 2 {
			t.Fatalf("%d attempts, want one that failed and one that arrived", len(stand.got))
		}
		first, second := stand.got[0], stand.got[1]
		stand.mu.Unlock()
		if !bytes.Equal(first.body, second.body) || first.header.Get(integration.HeaderDelivery) != second.header.Get(integration.HeaderDelivery) {
			t.Error("the second attempt is another message")
		}
		if !strings.Contains(string(second.body), made.Number) || strings.Contains(string(second.body), "周丽华") {
			t.Errorf("body %s", second.body)
		}
		signature, now := second.header.Get(integration.HeaderSignature), calendar.System().Now()
		if err := client.Verify(secret, signature, second.body, now, 5*time.Minute); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"another body":   client.Verify(secret, signature, append(second.body, ' '), now, 5*time.Minute),
			"another secret": client.Verify("x", signature, second.body, now, 5*time.Minute),
			"an hour later":  client.Verify(secret, signature, second.body, now.Add(time.Hour), 5*time.Minute),
		} {
			if !errors.Is(err, client.ErrSignature) {
				t.Errorf("%s passes: %v", name, err)
			}
		}
		var log []integration.Delivery
		read := func() {
			ok(t, h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				log, err = h.Programs.Log(ctx, tx, h.project.ID, hook.ID, 0, 10)
				return err
			}))
		}
		read()
		if len(log) != 1 || log[0].State != "done" || log[0].Attempts != 2 {
			t.Fatalf("log %+v", log)
		}
		_, err = h.Programs.Again(ctx, h.boss, h.project.ID, log[0].ID)
		ok(t, err)
		_, err = h.Runner().RunDue(ctx)
		ok(t, err)
		read()
		if len(stand.got) != 3 || log[0].Attempts != 3 {
			t.Errorf("sent %d times, log %+v", len(stand.got), log)
		}
	})
}
