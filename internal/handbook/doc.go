// Package handbook shows the handbook to the people who work by it: rules with
// their state, procedures with chart, steps and clocks, the figures of the
// profiles side by side.
//
// It owns: these pages. It does not own: the data (folder handbook), reading
// and drawing it (procedure), proving it (coverage), publishing a new version. It
// has no tables. Start at Service.
package handbook
