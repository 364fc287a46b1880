package caseweb

import (
	"context"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/web/ui"
)

// Worst is the clock a list shows for a case: the running one that falls due
// first, or what became of an ended case. Pages of other rooms show the same.
func Worst(ctx context.Context, c casefile.Case, now time.Time) ui.Chip { return worst(ctx, c, now) }

// ChipOf shows one running clock of a case.
func ChipOf(ctx context.Context, c casefile.Case, k engine.ClockState, now time.Time) ui.Chip {
	return clockChip(ctx, k, c.State.Pause, now)
}
