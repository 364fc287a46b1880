// Package web is the shell every page lives in.
//
// It owns: routes with their permission, middleware (session, language,
// project, security headers, error pages with a number), live updates, static
// files. It does not own: any page of a domain room, nor SQL.
// Start at Route and Shell.
package web
