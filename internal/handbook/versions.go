package handbook

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Version is one published version of a procedure; the first is number 1.
type Version struct {
	Number int
	Hash   string
	Since  time.Time
	Open   int64 // open cases of the project that finish under it
}

// Versions is where published versions are kept; app fills it from the cases.
type Versions interface {
	// Versions lists those of a procedure, the oldest first.
	Versions(ctx context.Context, project int64, procedure string) ([]Version, error)
	// Definition is the procedure as a version says it.
	Definition(ctx context.Context, hash string) (*procedure.Definition, error)
}

// Keep says where versions are kept; at start only.
func (p *Pages) Keep(v Versions) { p.kept = v }

// versionsLook is the page of the versions of a procedure: two of them compared.
type versionsLook struct {
	Def         *procedure.Definition // in force
	List        []Version             // the newest first
	Was, Is     Version               // compared; zero when there is one version only
	Differences []procedure.Change
}

// compared chooses two versions: those asked for by hash, else the one in force
// and the newest before it. ok is false when there is only one.
func (l *versionsLook) compared(was, is string) (ok bool, err error) {
	find := func(hash string) (Version, error) {
		for _, v := range l.List {
			if v.Hash == hash {
				return v, nil
			}
		}
		return Version{}, errs.New(errs.NotFound, "handbook.version.none", "没有这一版规程，请从版本列表里选。", "There is no such version; choose one from the list.")
	}
	if is == "" {
		is = l.Def.Hash
	}
	if l.Is, err = find(is); err != nil {
		return false, err
	}
	if was != "" {
		l.Was, err = find(was)
		return err == nil, err
	}
	for _, v := range l.List {
		if v.Hash != is && (l.Was.Number == 0 || v.Number < l.Is.Number && l.Was.Number > l.Is.Number) {
			l.Was = v
		}
	}
	return l.Was.Number != 0, nil
}

// versionsPage shows what changed between two versions of a procedure: an open
// case finishes under the one it began with (PLT-06).
func (p *Pages) versionsPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), p.now.Load()
	look := versionsLook{Def: s.book.Procedures[r.PathValue("name")]}
	if look.Def == nil {
		return noProcedure()
	}
	list, err := p.kept.Versions(ctx, web.ProjectOf(ctx).ID, look.Def.Name)
	if err != nil {
		return err
	}
	for _, v := range list {
		look.List = append([]Version{v}, look.List...)
	}
	ok, err := look.compared(web.Value(r, "a"), web.Value(r, "b"))
	if err != nil {
		return err
	}
	if ok {
		was, err := p.kept.Definition(ctx, look.Was.Hash)
		if err != nil {
			return err
		}
		is, err := p.kept.Definition(ctx, look.Is.Hash)
		if err != nil {
			return err
		}
		look.Differences = procedure.Diff(was, is, s.book)
	}
	return web.Render(w, r, versionsView(base(r), look))
}

// label names a version: 第 2 版（在用）.
func (l versionsLook) label(ctx context.Context, v Version) string {
	if v.Hash == l.Def.Hash {
		return text.Tf(ctx, "第 %d 版（在用）", "version %d (in force)", v.Number)
	}
	return text.Tf(ctx, "第 %d 版", "version %d", v.Number)
}

func noProcedure() error {
	return errs.New(errs.NotFound, "handbook.procedure.none", "手册里没有这个规程，请从规程列表里选。", "The handbook has no such procedure; choose one from the list.")
}
