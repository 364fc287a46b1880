package vault

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this room.
func Migrations() store.Migrations { return store.Migrations{Room: "vault", FS: migrationFS()} }

func migrationFS() fs.FS {
	return store.Folder(migrations)
}

// The rights of this room.
const (
	PermLook  = "vault.value.look"  // see a personal value in full; each look is recorded
	PermErase = "vault.value.erase" // erase personal values on request
)

// Hold tells whether the law keeps a value although its erasure was asked for,
// with the reason to give to the person (LAW-03).
type Hold func(ctx context.Context, tx *store.Tx, kind string, ref int64) (reason text.Both, held bool, err error)

// Options is what app gives the room.
type Options struct {
	DB    *store.DB
	Keys  *Keys
	Audit *audit.Service
	// ErasureFile receives the number of every erased value and subject; it lies outside
	// data folder and backup, so that a restored backup can be made to forget
	// again. "" keeps erasures in the database only.
	ErasureFile string
	Clock       calendar.Clock // security time; the machine's clock when nil
	Holds       []Hold
}

// Service is the room: personal values by reference.
type Service struct {
	db       *store.DB
	keys     *Keys
	audit    *audit.Service
	erasures string
	clock    calendar.Clock
	holds    []Hold
}

// New makes the service.
func New(opt Options) *Service {
	if opt.Clock == nil {
		opt.Clock = calendar.System()
	}
	return &Service{db: opt.DB, keys: opt.Keys, audit: opt.Audit, erasures: opt.ErasureFile, clock: opt.Clock, holds: opt.Holds}
}

// Module hands the room to app.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "vault", Room: 6, Requires: []string{"audit"}, Migrations: migrationFS(), Jobs: s.Jobs(),
		Permissions: []auth.Permission{
			{Name: PermLook, Title: text.B("查看完整的个人信息（每次都有记录）", "See personal values in full (each look is recorded)")},
			{Name: PermErase, Title: text.B("按申请删除个人信息", "Erase personal values on request")},
		},
	}
}

// Jobs lists the periodic work: re-sealing after a rotation, the erasure file.
func (s *Service) Jobs() []jobs.Spec {
	return []jobs.Spec{{Kind: "vault.value.keep", Every: time.Minute, Work: func(ctx context.Context, _ jobs.Job) error {
		if err := s.ExportErasures(ctx); err != nil {
			return err
		}
		_, err := s.Reseal(ctx)
		return err
	}}}
}

// Value is a personal value to keep. Kind names its sort: "person.identity".
type Value struct {
	Project int64 // 0: the whole company
	Kind    string
	Text    string
	// Searchable also keeps a keyed digest, for Find.
	Searchable bool
}

// Put keeps a value and returns the reference to store in its place. To change
// a value put the new one and erase the old.
func (s *Service) Put(ctx context.Context, tx *store.Tx, v Value) (ref int64, err error) {
	ref = tx.NewID()
	sealed, err := s.keys.Seal(boundTo(ref, v.Kind), []byte(v.Text))
	if err != nil {
		return 0, err
	}
	digest := ""
	if v.Searchable {
		digest = s.keys.Digest(v.Kind, Normal(v.Text))
	}
	_, err = tx.Exec(ctx, `INSERT INTO vault_value (id, project_id, kind, key_id, sealed, digest, created_at, erased_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		ref, v.Project, v.Kind, int64(KeyOf(sealed)), sealed, digest, store.Micros(s.clock.Now()))
	return ref, err
}

func boundTo(ref int64, kind string) string {
	return "vault_value:" + strconv.FormatInt(ref, 10) + ":" + kind
}

// Normal is the form two equal values share: half-width, without spaces and
// hyphens, in upper case (the X of an identity number).
func Normal(v string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text.Narrow(text.Clean(v))))
}

// Find lists the references of the searchable values of kind that equal v.
func (s *Service) Find(ctx context.Context, tx *store.Tx, kind, v string) ([]int64, error) {
	return store.All(ctx, tx, store.Value[int64], "SELECT id FROM vault_value WHERE kind = ? AND digest = ? AND erased_at = 0 ORDER BY id",
		kind, s.keys.Digest(kind, Normal(v)))
}

// Get reads a value. It needs PermLook in the value's project and a reason;
// the look is recorded in the same transaction, hence tx must be a write.
// NotFound for an unknown reference, code "vault.erased" for an erased value.
func (s *Service) Get(ctx context.Context, tx *store.Tx, actor auth.Actor, ref int64, reason string) (string, error) {
	v, err := s.find(ctx, tx, ref)
	if err != nil {
		return "", err
	}
	if err := actor.Need(PermLook, v.project); err != nil {
		return "", err
	}
	reason = text.Cut(text.Clean(reason), 100)
	if reason == "" {
		return "", errs.New(errs.Invalid, "vault.reason.missing", "请写明为什么要看，这会记入操作记录。", "Say why you need to see it; the reason is recorded.").
			Field("reason", "vault.reason.missing", "例如：核对过户身份。", "For example: checking identity for the transfer.")
	}
	if v.erased {
		return "", errErased()
	}
	plain, err := s.keys.Open(boundTo(ref, v.kind), v.sealed)
	if err != nil {
		return "", err
	}
	err = s.audit.Record(ctx, tx, audit.Entry{
		Actor: actor, Project: v.project, Action: "vault.value.look", Subject: "vault.value", ID: ref,
		Data: map[string]any{"kind": v.kind, "reason": reason},
	})
	return string(plain), err
}

func errErased() error {
	return errs.New(errs.NotFound, "vault.erased", "这项个人信息已按申请删除。", "This personal value was erased on request.")
}

type stored struct {
	project int64
	kind    string
	sealed  []byte
	erased  bool
}

func (s *Service) find(ctx context.Context, tx *store.Tx, ref int64) (stored, error) {
	v, err := store.One(ctx, tx, func(scan store.Scan) (stored, error) {
		var v stored
		var erased int64
		err := scan(&v.project, &v.kind, &v.sealed, &erased)
		v.erased = erased != 0
		return v, err
	}, "SELECT project_id, kind, sealed, erased_at FROM vault_value WHERE id = ?", ref)
	if errors.Is(err, store.ErrNoRow) {
		return v, errs.New(errs.NotFound, "vault.none", "没有这项信息。", "No such value.")
	}
	return v, err
}
