package ui

func arrow(sort string) string {
	switch sort {
	case "ascending":
		return "↑"
	case "descending":
		return "↓"
	}
	return ""
}
