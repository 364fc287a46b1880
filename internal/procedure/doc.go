// Package procedure turns the handbook's YAML into checked, typed definitions.
//
// It owns: the language of procedures (strict, with positions, a closed
// vocabulary), profiles and their figures, roles, rules and texts, the checker
// and its refusals, the layout of flow charts, the difference between two
// versions. It does not own: running a case (engine), storing one (casefile),
// reading files (callers hand it an fs.FS). It is pure: no SQL, no HTTP, no
// clock. Start at Definition, then Load and CheckHandbook; the language is
// described in handbook/procedures/README.md.
//
// Files: definition.go (what a procedure is), node.go, reader.go, read*.go
// (YAML to definition), cond.go (conditions), figures.go (profiles), check*.go
// (refusals), flow*.go and stops.go (charts), diff*.go and words.go (in words),
// rules.go and levers.go (rules and what carries them), texts.go (what is said).
package procedure
