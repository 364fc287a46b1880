package api

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func table() []operation { return New(Options{}).table }

// TestDocumentSaysWhatTheRoutesDo holds the description to the routes: every
// route of the interface is described, every parameter of its address too, and
// every name that is referred to is there. Proves PLT-09.
func TestDocumentSaysWhatTheRoutesDo(t *testing.T) {
	t.Parallel()
	raw, err := Document(table())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Permission  string `json:"x-permission"`
			Parameters  []struct{ Name, In string }
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	seen := map[string]bool{}
	s := New(Options{})
	for _, route := range s.Module().Routes {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if strings.HasSuffix(path, "/openapi.json") {
			continue
		}
		op, ok := doc.Paths[strings.TrimPrefix(path, prefix)][strings.ToLower(method)]
		if !ok {
			t.Errorf("%s is not described", route.Pattern)
			continue
		}
		if op.OperationID == "" || seen[op.OperationID] {
			t.Errorf("%s: name %q is empty or doubled", route.Pattern, op.OperationID)
		}
		seen[op.OperationID] = true
		if op.Permission != route.Permission {
			t.Errorf("%s: described with %q, asks for %q", route.Pattern, op.Permission, route.Permission)
		}
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			if !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == m[1] && p.In == "path" }) {
				t.Errorf("%s: parameter %s is not described", route.Pattern, m[1])
			}
		}
	}
	for _, m := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(string(raw), -1) {
		if doc.Components.Schemas[m[1]] == nil {
			t.Errorf("schema %s is referred to and not there", m[1])
		}
	}
}

// TestInputsAreTagged finds a field that could never be filled in.
func TestInputsAreTagged(t *testing.T) {
	t.Parallel()
	for _, op := range table() {
		for i := range op.in.NumField() {
			f := op.in.Field(i)
			if f.Name == "Body" {
				continue
			}
			name := f.Tag.Get("path")
			if name != "" && !strings.Contains(op.path, "{"+name+"}") {
				t.Errorf("%s: %s is not in the address", op.name, name)
			}
			if name == "" && f.Tag.Get("query") == "" && f.Tag.Get("header") == "" {
				t.Errorf("%s: %s has no place", op.name, f.Name)
			}
		}
	}
}

func TestIDReadsTextAndNumber(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]ID{`"9007199254740993"`: 9007199254740993, `7`: 7, `null`: 0, `""`: 0} {
		var id ID
		if err := json.Unmarshal([]byte(raw), &id); err != nil || id != want {
			t.Errorf("%s: %d, %v", raw, id, err)
		}
	}
	var id ID
	if err := json.Unmarshal([]byte(`"x"`), &id); err == nil {
		t.Error("letters were taken")
	}
	if got, err := json.Marshal(map[ID]ID{5: 6}); err != nil || string(got) != `{"5":"6"}` {
		t.Errorf("%s %v", got, err)
	}
	if reflect.TypeFor[ID]().Kind() != reflect.Int64 {
		t.Error("an ID is no int64 any more")
	}
}
