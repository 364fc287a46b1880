// Package handbook shows the handbook to the people who work by it: rules with
// their state, procedures with chart, steps and clocks, the figures of the
// profiles side by side; and it keeps the changes of it until somebody has
// looked at them (PLT-06).
//
// It owns: these pages, the versions of the handbook, changes and their review.
// It does not own: the data (folder handbook), reading, checking, drawing and
// comparing it (procedure), proving it (coverage), what a change does to the
// house (app). Start at Service for the pages, at Change and Review for changes.
package handbook
