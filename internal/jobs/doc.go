// Package jobs runs work after a transaction: enqueued in it, done at least
// once, retried with growing waits, unique when asked, periodic by clock.
//
// It owns: the job table, claiming, retries, schedules. It does not own what a
// job does: rooms register a Spec. Start at Spec and Runner.
package jobs
