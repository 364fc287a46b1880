// Package care looks after what comes when the work is done: ringing back
// (回访, DSK-15), visits by plan (走访, DSK-16), opinion surveys (意见征询,
// DSK-17), and the counts of the month with what repeats (DSK-18, DSK-19,
// REP-11, CMP-13).
//
// It owns: the draw that decides which repairs are left out of the follow-up,
// questions, links and answers of surveys, and how cases are counted. It does
// not own: the cases themselves (casefile), who lives where (estate), or pages
// (careweb). Start at Service.
package care
