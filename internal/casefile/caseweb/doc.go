// Package caseweb is the pages of cases: the day (今日), the list, the page of one
// case with the form of its next step.
//
// It owns: what these pages show and how an answer typed into a form becomes a
// command. It does not own: what may be done (engine) nor what is stored
// (casefile). Names of people and houses come through Names and Places.
// Start at New.
package caseweb
