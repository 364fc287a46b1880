package importer

import (
	"bytes"
	"unicode/utf8"

	"guanjia/internal/errs"
)

// sniff refuses what is no .xlsx workbook by its first bytes, with words that
// tell what the file is and what to do; an extension proves nothing.
func sniff(data []byte) error {
	switch {
	case len(data) == 0:
		return errs.New(errs.Invalid, "importer.file.empty", "文件是空的。请重新选择文件。", "The file is empty. Choose it again.")
	case len(data) > MaxBytes:
		return errTooLarge("文件超过 50 MB", "the file is larger than 50 MB")
	case bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}):
		// An OLE container: an old .xls, or an encrypted .xlsx.
		if bytes.Contains(data[:min(len(data), 1<<20)], utf16("EncryptedPackage")) || bytes.Contains(data, utf16("EncryptedPackage")) {
			return errEncrypted()
		}
		return errs.New(errs.Invalid, "importer.file.xls", "这是旧格式（.xls）。请在 Excel 或 WPS 里另存为 .xlsx 再上传；没有导入任何内容。", "This is the old format (.xls). Save it as .xlsx in Excel or WPS and upload that; nothing was imported.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(data, []byte("%PDF")):
		return errFormat("PDF")
	case bytes.HasPrefix(bytes.TrimLeft(data[:min(len(data), 512)], "\xef\xbb\xbf \t\r\n"), []byte("<")):
		return errs.New(errs.Invalid, "importer.file.html", "这是网页或 XML 文件，只是名字像 Excel。请用 Excel 或 WPS 打开后另存为 .xlsx；没有导入任何内容。", "This is a web page or XML file named like Excel. Open it in Excel or WPS and save it as .xlsx; nothing was imported.")
	case looksLikeText(data):
		return errs.New(errs.Invalid, "importer.file.csv", "这是文本（CSV）文件。请用 Excel 或 WPS 打开后另存为 .xlsx；没有导入任何内容。", "This is a text (CSV) file. Open it in Excel or WPS and save it as .xlsx; nothing was imported.")
	}
	return errs.New(errs.Invalid, "importer.file.format", "认不出这个文件。请上传 .xlsx 工作簿；没有导入任何内容。", "This file is not recognised. Upload an .xlsx workbook; nothing was imported.")
}

func errFormat(what string) error {
	return errs.Newf(errs.Invalid, "importer.file.format", "这是 %s 文件。请上传 .xlsx 工作簿；没有导入任何内容。", "This is a %s file. Upload an .xlsx workbook; nothing was imported.", what)
}

func errEncrypted() error {
	return errs.New(errs.Invalid, "importer.file.encrypted", "工作簿有打开密码。请去掉密码另存一份再上传；没有导入任何内容。", "The workbook is protected by a password. Save a copy without it and upload that; nothing was imported.")
}

func errTooLarge(zh, en string) error {
	return errs.Newf(errs.Invalid, "importer.file.too_large", "文件太大：%[1]s。请按楼栋拆成几个文件；没有导入任何内容。", "The file is too large: %[2]s. Split it by building; nothing was imported.", zh, en)
}

func damaged(cause error) error {
	return errs.New(errs.Invalid, "importer.file.damaged", "文件打不开，可能已损坏。请在 Excel 或 WPS 里打开，另存为 .xlsx 再上传；没有导入任何内容。", "The file cannot be opened and may be damaged. Open it in Excel or WPS, save it as .xlsx and upload that; nothing was imported.").Wrap(cause)
}

// looksLikeText reports whether the beginning holds no control bytes, in UTF-8
// or in GBK (which is what Excel writes as CSV in China).
func looksLikeText(data []byte) bool {
	head := data[:min(len(data), 4096)]
	lines := 0
	for _, c := range head {
		if c < 0x09 || c > 0x0d && c < 0x20 {
			return false
		}
		if c == '\n' || c == ',' || c == '\t' || c == ';' {
			lines++
		}
	}
	return lines > 0 || utf8.Valid(head)
}

// utf16 is s as it stands in an OLE directory.
func utf16(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}
