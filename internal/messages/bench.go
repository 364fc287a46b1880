package messages

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// Measure is how well one kind is recognised.
type Measure struct {
	Kind      string  `json:"kind"`
	Labelled  int     `json:"labelled"`  // messages that are of the kind
	Suggested int     `json:"suggested"` // messages it was suggested for
	Right     int     `json:"right"`
	Precision float64 `json:"precision"` // right of suggested
	Recall    float64 `json:"recall"`    // right of labelled
}

// Half is the measure of one half of the labels.
type Half struct {
	Half     string    `json:"half"` // dev, held-out, seen, after, more
	Messages int       `json:"messages"`
	Right    int       `json:"right"`
	Accuracy float64   `json:"accuracy"`
	None     int       `json:"none"` // nothing was suggested
	Majority string    `json:"majority_kind"`
	Baseline float64   `json:"majority_accuracy"` // always suggesting the majority kind
	TopTwo   float64   `json:"top_two_accuracy"`  // the kind is the first or the second
	Kinds    []Measure `json:"kinds"`
}

// Label is the kind a message was given by hand.
type Label struct{ ID, Half, Kind string }

// ReadLabels reads id,half,kind.
func ReadLabels(doc []byte) ([]Label, error) {
	rows, err := csv.NewReader(strings.NewReader(string(doc))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the labels: %w", err)
	}
	var out []Label
	for i, r := range rows {
		if i == 0 || len(r) != 3 {
			continue
		}
		out = append(out, Label{r[0], r[1], r[2]})
	}
	return out, nil
}

// Score measures the rules on one half.
func (r *Rules) Score(half string, labels []Label, byID map[string]Message) Half {
	h := Half{Half: half}
	measures := map[string]*Measure{}
	get := func(k string) *Measure {
		if measures[k] == nil {
			measures[k] = &Measure{Kind: k}
		}
		return measures[k]
	}
	two := 0
	for _, l := range labels {
		m, there := byID[l.ID]
		if l.Half != half || !there {
			continue
		}
		h.Messages++
		get(l.Kind).Labelled++
		s, ok := r.Suggest(m.Subject, m.Text)
		if !ok {
			h.None++
			continue
		}
		get(s.Kind.Name).Suggested++
		if s.Kind.Name == l.Kind {
			h.Right++
			get(l.Kind).Right++
		}
		if s.Kind.Name == l.Kind || s.Next == l.Kind {
			two++
		}
	}
	most := 0
	for _, k := range r.Kinds {
		m := get(k.Name)
		m.Precision, m.Recall = share(m.Right, m.Suggested), share(m.Right, m.Labelled)
		if m.Labelled > most {
			most, h.Majority = m.Labelled, m.Kind
		}
		h.Kinds = append(h.Kinds, *m)
	}
	h.Accuracy, h.Baseline, h.TopTwo = share(h.Right, h.Messages), share(most, h.Messages), share(two, h.Messages)
	return h
}

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// BenchCommand is `guanjia bench messages FILE`: the rules against the labels,
// the held-out half last, and what grouping and topics find. A topic is of at
// least so many people.
func BenchCommand(_ context.Context, w io.Writer, handbook fs.FS, labels []byte, file string, least int, asJSON bool) error {
	rules, err := Load(handbook)
	if err != nil {
		return err
	}
	marks, err := ReadLabels(labels)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("opening the messages: %w", err)
	}
	defer func() { _ = f.Close() }()
	list, faults, err := ReadCSV(f)
	if err != nil {
		return err
	}
	byID := map[string]Message{}
	for _, m := range list {
		byID[m.ID] = m
	}
	out := struct {
		Messages int     `json:"messages"`
		Faults   int     `json:"faults"`
		Groups   int     `json:"near_duplicate_groups"`
		Grouped  int     `json:"messages_in_groups"`
		Topics   []Topic `json:"topics"`
		Halves   []Half  `json:"halves"`
	}{Messages: len(list), Faults: len(faults)}
	groups := Similar(list)
	for _, g := range groups {
		out.Groups++
		out.Grouped += len(g.Messages)
	}
	topics := rules.Topics(list, least)
	out.Topics = topics[:min(20, len(topics))]
	for _, half := range []string{"dev", "held-out", "seen", "after", "more"} {
		out.Halves = append(out.Halves, rules.Score(half, marks, byID))
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(out)
	}
	return printBench(w, out.Messages, len(topics), groups, out.Topics, out.Halves)
}

func printBench(w io.Writer, messages, topics int, groups []Group, top []Topic, halves []Half) error {
	p := &printer{w: w}
	grouped := 0
	for _, g := range groups {
		grouped += len(g.Messages)
	}
	p.line("%d messages, %d groups of near-duplicates with %d messages, %d topics", messages, len(groups), grouped, topics)
	for _, t := range top {
		p.line("  %3d  %s – %s  %s · %s", t.Count, t.From.Format("2006-01-02"), t.To.Format("2006-01-02"), t.Place, t.Kind.Title.In(text.ZH))
	}
	for _, h := range halves {
		p.line("")
		p.line("%s: %d messages, %.1f %% right (%.1f %% within the first two), nothing suggested for %d; always “%s”: %.1f %%", h.Half, h.Messages, 100*h.Accuracy, 100*h.TopTwo, h.None, h.Majority, 100*h.Baseline)
		p.line("  %-12s %9s %9s %6s %10s %7s", "kind", "labelled", "suggested", "right", "precision", "recall")
		for _, m := range slices.SortedFunc(slices.Values(h.Kinds), func(a, b Measure) int { return b.Labelled - a.Labelled }) {
			p.line("  %-12s %9d %9d %6d %9.1f%% %6.1f%%", m.Kind, m.Labelled, m.Suggested, m.Right, 100*m.Precision, 100*m.Recall)
		}
	}
	return p.err
}

// printer keeps the first error of writing.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
