package center_test

import (
	"net/http"
	"testing"

	"guanjia/e2e/center"
)

// Each lands where their work is: an administrator at the users, not at papers
// that somebody else brings in.
func TestWhereEachLands(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		c.Hire("root", "admin", 0)
		c.Hire("accounts", "admin", c.Project.ID)
		c.Hire("guard", "guard", c.Project.ID)
		for who, to := range map[string]string{
			"root": "/users", "accounts": "/p/lin/users", "technician": "/p/lin/work", "desk": "/p/lin/today", "director": "/p/lin/today",
			"guard": "/p/lin/today", "auditor": "/p/lin/units",
		} {
			if got := c.Get(who, "/").Want(t, http.StatusSeeOther).To; got != to {
				t.Errorf("%s lands at %s, not at %s", who, got, to)
			}
		}
	})
}
