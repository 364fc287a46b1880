// Package auth knows who somebody is and what they may do.
//
// It owns: accounts, passwords (argon2id, bounded in parallel), sessions,
// second factors, roles held per project, the permission check. It does not
// own: what a role may do (handbook roles), pages of other rooms. It knows no
// domain room. Start at Actor.May.
package auth
