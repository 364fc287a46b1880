// Package casefile stores and runs cases (事项): number, unit, customer, owner,
// words, events, clocks, what is filed.
//
// It owns: the case tables, opening and doing, numbers, idempotency, the stored
// versions a case is pinned to, the timer that fires levels, lists, verifying
// the log. It does not own: what follows from an event (engine), the language
// (procedure), who lives where (estate), calls and promises (desk).
// Start at Service.
//
// Events are append-only and chained within the case. Everything else about a
// case — state, clocks, indexed fields — is a cache written in the transaction
// of the event; Verify recomputes it from the log.
package casefile
