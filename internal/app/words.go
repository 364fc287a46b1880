package app

import "guanjia/internal/desk/deskweb"

// words reads nothing into a customer's words yet: the agent chooses the kind.
type words struct{}

func (words) Suggest(string) deskweb.Suggestion { return deskweb.Suggestion{} }
