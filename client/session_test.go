package client_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"guanjia/client"
	"guanjia/internal/estate"
)

// checker holds every request and every answer to the description.
type checker struct {
	t      *testing.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool // operations
}

func (c *checker) RoundTrip(r *http.Request) (*http.Response, error) {
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s is not described: %w", r.Method, r.URL.Path, err)
	}
	var sent []byte
	if r.Body != nil {
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		c.t.Errorf("%s: the request does not fit its description: %v", route.Operation.OperationID, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: in.Options}
	if err := openapi3filter.ValidateResponse(r.Context(), out.SetBodyBytes(body)); err != nil {
		c.t.Errorf("%s answers %d: it does not fit its description: %v", route.Operation.OperationID, resp.StatusCode, err)
	}
	if resp.StatusCode/100 == 2 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen[route.Operation.OperationID] = true
	}
	return resp, nil
}

// described reads the description from the running house; it must be valid
// OpenAPI 3.1.
func described(t *testing.T, h house) *openapi3.T {
	t.Helper()
	resp, err := http.Get(h.url + "/api/v1/openapi.json")
	ok(t, err)
	raw, err := io.ReadAll(resp.Body)
	ok(t, err)
	_ = resp.Body.Close()
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	ok(t, err)
	ok(t, doc.Validate(context.Background()))
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("it calls itself OpenAPI %s", doc.OpenAPI)
	}
	return doc
}

// must is the value of a call that has to succeed.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// TestEveryOperationDoesWhatItSays drives the whole interface by the Go client
// against a real house: each operation succeeds at least once, each request and
// each answer fits the OpenAPI 3.1 description. Proves PLT-09.
func TestEveryOperationDoesWhatItSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		doc := described(t, h)
		router, err := gorillamux.NewRouter(doc)
		ok(t, err)
		check := &checker{t: t, router: router, seen: map[string]bool{}}
		login := func() *client.Client {
			_, secret := h.token(t, "supervisor")
			return client.Strict(client.New(h.url, "first", secret, &http.Client{Transport: check}))
		}
		c := login()
		desk(ctx, t, h, c)
		houses(ctx, t, h, c)
		registers(ctx, t, c)
		care(ctx, t, h, c, login())
		for _, item := range doc.Paths.Map() {
			for _, op := range item.Operations() {
				if !check.seen[op.OperationID] {
					t.Errorf("%s is called nowhere: the client or this session lacks it", op.OperationID)
				}
			}
		}
	})
}

func desk(ctx context.Context, t *testing.T, h house, c *client.Client) {
	t.Helper()
	unit, person := fmt.Sprint(h.unit.ID), fmt.Sprint(h.person.ID)
	ring := must[client.Call](t)(c.SignalCall(ctx, client.Signal{Event: "ring", Call: "c-1", From: "13812346621", Line: "801"}))
	must[client.Call](t)(c.SignalCall(ctx, client.Signal{Event: "answer", Call: "c-1"}))
	ok(t, c.NameCaller(ctx, ring.ID, person, unit))
	until := h.clock.Now().Add(2 * time.Hour)
	key := client.NewKey()
	in := client.Intake{Kind: "repair", Channel: "phone", Unit: unit, Person: person, Caller: "周丽华", Words: "厨房漏水，还有煤气味", Fields: answers, Call: ring.ID, Promise: "两点前到", By: &until}
	taken := must[client.Opened](t)(c.TakeIn(ctx, key, in))
	if again := must[client.Opened](t)(c.TakeIn(ctx, key, in)); again.Number != taken.Number || len(taken.Dangers) != 1 || taken.Dangers[0].Name != "gas" {
		t.Errorf("taken in %+v, again %+v", taken, again)
	}
	if list := must[[]client.Alarm](t)(c.Alarms(ctx)); len(list) != 1 || list[0].Case != taken.ID {
		t.Errorf("alarms %+v", list)
	}
	ok(t, c.SettleCall(ctx, ring.ID, client.Settling{Outcome: "case", Case: taken.ID}))
	must[client.Call](t)(c.SignalCall(ctx, client.Signal{Event: "hang_up", Call: "c-1"}))
	h.clock.Add(time.Minute)
	must[client.Call](t)(c.SignalCall(ctx, client.Signal{Event: "ring", Call: "c-2", From: "13900000000"}))
	first := must[client.CallPage](t)(c.Calls(ctx, "", 1))
	second := must[client.CallPage](t)(c.Calls(ctx, first.Next, 1))
	if len(first.Calls) != 1 || len(second.Calls) != 1 || first.Calls[0].Call != "c-2" || second.Calls[0].Case != taken.ID || second.Next != "" {
		t.Errorf("calls %+v, then %+v", first, second)
	}
	if days := must[[]client.CallDay](t)(c.CallDays(ctx, h.clock.Now(), time.Time{})); len(days) != 1 || days[0].Calls != 2 {
		t.Errorf("days %+v", days)
	}
	made := must[client.Promise](t)(c.MakePromise(ctx, "", client.NewPromise{Unit: unit, Words: "回电说配件价格", Due: until}))
	if list := must[[]client.Promise](t)(c.Promises(ctx, "", unit)); len(list) != 2 {
		t.Errorf("promises %+v", list)
	}
	ok(t, c.KeepPromise(ctx, made.ID, "已告知 35 元"))
	refused(t, c.KeepPromise(ctx, made.ID, "又说一次"), "desk.promise.kept")

	item := must[client.JournalEntry](t)(c.WriteEntry(ctx, "", client.NewEntry{Sort: "item", Words: "三栋大堂灯不亮"}))
	must[client.Case](t)(c.OpenCaseOfEntry(ctx, item.ID, "", "enquiry"))
	if j := must[client.Journal](t)(c.Journal(ctx, time.Time{}, time.Time{})); len(j.Entries) != 2 || len(j.Calls) != 2 {
		t.Errorf("journal %+v", j)
	}
	double := must[client.Opened](t)(c.OpenCase(ctx, "", client.NewCase{Procedure: "repair", Channel: "phone", Unit: unit, Caller: "周丽华", Words: "厨房漏水，还有煤气味", Fields: answers}))
	if g := must[[][]client.Case](t)(c.Duplicates(ctx)); len(g) != 1 || len(g[0]) != 2 {
		t.Errorf("duplicates %+v", g)
	}
	must[client.Case](t)(c.Merge(ctx, double.Number, "", taken.Number, "同一件事"))
	must[client.Case](t)(c.Unmerge(ctx, double.Number, ""))
	must[client.Case](t)(c.Join(ctx, taken.Number, "", client.Joining{Words: "水更大了"}))

	var photo bytes.Buffer
	ok(t, png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 4, 4))))
	hung := must[client.Attachment](t)(c.AddAttachment(ctx, taken.Number, "漏水.png", photo.Bytes()))
	same := must[client.Attachment](t)(c.AddAttachment(ctx, taken.Number, "漏水.png", photo.Bytes()))
	if list := must[[]client.Attachment](t)(c.Attachments(ctx, taken.Number)); len(list) != 1 || same.ID != hung.ID || hung.Media != "image/png" {
		t.Errorf("attachments %+v", list)
	}
	var back bytes.Buffer
	ok(t, c.Attachment(ctx, hung.ID, &back))
	if !bytes.Equal(back.Bytes(), photo.Bytes()) {
		t.Error("the file came back altered")
	}
	photo.Reset()
	ok(t, png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 5, 4))))
	_, err := c.AddPaper(ctx, taken.Number, "passport", "护照.png", photo.Bytes())
	if list := must[[]client.Attachment](t)(c.Attachments(ctx, taken.Number)); client.CodeOf(err) != "case.fields" || len(list) != 1 {
		t.Errorf("a paper nobody asked for: %v, %d files", err, len(list))
	}
	_, err = c.AddAttachment(ctx, taken.Number, "x.exe", []byte("MZ\x90\x00"))
	if !strings.HasPrefix(client.CodeOf(err), "files.") {
		t.Errorf("a program was taken for a photo: %v", err)
	}

	for name, act := range map[string]func() (client.Case, error){
		"note": func() (client.Case, error) { return c.Note(ctx, taken.Number, "", client.Act{Text: "带阀门"}) },
		"about": func() (client.Case, error) {
			return c.About(ctx, taken.Number, "", client.Act{Unit: unit, Customer: "0", Reason: "不是她家报的"})
		},
		"told": func() (client.Case, error) { return c.Told(ctx, taken.Number, "", client.Act{Text: "在路上"}) },
		"promise": func() (client.Case, error) {
			return c.Promise(ctx, taken.Number, "", client.Act{Text: "今天修好", Until: &until})
		},
		"amend": func() (client.Case, error) {
			return c.Correct(ctx, taken.Number, "", client.Act{Fields: map[string]any{"fault": "leak"}, Reason: "听错了"})
		},
		"assign": func() (client.Case, error) {
			return c.Assign(ctx, taken.Number, "", client.Act{Team: "plumbing", Reason: "换人"})
		},
	} {
		if _, err := act(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must[client.Case](t)(c.Do(ctx, taken.Number, "", client.Step{Step: "dispatch", Outcome: "sent", Team: "plumbing"}))
	must[client.Case](t)(c.Pause(ctx, taken.Number, "", client.Act{Reason: "parts", Text: "等配件", Until: &until}))
	must[client.Case](t)(c.Resume(ctx, taken.Number, "", client.Act{Reason: "到了"}))
	must[client.Case](t)(c.Move(ctx, taken.Number, "", client.Act{Step: "follow", Reason: "当场修好"}))
	must[client.CasePage](t)(c.FollowUps(ctx, "", 10))
	must[client.Case](t)(c.AnswerFollowUp(ctx, taken.Number, "", client.FollowAnswer{Outcome: "satisfied", By: "call", Fields: map[string]any{"followed": "很满意"}}))
	must[client.Case](t)(c.Cancel(ctx, double.Number, "", client.Act{Reason: "重复"}))
	must[client.Case](t)(c.Reopen(ctx, double.Number, "", client.Act{Reason: "又漏了"}))
	must[client.Case](t)(c.Cancel(ctx, double.Number, "", client.Act{Reason: "客户撤回"}))
	must[client.Case](t)(c.Erase(ctx, double.Number, "", "本人来函"))
	must[client.CasePage](t)(c.Cases(ctx, client.Filter{Count: true}))
	must[client.CaseView](t)(c.Case(ctx, taken.Number))
	must[[]client.Event](t)(c.Events(ctx, taken.Number))
	must[[]client.Hit](t)(c.Search(ctx, "3-1-1502", "", 5))
	must[[]client.Caller](t)(c.Callers(ctx, "13812346621"))
	must[[]client.Technician](t)(c.Technicians(ctx))
	must[[]client.Proposal](t)(c.Proposals(ctx, "plumbing", ""))
	must[client.Sent](t)(c.SendByRule(ctx, ""))
}

func houses(ctx context.Context, t *testing.T, h house, c *client.Client) {
	t.Helper()
	must[[]client.Project](t)(c.Projects(ctx))
	key := client.NewKey()
	fresh := client.NewUnit{Building: "3栋", Entrance: "1单元", Floor: 16, Room: "1601", Area: 9000, Use: "residence", State: "vacant"}
	made := must[client.Unit](t)(c.CreateUnit(ctx, key, fresh))
	if again := must[client.Unit](t)(c.CreateUnit(ctx, key, fresh)); again.ID != made.ID {
		t.Errorf("the same key made %s and %s", made.ID, again.ID)
	}
	fresh.Room = "1602"
	_, err := c.CreateUnit(ctx, key, fresh)
	refused(t, err, "api.key.reused")
	_, err = c.CreateUnit(ctx, "", client.NewUnit{Building: "3栋", Entrance: "1单元", Floor: 16, Room: "1601", Use: "residence", State: "vacant"})
	refused(t, err, "estate.unit.taken")
	area, note := int64(9120), "边套"
	saved := must[client.Unit](t)(c.SaveUnit(ctx, made.ID, client.UnitChange{Version: made.Version, Area: &area, Note: &note, Reason: "测绘"}))
	if saved.Area != 9120 || saved.Room != "1601" || saved.State != "vacant" || saved.Version != made.Version+1 {
		t.Errorf("saved %+v", saved)
	}
	_, err = c.SaveUnit(ctx, made.ID, client.UnitChange{Version: made.Version, Area: &area})
	refused(t, err, "estate.version.stale")

	born, purpose := "1980-05-01", "生日问候，本人同意"
	who := must[client.Person](t)(c.CreatePerson(ctx, "", client.NewPerson{Name: "李国强", Phones: []client.NewPhone{{Number: "13900001234", Label: "手机", Verified: true}}}))
	who = must[client.Person](t)(c.SavePerson(ctx, who.ID, client.PersonChange{Version: who.Version, Birthday: &born, BirthdayPurpose: &purpose}))
	if who.Name != "李国强" || len(who.Phones) != 1 || who.Phones[0].Verified == nil || strings.Contains(who.Phones[0].Number, "00001234") {
		t.Errorf("changing a birthday touched the rest, or shows a number: %+v", who)
	}
	ok(t, c.SetIdentity(ctx, who.ID, "identity_card", "11010519491231002X"))
	hold := must[client.Hold](t)(c.Occupy(ctx, made.ID, client.NewHold{Person: who.ID, Capacity: "owner", Residing: true, From: "2024-01-01"}))
	ok(t, c.SetEmergency(ctx, made.ID, []client.Contact{{Name: "李梅", Relation: "女儿", Office: true, Mobile: "13700001111"}}))
	if list := must[[]client.Contact](t)(c.Emergency(ctx, made.ID)); len(list) != 1 || list[0].Mobile == "" || strings.Contains(list[0].Mobile, "00001111") {
		t.Errorf("emergency %+v", list)
	}
	ok(t, c.NotReached(ctx, made.ID, "停机"))
	if d := must[client.EntryPage](t)(c.Directory(ctx, "", "unreached", "")); d.Confirmed != 0 || d.Unreached != 1 || len(d.Entries) != 1 || d.Entries[0].Confirmed != nil {
		t.Errorf("not reached: %+v", d)
	}
	ok(t, c.RevertEntry(ctx, made.ID))
	ok(t, c.Confirm(ctx, made.ID, true, "换了电话"))
	issue := must[client.Issue](t)(c.GiveOutDirectory(ctx, ""))
	ok(t, c.SignDirectory(ctx, issue.ID))
	if d := must[client.EntryPage](t)(c.Directory(ctx, "", "all", "")); d.Confirmed != 1 || len(d.Issues) != 1 || d.Issues[0].SignedAt == nil {
		t.Errorf("directory %+v", d)
	}
	ok(t, c.EndOccupancy(ctx, hold.ID, h.clock.Now().AddDate(0, 0, -1).Format(time.DateOnly), "出售"))
	if list := must[[]client.Hold](t)(c.Occupancies(ctx, made.ID)); len(list) != 1 || list[0].To == "" {
		t.Errorf("occupancies %+v", list)
	}
	if list := must[[]client.Change](t)(c.UnitChanges(ctx, made.ID)); !slices.ContainsFunc(list, func(x client.Change) bool { return x.Field == "area" && x.After == "91.20" }) {
		t.Errorf("changes %+v", list)
	}
	all := must[[]client.Building](t)(c.Buildings(ctx))
	built := must[client.BuildingView](t)(c.Building(ctx, all[0].ID))
	name, year := "3号楼", 2008
	built = must[client.BuildingView](t)(c.SaveBuilding(ctx, built.ID, client.BuildingChange{Version: built.Version, Name: &name, Year: &year}))
	if got := must[client.Unit](t)(c.Unit(ctx, made.ID)); built.Year != 2008 || len(built.Entrances) != 1 || got.Plate != "3号楼1单元" {
		t.Errorf("building %+v, unit %+v", built, got)
	}
	_, err = c.SaveBuilding(ctx, built.ID, client.BuildingChange{Version: built.Version - 1, Name: &name})
	refused(t, err, "estate.version.stale")
	if list := must[[]client.Change](t)(c.BuildingChanges(ctx, built.ID)); !slices.ContainsFunc(list, func(x client.Change) bool {
		return x.Field == "name" && x.Before == "3栋" && x.After == "3号楼" && x.Actor == "小程序"
	}) {
		t.Errorf("changes %+v", list)
	}
	must[client.UnitPage](t)(c.Units(ctx, "", "", 10))
	must[client.Unit](t)(c.Unit(ctx, made.ID))
	must[client.PersonPage](t)(c.People(ctx, "", "", 10))
	must[client.Person](t)(c.Person(ctx, who.ID))
	ok(t, c.ForgetPerson(ctx, who.ID, "本人要求"))

	code := must[client.Link](t)(c.CreateUnitLink(ctx, made.ID, ""))
	must[client.Link](t)(c.CreatePlaceLink(ctx, "", "3栋大堂"))
	if list := must[[]client.Link](t)(c.UnitLinks(ctx, made.ID)); len(list) != 1 || list[0].Path != code.Path {
		t.Errorf("codes %+v", list)
	}
	ok(t, c.RevokeLink(ctx, code.ID))
	if list := must[[]client.Link](t)(c.PlaceLinks(ctx)); len(list) != 1 || list[0].Place != "3栋大堂" {
		t.Errorf("places %+v", list)
	}
	ok(t, c.SetTrades(ctx, fmt.Sprint(h.boss.Account), []string{"plumbing"}))
}

func registers(ctx context.Context, t *testing.T, c *client.Client) {
	t.Helper()
	if list := must[[]client.Register](t)(c.Registers(ctx)); len(list) != len(estate.Registers) {
		t.Errorf("%d registers", len(list))
	}
	made := must[client.RegisterEntry](t)(c.CreateEntry(ctx, "keys", "", map[string]string{"label": "K-1", "unit": "3-1-1502", "part": "door", "count": "2"}))
	made = must[client.RegisterEntry](t)(c.SaveEntry(ctx, "keys", made.ID, client.EntryFields{Version: made.Version, Fields: map[string]string{"count": "3"}}))
	if made.Label != "K-1" || made.Fields["count"] != "3" || made.Fields["part"] != "door" || made.Unit == "0" {
		t.Errorf("saved %+v", made)
	}
	made = must[client.RegisterEntry](t)(c.MoveEntry(ctx, "keys", made.ID, "", client.Moving{Version: made.Version, Move: "lend", Holder: "张工", Due: "2026-12-01"}))
	if v := must[client.RegisterEntryView](t)(c.RegisterEntry(ctx, "keys", made.ID)); v.State != "lent" || v.Holder != "张工" || len(v.Events) != 3 {
		t.Errorf("entry %+v", v)
	}
	_, err := c.RegisterEntry(ctx, "mailboxes", made.ID)
	refused(t, err, "estate.entry.none")
	_, err = c.CreateEntry(ctx, "keys", "", map[string]string{"label": "K-1", "part": "nothing"})
	refused(t, err, "estate.entry.invalid")
	for n := range 3 {
		must[client.RegisterEntry](t)(c.CreateEntry(ctx, "keys", "", map[string]string{"label": fmt.Sprintf("K-%d", n+2), "part": "door"}))
	}
	var labels []string
	for after := ""; ; {
		p := must[client.RegisterPage](t)(c.RegisterEntries(ctx, "keys", "", after, 2))
		for _, e := range p.Entries {
			labels = append(labels, e.Label)
		}
		if after = p.Next; after == "" {
			break
		}
	}
	if !slices.Equal(labels, []string{"K-1", "K-2", "K-3", "K-4"}) {
		t.Errorf("page by page: %v", labels)
	}
}

func care(ctx context.Context, t *testing.T, h house, c, other *client.Client) {
	t.Helper()
	must[client.Case](t)(c.PlanVisit(ctx, "", client.NewVisit{Person: fmt.Sprint(h.person.ID), Unit: fmt.Sprint(h.unit.ID), Purpose: "看看维修后的情况"}))
	if v := must[client.VisitPlan](t)(c.Visits(ctx)); len(v.Open) != 1 {
		t.Errorf("visits %+v", v)
	}
	must[client.Hold](t)(c.Occupy(ctx, fmt.Sprint(h.unit.ID), client.NewHold{Person: fmt.Sprint(h.person.ID), Capacity: "owner", From: "2020-01-01"}))
	s := must[client.Survey](t)(c.CreateSurvey(ctx, "", client.NewSurvey{Title: "年度征询", Until: h.clock.Now().AddDate(0, 0, 9).Format(time.DateOnly), Questions: []client.Question{{Sort: "rating", Ask: "满意吗"}}}))
	_, err := c.SendSurvey(ctx, s.ID, "", 100)
	refused(t, err, "care.survey.step")
	must[client.Case](t)(other.Do(ctx, s.Number, "", client.Step{Step: "approve", Outcome: "approved"}))
	s = must[client.Survey](t)(c.SendSurvey(ctx, s.ID, "", 100))
	sheets := must[[]client.Sheet](t)(c.Sheets(ctx, s.ID, "", 0))
	if len(sheets) != 1 || s.Sent != 1 {
		t.Fatalf("sheets %+v", sheets)
	}
	h.clock.Add(73 * time.Hour)
	must[int](t)(c.RemindSurvey(ctx, s.ID, ""))
	resp, err := http.PostForm(h.url+sheets[0].Path, map[string][]string{"q0": {"5"}})
	ok(t, err)
	_ = resp.Body.Close()
	must[client.Survey](t)(c.EndCollection(ctx, s.ID, ""))
	if v := must[client.SurveyView](t)(c.Survey(ctx, s.ID)); v.Returned != 1 || !v.Few || v.Rate != 0 || v.Step != "count" || len(v.Buildings) != 0 {
		t.Errorf("survey %+v", v)
	}
	must[client.Case](t)(c.CountSurvey(ctx, s.ID, ""))
	must[[]client.Survey](t)(c.Surveys(ctx))
	must[client.Month](t)(c.Figures(ctx, "2026-11"))
	must[client.Case](t)(c.OpenAnalysis(ctx, "", client.NewAnalysis{Problem: "3栋漏水", Period: "2026-11", Count: 4}))
}
