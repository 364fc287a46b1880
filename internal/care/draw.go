package care

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strconv"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/store"
)

// ofTenThousand is how finely shares are reckoned: whole numbers, so that two
// databases and two machines agree.
const ofTenThousand = 10_000

// leftOut reads follow_up.left_out (DSK-15): whether this finished case is
// among those not rung back, where the profile asks for a share (figure
// follow_up.share.repair). A case is drawn once, when the time for its
// follow-up has begun; before that, and without a share, nobody is left out.
func (s *Service) leftOut(ctx context.Context, tx *store.Tx, in module.FactInput) (any, error) {
	stamp, err := s.book.Stamp(in.Project, "repair")
	if err != nil {
		return nil, err
	}
	share, err := stamp.Figures.Share("follow_up.share.repair", nil)
	if err != nil || share >= 1 {
		return false, nil //nolint:nilerr // no such figure: everybody is rung back
	}
	drawn, err := store.One(ctx, tx, store.Value[int64], "SELECT left_out FROM care_draw WHERE project_id = ? AND case_id = ?", in.Project, in.Case)
	if err == nil {
		return drawn == 1, nil
	}
	if errs.KindOf(err) != errs.NotFound {
		return nil, err
	}
	cases, err := s.cases.ByIDs(ctx, tx, []int64{in.Case})
	if err != nil {
		return nil, err
	}
	c, ok := cases[in.Case]
	if !ok || !due(c.Clocks) {
		return false, nil
	}
	return s.draw(ctx, tx, in.Project, in.Case, leave(share))
}

// due reports whether the time to ring back has begun.
func due(clocks []engine.ClockState) bool {
	for _, k := range clocks {
		if k.Name == followClock {
			return !k.Started.IsZero()
		}
	}
	return false
}

// leave is the share of those left out, in ten-thousandths, rounded down: at
// least the share is followed up.
func leave(share float64) int64 {
	return ofTenThousand - int64(math.Ceil(math.Max(share, 0)*ofTenThousand-1e-6))
}

// draw decides about the next case of the month. Those left out never exceed
// their share of those drawn so far, at any moment of the month, and stay less
// than two behind it. Between these bounds a digest of the case decides, so
// that nobody at the work can tell in advance and an auditor can repeat it.
func (s *Service) draw(ctx context.Context, tx *store.Tx, project, caseID, leave int64) (bool, error) {
	month := tx.Now().Format(monthForm)
	if _, err := tx.Exec(ctx, "INSERT INTO care_tally (project_id, month, drawn, left_out) VALUES (?, ?, 1, 0) ON CONFLICT (project_id, month) DO UPDATE SET drawn = care_tally.drawn + 1",
		project, month); err != nil {
		return false, err
	}
	type tally struct{ drawn, out int64 }
	t, err := store.One(ctx, tx, func(scan store.Scan) (t tally, err error) {
		err = scan(&t.drawn, &t.out)
		return t, err
	}, "SELECT drawn, left_out FROM care_tally WHERE project_id = ? AND month = ?", project, month)
	if err != nil {
		return false, err
	}
	credit := t.drawn*leave/ofTenThousand - t.out
	out := credit >= 2 || credit == 1 && heads(project, month, caseID)
	if out {
		if _, err := tx.Exec(ctx, "UPDATE care_tally SET left_out = left_out + 1 WHERE project_id = ? AND month = ?", project, month); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO care_draw (project_id, case_id, month, place, left_out, at) VALUES (?, ?, ?, ?, ?, ?)",
		project, caseID, month, t.drawn, store.Bool(out), store.Micros(tx.Now()))
	return out, err
}

// heads is the coin of a case: even odds, the same whenever it is tossed again.
func heads(project int64, month string, caseID int64) bool {
	sum := sha256.Sum256([]byte("care.draw " + strconv.FormatInt(project, 10) + " " + month + " " + strconv.FormatInt(caseID, 10)))
	return binary.BigEndian.Uint64(sum[:])&1 == 0
}
