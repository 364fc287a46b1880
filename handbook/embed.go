// Package handbook is the handbook that ships inside the binary: procedures,
// profiles, roles, rules, texts and the stories that prove them. A folder of the same shape may replace it.
//
// It owns data only; package procedure reads and checks it. Start at
// procedures/ and profiles/.
package handbook

import "embed"

// FS is the shipped handbook.
//
//go:embed all:procedures all:profiles all:roles all:rules all:texts all:words all:calendars all:scenarios
var FS embed.FS
