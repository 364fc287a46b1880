package ui_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guanjia/internal/web/ui"
)

// A job stays within the hours shown, however early, late or long it is; one
// that does not touch them is not drawn.
func TestJobsStayOnTheBoard(t *testing.T) {
	t.Parallel()
	place := regexp.MustCompile(`class="gj-job[^>]*data-x="([^"]+)" data-w="([^"]+)"`)
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Float64Range(-30, 60).Draw(t, "start")
		hours := rapid.Float64Range(0, 40).Draw(t, "hours")
		html := draw(t, zh(), ui.Board(ui.BoardProps{Lanes: []ui.Lane{{Name: "罗永", Jobs: []ui.Job{{Title: "x", Start: start, Hours: hours}}}}}))
		m := place.FindStringSubmatch(html)
		if seen := start < 20 && start+hours > 8; seen != (m != nil) {
			t.Fatalf("drawn %v, want %v", m != nil, seen)
		}
		if m == nil {
			return
		}
		x, errX := strconv.ParseFloat(m[1], 64)
		w, errW := strconv.ParseFloat(m[2], 64)
		if errX != nil || errW != nil || x < 0 || w < 0 || x+w > 12.001 {
			t.Fatalf("job from %v for %v h drawn at %s for %s", start, hours, m[1], m[2])
		}
	})
}

func TestSparkDrawsFlatEmptyAndSingle(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]float64{"empty": nil, "single": {3}, "flat": {5, 5, 5}, "line": {1, 9, 4}} {
		html := draw(t, zh(), ui.Spark(name, values, 5, true))
		if strings.Contains(html, "NaN") || strings.Contains(html, "Inf") {
			t.Errorf("%s: %s", name, html)
		}
		if got := strings.Count(html, "<circle"); got != min(len(values), 1) {
			t.Errorf("%s: %d last points", name, got)
		}
	}
}

func TestChartAlwaysHasItsTable(t *testing.T) {
	t.Parallel()
	html := draw(t, zh(), ui.Chart(ui.ChartProps{ID: "c", Title: "接起", Labels: []string{"一", "二"}, Series: []ui.Series{{Name: "本", Values: []*float64{ui.V(97.5), nil}}}}))
	for _, need := range []string{"<table", "97.5", "—", `data-chart="{`, "data-chart-png"} {
		if !strings.Contains(html, need) {
			t.Errorf("lacks %s:\n%s", need, html)
		}
	}
}
