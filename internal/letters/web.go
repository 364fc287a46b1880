package letters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

func (s *Service) routes() []web.Route {
	const at = "/p/{project}/letters"
	return []web.Route{
		{Pattern: "GET " + at, Permission: importer.PermRun, Handler: s.listPage},
		{Pattern: "POST " + at, Permission: importer.PermRun, Handler: s.takePage, MaxBody: 51 << 20, Stream: true},
		{Pattern: "GET " + at + "/{file}", Permission: importer.PermRun, Handler: s.filePage},
		{Pattern: "POST " + at + "/{file}/open", Permission: importer.PermRun, Handler: s.openPage},
		{Pattern: "POST " + at + "/{file}/withdraw", Permission: importer.PermRun, Handler: s.withdrawPage},
		{Pattern: "POST " + at + "/{file}/merge", Permission: importer.PermRun, Handler: s.mergePage},
	}
}

func (s *Service) listPage(w http.ResponseWriter, r *http.Request) error {
	return s.list(w, r, http.StatusOK, nil)
}

func (s *Service) list(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	files, err := s.Files(r.Context(), actor, p.ID)
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, listPage(p.Code, files, failed))
}

func (s *Service) takePage(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	f, err := s.takeFile(r, actor, p.ID)
	if errs.KindOf(err) == errs.Invalid {
		return s.list(w, r, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, filePath(p.Code, f.ID))
	return nil
}

func (s *Service) takeFile(r *http.Request, actor auth.Actor, project int64) (File, error) {
	none := errs.New(errs.Invalid, "letters.file.missing", "没有选择文件，或文件没有收全。请选择 CSV 文件再送一次。", "No file was chosen, or it did not arrive whole. Choose the CSV file and send it again.")
	form, err := r.MultipartReader()
	if err != nil {
		return File{}, none.Wrap(err)
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return File{}, none.Wrap(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		f, err := s.Take(r.Context(), actor, project, part.FileName(), part)
		var large *http.MaxBytesError
		if errors.As(err, &large) || errors.Is(err, io.ErrUnexpectedEOF) {
			return File{}, none.Wrap(err)
		}
		return f, err
	}
}

func filePath(code string, id int64) string { return fmt.Sprintf("/p/%s/letters/%d", code, id) }

func number(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(cmp.Or(r.PathValue(name), r.FormValue(name)), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "letters.file.none", "没有这份来信文件。", "There is no such file of letters.").Wrap(err)
	}
	return id, nil
}

// count is a kind with how many letters it was suggested for.
type count struct {
	Title   string
	Letters int
	Words   string
}

// group is near-duplicates.
type group struct {
	Number  int64
	Letters []Letter
}

func (g group) merged() bool {
	left := 0
	for _, l := range g.Letters {
		if !l.Merged {
			left++
		}
	}
	return left < 2
}

// topic is a problem that came again and again.
type topic struct {
	Spot, Title string
	Letters     int
	People      map[string]bool
	From, To    time.Time
}

type fileView struct {
	Code   string
	File   File
	View   string // kinds, same, topics, rows
	Rows   []rowLine
	Kinds  []count
	Groups []group
	Topics []topic
	Merges bool // the person may merge cases
	Ends   bool // the person may cancel cases
	Cases  int  // that this file opened
	Back   int  // of them withdrawn
	Older  int  // letters whose case an earlier file opened
	Left   []Letter
	Can    bool // there is something to withdraw
	Reason string
	Err    error
}

func (s *Service) filePage(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, nil)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	p := web.ProjectOf(ctx)
	id, err := number(r, "file")
	if err != nil {
		return err
	}
	f, list, err := s.Read(ctx, actor, p.ID, id)
	if err != nil {
		return err
	}
	v := fileView{Code: p.Code, File: f, View: r.FormValue("view"), Merges: actor.May(casefile.PermMerge, p.ID), Ends: actor.May(casefile.PermCancel, p.ID), Can: withdrawable(f, list), Reason: r.PostFormValue("reason"), Err: failed}
	v.count(list)
	v.Rows = rowLines(ctx, f, list)
	if v.View != "same" && v.View != "topics" && v.View != "rows" {
		v.View = "kinds"
	}
	v.Kinds, v.Groups, v.Topics = s.kinds(ctx, list), groups(list), s.topics(ctx, p.ID, list)
	return web.RenderStatus(w, r, status, filePage(v))
}

func (v *fileView) count(list []Letter) {
	for _, l := range list {
		switch {
		case l.Borrowed:
			v.Older++
		case l.Case == 0:
		case l.Withdrawn:
			v.Cases, v.Back = v.Cases+1, v.Back+1
		default:
			v.Cases++
			v.Left = append(v.Left, l)
		}
	}
}

func (s *Service) title(ctx context.Context, kind string) string {
	if k, ok := s.rules.Kind(kind); ok {
		return k.Title.In(text.LangOf(ctx))
	}
	return text.T(ctx, "没有建议，由前台定", "No suggestion; the desk decides")
}

func (s *Service) kinds(ctx context.Context, list []Letter) []count {
	n, words := map[string]int{}, map[string]map[string]int{}
	for _, l := range list {
		n[l.Kind]++
		if words[l.Kind] == nil {
			words[l.Kind] = map[string]int{}
		}
		for _, w := range l.Because {
			words[l.Kind][w]++
		}
	}
	var out []count
	for kind, letters := range n {
		var top []string
		for w := range words[kind] {
			top = append(top, w)
		}
		slices.SortFunc(top, func(a, b string) int {
			return cmp.Or(cmp.Compare(words[kind][b], words[kind][a]), cmp.Compare(a, b))
		})
		out = append(out, count{s.title(ctx, kind), letters, strings.Join(top[:min(8, len(top))], "、")})
	}
	slices.SortFunc(out, func(a, b count) int { return cmp.Or(cmp.Compare(b.Letters, a.Letters), cmp.Compare(a.Title, b.Title)) })
	return out
}

func groups(list []Letter) []group {
	by := map[int64]*group{}
	var order []int64
	for _, l := range list {
		if l.Alike == 0 {
			continue
		}
		if by[l.Alike] == nil {
			by[l.Alike] = &group{Number: l.Alike}
			order = append(order, l.Alike)
		}
		by[l.Alike].Letters = append(by[l.Alike].Letters, l)
	}
	slices.Sort(order)
	var out []group
	for _, n := range order {
		byAge(by[n].Letters)
		out = append(out, *by[n])
	}
	return out
}

// topics are the problems that enough people wrote of (analysis.people): one
// person's letters are none, and without the figure there are none at all.
func (s *Service) topics(ctx context.Context, project int64, list []Letter) []topic {
	least := 0
	if s.number != nil {
		least = s.number(project, "analysis.people")
	}
	if least == 0 {
		return nil
	}
	type key struct{ spot, kind string }
	by := map[key]*topic{}
	for _, l := range list {
		if l.Spot == "" || l.Kind == "" {
			continue
		}
		k := key{l.Spot, l.Kind}
		t := by[k]
		if t == nil {
			t = &topic{Spot: l.Spot, Title: s.title(ctx, l.Kind), People: map[string]bool{}, From: l.At}
			by[k] = t
		}
		t.Letters++
		t.People[l.Person] = true
		if t.From.IsZero() || !l.At.IsZero() && l.At.Before(t.From) {
			t.From = l.At
		}
		if l.At.After(t.To) {
			t.To = l.At
		}
	}
	var out []topic
	for _, t := range by {
		if len(t.People) >= least {
			out = append(out, *t)
		}
	}
	slices.SortFunc(out, func(a, b topic) int {
		return cmp.Or(cmp.Compare(b.Letters, a.Letters), cmp.Compare(a.Spot, b.Spot), cmp.Compare(a.Title, b.Title))
	})
	return out
}

func (s *Service) openPage(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	id, err := number(r, "file")
	if err != nil {
		return err
	}
	if err := s.Start(r.Context(), actor, p.ID, id); err != nil {
		return err
	}
	web.Redirect(w, r, filePath(p.Code, id))
	return nil
}

func (s *Service) mergePage(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := number(r, "file")
	if err != nil {
		return err
	}
	g, err := number(r, "group")
	if err != nil {
		return err
	}
	n, err := s.Merge(r.Context(), actor, p.ID, id, g)
	if errs.KindOf(err) == errs.Conflict {
		return s.show(w, r, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, filePath(p.Code, id)+"?view=same", ui.Undo{Words: text.Tf(r.Context(), "合并了 %d 件来信", "%d letter(s) merged", n)})
	return nil
}

func (s *Service) withdrawPage(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := number(r, "file")
	if err != nil {
		return err
	}
	err = s.Withdraw(r.Context(), actor, p.ID, id, r.PostFormValue("reason"))
	if kind := errs.KindOf(err); kind == errs.Conflict || kind == errs.Invalid {
		return s.show(w, r, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, filePath(p.Code, id))
	return nil
}

// withdrawButton says what it does; who may not cancel sees why.
func withdrawButton(ctx context.Context, v fileView) ui.B {
	b := ui.B{ID: "withdraw", Label: text.Tf(ctx, "撤销无人办理的事项（最多 %d 件）", "Cancel the untouched cases (at most %d)", len(v.Left)), Small: true, Icon: "ban"}
	if !v.Ends {
		b.Why = text.T(ctx, "取消事项由主管做", "a supervisor cancels cases")
	}
	return b
}

// mergeButton is the button of a group; who may not merge sees why.
func mergeButton(ctx context.Context, v fileView, g group) ui.B {
	b := ui.B{ID: fmt.Sprintf("merge-%d", g.Number), Label: text.Tf(ctx, "并成一件（%d）", "Merge %d", len(g.Letters)), Small: true, Icon: "stack-2"}
	if !v.Merges {
		b.Why = text.T(ctx, "合并由前台或主管做", "the desk or a supervisor merges")
	}
	return b
}

func stateWords(ctx context.Context, f File) string {
	switch f.State {
	case StateRead:
		return text.T(ctx, "已读，未立案", "Read, no cases yet")
	case StateOpening:
		return text.T(ctx, "正在立案", "Opening cases")
	case StateOpened:
		return text.T(ctx, "已立案", "Cases opened")
	case StateWithdrawing:
		return text.T(ctx, "正在撤销", "Being withdrawn")
	case StateWithdrawn:
		return text.T(ctx, "已撤销", "Withdrawn")
	}
	return text.T(ctx, "没有收全", "Did not arrive whole")
}

func views(ctx context.Context, v fileView) []ui.View {
	path := filePath(v.Code, v.File.ID)
	return []ui.View{
		{Title: text.T(ctx, "类别", "Kinds"), Count: strconv.Itoa(len(v.Kinds)), Path: path, Current: v.View == "kinds"},
		{Title: text.T(ctx, "几乎相同", "Nearly the same"), Count: strconv.Itoa(len(v.Groups)), Path: path + "?view=same", Current: v.View == "same"},
		{Title: text.T(ctx, "要看的行", "Rows to look at"), Count: strconv.FormatInt(v.File.Faults, 10), Path: path + "?view=rows", Current: v.View == "rows"},
		{Title: text.T(ctx, "反复出现的问题", "Repeated problems"), Count: strconv.Itoa(len(v.Topics)), Path: path + "?view=topics", Current: v.View == "topics"},
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.Format(time.DateOnly)
}
