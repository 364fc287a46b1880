// Package residentweb serves the pages behind a resident's code: report in
// three taps, follow it like a parcel, sign and rate; and the staff's pages
// that give codes out and print them.
//
// It owns: what a resident without account is shown, which is never more than
// what they said themselves and how far it is. It does not own: links
// (resident), cases, units. Start at Pages.Routes.
package residentweb
