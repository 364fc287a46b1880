package desk

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Alarm was raised by words of danger in live intake, before any kind was
// chosen. It rings until a named person takes it over.
type Alarm struct {
	Project  int64
	ID       int64
	Danger   string // gas, fire, trapped, injury …
	Words    string
	Unit     int64
	Call     int64
	Case     int64
	RaisedBy int64
	RaisedAt time.Time
	SeenBy   int64
	SeenAt   time.Time
}

const alarmColumns = `project_id, id, danger, words, unit_id, call_id, case_id, raised_by, raised_at, seen_by, seen_at`

func scanAlarm(scan store.Scan) (Alarm, error) {
	var a Alarm
	var raised, seen int64
	err := scan(&a.Project, &a.ID, &a.Danger, &a.Words, &a.Unit, &a.Call, &a.Case, &a.RaisedBy, &raised, &a.SeenBy, &seen)
	a.RaisedAt, a.SeenAt = store.Time(raised), store.Time(seen)
	return a, err
}

// repeatAfter is how long the same danger at the same desk counts as one
// alarm: typing on must not raise it with every key.
const repeatAfter = 10 * time.Minute

// Raise raises an alarm, once for the same danger from the same desk.
func (s *Service) Raise(ctx context.Context, actor auth.Actor, a Alarm) (Alarm, error) {
	if err := allow(actor, PermDesk, a.Project); err != nil {
		return a, err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := store.All(ctx, tx, scanAlarm, "SELECT "+alarmColumns+` FROM desk_alarm
			WHERE project_id = ? AND danger = ? AND raised_by = ? AND unit_id = ? AND raised_at > ? ORDER BY raised_at DESC LIMIT 1`,
			a.Project, a.Danger, actor.Account, a.Unit, store.Micros(tx.Now().Add(-repeatAfter)))
		if err != nil {
			return err
		}
		if len(open) > 0 {
			a = open[0]
			return nil
		}
		a.RaisedBy = actor.Account
		return s.ringAlarm(ctx, tx, &a)
	})
	return a, err
}

func (s *Service) ringAlarm(ctx context.Context, tx *store.Tx, a *Alarm) error {
	a.ID, a.RaisedAt = tx.NewID(), tx.Now()
	a.Words = text.Cut(text.Clean(a.Words), 500)
	s.tell(tx, a.Project, "alarms")
	_, err := tx.Exec(ctx, "INSERT INTO desk_alarm ("+alarmColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
		a.Project, a.ID, a.Danger, a.Words, a.Unit, a.Call, a.Case, a.RaisedBy, store.Micros(a.RaisedAt))
	return err
}

// Heed makes the desk listen for words of danger in what is taken in; dangers
// names those that words speak of. Without it only Raise alarms.
func (s *Service) Heed(dangers func(said string) []string) { s.dangers = dangers }

// liveWithin is how fresh a report must be to ring: files of old letters and
// histories are no emergencies.
const liveWithin = 15 * time.Minute

// reported are the kinds somebody reports; the words of visits, surveys and
// analyses are the centre's own.
var reported = map[string]bool{"repair": true, "complaint": true, "enquiry": true}

// Heard is told of every change of a case, in its transaction.
func (s *Service) Heard(ctx context.Context, tx *store.Tx, ch casefile.Change) error {
	if err := s.followPromises(ctx, tx, ch); err != nil {
		return err
	}
	if err := s.hearCustomer(ctx, tx, ch); err != nil {
		return err
	}
	return s.hearDanger(ctx, tx, ch)
}

// hearDanger rings on words of danger, whoever took the matter in: the desk's
// form, a resident's page or a program. An alarm that rang while the desk was
// typing gets the case and does not ring twice.
func (s *Service) hearDanger(ctx context.Context, tx *store.Tx, ch casefile.Change) error {
	c := ch.Case
	if !ch.Opened || s.dangers == nil || !reported[c.Procedure] || c.Channel == "system" || tx.Now().Sub(c.State.OpenedAt) > liveWithin {
		return nil
	}
	for _, danger := range s.dangers(c.Words) {
		by := ch.Events[0].Actor.ID
		typed, err := store.All(ctx, tx, scanAlarm, "SELECT "+alarmColumns+` FROM desk_alarm
			WHERE project_id = ? AND danger = ? AND raised_by = ? AND case_id = 0 AND (unit_id = ? OR unit_id = 0) AND raised_at > ? ORDER BY raised_at DESC LIMIT 1`,
			c.Project, danger, by, c.Unit, store.Micros(tx.Now().Add(-repeatAfter)))
		if err != nil {
			return err
		}
		if len(typed) > 0 {
			if _, err := tx.Exec(ctx, "UPDATE desk_alarm SET case_id = ?, unit_id = ? WHERE project_id = ? AND id = ?", c.ID, c.Unit, c.Project, typed[0].ID); err != nil {
				return err
			}
			s.tell(tx, c.Project, "alarms")
			continue
		}
		if err := s.ringAlarm(ctx, tx, &Alarm{Project: c.Project, Danger: danger, Words: c.Words, Unit: c.Unit, Case: c.ID, RaisedBy: by}); err != nil {
			return err
		}
	}
	return nil
}

// Acknowledge records who took the alarm over; the second one is told who was
// first.
func (s *Service) Acknowledge(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := allow(actor, PermAlarm, project); err != nil {
		return err
	}
	if actor.Account == 0 {
		return errs.New(errs.Forbidden, "desk.alarm.nobody", "警报要由具名的人接手。", "An alarm is taken over by a named person.")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		s.tell(tx, project, "alarms")
		n, err := tx.Exec(ctx, "UPDATE desk_alarm SET seen_by = ?, seen_at = ? WHERE project_id = ? AND id = ? AND seen_at = 0",
			actor.Account, store.Micros(tx.Now()), project, id)
		if err == nil && n == 0 {
			return errs.New(errs.Conflict, "desk.alarm.taken", "这条警报已经有人接手。", "Somebody has already taken this alarm over.")
		}
		if err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "desk.alarm", "confirm", id, nil)
	})
}

// OpenAlarms lists the alarms nobody has taken over, oldest first.
func (s *Service) OpenAlarms(ctx context.Context, tx *store.Tx, project int64) ([]Alarm, error) {
	return store.All(ctx, tx, scanAlarm, "SELECT "+alarmColumns+
		" FROM desk_alarm WHERE project_id = ? AND seen_at = 0 ORDER BY raised_at, id LIMIT 20", project)
}
