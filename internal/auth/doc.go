// Package auth knows who somebody is and what they may do.
//
// It owns: accounts, passwords (argon2id, bounded in parallel), sessions,
// second factors, roles held per project, the permission check. It does not
// own: what a role may do (handbook roles), pages (authweb has the room's own).
// It knows no domain room.
//
// Wiring: app makes the service with New, giving it vault.Keys as Sealer and
// the audit service as Trail, gives it to web as the resolver of sessions, runs
// Service.Jobs, and lists authweb.New(…).Module(). On an empty database serve
// prints "/setup/" + the token of FirstSetup. Time here is security time, the
// machine's clock, never the demo's. Start at Actor.May, then Service.
package auth
