// Package integration lets other programs in and tells them what happened.
//
// It owns: the tokens of programs with their role in a project, their rate, the
// subscriptions of webhooks with their secrets, what was sent and what came of
// it. It does not own: the interface itself (api), people's sessions (auth), the
// cases it tells of (casefile, met through Changed). Start at Service.
package integration
