package letters

import (
	"context"

	"guanjia/internal/messages"
	"guanjia/internal/text"
)

// rowLine is a row of the file with something to look at.
type rowLine struct {
	Row          int
	Why, Do      string
	Number, Kept string // of a letter kept all the same: its case once there is one, its subject
}

// rowLines says of each faulty row what is wrong and what to do.
func rowLines(ctx context.Context, f File, list []Letter) []rowLine {
	var undated []Letter // in the order of the file: letters without a time keep it
	for _, l := range list {
		if l.Undated != "" {
			undated = append(undated, l)
		}
	}
	out := make([]rowLine, 0, len(f.Rows))
	for _, r := range f.Rows {
		line := rowLine{Row: r.Row}
		switch r.What {
		case messages.RowEmpty:
			line.Why = text.T(ctx, "没有主题，也没有内容", "Neither subject nor text")
			line.Do = text.T(ctx, "是空行就不用管；不是，补上内容，单独传这一行", "Nothing, if the row is empty; else add the text and upload this row alone")
		case messages.RowDoubled:
			line.Why = text.Tf(ctx, "编号 %s 前面已经有了", "The id %s stands further up already", r.Says)
			line.Do = text.T(ctx, "同一件就不用管；是另一件，换个编号，单独传这一行", "Nothing, if it is the same letter; else give it another id and upload this row alone")
		case messages.RowUndated:
			line.Why = text.Tf(ctx, "日期读不出（“%s”），来信收下了，按上传日", "The date “%s” could not be read; the letter is kept, under the day of the upload", r.Says)
			line.Do = text.T(ctx, "要按原来的日期：立案之前把它写成 2026-11-20 或 2026-11-20 09:30，整份再传，用新的那份立案", "For its own date: before cases are opened, write it as 2026-11-20 or 2026-11-20 09:30, upload the file again and open the cases of that one")
			if len(undated) > 0 && undated[0].Undated == r.Says {
				line.Number, line.Kept = undated[0].Number, undated[0].Subject
				undated = undated[1:]
			}
		case messages.RowMany:
			line.Why = text.T(ctx, "太多了：从这一行起都没有读", "Too many: this row and all after it were not read")
			line.Do = text.T(ctx, "从这一行起另存一个文件再传", "Save the rest as a file of its own and upload that")
		default:
			line.Why = text.T(ctx, "这一行读不出：引号不成对", "The row could not be read: a quotation mark is missing")
			line.Do = text.T(ctx, "改好引号，单独传这一行", "Mend the quotation marks and upload this row alone")
		}
		out = append(out, line)
	}
	return out
}

// dayOf is the day of a letter, or why it has none.
func dayOf(ctx context.Context, l Letter) string {
	if l.Undated != "" {
		return text.Tf(ctx, "日期读不出（%s），按上传日", "date not read (%s), day of upload", l.Undated)
	}
	return day(l.At)
}
