package desk

import (
	"context"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Bell rings for people of the house; notice fills it.
type Bell interface {
	Tell(ctx context.Context, tx *store.Tx, n notice.Notice) error
}

// RingBy makes the desk hear what customers write themselves: bell rings, path
// is the page of a case. Without it nothing rings.
func (s *Service) RingBy(bell Bell, path func(casefile.Case) string) { s.bell, s.path = bell, path }

// deskRole hears what nobody of the house has taken in yet.
const deskRole = "desk"

// withReport is how soon after it a picture belongs to the report that rang.
const withReport = time.Minute

// hearCustomer rings when a customer reports something on a page of their own,
// and when they add a word later: who answers for the case would else learn of
// it by chance (DSK-01, DSK-05).
func (s *Service) hearCustomer(ctx context.Context, tx *store.Tx, ch casefile.Change) error {
	c := ch.Case
	if s.bell == nil || !reported[c.Procedure] {
		return nil
	}
	if ch.Opened {
		if c.Channel != "resident" || tx.Now().Sub(c.State.OpenedAt) > liveWithin {
			return nil
		}
		return s.sound(ctx, tx, c, notice.Notice{Role: deskRole, Text: text.B("住户报来："+c.Subject, "reported by the resident: "+c.Subject)})
	}
	for _, e := range ch.Events {
		if e.Kind != engine.EvNote && e.Kind != engine.EvAmend || e.Data["from"] != "customer" || tx.Now().Sub(e.At) > liveWithin {
			continue
		}
		if e.At.Sub(c.State.OpenedAt) < withReport {
			continue
		}
		key := "text"
		if e.Kind == engine.EvAmend { // pictures alone
			key = "reason"
		}
		words, _ := e.Data[key].(string)
		words = text.Cut(words, 60)
		for _, n := range answerFor(c.State) {
			n.Text = text.B("住户补充："+words, "the resident adds: "+words)
			if err := s.sound(ctx, tx, c, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// answerFor addresses who answers for a case and who works on it, the desk where
// it is nobody's.
func answerFor(s engine.State) []notice.Notice {
	var list []notice.Notice
	if s.Owner > 0 {
		list = append(list, notice.Notice{Account: s.Owner})
	}
	if s.Assignee > 0 && s.Assignee != s.Owner {
		list = append(list, notice.Notice{Account: s.Assignee})
	}
	if len(list) == 0 {
		list = append(list, notice.Notice{Role: deskRole})
	}
	return list
}

func (s *Service) sound(ctx context.Context, tx *store.Tx, c casefile.Case, n notice.Notice) error {
	n.Project, n.Case, n.Link = c.Project, c.ID, s.path(c)
	n.Text.ZH, n.Text.EN = c.Number+" "+n.Text.ZH, c.Number+" "+n.Text.EN
	return s.bell.Tell(ctx, tx, n)
}
