package estate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

// proves EST-02, LAW-03: fields are checked and kept; a birthday needs its purpose.
func TestPersonIsChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		_, err := h.CreatePerson(context.Background(), auth.System, h.project,
			estate.Person{Name: " ", Kind: "robot", Sex: "x", Birthday: "1958-3-1"}, []estate.NewPhone{{Number: "13812346621"}, {Number: "1381234662"}})
		for _, field := range []string{"name", "kind", "sex", "birthday", "birthday_purpose", "phones[1].number"} {
			wantField(t, err, field)
		}
		if diff := cmp.Diff([]string{estate.Natural, estate.Company}, codes(estate.PersonKinds)); diff != "" {
			t.Error(diff)
		}
		for _, want := range []estate.Person{
			{Kind: estate.Company, Name: "恒通贸易有限公司", LegalRep: "罗永", Address: "深圳市福田区深南大道 1 号"},
			{Kind: estate.Natural, Name: "周慧兰", Sex: "f", Nationality: "中国"},
		} {
			p, err := h.CreatePerson(context.Background(), auth.System, h.project, want, []estate.NewPhone{{Number: "13812346621"}, {Number: "0755-88886666"}})
			if err != nil {
				t.Fatal(err)
			}
			h.read(func(ctx context.Context, tx *store.Tx) error {
				p, err := h.Person(ctx, tx, h.project, p.ID)
				var phones []string
				for _, x := range p.Phones {
					phones = append(phones, x.Number.Local())
				}
				kept := estate.Person{Kind: p.Kind, Name: p.Name, Sex: p.Sex, Nationality: p.Nationality, LegalRep: p.LegalRep, Address: p.Address}
				if kept.Kind != want.Kind || kept.Name != want.Name || kept.Sex != want.Sex || kept.Nationality != want.Nationality || kept.LegalRep != want.LegalRep || kept.Address != want.Address {
					t.Errorf("kept %+v, want %+v", kept, want)
				}
				if diff := cmp.Diff([]string{"13812346621", "0755-88886666"}, phones); diff != "" {
					t.Error(diff)
				}
				return err
			})
		}
	})
}

// proves PLT-02, LAW-03: whole numbers only with the right, a reason, and a
// record; nothing unmasked lies in the history or the search index.
func TestUnmaskIsRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		p := h.person("周慧兰", "13812346621", "0755-88886666")
		if err := h.SetIdentity(ctx, auth.System, h.project, p.ID, "identity_card", "110105194912310021"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a wrong check digit passed: %v", err)
		}
		if err := h.SetIdentity(ctx, auth.System, h.project, p.ID, "identity_card", "11010519491231002x"); err != nil {
			t.Fatal(err)
		}
		page := h.front(estate.PermView).get(fmt.Sprintf("/people/%d", p.ID), "138****6621", "0755****6666")
		for _, whole := range []string{"13812346621", "88886666", "1949123100"} {
			if strings.Contains(page, whole) {
				t.Errorf("the page shows %s to whoever looks", whole)
			}
		}
		_, err := h.Unmask(ctx, clerk(h.project, estate.PermView), h.project, p.ID, false, "回电")
		if errs.KindOf(err) != errs.Forbidden || len(h.audit.looks) != 0 {
			t.Errorf("without the right: %v, looks %v", err, h.audit.looks)
		}
		me := clerk(h.project, estate.PermUnmask)
		_, err = h.Unmask(ctx, me, h.project, p.ID, false, " ")
		wantField(t, err, "reason")
		got, err := h.Unmask(ctx, me, h.project, p.ID, true, "核对收楼资料")
		want := estate.Unmasked{Phones: []string{"13812346621", "0755-88886666"}, IDKind: "identity_card", Identity: "11010519491231002X"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		var fields []string
		for _, l := range h.audit.looks {
			fields = append(fields, l.Field+" "+l.Reason+" "+l.Actor.Name)
		}
		if diff := cmp.Diff([]string{"phone 核对收楼资料 林晓", "identity 核对收楼资料 林晓"}, fields); diff != "" {
			t.Error(diff)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			same, err := h.PeopleByIdentity(ctx, tx, h.project, "identity_card", "11010519491231002X")
			if len(same) != 1 {
				t.Errorf("by identity: %v", same)
			}
			hits, e := search.New().Find(ctx, tx, h.project, "110105", nil, 0)
			if len(hits) != 0 || e != nil {
				t.Errorf("an identity number is in the index: %v %v", hits, e)
			}
			changes, e := store.All(ctx, tx, store.Value[string], "SELECT before || ' → ' || after FROM estate_change WHERE person_id = ? AND field = 'identity'", p.ID)
			if diff := cmp.Diff([]string{" → identity_card ✓"}, changes); diff != "" || e != nil {
				t.Errorf("the change of the papers on record: %s %v", diff, e)
			}
			for _, table := range []string{"estate_person", "estate_change"} {
				rows, e := store.All(ctx, tx, store.Value[string], map[string]string{
					"estate_person": "SELECT name || id_digest || note FROM estate_person", "estate_change": "SELECT before || after FROM estate_change",
				}[table])
				if e != nil || strings.Contains(strings.Join(rows, " "), "11010519491231002") {
					t.Errorf("%s holds the number in clear: %v %v", table, rows, e)
				}
			}
			return err
		})
	})
}

// proves EST-16, LAW-03: phones change, the history keeps them masked, the old
// number is no longer found and the new one is at once.
func TestSavePersonChangesPhones(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		u, p := h.unit("3栋", "1单元", "1502"), h.person("周慧兰", "13812346621")
		h.occupy(u, p, estate.Owner, "2019-06-28", "")
		p.Name = "周惠兰"
		if _, err := h.SavePerson(ctx, clerk(h.project, estate.PermPerson), p, []estate.NewPhone{{Number: "139 2087 2087", Verified: true}}); err != nil {
			t.Fatal(err)
		}
		find := func(q string) (out []string) {
			h.read(func(ctx context.Context, tx *store.Tx) error {
				hits, err := search.New().Find(ctx, tx, h.project, q, nil, 0)
				for _, x := range hits {
					out = append(out, x.Kind+" "+x.Title+" "+x.Sub)
				}
				return err
			})
			return out
		}
		person, unit := "person 周惠兰 3栋1单元-1502 业主 · 139****2087", "unit 3栋1单元-1502 周惠兰"
		for q, want := range map[string][]string{"6621": nil, "20872087": {person}, "zhl": {person}, "周惠兰": {person}, "周慧兰": nil, "3-1-1502": {unit}} {
			if diff := cmp.Diff(want, find(q)); diff != "" {
				t.Errorf("%s: %s", q, diff)
			}
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			list, err := h.Changes(ctx, tx, h.project, "person", p.ID, 10)
			if len(list) != 3 || list[0].Field != "phones" || list[0].Before != "138****6621" || list[0].After != "139****2087" {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}

// proves EST-05: history is kept, tenants have the owner behind them.
func TestOccupancyHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		if diff := cmp.Diff([]string{estate.Owner, estate.Tenant, estate.User, estate.Agent, estate.Household}, codes(estate.Capacities)); diff != "" {
			t.Error(diff)
		}
		u := h.unit("3栋", "1单元", "1502")
		first, owner, tenant := h.person("梁超"), h.person("周慧兰"), h.person("薛雨梅")
		h.occupy(u, first, estate.Owner, "2019-06-28", "2022-03-31")
		h.occupy(u, owner, estate.Owner, "2022-04-01", "")
		o := h.occupy(u, tenant, estate.Tenant, "2025-01-01", "")
		if o.Behind != owner.ID {
			t.Errorf("behind the tenant: %d, want the owner %d", o.Behind, owner.ID)
		}
		_, err := h.Occupy(ctx, auth.System, estate.Occupancy{Project: h.project, Unit: u.ID, Person: tenant.ID, Capacity: estate.Tenant, From: "2026-01-01"})
		wantCode(t, err, "estate.occupancy.taken")
		_, err = h.Occupy(ctx, auth.System, estate.Occupancy{Project: h.project, Unit: u.ID, Person: tenant.ID, Capacity: "king", From: "2026-01-01", To: "2025-01-01"})
		wantField(t, err, "capacity")
		wantField(t, err, "to")
		wantField(t, h.EndOccupancy(ctx, auth.System, h.project, o.ID, "2024-01-01", ""), "to")
		if err := h.EndOccupancy(ctx, auth.System, h.project, o.ID, "2026-10-31", "合同到期"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, h.EndOccupancy(ctx, auth.System, h.project, o.ID, "2026-11-01", ""), "estate.occupancy.ended")
		h.read(func(ctx context.Context, tx *store.Tx) error {
			now, err := h.WhoHolds(ctx, tx, h.project, []int64{u.ID})
			if diff := cmp.Diff([]string{"周慧兰 owner 2022-04-01–"}, titles(now[u.ID])); diff != "" {
				t.Error(diff)
			}
			all, e := h.UnitHistory(ctx, tx, h.project, u.ID)
			want := []string{"梁超 owner 2019-06-28–2022-03-31", "周慧兰 owner 2022-04-01–", "薛雨梅 tenant 2025-01-01–2026-10-31"}
			if diff := cmp.Diff(want, titles(all)); diff != "" || e != nil {
				t.Error(diff, e)
			}
			return err
		})
	})
}

// proves EST-03: two contacts in office hours and two outside them.
func TestEmergencyContacts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, u := context.Background(), h.unit("3栋", "1单元", "1502")
		list := []estate.Emergency{{Name: "许知远", Relation: "儿子", Office: true, Outside: true, Phone: "88886666", Mobile: "13655305530"}, {Name: "李文淑", Office: true, Mobile: "13800138000"}}
		if err := h.SetEmergency(ctx, auth.System, h.project, u.ID, list); err != nil {
			t.Fatal(err)
		}
		err := h.SetEmergency(ctx, auth.System, h.project, u.ID, []estate.Emergency{{Name: "", Mobile: "1380013800"}})
		for _, field := range []string{"emergency[0].name", "emergency[0].office", "emergency[0].mobile"} {
			wantField(t, err, field)
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			got, err := h.EmergencyFor(ctx, tx, h.project, u.ID)
			if len(got) != 2 || got[0].Phone != "8675588886666" || got[0].Mobile != "8613655305530" {
				t.Errorf("%+v", got)
			}
			missing := func(list ...estate.Emergency) (out []string) {
				for _, m := range estate.EmergencyMissing(list, estate.Wanted{Office: 2, Outside: 2}) {
					out = append(out, m.ZH)
				}
				return out
			}
			if diff := cmp.Diff([]string{"还差 1 位非办公时间联系人", "1 位缺电话或手机"}, missing(got...)); diff != "" {
				t.Error(diff)
			}
			whole := func(office, outside bool) estate.Emergency {
				return estate.Emergency{Name: "许知远", Office: office, Outside: outside, Phone: "8675588886666", Mobile: "8613655305530"}
			}
			for want, list := range map[string][]estate.Emergency{
				"还差 2 位办公时间联系人 还差 2 位非办公时间联系人": nil,
				"还差 1 位办公时间联系人":                {whole(true, true), whole(false, true)},
				"还差 1 位非办公时间联系人":               {whole(true, true), whole(true, false)},
				"":                             {whole(true, false), whole(true, false), whole(false, true), whole(false, true)},
			} {
				if got := strings.Join(missing(list...), " "); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			return err
		})
		h.front(everything...).get(fmt.Sprintf("/units/%d", u.ID), "还差 1 位非办公时间联系人")
		h.figures = map[string]string{"directory.contacts.outside": "4"}
		h.front(everything...).get(fmt.Sprintf("/units/%d", u.ID), "还差 3 位非办公时间联系人")
	})
}

// A number shared by several households gives all of them; unverified numbers
// come as guesses; parts of numbers match nobody.
func TestCallers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		son, mother := h.person("许知远", "136 5530 5530"), h.person("周慧兰", "13812346621")
		h.occupy(h.unit("3栋", "1单元", "1502"), mother, estate.Owner, "2019-06-28", "")
		h.occupy(h.unit("6栋", "", "301"), son, estate.Owner, "2020-01-01", "")
		h.occupy(h.unit("3栋", "1单元", "1501"), son, estate.Household, "", "")
		h.occupy(h.unit("9栋", "", "901"), son, estate.Tenant, "2020-01-01", "2021-01-01")
		if _, err := h.CreatePerson(context.Background(), auth.System, h.project, estate.Person{Name: "猜测"}, []estate.NewPhone{{Number: "13655305530"}}); err != nil {
			t.Fatal(err)
		}
		for typed, want := range map[string][]string{
			"+8613655305530": {"许知远 3栋1单元 1501 true", "许知远 6栋 301 true", "猜测   false"},
			"013812346621":   {"周慧兰 3栋1单元 1502 true"}, "6621": nil, "": nil, "withheld": nil,
		} {
			h.read(func(ctx context.Context, tx *store.Tx) error {
				list, err := h.Callers(ctx, tx, h.project, typed)
				var got []string
				for _, c := range list {
					verified := " false"
					if c.Verified {
						verified = " true"
					}
					got = append(got, c.Name+" "+c.Plate+" "+c.Room+verified)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", typed, diff)
				}
				return err
			})
		}
	})
}

// proves LAW-03: deletion on request reaches phones, vault, registers, history
// and search; it is refused with its reason while a unit is held.
func TestForget(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := context.Background(), clerk(h.project, estate.PermErase)
		u, p := h.unit("3栋", "1单元", "1502"), h.person("薛雨梅", "15172523110")
		o := h.occupy(u, p, estate.Tenant, "2025-01-01", "")
		if err := h.SetIdentity(ctx, auth.System, h.project, p.ID, "identity_card", "11010519491231002X"); err != nil {
			t.Fatal(err)
		}
		if err := h.SetEmergency(ctx, auth.System, h.project, u.ID, []estate.Emergency{{Name: "薛雨梅", Mobile: "15172523110", Office: true}}); err != nil {
			t.Fatal(err)
		}
		car := h.enter("vehicles", "label", "粤JB4765", "person", "薛雨梅", "phone", "15172523110", "sort", "car", "note", "薛雨梅的车")
		wantField(t, h.Forget(ctx, me, h.project, p.ID, " "), "reason")
		wantCode(t, h.Forget(ctx, me, h.project, p.ID, "本人申请"), "estate.forget.held")
		if err := h.EndOccupancy(ctx, auth.System, h.project, o.ID, "2026-10-31", "薛雨梅退租"); err != nil {
			t.Fatal(err)
		}
		if err := h.Forget(ctx, clerk(h.project, estate.PermPerson), h.project, p.ID, "本人申请"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right: %v", err)
		}
		if err := h.Forget(ctx, me, h.project, p.ID, "本人申请"); err != nil {
			t.Fatal(err)
		}
		if len(h.vault.kept) != 0 {
			t.Error("the vault still keeps the number")
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			for _, q := range []string{"薛雨梅", "xym", "2523110"} {
				if hits, err := search.New().Find(ctx, tx, h.project, q, nil, 0); len(hits) != 0 || err != nil {
					t.Errorf("still found by %s: %v %v", q, hits, err)
				}
			}
			if hits, err := search.New().Find(ctx, tx, h.project, "粤JB4765", nil, 0); len(hits) != 1 || err != nil {
				t.Errorf("the vehicle itself is lost: %v %v", hits, err)
			}
			for name, query := range map[string]string{
				"person": "SELECT name || note || id_digest FROM estate_person", "phone": "SELECT number FROM estate_phone", "change": "SELECT before || after FROM estate_change",
				"occupancy": "SELECT relation || end_reason FROM estate_occupancy", "entry": "SELECT label || holder || data FROM estate_entry", "emergency": "SELECT name || mobile FROM estate_emergency",
			} {
				rows, err := store.All(ctx, tx, store.Value[string], query)
				if all := strings.Join(rows, " "); err != nil || strings.Contains(all, "薛雨梅") || strings.Contains(all, "15172523110") {
					t.Errorf("%s still says it: %s %v", name, all, err)
				}
			}
			e, err := h.Entry(ctx, tx, h.project, car.ID)
			if e.Label != "粤JB4765" {
				t.Errorf("%+v", e)
			}
			history, e2 := h.UnitHistory(ctx, tx, h.project, u.ID)
			if diff := cmp.Diff([]string{"已删除 tenant 2025-01-01–2026-10-31"}, titles(history)); diff != "" || e2 != nil {
				t.Error(diff, e2)
			}
			return err
		})
	})
}
