package settings

import (
	"strconv"

	"guanjia/internal/casefile"
)

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func changed(r casefile.Restamping) int { return r.Cases }

// changePath is the page on which a change is reviewed.
func changePath(code string, change int64) string {
	return "/p/" + code + "/handbook/changes/" + strconv.FormatInt(change, 10)
}
