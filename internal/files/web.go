package files

import (
	"net/http"
	"os"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/web"
)

// Module hands the room to app.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "files", Room: 4, Requires: []string{"audit"}, Migrations: migrationFS(), Jobs: s.Jobs(),
		Routes: []web.Route{
			{Pattern: "GET /files/{id}", Permission: auth.LoggedIn, Handler: s.download},
			{Pattern: "GET /files/{id}/small", Permission: auth.LoggedIn, Handler: s.downloadSmall},
		},
	}
}

// Path is the address of a file, SmallPath of its small picture.
func Path(id int64) string { return "/files/" + strconv.FormatInt(id, 10) }

// SmallPath is the address of the small picture of a file.
func SmallPath(id int64) string { return Path(id) + "/small" }

func (s *Service) download(w http.ResponseWriter, r *http.Request) error {
	f, body, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return Serve(w, r, f, body)
}

func (s *Service) ofRequest(r *http.Request) (File, *os.File, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return File{}, nil, errs.New(errs.NotFound, "files.none", "没有这个文件，或者您不能看。", "There is no such file, or you may not see it.")
	}
	actor, _ := auth.From(r.Context())
	return s.Open(r.Context(), actor, id)
}

// Serve hands out a file that its reader may see: as a download, never run by
// the browser, whatever it contains.
func Serve(w http.ResponseWriter, r *http.Request, f File, body *os.File) error {
	media := string(f.Media)
	if f.Media == Text {
		media += "; charset=utf-8"
	}
	lock(w, media)
	w.Header().Set("Content-Disposition", disposition("attachment", f.Name))
	w.Header().Set("ETag", `"`+f.SHA256+`"`)
	http.ServeContent(w, r, "", f.UploadedAt, body)
	return nil
}

// lock tells the browser to believe the type and to run nothing.
func lock(w http.ResponseWriter, media string) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, max-age=3600")
}

func (s *Service) downloadSmall(w http.ResponseWriter, r *http.Request) error {
	f, body, err := s.ofRequest(r)
	if err != nil {
		return err
	}
	_ = body.Close()
	if !f.Media.Picture() {
		return errs.New(errs.NotFound, "files.small", "这个文件没有小图，请下载原件。", "This file has no small picture; download it.")
	}
	return s.ServeSmall(w, r, f)
}

// ServeSmall hands out the small picture of a file that its reader may see.
func (s *Service) ServeSmall(w http.ResponseWriter, r *http.Request, f File) error {
	small, err := s.Small(r.Context(), f)
	if err != nil {
		return err
	}
	defer func() { _ = small.Close() }()
	lock(w, string(JPEG))
	w.Header().Set("Content-Disposition", "inline")
	w.Header().Set("ETag", `"`+f.SHA256+`-s"`)
	http.ServeContent(w, r, "", f.UploadedAt, small)
	return nil
}
