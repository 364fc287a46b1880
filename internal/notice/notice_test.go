package notice_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/store/storetest"
	"guanjia/internal/text"
)

const project = 862_341_775_123_456_789 // as large as identifiers are

var (
	lin = auth.Actor{Account: 1, Login: "lin", Grants: []auth.Grant{{Project: project, Role: "desk"}, {Project: project, Role: "cashier"}}}
	wu  = auth.Actor{Account: 2, Login: "wu", Grants: []auth.Grant{{Project: project, Role: "supervisor"}}}
)

func each(t *testing.T, fn func(t *testing.T, db *store.DB, s *notice.Service)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, []store.Migrations{notice.Migrations()}, func(t *testing.T, db *store.DB, _ *calendar.Manual) {
		fn(t, db, notice.New(db))
	})
}

func tell(t *testing.T, db *store.DB, s *notice.Service, list ...notice.Notice) {
	t.Helper()
	err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for _, n := range list {
			n.Project = project
			if n.Text.IsZero() {
				n.Text = text.B("超时", "late")
			}
			if err := s.Tell(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proves PLT-10 (in-app)
func TestTheBellCountsWhatIsMineAndUnread(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, s *notice.Service) {
		ctx := context.Background()
		bell := func(who auth.Actor, unread, urgent int) {
			t.Helper()
			b, err := s.Bell(ctx, who, project)
			if err != nil || b != (notice.Bell{Unread: unread, Urgent: urgent}) {
				t.Errorf("bell of %s: %+v, %v; want %d, %d", who.Login, b, err, unread, urgent)
			}
		}
		tell(t, db, s,
			notice.Notice{Account: 1}, notice.Notice{Role: "desk", Urgent: true}, notice.Notice{Role: "supervisor"},
			notice.Notice{Customer: 99}, notice.Notice{Account: 2})
		bell(lin, 2, 1)
		bell(wu, 2, 0)

		page, err := s.List(ctx, lin, project, 0, 0)
		if err != nil || len(page.Notices) != 2 || page.Next != 0 || page.Notices[0].Role != "desk" {
			t.Fatalf("list: %+v, %v", page, err)
		}
		if err := s.MarkRead(ctx, lin, project, page.Notices[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkRead(ctx, lin, project, page.Notices[0].ID); err != nil {
			t.Errorf("read twice: %v", err)
		}
		if err := s.MarkRead(ctx, wu, project, page.Notices[1].ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another's notice: %v", err)
		}
		bell(lin, 1, 0)
		seen := page.Notices[0].ID
		tell(t, db, s, notice.Notice{Role: "cashier"})
		if err := s.MarkAll(ctx, lin, project, seen); err != nil {
			t.Fatal(err)
		}
		bell(lin, 1, 0) // what came after the page was shown
		if err := s.MarkAll(ctx, lin, project, seen-1); err != nil {
			t.Fatal(err)
		}
		bell(lin, 1, 0) // an older page does not bring them back
		page, err = s.List(ctx, lin, project, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var read []bool
		for _, n := range page.Notices {
			read = append(read, n.Read)
		}
		if diff := cmp.Diff([]bool{false, true, true}, read); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Bell(ctx, auth.Actor{}, project); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("visitor: %v", err)
		}
	})
}

func TestPagesAreCompleteAndWithoutDoubles(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, s *notice.Service) {
		ctx := context.Background()
		for i := range 23 {
			tell(t, db, s, notice.Notice{Account: 1, Text: text.B(fmt.Sprint(i), "")})
		}
		var got []string
		for after := int64(0); ; {
			page, err := s.List(ctx, lin, project, after, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range page.Notices {
				got = append(got, n.Text.ZH)
			}
			if after = page.Next; after == 0 {
				break
			}
		}
		var want []string
		for i := 22; i >= 0; i-- {
			want = append(want, fmt.Sprint(i))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestListenersHearAfterTheCommitOnly(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, s *notice.Service) {
		var heard []string
		s.OnTold(func(n notice.Notice) {
			heard = append(heard, fmt.Sprintf("%t %t %s", n.For(lin), n.For(wu), n.Text.ZH))
		})
		wish := errs.New(errs.Conflict, "wish", "不", "no")
		err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			if err := s.Tell(ctx, tx, notice.Notice{Project: project, Account: 1}); err != nil {
				return err
			}
			return wish
		})
		if errs.CodeOf(err) != "wish" {
			t.Fatal(err)
		}
		err = db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return s.Tell(ctx, tx, notice.Notice{Project: project, Text: text.B("无人", "")})
		})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("for nobody: %v", err)
		}
		tell(t, db, s, notice.Notice{Account: 2, Text: text.B("一\x00", "")}, notice.Notice{Role: "desk", Text: text.B("二", "")}, notice.Notice{Customer: 5, Text: text.B("三", "")})
		if diff := cmp.Diff([]string{"false true 一", "true false 二", "false false 三"}, heard); diff != "" {
			t.Error(diff)
		}
		var waiting []notice.Notice
		err = db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
			waiting, err = s.Customers(ctx, tx, project, 0, 10)
			return err
		})
		if err != nil || len(waiting) != 1 || waiting[0].Customer != 5 {
			t.Errorf("for customers: %+v, %v", waiting, err)
		}
	})
}
