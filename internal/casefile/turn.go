package casefile

import (
	"slices"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// Turn narrows a list to the cases whose present step is one person's to do:
// the person the step names, or anybody of a post it names while the person is
// missing. A bill waits for the cashier though the work is still with the
// technician.
type Turn struct {
	account int64
	conds   []string
	args    []any
}

// TurnOf is the turn of actor among the kinds of a project.
func TurnOf(actor auth.Actor, project int64, kinds []*procedure.Definition) *Turn {
	t := &Turn{account: actor.Account}
	if actor.Account <= 0 || !actor.May(PermWork, project) {
		return t
	}
	roles := actor.Roles(project)
	for _, def := range kinds {
		var assignee, owner []any
		open := map[string][]any{} // steps of a post by the condition under which it falls to it
		for i := range def.Steps {
			step := &def.Steps[i]
			named := ""
			if slices.Contains(step.Who, "assignee") {
				assignee, named = append(assignee, step.Name), " AND c.assignee_id = 0"
			}
			if slices.Contains(step.Who, "owner") {
				owner, named = append(owner, step.Name), named+" AND c.owner_id = 0"
			}
			if slices.ContainsFunc(step.Who, func(w string) bool { return slices.Contains(roles, w) }) {
				open[named] = append(open[named], step.Name)
			}
		}
		t.or(def.Name, assignee, " AND c.assignee_id = ?", actor.Account)
		t.or(def.Name, owner, " AND c.owner_id = ?", actor.Account)
		for _, named := range []string{"", " AND c.assignee_id = 0", " AND c.owner_id = 0", " AND c.assignee_id = 0 AND c.owner_id = 0"} {
			t.or(def.Name, open[named], named)
		}
	}
	return t
}

func (t *Turn) or(kind string, steps []any, cond string, args ...any) {
	if len(steps) == 0 {
		return
	}
	t.conds = append(t.conds, "(c.procedure = ? AND c.step IN ("+store.Marks(len(steps))+")"+cond+")")
	t.args = append(append(append(t.args, kind), steps...), args...)
}

// narrow adds the turn to a query; nobody's turn finds nothing.
func (t *Turn) narrow(q *query) {
	if len(t.conds) == 0 {
		q.and("1 = 0")
		return
	}
	q.and("c.paused = 0 AND ("+strings.Join(t.conds, " OR ")+")", t.args...)
}
