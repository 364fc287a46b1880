// Package deskweb is the desk console (前台): the call, who rings, intake without a
// mouse, promises, the newest calls, and the telephone system's webhook with its
// simulator.
//
// It owns: these pages. It does not own: calls and promises (desk), cases
// (casefile), who lives where (estate). Start at New.
package deskweb
