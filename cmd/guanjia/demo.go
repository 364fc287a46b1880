package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"guanjia/internal/app"
	"guanjia/internal/calendar"
	"guanjia/internal/config"
	"guanjia/internal/demo"
	"guanjia/internal/errs"
)

type demoCmd struct {
	Data   string `help:"Folder of the demo." default:"data/demo" type:"path" env:"GUANJIA_DEMO_DATA"`
	DSN    string `help:"An empty database for the demo, instead of one in its folder." env:"GUANJIA_DEMO_DSN"`
	Listen string `help:"Address; loopback only." default:"127.0.0.1:8080" env:"GUANJIA_LISTEN"`
	Keep   bool   `help:"Go on with the demo as it was left, instead of making it anew."`
	Log    string `help:"Log level." enum:"debug,info,warn,error" default:"warn"`
}

// marker names the file that says a folder is a demo's and may be emptied.
const marker = "DEMO"

// Run makes the demo project and serves it on loopback.
func (c *demoCmd) Run(ctx context.Context) error {
	if err := loopback(c.Listen); err != nil {
		return err
	}
	ln, err := listen(ctx, c.Listen, true)
	if err != nil {
		return err
	}
	made, err := c.prepare()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{
		Config: config.Config{Data: c.Data, DSN: c.DSN, Listen: c.Listen, KeyFile: filepath.Clean(c.Data) + ".key"},
		Clock:  calendar.RunningFrom(demo.Now), Log: logger(c.Log), Demo: true, PasswordOnly: true, // loopback only, and the password is public
	})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if made {
		l, err := demo.Load(ctx, a)
		if err != nil {
			return err
		}
		go func() {
			if err := l.History(ctx, a); err != nil && !errors.Is(err, context.Canceled) {
				a.Log.Error("writing the demo's history stopped", "err", err)
			}
		}()
	}
	token, err := demo.PhoneToken(ctx, a)
	if err != nil {
		return err
	}
	c.greet(ln, token)
	return run(ctx, a, ln)
}

// prepare empties a demo folder made before, and refuses any other that holds
// something.
func (c *demoCmd) prepare() (made bool, err error) {
	mark := filepath.Join(c.Data, marker)
	list, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	_, err = os.Stat(mark)
	switch {
	case err == nil && c.Keep:
		return false, nil
	case err == nil:
		if err := errors.Join(os.RemoveAll(c.Data), removeKeys(c.Data)); err != nil {
			return false, err
		}
	case len(list) > 0:
		return false, errs.Newf(errs.Conflict, "demo.folder", "%s 里有别的东西，演示不会动它。请用 --data 换一个文件夹。",
			"%s holds something else, which the demo will not touch. Choose another folder with --data.", c.Data)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return false, err
	}
	return true, os.WriteFile(mark, []byte("guanjia demo: made anew at every start\n"), 0o600)
}

func removeKeys(data string) error {
	files, err := filepath.Glob(filepath.Clean(data) + ".key*")
	for _, f := range files {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("reading the address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errs.New(errs.Invalid, "demo.loopback", "演示的口令是公开的，只能在本机开。", "The demo's password is public: it is served on loopback only.")
	}
	return nil
}

func (c *demoCmd) greet(ln net.Listener, token string) {
	fmt.Printf("\n管家 Guanjia · %s 演示 demo\n  http://%s\n\n", demo.ProjectName, ln.Addr())
	fmt.Printf("登录名 log-in（口令都是 password of all: %s）\n", demo.Password)
	fmt.Println("演示不要求动态口令；正式使用时，管理员和收费员第一次登录先设置 the demo asks for no second factor; in service administrators and cashiers set one up at their first log-in")
	seen := map[string]bool{}
	for _, s := range demo.Team {
		if !seen[s.Role] {
			seen[s.Role] = true
			fmt.Printf("  %-12s %s\t%s\n", s.Login, s.Name, s.Role)
		}
	}
	fmt.Printf("\n电话系统的令牌 token of the telephone system（只能送来电 can post calls only）\n  %s\n", token)
	fmt.Printf("  curl -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{\"event\":\"ring\",\"call\":\"t-1\",\"from\":\"13912029438\"}' http://%s/api/v1/projects/%s/calls\n", token, ln.Addr(), demo.ProjectCode)
	fmt.Printf("\n演示时间从 demo time starts at %s\n数据 data: %s\n", demo.Now.Format("2006-01-02 15:04"), c.Data)
}
