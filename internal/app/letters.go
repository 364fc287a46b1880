package app

import (
	"context"
	"io"

	"guanjia/internal/auth"
	"guanjia/internal/letters"
)

// ImportMessages takes a file of residents' messages into a project and opens
// their cases at once, for the command line. Errors: NotFound for the project,
// Invalid for the file.
func (a *App) ImportMessages(ctx context.Context, project, name string, r io.Reader) (letters.File, error) {
	p, err := a.Estate.ByCode(ctx, project)
	if err != nil {
		return letters.File{}, err
	}
	f, err := a.Letters.Take(ctx, auth.System, p.ID, name, r)
	if err != nil {
		return f, err
	}
	if err := a.Letters.Start(ctx, auth.System, p.ID, f.ID); err != nil {
		return f, err
	}
	return f, a.Letters.OpenAll(ctx, p.ID, f.ID)
}
