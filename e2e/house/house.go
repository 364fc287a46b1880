// Package house runs the real binary for tests: built once, started on a free
// port, logged in to as a person would, stopped or killed.
//
// It owns: building, starting, killing, logging in. It does not own: what the
// tests look at. Imported by tests only. Start at Launch.
package house

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guanjia/internal/demo"
)

// patience is how long a start may take on a busy machine.
const patience = 60 * time.Second

var (
	folder string
	build  = sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "guanjia-e2e-*")
		if err != nil {
			return "", err
		}
		folder = dir
		_, file, _, _ := runtime.Caller(0)
		path := filepath.Join(dir, "guanjia")
		cmd := exec.Command("go", "build", "-o", path, "./cmd/guanjia") //nolint:gosec // our own binary
		cmd.Dir = filepath.Join(filepath.Dir(file), "..", "..")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building: %w\n%s", err, out)
		}
		return path, nil
	})
)

// Main runs the tests of a package and removes the binary afterwards.
func Main(m *testing.M) {
	status := m.Run()
	for _, end := range slices.Backward(ends) {
		end()
	}
	if folder != "" {
		_ = os.RemoveAll(folder) // a folder of our own
	}
	os.Exit(status)
}

var ends []func()

// AtEnd has f called when every test of the package has run, the last one first.
func AtEnd(f func()) { ends = append(ends, f) }

// Binary is the path of the program, built at the first call.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Server is a running program.
type Server struct {
	URL  string
	cmd  *exec.Cmd
	done chan struct{}
	mu   sync.Mutex
	said bytes.Buffer
}

// Launch runs the binary with args until a line with its address was printed
// and it answers. Whoever calls it stops it.
func Launch(binary string, env []string, args ...string) (*Server, error) {
	s := &Server{cmd: exec.Command(binary, args...), done: make(chan struct{})} //nolint:gosec // our own binary
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = writer{s}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			line := lines.Text()
			_, _ = writer{s}.Write([]byte(line + "\n")) // a buffer does not fail
			if at := strings.Index(line, "http://127.0.0.1:"); at >= 0 {
				select {
				case address <- strings.TrimSpace(line[at:]):
				default:
				}
			}
		}
		_ = s.cmd.Wait() // its end is what is waited for
		close(s.done)
	}()
	select {
	case s.URL = <-address:
	case <-s.done:
		return nil, fmt.Errorf("the server ended at once:\n%s", s.Said())
	case <-time.After(patience):
		s.Kill()
		return nil, fmt.Errorf("the server said no address:\n%s", s.Said())
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	s.URL = u.Scheme + "://" + u.Host
	return s, s.answers()
}

func (s *Server) answers() error {
	end := time.Now().Add(patience)
	for {
		res, err := http.Get(s.URL + "/login") //nolint:noctx // ends by patience
		if err == nil {
			_ = res.Body.Close() // only its status counts
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("the server does not answer: %w\n%s", err, s.Said())
		}
		select {
		case <-s.done:
			return fmt.Errorf("the server ended:\n%s", s.Said())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

type writer struct{ s *Server }

func (w writer) Write(b []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.s.said.Write(b)
}

// Said is everything the program printed.
func (s *Server) Said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.String()
}

// Pid is the process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Kill ends the process at once, in the middle of whatever it does.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.done
}

// Stop ends the process as an operator does.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		s.Kill()
	}
}

// Alive reports whether the process still runs.
func (s *Server) Alive() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// RSS is the memory the process holds, in bytes.
func (s *Server) RSS() (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		var kb int64
		if n, err := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 && err == nil {
			return kb << 10, nil
		}
	}
	return 0, errors.New("no VmRSS")
}

// Login logs in over the login page and returns a client that keeps the
// session and follows no redirect.
func (s *Server) Login(login string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{
		Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	status, body, err := Post(context.Background(), c, s.URL+"/login", url.Values{"login": {login}, "password": {demo.Password}})
	if err != nil {
		return nil, err
	}
	if status != http.StatusSeeOther && status != http.StatusFound {
		return nil, fmt.Errorf("log-in of %s: status %d: %.300s", login, status, body)
	}
	return c, nil
}

// Cookies logs in and returns the session for a browser.
func (s *Server) Cookies(t testing.TB, login string) []*http.Cookie {
	t.Helper()
	c, err := s.Login(login)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c.Jar.Cookies(u)
}

// Post sends a form and reads the whole answer.
func Post(ctx context.Context, c *http.Client, address string, form url.Values) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(c, req)
}

// Get reads a page.
func Get(ctx context.Context, c *http.Client, address string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", err
	}
	return do(c, req)
}

func do(c *http.Client, req *http.Request) (int, string, error) {
	res, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}

// Run runs a command of the binary to its end and returns its status and what
// it printed.
func Run(t testing.TB, args ...string) (int, string) {
	t.Helper()
	out, err := exec.Command(Binary(t), args...).CombinedOutput() //nolint:gosec // our own binary
	var status *exec.ExitError
	switch {
	case errors.As(err, &status):
		return status.ExitCode(), string(out)
	case err != nil:
		t.Fatal(err)
	}
	return 0, string(out)
}
