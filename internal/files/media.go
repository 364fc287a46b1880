package files

import (
	"bytes"
	"encoding/binary"
	"io"

	"guanjia/internal/errs"
)

// Media is a type of content this room keeps, told by content alone.
type Media string

// The types that are kept; everything else is refused.
const (
	JPEG Media = "image/jpeg"
	PNG  Media = "image/png"
	WebP Media = "image/webp"
	HEIC Media = "image/heic"
	PDF  Media = "application/pdf"
	DOCX Media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX Media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Text Media = "text/plain"
	MP3  Media = "audio/mpeg"
	M4A  Media = "audio/mp4"
	WAV  Media = "audio/wav"
	AMR  Media = "audio/amr"
)

var endingsOf = map[Media][]string{
	JPEG: {".jpg", ".jpeg"}, PNG: {".png"}, WebP: {".webp"}, HEIC: {".heic", ".heif"}, PDF: {".pdf"}, DOCX: {".docx"}, XLSX: {".xlsx"},
	Text: {".txt", ".csv", ".log"}, MP3: {".mp3"}, M4A: {".m4a", ".mp4", ".aac"}, WAV: {".wav"}, AMR: {".amr"},
}

func (m Media) endings() []string { return endingsOf[m] }

// Picture reports whether m can be shown small.
func (m Media) Picture() bool { return m == JPEG || m == PNG || m == WebP }

// Accept lists the endings for the accept attribute of a file field.
const Accept = ".jpg,.jpeg,.png,.webp,.heic,.pdf,.docx,.xlsx,.txt,.csv,.mp3,.m4a,.wav,.amr"

func errType() error {
	return errs.New(errs.Invalid, "files.type",
		"这种文件不能收，没有保存。可以收照片（JPG、PNG、WebP、HEIC）、PDF、Word（docx）、Excel（xlsx）、文本和录音（MP3、M4A、WAV、AMR）。",
		"This type of file is not accepted and was not saved. Accepted: photos (JPG, PNG, WebP, HEIC), PDF, Word (docx), Excel (xlsx), text and recordings (MP3, M4A, WAV, AMR).")
}

func errBroken(cause error) error {
	return errs.New(errs.Invalid, "files.broken", "文件不完整或已损坏，没有保存。请重新拍一张或重新导出后再传。",
		"The file is incomplete or damaged and was not saved. Take the photo again or export it again.").Wrap(cause)
}

func errActive(what string) error {
	return errs.New(errs.Invalid, "files.active", "文件里夹带了程序或别的文件（"+what+"），没有保存。请用普通的照片或 PDF。",
		"The file carries a program or another file ("+what+") and was not saved. Use a plain photo or PDF.")
}

// inspect tells the type of a file by its content and checks its structure.
func inspect(r io.ReaderAt, size int64) (Media, error) {
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	}
	if size == 0 {
		return "", errs.New(errs.Invalid, "files.empty", "文件是空的，没有保存。", "The file is empty and was not saved.")
	}
	media, check := tell(head)
	if media == "" {
		return "", errType()
	}
	if media != PDF && media != DOCX && bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return "", errActive("PDF")
	}
	if media != DOCX {
		if err := noArchive(r, size); err != nil {
			return "", err
		}
	}
	return check(r, size, head)
}

type checker func(r io.ReaderAt, size int64, head []byte) (Media, error)

func tell(head []byte) (Media, checker) {
	is := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	switch {
	case is(0, "\xff\xd8\xff"):
		return JPEG, checkImage(JPEG)
	case is(0, "\x89PNG\r\n\x1a\n"):
		return PNG, checkImage(PNG)
	case is(0, "RIFF") && is(8, "WEBP"):
		return WebP, checkImage(WebP)
	case is(0, "RIFF") && is(8, "WAVE"):
		return WAV, checkRIFF
	case is(4, "ftyp"):
		return M4A, checkBoxes // or HEIC
	case is(0, "%PDF-"):
		return PDF, checkPDF
	case is(0, "PK\x03\x04"):
		return DOCX, checkOffice // or XLSX
	case is(0, "#!AMR\n"), is(0, "#!AMR-WB\n"):
		return AMR, func(io.ReaderAt, int64, []byte) (Media, error) { return AMR, nil }
	case is(0, "ID3"), mpegFrame(head) > 0:
		return MP3, checkMP3
	}
	return Text, checkText
}

func checkRIFF(_ io.ReaderAt, size int64, head []byte) (Media, error) {
	if int64(binary.LittleEndian.Uint32(head[4:]))+8 > size+1 {
		return "", errBroken(io.ErrUnexpectedEOF)
	}
	return WAV, nil
}

// mpegFrame is the length of the MPEG audio layer III frame at the start of b,
// 0 when there is none.
func mpegFrame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return 0
	}
	version, rate, freq := b[1]>>3&3, b[2]>>4, b[2]>>2&3
	if version == 1 || rate == 0 || rate == 15 || freq == 3 {
		return 0
	}
	rates := [2][15]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
	hz := []int{44100, 48000, 32000}[freq]
	pad := int(b[2] >> 1 & 1)
	if version == 3 {
		return 144000*rates[0][rate]/hz + pad
	}
	hz /= 2
	if version == 0 {
		hz /= 2
	}
	return 72000*rates[1][rate]/hz + pad
}

func checkMP3(r io.ReaderAt, size int64, head []byte) (Media, error) {
	at := int64(0)
	if bytes.HasPrefix(head, []byte("ID3")) && len(head) >= 10 {
		at = 10 + int64(head[6]&0x7f)<<21 + int64(head[7]&0x7f)<<14 + int64(head[8]&0x7f)<<7 + int64(head[9]&0x7f)
	}
	// Two frames in a row, after at most a little padding.
	buf := make([]byte, min(max(size-at, 0), 16<<10))
	if _, err := r.ReadAt(buf, at); err != nil && err != io.EOF {
		return "", err
	}
	for i := range buf {
		n := mpegFrame(buf[i:])
		if n > 0 && i+n+4 <= len(buf) && mpegFrame(buf[i+n:]) > 0 {
			return MP3, nil
		}
	}
	return "", errType()
}
