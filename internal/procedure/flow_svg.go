package procedure

import (
	"fmt"
	"html"
	"strings"

	"guanjia/internal/text"
)

// SVG draws the chart as the text of one <svg class="gj-flow"> element, without
// style or script, every word escaped. The label is what a screen reader says.
func (f Flow) SVG(lang text.Lang, label string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="gj-flow" viewBox="0 0 %d %d" role="img" aria-label="%s">`, f.W, f.H, html.EscapeString(label))
	at, named := f.labels(lang)
	for i, e := range f.Edges {
		e.draw(&b, lang, named[i])
	}
	for _, n := range f.Nodes {
		n.draw(&b, lang)
	}
	for i, e := range f.Edges {
		if named[i] {
			fmt.Fprintf(&b, `<text class="side" x="%d" y="%d">%s</text>`, at[i].X, at[i].Y, html.EscapeString(e.Label.In(lang)))
		}
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func (e FlowEdge) draw(b *strings.Builder, lang text.Lang, named bool) {
	if len(e.Points) < 2 {
		return
	}
	for i, p := range e.Points {
		cmd := "L"
		if i == 0 {
			cmd = `<path d="M`
		}
		fmt.Fprintf(b, "%s%d %d", cmd, p.X, p.Y)
	}
	b.WriteString(`"`)
	if words := e.Label.In(lang); words != "" && !named {
		fmt.Fprintf(b, `><title>%s</title></path>`, html.EscapeString(words))
	} else {
		b.WriteString(`/>`)
	}
	to, from := e.Points[len(e.Points)-1], e.Points[len(e.Points)-2]
	switch {
	case to.Y > from.Y:
		fmt.Fprintf(b, `<path class="head" d="M%d %dh6L%d %dz"/>`, to.X-3, to.Y-6, to.X, to.Y)
	case to.X > from.X:
		fmt.Fprintf(b, `<path class="head" d="M%d %dv6L%d %dz"/>`, to.X-6, to.Y-3, to.X, to.Y)
	case to.X < from.X:
		fmt.Fprintf(b, `<path class="head" d="M%d %dv6L%d %dz"/>`, to.X+6, to.Y-3, to.X, to.Y)
	}
}

func (n FlowNode) draw(b *strings.Builder, lang text.Lang) {
	class := ""
	switch {
	case n.Here:
		class = "here"
	case n.Past:
		class = "past"
	}
	fmt.Fprintf(b, `<g class="%s" data-stop="%s">`, class, html.EscapeString(n.Name))
	title, room := n.Title.In(lang), n.W-14
	if n.Here || n.Choice {
		room -= 8 // bold, or slanting sides
	}
	if n.Choice && !n.Here {
		in := 8
		fmt.Fprintf(b, `<polygon points="%d,%d %d,%d %d,%d %d,%d %d,%d %d,%d"/>`, n.X, n.Y+n.H/2, n.X+in, n.Y, n.X+n.W-in, n.Y, n.X+n.W, n.Y+n.H/2, n.X+n.W-in, n.Y+n.H, n.X+in, n.Y+n.H)
	} else {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="3"/>`, n.X, n.Y, n.W, n.H)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text><title>%s</title></g>`, n.X+n.W/2, n.Y+n.H/2, html.EscapeString(fit(title, room)), html.EscapeString(title))
}

// fit cuts s so that it is at most w wide at 12 px.
func fit(s string, w int) string {
	width := 0
	runes := []rune(s)
	for i, r := range runes {
		width += runeWidth(r)
		if width > w {
			cut := max(i-1, 1)
			return strings.TrimRight(string(runes[:cut]), " ") + "…"
		}
	}
	return s
}

// runeWidth is about how wide r is at 12 px: Chinese characters are square,
// Latin ones half of that, more or less.
func runeWidth(r rune) int {
	switch {
	case r >= 0x2e80:
		return 12
	case strings.ContainsRune("mwMW%", r), 'A' <= r && r <= 'Z' && r != 'I':
		return 8
	case strings.ContainsRune("iIljtfr '.,:;|!()-", r):
		return 4
	}
	return 6
}
