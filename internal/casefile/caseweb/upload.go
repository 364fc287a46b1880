package caseweb

import (
	"cmp"
	"context"
	"io"
	"net/http"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/procedure"
)

// FormFiles keeps the pictures of a form with its case.
func FormFiles(ctx context.Context, files Attachments, c casefile.Case) caseform.Files {
	var hung map[string]Hung
	return caseform.Files{
		Keep: func(name string, body io.Reader) (string, error) {
			return files.KeepPicture(ctx, actorOf(ctx), c.Project, c.ID, name, body)
		},
		Hangs: func(ref string) (_ bool, err error) {
			if hung == nil {
				if hung, err = files.Hung(ctx, c.Project, c.ID); err != nil {
					return false, err
				}
			}
			_, ok := hung[ref]
			return ok, nil
		},
	}
}

// Answers reads the form of a step with its pictures. Beside an error stand the
// answers that are right: the form is shown again with them.
func Answers(r *http.Request, files Attachments, v casefile.View, step *procedure.Step) (map[string]any, error) {
	asked := caseform.Asked(v.Def, step)
	var kept map[string][]string
	var refused error
	if files != nil {
		kept, refused = caseform.Uploads(r, asked, FormFiles(r.Context(), files, v.Case))
	}
	answers, err := caseform.Read(r, asked, kept)
	return answers, cmp.Or(refused, err)
}
