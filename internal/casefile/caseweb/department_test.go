package caseweb_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"guanjia/e2e/center"
	"guanjia/internal/casefile"
)

var options = regexp.MustCompile(`(?s)<select[^>]*name="assignee".*?</select>`)

// A complaint goes to its department: the head is offered first, others after,
// nobody is chosen for the desk, and the case says department, not trade.
// proves CMP-02
func TestAComplaintGoesToItsDepartment(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		c.Hire("department_head", "department_head", c.Project.ID)
		k, err := c.Cases.Open(context.Background(), c.Actor("desk"), casefile.Opening{
			Project: c.Project.ID, Procedure: "complaint", Channel: "phone", Unit: c.Unit.ID, Customer: c.Owner.ID, Caller: c.Owner.Name, Phone: phone, Words: "修了三次还漏",
			Fields: map[string]any{"against": "engineering", "kind": "service", "wants": "修好", "harm": "no", "heated": "no", "written": "no"},
		})
		c.Check(err)
		k = c.Do("desk", k, "grade", "done", map[string]any{"grade": "minor"}, nil)
		path := "/p/lin/cases/" + k.Number
		list := options.FindString(c.Get("desk", path).Want(t, http.StatusOK).Body)
		first, head, other := strings.Index(list, "部门里先接手的人"), strings.Index(list, "department_head（部门负责人）"), strings.Index(list, "technician")
		if first < 0 || head < first || other < head || strings.Contains(list, "selected") && !strings.Contains(list[:head], "selected") {
			t.Errorf("offered: %s", list)
		}
		send := url.Values{"step": {"assign"}, "outcome": {"sent"}, "version": {strconv.Itoa(k.State.Version)}, "assignee": {""}}
		c.Post("desk", path+"/do", send).Want(t, http.StatusSeeOther)
		c.Get("desk", path).Want(t, http.StatusOK).Has(t, "工程部", "完成「交责任部门」：派给 工程部").Lacks(t, "工种")
		if now := c.Case(k.ID); now.State.Team != "engineering" {
			t.Errorf("it went to %q", now.State.Team)
		}
		mine := "/p/lin/cases?view=mine"
		c.Get("department_head", mine).Want(t, http.StatusOK).Lacks(t, k.Number)
		k = c.Do("supervisor", c.Case(k.ID), "contact", "not_reached", nil, nil)
		if k.State.Assignee != 0 {
			t.Errorf("the supervisor who helped out has it: %d", k.State.Assignee)
		}
		// Whoever of the department works on it first has it from then on.
		k = c.Do("department_head", k, "contact", "reached", map[string]any{"heard": "还在漏"}, map[string]any{"takes": c.Actor("technician").Account})
		if k.State.Assignee != c.Actor("department_head").Account || k.State.Team != "engineering" {
			t.Errorf("it is with account %d of %q", k.State.Assignee, k.State.Team)
		}
		c.Get("department_head", mine).Want(t, http.StatusOK).Has(t, k.Number)
		c.Get("desk", path).Want(t, http.StatusOK).Has(t, "完成「首次联系」，由此经办")
		k = c.Do("desk", k, "inform", "told", map[string]any{"told": "下午去看"}, map[string]any{"takes": c.Actor("desk").Account})
		if k.State.Assignee != c.Actor("department_head").Account {
			t.Errorf("telling the customer took it: account %d", k.State.Assignee)
		}
	})
}

// What goes to the developer's contractor is nobody's of the house, unless one
// is named to follow it up: none is chosen beforehand.
func TestWorkOutsideIsNobodysOfTheHouse(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		k := c.Repair("外窗渗水")
		k = c.Do("desk", k, "dispatch", "sent", nil, map[string]any{"account": c.Actor("technician").Account})
		k = c.Do("technician", k, "accept", "accepted", nil, nil)
		k = c.Do("technician", k, "arrive", "arrived", nil, nil)
		k = c.Do("technician", k, "look", "done", map[string]any{"cause": "窗框没打胶", "charge": "warranty"}, nil)
		at := "/p/lin/cases/" + k.Number
		c.Get("desk", at).Want(t, http.StatusOK).Has(t, "谁跟进", `<option value="" selected>不指定`).Lacks(t, "先到先接")
		form := url.Values{"step": {"contractor"}, "outcome": {"sent"}, "version": {strconv.Itoa(k.State.Version)}, "assignee": {""}, "field.contractor": {"东方建工"}}
		c.Post("desk", at+"/do", form).Want(t, http.StatusSeeOther)
		if got := c.Case(k.ID).State; got.Step != "returned" || got.Team != "developer" || got.Assignee != 0 {
			t.Errorf("at %s with %q, account %d", got.Step, got.Team, got.Assignee)
		}
	})
}
