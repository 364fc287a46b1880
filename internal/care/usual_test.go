package care

import (
	"testing"

	"guanjia/internal/text"
)

// The house's own questions are read in the reader's language, the centre's as
// they were written.
// proves DSK-17
func TestUsualQuestionsInBothLanguages(t *testing.T) {
	t.Parallel()
	zh, en := text.WithLang(t.Context(), text.ZH), text.WithLang(t.Context(), text.EN)
	for words, want := range map[string][2]string{
		"对物业服务总体满意吗？":                    {"对物业服务总体满意吗？", "How satisfied are you on the whole?"},
		"What should we improve first?":  {"最希望我们改进什么？", "What should we improve first?"},
		"2026 年物业服务意见征询":                 {"2026 年物业服务意见征询", "Opinion survey 2026"},
		"Opinion survey 2027":            {"2027 年物业服务意见征询", "Opinion survey 2027"},
		"北门要不要开？":                        {"北门要不要开？", "北门要不要开？"},
		"Opinion survey 2027 of Tower 3": {"Opinion survey 2027 of Tower 3", "Opinion survey 2027 of Tower 3"},
	} {
		if got := [2]string{Said(zh, words), Said(en, words)}; got != want {
			t.Errorf("%q reads %q", words, got)
		}
	}
}
