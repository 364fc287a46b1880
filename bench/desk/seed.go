package desk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// Identifiers of seeded rows lie far below those of real ones, which begin
// with the time, so that what is made later is also newer.
const (
	firstUnit   = 1_000_000_000
	firstPerson = 2_000_000_000
	firstCase   = 3_000_000_000
)

const (
	projectCode = "bench"
	login       = "bench.desk"
	password    = "bench desk password"
)

// house is the application under load with what is in it.
type house struct {
	*app.App
	*target
	project int64
	agent   int64 // account
	cases   int
	units   int
	numbers []string // of some cases, to open
}

// furnish brings the project to its units and cases, taking up what an earlier
// run left, and logs an agent in by the page of log-in.
func furnish(ctx context.Context, a *app.App, units, cases int, progress func(string, ...any)) (*house, error) {
	h := &house{App: a}
	began := now()
	projects, err := a.Estate.Projects(ctx, auth.System)
	if err != nil {
		return nil, err
	}
	if len(projects) == 0 {
		if err := h.build(ctx); err != nil {
			return nil, err
		}
	} else {
		h.project = projects[0].ID
		if err := h.measureUp(ctx); err != nil {
			return nil, err
		}
	}
	if h.units > 0 && h.units != units {
		return nil, fmt.Errorf("the folder holds %d units, not %d: use another", h.units, units)
	}
	if h.units == 0 {
		if err := h.addUnits(ctx, units); err != nil {
			return nil, err
		}
		progress("%d units in %s", h.units, now().Sub(began).Round(time.Second))
	}
	began = now()
	if had := h.cases; had < cases {
		if err := h.addCases(ctx, cases, progress); err != nil {
			return nil, err
		}
		if err := h.settle(ctx); err != nil {
			return nil, err
		}
		progress("%d cases in %s", h.cases-had, now().Sub(began).Round(time.Second))
	}
	if err := h.pick(ctx); err != nil {
		return nil, err
	}
	if h.target, err = serve(a.Handler()); err != nil {
		return nil, err
	}
	return h, h.enter(ctx)
}

// copyTo begins the large house with the units of the small one, when there is
// none yet.
func (h *house) copyTo(data, key string) error {
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The file and its log are whole between two writes, and nobody writes here.
	if err := os.CopyFS(data, os.DirFS(h.Config.Data)); err != nil {
		return err
	}
	beside, err := filepath.Glob(h.Config.KeyFile + "*")
	for _, from := range beside {
		b, readErr := os.ReadFile(from)
		if err = errors.Join(err, readErr); err == nil {
			err = os.WriteFile(key+strings.TrimPrefix(from, h.Config.KeyFile), b, 0o600)
		}
	}
	return err
}

// build makes the project and its agent.
func (h *house) build(ctx context.Context) error {
	p, err := h.Estate.CreateProject(ctx, auth.System, estate.Project{Code: projectCode, Name: "压测小区", Profile: "residential", AreaCode: "025"})
	if err != nil {
		return err
	}
	h.project = p.ID
	if err := h.Refresh(ctx); err != nil {
		return err
	}
	grant := auth.Grant{Project: p.ID, Role: "desk"}
	made, err := h.Auth.CreateAccount(ctx, auth.System, auth.NewAccount{Login: login, Name: "前台", Grants: []auth.Grant{grant}, Password: password})
	h.agent = made.ID
	return err
}

// measureUp finds out what an earlier run left.
func (h *house) measureUp(ctx context.Context) error {
	return h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, q := range []struct {
			into *int
			sql  string
		}{{&h.units, "SELECT count(*) FROM estate_unit WHERE project_id = ?"}, {&h.cases, "SELECT count(*) FROM casefile_case WHERE project_id = ?"}} {
			n, err := store.One(ctx, tx, store.Value[int64], q.sql, h.project)
			if err != nil {
				return err
			}
			*q.into = int(n)
		}
		id, err := store.One(ctx, tx, store.Value[int64], "SELECT id FROM auth_account WHERE login = ?", login)
		h.agent = id
		return err
	})
}

// enter logs in like a person and keeps the session.
func (h *house) enter(ctx context.Context) error {
	form := url.Values{"login": {login}, "password": {password}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	_ = resp.Body.Close() // only the cookies count
	h.cookies = resp.Cookies()
	if len(h.cookies) == 0 {
		return fmt.Errorf("logging in: %s", resp.Status)
	}
	return nil
}

// unitsAtOnce is how many units go into one transaction with their people.
const unitsAtOnce = 250

var surnames, given = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"), []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华")

func nameOf(i int) string {
	return string([]rune{surnames[i%len(surnames)], given[i/7%len(given)], given[i/191%len(given)]})
}

// phoneOf is the number of the i-th person.
func phoneOf(i int) string { return fmt.Sprintf("139%08d", i*137%100_000_000) }

// addUnits makes buildings of 200 units with one owner each, by the batch that
// imports use.
func (h *house) addUnits(ctx context.Context, n int) error {
	b, err := h.Estate.OpenBatch(ctx, auth.System, h.project, "压测", "bench")
	if err != nil {
		return err
	}
	for start := 0; start < n; start += unitsAtOnce {
		var rows estate.BatchRows
		for i := start; i < min(start+unitsAtOnce, n); i++ {
			floor := i%100/4 + 1
			rows.Units = append(rows.Units, estate.NewUnit{
				BuildingName: fmt.Sprintf("%d栋", i/200+1), EntranceName: fmt.Sprintf("%d单元", i%200/100+1),
				Unit: estate.Unit{ID: int64(firstUnit + i), Project: h.project, Floor: floor, Room: fmt.Sprintf("%d%02d", floor, i%4+1), Area: 9000, Use: "residence", State: estate.StateOwner},
			})
			rows.People = append(rows.People, estate.NewPerson{
				Person: estate.Person{ID: int64(firstPerson + i), Project: h.project, Kind: estate.Natural, Name: nameOf(i)},
				Phones: []estate.NewPhone{{Number: phoneOf(i), Verified: true}},
			})
			rows.Occupancies = append(rows.Occupancies, estate.Occupancy{
				Project: h.project, Unit: int64(firstUnit + i), Person: int64(firstPerson + i), Capacity: estate.Owner, From: "2020-01-01", Residing: true,
			})
		}
		if err := h.Estate.AddToBatch(ctx, auth.System, b, rows); err != nil {
			return err
		}
	}
	h.units = n
	return h.Estate.PublishBatch(ctx, auth.System, b)
}

const (
	patterns   = 20  // cases that the service makes for each chunk
	mostCopies = 400 // of each, set by set
)

var said = []string{
	"厨房水槽下面漏水，一直在滴", "客厅灯不亮了，换过灯泡还是不亮", "卫生间地漏反味，堵得厉害", "入户门锁打不开", "楼上装修太吵，中午也不停",
	"电梯有异响，停靠不平", "可视对讲没有声音", "阳台推拉门卡住关不上", "楼道灯坏了好几天", "水压太小，热水器点不着",
}

// addCases brings the project to n cases: patterns made by the service over the
// year before, and copies of their rows by INSERT … SELECT. The copies share the
// log chain of their pattern, which nothing measured here reads.
func (h *house) addCases(ctx context.Context, n int, progress func(string, ...any)) error {
	copies := min(n/2000+1, mostCopies)
	first := h.Clock.Now().AddDate(-1, 0, 0)
	for h.cases < n {
		at := first.Add(time.Duration(float64(350*24*time.Hour) * float64(h.cases) / float64(max(n, 1))))
		made := make([]casefile.Case, 0, patterns)
		for i := range patterns {
			c, err := h.pattern(ctx, h.cases+i, at.Add(time.Duration(i)*time.Minute))
			if err != nil {
				return err
			}
			made = append(made, c)
		}
		// What fell due meanwhile has happened long ago.
		if _, err := h.Cases.Fire(ctx); err != nil {
			return err
		}
		for i, c := range made {
			if err := h.copy(ctx, c.ID, firstCase+h.cases+i*copies, copies); err != nil {
				return err
			}
		}
		h.cases += patterns * (copies + 1)
		if err := h.Cases.Fill(ctx); err != nil {
			return err
		}
		if done := h.cases / 50_000; done > (h.cases-patterns*(copies+1))/50_000 {
			progress("%d cases", h.cases)
		}
	}
	return nil
}

// pattern opens one case and takes it on: of ten one waits for dispatch, one is
// with somebody, the others are cancelled.
func (h *house) pattern(ctx context.Context, i int, at time.Time) (casefile.Case, error) {
	by := engine.Actor{ID: h.agent, Name: "前台", Roles: []string{"desk"}}
	unit := i * 31 % h.units
	c, err := h.Cases.Open(ctx, auth.System, casefile.Opening{
		Project: h.project, Procedure: "repair", Channel: "phone", Unit: int64(firstUnit + unit), Customer: int64(firstPerson + unit), Caller: nameOf(unit),
		Phone: phoneOf(unit), Words: said[i%len(said)], Fields: answers(i), At: at, By: by,
	})
	if err != nil {
		return c, err
	}
	next := engine.Command{Kind: engine.EvDone, Actor: by, Step: "dispatch", Outcome: "sent", Data: map[string]any{"account": h.agent}}
	switch i % 10 {
	case 0:
		return c, nil
	case 1:
	default:
		next = engine.Command{Kind: engine.EvCancel, Actor: by, Data: map[string]any{"reason": "客户自己处理好了"}}
	}
	return h.Cases.Do(ctx, auth.System, casefile.Doing{Case: c.ID, At: at.Add(5 * time.Minute), Command: next})
}

func answers(i int) map[string]any {
	return map[string]any{"part": "in_unit", "fault": []string{"power", "light", "leak"}[i%3], "trade": []string{"plumbing", "electric"}[i%2], "grade": "general"}
}

// series are the numbers 1 … ?, on both databases.
const series = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < CAST(? AS BIGINT)) "

// copy multiplies a case and what belongs to it under other units.
func (h *house) copy(ctx context.Context, from int64, base, n int) error {
	return h.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		id := int64(base)
		if _, err := tx.Exec(ctx, series+`INSERT INTO casefile_case (project_id, id, procedure, number, channel, subject, words, unit_id, building_id, plate, place,
				customer_id, caller, phone, def_hash, figures_hash, calendar_hash, parent_id, merged_to, status, step, owner_id, assignee_id, team, paused,
				opened_at, changed_at, ended_at, due_at, version, head, state, clocks, seal)
			SELECT c.project_id, CAST(? AS BIGINT) + n, c.procedure, c.number || '-' || n, c.channel, c.subject, c.words, u.id, u.building_id, u.plate || '-' || u.room, c.place,
				p.id, p.name, substr(f.number, 3), c.def_hash, c.figures_hash, c.calendar_hash, 0, 0, c.status, c.step, c.owner_id, c.assignee_id, c.team, c.paused,
				c.opened_at, c.changed_at, c.ended_at, c.due_at, c.version, c.head, c.state, c.clocks, c.seal
			FROM series CROSS JOIN casefile_case c
			JOIN estate_unit u ON u.id = CAST(? AS BIGINT) + (CAST(? AS BIGINT) + n) * 7919 % CAST(? AS BIGINT)
			JOIN estate_person p ON p.id = u.id + CAST(? AS BIGINT) JOIN estate_phone f ON f.project_id = p.project_id AND f.person_id = p.id
			WHERE c.id = ?`, n, id, int64(firstUnit), id, int64(h.units), int64(firstPerson-firstUnit), from); err != nil {
			return err
		}
		for _, sql := range []string{
			`INSERT INTO casefile_event (project_id, case_id, seq, command_id, kind, at, actor_id, head, body, salt, digest, prev, hash)
				SELECT e.project_id, CAST(? AS BIGINT) + n, e.seq, e.command_id, e.kind, e.at, e.actor_id, e.head, e.body, e.salt, e.digest, e.prev, e.hash
				FROM series CROSS JOIN casefile_event e WHERE e.case_id = ?`,
			`INSERT INTO casefile_clock (project_id, case_id, name, state, started_at, due_at, stopped_at, next_level, next_at)
				SELECT k.project_id, CAST(? AS BIGINT) + n, k.name, k.state, k.started_at, k.due_at, k.stopped_at, k.next_level, k.next_at
				FROM series CROSS JOIN casefile_clock k WHERE k.case_id = ?`,
			`INSERT INTO casefile_field (project_id, case_id, procedure, name, word, num)
				SELECT f.project_id, CAST(? AS BIGINT) + n, f.procedure, f.name, f.word, f.num FROM series CROSS JOIN casefile_field f WHERE f.case_id = ?`,
		} {
			if _, err := tx.Exec(ctx, series+sql, n, id, from); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, series+`INSERT INTO notice_notice (project_id, id, account_id, role, at, text_zh, text_en, link, urgent, case_id, customer_id, phone)
			SELECT o.project_id, (CAST(? AS BIGINT) + n) * 1000 + row_number() OVER (PARTITION BY n ORDER BY o.id), o.account_id, o.role, o.at,
				replace(o.text_zh, c.number, c.number || '-' || n), replace(o.text_en, c.number, c.number || '-' || n), replace(o.link, c.number, c.number || '-' || n), o.urgent, k.id, CASE WHEN o.customer_id = 0 THEN 0 ELSE k.customer_id END, CASE WHEN o.phone = '' THEN '' ELSE k.phone END
			FROM series CROSS JOIN notice_notice o JOIN casefile_case c ON c.id = o.case_id JOIN casefile_case k ON k.id = CAST(? AS BIGINT) + n WHERE o.case_id = ? AND o.case_id <> 0`, n, id, id, from); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, series+"INSERT INTO casefile_unindexed (project_id, case_id) SELECT c.project_id, CAST(? AS BIGINT) + n FROM series CROSS JOIN casefile_case c WHERE c.id = ?", n, id, from)
		return err
	})
}

// pick notes numbers over the whole range, to be opened.
func (h *house) pick(ctx context.Context) error {
	return h.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		h.numbers, err = store.All(ctx, tx, store.Value[string], "SELECT number FROM casefile_case WHERE project_id = ? AND id % ? = 0 LIMIT 20000",
			h.project, int64(max(1, h.cases/5000)))
		return err
	})
}
