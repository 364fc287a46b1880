package residentweb

import (
	"slices"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// stop is a part of the way that means something to the customer.
type stop struct {
	name string // "" for what is the house's own affair
	lead string // the step that stands for the stop when it happens at once
	what text.Both
	done text.Both // what it is called afterwards
}

// counts reports whether being at step, or having done it, is being at the stop.
// Work goes on in all its steps; a visit or a signature is one moment, and what
// the house does around it is not it.
func (s stop) counts(step string) bool { return s.name != "" && (s.lead == "" || s.lead == step) }

// stopsOf says of each step which stop of the customer's way it belongs to: the
// groups of the procedure in the customer's words, a quote and who takes it on
// by themselves. Filing is no affair of theirs.
func stopsOf(def *procedure.Definition) map[string]stop {
	of := map[string]stop{}
	for i, group := range def.Stops() {
		lead := def.Step(group.Steps[0])
		if slices.Contains(group.Steps, group.Name) {
			lead = def.Step(group.Name)
		}
		if lead.Do == procedure.KindClose {
			continue
		}
		told := stopWords(def, group, lead)
		if i == 0 && lead.Do == procedure.KindForm {
			told = stop{what: text.B("登记", "Registering"), done: text.B("登记好了", "Registered")}
		}
		told.name = group.Name
		for _, name := range group.Steps {
			of[name] = told
			switch def.Step(name).Do {
			case procedure.KindAccept:
				of[name] = stop{name: name, what: text.B("接单", "Accepting"), done: text.B("接单", "Accepted")}
			case procedure.KindQuote:
				of[name] = stop{name: name, what: text.B("报价给您", "A quote for you"), done: text.B("报过价了", "Quoted")}
			}
		}
	}
	return of
}

// stopWords says a stop to the customer: the house's own words for grading and
// sending are none of theirs.
func stopWords(def *procedure.Definition, group procedure.Stop, lead *procedure.Step) stop {
	if lead.Do == procedure.KindForm { // the desk's paper work before somebody is sent is finding somebody
		for _, name := range group.Steps[slices.Index(group.Steps, lead.Name):] {
			if s := def.Step(name); s.Do == procedure.KindDispatch {
				lead = s
			}
		}
	}
	customer := lead.To == "customer" || slices.Contains(lead.Who, "customer")
	at := func(what, done text.Both) stop { return stop{lead: lead.Name, what: what, done: done} }
	switch {
	case lead.Do == procedure.KindDispatch:
		return at(text.B("安排人手", "Finding somebody"), text.B("安排好了", "Somebody assigned"))
	case lead.Do == procedure.KindArrive:
		return at(text.B("上门", "Arrival"), text.B("上门", "Arrival"))
	case lead.Do == procedure.KindSign && customer:
		return at(text.B("请您签字", "Your signature"), text.B("您签字了", "You signed"))
	case lead.Do == procedure.KindNotify && customer:
		return at(text.B("答复您", "We answer you"), text.B("答复过您", "We answered you"))
	case lead.Do == procedure.KindCall && customer:
		return at(text.B("联系您", "We contact you"), text.B("联系过您", "We contacted you"))
	case lead.Do == procedure.KindVisit:
		return at(text.B("回访您", "We ask you how it was"), text.B("回访过您", "We asked you how it was"))
	}
	title := text.B(strings.ReplaceAll(group.Title.ZH, "客户", "您"), group.Title.In(text.EN))
	return stop{what: title, done: title}
}
