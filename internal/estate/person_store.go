package estate

import (
	"context"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Person reads a person with phones; NotFound when unknown or of another
// project. Phones are whole: the page masks them.
func (s *Service) Person(ctx context.Context, tx *store.Tx, project, id int64) (Person, error) {
	p, err := store.One(ctx, tx, scanPerson, "SELECT "+personColumns+" FROM estate_live_person p WHERE p.project_id = ? AND p.id = ?", project, id)
	if err != nil {
		return p, err
	}
	phones, err := s.phonesOf(ctx, tx, project, []int64{id})
	p.Phones = phones[id]
	return p, err
}

// PeopleByID reads several people at once without phones, keyed by id.
func (s *Service) PeopleByID(ctx context.Context, tx *store.Tx, project int64, ids []int64) (map[int64]Person, error) {
	found := map[int64]Person{}
	if len(ids) == 0 {
		return found, nil
	}
	list, err := store.All(ctx, tx, scanPerson, "SELECT "+personColumns+" FROM estate_live_person p WHERE p.project_id = ? AND p.id IN ("+store.Marks(len(ids))+")", argsOf(project, ids)...)
	for _, p := range list {
		found[p.ID] = p
	}
	return found, err
}

func argsOf(project int64, ids []int64) []any {
	args := make([]any, 0, len(ids)+1)
	args = append(args, project)
	for _, id := range ids {
		args = append(args, id)
	}
	return args
}

func (s *Service) phonesOf(ctx context.Context, tx *store.Tx, project int64, people []int64) (map[int64][]Phone, error) {
	found := map[int64][]Phone{}
	if len(people) == 0 {
		return found, nil
	}
	list, err := store.All(ctx, tx, scanPhone, "SELECT id, person_id, number, ext, label, verified_at FROM estate_phone WHERE project_id = ? AND person_id IN ("+store.Marks(len(people))+") ORDER BY person_id, place, id", argsOf(project, people)...)
	for _, p := range list {
		found[p.Person] = append(found[p.Person], p)
	}
	return found, err
}

// CreatePerson adds a person. Errors: Invalid (fields), Forbidden.
func (s *Service) CreatePerson(ctx context.Context, actor auth.Actor, project int64, p Person, phones []NewPhone) (Person, error) {
	if err := need(actor, PermPerson, project); err != nil {
		return p, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.createPerson(ctx, tx, actor, project, p, phones)
		return err
	})
	return p, err
}

func (s *Service) createPerson(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, p Person, phones []NewPhone) (Person, error) {
	made, err := s.insertPeople(ctx, tx, project, 0, []NewPerson{{Person: p, Phones: phones}})
	if err != nil {
		return p, err
	}
	log := changeLog{project: project, entity: "person", id: made[0].ID, person: made[0].ID}
	log.note("created", "", made[0].Name)
	if err := s.keep(ctx, tx, actor, &log); err != nil {
		return p, err
	}
	return made[0], s.indexPeople(ctx, tx, project, []int64{made[0].ID})
}

// NewPerson is a person with phones as typed and, for the vault, the number of
// its papers.
type NewPerson struct {
	Person
	Phones   []NewPhone
	IDNumber string // of IDKind
}

// insertPeople checks and inserts people; set-based, for one and for a chunk.
func (s *Service) insertPeople(ctx context.Context, tx *store.Tx, project, batch int64, list []NewPerson) ([]Person, error) {
	pr, err := s.Project(ctx, tx, project)
	if err != nil {
		return nil, err
	}
	rows, phones := newValues(20), newValues(9)
	now := store.Micros(tx.Now())
	out := make([]Person, 0, len(list))
	for _, in := range list {
		p := in.Person
		p.Phones, err = checkPerson(&p, in.Phones, pr.AreaCode)
		if err != nil {
			return nil, err
		}
		if p.ID == 0 {
			p.ID = tx.NewID()
		}
		p.Project, p.Version, p.Batch = project, 1, batch
		digest := ""
		if n := identityForm(in.IDNumber); n != "" {
			if p.idRef, err = s.vault.Keep(ctx, tx, project, in.IDKind, n); err != nil {
				return nil, err
			}
			digest = s.vault.Digest(in.IDKind, n)
		} else {
			p.IDKind = ""
		}
		rows.add(project, p.ID, p.Kind, p.Name, p.Sex, p.Birthday, p.BirthdayPurpose, p.IDKind, p.idRef, digest, p.LegalRep, p.Address, p.Nationality, p.Facilities, p.Wishes, p.Note, sortName(p.Name), now, now, batch)
		addPhones(phones, tx, p, batch, nil)
		out = append(out, p)
	}
	if err := rows.insert(ctx, tx, `INSERT INTO estate_person (project_id, id, kind, name, sex, birthday, birthday_purpose, id_kind, id_ref, id_digest, legal_rep, address, nationality, facilities, wishes, note, sort, created_at, updated_at, batch_id) VALUES `); err != nil {
		return nil, err
	}
	return out, phones.insert(ctx, tx, insertPhone)
}

const insertPhone = `INSERT INTO estate_phone (project_id, id, person_id, number, ext, label, verified_at, place, batch_id) VALUES `

// addPhones queues the phones of p; one that was there keeps its time of
// confirmation unless it has just been confirmed again.
func addPhones(v *values, tx *store.Tx, p Person, batch int64, old []Phone) {
	for i := range p.Phones {
		ph := &p.Phones[i]
		ph.ID, ph.Person = tx.NewID(), p.ID
		if !ph.Verified.IsZero() {
			ph.Verified = tx.Now()
		}
		for _, o := range old {
			if o.Number.Key == ph.Number.Key && ph.Verified.IsZero() {
				ph.Verified = o.Verified
			}
		}
		v.add(p.Project, ph.ID, p.ID, ph.Number.Key, ph.Number.Ext, ph.Label, store.Micros(ph.Verified), i+1, batch)
	}
}

// SavePerson changes a person the actor saw at p.Version; phones are the whole
// new list. Errors: Invalid, Forbidden, NotFound, Conflict.
func (s *Service) SavePerson(ctx context.Context, actor auth.Actor, p Person, phones []NewPhone) (Person, error) {
	if err := need(actor, PermPerson, p.Project); err != nil {
		return p, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		old, err := s.Person(ctx, tx, p.Project, p.ID)
		if err != nil {
			return err
		}
		pr, err := s.Project(ctx, tx, p.Project)
		if err != nil {
			return err
		}
		if p.Phones, err = checkPerson(&p, phones, pr.AreaCode); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE estate_person SET kind = ?, name = ?, sex = ?, birthday = ?, birthday_purpose = ?, legal_rep = ?, address = ?, nationality = ?, facilities = ?, wishes = ?, note = ?, sort = ?, version = version + 1, updated_at = ?
WHERE project_id = ? AND id = ? AND version = ?`, p.Kind, p.Name, p.Sex, p.Birthday, p.BirthdayPurpose, p.LegalRep, p.Address, p.Nationality, p.Facilities, p.Wishes, p.Note, sortName(p.Name), store.Micros(tx.Now()), p.Project, p.ID, p.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return stale()
		}
		p.Version++
		if _, err := tx.Exec(ctx, "DELETE FROM estate_phone WHERE project_id = ? AND person_id = ?", p.Project, p.ID); err != nil {
			return err
		}
		rows := newValues(9)
		addPhones(rows, tx, p, 0, old.Phones)
		if err := rows.insert(ctx, tx, insertPhone); err != nil {
			return err
		}
		if err := s.keep(ctx, tx, actor, personChanges(old, p)); err != nil {
			return err
		}
		return s.indexPerson(ctx, tx, p.Project, p.ID, old.Name != p.Name)
	})
	return p, err
}

// personChanges keeps phones masked: the history says that a number changed,
// the number itself lies in one place only.
func personChanges(old, p Person) *changeLog {
	log := &changeLog{project: p.Project, entity: "person", id: p.ID, person: p.ID}
	log.note("kind", old.Kind, p.Kind)
	log.note("name", old.Name, p.Name)
	log.note("sex", old.Sex, p.Sex)
	log.note("birthday", old.Birthday, p.Birthday)
	log.note("legal_rep", old.LegalRep, p.LegalRep)
	log.note("address", old.Address, p.Address)
	log.note("nationality", old.Nationality, p.Nationality)
	log.note("facilities", old.Facilities, p.Facilities)
	log.note("wishes", old.Wishes, p.Wishes)
	log.note("note", old.Note, p.Note)
	if keysOf(old.Phones) != keysOf(p.Phones) {
		log.list = append(log.list, [3]string{"phones", maskedOf(old.Phones), maskedOf(p.Phones)})
	}
	return log
}

func keysOf(list []Phone) string {
	var keys []string
	for _, p := range list {
		keys = append(keys, p.Number.Key, p.Number.Ext, p.Label)
	}
	return strings.Join(keys, "|")
}

func maskedOf(list []Phone) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Number.Masked())
	}
	return strings.Join(out, "、")
}

// SetIdentity puts the number of a person's papers into the vault, replacing
// the one that was. Errors: Invalid, Forbidden, NotFound.
func (s *Service) SetIdentity(ctx context.Context, actor auth.Actor, project, person int64, kind, number string) error {
	if err := need(actor, PermPerson, project); err != nil {
		return err
	}
	number = identityForm(number)
	if err := checkIdentity(kind, number); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.Person(ctx, tx, project, person)
		if err != nil {
			return err
		}
		if p.idRef != 0 {
			if err := s.vault.Erase(ctx, tx, p.idRef); err != nil {
				return err
			}
		}
		ref, err := s.vault.Keep(ctx, tx, project, kind, number)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_person SET id_kind = ?, id_ref = ?, id_digest = ?, version = version + 1 WHERE project_id = ? AND id = ?",
			kind, ref, s.vault.Digest(kind, number), project, person); err != nil {
			return err
		}
		log := changeLog{project: project, entity: "person", id: person, person: person}
		log.note("identity", p.IDKind, kind+" ✓")
		return s.keep(ctx, tx, actor, &log)
	})
}

// openedWhy is the reason kept with a look that comes of changing somebody.
const openedWhy = "改资料"

// OpenedForChange records that the whole phones of a person were seen because
// their form was opened: who changes a number must read it, and the look leaves
// its trace like any other (PLT-02). Errors: Forbidden, NotFound.
func (s *Service) OpenedForChange(ctx context.Context, actor auth.Actor, project, person int64) error {
	if err := need(actor, PermPerson, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.Person(ctx, tx, project, person)
		if err != nil || len(p.Phones) == 0 {
			return err
		}
		return s.audit.Looked(ctx, tx, Look{Project: project, Actor: actor, Entity: "person", ID: person, Field: "phone", Reason: openedWhy})
	})
}

// Unmasked is what a recorded look at a person shows.
type Unmasked struct {
	Phones   []string
	IDKind   string
	Identity string
}

// Unmask shows the whole phones and, when identity is asked for too, the
// number of the papers. The look is recorded with its reason (PLT-02, LAW-03).
// Errors: Invalid (no reason), Forbidden, NotFound.
func (s *Service) Unmask(ctx context.Context, actor auth.Actor, project, person int64, identity bool, reason string) (Unmasked, error) {
	if err := need(actor, PermUnmask, project); err != nil {
		return Unmasked{}, err
	}
	if reason = text.Clean(reason); reason == "" {
		var f errs.Fields
		f.Add("reason", "estate.unmask.reason", "写明为什么要看，会留下记录。", "Say why you need it; the look is recorded.")
		return Unmasked{}, f.Err("estate.unmask.invalid")
	}
	var out Unmasked
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.Person(ctx, tx, project, person)
		if err != nil {
			return err
		}
		look := Look{Project: project, Actor: actor, Entity: "person", ID: person, Field: "phone", Reason: reason}
		for _, ph := range p.Phones {
			out.Phones = append(out.Phones, ph.Number.Local())
		}
		if err := s.audit.Looked(ctx, tx, look); err != nil || !identity || p.idRef == 0 {
			return err
		}
		look.Field, out.IDKind = "identity", p.IDKind
		if out.Identity, err = s.vault.Reveal(ctx, tx, p.idRef); err != nil {
			return err
		}
		return s.audit.Looked(ctx, tx, look)
	})
	return out, err
}

// PeopleByIdentity lists people whose papers have exactly this number.
func (s *Service) PeopleByIdentity(ctx context.Context, tx *store.Tx, project int64, kind, number string) ([]Person, error) {
	return store.All(ctx, tx, scanPerson, "SELECT "+personColumns+" FROM estate_live_person p WHERE p.project_id = ? AND p.id_digest = ? ORDER BY p.id", project, s.vault.Digest(kind, identityForm(number)))
}

// Contact is a person as reached in a unit.
type Contact struct {
	Person   int64
	Name     string
	Capacity string
	Unit     int64
	Plate    string // "3栋1单元"
	Room     string // "1502"
	Verified bool
}

// Callers lists who has a number exactly equal to the typed or signalled one,
// with each unit they hold now; a number shared by several households gives
// several. Verified numbers come first; the others are guesses (Verified false).
func (s *Service) Callers(ctx context.Context, tx *store.Tx, project int64, typed string) ([]Contact, error) {
	pr, err := s.Project(ctx, tx, project)
	if err != nil {
		return nil, err
	}
	n, err := phone.Parse(typed, pr.AreaCode)
	if err != nil {
		return nil, nil // a withheld or unreadable number belongs to nobody
	}
	return store.All(ctx, tx, func(scan store.Scan) (c Contact, err error) {
		var verified int64
		err = scan(&c.Person, &c.Name, &verified, &c.Capacity, &c.Unit, &c.Plate, &c.Room)
		c.Verified = verified != 0
		return c, err
	}, `SELECT p.id, p.name, ph.verified_at, coalesce(o.capacity, ''), coalesce(u.id, 0), coalesce(u.plate, ''), coalesce(u.room, '')
FROM estate_live_phone ph JOIN estate_person p ON p.id = ph.person_id
LEFT JOIN estate_occupancy o ON o.project_id = ph.project_id AND o.person_id = p.id AND (o.to_date = '' OR o.to_date >= ?)
LEFT JOIN estate_unit u ON u.id = o.unit_id
WHERE ph.project_id = ? AND ph.number = ?
ORDER BY CASE WHEN ph.verified_at = 0 THEN 1 ELSE 0 END, u.sort NULLS LAST, p.id`, today(tx), project, n.Key)
}
