// Package play plays a story on the engine alone: no database, no pages.
//
// It owns: carrying out the sentences that concern cases, letting the timer
// run between them, judging the expectations. It does not own: reading stories
// (scenario), deciding (engine), sentences that need the house: pages, API,
// imports, tables (whoever plays those says so with Whole). Deciding a story
// takes about a millisecond, so that coverage can play every story again for
// every lever it removes. Start at Stage.Play.
package play
