package audit

import (
	"context"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/text"
)

// proves PLT-05: what an entry holds is read in words.
func TestDataInWords(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.WordsBy(func(key, value string) text.Both {
		if key == "fields" && value == "area" {
			return text.B("建筑面积", "Floor area")
		}
		return text.Both{}
	})
	names := map[thing]string{{7, "case", 912249621084897280}: "WX-2611-0251", {8, "unit", 5}: "3栋1单元-1502"}
	s.RolesBy(func() []auth.Role { return []auth.Role{{Name: "desk", Title: text.B("前台", "Desk")}} })
	for name, c := range map[string]struct {
		data   string
		zh, en string
	}{
		"nothing":       {"", "", ""},
		"empty":         {"{}", "", ""},
		"a role":        {`{"role":"desk"}`, "岗位：前台", "role: Desk"},
		"a role gone":   {`{"role":"porter"}`, "岗位：porter", "role: porter"},
		"several":       {`{"rows":12,"number":"WX-2611-0251"}`, "编号：WX-2611-0251；行数：12", "number: WX-2611-0251; rows: 12"},
		"large numbers": {`{"rows":912164806776061954}`, "行数：912164806776061954", "rows: 912164806776061954"},
		"unnamed":       {`{"span":{"from":1}}`, `span：{"from":1}`, `span: {"from":1}`},
		"a change": {`{"sort":"handbook","was":"","becomes":"2c0b140f505657482c2d008258c97b5ffaf32bc5a123b37eb42bfe2b292e67ab"}`,
			"改后：2c0b140f5056；类别：手册；改前：无", "becomes: 2c0b140f5056; sort: handbook; was: none"},
		"fields":    {`{"fields":["area","attic"]}`, "改了：建筑面积、attic", "changed: Floor area, attic"},
		"a case":    {`{"case":912249621084897280,"person":0}`, "事项：WX-2611-0251", "case: WX-2611-0251"},
		"elsewhere": {`{"unit":5}`, "房屋：5", "unit: 5"},
		"no object": {"12", "12", "12"},
	} {
		if got := s.told(text.WithLang(context.Background(), text.ZH), Row{Project: 7, Data: c.data}, names); got != c.zh {
			t.Errorf("%s: %q, want %q", name, got, c.zh)
		}
		if got := s.told(text.WithLang(context.Background(), text.EN), Row{Project: 7, Data: c.data}, names); got != c.en {
			t.Errorf("%s: %q, want %q", name, got, c.en)
		}
	}
}
