package ui

import (
	"context"
	"time"
)

// Frame is what the shell knows about a request and every page draws: who,
// where, the rail, the settings. web fills it; pages read it through FrameOf.
type Frame struct {
	Path    string    // address of the page with its query, to come back to
	Here    string    // of a page that answers a form: the address where it is read, "" when it is read at its own
	Now     time.Time // the time of the installation; the demo's runs on its own
	Theme   string    // light | dark | system
	Density string    // dense | roomy

	Nav        []Link // entries of the rail, in order; the ones with End stand at its foot
	Home       string // where the mark leads
	Project    string // name of the project, "" outside one
	Projects   []Link // other projects the person may go to
	Search     string // address of the search page, "" without one
	Query      string // what was searched for
	Account    int64  // who is logged in, 0 for a visitor; drafts are kept by it
	Person     string // their name
	Bell       int    // unread notices
	BellPath   string // "" without notices
	Menu       []Link // entries under the person's name
	LogoutPath string
	Live       string   // address of the event stream, "" without one
	Demo       bool     // say so in the bar, with the time of the demo
	Trouble    string   // why nothing can be saved, "" as long as all is well
	Undo       *Undo    // what was just done and can be taken back
	Unsaved    []string // words that were typed, were refused and stand in no field of the page
}

// Link is an entry of the rail or of a menu.
type Link struct {
	Title   string
	Icon    string
	Path    string
	Current bool
	End     bool
	Front   int // people land at the lowest
}

// Undo says what was done; Path, when present, takes it back by POST.
type Undo struct {
	Words string
	Path  string
}

type frameKey struct{}

// WithFrame puts the frame into ctx.
func WithFrame(ctx context.Context, f Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// FrameOf is the frame in ctx, the zero Frame when none is there.
func FrameOf(ctx context.Context) Frame {
	f, _ := ctx.Value(frameKey{}).(Frame)
	return f
}
