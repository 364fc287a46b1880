package audit_test

import (
	"context"
	"testing"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

// BenchmarkVerify reads and checks a sealed trail; entries/s says how long ten
// million take.
func BenchmarkVerify(b *testing.B) {
	const entries = 50_000
	ctx := context.Background()
	db := storetest.OpenSQLite(b, calendar.NewManual(storetest.Start), []store.Migrations{audit.Migrations()})
	s := audit.New(audit.Options{DB: db, Key: key()})
	for done := 0; done < entries; done += 500 {
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			for i := range 500 {
				err := s.Record(ctx, tx, audit.Entry{
					Actor: auth.System, Project: 7, Action: "casefile.case.change", Subject: "casefile.case", ID: int64(done + i),
					Data: map[string]any{"step": "arrive", "was": 3, "is": 4, "number": "WX-2611-0251"},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.Seal(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.Verify(ctx, nil)
		if err != nil || len(r.Findings) > 0 || r.Entries != entries {
			b.Fatalf("%d entries, %v, %v", r.Entries, r.Findings, err)
		}
	}
	b.ReportMetric(float64(entries*b.N)/b.Elapsed().Seconds(), "entries/s")
}
