// Package jobs runs work after a transaction: enqueued in it, done at least
// once, retried with growing waits, unique when asked, periodic by clock.
//
// It owns: the job table, claiming, leases, retries, schedules. It does not own
// what a job does: rooms register a Spec. Start at Spec, Queue and Runner.
//
// A job is a row. A Runner takes due rows under a lease which it renews while
// the work goes on; a worker that dies leaves a lease that runs out, and the
// job runs again. Work must therefore bear being done twice.
package jobs
