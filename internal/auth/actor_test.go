package auth_test

import (
	"testing"

	"guanjia/internal/auth"
)

// proves PLT-02: nobody looked up means no rights
func TestZeroActorIsNobody(t *testing.T) {
	t.Parallel()
	from, ok := auth.From(t.Context())
	for name, a := range map[string]auth.Actor{"zero": {}, "empty context": from} {
		if ok || a.IsSystem() || a.May("desk.call.take", 0) || a.May(auth.LoggedIn, 0) || !a.May(auth.Public, 0) {
			t.Errorf("%s: a visitor has rights", name)
		}
	}
	if !auth.System.May("desk.call.take", 3) || !auth.System.WithPermissions(nil).IsSystem() {
		t.Error("the system lacks rights")
	}
}
