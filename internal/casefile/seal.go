package casefile

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"guanjia/internal/engine"
)

// intake is what a case keeps outside its log: who said what about which unit.
// The opening event carries its salted digest.
type intake struct {
	Number, Procedure, Channel, Subject, Words, Place, Caller, Phone string
	Unit, Customer, Parent                                           int64
}

// newSeal makes the salt of a case.
func newSeal() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}

// intakeDigest is what the opening event says about the words of c.
func intakeDigest(seal string, c Case) (string, error) {
	s, err := encode(intake{
		Number: c.Number, Procedure: c.Procedure, Channel: c.Channel, Subject: c.Subject, Words: c.Words, Place: c.Place, Caller: c.Caller, Phone: c.Phone,
		Unit: c.Unit, Customer: c.Customer, Parent: c.Parent,
	})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(seal + s))
	return hex.EncodeToString(sum[:]), nil
}

// pinned are the versions that the log says a case runs under: those it was
// opened with, and calendars it was stamped with since.
type pinned struct{ definition, figures, calendar string }

func pinnedBy(events []engine.Event) pinned {
	var p pinned
	for _, e := range events {
		for key, hash := range map[string]*string{"definition": &p.definition, "figures": &p.figures, "calendar": &p.calendar} {
			if s, ok := e.Data[key].(string); ok && (e.Kind == engine.EvOpened || key == "calendar" && e.Kind == engine.EvNote && e.Actor.ID == 0) {
				*hash = s
			}
		}
	}
	return p
}
