package search

import (
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Keys are what a document is found by at once and from the first letter on:
// every key is found by itself and by its beginning.

// NameKeys lists the keys of a person's or company's name: itself, its pinyin
// and its initials.
func NameKeys(name string) []string {
	name = short(name)
	if name == "" {
		return nil
	}
	keys := []string{Dashed(name), Compact(name)}
	keys = append(keys, Initials(name)...)
	return append(keys, Spellings(name)...)
}

// PhoneKeys lists every part of a number from its beginnings on, so that any
// part of it is found: 13812346621, 3812346621 … 621.
func PhoneKeys(number string) []string {
	d := text.Digits(short(number))
	var keys []string
	for i := 0; i+minSuffix <= len(d); i++ {
		keys = append(keys, d[i:])
	}
	if len(keys) == 0 && d != "" {
		keys = append(keys, d)
	}
	return keys
}

// NumberKeys lists the keys of a case number, plate, parking space or letter
// number: as written and without its marks, and from each of its parts on
// (WX-2611-0251 is found by wx2611, 26110251, 0251 and 251).
func NumberKeys(number string) []string {
	dashed := Dashed(short(number))
	keys := []string{dashed, strings.ReplaceAll(dashed, "-", "")}
	parts := strings.Split(dashed, "-")
	for i := 1; i < len(parts); i++ {
		keys = append(keys, strings.Join(parts[i:], "-"), strings.Join(parts[i:], ""))
	}
	last := parts[len(parts)-1]
	if t := strings.TrimLeft(last, "0"); t != "" && t != last {
		keys = append(keys, t)
	}
	if rs := []rune(keys[1]); len(rs) > 1 && kindOf(rs[0]) == han { // a plate without its province
		keys = append(keys, string(rs[1:]))
	}
	if len(keys[1]) > 5 {
		keys = append(keys, keys[1][len(keys[1])-3:]) // the last three of a plate, as people remember it
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" })
}

// RoomKeys lists the ways a room is typed: 3-1-1502, 3-1502, 311502, 31502,
// 1502, 1-1502; a low floor also without its nought. entrance may be empty.
func RoomKeys(building, entrance, room string) []string {
	b, e, r := Dashed(short(building)), Dashed(short(entrance)), Dashed(short(room))
	var keys []string
	add := func(parts ...string) {
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
		keys = append(keys, strings.Join(parts, "-"), strings.Join(parts, ""))
	}
	add(b, e, r)
	add(b, r)
	add(r)
	if e != "" && r != "" {
		keys = append(keys, e+"-"+r) // 1单元1502; run together it would be another room's number
	}
	if t := strings.TrimLeft(r, "0"); t != "" && t != r { // 0101 is typed as 101, too
		for _, parts := range [][]string{{b, e, t}, {b, t}, {e, t}, {t}} {
			keys = append(keys, strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "-"))
		}
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" })
}

// plateKeys lists the keys of a room by its plate.
func plateKeys(plate string) []string {
	parts := strings.Split(Dashed(short(plate)), "-")
	switch len(parts) {
	case 2:
		return RoomKeys(parts[0], "", parts[1])
	case 3:
		return RoomKeys(parts[0], parts[1], parts[2])
	}
	return NumberKeys(plate)
}

// short is as much of a typed value as keys are made of.
func short(s string) string {
	s = text.Clean(s)
	if rs := []rune(s); len(rs) > maxKey {
		return string(rs[:maxKey])
	}
	return s
}
