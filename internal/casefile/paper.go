package casefile

import (
	"slices"

	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
)

// TakesPaper refuses a paper that the case's procedure does not know, before
// its scan is kept: Invalid.
func (v View) TakesPaper(name string) error {
	if slices.ContainsFunc(v.Def.Papers, func(p procedure.Paper) bool { return p.Name == name }) {
		return nil
	}
	const zh, en = "这种事项不需要这份材料，没有保存。", "This kind of case asks for no such paper; nothing was saved."
	return errs.New(errs.Invalid, "case.fields", zh, en).Field("name", "unknown", zh, en)
}

// Bringing notes that a paper of the procedure was brought; ref is its scan
// among the files of the case. The same scan sent again is noted once.
func Bringing(id int64, paper, ref string) Doing {
	return Doing{
		Case: id, Key: "paper " + paper + " " + ref,
		Command: engine.Command{Kind: engine.EvPaper, Data: map[string]any{"name": paper, "attachment": ref}},
	}
}
