package browser_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/internal/text"
)

// What is printed is the paper alone: no button, no blank page before it,
// registers of many columns on their side.
func TestWhatIsPrinted(t *testing.T) {
	s := &scene{Server: demoHouse(t), people: map[string]*http.Client{}}
	b := browser.Start(t)
	p := s.open(t, b, "wuhaiyan", text.ZH)
	for name, x := range map[string]struct {
		path, says string
		wide       bool
	}{
		"cases":     {"/p/linjiang/registers/cases/print?view=all&kind=repair", "报修登记表", true},
		"keys":      {"/p/linjiang/registers/keys/print", "钥匙登记表", true},
		"directory": {"/p/linjiang/directory/print", "通讯录", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := p.In(t)
			p.Turn(browser.Desk.In(text.ZH, "light"))
			p.Go(s.URL + x.path)
			file := filepath.Join(t.TempDir(), "paper.pdf")
			if err := os.WriteFile(file, p.PDF(), 0o600); err != nil {
				t.Fatal(err)
			}
			words := tool(t, "pdftotext", "-layout", "-f", "1", "-l", "1", file, "-")
			if flat := strings.ReplaceAll(words, " ", ""); !strings.Contains(flat, x.says) {
				t.Errorf("the first page lacks %q:\n%s", x.says, words)
			}
			if strings.Contains(words, "Ctrl") {
				t.Errorf("the button is printed:\n%s", words)
			}
			size := "594.96 x 841.92"
			if x.wide {
				size = "841.92 x 594.96"
			}
			if info := tool(t, "pdfinfo", file); !strings.Contains(info, size) {
				t.Errorf("want a page of %s points:\n%s", size, info)
			}
		})
	}
}

func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
