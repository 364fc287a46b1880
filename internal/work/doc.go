// Package work is the dispatch room (派单): who can do which trade, who should
// be sent, what is on whose hands, and where it piles up.
//
// It owns: the trades of each technician, the rule that proposes one, the
// reading of open orders as a board, the note of who saw a customer's number.
// It does not own: the order itself (casefile), trades as such (figures of the
// profile), pages (workweb). Start at Service.ProposeAt and BoardOf.
package work
