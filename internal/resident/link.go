package resident

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Kind is what a link opens.
type Kind string

// The kinds.
const (
	Unit Kind = "unit" // reporting for one unit
	Area Kind = "area" // reporting for a common part; open to everybody who stands there
	Case Kind = "case" // the progress of one case
)

// Link is one signed link.
type Link struct {
	ID      int64
	Project int64
	Kind    Kind
	Unit    int64
	Case    int64
	Place   string // of an area
	MadeBy  int64
	MadeAt  time.Time
	Expires time.Time
	Revoked time.Time // zero: in force
	Token   string    // what stands in the address
}

// How long links live. A unit's code hangs at its door and is printed anew
// each year; an area's is on the wall; a case's outlives its follow-up.
var lives = map[Kind]time.Duration{Unit: 366 * 24 * time.Hour, Area: 2 * 366 * 24 * time.Hour, Case: 180 * 24 * time.Hour}

// Signer makes keyed digests; vault.Keys is one.
type Signer interface {
	// Digest is the keyed digest of value for purpose, hex.
	Digest(purpose, value string) string
}

// purpose separates these signatures from every other use of the key.
const purpose = "resident.link"

// signed is how many characters of the digest a token carries: 128 bits.
const signed = 32

// token writes a link's address: number and expiry, signed. Nothing else is in
// it, so that it can stand on paper.
func token(keys Signer, l Link) string {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:8], uint64(l.ID))
	binary.BigEndian.PutUint32(b[8:], uint32(l.Expires.Unix()/3600)) //nolint:gosec // hours since 1970 fit
	body := base64.RawURLEncoding.EncodeToString(b[:])
	return body + keys.Digest(purpose, body)[:signed]
}

// holding separates the seals of pictures that belong to no case yet.
const holding = "resident.held"

// Hold seals what names a picture that came with a refused form, so that the
// form can bring it again: over this link only, and nothing that was not given out.
func (s *Service) Hold(l Link, what string) string {
	body := base64.RawURLEncoding.EncodeToString([]byte(what))
	return s.keys.Digest(holding, l.Token+" "+body)[:signed] + body
}

// Held opens what Hold sealed; ok is false for anything else.
func (s *Service) Held(l Link, typed string) (what string, ok bool) {
	if len(typed) < signed || !same(s.keys.Digest(holding, l.Token+" "+typed[signed:])[:signed], typed[:signed]) {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(typed[signed:])
	return string(b), err == nil
}

// readToken checks the signature; ok is false for anything not made here.
func readToken(keys Signer, typed string) (id int64, expires time.Time, ok bool) {
	if len(typed) != 16+signed {
		return 0, time.Time{}, false
	}
	body, mac := typed[:16], typed[16:]
	if !same(keys.Digest(purpose, body)[:signed], strings.ToLower(mac)) {
		return 0, time.Time{}, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(b) != 12 {
		return 0, time.Time{}, false
	}
	return int64(binary.BigEndian.Uint64(b[:8])), time.Unix(int64(binary.BigEndian.Uint32(b[8:]))*3600, 0), true //nolint:gosec // made from an int64
}
