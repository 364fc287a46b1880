package care

import (
	"context"
	"fmt"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
)

// Analyse opens the analysis of a problem seen often: cause and preventive
// measure, read by the supervisor and the director, measured again after it
// (DSK-18, CMP-13). The same problem and period open it once.
func (s *Service) Analyse(ctx context.Context, actor auth.Actor, project int64, problem, period string, count int64) (casefile.Case, error) {
	if err := allow(actor, PermFigures, project); err != nil {
		return casefile.Case{}, err
	}
	return s.cases.Open(ctx, actor, casefile.Opening{
		Project: project, Procedure: "analysis", Channel: "own", Subject: problem, Words: problem,
		Fields: map[string]any{"problem": problem, "period": period, "count": count},
		Key:    fmt.Sprintf("care.analysis %s %s %d", period, problem, count),
	})
}
