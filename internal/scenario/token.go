package scenario

import (
	"fmt"
	"strings"
	"unicode"
)

type tokenKind int

const (
	wordToken tokenKind = iota
	quotedToken
	answerToken
	caseToken
	commaToken
	colonToken // the colon after @name in an expectation
)

// token is one piece of a line. text is the word, the quoted words without
// quotes, the answer's name, or the case without @.
type token struct {
	kind  tokenKind
	text  string
	value string // of an answer
}

// tokens splits a line. Commas part only when parts is set: names and values
// of the story's sentences may carry them.
func tokens(line string, parts bool) ([]token, error) {
	var out []token
	rest := []rune(line)
	for {
		for len(rest) > 0 && unicode.IsSpace(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return out, nil
		}
		if rest[0] == '"' {
			words, n, err := quoted(rest)
			if err != nil {
				return nil, err
			}
			out, rest = append(out, token{kind: quotedToken, text: words}), rest[n:]
			continue
		}
		if parts && rest[0] == ',' {
			out, rest = append(out, token{kind: commaToken}), rest[1:]
			continue
		}
		n, address := 0, rest[0] == '/' // an address may carry = and ,
		for n < len(rest) && !unicode.IsSpace(rest[n]) && rest[n] != '"' &&
			(address || rest[n] != '=' && !(parts && rest[n] == ',')) {
			n++
		}
		word := string(rest[:n])
		if n < len(rest) && rest[n] == '=' && n > 0 {
			value, used, err := answerValue(rest[n+1:], parts)
			if err != nil {
				return nil, err
			}
			out, rest = append(out, token{kind: answerToken, text: word, value: value}), rest[n+1+used:]
			continue
		}
		if n == 0 { // a lone "="
			out, rest = append(out, token{text: "="}), rest[1:]
			continue
		}
		rest = rest[n:]
		switch {
		case strings.HasPrefix(word, "@") && strings.HasSuffix(word, ":"):
			out = append(out, token{kind: caseToken, text: word[1 : len(word)-1]}, token{kind: colonToken})
		case strings.HasPrefix(word, "@"):
			out = append(out, token{kind: caseToken, text: word[1:]})
		default:
			out = append(out, token{text: word})
		}
	}
}

// answerValue reads what stands behind name=; an empty value is nothing.
func answerValue(rest []rune, parts bool) (string, int, error) {
	if len(rest) > 0 && rest[0] == '"' {
		return quoted(rest)
	}
	n := 0
	for n < len(rest) && !unicode.IsSpace(rest[n]) && !(parts && rest[n] == ',') {
		if rest[n] == '"' {
			return "", 0, fmt.Errorf("a quote in the middle of %q: quote the whole value", string(rest[:n]))
		}
		n++
	}
	return string(rest[:n]), n, nil
}

// quoted reads "words" with \" \\ and \n; n counts the runes used.
func quoted(rest []rune) (words string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return b.String(), i + 1, nil
		case '\\':
			i++
			if i == len(rest) {
				return "", 0, fmt.Errorf("a backslash at the end of the line")
			}
			switch rest[i] {
			case 'n':
				b.WriteRune('\n')
			case '"', '\\':
				b.WriteRune(rest[i])
			default:
				b.WriteRune('\\')
				b.WriteRune(rest[i])
			}
		default:
			b.WriteRune(rest[i])
		}
	}
	return "", 0, fmt.Errorf("words without an end: a closing quote is missing")
}
