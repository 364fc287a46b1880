package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"guanjia/internal/estate"
)

// proves EST-17, EST-09, EST-10, EST-11, EST-12: registers come in with the houses.
func TestRegistersOfAWorkbook(t *testing.T) {
	t.Parallel()
	r := check(t, units(map[int][]any{2: {8: "赵一"}, 25: {1: "2单元", 3: "601"}}),
		sheetData{name: "车位", rows: [][]any{{"车位号", "类型", "使用人房号", "车牌号", "月租", "到期日", "备注"},
			{"B1-001", "产权", "1栋-1单元-101", "粤JB4765", 80, "", ""}, {"B1-002", "租赁", "1栋-102", "粤JF6504、粤JF6505", 300.5, "2026-11-28", ""}, {"B1-003", "人防"},
			{"B1-004", "产权"}, {"B1-005", "租赁", "物业自用", "", "", "", "放保洁车"}, {"B1-006", "临停", "1栋-201", "", "", "", "孕妇照顾"}, {"B1-007", "租赁", "2栋-601", "粤JF6507"}}},
		sheetData{name: "车辆", rows: [][]any{{"车牌号", "房号", "车主", "联系电话", "品牌型号"}, {"粤JB4765", "1栋-101", "赵一", "13912345678", "红色小车"}, {"粤JX0001", "", "访客"}}},
		sheetData{name: "信报箱", rows: [][]any{{"信报箱号", "房号"}, {"1", "1栋-101"}, {"1", "2栋-101"}, {"7", "1栋-201"}}},
		sheetData{name: "钥匙", rows: [][]any{{"房号", "钥匙名称", "数量", "领取人", "领取日期", "归还日期"}, {"1栋-101", "入户门钥匙", 3, "赵一", "2020-05-06", ""}, {"1栋-101", "入户门钥匙", 1, "钱二", "2020-05-06", "2021-05-06"}, {"1栋-102", "水表箱", 1, "", "", ""}}})
	if faults := cells(r); len(faults) != 0 {
		t.Fatalf("faults %v", faults)
	}
	next := int64(100)
	p := MakePlan(r, Existing{Labels: map[string]map[string]bool{regMailboxes: {"7": true}}}, "0750", func() int64 { next++; return next })
	rooms, people := map[int64]string{0: ""}, map[int64]string{0: ""}
	for _, u := range p.Units {
		rooms[u.ID] = u.BuildingName + u.Room
	}
	for _, n := range p.People {
		people[n.ID] = n.Name
	}
	got := []string{}
	for _, e := range p.Entries {
		reg, _ := estate.RegisterNamed(e.Register)
		if e.State != "" && !reg.States.Has(e.State) {
			t.Errorf("%s has no state %q", e.Register, e.State)
		}
		for name, v := range e.Data {
			f, ok := reg.Field(name)
			if !ok || f.Kind == estate.Pick && !f.Choices.Has(v) {
				t.Errorf("%s has no %s %q", e.Register, name, v)
			}
		}
		line := fmt.Sprint(e.Register, " ", e.Label, " ", rooms[e.Unit], " ", e.State, " ", e.Holder, people[e.Person], " ", e.Due)
		for _, name := range []string{"sort", "plate", "rent", "space", "phone", "model", "part", "count", "note"} {
			if v := e.Data[name]; v != "" {
				line += " " + name + "=" + v
			}
		}
		got = append(got, line)
	}
	want := []string{
		"vehicles 粤JB4765 1栋101  赵一  phone=8613912345678 model=红色小车", "vehicles 粤JX0001    ",
		"spaces B1-001 1栋101 sold   sort=owned plate=粤JB4765 rent=8000", "spaces B1-002 1栋102 let  2026-11-28 sort=let plate=粤JF6504、粤JF6505 rent=30050",
		"vehicles 粤JF6504 1栋102    space=B1-002", "vehicles 粤JF6505 1栋102    space=B1-002",
		"spaces B1-003  free   sort=shelter", "spaces B1-004  free   sort=owned", "spaces B1-005  let   sort=let note=使用人：物业自用；放保洁车", "spaces B1-006 1栋201 free   sort=visitor",
		"mailboxes 1栋 1 1栋101 used  ", "mailboxes 2栋 1 2栋101 used  ",
		"keys 1栋-101 入户门钥匙 1栋101 issued 赵一  part=door count=3", "keys 1栋-101 入户门钥匙-2 1栋101 kept   part=door count=1", "keys 1栋-102 水表箱 1栋102 kept   part=meter count=1",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	left := []string{}
	for _, l := range p.LeftOut {
		left = append(left, l.Why.ZH)
	}
	slices.SortFunc(left, cmp.Compare[string])
	if diff := gocmp.Diff([]string{"7 已在系统里", "有 2 户都是 2栋-601，分不清是哪一户"}, left); diff != "" {
		t.Error(diff)
	}
}

// proves EST-01: a room that the project has with leading zeros is not made a
// second time; the row is named with the unit it looks like.
func TestARoomWrittenWithoutItsZeros(t *testing.T) {
	t.Parallel()
	r := check(t, units(map[int][]any{2: {8: "赵一"}}))
	rooms := func(have Existing) (made, left []string) {
		next := int64(100)
		p := MakePlan(r, have, "0750", func() int64 { next++; return next })
		for _, u := range p.Units {
			made = append(made, u.BuildingName+u.EntranceName+u.Room)
		}
		for _, l := range p.LeftOut {
			left = append(left, l.Why.ZH)
		}
		return made, left
	}
	all, left := rooms(Existing{})
	if len(all) < 2 || len(left) > 0 {
		t.Fatalf("%v, left out %v", all, left)
	}
	k := code(r.tablesOf("unit")[0].Rows[0].Place())
	i := strings.LastIndexByte(k, '-') + 1
	zeros := k[:i] + "0" + k[i:]
	made, left := rooms(Existing{Units: []ExistingUnit{{Code: zeros, Loose: zeros, ID: 7}}})
	if diff := gocmp.Diff(all[1:], made); diff != "" {
		t.Error(diff)
	}
	if len(left) != 1 || !strings.Contains(left[0], "像是系统里的 "+zeros) {
		t.Errorf("left out: %v", left)
	}
	if _, left = rooms(Existing{Units: []ExistingUnit{{Code: k, Loose: k, ID: 7}}}); len(left) != 1 || !strings.Contains(left[0], "已在系统里") {
		t.Errorf("the same code: %v", left)
	}
}
