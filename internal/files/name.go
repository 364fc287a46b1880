package files

import (
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanjia/internal/text"
)

// maxName bounds a file's name, in characters.
const maxName = 100

// cleanName makes a name safe to show, store and offer for saving: no path, no
// control or direction characters, an ending that tells the truth about media.
func cleanName(name string, media Media) string {
	name = text.Clean(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*;%`, r), unicode.Is(unicode.Cf, r), r == '\n', r == '\t':
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	ext := strings.ToLower(path.Ext(name))
	stem := strings.TrimSuffix(name, path.Ext(name))
	right := false
	for _, e := range media.endings() {
		right = right || e == ext
	}
	if !right {
		stem, ext = name, media.endings()[0]
	}
	stem = strings.Trim(stem, ". ")
	if stem == "" || reserved[strings.ToLower(stem)] {
		stem = "文件" + stem
	}
	for utf8.RuneCountInString(stem) > maxName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	return stem + ext
}

// reserved names open devices on Windows, where the file will be saved.
var reserved = func() map[string]bool {
	m := map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}
	for _, n := range "123456789" {
		m["com"+string(n)], m["lpt"+string(n)] = true, true
	}
	return m
}()

// disposition is the header that offers a file under its name.
func disposition(kind, name string) string {
	if v := mime.FormatMediaType(kind, map[string]string{"filename": name}); v != "" {
		return v
	}
	return kind
}
