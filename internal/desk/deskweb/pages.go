package deskweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/desk"
	"guanjia/internal/engine"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Pages serves the console.
type Pages struct {
	db      *store.DB
	desk    *desk.Service
	matters Matters
	homes   Homes
	names   Names
	suggest Suggester
	propose Proposer
	book    Handbook
	cases   Cases
	notices Notices
}

// New makes the pages.
func New(db *store.DB, d *desk.Service, m Matters, h Homes, n Names, s Suggester, p Proposer, b Handbook, c Cases, o Notices) *Pages {
	return &Pages{db: db, desk: d, matters: m, homes: h, names: n, suggest: s, propose: p, book: b, cases: c, notices: o}
}

// Routes lists the addresses of the console.
func (p *Pages) Routes() []web.Route {
	at := func(pattern, permission string, h web.Handler) web.Route {
		method, path, _ := strings.Cut(pattern, " ")
		return web.Route{Pattern: method + " /p/{project}/desk" + path, Permission: permission, Handler: h}
	}
	return append(p.further(), []web.Route{
		at("GET ", desk.PermDesk, p.console),
		at("POST /draft", desk.PermDesk, p.draft),
		at("POST /pick", desk.PermDesk, p.pick),
		at("POST /clear", desk.PermDesk, p.clear),
		at("POST /take", desk.PermDesk, p.take),
		at("POST /call", desk.PermDesk, p.call),
		at("POST /alarms/{alarm}", desk.PermAlarm, p.acknowledge),
		at("GET /promises/{promise}", desk.PermDesk, p.promise),
		at("POST /promises/{promise}", desk.PermDesk, p.keep),
		at("GET /calls", desk.PermDesk, p.calls),
		at("POST /calls", desk.PermDesk, p.simulate),
		{Pattern: "POST /p/{project}/cti", Permission: desk.PermConnect, Handler: p.webhook},
	}...)
}

// Nav is the console's place in the rail.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{{Place: 20, Title: text.B("前台", "Desk"), Icon: "headset", Path: "/p/{project}/desk", Permission: desk.PermDesk, Also: []string{"/p/{project}/journal"}}}
}

func base(r *http.Request) string { return "/p/" + web.ProjectOf(r.Context()).Code + "/desk" }

func (p *Pages) console(w http.ResponseWriter, r *http.Request) error {
	c, err := p.load(r, nil)
	if err != nil {
		return err
	}
	return web.Render(w, r, consolePage(c))
}

// load gathers the console on one snapshot; form is what was just typed, nil
// for what the draft holds.
func (p *Pages) load(r *http.Request, form map[string]string) (Console, error) {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	c := Console{Base: base(r)}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		call, ok, err := p.desk.Current(ctx, tx, project.ID, actor.Account)
		if err != nil {
			return err
		}
		if form == nil {
			d, err := p.desk.Draft(ctx, tx, actor, project.ID)
			if err != nil {
				return err
			}
			form = d.Form
			if !d.SavedAt.IsZero() {
				c.Form.Saved = savedWords(ctx, d.SavedAt)
			}
		}
		if form == nil {
			form = map[string]string{}
		}
		if unit := r.URL.Query().Get("unit"); unit != "" && r.Method == http.MethodGet { // from the unit's page (UnitPath)
			form["unit"], form["person"] = unit, ""
		}
		if kind := r.URL.Query().Get("kind"); r.Method == http.MethodGet && p.knows(project.ID, kind) { // from the list of kinds
			form["kind"] = kind
		}
		if ok {
			p.pop(ctx, &c, call, form, tx.Now())
		}
		if err := p.fill(ctx, tx, r, &c, form); err != nil {
			return err
		}
		return p.around(ctx, tx, r, &c)
	})
	return c, err
}

// pop shows the call of this seat and, when nothing was chosen yet, takes its
// unit and number into the intake (DSK-12).
func (p *Pages) pop(ctx context.Context, c *Console, call desk.Call, form map[string]string, now time.Time) {
	c.Call = &LiveCall{
		ID: call.External, Ringing: call.State == desk.Ringing, Held: call.State == desk.Held, Number: masked(call.Number),
		Since: call.RingAt, Length: length(now.Sub(call.RingAt)),
	}
	if !call.AnsweredAt.IsZero() {
		c.Call.Since, c.Call.Length = call.AnsweredAt, length(call.Length(now))
		c.Call.Rings = ringWords(ctx, call.Rings)
		c.Seat = text.Tf(ctx, "%s · 通话中", "%s · talking", call.Line)
	}
	form["call"] = strconv.FormatInt(call.ID, 10)
	if form["unit"] == "" || form["unit"] == "0" {
		if call.Unit != 0 {
			form["unit"], form["person"] = strconv.FormatInt(call.Unit, 10), strconv.FormatInt(call.Person, 10)
		} else if form["who"] == "" && call.Number != "" {
			form["who"] = call.Number
		}
	}
	if form["phone"] == "" {
		form["phone"] = call.Number
	}
}

// fill works out everything that follows from the form: who it is, what kind,
// which fields, who would be sent.
func (p *Pages) fill(ctx context.Context, tx *store.Tx, r *http.Request, c *Console, form map[string]string) error {
	project := web.ProjectOf(ctx)
	f := &c.Form
	f.Unit, f.Person, f.Call = id(form["unit"]), id(form["person"]), id(form["call"])
	f.Caller, f.Phone, f.Words, f.Place = form["caller"], form["phone"], form["words"], form["place"]
	f.Promise, f.By, f.Rework, f.Key = form["promise"], form["by"], form["rework"], form["key"]
	if f.Key == "" {
		f.Key = newKey()
	}
	if f.Unit == 0 && f.Person == 0 && form["who"] != "" {
		c.Typed = form["who"]
		found, err := p.homes.Find(ctx, tx, project.ID, form["who"])
		if err != nil {
			return err
		}
		if len(found) > 9 {
			found = found[:9]
		}
		c.Chooser = found
	}
	if f.Unit != 0 || f.Person != 0 {
		home, err := p.homes.Home(ctx, tx, project.ID, f.Unit, f.Person)
		if err != nil {
			return err
		}
		c.Home = home
		if f.Phone == "" {
			f.Phone = home.Phone
		}
		if f.Caller == "" {
			f.Caller = home.Name
		}
	}
	if f.Unit != 0 {
		if err := p.fillCases(ctx, tx, c); err != nil {
			return err
		}
	}
	s := p.suggest.Suggest(f.Words)
	f.Kind = form["kind"]
	if s.Kind != "" && (f.Kind == "" || f.Kind == form["suggested"]) { // nobody chose yet: the kind follows the words
		f.Kind = s.Kind
	}
	if f.Kind == s.Kind {
		f.Suggested = s.Kind
	}
	f.Suggest = suggestWords(ctx, p.title(ctx, project.ID, s.Kind), s)
	for i, kind := range desk.Kinds {
		f.Picks = append(f.Picks, ui.Pick{Value: kind, Label: p.title(ctx, project.ID, kind), Key: strconv.Itoa(i + 1)})
	}
	f.SendLabel = text.T(ctx, "记下并派出", "Record and send")
	if !p.knows(project.ID, f.Kind) {
		return nil
	}
	if !desk.Knows(f.Kind) {
		f.Picks = append(f.Picks, ui.Pick{Value: f.Kind, Label: p.title(ctx, project.ID, f.Kind)})
	}
	return p.fillKind(ctx, tx, r, c, form, s)
}

// fillKind adds the fields of the kind's first step, near cases and who would
// be sent until when.
func (p *Pages) fillKind(ctx context.Context, tx *store.Tx, r *http.Request, c *Console, form map[string]string, s Suggestion) error {
	project := web.ProjectOf(ctx)
	kind, err := p.matters.Kind(project.ID, c.Form.Kind)
	if err != nil {
		return err
	}
	def, figures := kind.Def, kind.Figures
	known := map[string]any{}
	if c.Form.Unit != 0 && def.Field("part") != nil {
		known["part"] = "in_unit"
	}
	if s.Kind == c.Form.Kind {
		for name, v := range s.Fields {
			if def.Field(name) != nil {
				known[name] = v
			}
		}
	}
	for _, field := range caseform.Asked(def, &def.Steps[0]) {
		if v := form["field."+field.Name]; v != "" {
			known[field.Name] = v
		}
	}
	c.Form.Asks = caseform.Asks(ctx, figures, def, quick(def.Steps[0]), known, c.Err)
	for _, k := range c.cases {
		if k.Procedure == c.Form.Kind && len(c.Form.Similar) < 2 && alike(c.Form.Words, k.Words) {
			c.Form.Similar = append(c.Form.Similar, SimilarLine{
				ID: k.ID, Number: k.Number, Path: casePath(project, k.Number), Words: firstWords(k), Closed: k.State.Status != engine.Open,
			})
		}
	}
	return p.fillSend(ctx, tx, c, form, kind, known)
}

// fillCases reads the unit's cases once: the open ones for the context, all of
// them to look for near ones.
func (p *Pages) fillCases(ctx context.Context, tx *store.Tx, c *Console) error {
	project := web.ProjectOf(ctx)
	cases, err := p.matters.Of(ctx, tx, project.ID, c.Form.Unit, tx.Now().AddDate(0, -3, 0), 20)
	c.cases = cases
	for _, k := range cases {
		if k.State.Status == engine.Open {
			c.Open = append(c.Open, CaseLine{Number: k.Number, Path: casePath(project, k.Number), Words: firstWords(k), Chip: caseChip(k, tx.Now(), untimed(ctx))})
		}
	}
	return err
}

func casePath(project web.Project, number string) string {
	return "/p/" + project.Code + "/cases/" + number
}

func (p *Pages) fillSend(ctx context.Context, tx *store.Tx, c *Console, form map[string]string, kind casefile.Stamp, known map[string]any) error {
	if kind.Def.Step("dispatch") == nil {
		c.Form.SendLabel = text.T(ctx, "记下", "Record")
		return nil
	}
	trade, _ := known["trade"].(string)
	if trade == "" {
		return nil
	}
	list, err := p.propose.Propose(ctx, tx, web.ProjectOf(ctx).ID, trade)
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.Account
	}
	names, err := p.names.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	send := &SendLine{People: []ui.Option{{Value: "", Label: text.T(ctx, "工种里先接单的人", "Whoever of the trade accepts first")}}, Chosen: form["assignee"]}
	for _, x := range list {
		send.People = append(send.People, ui.Option{Value: strconv.FormatInt(x.Account, 10), Label: text.Tf(ctx, "%s · 手上 %d 单", "%s · %d in hand", names[x.Account], x.InHand)})
	}
	if send.Chosen == "" && len(list) > 0 {
		send.Chosen = strconv.FormatInt(list[0].Account, 10)
	}
	if limit, err := kind.Figures.Limit("repair.arrive.{fault}.{grade}", known); err == nil {
		due := kind.Calendar.Due(tx.Now(), limit, nil)
		send.Chip = ui.Chip{State: ui.Run, Due: due, Words: text.Tf(ctx, "%s 前到场", "on the spot by %s", short(ctx, due, tx.Now()))}
		c.Form.SendLabel = text.Tf(ctx, "派单，并答应 %s 前到", "Send, promise by %s", short(ctx, due, tx.Now()))
	}
	c.Form.Send = send
	return nil
}

// around adds promises, alarms and calls.
func (p *Pages) around(ctx context.Context, tx *store.Tx, r *http.Request, c *Console) error {
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	now := tx.Now()
	mine, err := p.desk.OpenPromises(ctx, tx, project.ID, actor.Account, 0, 30)
	if err != nil {
		return err
	}
	plates, names, err := p.whereWho(ctx, tx, project.ID, len(mine), func(i int) (int64, int64) { return mine[i].Unit, mine[i].Person })
	if err != nil {
		return err
	}
	for _, m := range mine {
		at := plates[m.Unit]
		line := PromiseLine{
			ID: m.ID, Words: m.Words, Building: at.Building, Room: at.Room, Href: at.Href, Name: names[m.Person],
			Path: c.Base + "/promises/" + strconv.FormatInt(m.ID, 10), Due: short(ctx, m.Due, now), Chip: promiseChip(m, now),
		}
		if line.Chip.State == ui.Late {
			c.Late++
		}
		if m.Unit != 0 && m.Unit == c.Form.Unit {
			c.Promised = append(c.Promised, line)
		}
		c.Mine = append(c.Mine, line)
	}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	due, kept, err := p.desk.Kept(ctx, tx, project.ID, month, now)
	if err != nil {
		return err
	}
	if due > 0 {
		c.Kept = text.Tf(ctx, "本月到期 %d 件，按时 %.1f %%", "%d fell due this month, %.1f %% in time", due, float64(kept)*100/float64(due))
	}
	open, err := p.desk.OpenAlarms(ctx, tx, project.ID)
	if err != nil {
		return err
	}
	for _, a := range open {
		c.Alarms = append(c.Alarms, p.alarmLine(ctx, a))
	}
	return p.callLines(ctx, tx, c, 12)
}

func (p *Pages) alarmLine(ctx context.Context, a desk.Alarm) AlarmLine {
	line := AlarmLine{ID: a.ID, Title: a.Danger, Words: text.Cut(a.Words, 80), Since: a.RaisedAt}
	for _, d := range p.suggest.Suggest(a.Words).Dangers {
		if d.Name == a.Danger {
			lang := text.LangOf(ctx)
			line.Title, line.Script, line.Number = d.Title.In(lang), d.Script.In(lang), d.Number
		}
	}
	return line
}

func (p *Pages) callLines(ctx context.Context, tx *store.Tx, c *Console, limit int) error {
	project := web.ProjectOf(ctx)
	now := tx.Now()
	calls, err := p.desk.Calls(ctx, tx, project.ID, limit)
	if err != nil {
		return err
	}
	var agents []int64
	for _, call := range calls {
		agents = append(agents, call.Agent)
	}
	names, err := p.names.Accounts(ctx, agents)
	if err != nil {
		return err
	}
	plates, people, err := p.whereWho(ctx, tx, project.ID, len(calls), func(i int) (int64, int64) { return calls[i].Unit, calls[i].Person })
	if err != nil {
		return err
	}
	var about []int64
	for _, call := range calls {
		about = append(about, call.Case)
	}
	cases, err := p.matters.Some(ctx, tx, about)
	if err != nil {
		return err
	}
	for _, call := range calls {
		at := plates[call.Unit]
		line := CallLine{
			Time: call.RingAt.Format("15:04"), Who: masked(call.Number), Words: call.Note, Length: length(call.Length(now)),
			Building: at.Building, Room: at.Room, Href: at.Href,
		}
		if name := people[call.Person]; name != "" {
			line.Who = name
		}
		if k, ok := cases[call.Case]; ok {
			line.Number, line.Path, line.Words = k.Number, casePath(project, k.Number), firstWords(k)
		}
		switch call.State {
		case desk.Missed:
			line.Missed, line.Rings = true, text.Tf(ctx, "未接 · %d 声", "missed · %d rings", call.Rings)
		case desk.Ringing:
			line.Rings = text.T(ctx, "响铃中", "ringing")
		default:
			line.Rings = text.Tf(ctx, "%d 声 · %s", "%d rings · %s", call.Rings, names[call.Agent])
			if call.Rings == 1 {
				line.Rings = text.Tf(ctx, "1 声 · %s", "1 ring · %s", names[call.Agent])
			}
		}
		c.Calls = append(c.Calls, line)
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	t, err := p.desk.Count(ctx, tx, project.ID, today, now.Add(time.Second))
	if err != nil {
		return err
	}
	c.Goal = targetsOf(ctx, p.book.Figures(project.ID)).Said(ctx)
	if t.Calls > 0 {
		c.Tally = text.Tf(ctx, "今天 %d 通 · 三声内接起 %.1f %% · 未接 %d", "%d today · %.1f %% within three rings · %d missed",
			t.Calls, float64(t.InThree)*100/float64(t.Calls), t.Missed)
	}
	return nil
}

// whereWho reads the plates and names of n things at once.
func (p *Pages) whereWho(ctx context.Context, tx *store.Tx, project int64, n int, of func(i int) (unit, person int64)) (map[int64]Plate, map[int64]string, error) {
	var units, people []int64
	for i := range n {
		unit, person := of(i)
		if unit != 0 {
			units = append(units, unit)
		}
		if person != 0 {
			people = append(people, person)
		}
	}
	plates, err := p.homes.Plates(ctx, tx, project, units)
	if err != nil {
		return nil, nil, err
	}
	names, err := p.homes.People(ctx, tx, project, people)
	return plates, names, err
}

func (p *Pages) title(ctx context.Context, project int64, kind string) string {
	if kind == "" {
		return ""
	}
	k, err := p.matters.Kind(project, kind)
	if err != nil {
		return kind
	}
	return k.Def.Title.In(text.LangOf(ctx))
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

// untimed is what an open case says while none of its limits runs.
func untimed(ctx context.Context) string { return text.T(ctx, "未结", "open") }

func caseChip(c casefile.Case, now time.Time, untimed string) ui.Chip {
	var best *engine.ClockState
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if (k.Run == "running" || k.Run == "paused" || k.Run == "late") && k.Stopped.IsZero() && (best == nil || k.Due.Before(best.Due)) {
			best = k
		}
	}
	if best == nil {
		if c.State.Status == engine.Open { // nothing runs at this step; that is not the end of it
			return ui.Chip{State: ui.Run, Words: untimed}
		}
		return ui.Chip{State: ui.Done}
	}
	chip := ui.Chip{State: ui.Run, Due: best.Due, Used: best.Used}
	switch {
	case best.Run == "paused":
		chip.State = ui.Hold
	case !best.Due.After(now):
		chip.State = ui.Late
	case best.Used >= 0.8:
		chip.State = ui.Soon
	}
	return chip
}
