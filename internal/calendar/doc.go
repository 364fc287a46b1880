// Package calendar knows what time it is and how handbook time is counted.
//
// It owns: the clock every room is given, the zone, Chinese statutory working
// days with make-up days, windows of business hours, and the arithmetic of
// limits (minutes, hours, days, working days). It does not own: which limit a
// case has (procedure figures) nor which calendar a project uses (estate).
// Imports internal/text and the standard library only. Start at Clock, then Calendar.
package calendar
