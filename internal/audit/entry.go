package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Entry is one change, or one look at secret data.
type Entry struct {
	Actor   auth.Actor
	Project int64  // 0: company
	Action  string // room.noun.verb: "estate.person.change", "vault.value.look"
	Subject string // room.noun of what it concerns: "casefile.case"
	ID      int64  // which one
	// Data says what changed, before and after. It is append-only and outlives
	// an erasure: numbers, words of closed lists, references and keyed digests
	// only, never a personal value.
	Data map[string]any
}

// Record adds e to the trail in the transaction of the change: it exists
// exactly when tx commits. One insert, no lock.
func (s *Service) Record(ctx context.Context, tx *store.Tx, e Entry) error {
	data := []byte("{}")
	if len(e.Data) > 0 {
		var err error
		if data, err = json.Marshal(e.Data); err != nil {
			return fmt.Errorf("audit data of %s: %w", e.Action, err)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_entry (id, project_id, at, account_id, session_id, action, subject, subject_id, data, address, batch)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`, tx.NewID(), e.Project, store.Micros(s.clock.Now()), e.Actor.Account, e.Actor.Session,
		e.Action, e.Subject, e.ID, text.Clean(string(data)), text.Cut(text.Clean(e.Actor.Address), 64))
	return err
}

// subjectAccount is the subject of what auth reports.
const subjectAccount = "auth.account"

// RecordAuth makes the service auth's Trail.
func (s *Service) RecordAuth(ctx context.Context, tx *store.Tx, c auth.Change) error {
	return s.Record(ctx, tx, Entry{Actor: c.Actor, Project: c.Project, Action: c.Action, Subject: subjectAccount, ID: c.Account, Data: c.Data})
}

var _ auth.Trail = (*Service)(nil)

// Row is an entry as it is stored.
type Row struct {
	ID        int64
	Project   int64
	At        time.Time // security time
	Account   int64     // 0: the system, or a visitor who failed to log in
	Session   int64
	Action    string
	Subject   string
	SubjectID int64
	Data      string // JSON object
	Address   string
	Batch     int64 // 0: not sealed yet
}

const rowColumns = "id, project_id, at, account_id, session_id, action, subject, subject_id, data, address, batch"

func scanRow(scan store.Scan) (Row, error) {
	var r Row
	var at int64
	err := scan(&r.ID, &r.Project, &at, &r.Account, &r.Session, &r.Action, &r.Subject, &r.SubjectID, &r.Data, &r.Address, &r.Batch)
	r.At = store.Time(at)
	return r, err
}

// leaf is the digest of everything in r but its batch. Each field carries its
// length, so that no two rows give the same bytes.
func (r Row) leaf() [sha256.Size]byte {
	b := make([]byte, 0, 256)
	for _, n := range []int64{r.ID, r.Project, store.Micros(r.At), r.Account, r.Session, r.SubjectID} {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // bits, not a number
	}
	for _, f := range []string{r.Action, r.Subject, r.Data, r.Address} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f))) //nolint:gosec // a stored text is far shorter
		b = append(b, f...)
	}
	return sha256.Sum256(b)
}
