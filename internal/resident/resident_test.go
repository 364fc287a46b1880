package resident_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// seal is a key of one house.
type seal string

func (s seal) Digest(purpose, value string) string {
	m := hmac.New(sha256.New, []byte(s))
	m.Write([]byte(purpose + "\x00" + value))
	return hex.EncodeToString(m.Sum(nil))
}

var clerk = auth.Actor{Account: 7, Name: "林晓", Grants: []auth.Grant{{Project: 1, Role: "desk"}}}.
	WithPermissions(map[string][]string{"desk": {resident.PermLinks}})

type door struct {
	*resident.Service
	t     *testing.T
	db    *store.DB
	clock *calendar.Manual
}

func eachDoor(t *testing.T, fn func(t *testing.T, d door)) {
	t.Helper()
	rooms := []store.Migrations{{Room: "resident", FS: resident.New(nil, seal("k")).Module().Migrations}}
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		fn(t, door{resident.New(db, seal("k")), t, db, clock})
	})
}

func (d door) make(l resident.Link) resident.Link {
	d.t.Helper()
	made, err := d.Make(context.Background(), clerk, l)
	if err != nil {
		d.t.Fatal(err)
	}
	return made
}

func (d door) open(typed string) (l resident.Link, err error) {
	err = d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		l, err = d.Open(ctx, tx, typed)
		return err
	})
	return l, err
}

// proves DSK-01: a code opens what it was made for, until it expires or is
// ended, and says one and the same of every code that does not open.
func TestACodeOpensUntilItsEnd(t *testing.T) {
	t.Parallel()
	eachDoor(t, func(t *testing.T, d door) {
		unit, area := d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 42}), d.make(resident.Link{Project: 1, Kind: resident.Area, Place: " 1栋大堂 "})
		ended := d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 43})
		got, err := d.open(unit.Token)
		if err != nil || got.Unit != 42 || got.Project != 1 || got.Kind != resident.Unit {
			t.Fatalf("%+v %v", got, err)
		}
		if got, err := d.open(area.Token); err != nil || got.Place != "1栋大堂" {
			t.Errorf("%+v %v", got, err)
		}
		if err := d.Revoke(context.Background(), clerk, 2, ended.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("ended in a project where one holds no post: %v", err)
		}
		if _, err := d.open(ended.Token); err != nil {
			t.Errorf("ended by who may not: %v", err)
		}
		if err := d.Revoke(context.Background(), clerk, 1, ended.ID); err != nil {
			t.Fatal(err)
		}
		other := resident.New(d.db, seal("another house"))
		foreign, err := other.Make(context.Background(), clerk, resident.Link{Project: 1, Kind: resident.Unit, Unit: 42})
		if err != nil {
			t.Fatal(err)
		}
		d.clock.Add(365 * 24 * time.Hour)
		if _, err := d.open(unit.Token); err != nil {
			t.Errorf("the code at the door ends within its year: %v", err)
		}
		d.clock.Add(2 * 24 * time.Hour)
		var words string
		for name, typed := range map[string]string{"expired": unit.Token, "ended": ended.Token, "of another house": foreign.Token, "empty": "", "long": strings.Repeat("A", 4000), "odd": strings.Repeat("𠮷", 12)} {
			_, err := d.open(typed)
			e := errs.As(err)
			if e == nil || e.Kind != errs.NotFound {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if words == "" {
				words = e.Message.ZH
			}
			if e.Message.ZH != words {
				t.Errorf("%s is told apart: %q", name, e.Message.ZH)
			}
		}
		if _, err := d.open(area.Token); err != nil {
			t.Errorf("the code on the wall: %v", err)
		}
	})
}

// A code changed in any place opens nothing, its own or another's.
func TestAChangedCodeOpensNothing(t *testing.T) {
	t.Parallel()
	eachDoor(t, func(t *testing.T, d door) {
		first, second := d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 1}), d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 2})
		if _, err := d.open(first.Token[:16] + second.Token[16:]); errs.KindOf(err) != errs.NotFound {
			t.Errorf("two halves of two codes: %v", err)
		}
		const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		rapid.Check(t, func(rt *rapid.T) {
			b := []byte(first.Token)
			i := rapid.IntRange(0, len(b)-1).Draw(rt, "place")
			c := letters[rapid.IntRange(0, len(letters)-1).Draw(rt, "letter")]
			if b[i] == c {
				return
			}
			b[i] = c
			if l, err := d.open(string(b)); err == nil {
				rt.Fatalf("%s opens unit %d", b, l.Unit)
			}
		})
	})
}

// proves DSK-01: who may not, gives out no codes; a code says nothing of the unit.
func TestWhoGivesOutCodes(t *testing.T) {
	t.Parallel()
	eachDoor(t, func(t *testing.T, d door) {
		for name, in := range map[string]resident.Link{"another project": {Project: 2, Kind: resident.Unit, Unit: 1}, "another's wall": {Project: 2, Kind: resident.Area, Place: "大堂"}} {
			if _, err := d.Make(context.Background(), clerk, in); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := d.Make(context.Background(), clerk, resident.Link{Project: 1, Kind: resident.Area, Place: "  "}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a wall without a name: %v", err)
		}
		a, b := d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 9}), d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 9})
		if a.Token == b.Token {
			t.Error("two codes of a unit are one")
		}
		err := d.db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			list, err := d.Of(ctx, tx, 1, 9)
			if len(list) != 2 || list[0].ID != b.ID {
				t.Errorf("codes in force: %+v", list)
			}
			if other, _ := d.Of(ctx, tx, 2, 9); len(other) != 0 {
				t.Error("another project sees them")
			}
			if _, err := d.ByID(ctx, tx, 2, a.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("printed from another project: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A case has one code however often it is asked for.
func TestACaseHasOneCode(t *testing.T) {
	t.Parallel()
	eachDoor(t, func(t *testing.T, d door) {
		var tokens []string
		for range 2 {
			err := d.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				l, err := d.OfCase(ctx, tx, 1, 77)
				tokens = append(tokens, l.Token)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if tokens[0] != tokens[1] {
			t.Errorf("%v", tokens)
		}
		if l, err := d.open(tokens[0]); err != nil || l.Case != 77 || l.Unit != 0 {
			t.Errorf("%+v %v", l, err)
		}
	})
}

// What one code and one address may send is bounded, and comes back with time;
// no address is stored.
func TestThePaceOfStrangers(t *testing.T) {
	t.Parallel()
	eachDoor(t, func(t *testing.T, d door) {
		ctx := context.Background()
		l := d.make(resident.Link{Project: 1, Kind: resident.Unit, Unit: 1})
		sent := 0
		for range 20 {
			if err := d.May(ctx, l, "192.0.2.1"); err == nil {
				sent++
			} else if errs.KindOf(err) != errs.TooMany {
				t.Fatal(err)
			}
		}
		if sent != 6 {
			t.Errorf("one code sent %d times at once, want 6", sent)
		}
		d.clock.Add(10 * time.Minute)
		if err := d.May(ctx, l, "192.0.2.9"); err != nil {
			t.Errorf("ten minutes later: %v", err)
		}
		looks := 0
		for range 100 {
			if d.MayLook(ctx, "192.0.2.2") == nil {
				looks++
			}
		}
		if looks != 30 {
			t.Errorf("%d guesses at once, want 30", looks)
		}
		if err := d.MayLook(ctx, "192.0.2.3"); err != nil {
			t.Errorf("another address pays for it: %v", err)
		}
		err := d.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			buckets, err := store.All(ctx, tx, store.Value[string], "SELECT bucket FROM resident_pace")
			for _, b := range buckets {
				if strings.Contains(b, "192.0") {
					t.Errorf("an address is stored: %s", b)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
