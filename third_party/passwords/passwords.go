// Package passwords carries the list of passwords that are too common to use.
//
// It owns: the embedded list (see README.md for source and licence). It does
// not own: the password policy (auth). Start at Common.
package passwords

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed common.txt
var list string

var common = sync.OnceValue(func() map[string]bool {
	lines := strings.Fields(list)
	set := make(map[string]bool, len(lines))
	for _, l := range lines {
		set[l] = true
	}
	return set
})

// Common reports whether password, in any case, is on the list.
func Common(password string) bool { return common()[strings.ToLower(password)] }
