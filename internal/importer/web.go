package importer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// xlsx is the type of the workbooks we hand out.
const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// pageRows is how many lines of a preview stand on one page.
const pageRows = 200

func (s *Service) routes() []web.Route {
	const at = "/p/{project}/import"
	return []web.Route{
		{Pattern: "GET " + at, Permission: PermRun, Handler: s.listPage},
		{Pattern: "POST " + at, Permission: PermRun, Handler: s.takePage, MaxBody: MaxBytes + 1<<20, Stream: true},
		{Pattern: "GET " + at + "/template.xlsx", Permission: PermRun, Handler: s.templateFile},
		{Pattern: "GET " + at + "/{upload}", Permission: PermRun, Handler: s.previewPage},
		{Pattern: "POST " + at + "/{upload}/mapping", Permission: PermRun, Handler: s.mappingPage},
		{Pattern: "POST " + at + "/{upload}/run", Permission: PermRun, Handler: s.runPage},
		{Pattern: "GET " + at + "/{upload}/revert", Permission: PermRun, Handler: s.revertAsk},
		{Pattern: "POST " + at + "/{upload}/revert", Permission: PermRun, Handler: s.revert},
		{Pattern: "GET " + at + "/{upload}/marked.xlsx", Permission: PermRun, Handler: s.markedFile},
	}
}

// listView is the page of uploads.
type listView struct {
	Code    string
	Uploads []Upload
	Batches map[int64]estate.Batch
	Err     error
}

func (s *Service) list(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	uploads, batches, err := s.Uploads(r.Context(), actor, p.ID)
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, listPage(listView{Code: p.Code, Uploads: uploads, Batches: batches, Err: failed}))
}

func (s *Service) listPage(w http.ResponseWriter, r *http.Request) error {
	return s.list(w, r, http.StatusOK, nil)
}

// takePage streams the file in; a refusal is said above the form.
func (s *Service) takePage(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	p := web.ProjectOf(r.Context())
	u, err := s.takeFile(r, actor, p.ID)
	if errs.KindOf(err) == errs.Invalid {
		return s.list(w, r, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, uploadPath(p.Code, u.ID))
	return nil
}

func (s *Service) takeFile(r *http.Request, actor auth.Actor, project int64) (Upload, error) {
	none := errs.New(errs.Invalid, "importer.file.none", "没有选择文件。请选择填好的 .xlsx 工作簿。", "No file was chosen. Choose the filled .xlsx workbook.")
	form, err := r.MultipartReader()
	if err != nil {
		return Upload{}, none.Wrap(err)
	}
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return Upload{}, none
		}
		if err != nil {
			return Upload{}, broken(err)
		}
		if part.FormName() != "file" {
			continue
		}
		if part.FileName() == "" {
			return Upload{}, none
		}
		return s.Take(r.Context(), actor, project, part.FileName(), part)
	}
}

func uploadPath(code string, id int64) string { return fmt.Sprintf("/p/%s/import/%d", code, id) }

func uploadID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("upload"), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "importer.upload.none", "没有这次上传。", "There is no such upload.").Wrap(err)
	}
	return id, nil
}

// shown is one line of the preview's table.
type shown struct {
	Sheet, Cell, Code, Level, Words, Proposal string
}

// previewView is the page of one upload.
type previewView struct {
	Code   string
	P      *Preview
	Batch  estate.Batch
	View   string // faults, notices, changes, left
	Sheet  string
	Counts map[string]int
	Lines  []shown
	From   int
	Err    error
}

func (v previewView) path(change map[string]string) string {
	q := url.Values{"view": {v.View}, "sheet": {v.Sheet}}
	for k, val := range change {
		q.Set(k, val)
	}
	for k := range q {
		if q.Get(k) == "" {
			q.Del(k)
		}
	}
	return uploadPath(v.Code, v.P.Upload.ID) + "?" + q.Encode()
}

func (s *Service) previewPage(w http.ResponseWriter, r *http.Request) error {
	return s.preview(w, r, http.StatusOK, nil)
}

func (s *Service) preview(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx)
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	p, err := s.Preview(ctx, actor, project.ID, id)
	if err != nil {
		return err
	}
	v := previewView{Code: project.Code, P: p, View: r.FormValue("view"), Sheet: r.FormValue("sheet"), Err: failed}
	if p.Upload.Batch != 0 {
		list, err := s.estate.Batches(ctx, auth.System, project.ID)
		if err != nil {
			return err
		}
		for _, b := range list {
			if b.ID == p.Upload.Batch {
				v.Batch = b
			}
		}
	}
	v.fill(ctx, r.FormValue("from"))
	return web.RenderStatus(w, r, status, previewPage(v))
}

// fill chooses the lines to show.
func (v *previewView) fill(ctx context.Context, from string) {
	lang := text.LangOf(ctx)
	all := map[string][]shown{}
	for _, f := range v.P.Report.Findings {
		view, level := "faults", text.T(ctx, "须更正", "correct")
		if f.Level == Notice {
			view, level = "notices", text.T(ctx, "请核对", "check")
		}
		all[view] = append(all[view], shown{Sheet: f.Sheet, Cell: f.Cell(), Code: f.Code, Level: level, Words: f.Message.In(lang), Proposal: f.Proposal.In(lang)})
	}
	for _, t := range v.P.Report.Tables {
		for _, c := range t.changes() {
			all["changes"] = append(all["changes"], shown{Sheet: t.Sheet.Name, Cell: c.Ref(), Words: c.masked(c.Raw), Proposal: c.masked(c.Text)})
		}
		for _, skip := range t.Skipped {
			all["left"] = append(all["left"], shown{Sheet: t.Sheet.Name, Cell: strconv.Itoa(skip.Row), Words: skippedWords(ctx, skip.Why), Proposal: text.Cut(skip.Text, 80)})
		}
	}
	for _, l := range v.P.Plan.LeftOut {
		all["left"] = append(all["left"], shown{Sheet: l.Sheet, Cell: strconv.Itoa(l.Row), Words: l.Why.In(lang)})
	}
	v.Counts = map[string]int{}
	for view, lines := range all {
		v.Counts[view] = len(lines)
	}
	if _, ok := map[string]bool{"faults": true, "notices": true, "changes": true, "left": true}[v.View]; !ok {
		v.View = "faults"
	}
	var lines []shown
	for _, l := range all[v.View] {
		if v.Sheet == "" || l.Sheet == v.Sheet {
			lines = append(lines, l)
		}
	}
	if n, err := strconv.Atoi(from); err == nil && n > 0 && n < len(lines) {
		v.From = n
	}
	v.Lines = lines[v.From:]
}

func skippedWords(ctx context.Context, why string) string {
	switch why {
	case "title":
		return text.T(ctx, "标题行", "Title")
	case "heading":
		return text.T(ctx, "表头", "Heading")
	case "total":
		return text.T(ctx, "合计行", "Total")
	}
	return text.T(ctx, "说明行", "Note")
}

// changes lists the values a reader sees differently from the workbook.
func (t *Table) changes() []*Value {
	var out []*Value
	for _, r := range t.Rows {
		for _, c := range t.Sheet.Columns {
			v := r.Values[c.Field]
			if v == nil || !v.Changed() || v.Text == "" {
				continue
			}
			if a, ok := parseNumber(v.Raw); ok {
				if b, same := parseNumber(v.Text); same && a.Equal(b) {
					continue // 89.5 and 89.50
				}
			}
			f, _ := t.Sheet.Kind.Field(c.Field)
			v.kind = f.Type
			out = append(out, v)
		}
	}
	return out
}

// masked hides the middle of phone and identity numbers (PLT-02).
func (v *Value) masked(s string) string {
	if v.kind != "phones" && v.kind != "identity" {
		return text.Cut(s, 60)
	}
	mask := text.MaskPhone
	if v.kind == "phones" {
		mask = phone.Mask
	}
	return longDigits.ReplaceAllStringFunc(s, mask)
}

func (s *Service) mappingPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx)
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	if err := web.ParseForm(r); err != nil {
		return err
	}
	p, err := s.Preview(ctx, actor, project.ID, id)
	if err != nil {
		return err
	}
	var mapping []Correction
	for i, sheet := range p.Book.Sheets {
		c := Correction{Sheet: sheet.Name, Kind: web.Value(r, fmt.Sprintf("kind-%d", i)), Columns: map[int]string{}}
		for _, col := range sheet.Columns {
			name := fmt.Sprintf("col-%d-%d", i, col.Index)
			if _, sent := r.Form[name]; sent {
				c.Columns[col.Index] = web.Value(r, name)
			}
		}
		mapping = append(mapping, c)
	}
	if err := s.Correct(ctx, actor, project.ID, id, mapping); err != nil {
		return err
	}
	web.Redirect(w, r, uploadPath(project.Code, id))
	return nil
}

func (s *Service) runPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx)
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	err = s.Start(ctx, actor, project.ID, id, web.Value(r, "leave_out") != "")
	if errs.KindOf(err) == errs.Invalid {
		return s.preview(w, r, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, uploadPath(project.Code, id))
	return nil
}

func download(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", xlsx)
	h.Set("Content-Disposition", "attachment; filename=\"import.xlsx\"; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Cache-Control", "no-store")
}

func (s *Service) templateFile(w http.ResponseWriter, r *http.Request) error {
	download(w, text.T(r.Context(), "期初数据模板.xlsx", "opening-data-template.xlsx"))
	return WriteTemplate(w, text.LangOf(r.Context()))
}

func (s *Service) markedFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	p, err := s.Preview(ctx, actor, web.ProjectOf(ctx).ID, id)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(strings.TrimSuffix(p.Upload.Name, ".xlsx"), ".XLSX")
	download(w, name+text.T(ctx, "（已标注）.xlsx", " (marked).xlsx"))
	return p.WriteMarked(w, text.LangOf(ctx))
}
