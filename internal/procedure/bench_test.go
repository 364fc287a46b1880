package procedure

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/text"
)

// The chart stands on every page of a case.
func BenchmarkLayout(b *testing.B) {
	h, _ := Load(handbook.FS)
	d := h.Procedures["repair"]
	for b.Loop() {
		_ = Layout(d, h.Profiles["residential"], Marks{Here: "work"}).SVG(text.ZH, "x")
	}
}
