package casefile

import (
	"context"
	"maps"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// About is the command that sets which unit a case is of and whose it is: what
// nobody could say at the intake is filled in, what was wrong is corrected with
// a reason. 0 is none.
func About(unit, customer int64, reason string) engine.Command {
	return engine.Command{Kind: engine.EvAbout, Data: map[string]any{"unit": unit, "customer": customer, "reason": reason}}
}

// setAbout is c about the unit and customer that data names, and data with
// what stood there before, so that the digest of the intake can still be
// proved. A name and a number are taken over only where nobody gave any. A
// part that data does not name stays. Errors: NotFound.
func (s *Service) setAbout(ctx context.Context, tx *store.Tx, c Case, events []engine.Event, given map[string]any) (Case, map[string]any, error) {
	data := map[string]any{}
	if why, ok := given["reason"]; ok {
		data["reason"] = why
	}
	data["was_unit"], data["was_customer"] = c.Unit, c.Customer
	first := aboutOf(events).first(c)
	if unit, ok := given["unit"].(int64); ok && unit != c.Unit {
		c.Unit, c.Plate, c.Building = unit, "", 0
		if unit != 0 && s.cfg.Units != nil {
			u, err := s.cfg.Units.Unit(ctx, tx, c.Project, unit)
			if err != nil {
				return c, nil, err
			}
			c.Plate, c.Building = u.Plate, u.Building
		}
	}
	if who, ok := given["customer"].(int64); ok && who != c.Customer {
		c.Customer = who
		c.Caller, c.Phone = first.Caller, first.Phone
		if who != 0 && s.cfg.People != nil {
			p, err := s.cfg.People.Customer(ctx, tx, c.Project, who)
			if err != nil {
				return c, nil, err
			}
			if c.Caller == "" {
				c.Caller = p.Name
			}
			if c.Phone == "" && c.Caller == p.Name { // somebody else who called is not reached there
				c.Phone = p.Phone
			}
		}
	}
	if c.Unit < 0 || c.Customer < 0 {
		return c, nil, errs.New(errs.Invalid, "casefile.about", "没有这个房屋或客户。", "There is no such unit or customer.")
	}
	data["unit"], data["customer"], data["plate"] = c.Unit, c.Customer, c.Plate
	data["caller_filled"], data["phone_filled"] = first.Caller != c.Caller, first.Phone != c.Phone
	maps.DeleteFunc(data, func(_ string, v any) bool { return v == false })
	return c, data, nil
}

// abouts are the events that set unit and customer.
type abouts []map[string]any

func aboutOf(events []engine.Event) (list abouts) {
	for _, e := range events {
		if e.Kind == engine.EvAbout {
			list = append(list, e.Data)
		}
	}
	return list
}

// first is c as it was taken in.
func (a abouts) first(c Case) Case {
	if len(a) == 0 {
		return c
	}
	c.Unit, _ = a[0]["was_unit"].(int64)
	c.Customer, _ = a[0]["was_customer"].(int64)
	now := a[len(a)-1]
	if now["caller_filled"] == true {
		c.Caller = ""
	}
	if now["phone_filled"] == true {
		c.Phone = ""
	}
	return c
}

// last is what the log says c is about.
func (a abouts) last(c Case) (unit, customer int64) {
	if len(a) == 0 {
		return c.Unit, c.Customer
	}
	now := a[len(a)-1]
	unit, _ = now["unit"].(int64)
	customer, _ = now["customer"].(int64)
	return unit, customer
}
