package estate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

func (h *house) enter(register string, pairs ...string) estate.Entry {
	h.t.Helper()
	typed := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		typed[pairs[i]] = pairs[i+1]
	}
	e, err := h.SaveEntry(context.Background(), auth.System, estate.Entry{Project: h.project, Register: register}, typed)
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// Every register is whole: codes once, a first state, moves between its
// states, both languages.
func TestRegistersAreSound(t *testing.T) {
	t.Parallel()
	names, forms := map[string]bool{}, map[string]bool{}
	for _, r := range estate.Registers {
		if names[r.Name] || forms[r.Form] || len(r.States) == 0 || r.Title.EN == "" || r.Why.EN == "" || r.Rule == "" {
			t.Errorf("%s: doubled or incomplete", r.Name)
		}
		names[r.Name], forms[r.Form] = true, true
		if r.Late != "" && !r.States.Has(r.Late) {
			t.Errorf("%s: late state %s is none of its states", r.Name, r.Late)
		}
		seen := map[string]bool{}
		for _, f := range r.Fields {
			if seen[f.Name] || f.Title.EN == "" || f.Kind == estate.Pick && len(f.Choices) == 0 {
				t.Errorf("%s.%s: doubled or incomplete", r.Name, f.Name)
			}
			seen[f.Name] = true
		}
		for _, m := range r.Moves {
			for _, s := range append(m.From, m.To) {
				if !r.States.Has(s) {
					t.Errorf("%s.%s: unknown state %s", r.Name, m.Name, s)
				}
			}
		}
	}
}

// proves EST-11: a key is issued, lent, returned, lost, handed over, and the
// register says who has it now and who had it.
func TestKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := context.Background(), clerk(h.project, estate.PermRegister)
		u := h.unit("3栋", "1单元", "1502")
		e := h.enter("keys", "label", "3-1502-A", "unit", "3栋1502", "part", "door", "count", "5")
		if e.Unit != u.ID || e.State != "kept" {
			t.Errorf("%+v", e)
		}
		plant := h.enter("keys", "label", "JF-01", "part", "plant", "count", "2") // a common room is of no unit
		h.enter("keys", "label", "GG-01", "part", "common")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			page, err := h.ListEntries(ctx, tx, estate.EntryFilter{Project: h.project, Register: "keys"})
			var got []string
			for _, x := range page.Rows {
				got = append(got, x.Label+" "+x.Value("part"))
			}
			if diff := cmp.Diff([]string{"3-1502-A door", "GG-01 common", "JF-01 plant"}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		_, err := h.SaveEntry(ctx, me, estate.Entry{Project: h.project, Register: "keys"}, map[string]string{"label": "３—1502—a", "part": "door"})
		wantField(t, err, "label")
		_, err = h.SaveEntry(ctx, me, estate.Entry{Project: h.project, Register: "keys"}, map[string]string{"part": "moon", "count": "几把", "unit": "99-99"})
		for _, f := range []string{"label", "part", "count", "unit"} {
			wantField(t, err, f)
		}
		_, err = h.SaveEntry(ctx, me, estate.Entry{Project: h.project, Register: "keys"}, map[string]string{"label": "3-1503-a", "part": "door", "count": "0"})
		wantField(t, err, "count")
		_, err = h.MoveEntry(ctx, me, h.project, e.ID, estate.Moving{Move: "lend"})
		wantField(t, err, "holder")
		wantField(t, err, "due")
		lend := estate.Moving{Move: "lend", Version: e.Version, Holder: "何志强", Due: "2026-11-19", Note: "修水管"}
		_, err = h.MoveEntry(ctx, me, h.project, e.ID, lend)
		wantField(t, err, "due") // nobody gives it back yesterday
		lend.Due = "2026-11-20"
		if _, err := h.MoveEntry(ctx, me, h.project, e.ID, lend); err != nil {
			t.Fatal(err)
		}
		h.clock.Add(24 * time.Hour)
		_, err = h.MoveEntry(ctx, me, h.project, e.ID, estate.Moving{Move: "return", Version: e.Version})
		wantCode(t, err, "estate.version.stale")
		_, err = h.MoveEntry(ctx, me, h.project, e.ID, estate.Moving{Move: "issue", Holder: "周慧兰"})
		wantCode(t, err, "estate.entry.move")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			page, err := h.ListEntries(ctx, tx, estate.EntryFilter{Project: h.project, Register: "keys", Late: true})
			if len(page.Rows) != 1 || page.Rows[0].Holder != "何志强" || page.Total != 1 {
				t.Errorf("late keys: %+v", page)
			}
			return err
		})
		if _, err := h.MoveEntry(ctx, me, h.project, e.ID, estate.Moving{Move: "return"}); err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			now, err := h.Entry(ctx, tx, h.project, e.ID)
			if now.State != "kept" || now.Holder != "" || now.Due != "" {
				t.Errorf("returned: %+v", now)
			}
			list, e2 := h.EntryEvents(ctx, tx, h.project, e.ID)
			var got []string
			for _, x := range list {
				got = append(got, x.Action+" "+x.Holder+" "+x.Actor)
			}
			if diff := cmp.Diff([]string{"return  林晓", "lend 何志强 林晓", "created  系统"}, got); diff != "" || e2 != nil {
				t.Error(diff, e2)
			}
			mine, e2 := h.UnitEntries(ctx, tx, h.project, u.ID)
			if len(mine) != 1 || e2 != nil {
				t.Errorf("at the unit: %v %v", mine, e2)
			}
			return err
		})
		for _, m := range []estate.Moving{
			{Move: "issue", Holder: "周慧兰"}, {Move: "lose", Note: "电梯井里"}, {Move: "return"}, {Move: "hand", Holder: "业委会", Note: "撤场"},
		} {
			if _, err := h.MoveEntry(ctx, me, h.project, plant.ID, m); err != nil {
				t.Fatal(m.Move, err)
			}
			h.read(func(ctx context.Context, tx *store.Tx) error {
				now, err := h.Entry(ctx, tx, h.project, plant.ID)
				if now.Holder != m.Holder {
					t.Errorf("after %s it is with %q, want %q", m.Move, now.Holder, m.Holder)
				}
				return err
			})
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.EntryEvents(ctx, tx, h.project, plant.ID)
			var got []string
			for _, x := range list {
				got = append(got, x.Action+" "+x.State+" "+x.Holder)
			}
			if diff := cmp.Diff([]string{"hand handed 业委会", "return kept ", "lose lost ", "issue issued 周慧兰", "created kept "}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		_, err = h.MoveEntry(ctx, clerk(h.project, estate.PermView), h.project, e.ID, estate.Moving{Move: "lose", Note: "x"})
		if errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right: %v", err)
		}
	})
}

// proves EST-09, EST-10: spaces sold and let, vehicles; found by plate.
func TestParking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.unit("3栋", "1单元", "1502")
		h.enter("spaces", "label", "B2-117", "sort", "let", "unit", "3-1-1502", "plate", "浙A·D58Q6", "rent", "300", "since", "2025-03-01", "due", "2026-11-28", "person", "周慧兰")
		h.enter("vehicles", "label", "浙A·D58Q6", "person", "周慧兰", "phone", "138 1234 6621", "sort", "car", "unit", "3-1-1502")
		_, err := h.SaveEntry(context.Background(), auth.System, estate.Entry{Project: h.project, Register: "spaces"}, map[string]string{"label": "B2-118", "sort": "let", "rent": "三百", "due": "明天"})
		wantField(t, err, "rent")
		wantField(t, err, "due")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			hits, err := search.New().Find(ctx, tx, h.project, "d58q6", nil, 0)
			var got []string
			for _, x := range hits {
				got = append(got, x.Kind+" "+x.Title+" "+x.Sub)
			}
			want := []string{"vehicle 浙A·D58Q6 车辆登记表 · 3栋1单元-1502 · 周慧兰", "register B2-117 车位租售情况一览表 · 3栋1单元-1502 · 周慧兰 · 浙A·D58Q6"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		f := h.front(everything...)
		f.get("/registers/spaces", "B2-117", "租赁", "300.00", "浙A·D58Q6")
		f.get("/registers/vehicles", "138****6621")
		f.get("/registers/spaces/print", "车位租售情况一览表", "KF-09")
		w := f.send("GET", "/registers/spaces/export.xlsx", nil)
		x, err := excelize.OpenReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := x.GetRows("Sheet1")
		if err != nil || len(rows) != 4 || !strings.Contains(rows[1][0], "KF-09") || rows[3][5] != "300" {
			t.Errorf("%v %v", rows, err)
		}
		sold, let := h.enter("spaces", "label", "B2-201", "sort", "owned"), h.enter("spaces", "label", "B2-202", "sort", "let")
		for id, m := range map[int64]estate.Moving{sold.ID: {Move: "sell", Holder: "梁超"}, let.ID: {Move: "let", Holder: "薛雨梅", Due: "2027-11-19"}} {
			if _, err := h.MoveEntry(context.Background(), auth.System, h.project, id, m); err != nil {
				t.Fatal(m.Move, err)
			}
		}
		for state, want := range map[string][]string{"sold": {"B2-201", "产权", "梁超"}, "let": {"B2-202", "租赁", "薛雨梅"}} {
			body := f.get("/registers/spaces?state="+state, want...)
			for _, other := range []string{"B2-117", "B2-201", "B2-202"} {
				if other != want[0] && strings.Contains(body, other) {
					t.Errorf("%s stands among those %s", other, state)
				}
			}
		}
	})
}

// proves EST-14: the tenant's papers follow within a week of registering; the
// list for the office shows what is late.
func TestLettingPapersAreDueInAWeek(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.unit("3栋", "1单元", "1502")
		e := h.enter("lettings", "label", "2026-017", "unit", "3-1-1502", "person", "周慧兰", "tenant", "薛雨梅", "since", "2026-11-10", "use", "residence", "heads", "2")
		if e.Due != "2026-11-17" {
			t.Errorf("papers due %s", e.Due)
		}
		f := h.front(everything...)
		f.get("/registers", "?late=1")
		f.get("/registers/lettings?late=1", "薛雨梅", "（已过）")
		path := fmt.Sprintf("/registers/lettings/%d", e.ID)
		f.get(path, "2026-11-17", "证件已补齐")
		f.post(path+"/move", http.StatusSeeOther, form("move", "papers", "version", "1"))
		f.post(path+"/move", http.StatusConflict, form("move", "papers", "version", "2"))
		if body := f.get("/registers/lettings?late=1"); strings.Contains(body, "薛雨梅") {
			t.Error("complete papers still count as late")
		}
		f.get("/registers/lettings/print?state=complete", "3栋1单元-1502", "周慧兰", "薛雨梅", "仅居住")
		for _, use := range []string{"", "office", "shop"} {
			_, err := h.SaveEntry(context.Background(), auth.System, estate.Entry{Project: h.project, Register: "lettings"},
				map[string]string{"label": "2026-018", "unit": "3-1-1502", "person": "周慧兰", "tenant": "薛雨梅", "since": "2026-11-10", "use": use})
			wantField(t, err, "use")
		}
	})
}

// proves EST-07, LAW-03: refreshed monthly; nothing is kept without a purpose.
func TestKeyCustomersAreRefreshedMonthly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.unit("3栋", "1单元", "1502")
		_, err := h.SaveEntry(context.Background(), auth.System, estate.Entry{Project: h.project, Register: "vips"}, map[string]string{"person": "周慧兰", "unit": "3-1-1502", "interests": "书法"})
		wantField(t, err, "purpose")
		who := h.born("周慧兰", "1958-03-02", "生日问候，本人同意")
		e := h.enter("vips", "person", "周慧兰", "unit", "3-1-1502", "interests", "书法", "requests", "午休不打电话", "purpose", "节日问候，本人同意")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.UnitEntries(ctx, tx, h.project, e.Unit)
			if err != nil || len(list) != 1 || list[0].Register != "vips" || list[0].Value("interests") != "书法" || list[0].Value("requests") != "午休不打电话" {
				t.Errorf("at the unit: %+v %v", list, err)
			}
			p, err := h.Person(ctx, tx, h.project, e.Person)
			if p.ID != who.ID || p.Birthday != "1958-03-02" {
				t.Errorf("the customer: %+v", p)
			}
			return err
		})
		if e.Label != "周慧兰" || e.Due != "2026-12-20" {
			t.Errorf("%+v", e)
		}
	})
}

// proves EST-12, EST-15, EST-18, EST-08: the registers take what their forms ask.
func TestOtherRegisters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.unit("3栋", "1单元", "1502")
		h.enter("mailboxes", "label", "3-1 第42号", "unit", "3-1-1502", "keys", "2")
		_, err := h.SaveEntry(ctx, auth.System, estate.Entry{Project: h.project, Register: "segments"}, map[string]string{"person": "周慧兰", "unit": "3-1-1502", "segment": "care"})
		wantField(t, err, "basis")
		h.enter("segments", "person", "周慧兰", "unit", "3-1-1502", "segment", "care", "basis", "68 岁独居，本人同意")
		sign := h.enter("signs", "label", "BS-001", "sort", "plan", "place", "南门")
		if _, err := h.MoveEntry(ctx, auth.System, h.project, sign.ID, estate.Moving{Move: "damage", Due: "2026-11-27", Note: "面板开裂"}); err != nil {
			t.Error(err)
		}
		finding := h.enter("findings", "label", "JG-01", "category", "fire", "checked", "site", "place", "地下室", "finding", "喷淋缺压")
		for _, m := range []estate.Moving{{Move: "send", Holder: "建设单位 王工", Due: "2026-12-01"}, {Move: "close", Note: "复测合格"}} {
			if _, err := h.MoveEntry(ctx, auth.System, h.project, finding.ID, m); err != nil {
				t.Errorf("%s: %v", m.Move, err)
			}
		}
		for _, category := range []string{"structure", "water", "power", "lift", "fire", "weak", "grounds", "papers"} {
			for _, checked := range []string{"site", "paper"} {
				h.enter("findings", "label", category+" "+checked, "category", category, "checked", checked, "place", "地下室", "finding", "不合图")
			}
		}
		_, err = h.SaveEntry(ctx, auth.System, estate.Entry{Project: h.project, Register: "findings"}, map[string]string{"label": "JG-02", "place": "地下室", "finding": "不合图"})
		wantField(t, err, "category")
		wantField(t, err, "checked")
		f := h.front(everything...)
		f.get("/registers/segments", "周慧兰", "需要关怀", "68 岁独居，本人同意")
		f.get("/registers/mailboxes?q=1502", "第42号")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			page, err := h.ListEntries(ctx, tx, estate.EntryFilter{Project: h.project, Register: "mailboxes"})
			if len(page.Rows) != 1 || page.Rows[0].Value("unit") != "3栋1单元-1502" || page.Rows[0].Value("keys") != "2" {
				t.Errorf("the boxes: %+v", page.Rows)
			}
			return err
		})
		f.get("/registers/signs?state=damaged", "南门", "2026-11-27")
		for _, m := range []estate.Moving{{Move: "repair"}, {Move: "replace", Note: "换新面板"}} {
			if _, err := h.MoveEntry(ctx, auth.System, h.project, sign.ID, m); err != nil {
				t.Errorf("%s: %v", m.Move, err)
			}
		}
		f.get(fmt.Sprintf("/registers/signs/%d", sign.ID), "BS-001", "完好", "面板开裂", "已修复", "已更换", "换新面板")
		f.get(fmt.Sprintf("/registers/findings/%d", finding.ID), "复测合格", "建设单位 王工")
		path := fmt.Sprintf("/registers/mailboxes/%d", h.enter("mailboxes", "label", "43", "unit", "31502").ID)
		f.post(path+"/edit", http.StatusUnprocessableEntity, form("label", "", "unit", "31502", "version", "1"))
		f.post(path+"/edit", http.StatusSeeOther, form("label", evil, "unit", "31502", "version", "1"))
		f.post(path+"/edit", http.StatusConflict, form("label", "44", "unit", "31502", "version", "1"))
		f.get(path, "&lt;script&gt;")
	})
}

// proves EST-17: lines of registers come and go with their batch.
func TestBatchBringsRegisters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		b := fillBatch(t, h, 2)
		entries := []estate.NewEntry{{Register: "spaces", Label: "B1-001", Data: map[string]string{"sort": "owned", "rent": "8000", "plate": "粤JB4765"}, State: "sold"}}
		if err := h.AddToBatch(ctx, auth.System, b, estate.BatchRows{Entries: entries}); err != nil {
			t.Fatal(err)
		}
		f := h.front(everything...)
		if strings.Contains(f.get("/registers/spaces"), "B1-001") || strings.Contains(f.get("/search?q=JB4765"), "B1-001") {
			t.Error("seen before it is published")
		}
		if err := h.PublishBatch(ctx, auth.System, b); err != nil {
			t.Fatal(err)
		}
		f.get("/registers/spaces", "B1-001", "80.00", "粤JB4765")
		f.get("/search?q=JB4765", "B1-001")
		if err := h.RevertBatch(ctx, auth.System, b, "传错了文件"); err != nil {
			t.Fatal(err)
		}
		if n := h.count("estate_entry"); n != 0 {
			t.Errorf("%d lines left", n)
		}
		err := h.AddToBatch(ctx, auth.System, b, estate.BatchRows{Entries: entries})
		wantCode(t, err, "estate.batch.state")
	})
}
