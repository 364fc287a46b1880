package auth

import (
	"context"
	"embed"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"guanjia/internal/calendar"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations {
	sub := store.Folder(migrations)
	return store.Migrations{Room: "auth", FS: sub}
}

// Role is a role of the handbook: what its holder may do.
type Role struct {
	Name         string
	Title        text.Both
	Permissions  []string
	SecondFactor bool // money and administration: no entry without a second factor (PLT-01)
	Program      bool // a token's, never a person's (PLT-09)
}

// Change is something this room reports to the audit trail (PLT-05). Data
// holds no passwords, codes, tokens nor typed login names.
type Change struct {
	Actor   Actor
	Project int64
	Action  string // "auth.account.create"
	Account int64  // whom it concerns
	Data    map[string]any
}

// Trail writes a change to the audit trail in the transaction that makes it.
// audit implements it; this room cannot import audit, which knows Actor.
type Trail interface {
	RecordAuth(ctx context.Context, tx *store.Tx, c Change) error
}

// Sealer encrypts what is stored and digests what is compared, with keys that
// lie outside the database. vault.Keys implements it. bound ties the sealed
// value to its place: opening it elsewhere fails.
type Sealer interface {
	Seal(bound string, plain []byte) ([]byte, error)
	Open(bound string, sealed []byte) ([]byte, error)
	Digest(purpose, value string) string
	Stale(sealed []byte) bool // made with a key that was rotated out
}

// Options is what app gives the room.
type Options struct {
	DB     *store.DB
	Sealer Sealer
	Trail  Trail
	// Roles lists the roles of the handbook in force; read anew at each use.
	Roles func() []Role
	// AdminRole is the role the first account gets, company-wide.
	AdminRole string
	// PasswordOnly asks nobody for a second factor, whatever their role: the
	// demo on loopback, whose password is public, and tests of other things.
	// Who set one up of their own is asked for it all the same.
	PasswordOnly bool
	// Clock is security time: the machine's clock when nil, never the demo's.
	Clock calendar.Clock
	// Secure says that people reach the site over TLS (own or a proxy's).
	Secure bool
	// SecureRequest tells per request instead (web.Secure); nil: Secure alone.
	SecureRequest func(r *http.Request) bool
	// Issuer is the name an authenticator app shows; "管家" when empty.
	Issuer string
	// MinPassword is the least length in characters; 8 when 0.
	MinPassword int
	// Idle ends an unused session, Absolute any; 8 and 72 hours when 0.
	Idle, Absolute time.Duration
	// Hash is the cost of a password hash; 19 MiB, 2 passes when nil.
	Hash *argon2id.Params
	// HashParallel bounds hashes at one time; 2 when 0 (38 MiB).
	HashParallel int
}

// Service is the room. Make it with New and hand its pages to app through
// authweb.New(service, …).Module(). Web asks it who a request is (Resolve).
type Service struct {
	db       *store.DB
	sealer   Sealer
	trail    Trail
	roles    func() []Role
	clock    calendar.Clock
	opt      Options
	hashes   chan struct{}
	dummy    string      // a hash nobody's password has: unknown accounts cost the same time
	tidy     *time.Timer // see tidyLater
	tidyOnce sync.Once
	cache    sessionCache
}

// New makes the service.
func New(opt Options) (*Service, error) {
	if opt.Clock == nil {
		opt.Clock = calendar.System()
	}
	if opt.Issuer == "" {
		opt.Issuer = "管家"
	}
	if opt.MinPassword == 0 {
		opt.MinPassword = 8
	}
	if opt.Idle == 0 {
		opt.Idle = 8 * time.Hour
	}
	if opt.Absolute == 0 {
		opt.Absolute = 72 * time.Hour
	}
	if opt.Hash == nil {
		opt.Hash = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	}
	if opt.HashParallel == 0 {
		opt.HashParallel = 2
	}
	secret, err := randomToken()
	if err != nil {
		return nil, err
	}
	dummy, err := argon2id.CreateHash(secret, opt.Hash)
	if err != nil {
		return nil, err
	}
	s := &Service{
		db: opt.DB, sealer: opt.Sealer, trail: opt.Trail, roles: opt.Roles, clock: opt.Clock,
		opt: opt, hashes: make(chan struct{}, opt.HashParallel), dummy: dummy,
	}
	s.tidyLater()
	return s, nil
}

// Roles lists the roles of the handbook in force.
func (s *Service) Roles() []Role { return s.roles() }

// PasswordOnly reports whether roles that need a second factor go without.
func (s *Service) PasswordOnly() bool { return s.opt.PasswordOnly }

// rights is role → permissions.
func (s *Service) rights() map[string][]string {
	m := map[string][]string{}
	for _, r := range s.roles() {
		m[r.Name] = r.Permissions
	}
	return m
}

func (s *Service) role(name string) (Role, bool) {
	for _, r := range s.roles() {
		if r.Name == name {
			return r, true
		}
	}
	return Role{}, false
}

func (s *Service) record(ctx context.Context, tx *store.Tx, c Change) error {
	return s.trail.RecordAuth(ctx, tx, c)
}
