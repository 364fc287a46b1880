package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"guanjia/internal/calendar"
	"guanjia/internal/text"
)

// Load reads every *.txtar below dir, in the order of their names. All errors
// of all files are joined.
func Load(fsys fs.FS, dir string) ([]*Story, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("find scenarios: %w", err)
	}
	var stories []*Story
	var bad []error
	for _, f := range files {
		data, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, fmt.Errorf("read scenario %s: %w", f, err)
		}
		s, err := Parse(f, data)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		stories = append(stories, s)
	}
	return stories, errors.Join(bad...)
}

// Parse reads one story. Errors are *Error, joined.
func Parse(file string, data []byte) (*Story, error) {
	p := &parser{
		story: &Story{File: file, Files: map[string][]byte{}},
		known: map[string]GivenKind{}, cases: map[string]bool{},
	}
	p.sections(data)
	if len(p.bad) > 0 {
		return nil, errors.Join(p.bad...)
	}
	return p.story, nil
}

type parser struct {
	story *Story
	known map[string]GivenKind // who and what is given
	cases map[string]bool      // cases named so far
	last  string               // the case spoken of, "" before the first
	now   time.Time
	line  int
	bad   []error
}

func (p *parser) fail(format string, args ...any) {
	p.bad = append(p.bad, &Error{File: p.story.File, Line: p.line, Text: fmt.Sprintf(format, args...)})
}

// sections walks the archive; line numbers are those of the whole file.
func (p *parser) sections(data []byte) {
	for n, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "-- --" { // the library stumbles over it
			p.line = n + 1
			p.fail("a section needs a name: -- name --")
			return
		}
	}
	arc := txtar.Parse(data)
	p.line = 1
	if s := strings.TrimSpace(string(arc.Comment)); s != "" {
		p.fail("the file must begin with -- head --")
	}
	line := strings.Count(string(arc.Comment), "\n")
	want := []string{"head", "given", "story"}
	seen := map[string]bool{}
	for _, f := range arc.Files {
		line++ // the marker
		p.line = line
		if seen[f.Name] {
			p.fail("section %q stands twice", f.Name)
		}
		seen[f.Name] = true
		i := slices.Index(want, f.Name)
		if i < 0 {
			p.story.Files[f.Name] = f.Data
		} else {
			if i > 0 && !seen["head"] || i == 1 && seen["story"] {
				p.fail("sections stand in the order head, given, story")
			}
			for n, l := range strings.Split(strings.TrimSuffix(string(f.Data), "\n"), "\n") {
				p.line = line + n + 1
				if t := strings.TrimSpace(l); t == "" || strings.HasPrefix(t, "#") {
					continue
				}
				[]func(string){p.head, p.given, p.sentence}[i](strings.TrimRight(l, " \t\r"))
			}
		}
		line += strings.Count(string(f.Data), "\n")
	}
	if p.line == 0 {
		p.line = 1
	}
	if p.story.Title.ZH == "" || p.story.Profile == "" || len(p.story.Rules) == 0 {
		p.fail("the head needs title, rules and profile")
	}
	if len(p.story.Acts) == 0 {
		p.fail("nothing happens: -- story -- is missing or empty")
	}
}

var clauseID = regexp.MustCompile(`^[A-Z]{3}-\d{2}(\.[1-9]\d*)?$`)

func (p *parser) head(line string) {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		p.fail("a line of the head is key: value")
		return
	}
	switch key {
	case "title":
		zh, en, ok := strings.Cut(value, " / ")
		if !ok {
			p.fail("title is 中文 / English")
		}
		p.story.Title = text.Both{ZH: strings.TrimSpace(zh), EN: strings.TrimSpace(en)}
	case "rules":
		for _, id := range strings.Fields(value) {
			if !clauseID.MatchString(id) {
				p.fail("%q is no rule (REP-04) and no clause (REP-04.2)", id)
			}
			p.story.Rules = append(p.story.Rules, id)
		}
	case "profile":
		p.story.Profile = value
	default:
		p.fail("the head knows title, rules and profile, not %q", key)
	}
}

func (p *parser) given(line string) {
	toks, err := tokens(line, false)
	if err != nil {
		p.fail("%v", err)
		return
	}
	if len(toks) < 2 || toks[0].kind != wordToken {
		p.fail("a given is unit, person, staff, figure or fact with its name")
		return
	}
	g := Given{Kind: GivenKind(toks[0].text), Name: toks[1].text, Line: p.line}
	switch g.Kind {
	case GivenFigure, GivenFact:
		name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, string(g.Kind))), " = ")
		if !ok {
			p.fail("%s is written NAME = VALUE", g.Kind)
		}
		g.Name, g.Value = strings.TrimSpace(name), strings.TrimSpace(value)
	case GivenUnit, GivenPerson, GivenStaff:
		if toks[1].kind != wordToken {
			p.fail("%s needs a name", g.Kind)
		}
		if _, ok := p.known[g.Name]; ok {
			p.fail("%q is given twice", g.Name)
		}
		p.known[g.Name] = g.Kind
		for _, t := range toks[2:] {
			if t.kind != answerToken {
				p.fail("%q: a given is told in key=value", t.text)
				continue
			}
			if t.text == "unit" && p.known[t.value] != GivenUnit {
				p.fail("unit %q is not given above", t.value)
			}
			g.Args = append(g.Args, Answer{t.text, t.value})
		}
		if g.Kind == GivenStaff && g.Args.Get("role") == "" {
			p.fail("staff %s needs role=", g.Name)
		}
	default:
		p.fail("given knows unit, person, staff, figure and fact, not %q", g.Kind)
		return
	}
	p.story.Given = append(p.story.Given, g)
}

var stamp = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?: (Mon|Tue|Wed|Thu|Fri|Sat|Sun))? (\d{2}:\d{2}(?::\d{2})?)  +(\S.*)$`)

// sentence reads a line of the story: a dated one, one of the same minute, or
// an expectation.
func (p *parser) sentence(line string) {
	if strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "expect "); ok {
			p.expect(rest)
			return
		}
		if p.now.IsZero() {
			p.fail("the first line of the story needs its date and time")
			return
		}
		p.act(line)
		return
	}
	m := stamp.FindStringSubmatch(line)
	if m == nil {
		p.fail(`a line begins with "2026-09-29 09:10" and two spaces, or is indented`)
		return
	}
	at, err := moment(m[1], m[3])
	if err != nil {
		p.fail("%v", err)
		return
	}
	if m[2] != "" && at.Weekday().String()[:3] != m[2] {
		p.fail("%s is a %s, not %s", m[1], at.Weekday().String()[:3], m[2])
	}
	if at.Before(p.now) {
		p.fail("time goes back")
	}
	p.now = at
	if strings.HasPrefix(m[4], "expect ") {
		p.fail(`an expectation follows a sentence: write "time passed" first`)
		return
	}
	p.act(m[4])
}

// moment reads a date and a time; 24:00 is the end of the day.
func moment(date, clock string) (time.Time, error) {
	add := time.Duration(0)
	if clock == "24:00" {
		clock, add = "00:00", 24*time.Hour
	}
	if len(clock) == 5 {
		clock += ":00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", date+" "+clock, calendar.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no date and time", date+" "+clock)
	}
	return t.Add(add), nil
}
