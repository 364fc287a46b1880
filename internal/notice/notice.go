package notice

import (
	"time"

	"guanjia/internal/text"
)

// Notice is one thing told. It goes to exactly one of: an account, everybody
// who holds a role in the project, or a customer. One to a customer rings no
// bell: it waits for an outside channel.
type Notice struct {
	ID       int64
	Project  int64
	Account  int64
	Role     string
	Customer int64
	Phone    string // of a customer, digits
	Case     int64  // 0: none
	Link     string // page to open: "/p/jinxiu/cases/TS-2611-0087"
	Urgent   bool
	Text     text.Both
	At       time.Time
	Read     bool // by the account that asks
}

// Bell is what stands beside the bell: unread notices, exact to BellMost.
type Bell struct {
	Unread int
	Urgent int
}

// BellMost bounds counting: beyond it the bell says "99+".
const BellMost = 100

// Page is one page of an account's notices, newest first.
type Page struct {
	Notices []Notice
	Next    int64 // pass as After for the next page, 0 at the end
}
