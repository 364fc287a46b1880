package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/resident"
	"guanjia/internal/store"
)

// What to say and whom to call stand in the intake while the words of danger
// do, also when the alarm is taken over; the kind stays chosen.
func TestScriptStaysAfterTheAlarmIsTakenOver(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		ctx := context.Background()
		form := url.Values{"key": {"one"}, "kind": {"repair"}, "words": {"厨房有煤气味，很浓"}}
		const script, number = "马上开窗", "119"
		if got := o.post("desk", "/desk/draft", form); !strings.Contains(got.body, script) || !strings.Contains(got.body, number) {
			t.Errorf("while typing: %d %s", got.code, got.body)
		}
		var list []desk.Alarm
		if err := o.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			list, err = o.Desk.OpenAlarms(ctx, tx, o.project.ID)
			return err
		}); err != nil || len(list) != 1 {
			t.Fatalf("%d alarms, %v", len(list), err)
		}
		if got := o.post("desk", "/desk/alarms/"+strconv.FormatInt(list[0].ID, 10), nil); got.code != http.StatusSeeOther {
			t.Fatal(got.code)
		}
		page := o.get("desk", "/desk").body
		for _, want := range []string{script, number, `name="kind" value="repair" checked`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(page, `class="gj-alarm"`) {
			t.Error("it still rings")
		}
		form.Set("words", "厨房的灯不亮")
		if got := o.post("desk", "/desk/draft", form); strings.Contains(got.body, script) {
			t.Error("what to say stays without words of danger")
		}
	})
}

// TestWordsOfDangerRingAtEveryDoor takes the same words in at the desk, by a
// resident's page and by a program: each rings once, with its case; what is
// old or the centre's own words rings not at all. Proves DSK-01 and DSK-12.
func TestWordsOfDangerRingAtEveryDoor(t *testing.T) {
	t.Parallel()
	eachOffice(t, "residential", func(t *testing.T, o office) {
		ctx := context.Background()
		const gas = "厨房有煤气味，很浓"
		open := func() (list []desk.Alarm) {
			t.Helper()
			if err := o.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				list, err = o.Desk.OpenAlarms(ctx, tx, o.project.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return list
		}
		rang := func(door string, n int) {
			t.Helper()
			list := open()
			if len(list) != n || n > 0 && (list[n-1].Danger != "gas" || list[n-1].Case == 0) {
				t.Errorf("%s: %d alarms, want %d, each with its case: %+v", door, len(list), n, list)
			}
		}

		form := url.Values{"kind": {"repair"}, "words": {gas}, "place": {"3栋大堂"}, "caller": {"周丽华"}, "channel": {"phone"}, "do": {"save"},
			"field.part": {"common"}, "field.fault": {"other"}, "field.trade": {"general"}, "field.grade": {"urgent"}}
		if got := o.post("desk", "/desk/draft", form); got.code != http.StatusOK {
			t.Fatalf("typing: %d", got.code)
		}
		if list := open(); len(list) != 1 || list[0].Case != 0 {
			t.Errorf("before any kind is chosen: %+v", list)
		}
		if got := o.post("desk", "/desk/take", form); got.code != http.StatusSeeOther {
			t.Fatalf("taking in: %d %s", got.code, got.body)
		}
		rang("the desk", 1)

		l, err := o.Residents.Make(ctx, auth.System, resident.Link{Project: o.project.ID, Kind: resident.Area, Place: "3栋大堂"})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/r/"+l.Token, strings.NewReader(url.Values{"kind": {"other"}, "words": {gas}, "key": {"k1"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := o.send("nobody", r); got.code != http.StatusSeeOther {
			t.Fatalf("the resident's page: %d %s", got.code, got.body)
		}
		rang("the resident's page", 2)

		boss := o.people["supervisor"].actor
		_, secret, err := o.Programs.Add(ctx, boss, o.project.ID, "小程序", "mini_program")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the same key: once
			r = httptest.NewRequest(http.MethodPost, "/api/v1/projects/first/cases", strings.NewReader(`{"procedure":"enquiry","channel":"phone","words":"`+gas+`","caller":"周丽华"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Idempotency-Key", "one")
			w := httptest.NewRecorder()
			o.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), `"name":"gas"`) {
				t.Fatalf("the program: %d %s", w.Code, w.Body)
			}
		}
		rang("the program", 3)

		old := o.DB.Clock().Now().Add(-48 * time.Hour)
		for name, in := range map[string]casefile.Opening{
			"an old letter": {Procedure: "enquiry", Channel: "letter", Words: gas, At: old, Caller: "网友"},
			"a warning":     {Procedure: "enquiry", Channel: "phone", Words: "谢谢你们上次教的煤气味演习", Caller: "周丽华"},
		} {
			in.Project, in.Owner = o.project.ID, boss.Account
			if _, err := o.Cases.Open(ctx, auth.System, in); err != nil {
				t.Fatal(name, err)
			}
			rang(name, 3)
		}
	})
}
