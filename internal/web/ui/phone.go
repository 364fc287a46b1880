package ui

import "github.com/a-h/templ"

func phone(large bool) templ.Attributes {
	a := templ.Attributes{"data-gj-phone": true}
	if large {
		a["data-gj-size"] = "large"
	}
	return a
}
