package client_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanjia/client"
	"guanjia/internal/integration"
	"guanjia/internal/store"
)

// TestDeadWebhookIsStopped gives an address that never answers five messages,
// twelve attempts each: then it is stopped and the supervisors are told, without
// the path of the address. Taken up again it delivers what was lost. Proves PLT-09.
func TestDeadWebhookIsStopped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		stand := &receiver{fail: 60}
		server := httptest.NewServer(stand)
		t.Cleanup(server.Close)
		hook, _, err := h.Programs.Subscribe(ctx, h.boss, h.project.ID, server.URL+"/secret-path", []string{"case.opened"})
		ok(t, err)
		c := h.client(t, "mini_program")
		open := func() {
			_, err := c.OpenCase(ctx, "", client.NewCase{Procedure: "enquiry", Channel: "phone", Caller: "周丽华", Words: "问一下"})
			ok(t, err)
		}
		for range 5 {
			open()
		}
		for range 12 {
			_, err := h.Runner().RunDue(ctx)
			ok(t, err)
			h.clock.Add(time.Hour)
		}
		read := func() (integration.Hook, []integration.Delivery) {
			var list []integration.Hook
			var log []integration.Delivery
			ok(t, h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				if list, err = h.Programs.Hooks(ctx, tx, h.project.ID); err != nil {
					return err
				}
				log, err = h.Programs.Log(ctx, tx, h.project.ID, hook.ID, 0, 50)
				return err
			}))
			return list[0], log
		}
		now, log := read()
		if !now.Dead || now.Ended.IsZero() || len(log) != 5 || log[0].State != "failed" || log[0].Attempts != 12 {
			t.Fatalf("hook %+v, log %+v", now, log)
		}
		bell, err := h.Notice.List(ctx, h.boss, h.project.ID, 0, 200)
		ok(t, err)
		told := 0
		for _, n := range bell.Notices {
			if strings.Contains(n.Text.ZH, "对外回调") {
				told++
				if strings.Contains(n.Text.ZH, "secret-path") || !strings.HasSuffix(n.Link, "/hooks/"+strconv.FormatInt(hook.ID, 10)) {
					t.Errorf("notice %+v", n)
				}
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		open()
		if _, log := read(); len(log) != 5 {
			t.Errorf("it is still written to: %d", len(log))
		}
		ok(t, h.Programs.Resume(ctx, h.boss, h.project.ID, hook.ID))
		if err := h.Programs.Resume(ctx, h.boss, h.project.ID, hook.ID); err == nil {
			t.Error("one that runs was taken up again")
		}
		_, err = h.Programs.Again(ctx, h.boss, h.project.ID, log[0].ID)
		ok(t, err)
		open()
		_, err = h.Runner().RunDue(ctx)
		ok(t, err)
		now, log = read()
		if now.Dead || now.Lost != 0 || len(log) != 6 || log[0].State != "done" || log[1].State != "done" {
			t.Errorf("after it was taken up: %+v, log %+v", now, log)
		}
		if len(stand.got) != 62 || stand.got[0].header.Get("Content-Type") != "application/json" || stand.fail != 0 {
			t.Errorf("%d requests", len(stand.got))
		}
	})
}
