package importer

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v4"

	"guanjia/internal/text"
)

// Field is a column a sheet of a kind may have.
type Field struct {
	Name    string // "owner_phone"
	Title   text.Both
	Type    string // text, integer, room, place, area, money, price, date, month, name, identity, phones, plate, plates, word
	Words   string // for type word: which list
	Require bool   // the sheet cannot be read without it
	Key     bool   // tells the kind of the sheet
	Fill    bool   // written once for a group of rows
	Past    bool   // a date that has happened
	also    []string
}

// Kind is a sort of sheet: "unit", "parking" …
type Kind struct {
	Name   string
	Title  text.Both
	Fields []Field // in the order of the template
	names  []string
}

// Field finds a field by name.
func (k *Kind) Field(name string) (Field, bool) {
	for _, f := range k.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// meaning is one word list: meaning → wordings, in order.
type meaning struct {
	name  string
	words []string
}

type vocabulary struct {
	kinds   []*Kind
	words   map[string][]meaning
	blanks  map[string]bool
	totals  []string
	notes   []string
	company []string
	private []string
}

//go:embed fields.yaml
var fieldsYAML []byte

// words is the vocabulary, read once: the file is part of the binary and a test
// reads it, so a fault in it cannot reach a user.
var words = sync.OnceValue(func() *vocabulary {
	v, err := readVocabulary(fieldsYAML)
	if err != nil {
		panic("importer: fields.yaml: " + err.Error())
	}
	return v
})

// KindOf finds a sheet kind by name.
func KindOf(name string) (*Kind, bool) {
	for _, k := range words().kinds {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}

// Kinds lists the sorts of sheets that are understood, in the order of the template.
func Kinds() []*Kind { return words().kinds }

type fieldDoc struct {
	ZH      string   `yaml:"zh"`
	EN      string   `yaml:"en"`
	Type    string   `yaml:"type"`
	Words   string   `yaml:"words"`
	Require string   `yaml:"require"`
	Key     string   `yaml:"key"`
	Fill    string   `yaml:"fill"`
	Past    string   `yaml:"past"`
	Also    []string `yaml:"also"`
}

func readVocabulary(doc []byte) (*vocabulary, error) {
	var raw struct {
		Sheets  yaml.Node            `yaml:"sheets"`
		Words   map[string]yaml.Node `yaml:"words"`
		Blanks  []string             `yaml:"blanks"`
		Totals  []string             `yaml:"totals"`
		Notes   []string             `yaml:"notes"`
		Company []string             `yaml:"company"`
		Private []string             `yaml:"private"`
	}
	if err := yaml.Unmarshal(doc, &raw); err != nil {
		return nil, err
	}
	v := &vocabulary{words: map[string][]meaning{}, blanks: map[string]bool{}, totals: raw.Totals, notes: raw.Notes, company: raw.Company, private: raw.Private}
	for _, b := range raw.Blanks {
		v.blanks[plain(b)] = true
	}
	for i := 0; i+1 < len(raw.Sheets.Content); i += 2 {
		var sheet struct {
			Title  struct{ ZH, EN string }
			Names  []string
			Fields yaml.Node
		}
		if err := raw.Sheets.Content[i+1].Decode(&sheet); err != nil {
			return nil, err
		}
		k := &Kind{Name: raw.Sheets.Content[i].Value, Title: text.B(sheet.Title.ZH, sheet.Title.EN), names: sheet.Names}
		for j := 0; j+1 < len(sheet.Fields.Content); j += 2 {
			var f fieldDoc
			if err := sheet.Fields.Content[j+1].Decode(&f); err != nil {
				return nil, err
			}
			field := Field{Name: sheet.Fields.Content[j].Value, Title: text.B(f.ZH, f.EN), Type: f.Type, Words: f.Words,
				Require: f.Require == "yes", Key: f.Key == "yes", Fill: f.Fill == "yes", Past: f.Past == "yes"}
			for _, a := range append([]string{f.ZH, f.EN}, f.Also...) {
				field.also = append(field.also, heading(a))
			}
			k.Fields = append(k.Fields, field)
		}
		v.kinds = append(v.kinds, k)
	}
	for list, node := range raw.Words {
		for i := 0; i+1 < len(node.Content); i += 2 {
			m := meaning{name: node.Content[i].Value}
			if err := node.Content[i+1].Decode(&m.words); err != nil {
				return nil, err
			}
			v.words[list] = append(v.words[list], m)
		}
	}
	return v, nil
}

// plain is the form in which words are compared: narrow, lower case, no space.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text.Narrow(text.Clean(s)))
}

// heading is the form in which headings are compared: plain, without brackets
// and their contents (units, remarks), stars and colons.
func heading(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '(', '[', '【', '〔':
			depth++
			return -1
		case ')', ']', '】', '〕':
			depth = max(0, depth-1)
			return -1
		case '*', ':', '_', '#', '"', '\'':
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, plain(s))
}
