package app

import (
	"context"
	"fmt"

	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// elsewhere leads from the case of a survey to the survey where that sends and
// counts by itself: nobody types what the sheets say (DSK-17).
func (a *App) elsewhere(ctx context.Context, project web.Project, v casefile.View) (words, path string, err error) {
	step := v.Case.State.Step
	actor, _ := auth.From(ctx)
	if v.Def.Name != "survey" || step != "send" && step != "count" || !actor.May(care.PermSurvey, project.ID) {
		return "", "", nil
	}
	err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		survey, found, err := a.Care.OfCase(ctx, tx, actor, project.ID, v.Case.ID)
		if !found || err != nil {
			return err
		}
		path = fmt.Sprintf("/p/%s/surveys/%d", project.Code, survey.ID)
		words = text.T(ctx, "到意见征询里统计，数字自动写进来", "Count on the survey's page; its figures are written here")
		if step == "send" {
			words = text.T(ctx, "到意见征询里发出，份数自动写进来", "Send on the survey's page; its number is written here")
		}
		return nil
	})
	return words, path, err
}
