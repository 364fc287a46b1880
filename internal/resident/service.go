package resident

import (
	"context"
	"crypto/subtle"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Service is the room's use cases.
type Service struct {
	audit.Recorder
	db   *store.DB
	keys Signer
}

// New makes the service.
func New(db *store.DB, keys Signer) *Service { return &Service{db: db, keys: keys} }

// Actor is a resident without account: casefile knows it by its number.
var Actor = auth.Actor{Account: -1, Name: "住户"}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

const columns = "id, project_id, kind, unit_id, case_id, place, made_by, made_at, expires_at, revoked_at"

func (s *Service) scan(scan store.Scan) (Link, error) {
	var l Link
	var kind string
	var made, expires, revoked int64
	err := scan(&l.ID, &l.Project, &kind, &l.Unit, &l.Case, &l.Place, &l.MadeBy, &made, &expires, &revoked)
	l.Kind, l.MadeAt, l.Expires = Kind(kind), store.Time(made), store.Time(expires)
	if revoked != 0 {
		l.Revoked = store.Time(revoked)
	}
	l.Token = token(s.keys, l)
	return l, err
}

// MakeIn makes a link in tx. Unit and area links need the right to make them;
// a case's is made with the report itself. Errors: Forbidden, Invalid.
func (s *Service) MakeIn(ctx context.Context, tx *store.Tx, actor auth.Actor, l Link) (Link, error) {
	if l.Kind != Case && !actor.May(PermLinks, l.Project) {
		return l, forbidden()
	}
	l.Place = text.Cut(text.Clean(l.Place), 60)
	if l.Kind == Area && l.Place == "" {
		return l, errs.New(errs.Invalid, "resident.place", "还没有写这是哪里，没有保存。", "The place is missing; nothing was saved.").
			Field("place", "missing", "写清贴在哪里，例如 1栋大堂。", "Say where it hangs, for example lobby of building 1.")
	}
	l.ID, l.MadeBy, l.MadeAt = tx.NewID(), max(actor.Account, 0), tx.Now()
	l.Expires = l.MadeAt.Add(lives[l.Kind]).Truncate(time.Hour)
	_, err := tx.Exec(ctx, "INSERT INTO resident_link ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
		l.ID, l.Project, string(l.Kind), l.Unit, l.Case, l.Place, l.MadeBy, store.Micros(l.MadeAt), store.Micros(l.Expires))
	l.Token = token(s.keys, l)
	if err != nil || l.Kind == Case { // the report it is made with is in the case's own log
		return l, err
	}
	return l, s.Done(ctx, tx, actor, l.Project, "resident.link", "make", l.ID, nil)
}

// Make is MakeIn in a transaction of its own.
func (s *Service) Make(ctx context.Context, actor auth.Actor, l Link) (made Link, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		made, err = s.MakeIn(ctx, tx, actor, l)
		return err
	})
	return made, err
}

// Revoke ends a link at once.
func (s *Service) Revoke(ctx context.Context, actor auth.Actor, project, id int64) error {
	if !actor.May(PermLinks, project) {
		return forbidden()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE resident_link SET revoked_at = ? WHERE project_id = ? AND id = ? AND revoked_at = 0", store.Micros(tx.Now()), project, id)
		if err != nil || n == 0 {
			return err
		}
		return s.Done(ctx, tx, actor, project, "resident.link", "revoke", id, nil)
	})
}

// Of lists the links in force of a unit, or with unit 0 those of areas, newest
// first, at most 100.
func (s *Service) Of(ctx context.Context, tx *store.Tx, project, unit int64) ([]Link, error) {
	kind := Unit
	if unit == 0 {
		kind = Area
	}
	return store.All(ctx, tx, s.scan, "SELECT "+columns+` FROM resident_link WHERE project_id = ? AND kind = ? AND unit_id = ?
		AND revoked_at = 0 AND expires_at > ? ORDER BY id DESC LIMIT 100`, project, string(kind), unit, store.Micros(tx.Now()))
}

// OfCase is the link to a case, made when there is none in force.
func (s *Service) OfCase(ctx context.Context, tx *store.Tx, project, caseID int64) (Link, error) {
	list, err := store.All(ctx, tx, s.scan, "SELECT "+columns+` FROM resident_link WHERE project_id = ? AND case_id = ? AND kind = 'case'
		AND revoked_at = 0 AND expires_at > ? ORDER BY id LIMIT 1`, project, caseID, store.Micros(tx.Now()))
	if err != nil || len(list) > 0 {
		return first(list), err
	}
	return s.MakeIn(ctx, tx, auth.System, Link{Project: project, Kind: Case, Case: caseID})
}

func first(list []Link) Link {
	if len(list) == 0 {
		return Link{}
	}
	return list[0]
}

// Open is the link behind a token. A forged, expired or revoked one is
// NotFound with one wording: it does not tell which.
func (s *Service) Open(ctx context.Context, tx *store.Tx, typed string) (Link, error) {
	id, _, ok := readToken(s.keys, typed)
	if !ok {
		return Link{}, gone()
	}
	l, err := store.One(ctx, tx, s.scan, "SELECT "+columns+" FROM resident_link WHERE id = ?", id)
	if errs.KindOf(err) == errs.NotFound || err == nil && (!l.Revoked.IsZero() || !l.Expires.After(tx.Now()) || l.Token != typed) {
		return Link{}, gone()
	}
	return l, err
}

func gone() error {
	return errs.New(errs.NotFound, "resident.link.gone", "这个码已经失效。请打服务中心电话报修，或请前台发一个新的。",
		"This code is no longer valid. Ring the service centre, or ask the desk for a new one.")
}

func forbidden() error {
	return errs.New(errs.Forbidden, "resident.forbidden", "你的岗位不能发住户码，没有任何改动。", "Your role may not give out residents' codes; nothing was changed.")
}

// pace is how fast something may happen: burst at once, then one each refill.
type pace struct {
	key    string
	burst  int
	refill time.Duration
}

// May uses up one sending for a link and one for an address; TooMany when
// either has sent too much. Addresses are kept as keyed digests.
func (s *Service) May(ctx context.Context, l Link, address string) error {
	burst := 6
	if l.Kind == Area {
		burst = 20 // many people stand before it
	}
	return s.take(ctx, pace{"link:" + l.Token, burst, 10 * time.Minute}, pace{"address:" + address, 12, 5 * time.Minute})
}

// MayLook bounds guessing of tokens by one address.
func (s *Service) MayLook(ctx context.Context, address string) error {
	return s.take(ctx, pace{"look:" + address, 30, 20 * time.Second})
}

func (s *Service) take(ctx context.Context, paces ...pace) error {
	empty := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := tx.Now()
		for _, p := range paces {
			n, err := tx.Exec(ctx, `INSERT INTO resident_pace (bucket, full_at) VALUES (?, ?)
				ON CONFLICT (bucket) DO UPDATE SET full_at = CASE WHEN resident_pace.full_at > ? THEN resident_pace.full_at + ? ELSE ? END
				WHERE resident_pace.full_at <= ?`,
				s.keys.Digest("resident.pace", p.key), store.Micros(now.Add(p.refill)),
				store.Micros(now), p.refill.Microseconds(), store.Micros(now.Add(p.refill)),
				store.Micros(now.Add(time.Duration(p.burst-1)*p.refill)))
			if err != nil {
				return err
			}
			empty = empty || n == 0
		}
		return nil
	})
	if err == nil && empty {
		err = errs.New(errs.TooMany, "resident.pace", "刚才送得太多，先歇几分钟。已经送出的都收到了；急事请打电话。",
			"Too much was sent just now; wait some minutes. What was sent has arrived; ring us if it is urgent.")
	}
	return err
}

// sweep forgets paces that are over.
func (s *Service) sweep(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM resident_pace WHERE full_at < ?", store.Micros(tx.Now()))
		return err
	})
}

// ByID is a link in force of a project, for printing. Errors: NotFound.
func (s *Service) ByID(ctx context.Context, tx *store.Tx, project, id int64) (Link, error) {
	l, err := store.One(ctx, tx, s.scan, "SELECT "+columns+" FROM resident_link WHERE project_id = ? AND id = ? AND revoked_at = 0", project, id)
	if errs.KindOf(err) == errs.NotFound {
		return l, gone()
	}
	return l, err
}
