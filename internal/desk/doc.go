// Package desk is the service desk (前台): where people ring, come and write.
//
// It owns: calls and who answered them, the half-typed intake, promises made
// to customers, alarms raised by words of danger. It does not own: cases
// (casefile), houses and people (estate), which kind words suggest (intake
// words are handbook data). Start at Service.
package desk
