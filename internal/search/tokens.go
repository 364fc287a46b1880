package search

import (
	"strings"
	"unicode"
)

const (
	maxTextRunes  = 20_000 // of a document's text; the rest is not indexed
	maxWordRunes  = 40     // of one word
	maxDigitRun   = 24
	minSuffix     = 3 // the shortest part of a number that is indexed on its own
	maxQueryWords = 16
)

// token is one unit of the index; prefix asks for everything that begins so.
type token struct {
	word   string
	prefix bool
}

type runKind int

const (
	gap runKind = iota
	han
	digit
	letter
)

func kindOf(r rune) runKind {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return letter
	}
	return gap
}

// runs cuts text into stretches of one kind.
func runs(s string, max int, fn func(k runKind, run []rune)) {
	text := []rune(s)
	if len(text) > max {
		text = text[:max]
	}
	for i := 0; i < len(text); {
		k := kindOf(text[i])
		j := i + 1
		for j < len(text) && kindOf(text[j]) == k {
			j++
		}
		if k != gap {
			fn(k, text[i:j])
		}
		i = j
	}
}

// indexTokens lists what a text is found by, each once: bigrams of Han and the
// last rune of each stretch (a single rune is asked for as a prefix), folded
// words, digit runs with their suffixes (so that any part is a prefix).
func indexTokens(texts ...string) []string {
	seen := map[string]bool{}
	var out []string
	add := func(w string) {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, s := range texts {
		runs(lower(s), maxTextRunes, func(k runKind, run []rune) {
			switch k {
			case han:
				for i := range run {
					add(string(run[i:min(i+2, len(run))]))
				}
			case digit:
				run = run[:min(len(run), maxDigitRun)]
				add(string(run))
				for i := 1; i+minSuffix <= len(run); i++ {
					add(string(run[i:]))
				}
			case letter:
				add(string(run[:min(len(run), maxWordRunes)]))
			}
		})
	}
	return out
}

// queryTokens lists what a document must have to be found by q.
func queryTokens(q string) []token {
	seen := map[token]bool{}
	var out []token
	add := func(t token) {
		if !seen[t] && len(out) < maxQueryWords {
			seen[t] = true
			out = append(out, t)
		}
	}
	runs(lower(q), maxQuery, func(k runKind, run []rune) {
		switch k {
		case han:
			if len(run) == 1 {
				add(token{string(run), true})
			}
			for i := 0; i+2 <= len(run); i++ {
				add(token{string(run[i : i+2]), false})
			}
		case digit:
			add(token{string(run[:min(len(run), maxDigitRun)]), len(run) >= 2})
		case letter:
			add(token{string(run[:min(len(run), maxWordRunes)]), len(run) >= 2})
		}
	})
	return out
}

// scoped puts the project's short number before a word. It is letters and
// digits only, whatever was typed, so no word can carry an operator.
func scoped(scope, word string) string { return scope + "_" + word }

// ftsMatch writes the tokens as an FTS5 expression.
func ftsMatch(scope string, tokens []token, kinds []string) string {
	var parts []string
	for _, t := range tokens {
		p := `"` + scoped(scope, t.word) + `"`
		if t.prefix {
			p += " *"
		}
		parts = append(parts, p)
	}
	if len(kinds) > 0 {
		var any []string
		for _, k := range kinds {
			any = append(any, `"`+kindToken(scope, k)+`"`)
		}
		parts = append(parts, "("+strings.Join(any, " OR ")+")")
	}
	return strings.Join(parts, " AND ")
}

// tsQuery writes the tokens as a tsquery.
func tsQuery(scope string, tokens []token, kinds []string) string {
	var parts []string
	for _, t := range tokens {
		p := `'` + scoped(scope, t.word) + `'`
		if t.prefix {
			p += ":*"
		}
		parts = append(parts, p)
	}
	if len(kinds) > 0 {
		var any []string
		for _, k := range kinds {
			any = append(any, `'`+kindToken(scope, k)+`'`)
		}
		parts = append(parts, "("+strings.Join(any, " | ")+")")
	}
	return strings.Join(parts, " & ")
}

// kindToken is the word every document of a kind has; no text makes it, for
// texts hold no underscore after folding.
func kindToken(scope, kind string) string { return scope + "__" + kind }
