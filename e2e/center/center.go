// Package center is a whole small service centre for the tests of rooms: the
// program as it runs, over one project with its people, on both databases.
//
// It owns: building the house, asking for pages as somebody, what pages must
// and must not contain. It does not own: any rule. Imported by tests only.
// Start at Each.
package center

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/config"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// roles are the posts that somebody holds in the centre.
var roles = []string{"desk", "supervisor", "technician", "director", "auditor"}

// sessions knows the person of a request from a header of the test.
type sessions map[string]auth.Actor

// Resolve implements web.Sessions.
func (s sessions) Resolve(_ context.Context, r *http.Request) (auth.Actor, bool, error) {
	a, ok := s[r.Header.Get("X-Who")]
	return a, ok, nil
}

// Center is the program over the project "lin".
type Center struct {
	*app.App
	T       testing.TB
	Clock   *calendar.Manual
	Project estate.Project
	Unit    estate.Unit   // 3栋1单元-1502
	Owner   estate.Person // 王芳, 13900001111
	people  sessions
}

// Each runs fn over a fresh centre on every database.
func Each(t *testing.T, profile string, fn func(t *testing.T, c *Center)) {
	t.Helper()
	run := func(t *testing.T, dsn string) {
		t.Helper()
		dir := t.TempDir()
		c := &Center{T: t, Clock: calendar.NewManual(storetest.Start), people: sessions{}}
		a, err := app.Open(context.Background(), app.Options{
			Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: dsn},
			Clock:  c.Clock, Log: slog.New(slog.DiscardHandler), Sessions: c.people,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		c.App = a
		c.furnish(profile)
		fn(t, c)
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, "")
	})
	if os.Getenv(storetest.Env) != "off" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			run(t, storetest.PostgresDSN(t))
		})
	}
}

// Check ends the test on an error.
func (c *Center) Check(err error) {
	c.T.Helper()
	if err != nil {
		c.T.Fatal(err)
	}
}

func (c *Center) furnish(profile string) {
	c.T.Helper()
	c.Project = c.NewProject("lin", "临江苑", profile)
	for _, role := range roles {
		c.Hire(role, role, c.Project.ID)
	}
	c.Unit, c.Owner = c.Household("1502", "王芳", "13900001111")
}

// NewProject makes a further project.
func (c *Center) NewProject(code, name, profile string) estate.Project {
	c.T.Helper()
	p, err := c.Estate.CreateProject(context.Background(), auth.System, estate.Project{Code: code, Name: name, Profile: profile, AreaCode: "025"})
	c.Check(err)
	c.Check(c.Refresh(context.Background()))
	return p
}

// Hire gives somebody a post; they are called and asked for by who.
func (c *Center) Hire(who, role string, project int64) auth.Actor {
	c.T.Helper()
	rights := map[string][]string{}
	for _, r := range c.Book.Roles() {
		rights[r.Name] = r.Permissions
	}
	acc, err := c.Auth.CreateAccount(context.Background(), auth.System, auth.NewAccount{
		Login: "u-" + who, Name: who, Password: "correct horse battery 7", Grants: []auth.Grant{{Project: project, Role: role}},
	})
	c.Check(err)
	c.people[who] = auth.Actor{Account: acc.ID, Login: acc.Login, Name: who, Grants: []auth.Grant{{Project: project, Role: role}}}.WithPermissions(rights)
	return c.people[who]
}

// Actor is who holds a post.
func (c *Center) Actor(who string) auth.Actor { return c.people[who] }

// Household makes a unit of building 3 with its owner in it.
func (c *Center) Household(room, name, phone string) (estate.Unit, estate.Person) {
	c.T.Helper()
	ctx := context.Background()
	u, err := c.Estate.CreateUnit(ctx, auth.System, c.Project.ID, estate.NewUnit{
		Unit: estate.Unit{Project: c.Project.ID, Room: room, Floor: 15, Area: 9860, Use: "residence", State: estate.StateOwner}, BuildingName: "3栋", EntranceName: "1单元",
	})
	c.Check(err)
	p, err := c.Estate.CreatePerson(ctx, auth.System, c.Project.ID, estate.Person{Kind: estate.Natural, Name: name}, []estate.NewPhone{{Number: phone}})
	c.Check(err)
	_, err = c.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: c.Project.ID, Unit: u.ID, Person: p.ID, Capacity: estate.Owner, From: "2024-06-01", Residing: true})
	c.Check(err)
	return u, p
}

// Answer is what the program said.
type Answer struct {
	Code    int
	Body    string
	To      string // where it sends the browser
	Header  http.Header
	Queries int
}

// Get asks for a page as somebody, "" a visitor.
func (c *Center) Get(who, path string) Answer {
	c.T.Helper()
	return c.Send(who, httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form as somebody.
func (c *Center) Post(who, path string, form url.Values) Answer {
	c.T.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Send(who, r)
}

// File is a file of a form.
type File struct {
	Field, Name string
	Data        []byte
}

// Upload sends a form with files.
func (c *Center) Upload(who, path string, form url.Values, list ...File) Answer {
	c.T.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			c.Check(m.WriteField(name, v))
		}
	}
	for _, f := range list {
		w, err := m.CreateFormFile(f.Field, f.Name)
		c.Check(err)
		_, err = w.Write(f.Data)
		c.Check(err)
	}
	c.Check(m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.Send(who, r)
}

// Send gives a request to the program.
func (c *Center) Send(who string, r *http.Request) Answer {
	c.T.Helper()
	ctx, n := store.WithCounter(r.Context())
	r = r.WithContext(ctx)
	r.Header.Set("X-Who", who)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	return Answer{Code: w.Code, Body: w.Body.String(), To: w.Header().Get("Location"), Header: w.Header(), Queries: n.N()}
}

// Want fails the test unless the answer has this status.
func (a Answer) Want(t testing.TB, code int) Answer {
	t.Helper()
	if a.Code != code {
		t.Fatalf("status %d, want %d\n%.800s", a.Code, code, a.Body)
	}
	return a
}

// Has fails the test for each of the words that the page lacks.
func (a Answer) Has(t testing.TB, words ...string) Answer {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
	return a
}

// Lacks fails the test for each of the words that the page has.
func (a Answer) Lacks(t testing.TB, words ...string) Answer {
	t.Helper()
	for _, w := range words {
		if tells(a.Body, w) {
			t.Errorf("the page tells %q", w)
		}
	}
	return a
}

// tells reports whether words stand in a page. The number of a room is looked
// for by itself: an identifier of eighteen digits may hold it by chance.
func tells(page, words string) bool {
	if len(words) > 4 || strings.Trim(words, "0123456789") != "" {
		return strings.Contains(page, words)
	}
	return regexp.MustCompile(`(^|\D)` + words + `(\D|$)`).MatchString(page)
}

// Case reads a case anew.
func (c *Center) Case(id int64) casefile.Case {
	c.T.Helper()
	var k casefile.Case
	c.Check(c.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		k, err = c.Cases.ByID(ctx, tx, id)
		return err
	}))
	return k
}

// CasesOf lists the cases of a procedure, newest first.
func (c *Center) CasesOf(procedure string) []casefile.Case {
	c.T.Helper()
	page, err := c.Cases.List(context.Background(), auth.System, casefile.Filter{Project: c.Project.ID, Procedure: procedure, Limit: 200})
	c.Check(err)
	return page.Cases
}

// Repair takes a repair of the unit in, as the desk.
func (c *Center) Repair(words string) casefile.Case {
	c.T.Helper()
	k, err := c.Cases.Open(context.Background(), c.people["desk"], casefile.Opening{
		Project: c.Project.ID, Procedure: "repair", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: "8613900001111", Words: words,
		Fields: map[string]any{"part": "in_unit", "fault": "water", "trade": "plumbing", "grade": "small"},
	})
	c.Check(err)
	return k
}

// Do carries a step of a case out as somebody.
func (c *Center) Do(who string, k casefile.Case, step, outcome string, fields, data map[string]any) casefile.Case {
	c.T.Helper()
	k, err := c.Cases.Do(context.Background(), c.people[who], casefile.Doing{Case: k.ID, Command: engine.Command{
		Kind: engine.EvDone, Step: step, Outcome: outcome, Fields: fields, Data: data,
	}})
	if err != nil {
		c.T.Fatalf("%s %s: %v", step, outcome, err)
	}
	return k
}

// Picture is a small PNG; another shade makes another picture.
func Picture(shade uint8) []byte {
	p := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range p.Pix {
		p.Pix[i] = shade
	}
	p.SetGray(1, 1, color.Gray{Y: shade + 1})
	var b bytes.Buffer
	_ = png.Encode(&b, p) // into memory
	return b.Bytes()
}
