package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanjia/internal/calendar"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

var rooms = []store.Migrations{{Room: "search", FS: search.Migrations()}}

func docs() []search.Doc {
	unit := func(id int64, b, e, r, owner string) search.Doc {
		return search.Doc{Project: 1, ID: id, Kind: "unit", Title: b + "栋" + e + "单元-" + r, Sub: owner, URL: fmt.Sprintf("/u/%d", id), Keys: search.RoomKeys(b, e, r)}
	}
	person := func(id int64, name, phone string) search.Doc {
		return search.Doc{
			Project: 1, ID: id, Kind: "person", Title: name, URL: fmt.Sprintf("/m/%d", id),
			Keys: append(search.NameKeys(name), search.PhoneKeys(phone)...),
		}
	}
	return []search.Doc{
		unit(11, "3", "1", "1502", "周慧兰"), unit(12, "31", "1", "502", "张三"), unit(13, "13", "1", "1502", ""), unit(14, "A", "", "801", "恒达公司"), unit(15, "7", "2", "0101", ""),
		person(21, "周慧兰", "13812346621"), person(22, "张三", "0755-88886666"), person(23, "单雄信", "+852 9123 4567"),
		person(24, "曾国藩", "15149259045"), person(25, "欧阳修", ""), person(26, "𠮷野", ""), person(27, "深圳市恒达物业管理有限公司", "400-820-8820"),
		person(28, "O'Brien Smith", ""), person(29, "吕布", ""), person(30, "解晓东", ""),
		{Project: 1, ID: 41, Kind: "case", Title: "WX-2611-0251", Sub: "卫生间天花板滴水", URL: "/c/41", Text: "卫生间天花板滴水，地面积水；电话 13900001234", Keys: search.NumberKeys("WX-2611-0251")},
		{Project: 1, ID: 42, Kind: "case", Title: "TS-2611-0087", Sub: "装修噪音", URL: "/c/42", Text: "1602 午休时段装修噪音，水", Keys: search.NumberKeys("TS-2611-0087")},
		{Project: 1, ID: 51, Kind: "vehicle", Title: "浙A·D58Q6", URL: "/v/51", Keys: search.NumberKeys("浙A·D58Q6")},
		{Project: 2, ID: 91, Kind: "case", Title: "WX-2611-0251", URL: "/c/91", Text: "别的项目 滴水", Keys: search.NumberKeys("WX-2611-0251")},
	}
}

func fill(t testing.TB, db *store.DB, x *search.Index, all []search.Doc) {
	t.Helper()
	for _, d := range all {
		err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error { return x.Put(ctx, tx, d) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

func find(t testing.TB, db *store.DB, x *search.Index, project int64, q string, kinds ...string) []int64 {
	t.Helper()
	ids := []int64{}
	err := db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		hits, err := x.Find(ctx, tx, project, q, kinds, 0)
		for _, h := range hits {
			ids = append(ids, h.ID)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%.40q: %v", q, err)
	}
	return ids
}

// proves EST-13: room, name, any part of a phone, plate, company, initials,
// case number, words.
func TestFind(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		q     string
		kinds []string
		want  []int64
	}{
		"room in full":         {q: "3栋1单元-1502", want: []int64{11}},
		"room with dashes":     {q: "3-1-1502", want: []int64{11}},
		"room full width":      {q: "３栋１单元１５０２室", want: []int64{11}},
		"room in Han digits":   {q: "三栋一单元1502", want: []int64{11}},
		"room without entry":   {q: "3栋1502", want: []int64{11}},
		"room as one number":   {q: "31502", want: []int64{12, 11}},
		"same digits twice":    {q: "311502", want: []int64{12, 11}},
		"room alone":           {q: "1502", want: []int64{13, 11}},
		"letter building":      {q: "a座801", want: []int64{14}},
		"low floor in full":    {q: "7-2-0101", want: []int64{15}},
		"low floor as spoken":  {q: "7栋2单元101", want: []int64{15}},
		"low floor, dashes":    {q: "7-101", want: []int64{15}},
		"low floor alone":      {q: "101", want: []int64{15}},
		"name":                 {q: "周慧兰", want: []int64{21}},
		"part of a name":       {q: "慧兰", want: []int64{21}},
		"one character":        {q: "周", want: []int64{21}},
		"initials":             {q: "zs", want: []int64{22}},
		"initials upper case":  {q: "ZHL", want: []int64{21}},
		"full pinyin":          {q: "zhouhui", want: []int64{21}},
		"pinyin with space":    {q: "zhou huilan", want: []int64{21}},
		"surname shan":         {q: "sxx", want: []int64{23}},
		"surname dan too":      {q: "dxx", want: []int64{23}},
		"surname zeng":         {q: "zenggf", want: []int64{}},
		"surname zeng in full": {q: "zengguofan", want: []int64{24}},
		"double surname":       {q: "oyx", want: []int64{25}},
		"surname xie":          {q: "xiexiaodong", want: []int64{30}},
		"u umlaut":             {q: "lvbu", want: []int64{29}},
		"rare character":       {q: "𠮷", want: []int64{26}},
		"rare with next":       {q: "𠮷野", want: []int64{26}},
		"company in part":      {q: "恒达物业", want: []int64{27}},
		"company initials":     {q: "szshd", want: []int64{27}},
		"phone in full":        {q: "138 1234 6621", want: []int64{21}},
		"end of phone":         {q: "6621", want: []int64{21}},
		"middle of phone":      {q: "23466", want: []int64{21}},
		"landline":             {q: "88886666", want: []int64{22}},
		"phone in words":       {q: "1234", want: []int64{23, 21, 41}, kinds: []string{"person", "case"}},
		"plate":                {q: "浙A·D58Q6", want: []int64{51}},
		"plate without marks":  {q: "浙ad58q6", want: []int64{51}},
		"plate in part":        {q: "8Q6", want: []int64{51}},
		"case number":          {q: "WX-2611-0251", want: []int64{41}},
		"case number run on":   {q: "wx26110251", want: []int64{41}},
		"case number end":      {q: "251", want: []int64{41}},
		"words":                {q: "滴水 卫生间", want: []int64{41}},
		"words newest first":   {q: "水", want: []int64{42, 41}},
		"words and number":     {q: "1602 噪音", want: []int64{42}},
		"apostrophe":           {q: "o'brien", want: []int64{28}},
		"of a kind":            {q: "1502", kinds: []string{"case"}, want: []int64{}},
		"kind by words":        {q: "水", kinds: []string{"person", "case"}, want: []int64{42, 41}},
		"nothing":              {q: "不存在的词", want: []int64{}},
	}
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		fill(t, db, x, docs())
		for name, c := range cases {
			if diff := cmp.Diff(c.want, find(t, db, x, 1, c.q, c.kinds...)); diff != "" {
				t.Errorf("%s (%s): %s", name, c.q, diff)
			}
		}
		if diff := cmp.Diff([]int64{91}, find(t, db, x, 2, "滴水")); diff != "" {
			t.Errorf("other project: %s", diff)
		}
		if diff := cmp.Diff([]int64{}, find(t, db, x, 3, "滴水")); diff != "" {
			t.Errorf("empty project: %s", diff)
		}
	})
}

var hostile = []string{
	"", " ", "'", `"`, "''", `""`, "\\", "*", "%", "_", "a*", "NOT", "AND OR NOT", "NEAR(a b)", "words:x", "(", ")", "((", "^a", "-a", "+", "a & b", "a | !b", "a:*", "'a':*", "<->",
	"; DROP TABLE search_doc", "' OR 1=1 --", "\x00", "a\x00b", "\xff\xfe", "🎉", "👨‍👩‍👧", "𠮷", "é̄", "ﬃ", "İstanbul", "ʼ", "１２３", "\u202e3栋", "？", "{{.}}", "<script>alert(1)</script>",
	strings.Repeat("漏", 10_000), strings.Repeat("1", 10_000), strings.Repeat("a", 10_000), strings.Repeat("漏水 ", 3_333), strings.Repeat("'\"", 5_000), strings.Repeat("🎉", 10_000),
}

func TestHostileInput(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		for i, s := range hostile {
			keys := append(append(search.NameKeys(s), search.NumberKeys(s)...), search.PhoneKeys(s)...)
			fill(t, db, x, []search.Doc{{Project: 1, ID: int64(1000 + i), Kind: "case", Title: s, Sub: s, URL: "/", Text: s, Keys: keys}})
		}
		fill(t, db, x, docs())
		for _, q := range hostile {
			find(t, db, x, 1, q)
			find(t, db, x, 1, q, "case", "unit")
		}
		if got := find(t, db, x, 1, "周慧兰"); len(got) != 1 {
			t.Errorf("after hostile input: %v", got)
		}
	})
}

func TestPutAgainAndRemove(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		d := search.Doc{Project: 1, ID: 7, Kind: "person", Title: "王芳", URL: "/", Keys: search.NameKeys("王芳"), Text: "老师"}
		fill(t, db, x, []search.Doc{d})
		d.Title, d.Keys, d.Text = "王方", search.NameKeys("王方"), "医生"
		fill(t, db, x, []search.Doc{d})
		for q, want := range map[string]int{"王芳": 0, "老师": 0, "王方": 1, "医生": 1, "wf": 1} {
			if got := find(t, db, x, 1, q); len(got) != want {
				t.Errorf("%s: %v", q, got)
			}
		}
		err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error { return x.Remove(ctx, tx, 1, 7, 8) })
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"王方", "wf", "医生"} {
			if got := find(t, db, x, 1, q); len(got) != 0 {
				t.Errorf("removed but found by %s: %v", q, got)
			}
		}
	})
}

// Keys of a name that several documents share stand once, serve as long as one
// of them is there, and are gone with the last (LAW-03).
func TestSharedNamesAndPhones(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		one := func(id int64) search.Doc {
			return search.Doc{Project: 1, ID: id, Kind: "case", Title: "事项", URL: "/", Names: []string{"周慧兰"}, Phones: []string{"13812346621"}, Rooms: []string{"3栋1单元-1502"}}
		}
		person := search.Doc{Project: 1, ID: 3, Kind: "person", Title: "周慧兰", URL: "/", Keys: append(search.NameKeys("周慧兰"), search.PhoneKeys("13812346621")...)}
		room := search.Doc{Project: 1, ID: 4, Kind: "unit", Title: "3栋1单元-1502", URL: "/", Keys: search.RoomKeys("3", "1", "1502")}
		fill(t, db, x, []search.Doc{one(7), one(8), one(9), person, room})
		remove := func(ids ...int64) {
			t.Helper()
			if err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error { return x.Remove(ctx, tx, 1, ids...) }); err != nil {
				t.Fatal(err)
			}
		}
		rows := func(table string) (n int64) {
			t.Helper()
			err := db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM "+table)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		its := len(person.Keys) + len(room.Keys)
		if terms, keys := rows("search_term"), rows("search_key"); terms != 3 || keys >= int64(2*its+2) {
			t.Errorf("%d terms and %d keys in all, want 3 and those once", terms, keys)
		}
		for q, want := range map[string][]int64{
			"周慧兰": {3, 9, 8, 7}, "zhl": {3, 9, 8, 7}, "6621": {3, 9, 8, 7}, "1234": {3, 9, 8, 7}, "3-1-1502": {4, 9, 8, 7}, "三栋1单元1502室": {4, 9, 8, 7}, "1502": {4, 9, 8, 7},
		} {
			if got := find(t, db, x, 1, q); !cmp.Equal(got, want) {
				t.Errorf("%s: %v, want %v: the thing itself, then the newest first", q, got, want)
			}
		}
		remove(8, 9)
		if got := find(t, db, x, 1, "6621"); !cmp.Equal(got, []int64{3, 7}) {
			t.Errorf("after removing others: %v", got)
		}
		remove(7, 3, 4)
		for _, table := range []string{"search_term", "search_key", "search_post"} {
			if n := rows(table); n != 0 {
				t.Errorf("%s keeps %d rows of what is gone", table, n)
			}
		}
	})
}

func TestBatchIsFoundOnlyWhenRevealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		all := docs()[:14]
		for i := range all {
			all[i].Batch = 5
		}
		do := func(fn func(ctx context.Context, tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(context.Background(), fn); err != nil {
				t.Fatal(err)
			}
		}
		do(func(ctx context.Context, tx *store.Tx) error {
			if err := x.Hide(ctx, tx, 1, 5); err != nil {
				return err
			}
			return x.PutAll(ctx, tx, all)
		})
		if got := find(t, db, x, 1, "周慧兰"); len(got) != 0 {
			t.Errorf("hidden batch found: %v", got)
		}
		do(func(ctx context.Context, tx *store.Tx) error { return x.Reveal(ctx, tx, 1, 5) })
		if got := find(t, db, x, 1, "3-1-1502"); len(got) != 1 {
			t.Errorf("revealed: %v", got)
		}
	})
}

// Both databases give the same hits in the same order, whatever is put and asked.
func TestSameHitsOnBothDatabases(t *testing.T) {
	t.Parallel()
	clock := calendar.NewManual(storetest.Start)
	lite, pg := storetest.OpenSQLite(t, clock, rooms), storetest.OpenPostgres(t, clock, rooms)
	x, y := search.New(), search.New()
	words := rapid.StringOfN(rapid.RuneFrom([]rune("漏水电梯单元栋张三李四周123aA bx-'\"&|!*()🎉𠮷ïß")), 0, 24, -1)
	byProject := map[int64][]search.Doc{}
	for i := range 400 {
		title, project := words.Example(i), int64(1+i%2)
		byProject[project] = append(byProject[project], search.Doc{
			Project: project, ID: int64(i + 1), Kind: []string{"unit", "case", "person"}[i%3],
			Title: title, URL: "/", Text: words.Example(1000 + i), Keys: append(search.NameKeys(title), search.NumberKeys(title)...),
		})
	}
	for _, batch := range byProject {
		for db, index := range map[*store.DB]*search.Index{lite: x, pg: y} {
			err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error { return index.PutAll(ctx, tx, batch) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	found := 0
	for i := range 600 {
		q := words.Example(5000 + i)
		if rs := []rune(q); i%2 == 0 && len(rs) > 3 {
			q = string(rs[:1+i%3])
		}
		var kinds []string
		if i%3 == 0 {
			kinds = []string{"unit", "case"}
		}
		got := find(t, lite, x, 1, q, kinds...)
		found += len(got)
		if diff := cmp.Diff(got, find(t, pg, y, 1, q, kinds...)); diff != "" {
			t.Errorf("%q: sqlite and postgres differ: %s", q, diff)
		}
	}
	if found < 500 {
		t.Errorf("only %d hits: the queries prove nothing", found)
	}
}

func TestFindIsFewQueries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, rooms, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		x := search.New()
		fill(t, db, x, docs())
		ctx, n := store.WithCounter(context.Background())
		err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := x.Find(ctx, tx, 1, "3栋1单元-1502", nil, 0)
			return err
		})
		if err != nil || n.N() > 3 {
			t.Errorf("%d queries, %v: %v", n.N(), n.Queries(), err)
		}
	})
}
