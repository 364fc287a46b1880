package deskweb

import (
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/web"
)

// OnCases is what the desk adds to the page of a case.
func (p *Pages) OnCases() caseweb.Extras {
	return caseweb.Extras{
		Phrases: func(project web.Project) string { return "/p/" + project.Code + "/desk/phrases" },
	}
}
