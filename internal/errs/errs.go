// Package errs is the one shape of an error that a person or a program meets.
//
// It owns: the kinds of failure, the stable code for programs, the wording for
// people in both languages, and the list of faulty fields. It does not own:
// HTTP status codes (web and api each have one table from Kind) nor logging
// (once, at the edge). Imports internal/text and the standard library only.
// Start at Error.
package errs

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"guanjia/internal/text"
)

// Kind says what sort of failure it is; it decides status and handling.
type Kind string

// The kinds. Any error that is not an *Error is Internal.
const (
	Invalid         Kind = "invalid"         // the input is wrong; fields say where
	Unauthenticated Kind = "unauthenticated" // nobody is logged in
	Forbidden       Kind = "forbidden"       // logged in, but not permitted
	NotFound        Kind = "not_found"       // no such thing, or not visible to the person
	Conflict        Kind = "conflict"        // somebody else was first; reload shows what changed
	Unavailable     Kind = "unavailable"     // temporarily impossible; nothing was saved
	TooMany         Kind = "too_many"        // a rate limit
	Internal        Kind = "internal"        // a fault of ours
)

// FieldError is one faulty field: Path as in the form or JSON ("phones[1].number").
type FieldError struct {
	Path    string
	Code    string
	Message text.Both
}

// Error is a failure with words for people and a code for programs.
type Error struct {
	Kind    Kind
	Code    string    // stable, dotted: "case.version.stale"
	Message text.Both // what happened, what is safe, what to do
	Fields  []FieldError
	Wait    time.Duration // of TooMany and Unavailable: when to come again; 0: not known
	err     error
}

// New makes an error of a kind.
func New(kind Kind, code, zh, en string) *Error {
	return &Error{Kind: kind, Code: code, Message: text.B(zh, en)}
}

// Newf is New with formats that share their arguments.
func Newf(kind Kind, code, zh, en string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: text.F(zh, en, args...)}
}

// Wrap attaches the cause, kept for the log and for errors.Is.
func (e *Error) Wrap(cause error) *Error {
	e.err = cause
	return e
}

// After says when to come again and returns e.
func (e *Error) After(wait time.Duration) *Error {
	e.Wait = wait
	return e
}

// Field adds a faulty field and returns e.
func (e *Error) Field(path, code, zh, en string) *Error {
	e.Fields = append(e.Fields, FieldError{Path: path, Code: code, Message: text.B(zh, en)})
	return e
}

// Error is the English form with the cause, for logs.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Code, e.Message.In(text.EN))
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Path, f.Message.In(text.EN))
	}
	if e.err != nil {
		fmt.Fprintf(&b, ": %v", e.err)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.err }

// KindOf is the kind of err: Internal for foreign errors, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf is the stable code of err: "internal" for foreign errors, "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}

// As returns the *Error inside err, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Fields collects faulty fields while a form is checked.
type Fields struct{ list []FieldError }

// Add notes a faulty field.
func (f *Fields) Add(path, code, zh, en string) {
	f.list = append(f.list, FieldError{Path: path, Code: code, Message: text.B(zh, en)})
}

// Err is nil when nothing was noted, else one Invalid error with all fields.
func (f *Fields) Err(code string) error {
	if len(f.list) == 0 {
		return nil
	}
	e := New(Invalid, code, "有几处需要更正，已填的内容都还在。", "Some entries need correcting; what you typed is kept.")
	e.Fields = f.list
	return e
}
