package audit

import (
	"context"
	"crypto/ed25519"
	"embed"
	"io/fs"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations { return store.Migrations{Room: "audit", FS: migrationFS()} }

func migrationFS() fs.FS {
	return store.Folder(migrations)
}

// Options is what app gives the room.
type Options struct {
	DB  *store.DB
	Key ed25519.PrivateKey // signs the heads; vault.Keys.SigningKey
	// HeadsFile receives every head, one JSON object a line; it lies outside
	// data folder and backup. "" keeps the heads in the database only.
	HeadsFile string
	// Clock is security time; the machine's clock when nil.
	Clock calendar.Clock
	// Names tells the people of the accounts on the page; auth.Service.Names.
	Names func(ctx context.Context, tx *store.Tx, accounts ...int64) (map[int64]auth.Person, error)
}

// Service is the room. Names may be set after New, since auth needs the trail
// before it exists itself.
type Service struct {
	db    *store.DB
	key   ed25519.PrivateKey
	heads string
	clock calendar.Clock
	names func(ctx context.Context, tx *store.Tx, accounts ...int64) (map[int64]auth.Person, error)
	roles func() []auth.Role
	said  func(key, value string) text.Both

	things Things
}

// New makes the service.
func New(opt Options) *Service {
	if opt.Clock == nil {
		opt.Clock = calendar.System()
	}
	return &Service{db: opt.DB, key: opt.Key, heads: opt.HeadsFile, clock: opt.Clock, names: opt.Names}
}

// NameBy sets who knows the people of the accounts; call it before serving.
func (s *Service) NameBy(names func(ctx context.Context, tx *store.Tx, accounts ...int64) (map[int64]auth.Person, error)) {
	s.names = names
}

// RolesBy sets who knows the names of the roles; call it before serving.
func (s *Service) RolesBy(roles func() []auth.Role) { s.roles = roles }

// WordsBy sets who knows what the values of other rooms are called, zero for
// what it does not know; call it before serving.
func (s *Service) WordsBy(said func(key, value string) text.Both) { s.said = said }

// Jobs lists the periodic work: sealing, at most 5 seconds after a change.
func (s *Service) Jobs() []jobs.Spec {
	return []jobs.Spec{{Kind: "audit.batch.seal", Every: 4 * time.Second, Work: func(ctx context.Context, _ jobs.Job) error {
		_, err := s.Seal(ctx)
		return err
	}}}
}
