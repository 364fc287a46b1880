package hostile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/demo"
)

const at = "/p/" + demo.ProjectCode

// zeros is an endless body that costs nothing to make.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// upload is a multipart form with one file, streamed.
func upload(name string, body io.Reader) (kind string, form io.Reader) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	_, _ = w.CreateFormFile("file", name) // a buffer does not fail
	return w.FormDataContentType(), io.MultiReader(&head, body, strings.NewReader("\r\n--"+w.Boundary()+"--\r\n"))
}

// bomb is a small zip whose one part unpacks to size bytes.
func bomb(t *testing.T, name string, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, part := range []string{"[Content_Types].xml", "xl/workbook.xml"} {
		if w, err := z.Create(part); err != nil {
			t.Fatal(err)
		} else if _, err := io.WriteString(w, `<?xml version="1.0"?><Types/>`); err != nil {
			t.Fatal(err)
		}
	}
	w, err := z.Create(name)
	if err == nil {
		_, err = io.CopyN(w, zeros{}, size)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// heap watches how much memory is in use until it is stopped.
func heap() (stop func() uint64) {
	var most atomic.Uint64
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-end:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(end)
		<-done
		return most.Load()
	}
}

// memory is what the house may hold while it takes the largest files.
const memory = 400 << 20

// What comes to the door is taken or refused in words, whatever it is.
func TestDoors(t *testing.T) {
	p := open(t, "", calendar.RunningFrom(demo.Now))
	t.Run("files", func(t *testing.T) { filesAtTheDoor(t, p) })
	t.Run("requests", func(t *testing.T) { requestsAtTheDoor(t, p) })
	t.Run("slow clients", func(t *testing.T) { slowClients(t, p) })
}

// Files too large, packed to explode, or nothing like what they are called are
// refused in words, and the memory stays bounded.
func filesAtTheDoor(t *testing.T, p *place) {
	c := p.enter(t, "wuhaiyan")
	for name, f := range map[string]struct {
		path, name string
		body       func() io.Reader
		statuses   []int
		says       string
	}{
		"a workbook of 50 MB of nothing": {at + "/import", "大.xlsx", func() io.Reader { return io.LimitReader(zeros{}, 50<<20) }, []int{422, 413}, ".xlsx"},
		"a workbook of 80 MB":            {at + "/import", "更大.xlsx", func() io.Reader { return io.LimitReader(zeros{}, 80<<20) }, []int{422, 413}, "50 MB"},
		"a workbook that explodes":       {at + "/import", "炸.xlsx", func() io.Reader { return bytes.NewReader(bomb(t, "xl/worksheets/sheet1.xml", 700<<20)) }, []int{422}, "没有导入"},
		"letters of 80 MB":               {at + "/letters", "信.csv", func() io.Reader { return io.LimitReader(zeros{}, 80<<20) }, []int{422, 413}, "50 MB"},
		"letters that are a picture":     {at + "/letters", "信.csv", func() io.Reader { return strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") }, []int{422}, ""},
		"an empty workbook":              {at + "/import", "空.xlsx", func() io.Reader { return strings.NewReader("") }, []int{422}, ".xlsx"},
		"a workbook with a way out":      {at + "/import", "../../../etc/passwd", func() io.Reader { return strings.NewReader("root:x:0:0") }, []int{422}, ".xlsx"},
	} {
		t.Run(name, func(t *testing.T) {
			body := f.body()
			runtime.GC()
			stop := heap()
			kind, form := upload(f.name, body)
			a, err := p.try(t.Context(), c, http.MethodPost, f.path, kind, form)
			used := stop()
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			if !has(f.statuses, a.status) || !strings.Contains(a.body, f.says) {
				t.Errorf("%d %.400s\n%s", a.status, sentence(a.body), p.log.lines())
			}
			t.Logf("%d, %d MB in use: %.160s", a.status, used>>20, sentence(a.body))
			if used > memory {
				t.Errorf("%d MB were in use, at most %d", used>>20, memory>>20)
			}
		})
	}
}

func has(list []int, n int) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}

// Requests of the wrong sort, size or address are refused and say what to do;
// none is a fault of ours, and none leads out of the house.
func requestsAtTheDoor(t *testing.T, p *place) {
	c := p.enter(t, "wuhaiyan")
	cases, _ := read("/", p.get(t, c, at+"/cases").body)
	number := ""
	for _, l := range cases {
		if matter.MatchString(l) {
			number = l
		}
	}
	if number == "" {
		t.Fatal("no case in the list")
	}
	many := func(n int, one string) []byte { return []byte(strings.Repeat(one, n)) }
	parts := func(n int) (string, []byte) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range n {
			_ = w.WriteField(fmt.Sprintf("f%d", i), "x") // a buffer does not fail
		}
		_ = w.Close()
		return w.FormDataContentType(), b.Bytes()
	}
	kind, crowd := parts(5000)
	for name, r := range map[string]struct {
		method, path, kind string
		body               []byte
		statuses           []int
	}{
		"plain words for a form":      {http.MethodPost, at + "/desk/take", "text/plain", []byte("words=x"), []int{400, 415, 422}},
		"JSON for a form":             {http.MethodPost, at + "/desk/take", "application/json", []byte(`{"words":"x"}`), []int{400, 415, 422}},
		"parts without a boundary":    {http.MethodPost, number + "/do", "multipart/form-data", []byte("x"), []int{400, 422}},
		"parts cut short":             {http.MethodPost, number + "/do", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nab"), []int{400, 422}},
		"five thousand parts":         {http.MethodPost, number + "/do", kind, crowd, []int{400, 413, 422}},
		"thirty thousand fields":      {http.MethodPost, number + "/note", "application/x-www-form-urlencoded", many(30000, "a=b&"), []int{400, 413, 422}},
		"a form of 2 MB":              {http.MethodPost, number + "/note", "application/x-www-form-urlencoded", append([]byte("text="), many(2<<20, "x")...), []int{413}},
		"broken percent signs":        {http.MethodPost, number + "/note", "application/x-www-form-urlencoded", []byte("text=%zz%"), []int{400, 422}},
		"a number too long":           {http.MethodGet, at + "/units/99999999999999999999999", "", nil, []int{404, 422}},
		"a unit that is a word":       {http.MethodGet, at + "/units/1%20OR%201=1", "", nil, []int{404, 422}},
		"a case that is SQL":          {http.MethodGet, at + "/cases/" + url.PathEscape("x'; DROP TABLE casefile_case; --"), "", nil, []int{404}},
		"a case with a NUL":           {http.MethodGet, at + "/cases/a%00b", "", nil, []int{404, 400, 422}},
		"a search with broken bytes":  {http.MethodGet, at + "/search?q=%ff%fe%00", "", nil, []int{200}},
		"a search of 20,000 signs":    {http.MethodGet, at + "/search?q=" + strings.Repeat("%25", 20000), "", nil, []int{200, 400, 414, 422, 431}},
		"pages from beyond":           {http.MethodGet, at + "/cases?after=" + strings.Repeat("9", 400), "", nil, []int{200, 400, 404, 422}},
		"a way out of the files":      {http.MethodGet, "/files/..%2f..%2f..%2fetc%2fpasswd", "", nil, []int{404, 422}},
		"a way out of what is static": {http.MethodGet, "/static/..%2f..%2fgo.mod", "", nil, []int{404, 400}},
		"an unknown method":           {"BREW", at + "/today", "", nil, []int{404, 405}},
		"a page by POST":              {http.MethodPost, at + "/today", "", nil, []int{404, 405}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := p.try(t.Context(), c, r.method, r.path, r.kind, bytes.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			if !has(r.statuses, a.status) {
				t.Errorf("%d %.300s\n%s", a.status, sentence(a.body), p.log.lines())
			}
			if strings.Contains(a.body, "root:") || strings.Contains(a.body, "goroutine ") || strings.Contains(a.body, "SELECT ") {
				t.Errorf("the answer tells too much: %.300s", a.body)
			}
		})
	}
	t.Run("a head of 200 KB", func(t *testing.T) {
		said := raw(t, p, "GET /login HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 200<<10)+"\r\n\r\n")
		if !strings.HasPrefix(said, "HTTP/1.1 431") && said != "" { // it may hang up before the answer is read
			t.Errorf("%.200s", said)
		}
	})
	t.Run("ways out by a plain address", func(t *testing.T) {
		for _, path := range []string{"/../../etc/passwd", "/static/../../go.mod", "//etc/passwd", "/./p/./../../etc/passwd"} {
			if said := raw(t, p, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(said, "HTTP/1.1 3") && !strings.HasPrefix(said, "HTTP/1.1 4") || strings.Contains(said, "root:") {
				t.Errorf("%s: %.200s", path, said)
			}
		}
	})
}

// raw sends bytes as they are and gives the beginning of the answer.
func raw(t *testing.T, p *place, bytes string) string {
	t.Helper()
	conn, err := net.Dial("tcp", p.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, bytes) // the server may hang up meanwhile
	b := make([]byte, 4096)
	n, _ := io.ReadFull(bufio.NewReader(conn), b)
	return string(b[:n])
}

// Clients that send a byte now and then are cut off, while others are served.
func slowClients(t *testing.T, p *place) {
	s := p.app.Server()
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("the served house waits for ever: %+v", s)
	}
	s.ReadHeaderTimeout, s.ReadTimeout = 2*time.Second, 4*time.Second // the test's patience, not the house's
	ln, err := net.Listen("tcp", "127.0.0.1:0")                       //nolint:noctx // closed with the server
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	var slow []net.Conn
	for i := range 60 {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		begin := "GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: "
		if i%2 == 1 {
			begin = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin=a"
		}
		if _, err := io.WriteString(conn, begin); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	res, err := http.Get("http://" + ln.Addr().String() + "/login") //nolint:noctx // ends with the server
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("beside slow clients the page is not served: %v", err)
	}
	_ = res.Body.Close()
	for i, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.Copy(io.Discard, conn); err != nil {
			if wait, ok := err.(net.Error); ok && wait.Timeout() {
				t.Fatalf("slow client %d is still held", i)
			}
		}
	}
}
