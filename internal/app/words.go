package app

import (
	"context"
	"io/fs"

	"guanjia/internal/api"
	"guanjia/internal/desk/deskweb"
	"guanjia/internal/messages"
	"guanjia/internal/text"
)

// words reads a customer's words with the handbook's rules.
type words struct {
	rules  *messages.Rules
	faults *messages.Faults
}

func readWords(source fs.FS) (words, error) {
	rules, err := messages.Load(source)
	if err != nil {
		return words{}, err
	}
	faults, err := messages.LoadFaults(source)
	return words{rules, faults}, err
}

// Suggest says what the words point to, and whether they speak of danger.
func (w words) Suggest(said string) deskweb.Suggestion {
	var out deskweb.Suggestion
	if said == "" {
		return out
	}
	for _, a := range w.rules.Alarms(said) {
		out.Dangers = append(out.Dangers, deskweb.Danger{
			Name: a.Danger.Name, Title: a.Danger.Title, Words: []string{a.Word}, Script: a.Danger.Script, Number: a.Danger.Number,
		})
	}
	out.Fields = map[string]string{}
	s, ok := w.rules.Suggest("", said)
	fault, broken := w.faults.Find(said)
	switch {
	case ok:
		out.Kind, out.Because = s.Kind.Procedure, s.Because
		if s.Kind.As != "" {
			out.Fields["kind"] = s.Kind.As
		}
	case broken: // too little for a kind, but something is broken
		out.Kind, out.Because = "repair", []string{fault.Word}
	}
	if out.Kind == "repair" && broken {
		out.Fields["fault"], out.Fields["trade"], out.Fields["grade"] = fault.Name, fault.Trade, fault.Grade
	}
	return out
}

// dangers names what of danger the words speak of.
func (w words) dangers(said string) []string {
	var names []string
	for _, a := range w.rules.Alarms(said) {
		names = append(names, a.Danger.Name)
	}
	return names
}

// forPrograms is what of danger the words speak of, with what to say.
func (w words) forPrograms(ctx context.Context, said string) []api.Danger {
	var list []api.Danger
	lang := text.LangOf(ctx)
	for _, a := range w.rules.Alarms(said) {
		list = append(list, api.Danger{Name: a.Danger.Name, Title: a.Danger.Title.In(lang), Script: a.Danger.Script.In(lang), Number: a.Danger.Number})
	}
	return list
}
