package workweb

import (
	"context"

	"github.com/a-h/templ"

	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// formButton ties a button of the thumb's bar to the form of the step.
func formButton(b ui.B) ui.B {
	attrs := templ.Attributes{"form": "step"}
	for k, v := range b.Attrs {
		attrs[k] = v
	}
	b.Attrs = attrs
	return b
}

func cannotButton(label, what string, primary bool) ui.B {
	return ui.B{Label: label, Name: "what", Value: what, Primary: primary, Attrs: templ.Attributes{"form": "cannot"}}
}

func callWord(p OrderPage) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Phone
}

func boardSeat(ctx context.Context, p BoardPage) string {
	return text.Tf(ctx, "%d 超时 · %d 待派 · %d 在做 · %d 修好", "%d late · %d to send · %d at work · %d done", p.Late, p.Waiting, p.Working, p.Done)
}
