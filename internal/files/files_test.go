package files_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/files"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
)

type house struct {
	*files.Service
	t   *testing.T
	db  *store.DB
	dir string
}

var (
	owner = auth.Actor{Account: 3, Grants: []auth.Grant{{Project: 7, Role: "desk"}}}.WithPermissions(map[string][]string{"desk": {"probe.case.view"}})
	other = auth.Actor{Account: 4, Grants: []auth.Grant{{Project: 8, Role: "desk"}}}.WithPermissions(map[string][]string{"desk": {"probe.case.view"}})
)

func newHouse(t *testing.T, db *store.DB, scanner files.Scanner) *house {
	t.Helper()
	dir := t.TempDir()
	a := audit.New(audit.Options{DB: db})
	s, err := files.New(files.Options{DB: db, Audit: a, Dir: filepath.Join(dir, "files"), Cache: filepath.Join(dir, "cache"), MaxSize: 4 << 20, Scanner: scanner})
	if err != nil {
		t.Fatal(err)
	}
	s.SetGuard("probe.case", func(_ context.Context, _ *store.Tx, actor auth.Actor, f files.File, _ bool) error {
		return actor.Need("probe.case.view", f.Project)
	})
	return &house{Service: s, t: t, db: db, dir: filepath.Join(dir, "files")}
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, []store.Migrations{audit.Migrations(), files.Migrations()}, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		fn(t, newHouse(t, db, nil))
	})
}

// alone is a room whose database is never reached.
func alone(t *testing.T, scanner files.Scanner) *house {
	t.Helper()
	return newHouse(t, nil, scanner)
}

func photo(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 900, 600))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// placed is a photo with EXIF: turned to the right (6) and a place of taking.
func placed(t testing.TB) []byte {
	t.Helper()
	exif, err := hex.DecodeString("457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001000600000" + "00000000000")
	if err != nil {
		t.Fatal(err)
	}
	exif = append(exif, []byte("GPS 30.27N 120.15E")...)
	p := photo(t)
	seg := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, seg...), p[2:]...)
}

func (h *house) receive(name string, body []byte) files.Received {
	h.t.Helper()
	got, err := h.Receive(h.t.Context(), name, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *house) attach(actor auth.Actor, got files.Received) (f files.File, err error) {
	err = h.db.Write(h.t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		f, err = h.Attach(ctx, tx, actor, files.To{Project: 7, Owner: "probe.case", ID: 11}, got)
		return err
	})
	return f, err
}

// onDisk counts the files that backup would take.
func (h *house) onDisk() int {
	h.t.Helper()
	n := 0
	err := filepath.WalkDir(h.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// proves PLT-02, PLT-12: kept once, seen by right, handed out as a locked download
func TestAttachment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		body := photo(t)
		got := h.receive(`..\..\漏水 现场.JPG`, body)
		if got.Name != "漏水 现场.jpg" || got.Media != files.JPEG || got.Size != int64(len(body)) {
			t.Fatalf("%+v", got)
		}
		if _, err := h.attach(other, got); errs.KindOf(err) != errs.Forbidden {
			t.Fatalf("another project may attach: %v", err)
		}
		f, err := h.attach(owner, got)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.attach(owner, h.receive("same.jpg", body)); err != nil || again.SHA256 != f.SHA256 || h.onDisk() != 1 {
			t.Fatalf("the same content is kept twice: %d, %v", h.onDisk(), err)
		}
		if _, _, err := h.Open(t.Context(), other, f.ID); errs.KindOf(err) != errs.NotFound {
			t.Fatalf("another project sees it: %v", err)
		}
		if _, _, err := h.Open(t.Context(), auth.Actor{}, f.ID); err == nil {
			t.Fatal("a visitor sees it")
		}
		_, file, err := h.Open(t.Context(), owner, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		w := httptest.NewRecorder()
		if err := files.Serve(w, httptest.NewRequest(http.MethodGet, "/", nil), f, file); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(w.Body.Bytes(), body) {
			t.Fatal("other bytes came back")
		}
		for name, want := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
			"Content-Disposition": "attachment; filename*=utf-8''%E6%BC%8F%E6%B0%B4%20%E7%8E%B0%E5%9C%BA.jpg",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if bad, err := h.Verify(t.Context()); err != nil || len(bad) != 0 {
			t.Fatalf("%v, %v", bad, err)
		}
		path := filepath.Join(h.dir, f.SHA256[:2], f.SHA256)
		if err := os.WriteFile(path, append([]byte("x"), body[1:]...), 0o600); err != nil {
			t.Fatal(err)
		}
		if bad, err := h.Verify(t.Context()); err != nil || len(bad) != 2 {
			t.Fatalf("an altered file is not found: %v, %v", bad, err)
		}
	})
}

// proves LAW-03: the small picture carries no place of taking and stands upright
func TestSmallPicture(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f, err := h.attach(owner, h.receive("a.jpg", placed(t)))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // drawn, then from the cache
			w := httptest.NewRecorder()
			if err := h.ServeSmall(w, httptest.NewRequest(http.MethodGet, "/", nil), f); err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(w.Body.Bytes(), []byte("GPS")) || bytes.Contains(w.Body.Bytes(), []byte("Exif")) {
				t.Fatal("the place of taking is still there")
			}
			img, err := jpeg.Decode(w.Body)
			if err != nil || img.Bounds().Dx() != 426 || img.Bounds().Dy() != 640 {
				t.Fatalf("%v, %v", img.Bounds(), err)
			}
		}
	})
}

// proves LAW-03: erased content leaves the disk, shared content stays, and
// uploads given up are cleared away
func TestSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.receive("given up.txt", []byte("没有人要"))
		one, err := h.attach(owner, h.receive("a.txt", []byte("同样的内容")))
		if err != nil {
			t.Fatal(err)
		}
		two, err := h.attach(owner, h.receive("b.txt", []byte("同样的内容")))
		if err != nil {
			t.Fatal(err)
		}
		erase := func(actor auth.Actor, id int64) error {
			return h.db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return h.Erase(ctx, tx, actor, id) })
		}
		if err := erase(other, one.ID); errs.KindOf(err) != errs.Forbidden {
			t.Fatalf("another project may erase: %v", err)
		}
		if n, err := h.Sweep(t.Context(), time.Hour); err != nil || n != 0 {
			t.Fatalf("young files went: %d, %v", n, err)
		}
		if err := erase(owner, one.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Sweep(t.Context(), 0); err != nil || n != 1 || h.onDisk() != 1 {
			t.Fatalf("swept %d, %d left, %v", n, h.onDisk(), err)
		}
		if err := erase(owner, two.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Sweep(t.Context(), 0); err != nil || n != 1 || h.onDisk() != 0 {
			t.Fatalf("swept %d, %d left, %v", n, h.onDisk(), err)
		}
		if _, _, err := h.Open(t.Context(), owner, two.ID); errs.KindOf(err) != errs.NotFound {
			t.Fatalf("an erased file opens: %v", err)
		}
	})
}

// half breaks off in the middle.
type half struct{ r io.Reader }

func (h half) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if err == io.EOF {
		err = errors.New("connection reset")
	}
	return n, err
}

// proves PLT-12: too large, broken off, nothing stays behind
func TestReceiveLimits(t *testing.T) {
	t.Parallel()
	h := alone(t, nil)
	_, err := h.Receive(t.Context(), "big.txt", strings.NewReader(strings.Repeat("a", 4<<20+1)))
	if errs.CodeOf(err) != "files.size" {
		t.Fatal(err)
	}
	_, err = h.Receive(t.Context(), "half.txt", half{strings.NewReader("abc")})
	if errs.CodeOf(err) != "files.cut" {
		t.Fatal(err)
	}
	if n := h.onDisk(); n != 0 {
		t.Fatalf("%d files stayed behind", n)
	}
}
