package audit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// pageSize is the rows of a page, sheetSize of an Excel file.
const (
	pageSize  = 50
	sheetSize = 10000
)

// Module hands the room to app.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "audit", Room: 2, Requires: []string{"auth"}, Permissions: Permissions(), Migrations: migrationFS(), Jobs: s.Jobs(),
		Nav: []web.NavItem{{Place: 100, Title: text.B("操作记录", "Audit"), Icon: "history", Path: "/audit", Local: "/p/{project}/audit", Permission: PermView}},
		Routes: []web.Route{
			{Pattern: "GET /audit", Permission: PermView, Handler: s.page},
			{Pattern: "GET /p/{project}/audit", Permission: PermView, Handler: s.page},
			{Pattern: "GET /audit.xlsx", Permission: PermView, Handler: s.sheet},
			{Pattern: "GET /p/{project}/audit.xlsx", Permission: PermView, Handler: s.sheet},
			{Pattern: "POST /audit/verify", Permission: PermVerify, Handler: s.check},
			{Pattern: "GET /audit/heads", Permission: PermVerify, Handler: s.takeHeads},
		},
	}
}

// line is a row of the page in words.
type line struct {
	Row
	Who  string
	What string
	Whom string
	Name string // what it is called: the number of a case, "" for none
	Told string // the data, in words
}

// about says what the entry concerns: "事项 WX-2611-0251".
func (l line) about() string { return strings.TrimSpace(l.Whom + " " + text.Cut(l.Name, 40)) }

type pageView struct {
	Lines     []line
	Base      string // "/audit" or "/p/x/audit"
	Project   string
	Query     url.Values
	Conds     []ui.Cond
	Next      string
	MayVerify bool
	Report    *Report
	Head      Head
}

// filterOf reads the conditions in the address: account, action, subject, id,
// from, to (days), before.
func filterOf(r *http.Request) Filter {
	q := r.URL.Query()
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(q.Get(name), 10, 64) // anything else does not restrict
		return n
	}
	day := func(name string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, q.Get(name), calendar.Zone)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	f := Filter{
		Project: web.ProjectOf(r.Context()).ID, Account: number("account"), Action: text.Clean(q.Get("action")),
		Subject: text.Clean(q.Get("subject")), ID: number("id"), From: day("from"), To: day("to"), Before: number("before"),
	}
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the day itself belongs to it
	}
	return f
}

func (s *Service) page(w http.ResponseWriter, r *http.Request) error { return s.draw(w, r, nil) }

func (s *Service) draw(w http.ResponseWriter, r *http.Request, rep *Report) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	f := filterOf(r)
	f.Limit = pageSize + 1
	rows, err := s.List(ctx, actor, f)
	if err != nil {
		return err
	}
	v := pageView{Base: "/audit", Query: r.URL.Query(), Report: rep, MayVerify: f.Project == 0 && actor.May(PermVerify, 0)}
	if p := web.ProjectOf(ctx); p.ID != 0 {
		v.Base, v.Project = "/p/"+p.Code+"/audit", p.Name
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		v.Next = v.Base + "?" + with(v.Query, "before", strconv.FormatInt(rows[pageSize-1].ID, 10))
	}
	if v.Lines, err = s.words(ctx, rows); err != nil {
		return err
	}
	if v.Head, err = s.Head(ctx); err != nil {
		return err
	}
	for _, c := range []struct{ key, zh, en string }{
		{"account", "账号", "Account"}, {"action", "动作", "Action"}, {"subject", "对象", "Subject"}, {"id", "编号", "Number"},
		{"from", "从", "From"}, {"to", "到", "To"}, {"before", "更早", "Older than"},
	} {
		if value := v.Query.Get(c.key); value != "" {
			if c.key == "action" {
				value = actionWords(ctx, value)
			}
			if c.key == "account" && len(v.Lines) > 0 {
				value = v.Lines[0].Who
			}
			v.Conds = append(v.Conds, ui.Cond{Field: text.T(ctx, c.zh, c.en), Value: value, Drop: v.Base + "?" + with(v.Query, c.key, "")})
		}
	}
	return web.Render(w, r, auditPage(v))
}

// with is a query with one value changed, or dropped when it is empty.
func with(q url.Values, key, value string) string {
	out := url.Values{}
	for k, v := range q {
		out[k] = v
	}
	out.Del(key)
	if value != "" {
		out.Set(key, value)
	}
	return out.Encode()
}

func (s *Service) words(ctx context.Context, rows []Row) ([]line, error) {
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.Account)
		if r.Subject == subjectAccount {
			ids = append(ids, r.SubjectID)
		}
	}
	people, things := map[int64]auth.Person{}, map[thing]string{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if s.names != nil {
			if people, err = s.names(ctx, tx, ids...); err != nil {
				return err
			}
		}
		things, err = s.named(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	var list []line
	for _, r := range rows {
		l := line{Row: r, What: actionWords(ctx, r.Action), Whom: subjectWords(ctx, r.Subject), Told: s.told(ctx, r, things)}
		l.Name = things[thing{r.Project, subjectKeys[r.Subject], r.SubjectID}]
		if p, ok := people[r.SubjectID]; ok && r.Subject == subjectAccount {
			l.Whom = p.Name
		}
		switch p, ok := people[r.Account]; {
		case ok:
			l.Who = p.Name
		case r.Account != 0:
			l.Who = strconv.FormatInt(r.Account, 10)
		case r.Address != "":
			l.Who = text.T(ctx, "未登录", "Not logged in")
		default:
			l.Who = text.T(ctx, "系统", "System")
		}
		list = append(list, l)
	}
	return list, nil
}

// sheet hands out the filtered rows as Excel; the look at them is recorded.
func (s *Service) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	f := filterOf(r)
	f.Limit = sheetSize
	rows, err := s.List(ctx, actor, f)
	if err != nil {
		return err
	}
	lines, err := s.words(ctx, rows)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.Record(ctx, tx, Entry{Actor: actor, Project: f.Project, Action: "audit.entry.export", Subject: "audit.entry", Data: map[string]any{"rows": len(rows)}})
	})
	if err != nil {
		return err
	}
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	const name = "Sheet1"
	stream, err := x.NewStreamWriter(name)
	if err != nil {
		return err
	}
	head := []any{
		text.T(ctx, "时间", "Time"), text.T(ctx, "谁", "Who"), text.T(ctx, "做了什么", "What"), text.T(ctx, "对象", "Subject"),
		text.T(ctx, "编号", "Number"), text.T(ctx, "内容", "Data"), text.T(ctx, "地址", "Address"), text.T(ctx, "封存批次", "Batch"),
	}
	if err := stream.SetRow("A1", head); err != nil {
		return err
	}
	for i, l := range lines {
		cell, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		// Numbers of subjects go as text: Excel keeps 15 digits only.
		if err := stream.SetRow(cell, []any{ui.Exact(l.At), l.Who, l.What, l.Whom, strconv.FormatInt(l.SubjectID, 10), l.Data, l.Address, l.Batch}); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="audit-%s.xlsx"`, s.clock.Now().Format("20060102-1504")))
	h.Set("Cache-Control", "no-store")
	return x.Write(w)
}

// check verifies the trail against the exported heads and shows what it found.
func (s *Service) check(w http.ResponseWriter, r *http.Request) error {
	var exported []Head
	if s.heads != "" {
		var err error
		if exported, err = ReadHeadsFile(s.heads); err != nil {
			return err
		}
	}
	rep, err := s.Verify(r.Context(), exported)
	if err != nil {
		return err
	}
	return s.draw(w, r, &rep)
}

// takeHeads hands out the last heads, to be kept on another machine.
func (s *Service) takeHeads(w http.ResponseWriter, r *http.Request) error {
	var heads []Head
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		var err error
		heads, err = store.All(ctx, tx, scanHead, "SELECT "+headColumns+" FROM audit_batch ORDER BY number DESC LIMIT 1000")
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="audit-heads.ndjson"`)
	return WriteHeads(w, heads)
}
