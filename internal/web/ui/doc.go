// Package ui is the drawing of pages: the frame every page has, and the small
// parts pages are made of, as templ components.
//
// It owns: markup and classes of the parts, icons, wording of remaining time,
// the layouts for desk, phone and paper. It does not own: what a page says, nor
// who may see it. It knows no room; web fills the Frame it draws from.
// Start at Page, then the gallery, which shows every part.
package ui

//go:generate go run ./genicons
//go:generate go tool templ generate -path .
