package client

import (
	"context"
	"net/url"
	"time"
)

// Register is a list the centre keeps, as a definition.
type Register struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Rule   string  `json:"rule,omitempty"`
	Fields []Field `json:"fields"`
	States []Word  `json:"states"`
	Moves  []Move  `json:"moves"`
}

// Field is one column of a register.
type Field struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	Required bool   `json:"required"`
	Choices  []Word `json:"choices,omitempty"`
}

// Word is a word of a closed list.
type Word struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Move is what can happen to an entry as a whole.
type Move struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	From   []string `json:"from,omitempty"`
	To     string   `json:"to"`
	Holder bool     `json:"holder"`
	Due    bool     `json:"due"`
	Note   bool     `json:"note"`
}

// RegisterEntry is one line of a register. Fields are as a form takes them;
// phones are masked.
type RegisterEntry struct {
	ID       string            `json:"id"`
	Register string            `json:"register"`
	Label    string            `json:"label"`
	Unit     string            `json:"unit"`
	Person   string            `json:"person"`
	State    string            `json:"state"`
	Holder   string            `json:"holder,omitempty"`
	Due      string            `json:"due,omitempty"`
	Late     bool              `json:"late"`
	Version  int64             `json:"version"`
	Fields   map[string]string `json:"fields"`
}

// RegisterEntryView is an entry with what happened to it, newest first.
type RegisterEntryView struct {
	RegisterEntry
	Events []RegisterEvent `json:"events"`
}

// RegisterEvent is one thing that happened to an entry.
type RegisterEvent struct {
	Action string    `json:"action"`
	State  string    `json:"state"`
	Holder string    `json:"holder,omitempty"`
	Due    string    `json:"due,omitempty"`
	Note   string    `json:"note,omitempty"`
	Before string    `json:"before,omitempty"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
}

// RegisterPage is one page of a register, in the order of its labels.
type RegisterPage struct {
	Entries []RegisterEntry `json:"entries"`
	Next    string          `json:"next,omitempty"`
	Total   int             `json:"total"`
}

// EntryFields is what is written into an entry. When one is changed, fields
// that are absent stay and Version is the one that was seen.
type EntryFields struct {
	Version int64             `json:"version,omitempty"`
	Fields  map[string]string `json:"fields"`
}

// Moving is one move of an entry.
type Moving struct {
	Version int64  `json:"version,omitempty"`
	Move    string `json:"move"`
	Holder  string `json:"holder,omitempty"`
	Due     string `json:"due,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Registers lists the registers with their fields, states and moves.
func (c *Client) Registers(ctx context.Context) ([]Register, error) {
	return get[[]Register](ctx, c, c.in("/registers"), nil)
}

func (c *Client) register(name string) string {
	return c.in("/registers/" + url.PathEscape(name) + "/entries")
}

// RegisterEntries is one page of a register; text "" is all.
func (c *Client) RegisterEntries(ctx context.Context, register, text, after string, limit int) (RegisterPage, error) {
	q := url.Values{}
	set(q, "text", text)
	set(q, "after", after)
	number(q, "limit", limit)
	return get[RegisterPage](ctx, c, c.register(register), q)
}

// RegisterEntry is one entry with what happened to it.
func (c *Client) RegisterEntry(ctx context.Context, register, id string) (RegisterEntryView, error) {
	return get[RegisterEntryView](ctx, c, c.register(register)+"/"+url.PathEscape(id), nil)
}

// CreateEntry makes an entry.
func (c *Client) CreateEntry(ctx context.Context, register, key string, fields map[string]string) (RegisterEntry, error) {
	return post[RegisterEntry](ctx, c, c.register(register), key, EntryFields{Fields: fields})
}

// SaveEntry changes an entry; fields that are absent stay.
func (c *Client) SaveEntry(ctx context.Context, register, id string, in EntryFields) (RegisterEntry, error) {
	return write[RegisterEntry](ctx, c, "PATCH", c.register(register)+"/"+url.PathEscape(id), "", in)
}

// MoveEntry lends, takes back, reports lost …
func (c *Client) MoveEntry(ctx context.Context, register, id, key string, in Moving) (RegisterEntry, error) {
	return post[RegisterEntry](ctx, c, c.register(register)+"/"+url.PathEscape(id)+"/moves", key, in)
}
