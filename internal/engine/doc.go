// Package engine decides what happens to a case. It is pure: the same
// definition, figures, calendar, events and command give the same decision.
//
// It owns: folding events into a state, deciding a command, the options open
// to a person and what is missing, the clocks. It does not own: storing (casefile),
// the language (procedure). No SQL, no HTTP, no clock of its own.
// Start at Decide.
package engine
