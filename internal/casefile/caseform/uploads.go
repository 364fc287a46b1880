package caseform

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
)

// maxSignature bounds a drawn signature, in bytes.
const maxSignature = 512 << 10

// pngAddress is how the signature pad hands its drawing over.
const pngAddress = "data:image/png;base64,"

// Files is where the forms of a case keep their pictures.
type Files struct {
	// Keep stores one and returns its reference; what is no picture is Invalid.
	Keep func(name string, body io.Reader) (string, error)
	// Hangs reports whether a picture is of the same case. A form that was
	// refused brings again what it had brought; nil where it is not shown again.
	Hangs func(ref string) (bool, error)
}

// keptName is what the pictures of a refused form are called in the next.
func keptName(field string) string { return "kept." + field }

// Uploads stores the photos and signatures of a form and gives their references
// by field, with those a refused form had brought. What cannot be kept is
// reported at its field, the first of them; the others are kept. Call it after
// the form was parsed and give the result to Read.
func Uploads(r *http.Request, asked []procedure.Field, files Files) (map[string][]string, error) {
	kept := map[string][]string{}
	var refused error
	for _, f := range asked {
		var list []string
		var err error
		switch f.Type {
		case procedure.TypeSignature:
			list, err = files.signature(r, f.Name)
		case procedure.TypePhoto:
			list, err = files.photos(r, f.Name)
		default:
			continue
		}
		if len(list) > 0 {
			kept[f.Name] = list
		}
		switch {
		case err != nil && errs.KindOf(err) != errs.Invalid:
			return kept, err
		case refused == nil:
			refused = err
		}
	}
	return kept, refused
}

// again are the references of a refused form.
func (files Files) again(r *http.Request, field string) ([]string, error) {
	var list []string
	if files.Hangs == nil {
		return nil, nil
	}
	for _, ref := range r.Form[keptName(field)] {
		if ok, err := files.Hangs(ref); err != nil {
			return list, err
		} else if ok && !slices.Contains(list, ref) {
			list = append(list, ref)
		}
	}
	return list, nil
}

// signature is what was drawn, or what had been drawn before.
func (files Files) signature(r *http.Request, field string) ([]string, error) {
	drawn := r.FormValue(Name(field))
	if drawn == "" {
		return files.again(r, field)
	}
	png, err := signature(drawn)
	if err != nil {
		return nil, errs.New(errs.Invalid, "casefile.signature", "签名没有收全，请再签一次。", "The signature did not arrive whole; sign again.").
			Field(field, "form", "请再签一次。", "Sign again.")
	}
	ref, err := files.one(field, field+".png", bytes.NewReader(png))
	if err != nil {
		return nil, err
	}
	return []string{ref}, nil
}

func (files Files) photos(r *http.Request, field string) ([]string, error) {
	list, refused := files.again(r, field)
	if refused != nil || r.MultipartForm == nil {
		return list, refused
	}
	for _, head := range r.MultipartForm.File[Name(field)] {
		if head.Size == 0 {
			continue
		}
		file, err := head.Open()
		if err != nil {
			return list, err
		}
		ref, err := files.one(field, head.Filename, file)
		_ = file.Close() // read to its end, or refused
		switch {
		case err == nil:
			list = append(list, ref)
		case errs.KindOf(err) != errs.Invalid:
			return list, err
		case refused == nil:
			refused = err
		}
	}
	return list, refused
}

// one keeps one file; why it cannot be kept is said at the field.
func (files Files) one(field, name string, body io.Reader) (string, error) {
	ref, err := files.Keep(name, body)
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		return "", errs.New(errs.Invalid, "casefile.photo", e.Message.ZH, e.Message.EN).Field(field, e.Code, e.Message.ZH, e.Message.EN)
	}
	return ref, err
}

// signature decodes what the pad drew.
func signature(drawn string) ([]byte, error) {
	raw, ok := strings.CutPrefix(drawn, pngAddress)
	if !ok || len(raw) > maxSignature {
		return nil, errs.New(errs.Invalid, "casefile.signature", "", "")
	}
	return base64.StdEncoding.Strict().DecodeString(raw)
}
