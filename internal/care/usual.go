package care

import (
	"context"
	"regexp"
	"strconv"

	"guanjia/internal/text"
)

// Usual are the questions a new survey begins with. They are kept as they were
// saved, in one language; who reads the other one sees them in it (see Said).
var Usual = []struct {
	Sort string
	Ask  text.Both
}{
	{AskRating, text.B("对物业服务总体满意吗？", "How satisfied are you on the whole?")},
	{AskRating, text.B("维修来得快、修得好吗？", "Are repairs quick and good?")},
	{AskText, text.B("最希望我们改进什么？", "What should we improve first?")},
}

// UsualTitle is what a survey of a year is called unless somebody calls it otherwise.
func UsualTitle(year int) text.Both {
	return text.F("%d 年物业服务意见征询", "Opinion survey %d", year)
}

var usualTitle = regexp.MustCompile(`^(?:(\d{4}) 年物业服务意见征询|Opinion survey (\d{4}))$`)

// Said is a title or question of a survey in the language of who reads it, when
// it is one of the house's own; words of the centre stand as they were written.
func Said(ctx context.Context, words string) string {
	lang := text.LangOf(ctx)
	for _, u := range Usual {
		if words == u.Ask.ZH || words == u.Ask.EN {
			return u.Ask.In(lang)
		}
	}
	if m := usualTitle.FindStringSubmatch(words); m != nil {
		if year, err := strconv.Atoi(m[1] + m[2]); err == nil {
			return UsualTitle(year).In(lang)
		}
	}
	return words
}
