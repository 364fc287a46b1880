package importer

import (
	"context"
	"net/http"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// revertView is the page that asks before an import is taken back.
type revertView struct {
	Code   string
	Upload Upload
	Holds  estate.BatchHolds
	Reason string
	Err    error
}

func (s *Service) revertAsk(w http.ResponseWriter, r *http.Request) error {
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	return s.askRevert(w, r, http.StatusOK, id, nil)
}

// askRevert says what would go, and asks for a tick and a reason; what cannot be
// taken back goes to its own page, which says how it stands.
func (s *Service) askRevert(w http.ResponseWriter, r *http.Request, status int, id int64, failed error) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	project := web.ProjectOf(ctx)
	uploads, batches, err := s.Uploads(ctx, actor, project.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(uploads, func(u Upload) bool { return u.ID == id })
	if at < 0 || !mayTakeBack(uploads[at], batches[uploads[at].Batch]) {
		if failed != nil {
			return s.list(w, r, status, failed)
		}
		web.Redirect(w, r, uploadPath(project.Code, id))
		return nil
	}
	v := revertView{Code: project.Code, Upload: uploads[at], Reason: web.Value(r, "reason"), Err: failed}
	if v.Holds, err = s.estate.BatchHolds(ctx, auth.System, project.ID, v.Upload.Batch); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, revertPage(v))
}

func (s *Service) revert(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	project := web.ProjectOf(r.Context())
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	var f errs.Fields
	if web.Value(r, "sure") == "" {
		f.Add("sure", "required", "打勾确认要撤回，数据没有改动。", "Tick to say that you mean it; nothing was changed.")
		if web.Value(r, "reason") == "" {
			f.Add("reason", "required", "写明为什么撤回。", "Say why it is taken back.")
		}
	}
	if err = f.Err("importer.revert"); err == nil {
		// Going away from the page must not stop it half way.
		err = s.TakeBack(context.WithoutCancel(r.Context()), actor, project.ID, id, web.Value(r, "reason"))
	}
	if kind := errs.KindOf(err); kind == errs.Conflict || kind == errs.Invalid {
		return s.askRevert(w, r, web.StatusOf(err), id, err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, "/p/"+project.Code+"/import", ui.Undo{Words: text.T(r.Context(), "整批导入已撤回", "The import was taken back whole")})
	return nil
}
