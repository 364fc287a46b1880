package caseweb

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/procedure"
)

// proves DSK-07: a button that declines says where the matter goes: a repair back
// to dispatch, an enquiry to the head of the department.
func TestDecliningSaysWhereItGoes(t *testing.T) {
	t.Parallel()
	book, problems := procedure.Load(handbook.FS)
	if procedure.Refused(problems) {
		t.Fatal(problems)
	}
	for name, want := range map[string]struct{ step, words string }{
		"repair": {"accept", "不接，退回派单"}, "enquiry": {"receipt", "不接受，报部门负责人"},
	} {
		step := book.Procedures[name].Step(want.step)
		if got := StepOutcome(step, "declined").ZH; got != want.words {
			t.Errorf("%s: %q, want %q", name, got, want.words)
		}
	}
}
