package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/web"
)

// prefix is the root of the interface.
const prefix = "/api/v1"

// inProject is what lies in one project.
const inProject = prefix + "/projects/{project}"

// operation is one address with what goes in and comes out: the route and its
// description are both made from it.
type operation struct {
	name       string // operationId: "openCase"
	method     string
	path       string
	permission string
	summary    string
	tag        string
	status     int
	in, out    reflect.Type // out is nil when nothing comes back
	serve      web.Handler
	upload     bool // the body is a file
	download   bool // the answer is a file
}

// ownKey reports whether the room itself remembers the Idempotency-Key, in the
// transaction of the change.
func (op operation) ownKey() bool {
	for i := range op.in.NumField() {
		if op.in.Field(i).Tag.Get("header") == keyHeader {
			return true
		}
	}
	return false
}

// keyed reports whether the interface remembers the key of this operation.
func (op operation) keyed() bool {
	return op.method != http.MethodGet && !op.upload && !op.ownKey()
}

const keyHeader = "Idempotency-Key"

// call makes an operation of a function. In is a struct whose fields are
// tagged path:"…", query:"…" or header:"…"; a field named Body is the JSON body.
func call[In, Out any](name, method, path, permission, tag, summary string, status int, fn func(ctx context.Context, in In) (Out, error)) operation {
	op := operation{
		name: name, method: method, path: path, permission: permission, tag: tag, summary: summary, status: status,
		in: reflect.TypeFor[In](),
	}
	if reflect.TypeFor[Out]() != reflect.TypeFor[nothing]() {
		op.out = reflect.TypeFor[Out]()
	}
	op.serve = func(w http.ResponseWriter, r *http.Request) error {
		var in In
		if err := read(r, reflect.ValueOf(&in).Elem()); err != nil {
			return err
		}
		out, err := fn(r.Context(), in)
		if err != nil {
			return err
		}
		if op.out == nil {
			return give(w, op.status, nil)
		}
		return answer(w, op.status, out)
	}
	return op
}

// answer gives a value as JSON.
func answer(w http.ResponseWriter, status int, out any) error {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(out); err != nil {
		return err
	}
	return give(w, status, body.Bytes())
}

// give answers with JSON that is there already; nil is no content.
func give(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set("Cache-Control", "no-store")
	if len(body) == 0 {
		w.WriteHeader(status)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader went away: nothing to do
	return nil
}

// nothing is the answer of an operation that only says that it is done.
type nothing struct{}

// read fills in from the request; errs.Invalid names each faulty field.
func read(r *http.Request, in reflect.Value) error {
	var bad errs.Fields
	t := in.Type()
	query := r.URL.Query()
	known := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Body" {
			if err := readBody(r, in.Field(i).Addr().Interface()); err != nil {
				return err
			}
			continue
		}
		name, raw := f.Tag.Get("path"), ""
		switch {
		case name != "":
			raw = r.PathValue(name)
		case f.Tag.Get("query") != "":
			name = f.Tag.Get("query")
			known[name] = true
			raw = query.Get(name)
		default:
			name = f.Tag.Get("header")
			raw = r.Header.Get(name)
		}
		if raw != "" && !put(in.Field(i), raw) {
			bad.Add(name, "form", "看不懂这个值。", "this value is not understood: "+words(f.Type))
		}
	}
	for name := range query {
		if !known[name] {
			bad.Add(name, "unknown", "没有这个参数。", "there is no such parameter")
		}
	}
	return bad.Err("api.parameters")
}

func words(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "an instant like 2026-11-20T10:42:00+08:00 or a day like 2026-11-20"
	case reflect.TypeFor[bool]():
		return "true or false"
	}
	return "a whole number"
}

func put(v reflect.Value, raw string) bool {
	switch v.Interface().(type) {
	case string:
		v.SetString(raw)
		return true
	case bool:
		b, err := strconv.ParseBool(raw)
		v.SetBool(b)
		return err == nil
	case time.Time:
		t, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			t, err = time.ParseInLocation(time.DateOnly, raw, calendar.Zone)
		}
		v.Set(reflect.ValueOf(t))
		return err == nil
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	v.SetInt(n)
	return err == nil
}

// readBody decodes strictly: an unknown member or a second value is refused.
func readBody(r *http.Request, into any) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return errs.New(errs.Invalid, "api.content_type", "请求内容要是 application/json，没有保存。", "The body must be application/json; nothing was saved.").
			Field("Content-Type", "form", "写 application/json", "say application/json")
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one JSON value")
		}
	}
	if err == nil {
		return nil
	}
	return bodyErr(err)
}

// bodyErr says what is wrong with a body.
func bodyErr(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errs.New(errs.Invalid, "web.body.large", "内容太大，没有保存。", "The body is too large; nothing was saved.")
	}
	bad := errs.New(errs.Invalid, "api.body", "请求内容不是能读的 JSON，没有保存。", "The body is not readable JSON; nothing was saved.").Wrap(err)
	var sort *json.UnmarshalTypeError
	if errors.As(err, &sort) {
		return bad.Field(sort.Field, "type", "类型不对。", "must be "+sort.Type.String()+", not "+sort.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return bad.Field(strings.Trim(name, `"`), "unknown", "没有这一项。", "there is no such member")
	}
	return bad
}

// ID is an identifier. In JSON it is text, because many programs' numbers are
// exact to 53 bits only; a number is taken too.
type ID int64

// MarshalJSON writes digits in quotes.
func (id ID) MarshalJSON() ([]byte, error) {
	return []byte(`"` + strconv.FormatInt(int64(id), 10) + `"`), nil
}

// UnmarshalJSON reads digits with or without quotes; "" and null are 0.
func (id *ID) UnmarshalJSON(raw []byte) error {
	s := strings.Trim(string(raw), `"`)
	if s == "" || s == "null" {
		*id = 0
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return &json.UnmarshalTypeError{Value: "text", Type: reflect.TypeFor[int64]()}
	}
	*id = ID(n)
	return nil
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

func projectOf(ctx context.Context) int64 { return web.ProjectOf(ctx).ID }

// when is an instant in JSON: absent when there is none.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
