package files_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"guanjia/internal/errs"
	"guanjia/internal/files"
)

func archive(t testing.TB, parts ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wordTypes  = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	sheetTypes = `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
)

func word(t testing.TB, more ...[2]string) []byte {
	return archive(t, append([][2]string{{"[Content_Types].xml", wordTypes}, {"word/document.xml", "<w:document/>"}}, more...)...)
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// huge is a PNG whose header claims 100,000 × 100,000 pixels.
func huge(t testing.TB) []byte {
	b := picture(t)
	binary.BigEndian.PutUint32(b[16:], 100000)
	binary.BigEndian.PutUint32(b[20:], 100000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func box(kind string, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

func sound() []byte {
	frame := make([]byte, 417)
	copy(frame, "\xff\xfb\x90\x00")
	return bytes.Repeat(frame, 4)
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// proves PLT-12: what is what, whatever it is called
func TestTypes(t *testing.T) {
	t.Parallel()
	h := alone(t, nil)
	for name, tt := range map[string]struct {
		body []byte
		want files.Media
		as   string
	}{
		"a.png":                           {picture(t), files.PNG, "a.png"},
		"photo.exe":                       {photo(t), files.JPEG, "photo.exe.jpg"},
		"a.JPEG":                          {photo(t), files.JPEG, "a.jpeg"},
		"合同.pdf":                          {[]byte(pdf), files.PDF, "合同.pdf"},
		"通知.docx":                         {word(t), files.DOCX, "通知.docx"},
		"表.xlsx":                          {archive(t, [2]string{"[Content_Types].xml", sheetTypes}, [2]string{"xl/workbook.xml", "<workbook/>"}), files.XLSX, "表.xlsx"},
		"说明":                              {[]byte("请看\r\n第二行"), files.Text, "说明.txt"},
		"gbk.txt":                         {[]byte("\xc4\xe3\xba\xc3"), files.Text, "gbk.txt"},
		"录音.mp3":                          {sound(), files.MP3, "录音.mp3"},
		"id3.mp3":                         {append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), sound()...), files.MP3, "id3.mp3"},
		"录音.m4a":                          {append(box("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")...), box("moov", 1, 2)...), files.M4A, "录音.m4a"},
		"IMG.HEIC":                        {append(box("ftyp", []byte("heic\x00\x00\x00\x00mif1")...), box("meta", 1, 2)...), files.HEIC, "IMG.heic"},
		"call.amr":                        {[]byte("#!AMR\n\x3c"), files.AMR, "call.amr"},
		"call.wav":                        {append([]byte("RIFF\x08\x00\x00\x00WAVE"), 0, 0, 0, 0), files.WAV, "call.wav"},
		"../../etc/":                      {[]byte("x"), files.Text, "文件.txt"},
		"CON":                             {[]byte("x"), files.Text, "文件CON.txt"},
		"a\u202egpj.exe\x00.txt<script>":  {[]byte("x"), files.Text, "agpj.exe.txtscript.txt"},
		strings.Repeat("长", 300) + ".txt": {[]byte("x"), files.Text, strings.Repeat("长", 100) + ".txt"},
	} {
		got, err := h.Receive(t.Context(), name, bytes.NewReader(tt.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Media != tt.want || got.Name != tt.as {
			t.Errorf("%s: %s %q, want %s %q", name, got.Media, got.Name, tt.want, tt.as)
		}
	}
}

// proves PLT-12: hostile files are refused and leave nothing behind
func TestHostile(t *testing.T) {
	t.Parallel()
	h := alone(t, nil)
	bomb := strings.Repeat("\x00", 210<<20)
	var big [][2]string
	for i := range 4001 {
		big = append(big, [2]string{fmt.Sprintf("p%d", i), ""})
	}
	video := append(box("ftyp", []byte("isom\x00\x00\x00\x00isom")...), box("moov", box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00vide")...)...)...)
	for name, tt := range map[string]struct {
		body []byte
		code string
	}{
		"empty":              {nil, "files.empty"},
		"svg":                {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "files.type"},
		"svg after a bom":    {[]byte("\xef\xbb\xbf \n<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>"), "files.type"},
		"html":               {[]byte("<!DOCTYPE html><script>1</script>"), "files.type"},
		"html in a text":     {[]byte("hello <script>alert(1)</script>"), "files.type"},
		"shell script":       {[]byte("#!/bin/sh\nrm -rf /"), "files.type"},
		"windows program":    {[]byte("MZ\x90\x00\x03\x00\x00\x00"), "files.type"},
		"linux program":      {[]byte("\x7fELF\x02\x01\x01"), "files.type"},
		"plain zip":          {archive(t, [2]string{"a.txt", "x"}), "files.type"},
		"gif":                {[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), "files.type"},
		"old word":           {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "files.type"},
		"cut jpeg":           {photo(t)[:20], "files.broken"},
		"cut pdf":            {[]byte(pdf[:30]), "files.broken"},
		"pixel bomb":         {huge(t), "files.broken"},
		"jpeg and zip":       {append(photo(t), archive(t, [2]string{"a.class", "x"})...), "files.active"},
		"png and html":       {append(picture(t), "<html><script>alert(1)</script>"...), "files.active"},
		"png and pdf":        {append(picture(t)[:33], append([]byte("\x00\x00\x00\x05tEXt%PDF-1234"), picture(t)[33:]...)...), "files.active"},
		"pdf and zip":        {append([]byte(pdf), archive(t, [2]string{"a.class", "x"})...), "files.active"},
		"pdf with script":    {[]byte(strings.Replace(pdf, "/Catalog", "/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>", 1)), "files.active"},
		"pdf, script hidden": {[]byte(strings.Replace(pdf, "/Catalog", "/Catalog/OpenAction<</S/J#61vaScr#69pt>>", 1)), "files.active"},
		"pdf that launches":  {[]byte(strings.Replace(pdf, "/Catalog", "/Catalog/A<</S/Launch/F(cmd.exe)>>", 1)), "files.active"},
		"pdf with a file":    {[]byte(strings.Replace(pdf, "/Catalog", "/Catalog/Names<</EmbeddedFiles 2 0 R>>", 1)), "files.active"},
		"macros":             {word(t, [2]string{"word/vbaProject.bin", "x"}), "files.active"},
		"zip in word":        {word(t, [2]string{"word/media/a.png", string(archive(t, [2]string{"x", "y"}))}), "files.active"},
		"program in word":    {word(t, [2]string{"word/media/a.png", "MZ\x90\x00"}), "files.active"},
		"ole in word":        {word(t, [2]string{"word/embeddings/oleObject1.bin", "x"}), "files.active"},
		"path in word":       {word(t, [2]string{"../../etc/passwd", "x"}), "files.broken"},
		"doubled part":       {word(t, [2]string{"WORD/document.xml", "x"}), "files.broken"},
		"zip bomb":           {word(t, [2]string{"word/a.xml", bomb}), "files.broken"},
		"too many parts":     {word(t, big...), "files.broken"},
		"cut word":           {word(t)[:100], "files.broken"},
		"film":               {video, "files.type"},
		"box too long":       {append(box("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")...), 0xff, 0xff, 0xff, 0, 'm', 'o', 'o', 'v'), "files.broken"},
		"box of no length":   {append(box("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")...), 0, 0, 0, 2, 'm', 'o', 'o', 'v'), "files.broken"},
		"half a sound":       {[]byte("\xff\xfb\x90\x00abc"), "files.type"},
	} {
		_, err := h.Receive(t.Context(), name+".jpg", bytes.NewReader(tt.body))
		if errs.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
	if n := h.onDisk(); n != 0 {
		t.Fatalf("%d files stayed behind", n)
	}
}

// FuzzReceive looks for panics in the readers of structure.
func FuzzReceive(f *testing.F) {
	for _, b := range [][]byte{photo(f), picture(f), []byte(pdf), word(f), sound(), box("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")...), placed(f)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := alone(t, nil).Receive(t.Context(), "x", bytes.NewReader(b))
		if err == nil && got.Size != int64(len(b)) {
			t.Fatalf("%d of %d bytes kept", got.Size, len(b))
		}
	})
}

// clamd answers like ClamAV's daemon.
func clamd(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if _, err := io.ReadFull(conn, make([]byte, len("zINSTREAM\x00"))); err != nil {
					return
				}
				var all bytes.Buffer
				for {
					var n [4]byte
					if _, err := io.ReadFull(conn, n[:]); err != nil {
						return
					}
					size := binary.BigEndian.Uint32(n[:])
					if size == 0 {
						break
					}
					if _, err := io.CopyN(&all, conn, int64(size)); err != nil {
						return
					}
				}
				answer := "stream: OK\x00"
				if strings.Contains(all.String(), "EICAR") {
					answer = "stream: Eicar-Test-Signature FOUND\x00"
				}
				_, _ = io.WriteString(conn, answer)
			}()
		}
	}()
	return path
}

// proves PLT-12: malware is refused; a scanner that is away refuses everything
func TestScanner(t *testing.T) {
	t.Parallel()
	h := alone(t, files.ClamAV{Address: clamd(t)})
	h.receive("fine.txt", []byte("好的"))
	if _, err := h.Receive(t.Context(), "bad.txt", strings.NewReader(strings.Repeat("x", 100<<10)+"EICAR")); errs.CodeOf(err) != "files.malware" {
		t.Fatal(err)
	}
	away := alone(t, files.ClamAV{Address: filepath.Join(t.TempDir(), "none")})
	if _, err := away.Receive(t.Context(), "fine.txt", strings.NewReader("好的")); errs.KindOf(err) != errs.Unavailable {
		t.Fatal(err)
	}
}
