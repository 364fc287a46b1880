package deskweb

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/messages"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// formKeys are what a draft keeps besides the fields of the kind.
var formKeys = []string{"unit", "person", "call", "key", "who", "caller", "phone", "kind", "suggested", "words", "place", "promise", "by", "rework", "assignee", "channel"}

func typed(r *http.Request) (map[string]string, error) {
	if err := web.ParseForm(r); err != nil {
		return nil, err
	}
	form := map[string]string{}
	for name := range r.PostForm {
		if slices.Contains(formKeys, name) || strings.HasPrefix(name, "field.") {
			if v := web.Value(r, name); v != "" {
				form[name] = v
			}
		}
	}
	return form, nil
}

// draft saves what stands in the form and draws the part that follows from it.
// Words of danger alarm here, before any kind is chosen.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	form, err := typed(r)
	if err != nil {
		return err
	}
	d, err := p.desk.SaveDraft(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, form)
	if err != nil {
		return err
	}
	if err := p.alarm(r, form); err != nil {
		return err
	}
	c, err := p.load(r, form)
	if err != nil {
		return err
	}
	if !d.SavedAt.IsZero() {
		c.Form.Saved = savedWords(r.Context(), d.SavedAt)
	}
	return web.Render(w, r, intakeAgain(c, c.Form.Kind != form["kind"]))
}

func (p *Pages) alarm(r *http.Request, form map[string]string) error {
	ctx := r.Context()
	for _, d := range p.suggest.Suggest(form["words"]).Dangers {
		_, err := p.desk.Raise(ctx, actorOf(ctx), desk.Alarm{
			Project: web.ProjectOf(ctx).ID, Danger: d.Name, Words: form["words"], Unit: id(form["unit"]), Call: id(form["call"]),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pick chooses who and where; one exact match is chosen by itself.
func (p *Pages) pick(w http.ResponseWriter, r *http.Request) error {
	form, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	unit, person, chosen := strings.Cut(r.PostForm.Get("pick"), ":")
	if !chosen && form["who"] != "" {
		err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			found, err := p.homes.Find(ctx, tx, web.ProjectOf(ctx).ID, form["who"])
			if err == nil && len(found) == 1 {
				unit, person, chosen = strconv.FormatInt(found[0].Unit, 10), strconv.FormatInt(found[0].Person, 10), true
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if chosen {
		form["unit"], form["person"] = unit, person
		delete(form, "caller")
		delete(form, "who")
		if call := id(form["call"]); call != 0 && unit != "0" {
			if err := p.desk.Name(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, call, id(person), id(unit)); err != nil {
				return err
			}
		}
		if unit == "0" {
			delete(form, "phone")
		}
	}
	if _, err := p.desk.SaveDraft(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, form); err != nil {
		return err
	}
	web.Redirect(w, r, base(r))
	return nil
}

func (p *Pages) clear(w http.ResponseWriter, r *http.Request) error {
	form, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.desk.ClearDraft(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, form); err != nil {
		return err
	}
	done := ui.Undo{Words: text.T(ctx, "已清空", "Cleared")}
	if filled(form) {
		done.Path = base(r) + "/clear/revert"
	}
	web.Done(w, r, base(r), done)
	return nil
}

// unclear brings back what was cleared.
func (p *Pages) unclear(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.desk.RestoreDraft(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, newKey()); err != nil {
		return err
	}
	web.Done(w, r, base(r), ui.Undo{Words: text.T(ctx, "清空的内容已放回", "What was cleared is back")})
	return nil
}

// filled reports whether there is something in a form that somebody would miss.
func filled(form map[string]string) bool {
	for name, v := range form {
		if v != "" && v != "0" && !slices.Contains([]string{"key", "call", "kind", "suggested", "assignee", "channel"}, name) {
			return true
		}
	}
	return false
}

// take sends the intake off. What is wrong is shown at its field with
// everything typed still there.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	form, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.alarm(r, form); err != nil {
		return err
	}
	c, err := p.load(r, form)
	if err != nil {
		return err
	}
	in, err := p.intake(ctx, r, c, form)
	open := unanswered(c.Form.Asks, in.Fields)
	if err == nil && in.Send && c.Form.Sends {
		err = cannotSend(open)
	}
	if err == nil {
		taken, e := p.desk.Take(ctx, actorOf(ctx), in)
		if e == nil {
			web.Done(w, r, base(r), ui.Undo{Words: p.takenWords(ctx, taken, open)})
			return nil
		}
		err = e
	}
	if k := errs.KindOf(err); k != errs.Invalid && k != errs.Conflict {
		return err
	}
	if errs.CodeOf(err) == "casefile.key.reused" { // the answer to the first sending was lost, and the words were changed since
		form["key"] = newKey()
		err = errs.New(errs.Conflict, "desk.intake.sent", "这件事刚才已经记下，之后又改了内容。看看“未结事项”；确是另一件，再送一次就会另记一件。",
			"This was recorded a moment ago and changed since. See the open cases; if it is another matter, send once more and it becomes a case of its own.")
	}
	if _, e := p.desk.SaveDraft(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, form); e != nil {
		return e
	}
	c, e := p.load(r, form)
	if e != nil {
		return e
	}
	c.Err = err
	for i := range c.Form.Asks {
		c.Form.Asks[i].Err = ui.ErrOf(ctx, err, c.Form.Asks[i].Field.Name)
	}
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, consolePage(c))
}

func (p *Pages) intake(ctx context.Context, r *http.Request, c Console, form map[string]string) (desk.Intake, error) {
	in := desk.Intake{
		Project: web.ProjectOf(ctx).ID, Call: c.Form.Call, Kind: c.Form.Kind, Channel: c.Form.Channel, Unit: c.Form.Unit, Place: c.Form.Place,
		Person: c.Form.Person, Caller: c.Form.Caller, Phone: c.Form.Phone, Words: form["words"], Promise: form["promise"],
		Rework: id(form["rework"]), Key: form["key"], Send: r.PostForm.Get("do") == "send", Assignee: id(form["assignee"]),
	}
	if form["by"] != "" {
		by, err := time.ParseInLocation("2006-01-02T15:04", form["by"], calendar.Zone)
		if err != nil {
			return in, errs.New(errs.Invalid, "desk.intake.invalid", "时间没看懂。", "The time could not be read.").Field("by", "form", "请选日期和时间", "choose date and time")
		}
		in.By = by
	}
	if !p.knows(in.Project, in.Kind) {
		in.Kind = ""
		return in, nil // Take says that a kind is needed
	}
	kind, err := p.matters.Kind(in.Project, in.Kind)
	if err != nil {
		return in, err
	}
	def := kind.Def
	in.Fields, err = caseform.Read(r, caseform.Asked(def, quick(def.Steps[0])), nil)
	if err != nil {
		return in, err
	}
	// What the form showed as suggested and nobody changed counts as answered.
	for _, a := range c.Form.Asks {
		if _, ok := in.Fields[a.Field.Name]; !ok && a.Value != "" && a.Field.Type != procedure.TypeYesNo {
			in.Fields[a.Field.Name] = a.Value
		}
	}
	if in.Rework != 0 && def.Field("rework") != nil {
		in.Fields["rework"] = true
	}
	in.Team, _ = in.Fields["trade"].(string)
	return in, nil
}

// unanswered are the fields that must be answered before the case goes on.
func unanswered(asks []caseform.Ask, answers map[string]any) (list []procedure.Field) {
	for _, a := range asks {
		if v, ok := answers[a.Field.Name]; a.Field.Required && (!ok || v == nil || v == "") {
			list = append(list, a.Field)
		}
	}
	return list
}

// cannotSend refuses to send out what nobody could be sent for: the fields are
// marked, and the matter can be recorded all the same.
func cannotSend(open []procedure.Field) error {
	if len(open) == 0 {
		return nil
	}
	e := errs.New(errs.Invalid, "desk.intake.unsent", "还没有派出，也还没有记下：先填标出的几栏；只想先记下，按“先记下，不派”。", "Neither sent out nor recorded yet: answer the marked fields first, or press “Record, send later”.")
	for _, field := range open {
		e = e.Field(field.Name, "required", "派出之前要填", "needed before it is sent out")
	}
	return e
}

// takenWords says what became of a matter, and what keeps it from going on.
func (p *Pages) takenWords(ctx context.Context, c casefile.Case, open []procedure.Field) string {
	switch {
	case c.State.Assignee != 0 || c.State.Team != "":
		return text.Tf(ctx, "%s 已派出", "%s is sent out", c.Number)
	case len(open) > 0:
		names := make([]string, len(open))
		for i, field := range open {
			names[i] = field.Title.In(text.LangOf(ctx))
		}
		return text.Tf(ctx, "%[1]s 已记下，还差：%[2]s", "%[1]s is recorded; still to be answered: %[2]s", c.Number, strings.Join(names, text.T(ctx, "、", ", ")))
	default:
		return text.Tf(ctx, "%s 已记下", "%s is recorded", c.Number)
	}
}

// call passes a button of the live call on to the telephone.
func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	_, err := p.desk.Connect(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, desk.Signal{
		Event: web.Value(r, "event"), Call: web.Value(r, "call"), Agent: actorOf(ctx).Account,
	})
	if err != nil {
		return err
	}
	web.Redirect(w, r, base(r))
	return nil
}

func (p *Pages) acknowledge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.desk.Acknowledge(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, id(r.PathValue("alarm"))); err != nil {
		return err
	}
	web.Done(w, r, base(r), ui.Undo{Words: text.T(ctx, "警报由你接手", "You have taken the alarm over")})
	return nil
}

// webhook takes in the signals of a telephone system (JSON, DSK-12).
func (p *Pages) webhook(w http.ResponseWriter, r *http.Request) error {
	var sig desk.Signal
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&sig); err != nil {
		return errs.New(errs.Invalid, "desk.signal.broken", "信号不是约定的 JSON。", "The signal is not the JSON agreed on.").Wrap(err)
	}
	ctx := r.Context()
	call, err := p.desk.Connect(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, sig)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]string{"call": call.External, "state": string(call.State)})
}

func id(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func newKey() string { return rand.Text() }

func savedWords(ctx context.Context, at time.Time) string {
	return text.Tf(ctx, "草稿已存 %s，断电也在", "Draft saved %s, safe from a power cut", at.Format("15:04:05"))
}

func suggestWords(ctx context.Context, kind string, s Suggestion) string {
	if kind == "" || len(s.Because) == 0 {
		return ""
	}
	var quoted []string
	for _, w := range s.Because {
		quoted = append(quoted, "“"+w+"”")
	}
	return text.Tf(ctx, "从%s看是%s", "%s point to %s", strings.Join(quoted, ""), kind)
}

// quick is the first step with only what can be asked while somebody is on the
// phone: no photos, no signature.
func quick(s procedure.Step) *procedure.Step {
	s.Asks = slices.DeleteFunc(slices.Clone(s.Asks), func(name string) bool {
		return name == "photos" || name == "contact" || name == "rework" || name == "element"
	})
	return &s
}

// alike reports whether two wordings speak of the same thing.
func alike(a, b string) bool {
	return messages.Likeness(messages.Message{Text: text.Cut(a, 400)}, messages.Message{Text: text.Cut(b, 400)}) >= messages.SameMatter
}
