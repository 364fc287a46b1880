package procedure

import "guanjia/internal/text"

// Figures are the values of one profile, with a project's overrides on top: a
// tree read by dotted path. Immutable; Hash names its content.
type Figures struct {
	Profile string
	Title   text.Both
	Hash    string
	Source  string
	root    any
}

// Role is a post in the handbook and the permissions it holds.
type Role struct {
	ID          string
	Title       text.Both
	Permissions []string
	Pos         Pos
}

// Rule is one rule of the handbook with the clauses that carry it.
type Rule struct {
	ID      string
	Title   text.Both
	Source  string
	Clauses []Clause
	Pos     Pos
}

// Clause is one checkable part of a rule.
type Clause struct {
	Text  text.Both
	Lever string // what carries it: "step repair.accept", "figure repair.leak.arrive", "action estate.confirm@1", "route GET /…", "table …"
	Later string // the room that will carry it, "" when carried now
	Pos   Pos
}
