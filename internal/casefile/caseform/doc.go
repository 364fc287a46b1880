// Package caseform draws the fields a step asks for and reads the answers back.
//
// It owns: one control for each type of field, and the way from a typed answer
// to a typed value. It does not own: which fields are required (engine) nor any
// page: case pages, the desk and the pages for the hand all use it.
// Start at Asks and Read.
package caseform
