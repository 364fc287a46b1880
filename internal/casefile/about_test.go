package casefile_test

import (
	"context"
	"testing"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
)

// What nobody could say at the intake is set later: columns, lists, folder and
// log follow, the digest of the intake stays proved; what stood there changes
// only with a reason, once for each key.
func TestUnitAndCustomerAreSetLater(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		in := leak()
		in.Procedure, in.Fields, in.Unit, in.Customer, in.Caller, in.Phone = "enquiry", nil, 0, 0, "", ""
		c := d.open(lin, in)
		set := func(cmd engine.Command, key string, version int) (casefile.Case, error) {
			return d.svc.Do(ctx, lin, casefile.Doing{Case: c.ID, Version: version, Key: key, Command: cmd})
		}
		if _, err := set(casefile.About(9999, 0, ""), "", 0); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a unit of nowhere: %v", err)
		}
		if _, err := set(casefile.About(0, 0, ""), "", 0); errs.KindOf(err) != errs.Invalid {
			t.Errorf("nothing new: %v", err)
		}
		got, err := set(casefile.About(1502, 77, ""), "k1", c.State.Version)
		if err != nil {
			t.Fatal(err)
		}
		if got.Unit != 1502 || got.Building != 3 || got.Plate != "3栋1单元-1502" || got.Customer != 77 || got.Caller != "赵敏" || got.Phone != "13900002222" {
			t.Errorf("%+v", got)
		}
		if again, err := set(casefile.About(1502, 77, ""), "k1", c.State.Version); err != nil || again.State.Version != got.State.Version {
			t.Errorf("the same again: %d, %v", again.State.Version, err)
		}
		if _, err := set(casefile.About(1502, 78, "认错人"), "", c.State.Version); errs.KindOf(err) != errs.Conflict {
			t.Errorf("who saw an older one: %v", err)
		}
		for name, f := range map[string]casefile.Filter{"unit": {Unit: 1502}, "building": {Building: 3}, "customer": {Customer: 77}} {
			if p := d.list(lin, f); len(p.Cases) != 1 {
				t.Errorf("by %s: %d", name, len(p.Cases))
			}
		}
		d.clean()
		if _, err := set(casefile.About(1502, 78, ""), "", 0); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a correction without why: %v", err)
		}
		if got, err = set(casefile.About(1502, 78, "认错人"), "", 0); err != nil || got.Customer != 78 || got.Caller != "周慧兰" {
			t.Errorf("corrected: %+v, %v", got, err)
		}
		d.clean()
		d.exec("UPDATE casefile_case SET unit_id = 0 WHERE id = ?", c.ID)
		if v := d.verified(); len(v.Findings) == 0 {
			t.Error("a unit changed behind the log is not found")
		}
	})
}
