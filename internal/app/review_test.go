package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanjia/handbook"
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

// arrival is how long the technician may take to come to the case, by the
// figures it is pinned to.
func arrival(t *testing.T, a *app.App, c casefile.Case) string {
	t.Helper()
	for _, k := range c.Clocks {
		if k.Name == "arrive" {
			return k.Due.Sub(k.Started).String()
		}
	}
	t.Fatalf("%s has no clock of arriving: %+v", c.Number, c.Clocks)
	return ""
}

func changePage(change int64) string {
	return "/p/jinxiu/handbook/changes/" + strconv.FormatInt(change, 10)
}

func trail(t *testing.T, a *app.App) []string {
	t.Helper()
	var list []string
	err := a.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, store.Value[string], "SELECT action FROM audit_entry WHERE subject = 'handbook.change' ORDER BY id")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func jinxiu(t *testing.T, a *app.App) estate.Project {
	t.Helper()
	ctx := context.Background()
	if _, err := a.Estate.CreateProject(ctx, auth.System, estate.Project{Code: "jinxiu", Name: "锦绣里", Profile: "residential", AreaCode: "025"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	return again(t, a)
}

func again(t *testing.T, a *app.App) estate.Project {
	t.Helper()
	list, err := a.Estate.Projects(context.Background(), auth.System)
	if err != nil || len(list) != 1 {
		t.Fatalf("projects: %v, %v", list, err)
	}
	return list[0]
}

func leak(t *testing.T, a *app.App, project int64) casefile.Case {
	t.Helper()
	c, err := a.Cases.Open(context.Background(), auth.System, casefile.Opening{
		Project: project, Procedure: "repair", Channel: "phone", Words: "大堂漏水", Place: "3栋大堂",
		By: engine.Actor{ID: 100, Name: "desk", Roles: []string{"desk"}}, Owner: 100,
		Fields: map[string]any{"part": "common", "fault": "leak", "trade": "plumbing", "grade": "small"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A project's figures change only after somebody else has looked at them; the
// page says what changes and which cases finish as they began. Proves PLT-06.
func TestFiguresAreReviewedBeforeTheyTakeEffect(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		p := jinxiu(t, a)
		before := leak(t, a, p.ID)
		chief, director := enter(t, a, "supervisor", p.ID), enter(t, a, "director", p.ID)
		form := url.Values{"name": {"锦绣里"}, "profile": {"residential"}, "area_code": {"025"}, "version": {"1"},
			"figures": {"repair.arrive.leak: 20 minutes"}, "days": {"2026-12-31 休 年会"}, "reason": {"漏水 <b>太慢</b>"}}
		saved := chief.post(t, a, "/p/jinxiu/settings", form)
		where := saved.Header().Get("Location")
		if saved.Code != http.StatusSeeOther || !strings.HasPrefix(where, "/p/jinxiu/handbook/changes/") {
			t.Fatalf("proposing: %d to %q %s", saved.Code, where, saved.Body)
		}
		if string(again(t, a).Overrides) != "{}" {
			t.Error("the figures are in force before anybody looked at them")
		}
		page := director.get(a, where).Body.String()
		for _, want := range []string{"维修 · 到场 · 漏水、爆管 由 30 分钟 改为 20 分钟", "2026-12-31 休 年会", "维修", "1 件", "漏水 &lt;b&gt;太慢", "supervisor"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of the change does not say %q", want)
			}
		}
		if rung := director.get(a, "/p/jinxiu/notices").Body.String(); !strings.Contains(rung, "等您复核") {
			t.Error("nobody tells the director that a change waits")
		}
		form.Set("figures", "repair.arrive.leak: 25 minutes")
		if second := chief.post(t, a, "/p/jinxiu/settings", form); second.Code != http.StatusUnprocessableEntity {
			t.Errorf("a second change while one waits: %d", second.Code)
		}
		if own := chief.post(t, a, where+"/approve", nil); own.Code != http.StatusForbidden {
			t.Errorf("a supervisor approves: %d", own.Code)
		}
		if late := director.post(t, a, where+"/approve", url.Values{"from": {"2026-11-22"}}); late.Code != http.StatusSeeOther {
			t.Fatalf("approving: %d %s", late.Code, late.Body)
		}
		if string(again(t, a).Overrides) != "{}" {
			t.Error("the figures are in force before their day")
		}
		if rung := chief.get(a, "/p/jinxiu/notices").Body.String(); !strings.Contains(rung, "您提的数值改动通过了") || strings.Contains(rung, "等您复核") {
			t.Error("the supervisor does not learn that the change was approved, or is asked to review it")
		}
		if twice := director.post(t, a, where+"/approve", nil); twice.Code != http.StatusUnprocessableEntity {
			t.Errorf("approving twice: %d", twice.Code)
		}
		a.Clock.(*calendar.Manual).Set(storetest.Start.AddDate(0, 0, 3))
		if err := a.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		after := leak(t, a, p.ID)
		if got := arrival(t, a, after); got != "20m0s" {
			t.Errorf("a new case counts %s", got)
		}
		err := a.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			kept, err := a.Cases.ByIDs(ctx, tx, []int64{before.ID})
			if k := kept[before.ID]; k.Figures != before.Figures || arrival(t, a, k) == "20m0s" {
				t.Errorf("the running case changed its figures")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(trail(t, a)[1:], " "); got != "handbook.change.propose handbook.change.approve handbook.change.begin" {
			t.Errorf("the trail says %s", got)
		}
		if page := chief.get(a, "/p/jinxiu/handbook/changes").Body.String(); !strings.Contains(page, "在用") || !strings.Contains(page, "director") {
			t.Error("the list does not say who approved and that it is in force")
		}
	})
}

// Who proposed a change cannot approve it while somebody else could; the only
// one who may can, and the record says so. What is sent back needs a reason.
// Proves PLT-06.
func TestFourEyesOnTheHandbook(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		p := jinxiu(t, a)
		leak(t, a, p.ID)
		admin := enter(t, a, "admin", 0)
		propose := func(limit string) string {
			form := url.Values{"name": {"锦绣里"}, "profile": {"residential"}, "version": {strconv.FormatInt(again(t, a).Version, 10)}, "figures": {"repair.arrive.leak: " + limit}}
			saved := admin.post(t, a, "/p/jinxiu/settings", form)
			if saved.Code != http.StatusSeeOther {
				t.Fatalf("proposing: %d %s", saved.Code, saved.Body)
			}
			return saved.Header().Get("Location")
		}
		where := propose("20 minutes")
		if alone := admin.post(t, a, where+"/approve", nil); alone.Code != http.StatusSeeOther {
			t.Fatalf("the only one who may: %d %s", alone.Code, alone.Body)
		}
		if got := string(again(t, a).Overrides); !strings.Contains(got, "20 minutes") {
			t.Errorf("approved at once, in force is %s", got)
		}
		director := enter(t, a, "director", p.ID)
		where = propose("25 minutes")
		if own := admin.post(t, a, where+"/approve", nil); own.Code != http.StatusForbidden {
			t.Errorf("one's own change: %d", own.Code)
		}
		if page := admin.get(a, where).Body.String(); !strings.Contains(page, "自己提出的改动要由别人复核") {
			t.Error("the page does not say why it cannot be approved")
		}
		if silent := director.post(t, a, where+"/refuse", nil); silent.Code != http.StatusUnprocessableEntity {
			t.Errorf("sent back without a reason: %d", silent.Code)
		}
		if back := director.post(t, a, where+"/refuse", url.Values{"note": {"太宽"}}); back.Code != http.StatusSeeOther {
			t.Errorf("sent back: %d %s", back.Code, back.Body)
		}
		if got := string(again(t, a).Overrides); !strings.Contains(got, "20 minutes") {
			t.Errorf("what was sent back is in force: %s", got)
		}
		where = propose("30 minutes") // the way is free again
		if past := director.post(t, a, where+"/approve", url.Values{"from": {"2020-01-01"}}); past.Code != http.StatusUnprocessableEntity || !strings.Contains(past.Body.String(), "这一天已经过了") {
			t.Errorf("from a day that has passed: %d", past.Code)
		}
		if theirs := director.post(t, a, where+"/withdraw", nil); theirs.Code != http.StatusForbidden {
			t.Errorf("somebody else's change withdrawn: %d", theirs.Code)
		}
		if strings.Contains(director.get(a, where).Body.String(), "/withdraw") || !strings.Contains(admin.get(a, where).Body.String(), "/withdraw") {
			t.Error("withdrawing is offered to others, or not to who proposed it")
		}
		if back := admin.post(t, a, where+"/withdraw", nil); back.Code != http.StatusSeeOther {
			t.Fatalf("withdrawing: %d %s", back.Code, back.Body)
		}
		if page := admin.get(a, where).Body.String(); !strings.Contains(page, "已撤回") || strings.Contains(page, "/withdraw") {
			t.Error("the page does not say that it was withdrawn, or offers it again")
		}
		if late := director.post(t, a, where+"/approve", nil); late.Code != http.StatusUnprocessableEntity {
			t.Errorf("approved after it was withdrawn: %d", late.Code)
		}
		if log := trail(t, a); log[len(log)-1] != "handbook.change.withdraw" {
			t.Errorf("the trail says %s", log)
		}
		long := url.Values{"name": {"锦绣里"}, "profile": {"residential"}, "version": {strconv.FormatInt(again(t, a).Version, 10)}, "figures": {"repair.arrive.leak: 99999 day"}}
		if w := admin.post(t, a, "/p/jinxiu/settings", long); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "长过 100 年") {
			t.Errorf("a limit of centuries: %d", w.Code)
		}
		propose("35 minutes") // free again after it was withdrawn
	})
}

// A handbook that comes with another program or folder waits; the kept one goes
// on, also for what is opened meanwhile, until somebody approves. Proves PLT-06.
func TestAnotherHandbookIsReviewedBeforeItTakesEffect(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "" },
		"postgres": func(t *testing.T) string { return storetest.PostgresDSN(t) },
	} {
		if name == "postgres" && os.Getenv(storetest.Env) == "off" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			folder := filepath.Join(dir, "book")
			if err := os.CopyFS(folder, handbook.FS); err != nil {
				t.Fatal(err)
			}
			clock, address := calendar.NewManual(storetest.Start), dsn(t)
			open := func() *app.App {
				a, err := app.Open(context.Background(), app.Options{
					Config: config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), DSN: address, Handbook: folder},
					Clock:  clock, Log: slog.New(slog.DiscardHandler), PasswordOnly: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			edit := func(file, old, fresh string) {
				t.Helper()
				path := filepath.Join(folder, file)
				src, err := os.ReadFile(path)
				if err != nil || !strings.Contains(string(src), old) {
					t.Fatalf("%s does not hold %q: %v", file, old, err)
				}
				if err := os.WriteFile(path, []byte(strings.Replace(string(src), old, fresh, 1)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			a := open()
			p := jinxiu(t, a)
			before := leak(t, a, p.ID)
			first := a.Book.Handbook().Hash
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			clock.Add(time.Hour)
			edit("procedures/work/repair.yaml", "WX-", "XW-")
			edit("profiles/residential.yaml", "leak:  30 minutes", "leak:  18 minutes")

			a = open()
			admin := enter(t, a, "admin", 0)
			if a.Book.Handbook().Hash != first || !strings.HasPrefix(leak(t, a, p.ID).Number, "WX-") {
				t.Error("another handbook is in force before anybody looked at it")
			}
			waiting, err := a.Review.Newest(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			page := admin.get(a, changePage(waiting)).Body.String()
			for _, want := range []string{"编号样式 由 WX-", "18 分钟", "随程序或手册文件夹而来", "2 件", "等待复核"} {
				if !strings.Contains(page, want) {
					t.Errorf("the page of the change does not say %q", want)
				}
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			a = open() // still waiting, and still once
			if newest, err := a.Review.Newest(context.Background()); err != nil || newest != waiting {
				t.Errorf("started again, the change is %d, not %d: %v", newest, waiting, err)
			}
			if done := admin.post(t, a, changePage(waiting)+"/approve", nil); done.Code != http.StatusSeeOther {
				t.Fatalf("approving: %d %s", done.Code, done.Body)
			}
			if got := leak(t, a, p.ID).Number; !strings.HasPrefix(got, "XW-") {
				t.Errorf("after the approval a case is called %s", got)
			}
			if page := admin.get(a, "/p/jinxiu/handbook/procedures").Body.String(); !strings.Contains(page, "XW-") {
				t.Error("the pages show the former handbook")
			}
			director := enter(t, a, "director", p.ID)
			versions := "/p/jinxiu/handbook/procedures/repair/versions"
			older := versions + "?a=" + before.DefHash
			for where, words := range map[string][]string{
				"/p/jinxiu/cases/" + before.Number:     {"规程第 1 版 · 看有什么不同", `href="` + older + `"`},
				"/p/jinxiu/handbook/procedures/repair": {`href="` + versions + `"`},
				versions:                               {"第 2 版（在用）", "从第 1 版到第 2 版（在用）（1 处）", "编号样式 由 WX-", older},
				older:                                  {"从第 1 版到第 2 版（在用）（1 处）", "编号样式 由 WX-"},
				older + "&b=" + before.DefHash:         {"办法没有差别"},
				"/p/jinxiu/handbook/procedures/complaint/versions": {"只有一版"},
			} {
				page := director.get(a, where).Body.String()
				for _, want := range words {
					if !strings.Contains(page, want) {
						t.Errorf("%s does not say %q", where, want)
					}
				}
			}
			for where, want := range map[string]int{versions + "?a=none": http.StatusNotFound, "/p/jinxiu/handbook/procedures/dance/versions": http.StatusNotFound} {
				if got := director.get(a, where).Code; got != want {
					t.Errorf("%s: %d, want %d", where, got, want)
				}
			}
			if page := director.get(a, "/p/jinxiu/cases/"+leak(t, a, p.ID).Number).Body.String(); strings.Contains(page, "看有什么不同") {
				t.Error("a case of the version in force is said to go by another")
			}
			err = a.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				kept, err := a.Cases.ByIDs(ctx, tx, []int64{before.ID})
				if kept[before.ID].DefHash != before.DefHash {
					t.Error("the running case changed its procedure")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			a = open() // approved: no other waits
			defer func() { _ = a.Close() }()
			if newest, err := a.Review.Newest(context.Background()); err != nil || newest != waiting {
				t.Errorf("in force and started again, the newest change is %d, not %d: %v", newest, waiting, err)
			}
		})
	}
}
