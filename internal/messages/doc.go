// Package messages reads what residents write: what it is about and which words
// say so, words of danger, which estate it names, which messages are nearly the
// same, and which problem comes again and again (DSK-18, DSK-21).
//
// It owns: reading of message files, the rules' engine, near-duplicates and
// topics, the measure against labels. The words are handbook data
// (words/kinds.yaml, words/dangers.yaml). It does not own: cases, alarms, or any
// table; it is pure, and imports leaves (text, errs, calendar) and the YAML reader only.
// Start at Rules and Suggest.
package messages
