package estate

import (
	"strconv"
	"strings"
)

// cursor is a keyset position: the sort key and the id that breaks ties.
func cursor(key string, id int64) string { return strconv.FormatInt(id, 36) + "~" + key }

// cutCursor reads a cursor; a broken one begins at the start.
func cutCursor(c string) (key string, id int64) {
	head, key, ok := strings.Cut(c, "~")
	n, err := strconv.ParseInt(head, 36, 64)
	if !ok || err != nil {
		return "", 0
	}
	return key, n
}
