package letters

import (
	"context"
	"regexp"
	"strings"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// roomNamed is a room as residents write it, with its building: 1栋2单元1201,
// 3号楼1502室, 3-1-1502. A number alone may be anything.
var roomNamed = regexp.MustCompile(`(?:^|[^0-9A-Za-z-])((?:[0-9]{1,3}|[A-Za-z])\s*(?:栋|幢|座|号楼|#)\s*(?:[0-9]{1,2}\s*(?:单元|门)\s*)?-?[0-9]{3,4}|[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4})(?:[^0-9-]|$)`)

// mostRooms bounds how many rooms of one letter are looked up: who names more
// writes about none of them.
const mostRooms = 4

// unitOf is the unit that a letter names, 0 when it names none, one that is not
// there, or several.
func (s *Service) unitOf(ctx context.Context, project int64, words string) (unit int64, err error) {
	if s.rooms == nil {
		return 0, nil
	}
	words = text.Narrow(words)
	var named []string
	for at := 0; at < len(words); { // what ends one room may begin the next
		m := roomNamed.FindStringSubmatchIndex(words[at:])
		if m == nil {
			break
		}
		named = append(named, strings.Join(strings.Fields(words[at+m[2]:at+m[3]]), ""))
		at += m[3]
	}
	if len(named) == 0 || len(named) > mostRooms {
		return 0, nil
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, n := range named {
			found, err := s.rooms(ctx, tx, project, n)
			if err != nil {
				return err
			}
			if len(found) != 1 || unit != 0 && unit != found[0] {
				unit = 0
				return nil
			}
			unit = found[0]
		}
		return nil
	})
	return unit, err
}
