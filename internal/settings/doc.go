// Package settings is where a company opens projects and a project changes
// what is its own: its name, the profile it runs on, single figures, and days
// it counts differently.
//
// It owns: these pages and the way from lines people type to overrides. It does
// not own: projects (estate), what a figure means (procedure), how days count
// (calendar), cases that are stamped anew (casefile). No tables. Start at New.
package settings
