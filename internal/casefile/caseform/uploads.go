package caseform

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
)

// maxSignature bounds a drawn signature, in bytes.
const maxSignature = 512 << 10

// pngAddress is how the signature pad hands its drawing over.
const pngAddress = "data:image/png;base64,"

// Uploads stores the photos and signatures of a form through keep, which
// returns the reference of what it stored, and gives the references by field.
// What cannot be kept is reported at its field. Call it after the form was
// parsed and give the result to Read.
func Uploads(r *http.Request, asked []procedure.Field, keep func(name string, body io.Reader) (string, error)) (map[string][]string, error) {
	kept := map[string][]string{}
	one := func(field, name string, body io.Reader) error {
		ref, err := keep(name, body)
		if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
			return errs.New(errs.Invalid, "casefile.photo", e.Message.ZH, e.Message.EN).Field(field, e.Code, e.Message.ZH, e.Message.EN)
		}
		if err == nil {
			kept[field] = append(kept[field], ref)
		}
		return err
	}
	for _, f := range asked {
		switch f.Type {
		case procedure.TypeSignature:
			drawn := r.FormValue(Name(f.Name))
			if drawn == "" {
				continue
			}
			png, err := signature(drawn)
			if err != nil {
				return nil, errs.New(errs.Invalid, "casefile.signature", "签名没有收全，请再签一次。", "The signature did not arrive whole; sign again.").
					Field(f.Name, "form", "请再签一次。", "Sign again.")
			}
			if err := one(f.Name, f.Name+".png", bytes.NewReader(png)); err != nil {
				return nil, err
			}
		case procedure.TypePhoto:
			if r.MultipartForm == nil {
				continue
			}
			for _, head := range r.MultipartForm.File[Name(f.Name)] {
				if head.Size == 0 {
					continue
				}
				file, err := head.Open()
				if err != nil {
					return nil, err
				}
				err = one(f.Name, head.Filename, file)
				_ = file.Close() // read to its end, or refused
				if err != nil {
					return nil, err
				}
			}
		}
	}
	return kept, nil
}

// signature decodes what the pad drew.
func signature(drawn string) ([]byte, error) {
	raw, ok := strings.CutPrefix(drawn, pngAddress)
	if !ok || len(raw) > maxSignature {
		return nil, errs.New(errs.Invalid, "casefile.signature", "", "")
	}
	return base64.StdEncoding.Strict().DecodeString(raw)
}
