package letters

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/handbook"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
	"guanjia/internal/jobs"
	"guanjia/internal/messages"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/web"
)

const project = 7

// cabinet keeps the cases opened, by key, as casefile does.
type cabinet struct {
	cases  map[string]casefile.Opening
	ids    map[string]int64
	merged [][2]int64
	broken int // the number of the opening that fails, 0 none
	opened int

	papers    map[int64]string // brought, by case
	touched   map[int64]bool
	withdrawn []string
}

func (c *cabinet) Open(_ context.Context, _ auth.Actor, in casefile.Opening) (casefile.Case, error) {
	if c.opened++; c.opened == c.broken {
		return casefile.Case{}, errors.New("the disk is full")
	}
	if in.Fields["kind"] == "cleanliness" {
		return casefile.Case{}, errs.New(errs.Invalid, "casefile.invalid", "没有这个类别", "no such kind")
	}
	if _, again := c.cases[in.Key]; !again {
		c.cases[in.Key], c.ids[in.Key] = in, int64(len(c.cases)+1)
	}
	return casefile.Case{ID: c.ids[in.Key], Number: fmt.Sprintf("TS-%03d", c.ids[in.Key])}, nil
}

func (c *cabinet) Merge(_ context.Context, _ auth.Actor, in casefile.Merging) (casefile.Case, error) {
	c.merged = append(c.merged, [2]int64{in.From, in.Into})
	return casefile.Case{ID: in.Into}, nil
}

func (c *cabinet) Do(_ context.Context, _ auth.Actor, in casefile.Doing) (casefile.Case, error) {
	if in.Command.Kind != engine.EvPaper {
		return casefile.Case{}, errs.New(errs.Invalid, "casefile.invalid", "只收材料", "papers only")
	}
	c.papers[in.Case] = fmt.Sprint(in.Command.Data["name"])
	return casefile.Case{ID: in.Case}, nil
}

// WithdrawIn takes back every case but those in touched.
func (c *cabinet) WithdrawIn(_ context.Context, _ *store.Tx, actor auth.Actor, id int64, by engine.Actor, reason string) (bool, error) {
	if c.touched[id] {
		return false, nil
	}
	c.withdrawn = append(c.withdrawn, fmt.Sprintf("%d by %s%s: %s", id, actor.Name, by.Name, reason))
	return true, nil
}

type post struct {
	least int // writers of a topic, by the profile
	*Service
	t      *testing.T
	cases  *cabinet
	db     *store.DB
	runner *jobs.Runner
}

func each(t *testing.T, fn func(t *testing.T, p *post)) {
	t.Helper()
	rooms := []store.Migrations{jobs.Migrations(), {Room: "letters", FS: Migrations()}}
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		rules, err := messages.Load(handbook.FS)
		must(t, err)
		p := &post{t: t, cases: &cabinet{cases: map[string]casefile.Opening{}, ids: map[string]int64{}, papers: map[int64]string{}}, db: db}
		queue := &jobs.Queue{}
		p.Service = New(db, p.cases, rules, queue)
		p.least = 3
		p.GoBy(func(_ int64, figure string) int {
			if figure != "analysis.people" {
				t.Errorf("letters read %s", figure)
			}
			return p.least
		})
		p.runner, err = jobs.NewRunner(db, queue, p.Module().Jobs, jobs.Options{Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		fn(t, p)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func samples(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../messages/testdata/samples.csv")
	must(t, err)
	return data
}

// proves DSK-01: letters become written requests with their own times and words.
func TestLettersBecomeCases(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		keeper, _, err := p.Resolve(ctx, &http.Request{Header: http.Header{"Who": {"keeper"}}})
		must(t, err)
		f, err := p.Take(ctx, keeper, project, "来信.csv", bytes.NewReader(samples(t)))
		must(t, err)
		must(t, p.Start(ctx, auth.System, project, f.ID))
		if err := p.Start(ctx, auth.System, project, f.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("started twice: %v", err)
		}
		// The first try is cut off; the second goes on without doubles.
		p.cases.broken = 9
		args := fmt.Appendf(nil, `{"project":%d,"file":%d}`, project, f.ID)
		if err := p.workOpen(ctx, jobs.Job{Args: args, Attempt: attempts}); err == nil {
			t.Error("a broken opening is not told")
		}
		must(t, p.Start(ctx, auth.System, project, f.ID)) // given up, so it may be started again
		if _, err := p.runner.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		f, list, err := p.Read(ctx, auth.System, project, f.ID)
		must(t, err)
		if f.State != StateOpened || len(list) != 20 || len(p.cases.cases) != 20 {
			t.Fatalf("%+v, %d letters, %d cases", f, len(list), len(p.cases.cases))
		}
		// A case has somebody who answers for it first (DSK-05).
		if owner := p.cases.cases[fmt.Sprintf("letter:%d", list[1].ID)].Owner; owner != 8 {
			t.Errorf("the first contact is %d", owner)
		}
		leak := p.cases.cases[fmt.Sprintf("letter:%d", list[0].ID)]
		if !leak.Received.Equal(f.Created) {
			t.Errorf("the clocks run from %s, the file was taken in %s", leak.Received, f.Created)
		}
		got := []any{leak.Procedure, leak.Channel, leak.Subject, leak.Caller, leak.At.Equal(list[0].At), list[0].Number, list[0].Words}
		if diff := cmp.Diff([]any{"repair", "letter", "厨房漏水", "u01", true, "TS-001", ""}, got); diff != "" {
			t.Error(diff)
		}
		byProcedure := map[string]int{}
		for key, c := range p.cases.cases {
			byProcedure[c.Procedure]++
			// A letter is a complaint in writing: its answer has its limit at once (CMP-06).
			if written := c.Procedure == "complaint"; c.Fields["written"] != any(written) && (written || c.Fields["written"] != nil) || (p.cases.papers[p.cases.ids[key]] == "letter") != written {
				t.Errorf("%s %s: written %v, papers %q", key, c.Procedure, c.Fields["written"], p.cases.papers[p.cases.ids[key]])
			}
		}
		if diff := cmp.Diff(map[string]int{"repair": 4, "complaint": 10, "enquiry": 6}, byProcedure); diff != "" {
			t.Error(diff)
		}
	})
}

// proves DSK-21: near-duplicates are merged into the first, once.
func TestMerge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		f, err := p.Take(ctx, auth.System, project, "来信.csv", bytes.NewReader(samples(t)))
		must(t, err)
		if _, err := p.Merge(ctx, auth.System, project, f.ID, 1); errs.CodeOf(err) != "letters.merge.early" {
			t.Errorf("merged before the cases are there: %v", err)
		}
		must(t, p.Start(ctx, auth.System, project, f.ID))
		must(t, p.OpenAll(ctx, project, f.ID))
		for range 2 {
			if _, err := p.Merge(ctx, auth.System, project, f.ID, 1); err != nil {
				t.Fatal(err)
			}
		}
		_, list, err := p.Read(ctx, auth.System, project, f.ID)
		must(t, err)
		var pair [][2]int64
		for _, l := range list {
			if l.Merged {
				pair = append(pair, [2]int64{l.Case, list[0].Case})
			}
		}
		if diff := cmp.Diff(pair, p.cases.merged); diff != "" || len(pair) != 1 {
			t.Error(diff, pair)
		}
		if _, err := p.Merge(ctx, auth.System, project, f.ID, 99); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a group that is not there: %v", err)
		}
	})
}

func (p *post) ByCode(context.Context, string) (web.Project, error) {
	return web.Project{ID: project, Code: "jinxiu", Name: "锦绣华庭"}, nil
}

func (p *post) Resolve(_ context.Context, r *http.Request) (auth.Actor, bool, error) {
	who := r.Header.Get("Who")
	rights := map[string][]string{"keeper": {importer.PermRun, casefile.PermMerge, casefile.PermCancel}, "importer": {importer.PermRun}}
	return auth.Actor{Account: 8, Login: who, Name: "林晓", Grants: []auth.Grant{{Project: project, Role: who}}}.WithPermissions(rights), who != "", nil
}

func (p *post) ask(handler http.Handler, who, method, path, kind string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Who", who)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func has(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("the page lacks %q", s)
		}
	}
}

// proves DSK-18, DSK-21 on the pages; and every route refuses who may not.
func TestPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		shell, err := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: p.db.Clock(), Projects: p, Sessions: p, Routes: p.Module().Routes, Nav: p.Module().Nav})
		must(t, err)
		h := shell.Handler()
		const form = "application/x-www-form-urlencoded"
		has(t, p.ask(h, "keeper", "GET", "/p/jinxiu/letters", "", nil), 200, "还没有导入过来信")
		has(t, p.ask(h, "keeper", "POST", "/p/jinxiu/letters", form, nil), 422, "没有选择文件")
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile("file", "来信<i>.csv")
		must(t, err)
		_, err = part.Write(samples(t))
		must(t, err)
		must(t, m.Close())
		w := p.ask(h, "keeper", "POST", "/p/jinxiu/letters", m.FormDataContentType(), b.Bytes())
		at := w.Header().Get("Location")
		if w.Code != 303 {
			t.Fatalf("status %d", w.Code)
		}
		has(t, p.ask(h, "keeper", "GET", at, "", nil), 200, "20 件来信", "来信&lt;i&gt;.csv", "报修", "漏水", "立案 20 件")
		has(t, p.ask(h, "keeper", "GET", at+"?view=same", "", nil), 200, "厨房漏水（再报）")
		has(t, p.ask(h, "keeper", "GET", at+"?view=topics", "", nil), 200, "梧桐里", "2026-11-03", "2026-11-06")
		p.least = 4
		if w := p.ask(h, "keeper", "GET", at+"?view=topics", "", nil); w.Code != 200 || strings.Contains(w.Body.String(), "梧桐里") {
			t.Errorf("three writers are a topic where the profile asks for four: %d", w.Code)
		}
		p.least = 3
		has(t, p.ask(h, "keeper", "POST", at+"/merge", form, []byte(url.Values{"group": {"1"}}.Encode())), 409, "先立案，再合并")
		has(t, p.ask(h, "keeper", "POST", at+"/open", form, nil), 303)
		if _, err := p.runner.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		has(t, p.ask(h, "keeper", "GET", at+"?view=same", "", nil), 200, "并成一件（2）", "TS-001")
		has(t, p.ask(h, "importer", "GET", at+"?view=same", "", nil), 200, "并成一件（2）", "合并由前台或主管做")
		has(t, p.ask(h, "keeper", "POST", at+"/merge", form, []byte(url.Values{"group": {"1"}}.Encode())), 303)
		has(t, p.ask(h, "keeper", "GET", at+"?view=same", "", nil), 200, "已并入")
		has(t, p.ask(h, "importer", "GET", at, "", nil), 200, "取消事项由主管做")
		has(t, p.ask(h, "importer", "POST", at+"/withdraw", form, []byte("reason=x")), 403)
		has(t, p.ask(h, "keeper", "POST", at+"/withdraw", form, nil), 422, "请写明为什么撤销")
		p.cases.touched = map[int64]bool{3: true}
		has(t, p.ask(h, "keeper", "POST", at+"/withdraw", form, []byte(url.Values{"reason": {"试导入"}}.Encode())), 303)
		has(t, p.ask(h, "keeper", "GET", at, "", nil), 200, "正在撤销", "刷新")
		if _, err := p.runner.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		has(t, p.ask(h, "keeper", "GET", at, "", nil), 200, "已撤销", "试导入", "19 件", "有人办理过", "/cases/TS-003")
		has(t, p.ask(h, "keeper", "GET", "/p/jinxiu/letters/99", "", nil), 404)
		odd, err := p.Take(t.Context(), auth.System, project, "b.csv", strings.NewReader("编号,用户,主题,时间,内容\n1,甲,路灯,昨天,\"路灯\n不亮\"\n1,乙,又一次,2026-08-02,重复\n,,,,\n"))
		must(t, err)
		page := p.ask(h, "keeper", "GET", filePath("jinxiu", odd.ID)+"?view=rows", "", nil)
		has(t, page, 200, "3 行，看原因和办法", `<td class="gj-num">2</td><td>日期读不出（“昨天”），来信收下了，按上传日`, "立案之前", "路灯",
			`<td class="gj-num">3</td><td>编号 1 前面已经有了`, "换个编号", `<td class="gj-num">4</td><td>没有主题，也没有内容`)
		for _, route := range p.Module().Routes {
			method, path, _ := strings.Cut(route.Pattern, " ")
			path = strings.NewReplacer("{project}", "jinxiu", "{file}", "1").Replace(path)
			if w := p.ask(h, "clerk", method, path, form, nil); w.Code != http.StatusForbidden {
				t.Errorf("%s %s: %d for somebody without the right", method, path, w.Code)
			}
		}
	})
}

func TestRights(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *post) {
		clerk := auth.Actor{Account: 3, Login: "clerk"}.WithPermissions(nil)
		_, err := p.Take(t.Context(), clerk, project, "a", bytes.NewReader(samples(t)))
		_, err2 := p.Files(t.Context(), clerk, project)
		_, _, err3 := p.Read(t.Context(), clerk, project, 1)
		_, err4 := p.Merge(t.Context(), clerk, project, 1, 1)
		for i, err := range []error{err, err2, err3, err4, p.Start(t.Context(), clerk, project, 1)} {
			if errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%d: %v", i, err)
			}
		}
		_, err = p.Take(t.Context(), auth.System, project, "a", strings.NewReader("id,text\n"))
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("an empty file: %v", err)
		}
		if found := module.Check([]module.Module{{Name: "casefile"}, {Name: "importer", Permissions: []auth.Permission{{Name: importer.PermRun}}}, p.Module()}); len(found) > 0 {
			t.Error(errors.Join(found...))
		}
	})
}
