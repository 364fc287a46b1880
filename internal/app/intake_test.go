package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/estate"
)

// proves DSK-20: a kind without a key of its own is opened from the desk with its own first form.
func TestDeskOpensAnyKind(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		form := url.Values{"kind": {"keeping"}, "words": {"在大堂拾到一把伞"}, "field.sort": {"found"}, "field.what": {"黑伞"}, "field.from": {"保洁"}, "field.kept": {"前台柜 3"}, "do": {"save"}, "caller": {"保洁"}}
		got := o.post("desk", "/desk/take", form)
		if got.code != http.StatusSeeOther {
			t.Fatalf("%d: %s", got.code, got.body)
		}
		if list := o.get("desk", "/cases"); !strings.Contains(list.body, "在大堂拾到一把伞") {
			t.Error("the thing found is not in the list of cases")
		}
		form.Set("kind", "no_such_kind")
		if got := o.post("desk", "/desk/take", form); got.code != http.StatusUnprocessableEntity {
			t.Errorf("a kind that is none: %d", got.code)
		}
	})
}

// proves DSK-21: what a browser saved of a form while it was being sent does not
// come back as the draft of the next one, not even when the form is sent twice.
func TestSentFormLeavesNoDraft(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		form := url.Values{"key": {"one"}, "kind": {"keeping"}, "words": {"拾到一只蓝书包"}, "field.sort": {"found"}, "field.what": {"书包"}, "field.from": {"保洁"}, "field.kept": {"前台柜 3"}, "do": {"save"}, "caller": {"保洁"}}
		for range 2 {
			if got := o.post("desk", "/desk/take", form); got.code != http.StatusSeeOther {
				t.Fatalf("%d: %s", got.code, got.body)
			}
			if got := o.post("desk", "/desk/draft", form); got.code != http.StatusOK || strings.Contains(got.body, "草稿已存") {
				t.Errorf("what came late: %d %s", got.code, got.body)
			}
			if page := o.get("desk", "/desk"); strings.Contains(page.body, `>拾到一只蓝书包</textarea>`) {
				t.Error("the form that was sent stands there again")
			}
		}
		form.Set("key", "two")
		if got := o.post("desk", "/desk/draft", form); got.code != http.StatusOK || !strings.Contains(got.body, "草稿已存") {
			t.Errorf("the next form: %d", got.code)
		}
		if page := o.get("desk", "/desk"); !strings.Contains(page.body, `>拾到一只蓝书包</textarea>`) {
			t.Error("the next form is not kept")
		}
		if got := o.post("desk", "/desk/clear", form); got.code != http.StatusSeeOther {
			t.Fatalf("%d: %s", got.code, got.body)
		}
		o.post("desk", "/desk/draft", form)
		if page := o.get("desk", "/desk"); strings.Contains(page.body, `>拾到一只蓝书包</textarea>`) {
			t.Error("the form that was cleared stands there again")
		}
	})
}

// How a matter came in is what the desk chose, else a visit or the call that is on.
func TestDeskSaysHowItCame(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		form := url.Values{"key": {"one"}, "kind": {"enquiry"}, "words": {"来信问停车月租"}, "caller": {"王芳"}, "do": {"save"}, "channel": {"letter"}}
		if got := o.post("desk", "/desk/draft", form); !strings.Contains(got.body, `<option value="letter" selected>信函</option>`) || strings.Contains(got.body, `value="patrol"`) {
			t.Errorf("offered: %s", got.body)
		}
		for channel, want := range map[string]string{"letter": "信函", "message": "微信、短信", "": "来访", "system": "来访"} {
			words := "问停车月租" + channel
			form.Set("key", "k"+channel)
			form.Set("channel", channel)
			form.Set("words", words)
			if got := o.post("desk", "/desk/take", form); got.code != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", channel, got.code, got.body)
			}
			var number string
			page, err := o.Cases.List(context.Background(), auth.System, casefile.Filter{Project: o.project.ID, Procedure: "enquiry", Limit: 50})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Cases {
				if c.Words == words {
					number = c.Number
				}
			}
			if got := o.get("desk", "/cases/"+number); !strings.Contains(got.body, want) {
				t.Errorf("%q: the case does not say %s", channel, want)
			}
		}
	})
}

// A look-up that finds more than it offers says so: at the desk, and in the list
// under the search box.
func TestALookUpSaysThatThereIsMore(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		unit := func(n int) {
			t.Helper()
			if _, err := o.Estate.CreateUnit(context.Background(), auth.System, o.project.ID, estate.NewUnit{BuildingName: "7栋", EntranceName: "1单元",
				Unit: estate.Unit{Project: o.project.ID, Floor: n, Room: fmt.Sprintf("88%02d", n), Area: 9000, Use: "residence", State: estate.StateOwner}}); err != nil {
				t.Fatal(err)
			}
		}
		for n := 1; n <= 9; n++ {
			unit(n)
		}
		const more = "只列前 9 户，还有别的"
		look := func() string {
			t.Helper()
			if got := o.post("desk", "/desk/pick", url.Values{"key": {"one"}, "who": {"7栋"}}); got.code != http.StatusSeeOther {
				t.Fatal(got.code, got.body)
			}
			return o.get("desk", "/desk").body
		}
		if page := look(); !strings.Contains(page, "8809") || strings.Contains(page, more) {
			t.Error("nine of nine are not all, or more is claimed")
		}
		unit(10)
		if page := look(); !strings.Contains(page, more) {
			t.Error("the desk does not say that there are more")
		}
		k := o.open(t, "enquiry", "问停水", 0)
		if page := o.get("desk", "/cases/"+k.Number+"/way/about?find="+url.QueryEscape("7栋")).body; !strings.Contains(page, "还有别的没有列出") || strings.Count(page, "是谁先不定</option>") != 9 {
			t.Error("the page of the case does not say that there are more")
		}
		drop := func() string {
			t.Helper()
			r := httptest.NewRequest(http.MethodGet, "/p/first/search?q="+url.QueryEscape("7栋"), nil)
			r.Header.Set("HX-Request", "true")
			got := o.send("desk", r)
			if got.code != http.StatusOK || !strings.Contains(got.body, "8801") {
				t.Fatal(got.code, got.body)
			}
			return got.body
		}
		if strings.Contains(drop(), "回车看全部") {
			t.Error("ten hits of ten are said to be the first")
		}
		for n := 11; n <= 14; n++ {
			unit(n)
		}
		if !strings.Contains(drop(), "先列 12 条，回车看全部") {
			t.Error("the list under the box does not say that there are more")
		}
	})
}

// A promise whose time is past is refused at its own field.
func TestPromiseInThePastIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		form := url.Values{"key": {"one"}, "kind": {"enquiry"}, "words": {"问停车月租"}, "caller": {"王芳"}, "do": {"save"}, "promise": {"回电"}, "by": {"2020-01-01T10:00"}}
		got := o.post("desk", "/desk/take", form)
		if got.code != http.StatusUnprocessableEntity || !strings.Contains(got.body, `aria-describedby="f-by-err"`) || !strings.Contains(got.body, "这个时间已经过了") {
			t.Errorf("%d %s", got.code, got.body)
		}
		form.Set("by", "2099-01-01T10:00")
		if got := o.post("desk", "/desk/take", form); got.code != http.StatusSeeOther {
			t.Errorf("ahead: %d %s", got.code, got.body)
		}
	})
}

// Name and number of a call stay together, whichever unit it is about, also
// when it was hung up before the form was sent.
func TestWhoRangStaysTheCaller(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		ctx := context.Background()
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var units, people []string
		for i, name := range []string{"陈阿姨", "孙建国"} {
			u, err := o.Estate.CreateUnit(ctx, auth.System, o.project.ID, estate.NewUnit{BuildingName: "1栋", EntranceName: "1单元",
				Unit: estate.Unit{Project: o.project.ID, Floor: i + 1, Room: fmt.Sprintf("%d01", i+1), Area: 9000, Use: "residence", State: estate.StateOwner}})
			ok(err)
			person, err := o.Estate.CreatePerson(ctx, auth.System, o.project.ID, estate.Person{Project: o.project.ID, Kind: estate.Natural, Name: name},
				[]estate.NewPhone{{Number: fmt.Sprintf("1380000000%d", i), Verified: true}})
			ok(err)
			_, err = o.Estate.Occupy(ctx, auth.System, estate.Occupancy{Project: o.project.ID, Unit: u.ID, Person: person.ID, Capacity: estate.Owner, From: "2024-01-01", Residing: true})
			ok(err)
			units, people = append(units, strconv.FormatInt(u.ID, 10)), append(people, strconv.FormatInt(person.ID, 10))
		}
		desk1 := o.people["desk"].actor
		signal := func(event, call, from string) desk.Call {
			c, err := o.Desk.Connect(ctx, desk1, o.project.ID, desk.Signal{Event: event, Call: call, From: from, Agent: desk1.Account})
			ok(err)
			return c
		}
		hidden := func(body, name string) string {
			_, form, _ := strings.Cut(body, `id="intake"`)
			_, rest, _ := strings.Cut(form, `name="`+name+`" value="`)
			v, _, _ := strings.Cut(rest, `"`)
			return v
		}
		for i, at := range []struct {
			name, from, typed    string
			hangUp               bool
			caller, phone, owner string
		}{
			{name: "known", from: "13800000000", caller: "陈阿姨", phone: "13800000000", owner: people[0]},
			{name: "known, hung up", from: "13800000000", hangUp: true, caller: "陈阿姨", phone: "13800000000", owner: people[0]},
			{name: "unknown", from: "13911112222", typed: "李师傅", caller: "李师傅", phone: "13911112222", owner: "0"},
			{name: "unknown, hung up", from: "13911112222", typed: "李师傅", hangUp: true, caller: "李师傅", phone: "13911112222", owner: "0"},
			{name: "no call", caller: "孙建国", phone: "8613800000001", owner: "0"},
		} {
			call := fmt.Sprint("c", i)
			if at.from != "" {
				signal(desk.EventRing, call, at.from)
				signal(desk.EventAnswer, call, at.from)
			}
			page := o.get("desk", "/desk?unit="+units[1])
			if at.typed == "" && !strings.Contains(page.body, "<b>"+at.caller+"</b>") || strings.Contains(page.body, `name="caller"`) != (at.typed != "") {
				t.Errorf("%s: the form does not say who rang", at.name)
			}
			form := url.Values{"kind": {"enquiry"}, "words": {"对门的事 " + at.name}, "do": {"save"}, "caller": {at.typed}}
			for _, name := range []string{"unit", "person", "call", "key"} {
				form.Set(name, hidden(page.body, name))
			}
			if at.hangUp {
				signal(desk.EventHangUp, call, at.from)
			}
			if got := o.post("desk", "/desk/take", form); got.code != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", at.name, got.code, got.body)
			}
			if at.from != "" && !at.hangUp {
				signal(desk.EventHangUp, call, at.from)
			}
			list, err := o.Cases.List(ctx, auth.System, casefile.Filter{Project: o.project.ID, Procedure: "enquiry", Limit: 50})
			ok(err)
			for _, c := range list.Cases {
				if c.Words == "对门的事 "+at.name && (c.Caller != at.caller || c.Phone != at.phone || fmt.Sprint(c.Unit) != units[1] || fmt.Sprint(c.Customer) != at.owner) {
					t.Errorf("%s: %q %q of %d, customer %d", at.name, c.Caller, c.Phone, c.Unit, c.Customer)
				}
			}
		}
	})
}

// What was cleared by mistake comes back by one press, until something else is typed.
func TestClearedFormComesBack(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		form := url.Values{"key": {"one"}, "kind": {"keeping"}, "words": {"拾到一只蓝书包"}, "caller": {"保洁"}}
		const there = `>拾到一只蓝书包</textarea>`
		clear := func(want string) {
			t.Helper()
			if got := o.post("desk", "/desk/clear", form); got.code != http.StatusSeeOther {
				t.Fatalf("%d: %s", got.code, got.body)
			}
			o.post("desk", "/desk/draft", form) // a late saving takes nothing away
			if page := o.get("desk", "/desk"); strings.Contains(page.body, there) {
				t.Error("the form is not cleared")
			}
			if got := o.post("desk", "/desk/clear/revert", nil); !strings.Contains(want, strconv.Itoa(got.code)) {
				t.Errorf("taken back: %d %s", got.code, got.body)
			}
		}
		clear("303")
		if page := o.get("desk", "/desk"); !strings.Contains(page.body, there) || !strings.Contains(page.body, `value="保洁"`) {
			t.Error("what was cleared is not back")
		}
		if got := o.post("desk", "/desk/clear/revert", nil); got.code != http.StatusConflict {
			t.Errorf("taken back twice: %d", got.code)
		}
		form.Set("key", "two")
		if got := o.post("desk", "/desk/clear", form); got.code != http.StatusSeeOther {
			t.Fatal(got.code)
		}
		o.post("desk", "/desk/draft", url.Values{"key": {"three"}, "words": {"另一件事"}})
		if got := o.post("desk", "/desk/clear/revert", nil); got.code != http.StatusConflict || !strings.Contains(o.get("desk", "/desk").body, `>另一件事</textarea>`) {
			t.Errorf("over new words: %d", got.code)
		}
	})
}
