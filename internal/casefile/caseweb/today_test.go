package caseweb

import (
	"strings"
	"testing"
)

// A count that was not taken to its end is not written as if it were exact.
func TestADayWithThousandsSaysSo(t *testing.T) {
	t.Parallel()
	page := TodayPage{Late: countedTo, Due: 3, Waiting: 12, Rest: countedTo, Groups: []DayGroup{
		{Title: "超时", Rows: []Row{{Number: "WX-1"}}, Total: countedTo},
		{Title: "等你处理", Rows: []Row{{Number: "WX-2"}}, Total: 12},
	}}
	var b strings.Builder
	if err := todayPage(page).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	for _, want := range []string{"1,000+</b>", "其余 1,000+ 件", "看全部", "另有 11 件", "1,000+</span>"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(html, "999") {
		t.Error("what lies beyond the count is given as a number")
	}
}
