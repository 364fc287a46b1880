package casefile

import (
	"bytes"
	"encoding/json"
	"strings"
)

// encode writes v the one way it is stored: keys sorted, no HTML escapes.
func encode(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// decode reads what encode wrote.
func decode(s string, into any) error {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return d.Decode(into)
}

// canon gives answers the types that procedure.FieldType promises, whichever
// way they came: whole numbers int64, lists of words []string, tables
// []map[string]any.
func canon(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case map[string]any:
		return canonMap(v)
	case []any:
		return canonList(v)
	default:
		return v
	}
}

func canonMap(m map[string]any) map[string]any {
	for k, v := range m {
		m[k] = canon(v)
	}
	return m
}

func canonList(list []any) any {
	words, rows := make([]string, 0, len(list)), make([]map[string]any, 0, len(list))
	for i, x := range list {
		list[i] = canon(x)
		switch x := list[i].(type) {
		case string:
			words = append(words, x)
		case map[string]any:
			rows = append(rows, x)
		}
	}
	switch {
	case len(words) == len(list):
		return words
	case len(rows) == len(list):
		return rows
	default:
		return list
	}
}

// through passes m through its stored form, so that what the engine decides on
// is exactly what replay will read.
func through(m map[string]any) (map[string]any, error) {
	if len(m) == 0 {
		return nil, nil
	}
	s, err := encode(m)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := decode(s, &out); err != nil {
		return nil, err
	}
	return canonMap(out), nil
}
