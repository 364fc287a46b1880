package app

import (
	"context"

	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// things names what the trail speaks of by identifier.
func (a *App) things(ctx context.Context, tx *store.Tx, key string, project int64, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	switch key {
	case "case":
		found, err := a.Cases.ByIDs(ctx, tx, ids)
		for id, c := range found {
			if c.Project == project {
				names[id] = c.Number
			}
		}
		return names, err
	case "unit":
		found, err := a.Estate.UnitsByID(ctx, tx, project, ids)
		for id, u := range found {
			names[id] = u.Title()
		}
		return names, err
	case "letters_file":
		return a.Letters.Names(ctx, tx, project, ids)
	case "person":
		found, err := a.Estate.PeopleByID(ctx, tx, project, ids)
		for id, p := range found {
			names[id] = p.Name
		}
		return names, err
	}
	return names, nil
}

// estateWords says what the trail calls the fields and registers of the estate.
func estateWords(key, value string) text.Both {
	switch key {
	case "fields":
		return estate.FieldName(value)
	case "register":
		r, _ := estate.RegisterNamed(value)
		return r.Title
	}
	return text.Both{}
}
