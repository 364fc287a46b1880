// Package authweb is the pages of auth: log-in, first set-up, my account, my
// sessions, users and roles.
//
// It owns: these pages and their routes, and the module value of the room. It
// does not own: any rule about accounts (auth decides, pages ask). It is apart
// from auth because the shell, which draws pages, imports auth.
//
// Wiring: app lists authweb.New(…).Module() and gives Menu() to the shell.
// Start at New.
package authweb
