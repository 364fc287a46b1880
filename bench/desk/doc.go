// Package desk measures the service desk beside a plain reference in the same
// run: taking in, listing, opening and finding cases, through the real handler
// with log-in, permission, idempotency, validation and search.
//
// It owns: the reference, the seeded data, the load and the report. It has no
// way past the pages: everything measured goes over HTTP. Start at Run;
// docs/measured-bench.md says what was reached.
package desk
