package importer

import (
	"context"
	"regexp"
	"strconv"

	"guanjia/internal/estate"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// longDigits are numbers long enough to be a phone or identity number, in any
// width, with the marks people put between.
var longDigits = regexp.MustCompile(`[0-9０-９][0-9０-９Xx-]{5,}[0-9０-９Xx]`)

func mayChange(u Upload) bool { return u.State == StateChecked || u.State == StateFailed }

func mayTakeBack(u Upload, b estate.Batch) bool {
	return u.Batch != 0 && u.State == StateDone && (b.State == estate.BatchPublished || b.State == estate.BatchReverting)
}

// takenBack reports whether an import was made and taken back whole; it is not
// imported again from there.
func takenBack(u Upload, b estate.Batch) bool {
	return u.Batch != 0 && u.State == StateDone && b.State == estate.BatchReverted
}

// leftCount is one kind of row an import leaves out.
type leftCount struct {
	words string
	n     int
}

// leftCounts are the rows left out, each counted once: units that are there,
// lines of registers that are there, the others.
func leftCounts(ctx context.Context, v previewView) []leftCount {
	units, lines := v.P.Plan.Already, v.P.Plan.AlreadyLines
	var out []leftCount
	other := text.T(ctx, "略过的行", "Rows left out")
	if units+lines > 0 {
		other = text.T(ctx, "其他略过的行", "Other rows left out")
	}
	if units > 0 {
		out = append(out, leftCount{text.T(ctx, "系统里已有的房屋", "Units there already"), units})
	}
	if lines > 0 {
		out = append(out, leftCount{text.T(ctx, "系统里已有的登记表记录", "Entries there already"), lines})
	}
	return append(out, leftCount{other, v.Counts["left"] - units - lines})
}

func stateWords(ctx context.Context, u Upload, b estate.Batch) string {
	switch {
	case takenBack(u, b):
		return text.T(ctx, "已撤回", "Taken back")
	case b.State == estate.BatchReverting && u.State == StateDone:
		return text.T(ctx, "撤回未完，再撤一次", "Half taken back; do it again")
	case u.State == StateDone:
		return text.T(ctx, "已导入", "Imported")
	case u.State == StateRunning:
		return text.T(ctx, "正在导入", "Importing")
	case u.State == StateFailed:
		return text.T(ctx, "没有导入成功", "Import failed")
	case u.State == StateTaking:
		return text.T(ctx, "没有收全", "Did not arrive whole")
	}
	return text.T(ctx, "已检查，未导入", "Checked, not imported")
}

func recordWords(ctx context.Context, u Upload, b estate.Batch) string {
	switch {
	case b.ID == 0:
		return ""
	case takenBack(u, b):
		return text.Tf(ctx, "撤回了 %d", "%d taken back", b.Rows)
	}
	return strconv.FormatInt(b.Rows, 10)
}

func leadWords(ctx context.Context, v previewView) string {
	switch n := v.Counts["faults"]; {
	case takenBack(v.P.Upload, v.Batch):
		return text.T(ctx, "导入过，已整批撤回。要再导入，请重新上传。", "It was imported and taken back whole. To import it again, upload it again.")
	case v.P.Upload.State == StateDone:
		return text.Tf(ctx, "已导入 %d 条记录。", "%d record(s) imported.", v.Batch.Rows)
	case v.P.Upload.State == StateRunning:
		return text.T(ctx, "正在导入。", "The import is at work.")
	case n == 0:
		return text.T(ctx, "没有发现需要更正的单元格。", "No cell needs correcting.")
	default:
		return text.Tf(ctx, "有 %d 处需要更正。", "%d cells need correcting.", n)
	}
}

func importButton(ctx context.Context, v previewView) ui.B {
	b := ui.B{ID: "import", Primary: true, Icon: "database", Label: text.Tf(ctx, "导入 %d 户、%d 位客户", "Import %d unit(s), %d customer(s)", len(v.P.Plan.Units), len(v.P.Plan.People))}
	if v.P.Plan.Rows() == 0 {
		b.Why = text.T(ctx, "没有可以导入的新内容", "there is nothing new in it")
	}
	return b
}

func previewViews(ctx context.Context, v previewView) []ui.View {
	var out []ui.View
	for _, one := range []struct{ name, title string }{
		{"faults", text.T(ctx, "须更正", "To correct")}, {"notices", text.T(ctx, "请核对", "To check")},
		{"changes", text.T(ctx, "自动整理", "Tidied")}, {"left", text.T(ctx, "略过的行", "Left out")},
	} {
		out = append(out, ui.View{Title: one.title, Count: strconv.Itoa(v.Counts[one.name]), Path: v.path(map[string]string{"view": one.name}), Current: v.View == one.name})
	}
	return out
}

func findingColumns(ctx context.Context, view string) []ui.Column {
	cell, words, proposal := text.T(ctx, "单元格", "Cell"), text.T(ctx, "问题", "What is wrong"), text.T(ctx, "建议", "Proposal")
	switch view {
	case "changes":
		words, proposal = text.T(ctx, "原样", "As written"), text.T(ctx, "读作", "Read as")
	case "left":
		cell, words, proposal = text.T(ctx, "行", "Row"), text.T(ctx, "原因", "Why"), text.T(ctx, "内容", "Content")
	}
	return []ui.Column{{Title: text.T(ctx, "工作表", "Sheet")}, {Title: cell}, {Title: words}, {Title: proposal}}
}

func emptyWords(ctx context.Context, view string) string {
	switch view {
	case "faults":
		return text.T(ctx, "没有需要更正的单元格", "No cell needs correcting")
	case "notices":
		return text.T(ctx, "没有需要核对的地方", "Nothing to check")
	case "changes":
		return text.T(ctx, "没有需要整理的写法", "Nothing had to be tidied")
	}
	return text.T(ctx, "没有略过任何行", "No row is left out")
}

func pager(ctx context.Context, v previewView) ui.Pager {
	last := v.From + min(pageRows, len(v.Lines))
	p := ui.Pager{Words: text.Tf(ctx, "第 %d–%d 条，共 %d 条", "%d–%d of %d", v.From+1, last, v.From+len(v.Lines))}
	if v.From > 0 {
		p.Prev = v.path(map[string]string{"from": strconv.Itoa(max(0, v.From-pageRows))})
	}
	if len(v.Lines) > pageRows {
		p.Next = v.path(map[string]string{"from": strconv.Itoa(last)})
	}
	return p
}

func kindName(s *Sheet) string {
	if s.Kind == nil {
		return ""
	}
	return s.Kind.Name
}

func kindOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.T(ctx, "不导入这张表", "Leave this sheet out")}}
	for _, k := range Kinds() {
		out = append(out, ui.Option{Value: k.Name, Label: k.Title.In(text.LangOf(ctx))})
	}
	return out
}

func fieldOptions(ctx context.Context, k *Kind) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.T(ctx, "不用这一列", "Leave this column out")}}
	for _, f := range k.Fields {
		out = append(out, ui.Option{Value: f.Name, Label: f.Title.In(text.LangOf(ctx))})
	}
	return out
}

func mappingWords(ctx context.Context, s *Sheet) string {
	used, unsure := 0, 0
	for _, c := range s.Columns {
		if c.Field != "" {
			used++
			if !c.Sure {
				unsure++
			}
		}
	}
	if unsure > 0 {
		return text.Tf(ctx, "列对应：认出 %d 列，其中 %d 列请核对", "Columns: %d understood, %d of them to check", used, unsure)
	}
	return text.Tf(ctx, "列对应：认出 %d 列，共 %d 列", "Columns: %d of %d understood", used, len(s.Columns))
}

func columnAside(ctx context.Context, c Column) string {
	switch {
	case c.Field == "":
		return text.T(ctx, "未用", "unused")
	case !c.Sure:
		return text.T(ctx, "请核对", "check")
	}
	return ""
}
