package caseweb_test

import (
	"context"
	"net/http"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

// What ended a step that waited is said by the step, not as a message from outside.
func TestTheHistorySaysWhichWaitingEnded(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		k, err := c.Cases.Open(ctx, c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "survey", Channel: "phone", Words: "年度征询",
			Fields: map[string]any{"subject": "年度征询", "questions": []map[string]any{{"ask": "满意吗"}}, "until": "2026-12-20"},
		})
		c.Check(err)
		if k.State.Step == "plan" {
			k = c.Do("desk", k, "plan", "", nil, nil)
		}
		k = c.Do("supervisor", k, "approve", "approved", nil, nil)
		k = c.Do("desk", k, "send", "", map[string]any{"sent": int64(10)}, nil)
		_, err = c.Cases.Do(ctx, c.Actor("desk"), casefile.Doing{Case: k.ID, Command: engine.Command{Kind: engine.EvExternal, Data: map[string]any{"name": "complete"}}})
		c.Check(err)
		c.Get("desk", "/p/lin/cases/"+k.Number).Want(t, http.StatusOK).Has(t, "「回收」结束").Lacks(t, "收到外部消息")
	})
}
