// Package search finds anything by what a person types.
//
// It owns: the one tokeniser (bigrams of Han, folded words, suffixes of digit
// runs), the keys for exact look-ups (rooms, names, pinyin, phones, plates,
// numbers), the index in both databases (FTS5 and GIN fed by the same tokens,
// so that both give the same hits), the search page. It does not own: what is
// indexed; rooms put documents in the transaction of their change, so that a
// look-up never lags. It holds nothing that may not be searched: identity
// numbers never enter (LAW-03).
// Start at Index.Put and Index.Find.
package search
