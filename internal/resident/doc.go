// Package resident is the door for residents without an account (住户页): a
// signed link or QR code of a unit, a common area or a case.
//
// It owns: links with their expiry and revocation, their signature, the pace at
// which strangers may send. It does not own: the case (casefile), the unit
// (estate), pages (residentweb). A link opens reporting and the progress of one
// case; it never tells who lives where. Start at Service.Make and Service.Open.
package resident
