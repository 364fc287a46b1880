// Package scenario reads the dated stories that prove the handbook.
//
// It owns: the grammar of handbook/scenarios/README.md, a Story with typed
// sentences and expectations, refusals with file and line. It does not own:
// playing a story (whoever runs coverage), procedures and their outcomes
// (procedure), which rules exist (procedure.LoadRules). It is pure. Start at
// Parse.
package scenario
