// Package api is the interface for programs: mini-programs, gates, meters,
// telephone systems, accounting. It says in JSON what the pages say in HTML.
//
// It owns: the addresses under /api/v1, the JSON of each thing, and the OpenAPI
// document, which is made from the same table as the routes, so that neither can
// say what the other does not. It does not own: rules, rights or storage (the
// rooms), who a request comes from (auth, integration), the shape of a problem
// (web). Start at operation and table.
package api
