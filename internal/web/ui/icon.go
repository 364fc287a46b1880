package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// The five silhouettes of a clock are our own, so that state is told by shape
// before colour: octagon, triangle, clock, dashed square, disc.
var status = map[string]string{
	"st-done": `<path stroke="none" fill="currentColor" fill-rule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm5.4 7.4-6.6 6.9-4.2-4.1 1.5-1.6 2.6 2.6 5.1-5.3z"/>`,
	"st-hold": `<rect x="3.5" y="3.5" width="17" height="17" rx="2"/><path d="M9.5 8.5v7M14.5 8.5v7" stroke-width="2.4"/>`,
	"st-late": `<path stroke="none" fill="currentColor" fill-rule="evenodd" d="M7.6 2.5h8.8l5.1 5.1v8.8l-5.1 5.1H7.6l-5.1-5.1V7.6zM10.8 6.5v7h2.4v-7zM10.8 15.6V18h2.4v-2.4z"/>`,
	"st-run":  `<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.2 2"/>`,
	"st-soon": `<path stroke="none" fill="currentColor" fill-rule="evenodd" d="M12 2.4 23 21.4H1zM10.9 9v6h2.2V9zM10.9 16.6v2.2h2.2v-2.2z"/>`,
}

// HasIcon reports whether name can be drawn.
func HasIcon(name string) bool { return drawing(name) != "" }

func drawing(name string) string {
	if d, ok := status[name]; ok {
		return d
	}
	return outline[name]
}

// Icon draws a Tabler outline icon, or one of the silhouettes st-late, st-soon,
// st-run, st-hold, st-done. It is decoration beside a word and hidden from
// screen readers. Classes may be added: "gj-i-s" small, "gj-i-l" large. An
// unknown name draws a dashed circle; a test names such places.
func Icon(name string, classes ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		d := drawing(name)
		if d == "" {
			d = outline["circle-dashed"]
		}
		class := "gj-i"
		for _, c := range classes {
			class += " " + c
		}
		_, err := io.WriteString(w, `<svg class="`+templ.EscapeString(class)+`" viewBox="0 0 24 24" aria-hidden="true">`+d+`</svg>`)
		return err
	})
}
