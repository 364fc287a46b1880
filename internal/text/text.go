// Package text holds what people read in two languages, and the small
// normalisations every room shares (full-width digits, control characters).
//
// It owns: the pair of a Chinese and an English wording, the language of a
// request, cleaning of typed text. It does not own: catalogues of letters or
// scripts (those are handbook data), formatting of money or time spans.
// It imports the standard library only. Start at Both.
package text

import (
	"context"
	"fmt"
)

// Lang is a language of the interface: ZH or EN.
type Lang string

// The two languages of the interface. Chinese is the first.
const (
	ZH Lang = "zh-CN"
	EN Lang = "en"
)

// Parse reads a language tag; anything but English is Chinese (PLT-07).
func Parse(tag string) Lang {
	if len(tag) >= 2 && (tag[:2] == "en" || tag[:2] == "EN") {
		return EN
	}
	return ZH
}

// Both is one wording in Chinese and in English.
type Both struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// B makes a pair of wordings.
func B(zh, en string) Both { return Both{ZH: zh, EN: en} }

// F makes a pair of wordings from two formats that share their arguments. In
// the English one, "(s)" is an s unless the %d before it is one: "%d case(s)".
func F(zh, en string, args ...any) Both {
	return Both{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(number(en, args), args...)}
}

// In is the wording in lang; a missing English wording falls back to Chinese.
func (b Both) In(lang Lang) string {
	if lang == EN && b.EN != "" {
		return b.EN
	}
	if b.ZH == "" {
		return b.EN
	}
	return b.ZH
}

// IsZero reports whether no wording is present.
func (b Both) IsZero() bool { return b.ZH == "" && b.EN == "" }

type langKey struct{}

// WithLang puts the language of the person into ctx.
func WithLang(ctx context.Context, lang Lang) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// LangOf is the language in ctx, Chinese when none was put there.
func LangOf(ctx context.Context) Lang {
	if lang, ok := ctx.Value(langKey{}).(Lang); ok {
		return lang
	}
	return ZH
}

// T picks the wording for the person in ctx. It is what page templates use:
// both wordings stand side by side, so none can be missing.
func T(ctx context.Context, zh, en string) string {
	if LangOf(ctx) == EN {
		return en
	}
	return zh
}

// Tf is T with a format; the plural as in F.
func Tf(ctx context.Context, zh, en string, args ...any) string {
	if LangOf(ctx) == EN {
		return fmt.Sprintf(number(en, args), args...)
	}
	return fmt.Sprintf(zh, args...)
}
