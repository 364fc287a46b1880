package messages_test

import (
	"testing"

	"guanjia/handbook"
	"guanjia/internal/messages"
	"guanjia/internal/procedure"
)

func TestFaultsFromWords(t *testing.T) {
	t.Parallel()
	f, err := messages.LoadFaults(handbook.FS)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ fault, trade, grade string }{
		"卫生间天花板一直在滴水，地上已经积水了": {"leak", "plumbing", "urgent"},
		"厨房下水慢，要等半天":          {"sewer", "plumbing", "general"},
		"厨房下水堵了，水往外冒，急":       {"sewer", "plumbing", "urgent"},
		"楼道灯不亮":      {"light", "electric", "general"},
		"电梯停在一楼不动了":  {"lift", "lift", "urgent"},
		"入户木门下沉，关不上": {"door", "carpentry", "general"},
		"外墙渗水，墙皮起鼓":  {"wall", "masonry", "general"},
		"想问一下物业费":    {},
	}
	for words, want := range tests {
		got, ok := f.Find(words)
		if ok != (want.fault != "") || got.Name != want.fault || got.Trade != want.trade || got.Grade != want.grade {
			t.Errorf("%s: got %+v, want %+v", words, got, want)
		}
	}
}

// Every fault, trade and grade the words can suggest is one that every profile
// with repairs knows.
func TestFaultsAreTheFigures(t *testing.T) {
	t.Parallel()
	f, err := messages.LoadFaults(handbook.FS)
	if err != nil {
		t.Fatal(err)
	}
	h, _ := procedure.Load(handbook.FS)
	for name, figures := range h.Profiles {
		has := func(path, word string) bool {
			list, err := figures.Choices(path, nil)
			for _, c := range list {
				if c.Name == word {
					return true
				}
			}
			return err != nil // a profile without repairs
		}
		for _, words := range []string{"漏水", "堵了", "停水", "停电", "路灯", "电梯", "门禁", "消防栓", "渗水", "空调", "门锁", "冰箱"} {
			got, ok := f.Find(words)
			if !ok || !has("repair.faults", got.Name) || !has("trades", got.Trade) || !has("repair.grades", got.Grade) {
				t.Errorf("%s: %s suggests %+v", name, words, got)
			}
		}
	}
}
