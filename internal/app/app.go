package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"guanjia/handbook"
	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/auth/authweb"
	"guanjia/internal/calendar"
	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/config"
	"guanjia/internal/desk"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/estate"
	"guanjia/internal/files"
	rules "guanjia/internal/handbook"
	"guanjia/internal/importer"
	"guanjia/internal/integration"
	"guanjia/internal/jobs"
	"guanjia/internal/letters"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/resident"
	"guanjia/internal/search"
	"guanjia/internal/settings"
	"guanjia/internal/store"
	"guanjia/internal/vault"
	"guanjia/internal/web"
	"guanjia/internal/work"
)

// Options are what differs between serve, demo, tests and benches.
type Options struct {
	Config config.Config
	Clock  calendar.Clock // business time; the machine's clock when nil
	Log    *slog.Logger
	Demo   bool
	// PasswordOnly asks nobody for a second factor; see auth.Options.
	PasswordOnly bool

	// Stories are played in a house with their own handbook, facts and
	// sessions; nil: the house's own.
	Handbook *procedure.Handbook
	Facts    []module.Fact
	Sessions web.Sessions
}

// App is the house, built.
type App struct {
	Config    config.Config
	Clock     calendar.Clock
	Log       *slog.Logger
	DB        *store.DB
	Keys      *vault.Keys
	NewKey    bool // the key file was made just now
	Book      *Book
	Auth      *auth.Service
	Audit     *audit.Service
	Vault     *vault.Service
	Estate    *estate.Service
	Cases     *casefile.Service
	Desk      *desk.Service
	Work      *work.Service
	Residents *resident.Service
	Care      *care.Service
	Notice    *notice.Service
	Letters   *letters.Service
	Files     *files.Service
	Rules     *rules.Pages
	Review    *rules.Review
	Programs  *integration.Service
	Queue     *jobs.Queue
	Hub       *web.Hub
	Mods      []module.Module

	source       fs.FS // of the handbook that came with the program or its folder
	fixedBook    bool  // the handbook was given with the options: nothing replaces it
	passwordOnly bool  // see Options
	mustChange   bool  // the handbook in force does not fit this program
	shell        *web.Shell
	runner       *jobs.Runner
	stop         context.CancelFunc
	done         sync.WaitGroup
}

// Open builds the house over the database of the configuration and brings its
// tables up to date. Close it when done.
func Open(ctx context.Context, opt Options) (*App, error) {
	if opt.Clock == nil {
		opt.Clock = calendar.System()
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if err := opt.Config.Check(); err != nil {
		return nil, err
	}
	a := &App{Config: opt.Config, Clock: opt.Clock, Log: opt.Log, Hub: web.NewHub(), passwordOnly: opt.PasswordOnly}
	a.source = Source(opt.Config.Handbook)
	var err error
	if a.Book, err = ReadBook(a.source); err != nil {
		return nil, err
	}
	if opt.Handbook != nil {
		a.Book.use(opt.Handbook)
		a.fixedBook = true
	}
	if a.DB, err = store.Open(ctx, store.Config{DSN: a.Config.DSN, Clock: a.Clock}); err != nil {
		return nil, err
	}
	if err := a.build(ctx, opt); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// Source is the handbook's files: those of a folder, or of the binary when
// folder is empty.
func Source(folder string) fs.FS {
	if folder != "" {
		return os.DirFS(folder)
	}
	return handbook.FS
}

func (a *App) build(ctx context.Context, opt Options) error {
	fresh, err := a.isFresh(ctx)
	if err != nil {
		return err
	}
	if a.Keys, a.NewKey, err = vault.OpenKeys(a.Config.KeyFile, fresh); err != nil {
		return err
	}
	came := a.Book.Handbook()
	if !fresh && !a.fixedBook {
		kept, err := a.keptHandbook(ctx, came)
		if err != nil {
			return err
		}
		if kept != nil {
			a.Book.use(kept)
		}
	}
	if err := a.rooms(); err != nil {
		return err
	}
	a.replaceFacts(opt.Facts)
	if found := module.Check(a.Mods); len(found) > 0 {
		return errors.Join(found...)
	}
	if err := a.grant(came); err != nil {
		return err
	}
	if err := a.DB.Migrate(ctx, a.Migrations()); err != nil {
		return err
	}
	a.Cases.Connect(a.Mods)
	if !a.fixedBook {
		if err := a.Review.Arrived(ctx, came, a.source, a.mustChange); err != nil {
			return err
		}
	}
	if err := a.Refresh(ctx); err != nil {
		return err
	}
	if err := a.Cases.Ready(ctx); err != nil {
		return err
	}
	return a.serve(opt)
}

// isFresh reports whether the database holds no installation yet.
func (a *App) isFresh(ctx context.Context) (bool, error) {
	there := false
	err := a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		there, err = tx.HasTable(ctx, store.VersionTable)
		return err
	})
	return !there, err
}

// rooms makes every room, each from those below it.
func (a *App) rooms() error {
	beside := func(suffix string) string { return a.Config.KeyFile + suffix }
	a.Audit = audit.New(audit.Options{DB: a.DB, Key: a.Keys.SigningKey(), HeadsFile: beside(".heads")})
	a.Vault = vault.New(vault.Options{DB: a.DB, Keys: a.Keys, Audit: a.Audit, ErasureFile: beside(".erasures")})
	var err error
	a.Auth, err = auth.New(auth.Options{
		DB: a.DB, Sealer: a.Keys, Trail: a.Audit, Roles: a.Book.Roles, AdminRole: "admin", Secure: a.Config.Secure(), PasswordOnly: a.passwordOnly,
	})
	if err != nil {
		return err
	}
	a.Audit.NameBy(a.actors)
	a.Audit.RolesBy(a.Auth.Roles)
	a.Audit.WordsBy(estateWords)
	a.Audit.ThingsBy(a.things)
	index := search.New()
	a.Estate = estate.New(a.DB, index, estateVault{a.Vault, a.Keys}, estateAudit{a.Audit, a.Vault})
	a.Estate.GoBy(a.span, a.number)
	a.Queue = &jobs.Queue{}
	a.Notice = notice.New(a.DB)
	a.Notice.OnTold(func(n notice.Notice) { a.Hub.Publish(n.Project, "notice") })
	a.Cases = casefile.New(casefile.Config{
		DB: a.DB, Queue: a.Queue, Handbook: a.Book, Notices: a.Notice, Units: units{a.Estate}, People: units{a.Estate},
		Accounts: a.accounts(), Search: index, Log: a.Log, Forget: a.forgetCase,
	})
	a.Cases.RecordBy(a.Audit)
	a.Cases.Listen(a.publishCase)
	if a.Programs, err = a.letProgramsIn(); err != nil {
		return err
	}
	a.Cases.Listen(a.Programs.Changed)
	h := homes{a.Estate, index, a.code}
	a.Desk = desk.New(a.DB, a.Cases, h, a.Hub)
	a.Desk.GoBy(a.span)
	a.Desk.RecordBy(a.Audit)
	a.Desk.RingBy(a.Notice, a.Cases.Path)
	a.Work = work.New(a.DB, load{a.Cases}, workTrail{a.Audit})
	a.Work.RecordBy(a.Audit)
	able := staff{a.Auth, a.Work, load{a.Cases}}
	a.Files, err = files.New(files.Options{DB: a.DB, Audit: a.Audit, Dir: a.FilesFolder(), Cache: filepath.Join(a.Config.Data, "cache"), Scanner: a.scanner()})
	if err != nil {
		return err
	}
	a.Files.SetGuard(caseOwner, a.guardCases)
	a.Review = a.review()
	book, err := rules.New(a.Book.Handbook(), a.source)
	if err != nil {
		return err
	}
	a.Rules = rules.NewPages(book, a.Review)
	published := versions{a.DB, a.Cases, a.Book}
	a.Rules.Keep(published)
	opening := importer.New(a.DB, a.Estate, a.Keys, a.Queue, a.usedByCases)
	opening.RecordBy(a.Audit)
	said, err := readWords(a.source)
	if err != nil {
		return err
	}
	a.Desk.Heed(said.dangers)
	a.Cases.Listen(a.Desk.Heard)
	a.Letters = letters.New(a.DB, a.Cases, said.rules, a.Queue)
	a.Letters.RecordBy(a.Audit)
	a.Letters.GoBy(a.number)
	a.Letters.FindRooms(a.unitsNamed)
	casePages := caseweb.New(a.DB, a.Cases, a.Book, able, attachments{a.DB, a.Files})
	deskPages := deskweb.New(a.DB, a.Desk, matters{a.Book, a.Cases}, h, a.accounts(), said, a.Work, a.Book, a.Cases, a.Notice)
	extras := deskPages.OnCases()
	extras.Buildings, extras.Older = a.buildingOptions, published.older
	extras.Homes, extras.Elsewhere = h.forCases, a.elsewhere
	casePages.With(extras)

	workPages, err := a.workPages()
	if err != nil {
		return err
	}
	login := authweb.New(authweb.Options{Auth: a.Auth, Projects: projects{a.Estate}.ListFor, BaseURL: a.Config.BaseURL})

	cases := a.Cases.Module()
	cases.Routes, cases.Nav = casePages.Routes(), casePages.Nav()
	front := a.Desk.Module()
	front.Routes, front.Nav = deskPages.Routes(), deskPages.Nav()
	find := a.searchPages(index)
	residents, caring := a.residentRoom(said), a.careRoom(casePages, said)
	programs := a.programs(find, said, deskPages, workPages)
	a.Mods = []module.Module{
		login.Module(), a.Audit.Module(), a.Vault.Module(), {Name: "jobs", Room: 3, Migrations: jobs.Migrations().FS},
		find.Module(), programs.Module(), a.Programs.Module(),
		a.Files.Module(), a.Rules.Module(), a.Notice.Module(), a.housePages(casePages, deskPages).Module(), opening.Module(), a.Letters.Module(), cases, front, a.workRoom(workPages), residents, caring,
		settings.New(a.DB, a.Estate, a.Cases, a.Book, a).Module(),
		{Name: "app", Jobs: []jobs.Spec{{Kind: "app.book.refresh", Every: refreshEvery, Work: func(ctx context.Context, _ jobs.Job) error { return a.Refresh(ctx) }}}},
	}
	return nil
}

// scanner is the malware scanner of the configuration, nil without one.
func (a *App) scanner() files.Scanner {
	if a.Config.ClamAV == "" {
		return nil
	}
	return files.ClamAV{Address: a.Config.ClamAV}
}

// Migrations lists the tables of every room.
func (a *App) Migrations() []store.Migrations {
	var list []store.Migrations
	for _, m := range a.Mods {
		if m.Migrations != nil {
			list = append(list, store.Migrations{Room: m.Name, FS: m.Migrations})
		}
	}
	return list
}

// Refresh puts in force what is due and takes over changed projects: their
// profile, figures and calendar.
func (a *App) Refresh(ctx context.Context) error {
	if err := a.takeEffect(ctx); err != nil {
		return err
	}
	if err := a.Book.Refresh(ctx, a.Estate); err != nil {
		return err
	}
	return a.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return a.Cases.Publish(ctx, tx, a.Book.Stamps()) })
}

func (a *App) serve(opt Options) error {
	cfg := web.Config{
		Log: a.Log, Clock: a.Clock, Projects: &addresses{projects: projects{a.Estate}, clock: calendar.System()}, Sessions: doors{a.Auth, a.Programs}, Hub: a.Hub, Demo: opt.Demo, Database: a.DB,
		SearchPath: "/p/{project}/search",
		SaveLang:   a.saveLang, Menu: authweb.Menu(), BellPath: "/p/{project}/notices", Bell: a.bell,
	}
	if opt.Sessions != nil {
		cfg.Sessions = opt.Sessions
	}
	for _, p := range a.Config.Proxies {
		prefix, err := config.ParseNetwork(p)
		if err != nil {
			return err
		}
		cfg.TrustedProxies = append(cfg.TrustedProxies, prefix)
	}
	var specs []jobs.Spec
	for _, m := range a.Mods {
		cfg.Routes = append(cfg.Routes, m.Routes...)
		cfg.Nav = append(cfg.Nav, m.Nav...)
		specs = append(specs, m.Jobs...)
	}
	shell, err := web.New(cfg)
	if err != nil {
		return err
	}
	a.shell = shell
	a.runner, err = jobs.NewRunner(a.DB, a.Queue, specs, jobs.Options{Log: a.Log})
	return err
}

// Handler serves everything.
func (a *App) Handler() http.Handler { return a.shell.Handler() }

// Server serves everything with limits on how slow, how long and how large a
// request may be. Shutting it down ends the event streams.
func (a *App) Server() *http.Server { return a.shell.Server("") }

// Runner does the jobs; tests and the writing of history call its RunDue.
func (a *App) Runner() *jobs.Runner { return a.runner }

// Start begins to do jobs in the background.
func (a *App) Start(ctx context.Context) {
	ctx, a.stop = context.WithCancel(ctx)
	a.done.Go(func() {
		if err := a.runner.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.Log.Error("the job runner stopped", "err", err)
		}
	})
}

// Close ends jobs and streams, and closes the database.
func (a *App) Close() error {
	a.Hub.Close()
	if a.stop != nil {
		a.stop()
		a.done.Wait()
	}
	return a.DB.Close()
}

// FilesFolder is where attachments lie.
func (a *App) FilesFolder() string { return filepath.Join(a.Config.Data, "files") }

// Derived lists the tables a backup leaves out because they can be rebuilt.
func (a *App) Derived() []string {
	return []string{"search_doc", "search_key", "search_post", "search_term", "search_scope", "search_hidden", "search_words"}
}
