package residentweb

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// mostPhotos is how many pictures one sending may carry.
const mostPhotos = 12

// photoField is where a procedure keeps the pictures of its reporter.
const photoField = "photos"

// photos hangs the pictures that were sent on the case, and into its field for
// them where it has one. What can be kept is kept; the first that cannot is the
// error, Invalid. The same key hangs them once.
func (p *Pages) photos(r *http.Request, l resident.Link, c casefile.Case, key string) error {
	ctx := r.Context()
	kept, refused, err := p.keep(r, l, c)
	if err != nil || len(kept) == 0 {
		return cmp.Or(err, refused)
	}
	err = p.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		why := text.Tf(ctx, "住户发来 %d 张照片", "The resident sent %d photo(s)", len(kept))
		do := casefile.Doing{Case: c.ID, Key: key, Command: engine.Command{Actor: asResident, Data: map[string]any{"reason": why, "from": "customer"}}}
		if added, err := p.cases.AddPictures(ctx, tx, auth.System, do, photoField, kept); added || err != nil {
			return err
		}
		do.Command.Kind, do.Command.Data = engine.EvNote, map[string]any{"text": why, "from": "customer"}
		_, err := p.cases.DoIn(ctx, tx, auth.System, do)
		return err
	})
	return cmp.Or(err, refused)
}

// keep stores the pictures of a form, with those a refused form had brought, and
// gives their references; refused is why the first of the others was not taken.
func (p *Pages) keep(r *http.Request, l resident.Link, c casefile.Case) (kept []string, refused, err error) {
	for _, held := range p.held(r, l) {
		ref, err := p.house.Hang(r.Context(), c.Project, c.ID, held)
		switch {
		case err == nil:
			kept = append(kept, ref)
		case errs.KindOf(err) == errs.Conflict: // the day is over
			refused = cmp.Or[error](refused, errs.New(errs.Invalid, "resident.photo.gone", "", "").Wrap(err))
		default:
			return kept, refused, err
		}
	}
	fresh, others, err := p.each(r, len(kept), func(name string, body io.Reader) (string, error) {
		return p.house.Keep(r.Context(), c.Project, c.ID, name, body)
	})
	return append(kept, fresh...), cmp.Or(refused, others), err
}

// heldName is what the pictures of a refused report are called in the next.
const heldName = "kept.photo"

// held are the pictures that a refused report had brought, as the house names them.
func (p *Pages) held(r *http.Request, l resident.Link) (list []string) {
	for _, sealed := range r.Form[heldName] {
		if what, ok := p.links.Held(l, sealed); ok && len(list) < mostPhotos && !slices.Contains(list, what) {
			list = append(list, what)
		}
	}
	return list
}

// hold keeps the pictures of a report that is refused, sealed for the form that
// is shown again; refused is why one was not taken.
func (p *Pages) hold(r *http.Request, l resident.Link) (sealed []string, refused, err error) {
	list := p.held(r, l)
	fresh, refused, err := p.each(r, len(list), func(name string, body io.Reader) (string, error) {
		return p.house.Hold(r.Context(), name, body)
	})
	for _, what := range append(list, fresh...) {
		sealed = append(sealed, p.links.Hold(l, what))
	}
	return sealed, refused, err
}

// each hands the pictures of a form to keep, have of them are there already.
func (p *Pages) each(r *http.Request, have int, keep func(name string, body io.Reader) (string, error)) (kept []string, refused, err error) {
	if r.MultipartForm == nil {
		return nil, nil, nil
	}
	for _, head := range r.MultipartForm.File[caseform.Name("photo")] {
		if head.Size == 0 {
			continue
		}
		if have+len(kept) == mostPhotos {
			return kept, cmp.Or[error](refused, errs.Newf(errs.Invalid, "resident.photo.many", "一次最多 %d 张，前面的都收到了，其余请再送一次。", "At most %d photos at once: the first have arrived, send the others again.", mostPhotos)), nil
		}
		body, err := head.Open()
		if err != nil {
			return kept, refused, err
		}
		ref, err := keep(head.Filename, body)
		_ = body.Close() // read to its end, or refused
		switch {
		case err == nil:
			kept = append(kept, ref)
		case errs.KindOf(err) == errs.Invalid:
			refused = cmp.Or(refused, err)
		default:
			return kept, refused, err
		}
	}
	return kept, refused, nil
}

// refusals are the reasons a picture is not taken, by the word that the address
// of the progress page carries.
var refusals = map[string]text.Both{
	"files.size":          text.B("事情已收到。有照片超过 25 MB，没有收下；可以选小一点的尺寸在下面再送。", "Your report arrived. A photo is larger than 25 MB and was not taken; send it again below in a smaller size."),
	"files.type":          text.B("事情已收到。有一个文件不是照片，没有收下；照片可以在下面再送。", "Your report arrived. One file is no photo and was not taken; photos can be sent again below."),
	"resident.photo.many": text.B("事情已收到。照片一次最多 12 张，多出来的没有收下，可以在下面再送。", "Your report arrived. At most 12 photos are taken at once; send the others again below."),
	"resident.photo.gone": text.B("事情已收到。照片放了一天以上，已经清走；请在下面再送一次。", "Your report arrived. The photos had waited for more than a day and were cleared away; send them again below."),
	"files.broken":        text.B("事情已收到。有照片没有传完整，没有收下；请在下面再送一次。", "Your report arrived. A photo did not arrive whole and was not taken; send it again below."),
}

// refusal is the word for why a picture was not taken.
func refusal(err error) string {
	if e := errs.As(err); e != nil {
		if _, ok := refusals[e.Code]; ok {
			return e.Code
		}
	}
	return "files.broken"
}

// photo hands a resident one of the pictures they sent, small. Nothing else of
// the case's attachments has an address here.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	l, _, err := p.open(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || l.Kind != resident.Case {
		return noPhoto()
	}
	err = p.db.Read(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		c, err := p.cases.ByID(ctx, tx, l.Case)
		if err != nil {
			return err
		}
		env, err := p.cases.Versions(ctx, tx, c)
		if err != nil {
			return err
		}
		list, err := p.sent(ctx, tx, env.Def, c)
		if err == nil && !slices.ContainsFunc(list, func(x Photo) bool { return x.ID == id && x.Shown }) {
			return noPhoto()
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.house.ServePhoto(w, r, l.Project, l.Case, id)
}

// sent are the pictures a resident sent; what they signed is none.
func (p *Pages) sent(ctx context.Context, tx *store.Tx, def *procedure.Definition, c casefile.Case) ([]Photo, error) {
	list, err := p.house.Photos(ctx, tx, c.Project, c.ID)
	return slices.DeleteFunc(list, func(x Photo) bool {
		return slices.ContainsFunc(def.Fields, func(f procedure.Field) bool { return f.Type == procedure.TypeSignature && x.Name == f.Name+".png" })
	}), err
}

func noPhoto() error {
	return errs.New(errs.NotFound, "resident.photo", "没有这张照片。", "There is no such photo.")
}

// asResident writes down what a resident says; the steps that are theirs they
// do as resident.Actor.
var asResident = engine.Actor{Name: "住户"}
