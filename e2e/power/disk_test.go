package power

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanjia/e2e/house"
)

// fillUp takes matters in until one is refused, and returns what was said.
func fillUp(t *testing.T, people *crew, base string) string {
	t.Helper()
	long := strings.Repeat("水管一直在漏，楼道里都是水。", 700)
	for i := range 4000 {
		d := people.intake(fmt.Sprintf("full-%d", i), true)
		d.form.Set("words", d.words+long)
		d.words += long
		if err := people.send(t.Context(), people.people[0], base, d); err != nil {
			return err.Error()
		}
	}
	t.Fatal("nothing was refused")
	return ""
}

// A full disk is said in words, damages nothing, and what was confirmed stays;
// with room again, work goes on.
func TestFullDisk(t *testing.T) {
	t.Run("file limit", func(t *testing.T) {
		in := install(t, "")
		// In blocks of 1 KB: files may not grow past what the largest holds plus 200 KB.
		size := int64(0)
		for _, name := range []string{"guanjia.db"} {
			info, err := os.Stat(filepath.Join(in.folder, name))
			if err != nil {
				t.Fatal(err)
			}
			size = max(size, info.Size())
		}
		limit := fmt.Sprintf("ulimit -f %d; exec \"$@\"", size/1024+200)
		args := append([]string{"-c", limit, "sh", house.Binary(t), "serve", "--listen", "127.0.0.1:0"}, in.args()...)
		s, err := house.Launch("/bin/bash", nil, args...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Kill)
		people := hire(t, s, "linxiao")
		said := fillUp(t, people, s.URL)
		if !strings.Contains(said, "503") || !strings.Contains(said, "没有保存") {
			t.Errorf("what was said: %s", said)
		}
		s.Kill()
		s, _ = in.serve(t)
		people.check(t, in)
		if d := people.intake("after", true); people.send(t.Context(), people.people[0], s.URL, d) != nil {
			t.Error("with room again the intake is still refused")
		}
		people.check(t, in)
		s.Stop()
		in.verify(t)
	})
	t.Run("small disk", func(t *testing.T) {
		disk := t.TempDir()
		mount := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=64m", "guanjia", disk) //nolint:gosec // our own folder
		if out, err := mount.CombinedOutput(); err != nil {
			t.Logf("this account may not mount a small disk; the file limit above stands for it: %s", out)
			return
		}
		t.Cleanup(func() { _ = exec.CommandContext(context.WithoutCancel(t.Context()), "umount", "-l", disk).Run() }) //nolint:gosec // our own folder
		in := installAt(t, disk, "")
		s, _ := in.serve(t)
		people := hire(t, s, "linxiao")
		ballast := filepath.Join(disk, "ballast")
		leave(t, disk, ballast, 2<<20)
		said := fillUp(t, people, s.URL)
		if !strings.Contains(said, "503") || !strings.Contains(said, "磁盘已满") {
			t.Errorf("what was said: %s", said)
		}
		// Looking goes on.
		if status, body, err := house.Get(t.Context(), people.people[0], s.URL+project+"/cases"); err != nil || status != http.StatusOK {
			t.Errorf("the list on a full disk: %d %v %s", status, err, trouble(body))
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		d := people.intake("after", true)
		if err := people.send(t.Context(), people.people[0], s.URL, d); err != nil {
			t.Errorf("with room again: %v", err)
		}
		people.check(t, in)
		s.Stop()
		in.verify(t)
	})
}

// leave fills the disk until only room bytes are free.
func leave(t *testing.T, disk, ballast string, room int64) {
	t.Helper()
	f, err := os.Create(ballast) //nolint:gosec // our own folder
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for { // a little at a time: the house writes meanwhile
		free, err := freeBytes(disk)
		if err != nil {
			t.Fatal(err)
		}
		if free <= room {
			return
		}
		if _, err := f.Write(make([]byte, min(free-room, 1<<20))); err != nil {
			return // fuller than was asked for
		}
	}
}

// PostgreSQL restarted while people work: what it could not take is said, what
// it confirmed is there, and work goes on by itself.
func TestDatabaseRestartedUnderLoad(t *testing.T) {
	dsn, ctl := cluster(t)
	in := install(t, dsn)
	s, _ := in.serve(t)
	people := hire(t, s, "linxiao", "chenjia", "wuhaiyan")
	for _, mode := range []string{"fast", "immediate", "fast"} {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			people.work(ctx, s.URL)
			close(done)
		}()
		<-pause(200*time.Millisecond, 500*time.Millisecond)
		ctl("restart", "-m", mode)
		before := people.confirmed()
		for end := time.Now().Add(2 * time.Minute); people.confirmed() < before+5; {
			if time.Now().After(end) {
				t.Fatalf("after a %s restart nothing is taken any more: %v", mode, people.said)
			}
			<-pause(20*time.Millisecond, 40*time.Millisecond)
		}
		stop()
		<-done
		if !s.Alive() {
			t.Fatalf("the server ended:\n%s", s.Said())
		}
		people.again(t.Context(), t, s.URL)
		people.check(t, in)
	}
	for said := range people.said {
		if !strings.Contains(said, "没有保存") && !strings.Contains(said, "刷新") {
			t.Errorf("a refusal that says too little: %s", said)
		}
	}
	s.Stop()
	in.verify(t)
	t.Logf("%d commands confirmed, refusals %v", people.confirmed(), people.said)
}

// A backup taken while people write comes back whole, its drill agrees, newer
// data are refused by an older program, and words of every sort stay as said.
func TestBackupWhilePeopleWrite(t *testing.T) {
	in := install(t, "")
	s, _ := in.serve(t)
	people := hire(t, s, "linxiao", "chenjia", "wuhaiyan")
	nasty := people.intake("nasty", true)
	nasty.form.Set("words", nasty.words+"<script>alert(1)</script>'; DROP TABLE casefile_case; -- 𠮷😀")
	nasty.words = nasty.form.Get("words")
	for _, name := range []string{"caller", "place"} {
		nasty.form.Set(name, `"><img src=x onerror=alert(1)>𠮷`)
	}
	if err := people.send(t.Context(), people.people[0], s.URL, nasty); err != nil {
		t.Fatal(err)
	}
	_, page, err := house.Get(t.Context(), people.people[0], s.URL+project+"/cases?text="+url.QueryEscape("DROP TABLE"))
	if err != nil || strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
		t.Errorf("words reach the list unescaped: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		people.work(ctx, s.URL)
		close(done)
	}()
	<-pause(300*time.Millisecond, 400*time.Millisecond)
	before := people.confirmed()
	file := filepath.Join(t.TempDir(), "copy.tar.gz")
	status, out := house.Run(t, append(append([]string{"backup", "--drill"}, in.args()...), file)...)
	if status != 0 {
		t.Fatalf("backup: %d\n%s", status, out)
	}
	if after := people.confirmed(); after <= before {
		t.Errorf("nothing was taken in while the backup ran (%d before, %d after)", before, after)
	}
	stop()
	<-done
	people.check(t, in)
	s.Stop()

	other := &installation{folder: filepath.Join(t.TempDir(), "data")}
	other.dsn = "sqlite:" + filepath.Join(other.folder, "guanjia.db")
	key, err := os.ReadFile(in.folder + ".key")
	if err == nil {
		err = os.WriteFile(other.folder+".key", key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if status, out := house.Run(t, append([]string{"restore"}, other.args(file)...)...); status != 0 {
		t.Fatalf("restore: %d\n%s", status, out)
	}
	other.open(t)
	other.verify(t)
	if n := other.strings(t, "SELECT words FROM casefile_case WHERE words = ?", nasty.words); len(n) != 1 {
		t.Errorf("the customer's words came back %d times", len(n))
	}
	if status, out := house.Run(t, append([]string{"restore"}, other.args(file)...)...); status == 0 {
		t.Errorf("a restore over data that are there was not refused:\n%s", out)
	}
}

// Data of a newer version are refused by an older program, unchanged; data of
// this version open again and keep what they hold.
func TestNewerDataAreRefused(t *testing.T) {
	in := install(t, "")
	s, _ := in.serve(t)
	people := hire(t, s, "linxiao")
	d := people.intake("kept", true)
	if err := people.send(t.Context(), people.people[0], s.URL, d); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s, _ = in.serve(t) // the same data again, migrations looked at anew
	people.check(t, in)
	s.Stop()
	db, err := sql.Open("sqlite", strings.TrimPrefix(in.dsn, "sqlite:"))
	if err == nil {
		_, err = db.ExecContext(t.Context(), "INSERT INTO store_version (version_id, is_applied) VALUES (98001, 1)")
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	status, out := house.Run(t, append([]string{"verify"}, in.args()...)...)
	if status == 0 || !strings.Contains(out, "98001") || !strings.Contains(out, "数据没有改动") {
		t.Errorf("newer data: status %d\n%s", status, out)
	}
	if n := in.strings(t, "SELECT words FROM casefile_case WHERE words = ?", d.words); len(n) != 1 {
		t.Errorf("the case is there %d times", len(n))
	}
}
