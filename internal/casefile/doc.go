// Package casefile stores and runs cases (事项): number, unit, customer, owner,
// words, events, clocks, tasks.
//
// It owns: the case tables, opening and doing, numbers, the timer that fires
// levels, lists. It does not own: what follows from an event (engine), the
// language (procedure), who lives where (estate), calls and promises (desk).
// Start at Service.
package casefile
