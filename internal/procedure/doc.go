// Package procedure turns the handbook's YAML into checked, typed definitions.
//
// It owns: the language of procedures (strict, with positions, a closed
// vocabulary), profiles and their figures, the checker and its refusals, the
// layout of flow charts, the difference between two versions. It does not own:
// running a case (engine), storing one (casefile), reading files (callers hand
// it an fs.FS). It is pure: no SQL, no HTTP, no clock. Start at Definition.
package procedure
