// Package axe holds the accessibility checker that the browser tests load. It
// owns the bytes only and is imported by tests alone, so that the binary does
// not carry it.
package axe

import _ "embed"

// Script is axe-core, which defines the global object axe.
//
//go:embed axe.min.js
var Script string
