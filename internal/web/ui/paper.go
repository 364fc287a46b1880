package ui

import "github.com/a-h/templ"

func paper() templ.Attributes { return templ.Attributes{"data-gj-paper": true} }
