package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/estate"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/work"
)

// Technician is somebody who can be sent.
type Technician struct {
	Account ID       `json:"account"`
	Name    string   `json:"name"`
	Trades  []string `json:"trades"`
	InHand  int      `json:"in_hand"`
}

// Proposal is a technician the rule would send, best first (REP-13).
type Proposal struct {
	Account ID   `json:"account"`
	InHand  int  `json:"in_hand"`
	Near    bool `json:"near"`
}

// Trades are the trades of a technician.
type Trades struct {
	Trades []string `json:"trades"`
}

// Sent says how many orders went out by rule, and how many had nobody.
type Sent struct {
	Sent int `json:"sent"`
	Left int `json:"left"`
}

// Link is a code for residents: who holds its path may report for the unit or
// the place without an account.
type Link struct {
	ID      ID        `json:"id"`
	Unit    ID        `json:"unit"`
	Place   string    `json:"place,omitempty"`
	Path    string    `json:"path"`
	Expires time.Time `json:"expires"`
}

// NewLink is a code for a common place.
type NewLink struct {
	Place string `json:"place"`
}

type proposeIn struct {
	Trade    string `query:"trade"`
	Building int64  `query:"building"`
}

type tradesIn struct {
	ID   int64 `path:"id"`
	Body Trades
}

type newLinkIn struct {
	Body NewLink
}

func (s *Service) dispatchOperations() []operation {
	return []operation{
		call("listTechnicians", http.MethodGet, inProject+"/technicians", work.PermBoard, "dispatch", "The technicians with their trades and what they have in hand", http.StatusOK, s.technicians),
		call("setTrades", http.MethodPut, inProject+"/technicians/{id}/trades", work.PermManage, "dispatch", "Replace the trades of a technician", http.StatusNoContent, s.setTrades),
		call("listProposals", http.MethodGet, inProject+"/proposals", work.PermBoard, "dispatch", "Whom the rule would send (trade, building), best first", http.StatusOK, s.proposals),
		call("sendByRule", http.MethodPost, inProject+"/proposals/send", casefile.PermDispatch, "dispatch", "Send every waiting order to whom the rule proposes", http.StatusOK, s.sendByRule),
		call("listUnitLinks", http.MethodGet, inProject+"/units/{id}/links", resident.PermLinks, "residents", "The codes in force of a unit", http.StatusOK, s.unitLinks),
		call("createUnitLink", http.MethodPost, inProject+"/units/{id}/links", resident.PermLinks, "residents", "Give out a code for a unit", http.StatusCreated, s.createUnitLink),
		call("listPlaceLinks", http.MethodGet, inProject+"/links", resident.PermLinks, "residents", "The codes in force of common places", http.StatusOK, s.placeLinks),
		call("createPlaceLink", http.MethodPost, inProject+"/links", resident.PermLinks, "residents", "Give out a code for a common place", http.StatusCreated, s.createPlaceLink),
		call("revokeLink", http.MethodPost, inProject+"/links/{id}/revoke", resident.PermLinks, "residents", "End a code at once", http.StatusNoContent, s.revokeLink),
		call("giveOutDirectory", http.MethodPost, inProject+"/directory/issues", estate.PermDirectory, "estate", "Issue the directory of this month anew", http.StatusCreated, s.giveOut),
		call("signDirectory", http.MethodPost, inProject+"/directory/issues/{id}/sign", estate.PermSign, "estate", "Record that security took an issue over", http.StatusNoContent, s.signIssue),
	}
}

func (s *Service) technicians(ctx context.Context, _ struct{}) ([]Technician, error) {
	out := []Technician{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		crew, err := s.opt.Crew(ctx, tx, projectOf(ctx))
		if err != nil {
			return err
		}
		trades, err := s.opt.Work.Trades(ctx, tx, projectOf(ctx))
		if err != nil {
			return err
		}
		inHand, err := s.cases.InHand(ctx, tx, projectOf(ctx))
		for _, t := range crew {
			id := int64(t.Account)
			t.Trades, t.InHand = append([]string{}, trades[id]...), inHand[id]
			out = append(out, t)
		}
		return err
	})
	return out, err
}

func (s *Service) setTrades(ctx context.Context, in tradesIn) (nothing, error) {
	return nothing{}, s.opt.Work.SetTrades(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Trades)
}

func (s *Service) proposals(ctx context.Context, in proposeIn) ([]Proposal, error) {
	out := []Proposal{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.opt.Work.ProposeAt(ctx, tx, projectOf(ctx), in.Trade, in.Building)
		for _, p := range list {
			out = append(out, Proposal{Account: ID(p.Account), InHand: p.InHand, Near: p.Near})
		}
		return err
	})
	return out, err
}

func (s *Service) sendByRule(ctx context.Context, _ struct{}) (Sent, error) {
	sent, left, err := s.opt.SendByRule(ctx, actorOf(ctx), projectOf(ctx))
	return Sent{Sent: sent, Left: left}, err
}

func linkOf(l resident.Link) Link {
	return Link{ID: ID(l.ID), Unit: ID(l.Unit), Place: l.Place, Path: "/r/" + l.Token, Expires: l.Expires}
}

func (s *Service) links(ctx context.Context, unit int64) ([]Link, error) {
	out := []Link{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if unit != 0 {
			if _, err := s.estate.Unit(ctx, tx, projectOf(ctx), unit); err != nil {
				return err
			}
		}
		list, err := s.opt.Residents.Of(ctx, tx, projectOf(ctx), unit)
		for _, l := range list {
			out = append(out, linkOf(l))
		}
		return err
	})
	return out, err
}

func (s *Service) unitLinks(ctx context.Context, in idIn) ([]Link, error) { return s.links(ctx, in.ID) }

func (s *Service) placeLinks(ctx context.Context, _ struct{}) ([]Link, error) { return s.links(ctx, 0) }

func (s *Service) createUnitLink(ctx context.Context, in idIn) (Link, error) {
	var l resident.Link
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if _, err = s.estate.Unit(ctx, tx, projectOf(ctx), in.ID); err != nil {
			return err
		}
		l, err = s.opt.Residents.MakeIn(ctx, tx, actorOf(ctx), resident.Link{Project: projectOf(ctx), Kind: resident.Unit, Unit: in.ID})
		return err
	})
	return linkOf(l), err
}

func (s *Service) createPlaceLink(ctx context.Context, in newLinkIn) (Link, error) {
	l, err := s.opt.Residents.Make(ctx, actorOf(ctx), resident.Link{Project: projectOf(ctx), Kind: resident.Area, Place: in.Body.Place})
	return linkOf(l), err
}

func (s *Service) revokeLink(ctx context.Context, in idIn) (nothing, error) {
	return nothing{}, s.opt.Residents.Revoke(ctx, actorOf(ctx), projectOf(ctx), in.ID)
}

// Issue is one version of the directory as it was given out.
type Issue struct {
	ID       ID         `json:"id"`
	Month    string     `json:"month"`
	Number   int        `json:"number"`
	IssuedBy string     `json:"issued_by"`
	IssuedAt time.Time  `json:"issued_at"`
	SignedBy string     `json:"signed_by,omitempty"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
}

func issueOf(i estate.Issue) Issue {
	return Issue{ID: ID(i.ID), Month: i.Month, Number: i.Number, IssuedBy: i.IssuedBy, IssuedAt: i.IssuedAt, SignedBy: i.SignedBy, SignedAt: when(i.SignedAt)}
}

func (s *Service) giveOut(ctx context.Context, _ struct{}) (Issue, error) {
	i, err := s.estate.GiveOut(ctx, actorOf(ctx), projectOf(ctx), true) // a program that asks for it means it
	return issueOf(i), err
}

func (s *Service) signIssue(ctx context.Context, in idIn) (nothing, error) {
	return nothing{}, s.estate.SignIssue(ctx, actorOf(ctx), projectOf(ctx), in.ID)
}
