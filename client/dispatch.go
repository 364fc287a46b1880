package client

import (
	"context"
	"net/url"
	"time"
)

// Technician is somebody who can be sent.
type Technician struct {
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Trades  []string `json:"trades"`
	InHand  int      `json:"in_hand"`
}

// Proposal is a technician the rule would send, best first (REP-13).
type Proposal struct {
	Account string `json:"account"`
	InHand  int    `json:"in_hand"`
	Near    bool   `json:"near"`
}

// Sent says how many orders went out by rule, and how many had nobody.
type Sent struct {
	Sent int `json:"sent"`
	Left int `json:"left"`
}

// Link is a code for residents: who holds its path may report for the unit or
// the place without an account.
type Link struct {
	ID      string    `json:"id"`
	Unit    string    `json:"unit"`
	Place   string    `json:"place,omitempty"`
	Path    string    `json:"path"`
	Expires time.Time `json:"expires"`
}

// Issue is one version of the directory as it was given out.
type Issue struct {
	ID       string     `json:"id"`
	Month    string     `json:"month"`
	Number   int        `json:"number"`
	IssuedBy string     `json:"issued_by"`
	IssuedAt time.Time  `json:"issued_at"`
	SignedBy string     `json:"signed_by,omitempty"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
}

// Technicians lists who can be sent, with trades and what they have in hand.
func (c *Client) Technicians(ctx context.Context) ([]Technician, error) {
	return get[[]Technician](ctx, c, c.in("/technicians"), nil)
}

// SetTrades replaces the trades of a technician.
func (c *Client) SetTrades(ctx context.Context, account string, trades []string) error {
	return c.do(ctx, "PUT", c.in("/technicians/"+url.PathEscape(account)+"/trades"), "", map[string][]string{"trades": trades})
}

// Proposals lists whom the rule would send for a trade, best first; building ""
// is nowhere in particular.
func (c *Client) Proposals(ctx context.Context, trade, building string) ([]Proposal, error) {
	q := url.Values{"trade": {trade}}
	set(q, "building", building)
	return get[[]Proposal](ctx, c, c.in("/proposals"), q)
}

// SendByRule sends every waiting order to whom the rule proposes.
func (c *Client) SendByRule(ctx context.Context, key string) (Sent, error) {
	return post[Sent](ctx, c, c.in("/proposals/send"), key, nil)
}

// UnitLinks lists the residents' codes in force of a unit.
func (c *Client) UnitLinks(ctx context.Context, unit string) ([]Link, error) {
	return get[[]Link](ctx, c, c.unit(unit)+"/links", nil)
}

// CreateUnitLink gives out a code for a unit.
func (c *Client) CreateUnitLink(ctx context.Context, unit, key string) (Link, error) {
	return post[Link](ctx, c, c.unit(unit)+"/links", key, nil)
}

// PlaceLinks lists the codes in force of common places.
func (c *Client) PlaceLinks(ctx context.Context) ([]Link, error) {
	return get[[]Link](ctx, c, c.in("/links"), nil)
}

// CreatePlaceLink gives out a code for a common place.
func (c *Client) CreatePlaceLink(ctx context.Context, key, place string) (Link, error) {
	return post[Link](ctx, c, c.in("/links"), key, map[string]string{"place": place})
}

// RevokeLink ends a code at once.
func (c *Client) RevokeLink(ctx context.Context, id string) error {
	return c.do(ctx, "POST", c.in("/links/"+url.PathEscape(id)+"/revoke"), "", nil)
}

// GiveOutDirectory issues the directory of this month anew.
func (c *Client) GiveOutDirectory(ctx context.Context, key string) (Issue, error) {
	return post[Issue](ctx, c, c.in("/directory/issues"), key, nil)
}

// SignDirectory records that security took an issue over.
func (c *Client) SignDirectory(ctx context.Context, issue string) error {
	return c.do(ctx, "POST", c.in("/directory/issues/"+url.PathEscape(issue)+"/sign"), "", nil)
}
