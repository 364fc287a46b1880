package ui

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
	"github.com/skip2/go-qrcode"
)

// QR draws content as a QR code in black on white whatever the theme, sized by
// its class "qr". Label is what a screen reader says. Content that does not
// fit a code (about 2,300 bytes) is an error.
func QR(content, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qrcode.New(content, qrcode.Medium)
		if err != nil {
			return fmt.Errorf("drawing QR code: %w", err)
		}
		code.DisableBorder = true
		rows := code.Bitmap()
		var path strings.Builder
		for y, row := range rows {
			for x := 0; x < len(row); x++ {
				if !row[x] {
					continue
				}
				start := x
				for x < len(row) && row[x] {
					x++
				}
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
		n := len(rows) + 4 // a quiet edge of two modules on each side
		_, err = fmt.Fprintf(w, `<svg class="qr" viewBox="-2 -2 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><rect x="-2" y="-2" width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
			n, n, templ.EscapeString(label), n, n, path.String())
		return err
	})
}
