package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/estate"
	"guanjia/internal/resident"
	"guanjia/internal/store"
)

// shop is a house with one project, its desk, two technicians and a unit with
// somebody in it.
type shop struct {
	*testing.T
	a       *app.App
	project estate.Project
	unit    estate.Unit
	people  map[string]member
}

const (
	holder = "欧阳建国"
	number = "13912345678"
)

func eachShop(t *testing.T, fn func(s shop)) {
	t.Helper()
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		ctx := context.Background()
		p, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "first", Name: "临江苑", Profile: "residential", AreaCode: "025"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		s := shop{T: t, a: a, project: p, people: map[string]member{}}
		for _, role := range []string{"desk", "supervisor", "technician"} {
			s.people[role] = enter(t, a, role, p.ID)
		}
		if s.unit, err = a.Estate.CreateUnit(ctx, auth.System, p.ID, estate.NewUnit{BuildingName: "3栋", EntranceName: "1单元", Unit: estate.Unit{Room: "1502", Floor: 15, Area: 9860, Use: "residence", State: estate.StateOwner}}); err != nil {
			t.Fatal(err)
		}
		who, err := a.Estate.CreatePerson(ctx, auth.System, p.ID, estate.Person{Kind: "person", Name: holder}, []estate.NewPhone{{Number: number}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: p.ID, Unit: s.unit.ID, Person: who.ID, Capacity: "owner", From: "2020-01-01"}); err != nil {
			t.Fatal(err)
		}
		fn(s)
	})
}

// send asks as role ("" a visitor) and gives status, body and where it leads.
func (s shop) send(role, method, path string, form url.Values) (int, string, string) {
	s.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range s.people[role].cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	s.a.Handler().ServeHTTP(rec, r)
	return rec.Code, rec.Body.String(), rec.Header().Get("Location")
}

func (s shop) want(status int, got int, body, what string) {
	s.Helper()
	if got != status {
		s.Fatalf("%s: status %d, want %d\n%.600s", what, got, status, body)
	}
}

func (s shop) repair(words string) casefile.Case {
	s.Helper()
	c, err := s.a.Cases.Open(context.Background(), s.people["desk"].actor, casefile.Opening{
		Project: s.project.ID, Procedure: "repair", Channel: "phone", Unit: s.unit.ID, Caller: holder, Phone: number, Words: words,
		Fields: map[string]any{"part": "in_unit", "fault": "water", "trade": "plumbing", "grade": "small"},
	})
	if err != nil {
		s.Fatal(err)
	}
	return c
}

func (s shop) reload(c casefile.Case) casefile.Case {
	s.Helper()
	err := s.a.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.a.Cases.ByID(ctx, tx, c.ID)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// proves REP-13: orders are sent by the rule and by choosing; a trade is
// changed only by who may; who is no technician here cannot be sent.
func TestTheBoardSendsByRuleAndByHand(t *testing.T) {
	eachShop(t, func(s shop) {
		tech := s.people["technician"].actor.Account
		first, second, third := s.repair("水龙头滴水"), s.repair(`<img src=x onerror=alert(1)> 𠮷`), s.repair("地漏反水")
		var other auth.Account
		code, body, _ := s.send("desk", "GET", "/p/first/board", nil)
		s.want(http.StatusOK, code, body, "board")
		if !strings.Contains(body, "水龙头滴水") || strings.Contains(body, "<img src=x") || strings.Contains(body, number) || strings.Contains(body, holder) {
			s.Error("the board shows the order, as words, and nobody's name or number")
		}
		code, body, _ = s.send("desk", "POST", "/p/first/board/rule", nil)
		s.want(http.StatusSeeOther, code, body, "by rule without anybody of the trade")
		if got := s.reload(first); got.State.Assignee != 0 {
			s.Error("sent to somebody without the trade")
		}
		form := url.Values{"account": {strconv.FormatInt(tech, 10)}, "trade": {"plumbing", "'; DROP TABLE work_skill;--"}}
		if code, _, _ = s.send("desk", "POST", "/p/first/board/trades", form); code != http.StatusForbidden {
			s.Errorf("the desk changed trades: %d", code)
		}
		code, body, _ = s.send("supervisor", "POST", "/p/first/board/trades", form)
		s.want(http.StatusSeeOther, code, body, "trades")
		for _, trades := range [][]string{{"electrical"}, {"plumbing"}} { // one of another trade, one more of this
			made, err := s.a.Auth.CreateAccount(context.Background(), auth.System, auth.NewAccount{
				Login: "second-" + trades[0], Name: trades[0], Grants: []auth.Grant{{Project: s.project.ID, Role: "technician"}}, Password: password,
			})
			if err != nil {
				s.Fatal(err)
			}
			other = made
			code, body, _ = s.send("supervisor", "POST", "/p/first/board/trades", url.Values{"account": {strconv.FormatInt(made.ID, 10)}, "trade": trades})
			s.want(http.StatusSeeOther, code, body, "trades of another")
		}
		stranger := url.Values{"number": {first.Number}, "account": {strconv.FormatInt(s.people["desk"].actor.Account, 10)}}
		if code, _, _ = s.send("desk", "POST", "/p/first/board/send", stranger); code != http.StatusUnprocessableEntity {
			s.Errorf("sent to the desk: %d", code)
		}
		code, body, _ = s.send("desk", "POST", "/p/first/board/send", url.Values{"number": {first.Number}, "account": {strconv.FormatInt(tech, 10)}})
		s.want(http.StatusSeeOther, code, body, "by hand")
		code, body, _ = s.send("desk", "POST", "/p/first/board/rule", nil)
		s.want(http.StatusSeeOther, code, body, "by rule")
		// who is in the building already comes before who has less to do, until they have two orders more
		for c, who := range map[*casefile.Case]int64{&first: tech, &second: tech, &third: other.ID} {
			if got := s.reload(*c); got.State.Assignee != who || got.State.Step != "accept" {
				s.Errorf("%s %s is with %d at %s, want %d", c.Number, c.Words, got.State.Assignee, got.State.Step, who)
			}
		}
	})
}

// proves REP-03, REP-06: the technician's phone: own orders only, the number
// only for who has the order, a form sent twice goes once, the sum worked out.
func TestATechniciansPhone(t *testing.T) {
	eachShop(t, func(s shop) {
		tech := s.people["technician"].actor
		c, other := s.repair("水龙头滴水"), s.repair("别人的单")
		base := "/p/first/work/" + c.Number
		if code, _, _ := s.send("technician", "GET", base, nil); code != http.StatusNotFound {
			s.Errorf("an order that is not theirs: %d", code)
		}
		s.send("desk", "POST", "/p/first/board/send", url.Values{"number": {c.Number}, "account": {strconv.FormatInt(tech.Account, 10)}})
		_, body, _ := s.send("technician", "GET", "/p/first/work", nil)
		if !strings.Contains(body, "水龙头滴水") || strings.Contains(body, "别人的单") || strings.Contains(body, other.Number) {
			s.Error("the list is one's own orders")
		}
		_, body, _ = s.send("technician", "GET", base, nil)
		if !strings.Contains(body, "tel:"+number) {
			s.Error("who has the order can ring")
		}
		step := func(name, outcome, key string, more url.Values) (int, string) {
			form := url.Values{"step": {name}, "outcome": {outcome}, "key": {key}}
			for k, v := range more {
				form[k] = v
			}
			code, body, _ := s.send("technician", "POST", base+"/do", form)
			return code, body
		}
		for range 2 { // the line broke after the first
			code, body := step("accept", "accepted", "k1", nil)
			s.want(http.StatusSeeOther, code, body, "accept")
		}
		code, body := step("arrive", "arrived", "k2", nil)
		s.want(http.StatusSeeOther, code, body, "arrive")
		code, body = step("look", "done", "k3", url.Values{"field.cause": {"阀芯老化"}, "field.charge": {"paid"}})
		s.want(http.StatusSeeOther, code, body, "look")
		quote := url.Values{
			"field.quote.0.item": {"阀芯"}, "field.quote.0.sort": {"material"}, "field.quote.0.amount": {"35.50"},
			"field.quote.1.item": {`"><script>alert(1)</script>`}, "field.quote.1.sort": {"labour"}, "field.quote.1.amount": {"四十"},
			"field.pay_by": {"bill"}, "field.total": {"0.01"},
		}
		code, body = step("quote", "agreed", "k4", quote)
		if code != http.StatusUnprocessableEntity || strings.Contains(body, "<script>alert") || !strings.Contains(body, "阀芯") {
			s.Errorf("a wrong amount: %d", code)
		}
		quote.Set("field.quote.1.amount", "40")
		quote.Del("field.quote.0.item")
		code, body = step("quote", "agreed", "k4b", quote)
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, "第 1 行：请填“项目”") {
			s.Errorf("a row without an item: %d", code)
		}
		quote.Set("field.quote.0.item", "阀芯")
		quote.Set("field.pay_by", payBy(s, c))
		code, body = step("quote", "agreed", "k5", quote)
		s.want(http.StatusSeeOther, code, body, "quote")
		got := s.reload(c)
		if got.State.Fields["total"] != int64(7550) || got.State.Step != "work" {
			s.Errorf("total %v at %s, want 75.50 worked out", got.State.Fields["total"], got.State.Step)
		}
		code, body, _ = s.send("technician", "POST", base+"/cannot", url.Values{"what": {"pause"}, "key": {"k6"}})
		s.want(http.StatusUnprocessableEntity, code, body, "a pause without reason")
		for range 2 {
			code, body, _ = s.send("technician", "POST", base+"/note", url.Values{"text": {"客户家里有老人"}, "key": {"k7"}})
			s.want(http.StatusSeeOther, code, body, "note")
		}
		if after := s.reload(c); after.State.Version != got.State.Version+1 {
			s.Errorf("a note sent twice made %d events", after.State.Version-got.State.Version)
		}
	})
}

func payBy(s shop, c casefile.Case) string {
	s.Helper()
	stamp, err := s.a.Book.Stamp(s.project.ID, c.Procedure)
	if err != nil {
		s.Fatal(err)
	}
	list, err := stamp.Figures.Choices("repair.pay_by", nil)
	if err != nil || len(list) == 0 {
		s.Fatal(err)
	}
	return list[0].Name
}

// proves DSK-01, EST-13: a code opens reporting and progress and tells nothing
// of who lives there; forged, revoked and over-used codes are refused.
func TestAResidentsCode(t *testing.T) {
	eachShop(t, func(s shop) {
		ctx := context.Background()
		known := s.repair("旧事：空调不制冷")
		l, err := s.a.Residents.Make(ctx, s.people["desk"].actor, resident.Link{Project: s.project.ID, Kind: resident.Unit, Unit: s.unit.ID})
		if err != nil {
			s.Fatal(err)
		}
		if _, err := s.a.Residents.Make(ctx, s.people["technician"].actor, resident.Link{Project: s.project.ID, Kind: resident.Unit, Unit: s.unit.ID}); err == nil {
			s.Error("a technician gave out a code")
		}
		silent := func(body, what string) {
			s.Helper()
			for _, secret := range []string{holder, "欧阳", number, number[7:], known.Number, "空调", "欠"} {
				if strings.Contains(body, secret) {
					s.Errorf("%s tells %q", what, secret)
				}
			}
		}
		code, body, _ := s.send("", "GET", "/r/"+l.Token, nil)
		s.want(http.StatusOK, code, body, "front")
		silent(body, "the front page")
		code, body, _ = s.send("", "POST", "/r/"+l.Token, url.Values{"kind": {"nonsense"}, "words": {`<script>alert(1)</script>`}})
		if code != http.StatusUnprocessableEntity || strings.Contains(body, "<script>alert(1)") {
			s.Errorf("a wrong kind: %d", code)
		}
		form := url.Values{"kind": {"leak"}, "words": {`厨房漏水 <b>'; DROP TABLE x;--𠮷`}, "key": {"once"}}
		_, _, to := s.send("", "POST", "/r/"+l.Token, form)
		code, _, again := s.send("", "POST", "/r/"+l.Token, form)
		if code != http.StatusSeeOther || to == "" || to != again {
			s.Fatalf("sent twice: %d, %q and %q", code, to, again)
		}
		code, body, _ = s.send("", "GET", to, nil)
		s.want(http.StatusOK, code, body, "progress")
		silent(body, "the progress page")
		if !strings.Contains(body, "收到了，正在安排人") || strings.Contains(body, "漏水 <b>") {
			s.Error("progress says how far it is, with words as words")
		}
		code, body, _ = s.send("", "POST", to+"/rate", url.Values{"field.rating": {"5"}})
		s.want(http.StatusConflict, code, body, "rating before the work")
		code, body, _ = s.send("", "POST", to+"/add", url.Values{"text": {"我在家"}, "key": {"a"}})
		s.want(http.StatusSeeOther, code, body, "adding words")
		page, err := s.a.Cases.List(ctx, s.people["desk"].actor, casefile.Filter{Project: s.project.ID, Channel: "resident"})
		if err != nil || len(page.Cases) != 1 || page.Cases[0].State.Owner != s.people["desk"].actor.Account || page.Cases[0].State.Step != "dispatch" {
			s.Errorf("the report is the desk's to answer for: %+v, %v", page.Cases, err)
		}
		last := l.Token[len(l.Token)-1:]
		for name, forged := range map[string]string{
			"changed":   l.Token[:len(l.Token)-1] + map[bool]string{true: "1", false: "0"}[last == "0"],
			"short":     l.Token[:20],
			"odd":       strings.Repeat("𠮷", 12),
			"upper":     strings.ToUpper(l.Token),
			"of a case": strings.TrimPrefix(to, "/r/")[:16] + l.Token[16:],
		} {
			if code, _, _ := s.send("", "GET", "/r/"+url.PathEscape(forged), nil); code != http.StatusNotFound {
				s.Errorf("%s token: %d", name, code)
			}
		}
		refused := 0
		for i := range 12 {
			form.Set("key", "k"+strconv.Itoa(i))
			if code, _, _ := s.send("", "POST", "/r/"+l.Token, form); code == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused == 0 {
			s.Error("a code may be sent from without end")
		}
		if err := s.a.Residents.Revoke(ctx, s.people["desk"].actor, s.project.ID, l.ID); err != nil {
			s.Fatal(err)
		}
		if code, _, _ := s.send("", "GET", "/r/"+l.Token, nil); code != http.StatusNotFound {
			s.Errorf("a revoked code: %d", code)
		}
	})
}
