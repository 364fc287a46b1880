package handbook

import (
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// ChangeSort says what a change changes.
type ChangeSort string

// The sorts.
const (
	OfHandbook ChangeSort = "handbook" // procedures, profiles, roles, texts of the company
	OfProject  ChangeSort = "project"  // profile, own figures and own days of a project
)

// ChangeState is how far a change has come.
type ChangeState string

// The states.
const (
	Waiting   ChangeState = "waiting"
	Approved  ChangeState = "approved" // takes effect from From on
	Refused   ChangeState = "refused"
	InForce   ChangeState = "in_force"
	Past      ChangeState = "past"      // something else took its place
	Withdrawn ChangeState = "withdrawn" // by who proposed it, before anybody decided
)

// Change is one change of the handbook on its way into force (PLT-06): what
// stood before, what is to stand, who proposed it, who looked at it.
type Change struct {
	ID, Project   int64 // Project 0: of the whole company
	Sort          ChangeSort
	Before, After string // hashes of versions, or the settings of a project as JSON
	Reason        string
	State         ChangeState
	By            int64 // account; 0: it came with the program or its folder
	At            time.Time
	Decided       int64 // account; 0: nobody
	DecidedAt     time.Time
	Note          string
	From          time.Time // when it takes effect, business time
	InForceAt     time.Time
}

// open reports whether it can still be decided. A refused handbook may be
// approved later: it would come again only with another program.
func (c Change) open() bool {
	return c.State == Waiting || c.State == Refused && c.Sort == OfHandbook
}

// Preview is what a change would do.
type Preview struct {
	Differences []procedure.Change
	Findings    []procedure.Problem // of the checker, that the present state does not have
	Running     []Running           // open cases that finish as they began
}

// Refused reports whether the checker refuses the change.
func (p Preview) Refused() bool { return procedure.Refused(p.Findings) }

// Running counts the open cases of one procedure.
type Running struct {
	Procedure string
	Title     text.Both
	Cases     int
}

func noChange() error {
	return errs.New(errs.NotFound, "handbook.change.none", "没有这项改动，请从改动列表里选。", "There is no such change; choose one from the list.")
}

func changeWaits() error {
	return errs.New(errs.Conflict, "handbook.change.waits", "本项目已有一项改动等待复核，这次的没有保存。请先复核、退回或撤回那一项。",
		"A change of this project waits for its review already; this one was not saved. Approve, refuse or withdraw that one first.")
}

func decidedAlready() error {
	return errs.New(errs.Conflict, "handbook.change.decided", "这项改动已经有人复核过了，请看最新状态。", "Somebody has decided this change meanwhile; look at how it stands now.")
}

func ownChange() error {
	return errs.New(errs.Forbidden, "handbook.change.own", "自己提出的改动要由别人复核，没有改动任何内容。", "A change of your own is reviewed by somebody else; nothing was changed.")
}

func notYours() error {
	return errs.New(errs.Forbidden, "handbook.change.not_yours", "只有提出的人能撤回。", "Only who proposed it may withdraw it.")
}

func checkerRefuses() error {
	return errs.New(errs.Invalid, "handbook.change.refused", "检查没有通过，这项改动不能生效。请按检查结果改好再提出。", "The checker refuses this change; it cannot take effect. Mend what it names and propose it again.")
}
