package messages

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	labels "guanjia/bench/messages"
	"guanjia/handbook"
	"guanjia/internal/errs"
)

func rules(t testing.TB) *Rules {
	t.Helper()
	r, err := Load(handbook.FS)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func samples(t testing.TB) []Message {
	t.Helper()
	data, err := os.ReadFile("testdata/samples.csv")
	if err != nil {
		t.Fatal(err)
	}
	list, faults, err := ReadCSV(bytes.NewReader(data))
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return list
}

func TestSuggestSamples(t *testing.T) {
	t.Parallel()
	want := map[string]string{"1": "repair", "2": "repair", "3": "noise", "4": "noise", "5": "noise", "6": "cleanliness", "7": "parking", "8": "fees", "9": "misuse", "10": "enquiry",
		"11": "safety", "12": "service", "13": "traffic", "14": "outside", "15": "house", "16": "repair", "17": "repair", "18": "noise", "19": "", "20": ""}
	r, got := rules(t), map[string]string{}
	for _, m := range samples(t) {
		s, ok := r.Suggest(m.Subject, m.Text)
		got[m.ID] = s.Kind.Name
		if ok && (len(s.Because) == 0 || s.Score == 0) {
			t.Errorf("%s is %s for no reason", m.ID, s.Kind.Name)
		}
		for _, w := range s.Because {
			first, then, _ := strings.Cut(w, "…")
			if said := fold(m.Subject + m.Text); !strings.Contains(said, first) || !strings.Contains(said, then) {
				t.Errorf("%s: the reason %q is not in its words", m.ID, w)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A frame says who does what, in one clause; a name hides the words inside it.
func TestFramesAndNames(t *testing.T) {
	t.Parallel()
	dangers, err := fs.ReadFile(os.DirFS("../../handbook"), "words/dangers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc := `{least: 1, hide: [中央公园], kinds: {repair: {title: 报修, as: {procedure: repair}, words: {停水: 5}}, service: {title: 物业, as: {procedure: complaint}, words: {物业…停水: 7}}, outside: {title: 别处, as: {procedure: enquiry}, words: {公园: 5}}}}`
	r, err := Load(fstest.MapFS{"words/kinds.yaml": {Data: []byte(doc)}, "words/dangers.yaml": {Data: dangers}})
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"物业又给我们停水":     "service",
		"停水了，给物业打电话":   "repair", // the other way round
		"已经找过物业。今天又停水": "repair", // another clause
		"物业说这是自来水公司统一安排的检修工程，所以今天全天停水": "repair", // too far apart
		"物业你好，停水了": "repair",
		"物业吗我家停水":  "repair",
		"中央公园三期停水": "repair",
		"公园里没有路":   "outside",
	} {
		if s, _ := r.Suggest("", words); s.Kind.Name != want {
			t.Errorf("%s is %q, want %q", words, s.Kind.Name, want)
		}
	}
	for _, bad := range []string{"…停水", "物业…"} {
		if _, err := Load(fstest.MapFS{"words/kinds.yaml": {Data: []byte(strings.Replace(doc, "物业…停水", bad, 1))}, "words/dangers.yaml": {Data: dangers}}); err == nil {
			t.Errorf("%s is taken for a frame", bad)
		}
	}
}

// Pairs of our own writing as people say them at the desk: "1" one matter, "0"
// two. Offering is cheap and missing a double is not, so few may be missed.
func TestSameMatter(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("testdata/pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	missed, wrong, pairs := 0, 0, 0
	for line := range strings.Lines(string(doc)) {
		p := strings.Split(strings.TrimSpace(line), "|")
		if len(p) != 3 {
			t.Fatalf("line %q", line)
		}
		pairs++
		l := Likeness(Message{Text: p[1]}, Message{Text: p[2]})
		if l != Likeness(Message{Text: p[2]}, Message{Text: p[1]}) || l < 0 || l > 1 {
			t.Errorf("%q: %v", line, l)
		}
		switch offered := l >= SameMatter; {
		case offered && p[0] == "0":
			wrong++
			t.Logf("offered at %.2f: %s", l, line)
		case !offered && p[0] == "1":
			missed++
			t.Logf("missed at %.2f: %s", l, line)
		}
	}
	if pairs < 30 || missed > 1 || wrong > 3 {
		t.Errorf("of %d pairs %d are missed and %d offered wrongly", pairs, missed, wrong)
	}
}

// The reason is said, and live intake has no subject.
func TestExplain(t *testing.T) {
	t.Parallel()
	s, ok := rules(t).Suggest("", "楼上漏水，天花板都湿了")
	if !ok || s.Kind.Procedure != "repair" || s.Explain().ZH != "因为：漏水" || s.Explain().EN != "because: 漏水" {
		t.Errorf("%v %+v %v", ok, s, s.Explain())
	}
	noise, _ := rules(t).Suggest("", "隔壁装修噪音太大")
	if noise.Kind.Procedure != "complaint" || noise.Kind.As != "fitout_noise" {
		t.Errorf("%+v", noise.Kind)
	}
	if _, ok := rules(t).Suggest("", "你好"); ok {
		t.Error("something is suggested for nothing")
	}
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		words string
		want  string
	}{
		"gas":                  {"厨房有很重的煤气味，怎么办", "gas 119"},
		"fire":                 {"五楼冒烟了，快来", "fire 119"},
		"trapped":              {"我妈被困在电梯里了", "trapped 119"},
		"injury":               {"有个老人晕倒在大堂", "injury 120"},
		"violence":             {"楼顶有人要跳下来", "violence 110"},
		"two dangers":          {"厨房着火，烧伤了手", "fire 119, injury 120"},
		"English":              {"I smell GAS in the kitchen", "gas 119"},
		"full width":           {"ｆｉｒｅ　ｉｎ the lobby", "fire 119"},
		"what if":              {"消防通道堵了，万一着火怎么办", ""},
		"a drill":              {"下周的火灾演练几点开始", ""},
		"a thing":              {"烟感和燃气泄漏报警器坏了", ""},
		"fire, not far away":   {"隔壁着火了！我家的报警器一直在响", "fire 119"},
		"said twice":           {"预防火灾的通知看到了，可是现在真的着火了", "fire 119"},
		"ordinary repair":      {"水龙头坏了", ""},
		"nothing":              {"", ""},
		"in the next sentence": {"如果方便请来一趟。厨房着火了", "fire 119"},
	}
	r := rules(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range r.Alarms(c.words) {
				got = append(got, a.Danger.Name+" "+a.Danger.Number)
				if a.Danger.Script.ZH == "" || a.Danger.Script.EN == "" || a.Danger.Title.EN == "" {
					t.Errorf("%s has no script in both languages", a.Danger.Name)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// proves DSK-21: nearly equal messages are offered for merging, the earliest first.
func TestSimilar(t *testing.T) {
	t.Parallel()
	groups := Similar(samples(t))
	if len(groups) != 1 {
		t.Fatalf("%d groups", len(groups))
	}
	got := []string{groups[0].Messages[0].ID, groups[0].Messages[1].ID}
	if diff := cmp.Diff([]string{"1", "16"}, got); diff != "" || groups[0].Least < alike {
		t.Error(diff, groups[0].Least)
	}
	if l := Likeness(Message{Text: "楼上漏水，厨房吊顶滴水"}, Message{Text: "楼上漏水，厨房吊顶滴水"}); l != 1 {
		t.Errorf("equal messages are %.2f alike", l)
	}
	if l := Likeness(Message{Text: "楼上漏水，厨房吊顶滴水"}, Message{Text: "物业费从两块三涨到两块六"}); l != 0 {
		t.Errorf("different messages are %.2f alike", l)
	}
}

// Changing the order, or a little of the words, keeps a group together.
func TestSimilarHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SliceOfN(rapid.RuneFrom([]rune("楼上漏水电梯停运噪音垃圾车位物业收费孩子老人夜里工地通知门禁")), 60, 120).Draw(t, "words")
		changed := slices.Clone(base)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] = '改'
		list := []Message{{ID: "a", Text: string(base)}, {ID: "b", Text: string(changed)}, {ID: "c", Text: "完全不同的一句话，说的是别的事情，没有一点相同。"}}
		if rapid.Bool().Draw(t, "turned") {
			slices.Reverse(list)
		}
		groups := Similar(list)
		if len(groups) != 1 || len(groups[0].Messages) != 2 {
			t.Fatalf("%v", groups)
		}
	})
}

// proves DSK-18: a problem seen often shows with count, span and place.
func TestTopics(t *testing.T) {
	t.Parallel()
	topics := rules(t).Topics(samples(t), 3)
	if len(topics) != 1 {
		t.Fatalf("%+v", topics)
	}
	top := topics[0]
	got := fmt.Sprint(top.Place, " ", top.KindName, " ", top.Count, " ", top.People, " ", top.From.Format(time.DateOnly), " ", top.To.Format(time.DateOnly), " ", top.IDs)
	if more := rules(t).Topics(samples(t), 4); len(more) != 0 {
		t.Errorf("of four people: %+v", more)
	}
	if diff := cmp.Diff("梧桐里 noise 3 3 2026-11-03 2026-11-06 [3 4 5]", got); diff != "" {
		t.Error(diff)
	}
}

// One person's five letters are no topic.
func TestTopicsNeedPeople(t *testing.T) {
	t.Parallel()
	var list []Message
	for i := range 5 {
		list = append(list, Message{ID: fmt.Sprint(i), User: "u1", Subject: "青松花园夜间施工噪音"})
	}
	if topics := rules(t).Topics(list, 3); len(topics) != 0 {
		t.Errorf("%+v", topics)
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	list := []Message{
		{Subject: "投诉A3区青松路云栖花园小区停水"}, {Subject: "云栖花园二期电梯故障"}, {Subject: "万科云栖花园门禁"}, {Subject: "万科云栖花园垃圾"}, {Subject: "请政府管管施工影响居民"}, {Subject: "请政府管管施工影响居民"},
	}
	p := FindPlaces(list)
	for i, want := range []string{"云栖花园", "云栖花园", "云栖花园", "云栖花园", "", ""} {
		if got := p.In(list[i]); got != want {
			t.Errorf("%s: %q, want %q", list[i].Subject, got, want)
		}
	}
	p.Add("3栋", "会所")
	if got := p.In(Message{Subject: "会所漏水"}); got != "会所" {
		t.Errorf("a name that was given is not found: %q", got)
	}
}

// A region, a road or a lake of an estate's name is not the estate; what stands
// before a name is no part of it; an ending alone is none.
func TestPlacesAreEstates(t *testing.T) {
	t.Parallel()
	list := []Message{{Subject: "银杉小区停水"}, {Subject: "银杉小区垃圾"}, {Subject: "晨曦华庭电梯"}, {Subject: "晨曦华庭门禁"}}
	p := FindPlaces(list)
	for words, want := range map[string]string{
		"银杉街道的路灯不亮": "", "银杉湖边太吵": "", "投诉银杉小区二栋": "银杉", "银杉三期停水": "银杉", "对面华庭太吵": "", "晨曦华庭噪音": "晨曦华庭",
		"A1区书院街枫桥小区太吵": "", "距听泉山庄十米的工地": "听泉山庄", "请政府管管": "",
	} {
		// 枫桥 is written once and has two characters: not certain enough.
		if got := p.In(Message{Subject: words}); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

// The same complaint copied at another estate is another matter.
func TestCopiesAtTwoEstates(t *testing.T) {
	t.Parallel()
	const words = "楼下几家餐馆油烟很大，衣服晾在外面都有味道，窗户不敢开，多次找物业都没有用，请管一管"
	two := []Message{{ID: "1", Subject: "云栖花园餐馆油烟", Text: words}, {ID: "2", Subject: "听泉山庄餐馆油烟", Text: words}}
	if g := Similar(two); len(g) != 0 {
		t.Errorf("two estates are one matter: %v", g)
	}
	two[1].Subject = "云栖花园楼下餐馆油烟"
	if g := Similar(two); len(g) != 1 {
		t.Errorf("one estate is two matters: %v", g)
	}
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	list, faults, err := ReadCSV(strings.NewReader("\ufeff留言编号,留言用户,留言主题,留言时间,留言详情,反对数\n7,a,漏水,2019-08-19 11:48:23,\"第一行\r\n第二行\",0\n7,a,又一次,2019-08-19,重复,0\n8,b,,昨天,内容,1\n,,,,,\n9,c,只有主题\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range list {
		got = append(got, m.ID+"|"+m.Subject+"|"+m.Text)
	}
	if diff := cmp.Diff([]string{"7|漏水|第一行\n第二行", "8||内容", "9|只有主题|"}, got); diff != "" {
		t.Error(diff)
	}
	want := []BadRow{{3, RowDoubled, "7"}, {4, RowUndated, "昨天"}, {5, RowEmpty, ""}}
	if diff := cmp.Diff(want, faults); diff != "" || list[1].Undated != "昨天" || !list[0].At.Equal(time.Date(2019, 8, 19, 3, 48, 23, 0, time.UTC)) || !list[1].At.IsZero() {
		t.Errorf("%v %v", faults, list[0].At)
	}
	for name, doc := range map[string]string{"empty": "", "no heading": "a,b\n1,2\n"} {
		if _, _, err := ReadCSV(strings.NewReader(doc)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The labels name kinds that exist, once an id, in two halves of fair size.
func TestLabels(t *testing.T) {
	t.Parallel()
	list, err := ReadLabels(labels.Labels)
	if err != nil {
		t.Fatal(err)
	}
	r, halves, seen := rules(t), map[string]int{}, map[string]bool{}
	for _, l := range list {
		if _, ok := r.Kind(l.Kind); !ok || seen[l.ID] {
			t.Errorf("%+v", l)
		}
		seen[l.ID] = true
		halves[l.Half]++
	}
	if halves["dev"]+halves["held-out"] != 400 || halves["dev"] < 180 || halves["held-out"] < 180 {
		t.Errorf("%v", halves)
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	byID := map[string]Message{}
	for _, m := range samples(t) {
		byID[m.ID] = m
	}
	marks := []Label{{"1", "dev", "repair"}, {"3", "dev", "noise"}, {"4", "dev", "noise"}, {"6", "dev", "noise"}, {"19", "dev", "repair"}, {"2", "held-out", "repair"}, {"none", "dev", "repair"}}
	h := rules(t).Score("dev", marks, byID)
	if h.Messages != 5 || h.Right != 3 || h.None != 1 || h.Majority != "noise" || h.Baseline != 0.6 {
		t.Errorf("%+v", h)
	}
	for _, m := range h.Kinds {
		if m.Kind == "noise" && (m.Precision != 1 || m.Labelled != 3 || m.Right != 2) {
			t.Errorf("%+v", m)
		}
	}
}

func TestBenchCommand(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		marks := []byte("id,half,kind\n1,dev,repair\n3,held-out,noise\n")
		if err := BenchCommand(t.Context(), &out, handbook.FS, marks, "testdata/samples.csv", 3, asJSON); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "held-out") || !strings.Contains(out.String(), "梧桐里") {
			t.Error(out.String())
		}
	}
	if err := BenchCommand(t.Context(), &bytes.Buffer{}, handbook.FS, nil, "testdata/none.csv", 3, false); err == nil {
		t.Error("a missing file is no error")
	}
}

// A slip in the words is refused with its file and line.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	dangers := &fstest.MapFile{Data: []byte("dangers:\n  fire:\n    title: 火 / Fire\n    number: \"119\"\n    words: [着火]\n    script: 走 / Go\n")}
	for name, c := range map[string]struct{ kinds, want string }{
		"no words":     {"kinds:\n  repair:\n    title: 报修\n    as: {procedure: repair}\n", "line 3: repair"},
		"heavy word":   {"kinds:\n  repair:\n    title: 报修\n    as: {procedure: repair}\n    words: {漏水: 40}\n", "漏水"},
		"no procedure": {"kinds:\n  repair:\n    title: 报修\n    words: {漏水: 4}\n", "repair"},
	} {
		_, err := Load(fstest.MapFS{"words/kinds.yaml": {Data: []byte(c.kinds)}, "words/dangers.yaml": dangers})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("a handbook without texts is no error")
	}
}

// Any words at all: no panic, and every reason stands in the words.
func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"漏水", "着火", "\xff\x00", "😀𠮷", strings.Repeat("噪音", 3000), "<b>", "' OR 1=1"} {
		f.Add(s, s)
	}
	r, err := Load(handbook.FS)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, subject, words string) {
		if s, ok := r.Suggest(subject, words); ok {
			all := fold(subject) + "\n" + fold(words)
			for _, w := range s.Because {
				if !strings.Contains(all, w) {
					t.Errorf("%q is no reason", w)
				}
			}
		}
		r.Alarms(words)
		m := Message{ID: "1", Subject: subject, Text: words}
		r.Topics([]Message{m, m}, 2)
		Similar([]Message{m, {ID: "2", Text: words}})
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("id,text\n1,漏水\n"))
	f.Add([]byte("id,text\n\"1,漏水\n"))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _, _ = ReadCSV(bytes.NewReader(data)) })
}
