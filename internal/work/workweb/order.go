package workweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/engine"
	"guanjia/internal/phone"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
	"guanjia/internal/work"
)

// OrderPage is one order on the phone.
type OrderPage struct {
	Base, Back, Number   string
	Chip                 ui.Chip
	Due                  string // "10:57 前"
	Building, Room, Spot string
	Subject, Words, Wish string
	Name, Phone, Masked  string // Phone only for the assignee
	Photos               []Shot
	Facts                []FactLine
	Way                  []ui.Entry
	Version              int
	Key                  string
	Step                 string
	Primary              ui.B
	OneTap               bool   // the primary button does the step itself
	Outcome              string // then with this outcome
	Cannot               bool
	Turn                 string // whose the step is when it is not theirs
	Err                  error
	Typed                string
}

// Shot is one photo of a case; Name instead of a picture where there is no
// small one to show.
type Shot struct{ Path, Tag, Name string }

// FactLine is one thing to know.
type FactLine struct{ Label, Words string }

// primaryWords are the thumb's words for kinds of steps; others say the title.
var primaryWords = map[procedure.Kind]struct {
	icon string
	word text.Both
}{
	procedure.KindAccept: {"check", text.B("接单", "Accept")},
	procedure.KindArrive: {"map-pin", text.B("我到了", "I am there")},
	procedure.KindQuote:  {"receipt", text.B("报价", "Quote")},
	procedure.KindSign:   {"signature", text.B("签名", "Sign")},
	procedure.KindCall:   {"phone", text.B("约好时间", "Arrange a time")},
	procedure.KindForm:   {"edit", text.Both{}},
}

func (p *Pages) order(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	page, err := p.orderPage(r, v)
	if err != nil {
		return err
	}
	return web.Render(w, r, orderView(page))
}

func (p *Pages) view(r *http.Request) (casefile.View, error) {
	return p.Cases.View(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, r.PathValue("number"))
}

func (p *Pages) orderPage(r *http.Request, v casefile.View) (OrderPage, error) {
	ctx := r.Context()
	project, actor, c, lang := web.ProjectOf(ctx), actorOf(ctx), v.Case, text.LangOf(r.Context())
	now := p.DB.Clock().Now()
	ctx = ui.WithFrame(ctx, ui.Frame{Now: now}) // "today" in words
	page := OrderPage{
		Base: orderPath(project, c.Number), Back: "/p/" + project.Code + "/work", Number: c.Number, Subject: c.Subject, Spot: c.Place,
		Chip: caseweb.Worst(ctx, c, now), Version: c.State.Version, Key: formKey(),
	}
	if k, ok := work.Deadline(c); ok {
		page.Chip = caseweb.ChipOf(ctx, c, k, now)
		page.Due = text.Tf(ctx, "%s %s 前", "%s by %s", k.Title.In(lang), ui.Until(ctx, k.Due))
	}
	page.Chip.Large = true
	page.Building, page.Room = split(c)
	if c.Words != c.Subject {
		page.Words = c.Words
	}
	mine := c.State.Assignee == actor.Account && c.State.Status == engine.Open
	var number string
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		page.Name, number, err = p.Customers.Reach(ctx, tx, c)
		return err
	})
	if err != nil {
		return page, err
	}
	if number != "" {
		page.Masked = phone.Mask(number)
		if mine {
			if err := p.Work.Seen(ctx, actor, project.ID, c.ID); err != nil {
				return page, err
			}
			page.Phone = phone.Dial(number)
		}
	}
	if caseweb.HasPhotos(v) {
		hung, err := p.Files.Hung(ctx, v.Case.Project, v.Case.ID)
		if err != nil {
			return page, err
		}
		page.Photos = shots(ctx, v, hung)
	}
	page.Facts = p.facts(ctx, v)
	page.Way = way(ctx, v)
	page.Turn = p.turn(ctx, v)
	if len(v.Options) > 0 && v.Options[0].Kind == engine.EvDone && v.Options[0].May && p.mine(c) {
		option := v.Options[0]
		step := v.Def.Step(option.Step)
		known := primaryWords[step.Do]
		page.Step, page.Cannot = step.Name, true
		page.Primary = ui.B{Label: step.Title.In(lang), Icon: known.icon, Primary: true}
		if !known.word.IsZero() && step.Do != procedure.KindSign {
			page.Primary.Label = known.word.In(lang)
		}
		if len(step.Asks) == 0 {
			page.OneTap, page.Outcome = true, option.Outcomes[0]
			page.Primary.Attrs = map[string]any{"form": "do"}
		} else {
			page.Primary.Href = page.Base + "/step"
		}
	}
	return page, nil
}

// turn says whose the step is that the order stands at.
func (p *Pages) turn(ctx context.Context, v casefile.View) string {
	step := v.Def.Step(v.Case.State.Step)
	if step == nil || v.Case.State.Status != engine.Open {
		return text.T(ctx, "已经结束，不用再做", "It has ended; nothing is left to do")
	}
	title := step.Title.In(text.LangOf(ctx))
	var who []string
	for _, role := range step.Who {
		word := ""
		switch role {
		case "assignee":
			word = v.Names[v.Case.State.Assignee]
		case "owner":
			word = v.Names[v.Case.State.Owner]
		case "customer":
			word = text.T(ctx, "客户", "the customer")
		default:
			word = p.Book.Role(role).In(text.LangOf(ctx))
		}
		if word != "" && !slices.Contains(who, word) {
			who = append(who, word)
		}
	}
	if len(who) == 0 {
		return text.Tf(ctx, "现在是“%s”，不用你动手", "Now: %s; nothing for you to do", title)
	}
	return text.Tf(ctx, "现在是“%s”，该%s办", "Now: %s, by %s", title, strings.Join(who, text.T(ctx, "、", " or ")))
}

// shots are the photos of a case: the customer's and those after the work.
func shots(ctx context.Context, v casefile.View, hung map[string]caseweb.Hung) []Shot {
	var list []Shot
	for _, f := range v.Def.Fields {
		if f.Type != procedure.TypePhoto {
			continue
		}
		refs, _ := v.Case.State.Fields[f.Name].([]string)
		for _, ref := range refs {
			if _, err := strconv.ParseInt(ref, 10, 64); err == nil {
				s := Shot{Path: "/files/" + ref, Tag: f.Title.In(text.LangOf(ctx))}
				if x := hung[ref]; !x.Small {
					s.Name = cmp.Or(x.Name, s.Tag)
				}
				list = append(list, s)
			}
		}
	}
	return list
}

// shown are the answers worth reading before going, in this order.
var shown = []string{"fault", "grade", "convenient", "contact", "cause", "charge", "total", "pay_by", "again"}

func (p *Pages) facts(ctx context.Context, v casefile.View) []FactLine {
	lang := text.LangOf(ctx)
	var list []FactLine
	add := func(label, words string) {
		if words != "" {
			list = append(list, FactLine{label, words})
		}
	}
	names := slices.Clone(shown)
	for _, f := range v.Def.Fields { // what was quoted, used, found at fault
		if f.Type == procedure.TypeTable {
			names = append(names, f.Name)
		}
	}
	for _, name := range names {
		if f := v.Def.Field(name); f != nil {
			add(f.Title.In(lang), caseweb.AnswerWords(ctx, v.Figures, *f, v.Case.State.Fields, v.Case.State.Fields))
		}
	}
	if fault, ok := v.Case.State.Fields["fault"].(string); ok && p.Kit != nil {
		add(text.T(ctx, "带上", "Bring"), p.Kit.Bring(fault).In(lang))
	}
	if owner := v.Names[v.Case.State.Owner]; owner != "" {
		add(text.T(ctx, "首问", "Taken in by"), owner)
	}
	return list
}

// way is the order as a way: what was done, where it is, what comes.
func way(ctx context.Context, v casefile.View) []ui.Entry {
	var list []ui.Entry
	for _, t := range engine.Trail(v.Def, v.Events) {
		if t.State == engine.StopLeft { // nobody did it
			continue
		}
		e := ui.Entry{What: t.Title.In(text.LangOf(ctx)), Who: t.Who.Name}
		switch t.State {
		case engine.StopDone:
			e.When = t.At
		case engine.StopCurrent:
			e.State = ui.EntryNow
		default:
			e.State = ui.EntryPlan
		}
		list = append(list, e)
	}
	return list
}
