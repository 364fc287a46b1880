// Package backup copies everything an installation keeps into one file while
// it runs, and brings it back, into SQLite or PostgreSQL alike (PLT-03, PLT-11).
//
// It owns: the archive's form, the table walk, digests, the drill. It does not
// own: what the tables mean. Tables a room calls derived (search indexes) are
// left out and rebuilt by their room. The key for personal data is never in a
// backup. Start at Write, then Restore and Drill.
//
// An archive is a gzipped tar: tables/NAME.ndjson (first line the columns, then
// one array a row), files/PATH (attachments), and last manifest.json with the
// migrations, the rows and the digest of each. The digest of a table does not depend
// on the order of rows or columns, so that both databases give the same.
package backup
