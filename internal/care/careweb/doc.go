// Package careweb is the pages of follow-up, visits, surveys and the counts of
// the month.
//
// It owns: what these pages show and take. It does not own: any rule or table
// (care), the forms of steps (caseform). Start at Pages.
package careweb

//go:generate go tool templ generate -path .
