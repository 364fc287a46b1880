package deskweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/desk"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

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
			if !ok && id(form["call"]) == 0 { // name and number are the unit's own
				delete(form, "caller")
				delete(form, "phone")
			}
		}
		if kind := r.URL.Query().Get("kind"); r.Method == http.MethodGet && p.knows(project.ID, kind) { // from the list of kinds
			form["kind"] = kind
		}
		if ok {
			p.pop(ctx, &c, call, form, tx.Now())
		} else if was := id(form["call"]); was != 0 { // it was hung up before the form was sent
			if call, ok, err = p.desk.Call(ctx, tx, project.ID, was); err != nil {
				return err
			}
		}
		if ok {
			calls(&c.Form, call, form)
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
}

// calls keeps name and number of a call together: whoever rang stays the
// caller, with the number of the call, whichever unit it is about.
func calls(f *IntakeForm, call desk.Call, form map[string]string) {
	if call.Person != 0 && id(form["unit"]) != 0 && id(form["person"]) == 0 {
		form["person"] = strconv.FormatInt(call.Person, 10)
	}
	if form["phone"] == "" {
		form["phone"] = call.Number
	}
	f.AskName = id(form["person"]) == 0
	f.AskPhone = f.AskName && call.Number == ""
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
		if c.More = len(found) > desk.MostFound; c.More {
			found = found[:desk.MostFound]
		}
		c.Chooser = found
	}
	if f.Unit != 0 || f.Person != 0 {
		home, err := p.homes.Home(ctx, tx, project.ID, f.Unit, f.Person)
		if err != nil {
			return err
		}
		c.Home = home
		if f.Phone == "" && !f.AskPhone {
			f.Phone = home.Phone
		}
		if f.Caller == "" && !f.AskName { // who rang is not simply who holds the unit
			f.Caller = home.Name
		}
	}
	if f.Unit != 0 {
		if err := p.fillCases(ctx, tx, c); err != nil {
			return err
		}
	}
	s := p.suggest.Suggest(f.Words)
	for _, d := range s.Dangers {
		lang := text.LangOf(ctx)
		f.Dangers = append(f.Dangers, AlarmLine{Title: d.Title.In(lang), Script: d.Script.In(lang), Number: d.Number})
	}
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
		fillChannel(ctx, nil, f, form["channel"])
		return nil
	}
	if !desk.Knows(f.Kind) {
		f.Picks = append(f.Picks, ui.Pick{Value: f.Kind, Label: p.title(ctx, project.ID, f.Kind)})
	}
	kind, err := p.matters.Kind(project.ID, f.Kind)
	if err != nil {
		return err
	}
	fillChannel(ctx, kind.Def, f, form["channel"])
	return p.fillKind(ctx, tx, r, c, form, s, kind)
}

// fillChannel offers the ways a matter comes in by; the usual one need not be
// chosen, so that a call that comes while something stands there still counts
// as one. Before a kind is chosen def is nil.
func fillChannel(ctx context.Context, def *procedure.Definition, f *IntakeForm, chosen string) {
	f.Channel = "visit"
	if f.Call != 0 {
		f.Channel = "phone"
	}
	lang := text.LangOf(ctx)
	f.Channels = []ui.Option{{Value: "", Label: caseweb.ChannelWord(f.Channel).In(lang)}}
	for _, channel := range casefile.DeskChannels(def) {
		if channel != f.Channel {
			f.Channels = append(f.Channels, ui.Option{Value: channel, Label: caseweb.ChannelWord(channel).In(lang)})
		}
		if channel == chosen && chosen != f.Channel {
			f.ChannelChosen = chosen
		}
	}
	if f.ChannelChosen != "" {
		f.Channel = f.ChannelChosen
	}
}

// fillKind adds the fields of the kind's first step, near cases and who would
// be sent until when.
func (p *Pages) fillKind(ctx context.Context, tx *store.Tx, r *http.Request, c *Console, form map[string]string, s Suggestion, kind casefile.Stamp) error {
	project := web.ProjectOf(ctx)
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
	c.Form.Sends = true
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
	var about []int64
	for _, m := range mine {
		about = append(about, m.Case)
	}
	cases, err := p.matters.Some(ctx, tx, about)
	if err != nil {
		return err
	}
	for _, m := range mine {
		at := plates[m.Unit]
		line := PromiseLine{
			ID: m.ID, Words: m.Words, Building: at.Building, Room: at.Room, Href: at.Href, Name: names[m.Person],
			Path: c.Base + "/promises/" + strconv.FormatInt(m.ID, 10), Due: short(ctx, m.Due, now), Chip: promiseChip(m, now),
		}
		if who := cases[m.Case].Caller; who != "" {
			line.Name = who // who asked, not whose file it is
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
