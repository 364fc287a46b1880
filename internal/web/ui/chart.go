package ui

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ChartProps is a chart over time with its table. Values beside Labels; a nil
// value is a gap.
type ChartProps struct {
	ID     string
	Title  string
	Unit   string // "%", "件"
	Labels []string
	Series []Series
	Target *float64 // dashed line
	Bars   bool     // bars instead of lines
}

// Series is one line of a chart.
type Series struct {
	Name   string
	Values []*float64
}

// V makes a value of a series.
func V(v float64) *float64 { return &v }

// data is what chart.js draws from.
func (c ChartProps) data() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return "{}" // NaN and infinity cannot be drawn; the table still stands
	}
	return string(raw)
}

func (c ChartProps) cell(s Series, i int) string {
	if i >= len(s.Values) || s.Values[i] == nil {
		return "—"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", *s.Values[i]), ".0")
}

// sparkPath is the line of a spark in a box of 132 by 26, and its last point.
func sparkPath(values []float64, target float64) (path string, x, y, aim float64) {
	if len(values) == 0 {
		return "", 0, 0, 13
	}
	low, high := target, target
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	if high == low {
		high, low = high+1, low-1
	}
	at := func(v float64) float64 { return 22 - (v-low)/(high-low)*18 }
	step := 126.0
	if len(values) > 1 {
		step = 126 / float64(len(values)-1)
	}
	var b strings.Builder
	for i, v := range values {
		x, y = 2+float64(i)*step, at(v)
		c := byte('L')
		if i == 0 {
			c = 'M'
		}
		fmt.Fprintf(&b, "%c%.1f %.1f", c, x, y)
	}
	return b.String(), x, y, at(target)
}

// ChartScripts are the files a page with a Chart loads (PageProps.Scripts).
var ChartScripts = []string{"echarts.min.js", "chart.js"}
