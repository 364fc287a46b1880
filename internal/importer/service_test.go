package importer

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/jobs"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/vault"
)

var rooms = []store.Migrations{jobs.Migrations(), {Room: "search", FS: search.Migrations()}, {Room: "estate", FS: estate.Migrations()}, {Room: "importer", FS: Migrations()}}

// safe is a vault in memory; the estate puts identity numbers there.
type safe struct {
	mu      sync.Mutex
	reverts []string
	kept    map[int64]string
}

func (v *safe) Keep(_ context.Context, tx *store.Tx, _ int64, _, value string) (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	ref := tx.NewID()
	v.kept[ref] = value
	return ref, nil
}

func (v *safe) Reveal(_ context.Context, _ *store.Tx, ref int64) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept[ref], nil
}

func (v *safe) Digest(kind, value string) string {
	m := hmac.New(sha256.New, []byte("key of the test"))
	m.Write([]byte(kind + "\x00" + value))
	return hex.EncodeToString(m.Sum(nil))
}

func (v *safe) Erase(_ context.Context, _ *store.Tx, ref int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, ref)
	return nil
}

func (v *safe) Looked(context.Context, *store.Tx, estate.Look) error { return nil }

// Changed keeps why imports were taken back.
func (v *safe) Changed(_ context.Context, _ *store.Tx, c estate.Changed) error {
	if c.Entity == "batch" && c.Verb == "revert" {
		v.mu.Lock()
		defer v.mu.Unlock()
		why, _ := c.Data["reason"].(string)
		v.reverts = append(v.reverts, why)
	}
	return nil
}

// site is a project with the importer at work.
type site struct {
	*Service
	t       testing.TB
	db      *store.DB
	clock   *calendar.Manual
	vault   *safe
	project int64
	runner  *jobs.Runner
}

func eachSite(t *testing.T, fn func(t *testing.T, h *site)) {
	t.Helper()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, clock *calendar.Manual) {
		keys, err := vault.NewKeys()
		must(t, err)
		h := &site{t: t, db: db, clock: clock, vault: &safe{kept: map[int64]string{}}}
		houses := estate.New(db, search.New(), h.vault, h.vault)
		queue := &jobs.Queue{}
		h.Service = New(db, houses, keys, queue)
		p, err := houses.CreateProject(t.Context(), auth.System, estate.Project{Code: "jinxiu", Name: "锦绣华庭", Profile: "residential", AreaCode: "0750"})
		must(t, err)
		h.project = p.ID
		h.runner, err = jobs.NewRunner(db, queue, h.Service.Module().Jobs[:1], jobs.Options{})
		must(t, err)
		fn(t, h)
	})
}

func (h *site) take(data []byte) Upload {
	h.t.Helper()
	u, err := h.Take(h.t.Context(), auth.System, h.project, "期初.xlsx", bytes.NewReader(data))
	must(h.t, err)
	return u
}

func (h *site) value(query string, args ...any) (n int64) {
	h.t.Helper()
	must(h.t, h.db.Read(h.t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One(ctx, tx, store.Value[int64], query, args...)
		return err
	}))
	return n
}

func (h *site) counts() map[string]int64 {
	out := map[string]int64{}
	for _, table := range []string{"unit", "person", "phone", "occupancy", "entry"} {
		out[table] = h.value("SELECT count(*) FROM estate_live_" + table)
	}
	return out
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// proves EST-17, INS-11: the workbook goes in as one batch and comes out whole.
func TestOpeningWorkbookGoesInAndComesOut(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/opening-jinxiu.xlsx")
	must(t, err)
	eachSite(t, func(t *testing.T, h *site) {
		ctx := t.Context()
		u := h.take(data)
		if n := h.value("SELECT count(*) FROM importer_part"); n != 1 {
			t.Errorf("%d pieces", n)
		}
		p, err := h.Preview(ctx, auth.System, h.project, u.ID)
		must(t, err)
		if len(p.Report.Faults()) != 23 || len(p.Plan.Units) != 1196 || len(p.Plan.LeftOut) != 24 || len(p.Plan.Later) != 2 {
			t.Errorf("%d faults, %d units, %d left out", len(p.Report.Faults()), len(p.Plan.Units), len(p.Plan.LeftOut))
		}
		wantCode(t, h.Start(ctx, auth.System, h.project, u.ID, false), "importer.upload.faults")
		must(t, h.Start(ctx, auth.System, h.project, u.ID, true))
		wantCode(t, h.Start(ctx, auth.System, h.project, u.ID, true), "importer.upload.started")
		wantCode(t, h.Correct(ctx, auth.System, h.project, u.ID, nil), "importer.upload.started")
		if n, err := h.runner.RunDue(ctx); n != 1 || err != nil {
			t.Fatalf("%d jobs, %v", n, err)
		}
		got := h.counts()
		if got["unit"] != 1196 || got["occupancy"] < 1400 || got["person"] < 1300 || got["phone"] < 1400 {
			t.Errorf("imported %v", got)
		}
		// The developer holds 26 units and is one company with one number.
		if n := h.value("SELECT count(*) FROM estate_live_person WHERE name = '锦绣置业有限公司'"); n != 1 {
			t.Errorf("the developer is %d customers", n)
		}
		if n := h.value("SELECT count(*) FROM estate_live_occupancy o JOIN estate_live_person p ON p.id = o.person_id WHERE p.name = '锦绣置业有限公司'"); n != 26 {
			t.Errorf("the developer holds %d units", n)
		}
		// Remarks about age and character are not kept (LAW-03).
		if n := h.value("SELECT count(*) FROM estate_live_unit WHERE note LIKE '%老人%' OR note LIKE '%拒交%'"); n != 0 {
			t.Errorf("%d private remarks were kept", n)
		}
		// Spaces and the cars on them, each with its unit; free spaces without.
		for query, want := range map[string]int64{
			"SELECT count(*) FROM estate_live_entry WHERE register = 'spaces'":                                                                       414,
			"SELECT count(*) FROM estate_live_entry WHERE register = 'spaces' AND state = 'free' AND unit_id = 0":                                    61,
			"SELECT count(*) FROM estate_live_entry e JOIN estate_live_unit u ON u.id = e.unit_id WHERE e.register = 'spaces' AND e.state <> 'free'": 353,
			"SELECT count(*) FROM estate_live_entry e JOIN estate_live_unit u ON u.id = e.unit_id WHERE e.register = 'vehicles'":                     353,
			"SELECT count(*) FROM estate_live_entry WHERE register = 'spaces' AND label = 'B1-002' AND state = 'let' AND due = '2026-11-28'":         1,
		} {
			if n := h.value(query); n != want {
				t.Errorf("%d, want %d: %s", n, want, query)
			}
		}
		again := h.take(data)
		p, err = h.Preview(ctx, auth.System, h.project, again.ID)
		must(t, err)
		if p.Plan.Already != 1196 || p.Plan.Rows() != 0 {
			t.Errorf("a second upload would import %d rows, knows %d units", p.Plan.Rows(), p.Plan.Already)
		}
		wantCode(t, h.Start(ctx, auth.System, h.project, again.ID, true), "importer.upload.nothing")
		wantCode(t, h.TakeBack(ctx, auth.System, h.project, again.ID, "传错了文件"), "importer.upload.not_done")

		must(t, h.TakeBack(ctx, auth.System, h.project, u.ID, "传错了文件"))
		if diff := cmp.Diff(map[string]int64{"unit": 0, "person": 0, "phone": 0, "occupancy": 0, "entry": 0}, h.counts()); diff != "" {
			t.Error(diff)
		}
		if len(h.vault.kept) != 0 {
			t.Errorf("%d identity numbers are left", len(h.vault.kept))
		}
	})
}

// A run that was killed half way is taken back by the next try and done anew;
// one that meets a fault of the data leaves nothing.
func TestRunIsRepeatable(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		ctx := t.Context()
		u := h.take(workbook(t, units(nil)))
		must(t, h.Start(ctx, auth.System, h.project, u.ID, false))
		p, err := h.Preview(ctx, auth.System, h.project, u.ID)
		must(t, err)
		half, err := h.estate.OpenBatch(ctx, auth.System, h.project, "期初数据", "x")
		must(t, err)
		must(t, h.estate.AddToBatch(ctx, auth.System, half, estate.BatchRows{Units: p.Plan.Units[:5]}))
		must(t, h.setBatch(ctx, u, half.ID))
		if h.counts()["unit"] != 0 {
			t.Error("an unfinished import is seen")
		}
		must(t, h.Run(ctx, h.project, u.ID))
		must(t, h.Run(ctx, h.project, u.ID))
		if diff := cmp.Diff(map[string]int64{"unit": 24, "person": 24, "phone": 24, "occupancy": 24, "entry": 0}, h.counts()); diff != "" {
			t.Error(diff)
		}
		list, batches, err := h.Uploads(ctx, auth.System, h.project)
		must(t, err)
		if len(list) != 1 || list[0].State != StateDone || batches[list[0].Batch].State != estate.BatchPublished {
			t.Errorf("%+v %+v", list, batches)
		}

		// Somebody makes the unit by hand between the preview and the run.
		late := h.take(workbook(t, sheetData{name: "房屋", rows: [][]any{{"楼栋", "房号", "建筑面积", "业主"}, {"7栋", "101", 90, "赵一"}, {"7栋", "102", 90, "钱二"}}}))
		must(t, h.Start(ctx, auth.System, h.project, late.ID, false))
		_, err = h.estate.CreateUnit(ctx, auth.System, h.project, estate.NewUnit{BuildingName: "7栋", Unit: estate.Unit{Room: "102", Area: 9000, Use: "residence", State: estate.StateVacant}})
		must(t, err)
		must(t, h.Run(ctx, h.project, late.ID))
		if h.counts()["unit"] != 26 {
			t.Errorf("%v", h.counts())
		}

		// Another import that is still under way has the same unit.
		other, err := h.estate.OpenBatch(ctx, auth.System, h.project, "期初数据", "y")
		must(t, err)
		must(t, h.estate.AddToBatch(ctx, auth.System, other, estate.BatchRows{Units: []estate.NewUnit{{BuildingName: "8栋", Unit: estate.Unit{Room: "102", Area: 9000, Use: "residence", State: estate.StateVacant}}}}))
		clash := h.take(workbook(t, sheetData{name: "房屋", rows: [][]any{{"楼栋", "房号", "建筑面积", "业主"}, {"8栋", "101", 90, "赵一"}, {"8栋", "102", 90, "钱二"}}}))
		must(t, h.Start(ctx, auth.System, h.project, clash.ID, false))
		must(t, h.Run(ctx, h.project, clash.ID))
		p, err = h.Preview(ctx, auth.System, h.project, clash.ID)
		must(t, err)
		if p.Upload.State != StateFailed || p.Upload.Message.ZH == "" || p.Upload.Batch != 0 || h.counts()["unit"] != 26 {
			t.Errorf("%+v %v", p.Upload, h.counts())
		}
		must(t, h.estate.RevertBatch(ctx, auth.System, other, "传错了文件"))
		must(t, h.Start(ctx, auth.System, h.project, clash.ID, false))
		must(t, h.Run(ctx, h.project, clash.ID))
		if h.counts()["unit"] != 28 {
			t.Errorf("%v", h.counts())
		}
	})
}

// After the last try nothing is left, and a person may start it again.
func TestGivingUpLeavesNothing(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		ctx := t.Context()
		u := h.take(workbook(t, units(nil)))
		must(t, h.Start(ctx, auth.System, h.project, u.ID, false))
		half, err := h.estate.OpenBatch(ctx, auth.System, h.project, "期初数据", "x")
		must(t, err)
		must(t, h.setBatch(ctx, u, half.ID))
		must(t, h.giveUp(ctx, h.project, u.ID))
		p, err := h.Preview(ctx, auth.System, h.project, u.ID)
		must(t, err)
		if p.Upload.State != StateFailed || p.Upload.Batch != 0 || p.Upload.Message.EN == "" {
			t.Errorf("%+v", p.Upload)
		}
		must(t, h.Start(ctx, auth.System, h.project, u.ID, false))
		must(t, h.Run(ctx, h.project, u.ID))
		must(t, h.giveUp(ctx, h.project, u.ID)) // done: nothing to give up
		if h.counts()["unit"] != 24 {
			t.Errorf("%v", h.counts())
		}
	})
}

func TestRights(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		clerk := auth.Actor{Account: 7, Login: "clerk", Grants: []auth.Grant{{Project: h.project, Role: "desk"}}}.WithPermissions(map[string][]string{"desk": {"estate.unit.view"}})
		keeper := auth.Actor{Account: 8, Login: "keeper", Name: "林晓", Grants: []auth.Grant{{Project: h.project, Role: "keeper"}}}.WithPermissions(map[string][]string{"keeper": {PermRun}})
		ctx, data := t.Context(), workbook(t, units(nil))
		u, err := h.Take(ctx, keeper, h.project, "a.xlsx", bytes.NewReader(data))
		must(t, err)
		_, err = h.Take(ctx, clerk, h.project, "a.xlsx", bytes.NewReader(data))
		wantCode(t, err, "importer.forbidden")
		_, err = h.Take(ctx, keeper, h.project+1, "a.xlsx", bytes.NewReader(data))
		wantCode(t, err, "importer.forbidden")
		_, err = h.Preview(ctx, clerk, h.project, u.ID)
		wantCode(t, err, "importer.forbidden")
		wantCode(t, h.Start(ctx, clerk, h.project, u.ID, true), "importer.forbidden")
		wantCode(t, h.TakeBack(ctx, clerk, h.project, u.ID, "传错了文件"), "importer.forbidden")
		wantCode(t, h.Correct(ctx, clerk, h.project, u.ID, nil), "importer.forbidden")
		_, _, err = h.Uploads(ctx, clerk, h.project)
		wantCode(t, err, "importer.forbidden")
		must(t, h.Start(ctx, keeper, h.project, u.ID, false))
		must(t, h.Run(ctx, h.project, u.ID))
		_, batches, err := h.Uploads(ctx, keeper, h.project)
		must(t, err)
		for _, b := range batches {
			if b.Actor != "林晓" {
				t.Errorf("the batch is %q's", b.Actor)
			}
		}
	})
}

// proves LAW-03: what was uploaded is unreadable in the database and goes after its time.
func TestUploadsAreSealedAndCleared(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		ctx, data := t.Context(), workbook(t, units(nil))
		u := h.take(data)
		must(t, h.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			sealed, err := store.One(ctx, tx, store.Value[[]byte], "SELECT sealed FROM importer_part")
			if err == nil && (bytes.Contains(sealed, []byte("PK\x03\x04")) || bytes.Contains(sealed, data[:64])) {
				t.Error("the workbook lies open")
			}
			return err
		}))
		must(t, h.workClear(ctx, jobs.Job{}))
		if _, err := h.Preview(ctx, auth.System, h.project, u.ID); err != nil {
			t.Errorf("cleared before its time: %v", err)
		}
		h.clock.Add(keep + time.Minute)
		must(t, h.workClear(ctx, jobs.Job{}))
		_, err := h.Preview(ctx, auth.System, h.project, u.ID)
		wantCode(t, err, "importer.upload.cleared")
		if n := h.value("SELECT count(*) FROM importer_part"); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
	})
}

// The mapping a person corrected is what the import reads.
func TestCorrectedMappingCounts(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, h *site) {
		ctx := t.Context()
		u := h.take(workbook(t, sheetData{name: "表", rows: [][]any{{"楼栋", "房号", "建筑面积", "老板"}, {"1栋", "101", 90, "赵一"}}}))
		must(t, h.Correct(ctx, auth.System, h.project, u.ID, []Correction{{Sheet: "表", Kind: "unit", Columns: map[int]string{4: "owner"}}}))
		p, err := h.Preview(ctx, auth.System, h.project, u.ID)
		must(t, err)
		names := []string{}
		for _, n := range p.Plan.People {
			names = append(names, n.Name)
		}
		if strings.Join(names, " ") != "赵一" {
			t.Errorf("people %v", names)
		}
	})
}
