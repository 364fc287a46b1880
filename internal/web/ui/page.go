package ui

import "github.com/a-h/templ"

func wall(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"data-gj-wall": true}
}

// painted is the theme of the first paint; theme.js corrects "system".
func painted(theme string) string {
	if theme == "dark" {
		return "dark"
	}
	return "light"
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

func (f Frame) home() string {
	if f.Home == "" {
		return "/"
	}
	return f.Home
}

func (f Frame) hasEnd() bool {
	for _, l := range f.Nav {
		if l.End {
			return true
		}
	}
	return false
}
