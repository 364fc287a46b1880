// Package coverage plays the handbook's stories and says which rules they
// prove.
//
// It owns: playing a Story on a Stage, what its expectations mean, the report
// of rules and clauses, the mutations that take a clause's lever away. It does
// not own: the grammar of stories (scenario), the rules and definitions
// (procedure), what happens to a case (engine). A Stage is where a story is
// played: Memory has the engine alone; the application brings one with its
// rooms, database and pages. Start at Run, then Play.
package coverage
