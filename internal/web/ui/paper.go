package ui

import (
	"context"

	"github.com/a-h/templ"
)

type paperKey struct{}

// OnPaper marks what is written under ctx as printed: moments are said in
// full. Paper does it for its children; words made before it need it too.
func OnPaper(ctx context.Context) context.Context { return context.WithValue(ctx, paperKey{}, true) }

// IsPaper reports whether a page is printed.
func IsPaper(ctx context.Context) bool { return onPaper(ctx) }

func onPaper(ctx context.Context) bool { return ctx.Value(paperKey{}) != nil }

func paper() templ.Attributes { return templ.Attributes{"data-gj-paper": true} }
