package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/calendar"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

func TestShifts(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 20, 15, 4, 0, 0, calendar.Zone)
	at := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, calendar.Zone) }
	got := desk.Shifts(day, []string{"07:00-15:00", "nonsense", "25:00-26:00", "16:00-24:00", "23:30-07:00"})
	want := []desk.Shift{
		{Words: "07:00-15:00", From: at(20, 7, 0), To: at(20, 15, 0)},
		{Words: "16:00-24:00", From: at(20, 16, 0), To: at(21, 0, 0)},
		{Words: "23:30-07:00", From: at(20, 23, 30), To: at(21, 7, 0)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for i, night := range []bool{false, false, true} {
		if got[i].Night() != night {
			t.Errorf("%s: night %v", got[i].Words, !night)
		}
	}
	if !got[2].Holds(at(21, 6, 59)) || got[2].Holds(at(21, 7, 0)) {
		t.Error("a shift holds its beginning and not its end")
	}
}

// proves DSK-08: entries are only added to, and the journal is read from the records.
func TestEntriesAreOnlyAddedTo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		write := func(e desk.Entry) (desk.Entry, error) {
			e.Project = project
			return b.Write(ctx, b.agent, e)
		}
		item, err := write(desk.Entry{Sort: desk.EntryItem, Words: "大堂门吸松了"})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Add(time.Minute)
		if _, err := write(desk.Entry{Sort: desk.EntryCorrection, Of: item.ID, Words: "是东门"}); err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string]desk.Entry{
			"empty":             {Sort: desk.EntryNote, Words: "  \n"},
			"too long":          {Sort: desk.EntryNote, Words: strings.Repeat("字", 2001)},
			"unknown sort":      {Sort: "case", Words: "x"},
			"correcting none":   {Sort: desk.EntryCorrection, Words: "x"},
			"note of another":   {Sort: desk.EntryNote, Of: item.ID, Words: "x"},
			"unknown entry":     {Sort: desk.EntryDone, Of: 1, Words: "x"},
			"entry of no index": {Sort: "note'; DROP TABLE desk_entry;--", Words: "x"},
		} {
			if _, err := write(bad); errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		open := func() (list []desk.Entry) {
			b.read(t, func(ctx context.Context, tx *store.Tx) (err error) {
				list, err = b.OpenItems(ctx, tx, project)
				return err
			})
			return list
		}
		if list := open(); len(list) != 1 || list[0].Words != "大堂门吸松了" {
			t.Errorf("open items: %+v", list)
		}
		if _, err := write(desk.Entry{Sort: desk.EntryDone, Of: item.ID, Words: "保洁已紧好"}); err != nil {
			t.Fatal(err)
		}
		if _, err := write(desk.Entry{Sort: desk.EntryDone, Of: item.ID, Words: "再来一次"}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("settled twice: %v", err)
		}
		if list := open(); len(list) != 0 {
			t.Errorf("still open: %+v", list)
		}
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			ctx, n := store.WithCounter(ctx)
			r, err := b.Records(ctx, tx, project, storetest.Start, b.clock.Now().Add(time.Minute))
			if len(r.Entries) != 3 || r.Entries[0].Words != "大堂门吸松了" || r.Entries[1].Of != item.ID {
				t.Errorf("the journal reads %+v", r.Entries)
			}
			if n.N() != 4 {
				t.Errorf("%d statements", n.N())
			}
			return err
		})
	})
}

// proves DSK-02, DSK-06: days and missed promises are tallied.
func TestDaysAreTallied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.signal(t, desk.EventRing, "c1", "1")
		b.clock.Add(9 * time.Second)
		b.signal(t, desk.EventAnswer, "c1", "")
		b.signal(t, desk.EventRing, "c2", "2")
		b.clock.Add(time.Minute)
		b.signal(t, desk.EventHangUp, "c1", "")
		b.signal(t, desk.EventHangUp, "c2", "")
		if _, err := b.Promise(ctx, b.agent, desk.Promise{Project: project, Words: "回电", Due: b.clock.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		now := storetest.Start.In(calendar.Zone)
		from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, calendar.Zone)
		b.clock.Add(time.Hour)
		b.read(t, func(ctx context.Context, tx *store.Tx) error {
			days, err := b.Days(ctx, tx, project, from, from.AddDate(0, 0, 2), 2)
			if len(days) != 2 {
				t.Fatalf("%d days", len(days))
			}
			want := desk.DayTally{
				Day: from, Tally: desk.Tally{Calls: 2, InThree: 1, Answered: 1, Missed: 1}, Waited: 9 * time.Second, Talked: time.Minute, Promised: 1,
			}
			if days[0] != want {
				t.Errorf("%+v, want %+v", days[0], want)
			}
			if rate, ok := days[0].AnswerRate(); !ok || rate != 0.5 {
				t.Errorf("answer rate %v %v", rate, ok)
			}
			if sum := days[0].Add(days[1]); sum.Calls != 2 || sum.Promised != 1 {
				t.Errorf("sum %+v", sum)
			}
			return err
		})
	})
}
