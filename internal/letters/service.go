package letters

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
	"guanjia/internal/jobs"
	"guanjia/internal/messages"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// Cases is where letters become written requests; casefile.Service is it.
type Cases interface {
	Open(ctx context.Context, actor auth.Actor, in casefile.Opening) (casefile.Case, error)
	Do(ctx context.Context, actor auth.Actor, in casefile.Doing) (casefile.Case, error)
	Merge(ctx context.Context, actor auth.Actor, in casefile.Merging) (casefile.Case, error)
	WithdrawIn(ctx context.Context, tx *store.Tx, actor auth.Actor, id int64, by engine.Actor, reason string) (bool, error)
}

// Service takes files of messages in and opens their cases.
type Service struct {
	audit.Recorder
	db    *store.DB
	cases Cases
	rules *messages.Rules
	jobs  jobs.Enqueuer

	rooms  func(ctx context.Context, tx *store.Tx, project int64, typed string) ([]int64, error) // see FindRooms
	number func(project int64, figure string) int                                                // see GoBy
}

// GoBy lets the room read whole numbers of the figures in force in a project,
// 0 where its profile has none; without it nothing counts as repeated. Call it
// before use.
func (s *Service) GoBy(number func(project int64, figure string) int) { s.number = number }

// FindRooms lets the room ask which units a room as it was written may mean;
// without it letters name no unit. Call it before use.
func (s *Service) FindRooms(rooms func(ctx context.Context, tx *store.Tx, project int64, typed string) ([]int64, error)) {
	s.rooms = rooms
}

// New makes the service.
func New(db *store.DB, cases Cases, rules *messages.Rules, queue jobs.Enqueuer) *Service {
	return &Service{db: db, cases: cases, rules: rules, jobs: queue}
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of room 33.
func Migrations() fs.FS {
	return store.Folder(migrations)
}

const (
	jobOpen     = "letters.file.open"
	jobWithdraw = "letters.file.withdraw"
)

// attempts is how often the opening of a file is tried by itself.
const attempts = 5

// Module is what this room brings to the house. Who may import opening data may
// import letters.
func (s *Service) Module() module.Module {
	return module.Module{
		Name: "letters", Room: 33, Requires: []string{"casefile", "importer"},
		Routes:     s.routes(),
		Nav:        []web.NavItem{{Place: 39, Front: 98, Title: text.B("来信", "Letters"), Icon: "inbox", Path: "/p/{project}/letters", Permission: importer.PermRun}},
		Jobs:       []jobs.Spec{{Kind: jobOpen, Work: s.workOpen, Attempts: attempts, Timeout: 30 * time.Minute}, {Kind: jobWithdraw, Work: s.workWithdraw, Attempts: attempts, Timeout: 30 * time.Minute}},
		Migrations: Migrations(),
		Figures:    []string{"analysis.people"},
	}
}

// The states of a file.
const (
	StateTaking  = "taking"  // its letters are being noted
	StateRead    = "read"    // read, no case opened
	StateOpening = "opening" // cases are being opened
	StateOpened  = "opened"  // every letter is a case

	StateWithdrawing = "withdrawing" // its cases are being cancelled
	StateWithdrawn   = "withdrawn"   // the cases nobody had touched are cancelled
)

// File is a file of messages.
type File struct {
	ID, Project     int64
	Name, State     string
	Letters, Faults int64
	Rows            []messages.BadRow // the first of the faults
	Account         int64             // who brought it in, and answers for its cases first (DSK-05)
	Actor           string
	Created         time.Time
	Reason          string // why it was withdrawn
}

// Letter is one message of a file.
type Letter struct {
	ID      int64
	Place   int64
	Message string
	Person  string
	Subject string
	Words   string
	At      time.Time
	Kind    string
	Because []string
	Spot    string
	Alike   int64
	Undated string // the time as it was written, where it could not be read
	Case    int64
	Number  string
	Merged  bool

	Borrowed  bool // its case was opened by an earlier file with the same letter
	Withdrawn bool // its case was cancelled with the file
}

func need(actor auth.Actor, project int64) error {
	if actor.May(importer.PermRun, project) {
		return nil
	}
	return errs.New(errs.Forbidden, "letters.forbidden", "没有导入来信的权限，请找系统管理员。", "You may not import letters; ask the administrator.")
}

// maxRows is how many faulty rows of a file are named; all are counted.
const maxRows = 200

// chunk is how many letters one write notes.
const chunk = 100

// Take reads a file of messages, suggests kinds, finds near-duplicates, and
// notes the letters. No case is opened yet. Errors: Forbidden, Invalid.
func (s *Service) Take(ctx context.Context, actor auth.Actor, project int64, name string, r io.Reader) (File, error) {
	if err := need(actor, project); err != nil {
		return File{}, err
	}
	list, faults, err := messages.ReadCSV(r)
	if err != nil {
		return File{}, err
	}
	if len(list) == 0 {
		return File{}, errs.New(errs.Invalid, "letters.file.empty", "文件里没有可读的来信，没有保存。", "There is no readable message in the file; nothing was kept.")
	}
	slices.SortStableFunc(list, func(a, b messages.Message) int { return messages.Earlier(a.At, b.At) })
	group := map[string]int64{}
	for i, g := range messages.Similar(list) {
		for _, m := range g.Messages {
			group[m.ID] = int64(i + 1)
		}
	}
	places := messages.FindPlaces(list)
	f := File{ID: s.db.NewID(), Project: project, Name: text.Cut(text.Clean(name), 120), State: StateTaking, Letters: int64(len(list)), Faults: int64(len(faults)), Account: actor.Account, Actor: actor.Name}
	f.Rows = faults[:min(len(faults), maxRows)]
	rows, err := json.Marshal(f.Rows)
	if err != nil {
		return File{}, err
	}
	if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		f.Created = tx.Now()
		_, err := tx.Exec(ctx, "INSERT INTO letters_file (project_id, id, name, state, letters, faults, fault_rows, account_id, account_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			project, f.ID, f.Name, f.State, f.Letters, f.Faults, string(rows), actor.Account, actor.Name, store.Micros(tx.Now()))
		if err != nil {
			return err
		}
		return s.Done(ctx, tx, actor, project, "letters.file", "take", f.ID, nil)
	}); err != nil {
		return File{}, fmt.Errorf("noting the file: %w", err)
	}
	place := 0
	for part := range slices.Chunk(list, chunk) {
		if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			for i, m := range part {
				kind, because := "", ""
				if got, ok := s.rules.Suggest(m.Subject, m.Text); ok {
					kind, because = got.Kind.Name, strings.Join(got.Because, "、")
				}
				if _, err := tx.Exec(ctx, "INSERT INTO letters_letter (project_id, id, file_id, place, message, person, subject, words, written_at, kind, because, spot, alike, undated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
					project, tx.NewID(), f.ID, place+i+1, text.Cut(m.ID, 60), m.User, m.Subject, m.Text, store.Micros(m.At), kind, because, places.In(m), group[m.ID], m.Undated); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return File{}, fmt.Errorf("noting the letters: %w", err)
		}
		place += len(part)
	}
	f.State = StateRead
	return f, s.setState(ctx, f, StateRead)
}

func (s *Service) setState(ctx context.Context, f File, state string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE letters_file SET state = ? WHERE project_id = ? AND id = ?", state, f.Project, f.ID)
		return err
	})
}

const fileColumns = "id, project_id, name, state, letters, faults, account_id, account_name, created_at, reason, fault_rows"

func scanFile(scan store.Scan) (File, error) {
	var f File
	var created int64
	var rows string
	err := scan(&f.ID, &f.Project, &f.Name, &f.State, &f.Letters, &f.Faults, &f.Account, &f.Actor, &created, &f.Reason, &rows)
	f.Created = store.Time(created)
	if err == nil && rows != "" {
		err = json.Unmarshal([]byte(rows), &f.Rows)
	}
	return f, err
}

const letterColumns = "id, place, message, person, subject, words, written_at, kind, because, spot, alike, case_id, number, merged, borrowed, withdrawn, undated"

func scanLetter(scan store.Scan) (Letter, error) {
	var l Letter
	var at, merged, borrowed, withdrawn int64
	var because string
	err := scan(&l.ID, &l.Place, &l.Message, &l.Person, &l.Subject, &l.Words, &at, &l.Kind, &because, &l.Spot, &l.Alike, &l.Case, &l.Number, &merged, &borrowed, &withdrawn, &l.Undated)
	l.At, l.Merged, l.Borrowed, l.Withdrawn = store.Time(at), merged != 0, borrowed != 0, withdrawn != 0
	if because != "" {
		l.Because = strings.Split(because, "、")
	}
	return l, err
}

// Files lists the files of a project, newest first.
func (s *Service) Files(ctx context.Context, actor auth.Actor, project int64) ([]File, error) {
	if err := need(actor, project); err != nil {
		return nil, err
	}
	var list []File
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM letters_file WHERE project_id = ? ORDER BY created_at DESC, id DESC LIMIT 100", project)
		return err
	})
	return list, err
}

// Names says what files of letters are called.
func (s *Service) Names(ctx context.Context, tx *store.Tx, project int64, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if len(ids) == 0 {
		return names, nil
	}
	args := []any{project}
	for _, id := range ids {
		args = append(args, id)
	}
	list, err := store.All(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM letters_file WHERE project_id = ? AND id IN ("+store.Marks(len(ids))+")", args...)
	for _, f := range list {
		names[f.ID] = f.Name
	}
	return names, err
}

// Read is a file with its letters in the order they were written.
func (s *Service) Read(ctx context.Context, actor auth.Actor, project, id int64) (f File, list []Letter, err error) {
	if err := need(actor, project); err != nil {
		return File{}, nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if f, err = store.One(ctx, tx, scanFile, "SELECT "+fileColumns+" FROM letters_file WHERE project_id = ? AND id = ?", project, id); err != nil {
			return err
		}
		list, err = store.All(ctx, tx, scanLetter, "SELECT "+letterColumns+" FROM letters_letter WHERE project_id = ? AND file_id = ? ORDER BY place", project, id)
		return err
	})
	if errs.KindOf(err) == errs.NotFound {
		err = errs.New(errs.NotFound, "letters.file.none", "没有这份来信文件。", "There is no such file of letters.").Wrap(err)
	}
	return f, list, err
}
