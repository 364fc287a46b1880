package api

import (
	"context"
	"net/http"

	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// NewPhone is a number as typed; Verified says that the caller confirmed it
// just now.
type NewPhone struct {
	Number   string `json:"number"`
	Label    string `json:"label,omitempty"`
	Verified bool   `json:"verified,omitempty"`
}

// NewPerson is a person to be made. The number of their papers goes into the
// vault and never comes out here.
type NewPerson struct {
	Kind            string     `json:"kind,omitempty"`
	Name            string     `json:"name"`
	Sex             string     `json:"sex,omitempty"`
	Birthday        string     `json:"birthday,omitempty"`
	BirthdayPurpose string     `json:"birthday_purpose,omitempty"`
	LegalRep        string     `json:"legal_rep,omitempty"`
	Address         string     `json:"address,omitempty"`
	Nationality     string     `json:"nationality,omitempty"`
	Facilities      string     `json:"facilities,omitempty"`
	Wishes          string     `json:"wishes,omitempty"`
	Note            string     `json:"note,omitempty"`
	Phones          []NewPhone `json:"phones,omitempty"`
}

// PersonChange is what is to change of a person; what is absent stays. Phones
// are the whole new list.
type PersonChange struct {
	Version         int64       `json:"version"`
	Kind            *string     `json:"kind,omitempty"`
	Name            *string     `json:"name,omitempty"`
	Sex             *string     `json:"sex,omitempty"`
	Birthday        *string     `json:"birthday,omitempty"`
	BirthdayPurpose *string     `json:"birthday_purpose,omitempty"`
	LegalRep        *string     `json:"legal_rep,omitempty"`
	Address         *string     `json:"address,omitempty"`
	Nationality     *string     `json:"nationality,omitempty"`
	Facilities      *string     `json:"facilities,omitempty"`
	Wishes          *string     `json:"wishes,omitempty"`
	Note            *string     `json:"note,omitempty"`
	Phones          *[]NewPhone `json:"phones,omitempty"`
}

// Identity is the number of somebody's papers; it can be set, not read.
type Identity struct {
	Kind   string `json:"kind"`
	Number string `json:"number"`
}

// Reason says why something is done.
type Reason struct {
	Reason string `json:"reason"`
}

type newPersonIn struct {
	Body NewPerson
}

type personChangeIn struct {
	ID   int64 `path:"id"`
	Body PersonChange
}

type identityIn struct {
	ID   int64 `path:"id"`
	Body Identity
}

type reasonIn struct {
	ID   int64 `path:"id"`
	Body Reason
}

func (s *Service) peopleOperations() []operation {
	const person = inProject + "/people/{id}"
	return []operation{
		call("createPerson", http.MethodPost, inProject+"/people", estate.PermPerson, "estate", "Make a person", http.StatusCreated, s.createPerson),
		call("savePerson", http.MethodPatch, person, estate.PermPerson, "estate", "Change a person; what is absent stays", http.StatusOK, s.savePerson),
		call("setIdentity", http.MethodPut, person+"/identity", estate.PermPerson, "estate", "Keep the number of a person's papers in the vault", http.StatusNoContent, s.setIdentity),
		call("forgetPerson", http.MethodPost, person+"/forget", estate.PermErase, "estate", "Erase what is personal of a person (reason)", http.StatusNoContent, s.forgetPerson),
	}
}

func typedPhones(list []NewPhone) []estate.NewPhone {
	out := make([]estate.NewPhone, 0, len(list))
	for _, p := range list {
		out = append(out, estate.NewPhone{Number: p.Number, Label: p.Label, Verified: p.Verified})
	}
	return out
}

func (s *Service) createPerson(ctx context.Context, in newPersonIn) (Person, error) {
	b := in.Body
	p, err := s.estate.CreatePerson(ctx, actorOf(ctx), projectOf(ctx), estate.Person{
		Kind: b.Kind, Name: b.Name, Sex: b.Sex, Birthday: b.Birthday, BirthdayPurpose: b.BirthdayPurpose, LegalRep: b.LegalRep, Address: b.Address,
		Nationality: b.Nationality, Facilities: b.Facilities, Wishes: b.Wishes, Note: b.Note,
	}, typedPhones(b.Phones))
	return personOf(p, nil), err
}

func (s *Service) savePerson(ctx context.Context, in personChangeIn) (Person, error) {
	var p estate.Person
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = s.estate.Person(ctx, tx, projectOf(ctx), in.ID)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	b := in.Body
	p.Version = b.Version
	change(&p.Kind, b.Kind)
	change(&p.Name, b.Name)
	change(&p.Sex, b.Sex)
	change(&p.Birthday, b.Birthday)
	change(&p.BirthdayPurpose, b.BirthdayPurpose)
	change(&p.LegalRep, b.LegalRep)
	change(&p.Address, b.Address)
	change(&p.Nationality, b.Nationality)
	change(&p.Facilities, b.Facilities)
	change(&p.Wishes, b.Wishes)
	change(&p.Note, b.Note)
	var phones []estate.NewPhone
	for _, n := range p.Phones { // as they stand; their time of confirmation stays too
		phones = append(phones, estate.NewPhone{Number: n.Number.Local(), Label: n.Label})
	}
	if b.Phones != nil {
		phones = typedPhones(*b.Phones)
	}
	if _, err := s.estate.SavePerson(ctx, actorOf(ctx), p, phones); err != nil {
		return Person{}, err
	}
	return s.person(ctx, idIn{in.ID})
}

func (s *Service) setIdentity(ctx context.Context, in identityIn) (nothing, error) {
	return nothing{}, s.estate.SetIdentity(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Kind, in.Body.Number)
}

func (s *Service) forgetPerson(ctx context.Context, in reasonIn) (nothing, error) {
	return nothing{}, s.estate.Forget(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Reason)
}
