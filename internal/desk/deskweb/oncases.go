package deskweb

import (
	"context"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/engine"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// OnCases is what the desk adds to the page of a case: phrases for notes,
// merging with its double (DSK-21), the slip to the department (DSK-09).
func (p *Pages) OnCases() caseweb.Extras {
	return caseweb.Extras{
		Phrases: func(project web.Project) string { return "/p/" + project.Code + "/desk/phrases" },
		Ways: func(ctx context.Context, project web.Project, v casefile.View) []caseweb.Way {
			var list []caseweb.Way
			at := "/p/" + project.Code + "/desk/"
			if v.Case.State.Status == engine.Open && actorOf(ctx).May(casefile.PermMerge, project.ID) {
				list = append(list, caseweb.Way{Label: text.T(ctx, "合并", "Merge"), Icon: "copy", Path: at + "merge/" + v.Case.Number})
			}
			if v.Case.MergedTo != 0 && actorOf(ctx).May(casefile.PermMerge, project.ID) {
				list = append(list, caseweb.Way{Label: text.T(ctx, "撤回合并", "Take the merge back"), Icon: "copy", Path: at + "duplicates"})
			}
			if _, passed := v.Case.State.Fields["specialist"]; passed && v.Case.Procedure == "enquiry" {
				list = append(list, caseweb.Way{Label: text.T(ctx, "打印联系单", "Print the slip"), Icon: "printer", Path: at + "slips/" + v.Case.Number})
			}
			return list
		},
	}
}
