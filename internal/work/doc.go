// Package work is the dispatch room (派工): who can do which trade, and who
// should be sent.
//
// It owns: the trades of each technician and the rule that proposes one. It
// does not own: the order itself (casefile), trades as such (figures of the
// profile). Start at Service.Propose.
package work
