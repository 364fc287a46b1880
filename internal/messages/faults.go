package messages

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Fault is what a repair's words speak of, and who goes.
type Fault struct {
	Name  string // of the figures' repair.faults
	Trade string // of the figures' trades
	Grade string // of the figures' repair.grades
	Word  string // the word that said so
}

// Faults are the words of words/faults.yaml, ready for many goroutines.
type Faults struct {
	words  []faultWord
	urgent []string
}

type faultWord struct {
	word  string
	order int
	fault Fault
}

// LoadFaults reads words/faults.yaml of a handbook.
func LoadFaults(handbook fs.FS) (*Faults, error) {
	var doc struct {
		Urgent []string  `yaml:"urgent"`
		Faults yaml.Node `yaml:"faults"`
	}
	if err := read(handbook, "words/faults.yaml", &doc); err != nil {
		return nil, err
	}
	f := &Faults{urgent: folded(doc.Urgent)}
	order := 0
	for name, node := range entries(&doc.Faults) {
		var d struct {
			Trade string   `yaml:"trade"`
			Grade string   `yaml:"grade"`
			Words []string `yaml:"words"`
		}
		if err := node.Decode(&d); err != nil {
			return nil, fmt.Errorf("words/faults.yaml: line %d: %s: %w", node.Line, name, err)
		}
		if d.Trade == "" || d.Grade == "" || len(d.Words) == 0 {
			return nil, fmt.Errorf("words/faults.yaml: line %d: %s needs trade, grade and words", node.Line, name)
		}
		for _, w := range folded(d.Words) {
			f.words = append(f.words, faultWord{w, order, Fault{Name: name, Trade: d.Trade, Grade: d.Grade, Word: w}})
		}
		order++
	}
	slices.SortStableFunc(f.words, func(a, b faultWord) int {
		return cmp.Or(utf8.RuneCountInString(b.word)-utf8.RuneCountInString(a.word), a.order-b.order)
	})
	return f, nil
}

// Find says which fault the words speak of; ok is false when none does.
func (f *Faults) Find(words string) (Fault, bool) {
	s := []rune(fold(words))
	if len(s) > maxRunes {
		s = s[:maxRunes]
	}
	text := string(s)
	for _, w := range f.words {
		if !strings.Contains(text, w.word) {
			continue
		}
		found := w.fault
		for _, u := range f.urgent {
			if strings.Contains(text, u) && found.Grade == "general" {
				found.Grade = "urgent"
			}
		}
		return found, true
	}
	return Fault{}, false
}
