// Package estate knows who is where: projects, buildings, units, people, and
// who holds which unit in which capacity, now and before.
//
// It owns: those tables with their changes (EST-16), the telephone directory
// and its monthly confirmation (EST-04), the registers that belong to houses
// (keys, mailboxes, parking, signs, lettings), the unit page. It does not own:
// cases, money, documents or visits of a unit; their rooms add a UnitPart to
// its page. Identity numbers are the vault's; here lie a reference and a keyed
// digest (LAW-03). People belong to a project: somebody who owns in two is two
// records, because the rights to see them differ.
// Start at Service, then Unit, Person and Occupancy.
package estate
