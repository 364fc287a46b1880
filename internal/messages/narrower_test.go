package messages

import (
	"testing"

	"guanjia/handbook"
)

// proves DSK-18: noise by building work is told from other noise, whatever word
// made it noise.
func TestNoiseOfBuildingWork(t *testing.T) {
	t.Parallel()
	rules, err := Load(handbook.FS)
	if err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		"楼上装修电钻响一上午，太吵": "fitout_noise", "隔壁砸墙，吵得睡不着": "fitout_noise", "楼下广场舞音响太吵": "noise", "半夜脚步声扰民": "noise",
	} {
		s, ok := rules.Suggest("", said)
		if !ok || s.Kind.Name != "noise" || s.Kind.As != want {
			t.Errorf("%s: %s as %q, want %q", said, s.Kind.Name, s.Kind.As, want)
		}
	}
	for _, k := range rules.Kinds {
		if k.Name == "noise" && k.As != "noise" {
			t.Error("one message's narrower kind stayed with the rules")
		}
	}
}
