package importer

import (
	"regexp"
	"strings"
)

// Place is where a unit is, as written in one cell or in several columns.
type Place struct {
	Building string // "3栋"
	Entrance string // "1单元"
	Room     string // "502"
}

// String is the usual wording: 3栋-1单元-502.
func (p Place) String() string {
	parts := make([]string, 0, 3)
	for _, s := range []string{p.Building, p.Entrance, p.Room} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "-")
}

// placeKey compares places: the entrance only when it is known on both sides.
type placeKey struct{ building, entrance, room string }

func (p Place) key() placeKey {
	return placeKey{buildingKey(p.Building), buildingKey(p.Entrance), roomKey(p.Room)}
}

var (
	buildingEnd = regexp.MustCompile(`(号楼|栋楼|栋|幢|座|号|楼|#|building|block|单元|门|梯|unit)$`)
	// 3栋1单元502室 · 3栋-502 · 3#1单元-502 · 三号楼502 · A座1203 · 商铺-S01
	placeWords = regexp.MustCompile(`^(.{0,12}?(?:号楼|栋|幢|座|#))[-—/、]?(?:([0-9a-z一二三四五六七八九十]{1,3}(?:单元|门|梯))[-—/]?)?([0-9a-z]{1,8})(?:号?室|号|房)?$`)
	placeDash  = regexp.MustCompile(`^([^-]{1,12})-(?:([^-]{1,6})-)?([0-9a-z]{1,8})(?:号?室|号|房)?$`)
	roomEnd    = regexp.MustCompile(`(号?室|号房|号|房)$`)
)

// parsePlace reads a place written in one cell. A bare room number is a Place
// with Room only; ok is false when the text is no place at all.
func parsePlace(s string) (Place, bool) {
	t := strings.ToLower(strings.ReplaceAll(tidy(s), " ", ""))
	t = strings.NewReplacer("－", "-", "—", "-", "–", "-", "_", "-", "·", "-").Replace(t)
	if m := placeWords.FindStringSubmatch(t); m != nil {
		return Place{Building: display(m[1]), Entrance: m[2], Room: strings.ToUpper(m[3])}, true
	}
	if m := placeDash.FindStringSubmatch(t); m != nil {
		return Place{Building: display(m[1]), Entrance: m[2], Room: strings.ToUpper(m[3])}, true
	}
	if r := tidyRoom(t); r != "" && len(r) <= 8 && isRoom(r) {
		return Place{Room: r}, true
	}
	return Place{}, false
}

// display gives a bare building number its word: "3" is 3栋.
func display(b string) string {
	if b != "" && strings.Trim(b, "0123456789") == "" {
		return b + "栋"
	}
	return strings.ToUpper(b)
}

// buildingKey is the form in which buildings and entrances are compared: 03栋,
// 3号楼, 3# and 三栋 are one.
func buildingKey(s string) string {
	t := numerals(plain(s))
	if u := buildingEnd.ReplaceAllString(t, ""); u != "" {
		t = u
	}
	t = strings.TrimPrefix(t, "第")
	if u := strings.TrimLeft(t, "0"); u != "" {
		t = u
	}
	return t
}

// tidyRoom writes a room number plainly: "502室" is 502, "502.0" is 502.
func tidyRoom(s string) string {
	t := strings.ToUpper(strings.ReplaceAll(tidy(s), " ", ""))
	t = strings.TrimSuffix(t, ".0")
	return roomEnd.ReplaceAllString(t, "")
}

func roomKey(s string) string {
	t := tidyRoom(s)
	if u := strings.TrimLeft(t, "0"); u != "" && strings.Trim(u, "0123456789") == "" {
		return u
	}
	return t
}

func isRoom(s string) bool {
	digits := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case r >= 'A' && r <= 'Z', r == '-', r == '.':
		default:
			return false
		}
	}
	return digits
}
