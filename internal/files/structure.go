package files

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // registers the decoder
	_ "image/png"  // registers the decoder
	"io"
	"path"
	"strings"
	"unicode/utf8"

	_ "golang.org/x/image/webp" // registers the decoder
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of what may unfold out of a file.
const (
	maxPixels   = 64 << 20  // of a picture
	maxUnpacked = 200 << 20 // bytes inside an office document
	maxEntries  = 4000      // parts of an office document
	maxText     = 8 << 20   // bytes of a text
)

// markup that a browser might run when a file is taken for a page.
var markup = [][]byte{[]byte("<script"), []byte("<html"), []byte("<svg"), []byte("<!doctype"), []byte("<iframe"), []byte("<?php")}

func hasMarkup(b []byte) bool {
	low := bytes.ToLower(b)
	for _, m := range markup {
		if bytes.Contains(low, m) {
			return true
		}
	}
	return false
}

// noArchive refuses a file that is an archive as well (readers of ZIP look at
// the end, all others at the beginning).
func noArchive(r io.ReaderAt, size int64) error {
	if z, err := zip.NewReader(r, size); err == nil && len(z.File) > 0 {
		return errActive("ZIP")
	}
	return nil
}

// checkImage decodes the picture within bounds: a picture that claims to be
// huge is refused before it is unfolded.
func checkImage(media Media) checker {
	return func(r io.ReaderAt, size int64, head []byte) (Media, error) {
		cfg, format, err := image.DecodeConfig(io.NewSectionReader(r, 0, size))
		if err != nil || "image/"+format != string(media) {
			return "", errBroken(err)
		}
		if int64(cfg.Width)*int64(cfg.Height) > maxPixels || cfg.Width == 0 || cfg.Height == 0 {
			return "", errBroken(fmt.Errorf("%d × %d pixels", cfg.Width, cfg.Height))
		}
		tail := make([]byte, min(size, 64<<10))
		if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
			return "", err
		}
		if hasMarkup(head[:min(len(head), 1024)]) || hasMarkup(behind(media, tail)) {
			return "", errActive("HTML")
		}
		return media, nil
	}
}

// behind is what follows the end of the picture. Only there and at the very
// beginning is markup looked for: inside, pixels look like anything.
func behind(media Media, tail []byte) []byte {
	mark := map[Media][]byte{JPEG: []byte("\xff\xd9"), PNG: []byte("IEND")}[media]
	if mark == nil {
		return nil
	}
	i := bytes.LastIndex(tail, mark)
	return tail[i+1:]
}

// checkBoxes walks the boxes of an ISO media file: HEIC pictures and M4A
// recordings; films are not kept.
func checkBoxes(r io.ReaderAt, size int64, head []byte) (Media, error) {
	n := int64(binary.BigEndian.Uint32(head))
	if n < 16 || n > int64(len(head)) {
		return "", errType()
	}
	var media Media
	for at := int64(8); at+4 <= n; at += 4 {
		if at == 12 { // minor version
			continue
		}
		switch string(head[at : at+4]) {
		case "heic", "heix", "heim", "heis", "mif1":
			media = HEIC
		case "M4A ", "M4B ", "mp42", "isom", "3gp4", "3gp5":
			if media == "" {
				media = M4A
			}
		}
	}
	if media == "" {
		return "", errType()
	}
	seen := map[string]bool{}
	for at := int64(0); at < size; {
		var b [16]byte
		if _, err := r.ReadAt(b[:min(16, size-at)], at); err != nil && err != io.EOF {
			return "", err
		}
		n := int64(binary.BigEndian.Uint32(b[:4]))
		switch n {
		case 0:
			n = size - at
		case 1:
			n = int64(binary.BigEndian.Uint64(b[8:])) //nolint:gosec // checked below
		}
		if n < 8 || n > size-at {
			return "", errBroken(io.ErrUnexpectedEOF)
		}
		kind := string(b[4:8])
		seen[kind] = true
		if kind == "moov" {
			moov := make([]byte, min(n, 4<<20))
			if _, err := r.ReadAt(moov, at); err != nil && err != io.EOF {
				return "", err
			}
			for i := bytes.Index(moov, []byte("hdlr")); i >= 0 && i+16 <= len(moov); {
				if string(moov[i+12:i+16]) == "vide" {
					return "", errType()
				}
				next := bytes.Index(moov[i+4:], []byte("hdlr"))
				if next < 0 {
					break
				}
				i += 4 + next
			}
		}
		at += n
	}
	if media == HEIC && !seen["meta"] || media == M4A && !seen["moov"] {
		return "", errBroken(errors.New("a box is missing"))
	}
	return media, nil
}

// checkPDF wants a whole document and refuses what acts on its own. Names may
// be spelt with #xx; streams are not unfolded, readers run without scripts.
func checkPDF(r io.ReaderAt, size int64, _ []byte) (Media, error) {
	tail := make([]byte, min(size, 2048))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return "", err
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return "", errBroken(io.ErrUnexpectedEOF)
	}
	const piece, over = 1 << 20, 64
	buf := make([]byte, piece+over)
	for at := int64(0); at < size; at += piece {
		n, err := r.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return "", err
		}
		plain := unescapePDF(buf[:n])
		for _, name := range []string{"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia"} {
			for rest := plain; ; {
				i := bytes.Index(rest, []byte(name))
				if i < 0 {
					break
				}
				rest = rest[i+len(name):]
				if len(rest) == 0 || !regular(rest[0]) || name == "/EmbeddedFile" {
					return "", errActive(name[1:])
				}
			}
		}
	}
	return PDF, nil
}

// regular reports whether c continues a PDF name.
func regular(c byte) bool {
	return c > ' ' && !strings.ContainsRune("()<>[]{}/%", rune(c)) && c < 0x7f
}

func unescapePDF(b []byte) []byte {
	if !bytes.ContainsRune(b, '#') {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			hi, ok1 := hexDigit(b[i+1])
			lo, ok2 := hexDigit(b[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// checkOffice opens a Word or Excel document and unfolds every part within
// bounds, believing no size written in it.
func checkOffice(r io.ReaderAt, size int64, _ []byte) (Media, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return "", errBroken(err)
	}
	if len(z.File) > maxEntries {
		return "", errBroken(fmt.Errorf("%d parts", len(z.File)))
	}
	var types []byte
	seen := map[string]bool{}
	left := int64(maxUnpacked)
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.Contains(name, `\`) || strings.HasPrefix(name, "/") || name != "" && path.Clean("/"+name) != "/"+strings.TrimSuffix(name, "/") || seen[name] {
			return "", errBroken(errors.New("a part has a bad name"))
		}
		seen[name] = true
		base := path.Base(name)
		if base == "vbaproject.bin" || strings.Contains(name, "activex") || strings.Contains(name, "/embeddings/") {
			return "", errActive(base)
		}
		in, err := f.Open()
		if err != nil {
			return "", errBroken(err)
		}
		var first bytes.Buffer
		n, err := io.Copy(&cut{&first, 1 << 20}, io.LimitReader(in, left+1))
		_ = in.Close()
		left -= n
		if left < 0 {
			return "", errBroken(errors.New("unfolds too far"))
		}
		if err != nil {
			return "", errBroken(err)
		}
		if bytes.HasPrefix(first.Bytes(), []byte("PK\x03\x04")) || bytes.HasPrefix(first.Bytes(), []byte("MZ")) {
			return "", errActive(base)
		}
		if name == "[content_types].xml" {
			types = first.Bytes()
		}
	}
	switch {
	case bytes.Contains(types, []byte("macroEnabled")):
		return "", errActive("VBA")
	case bytes.Contains(types, []byte("wordprocessingml.document.main+xml")) && seen["word/document.xml"]:
		return DOCX, nil
	case bytes.Contains(types, []byte("spreadsheetml.sheet.main+xml")) && seen["xl/workbook.xml"]:
		return XLSX, nil
	}
	return "", errType()
}

// cut keeps the first n bytes and counts the rest.
type cut struct {
	b *bytes.Buffer
	n int
}

func (c *cut) Write(p []byte) (int, error) {
	c.b.Write(p[:min(len(p), max(c.n-c.b.Len(), 0))])
	return len(p), nil
}

// checkText wants readable UTF-8 or GB18030 that is no page or picture code.
func checkText(r io.ReaderAt, size int64, head []byte) (Media, error) {
	if size > maxText {
		return "", errType()
	}
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return "", err
	}
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7f {
			return "", errType()
		}
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \r\n\t\f")
	if bytes.HasPrefix(start, []byte("<")) || bytes.HasPrefix(start, []byte("#!")) || hasMarkup(head) {
		return "", errType()
	}
	if !utf8.Valid(b) {
		plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil || bytes.ContainsRune(plain, utf8.RuneError) {
			return "", errType()
		}
	}
	return Text, nil
}
