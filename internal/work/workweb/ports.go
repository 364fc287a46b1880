package workweb

import (
	"context"
	"io"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Handbook is what the pages read of the handbook in force.
type Handbook interface {
	Stamp(project int64, procedure string) (casefile.Stamp, error)
	// Role is a post in words.
	Role(id string) text.Both
}

// Attachments keeps photos that belong to a case.
type Attachments interface {
	// Keep stores one file and returns its reference; the same content on the
	// same case is kept once.
	Keep(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error)
	// KeepPicture is Keep for what must be a picture; anything else is Invalid.
	KeepPicture(ctx context.Context, actor auth.Actor, project, caseID int64, name string, r io.Reader) (string, error)
	// Hung is what hangs on a case, by reference.
	Hung(ctx context.Context, project, caseID int64) (map[string]caseweb.Hung, error)
}

// Customers knows how the customer of a case is reached.
type Customers interface {
	// Reach is name and number (digits, "" when none is known).
	Reach(ctx context.Context, tx *store.Tx, c casefile.Case) (name, phone string, err error)
}

// Member is somebody who can be sent.
type Member struct {
	Account int64
	Name    string
}

// Crew lists the technicians of a project by name.
type Crew interface {
	Crew(ctx context.Context, tx *store.Tx, project int64) ([]Member, error)
}

// Buildings names the buildings of a project in their order.
type Buildings interface {
	Buildings(ctx context.Context, tx *store.Tx, project int64) ([]Building, error)
}

// Building is one building.
type Building struct {
	ID   int64
	Name string
}

// Kit says what to bring for a fault, from the handbook; zero when nothing is
// written.
type Kit interface {
	Bring(fault string) text.Both
}
