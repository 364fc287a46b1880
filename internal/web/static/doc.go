// Package static serves what never changes under an address: the stylesheets
// and scripts of Guanjia and of third_party, embedded, compressed once, with
// the hash of their content in the address so that browsers keep them.
//
// It owns: those addresses and bytes. It does not own: uploaded files (files),
// pages. Start at Path and Handler.
package static

//go:generate go run ./gentabler
