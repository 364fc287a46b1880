package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"guanjia/e2e/browser"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type oneProject struct{}

func (oneProject) ByCode(context.Context, string) (web.Project, error) {
	return web.Project{ID: 7, Code: "jinxiu", Name: "锦绣华庭"}, nil
}

type oneClerk struct{}

func (oneClerk) Resolve(context.Context, *http.Request) (auth.Actor, bool, error) {
	return auth.Actor{Account: 1, Login: "lin", Name: "林晓", Session: 1, Grants: []auth.Grant{{Project: 7, Role: "desk"}}}.
		WithPermissions(map[string][]string{"desk": {"test.see"}}), true, nil
}

// serve runs the shell with the gallery and the whole rail.
func serve(t *testing.T) (string, *web.Hub) {
	t.Helper()
	nav := []web.NavItem{}
	for i, n := range []struct{ zh, en, icon string }{
		{"今日", "Today", "sun"}, {"前台", "Desk", "headset"}, {"工单", "Work", "tool"}, {"客户与房屋", "People & units", "building"}, {"收费", "Billing", "cash"},
		{"规程", "Handbook", "book-2"}, {"值班与巡查", "Duty", "shield-check"}, {"档案与文书", "Records", "folder"}, {"指标", "Figures", "chart-line"},
	} {
		path := fmt.Sprintf("/p/{project}/r%d", i)
		if i == 2 {
			path = "/gallery"
		}
		nav = append(nav, web.NavItem{Place: i * 10, Title: text.B(n.zh, n.en), Icon: n.icon, Path: path, Permission: auth.LoggedIn})
	}
	nav = append(nav, web.NavItem{Place: 99, Title: text.B("设置", "Settings"), Icon: "settings", Path: "/p/{project}/settings", Permission: auth.LoggedIn})
	clock := calendar.NewManual(time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone))
	hub := web.NewHub()
	rows := 0
	shell, err := web.New(web.Config{
		Clock: clock, Projects: oneProject{}, Sessions: oneClerk{}, Nav: nav, Hub: hub, Demo: true,
		SearchPath: "/p/{project}/search", BellPath: "/p/{project}/notices", Bell: func(context.Context) (int, error) { return 3, nil },
		Menu: []web.NavItem{{Title: text.B("我的登录", "My sessions"), Icon: "device-mobile", Path: "/gallery", Permission: auth.LoggedIn}},
		Routes: []web.Route{{Pattern: "GET /p/{project}/live", Permission: "test.see", Handler: func(w http.ResponseWriter, r *http.Request) error {
			rows++
			return web.Render(w, r, livePage(rows))
		}}, {Pattern: "GET /p/{project}/search", Permission: "test.see", Handler: func(w http.ResponseWriter, r *http.Request) error {
			return web.Render(w, r, hits(r.URL.Query().Get("q")))
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(shell.Handler())
	t.Cleanup(func() {
		hub.Close()
		srv.Close()
	})
	return srv.URL, hub
}

// The whole gallery is accessible in both themes and languages, fits every
// screen, and loads nothing that the policy refuses.
func TestGallery(t *testing.T) {
	base, _ := serve(t)
	b := browser.Start(t)
	known := &http.Cookie{Name: "gj_project", Value: "jinxiu"}
	for _, sheet := range ui.Sheets {
		for _, v := range []struct {
			name string
			view browser.View
		}{
			{"zh-light", browser.Desk.In(text.ZH, "light")}, {"en-dark", browser.Desk.In(text.EN, "dark")},
			{"zh-dark-phone", browser.Phone.In(text.ZH, "dark")}, {"en-light-phone", browser.Phone.In(text.EN, "light")},
		} {
			t.Run(sheet+"/"+v.name, func(t *testing.T) {
				p := b.Open(t, base+"/gallery?page="+sheet, v.view.As(known))
				if sheet != "paper" || v.view.Width > 800 { // an A4 sheet keeps its width
					p.NoSideways()
				}
				if shift := p.LayoutShift(); shift > 0.02 {
					t.Errorf("the page moves while it loads: %.3f", shift)
				}
				p.Shot("gallery-" + sheet + "-" + v.name)
				p.Axe()
				p.Quiet()
			})
		}
	}
}
