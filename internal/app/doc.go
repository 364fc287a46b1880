// Package app builds the house: it is the only package that knows every room.
//
// It owns: the order in which rooms are made, the small adapters by which they
// meet, the handbook in force per project, start and stop. It does not own any
// rule, table or page. It is imported by cmd and e2e only. Start at Open.
package app
