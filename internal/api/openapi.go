package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object of the document.
type object = map[string]any

// schemas collects the types that are named in the document.
type schemas struct{ named object }

// Document is the OpenAPI 3.1 description of the operations.
func Document(table []operation) ([]byte, error) {
	s := schemas{named: object{}}
	paths := object{}
	for _, op := range table {
		path := strings.TrimPrefix(op.path, prefix)
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(op.method)] = s.operation(op)
	}
	s.named["Problem"] = problemSchema()
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{"title": "Guanjia 管家", "version": "1", "description": "Cases, houses, people and calls of a property service centre. " +
			"Instants are RFC 3339; identifiers are text; phones are masked; errors are problem+json (RFC 9457) with a stable code."},
		"servers":  []any{object{"url": prefix}},
		"security": []any{object{"token": []any{}}},
		"paths":    paths,
		"components": object{
			"schemas":         s.named,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "A token of an integration, made under 设置 → 接口."}},
		},
	}, "", " ")
}

func (s schemas) operation(op operation) object {
	var params []any
	if strings.Contains(op.path, "{project}") {
		params = append(params, object{"name": "project", "in": "path", "required": true, "schema": object{"type": "string"}, "description": "code of the project"})
	}
	out := object{"operationId": op.name, "summary": op.summary, "tags": []any{op.tag}, "x-permission": op.permission}
	for i := range op.in.NumField() {
		f := op.in.Field(i)
		if f.Name == "Body" {
			out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(f.Type)}}}
			continue
		}
		for _, place := range []string{"path", "query", "header"} {
			if name := f.Tag.Get(place); name != "" {
				params = append(params, object{"name": name, "in": place, "required": place == "path", "schema": s.of(f.Type)})
			}
		}
	}
	if op.keyed() {
		params = append(params, object{"name": keyHeader, "in": "header", "required": false, "schema": object{"type": "string", "maxLength": mostKey}})
	}
	file := object{"application/octet-stream": object{"schema": object{"type": "string", "format": "binary"}}}
	if op.upload {
		out["requestBody"] = object{"required": true, "content": file}
	}
	if params != nil {
		out["parameters"] = params
	}
	done := object{"description": http.StatusText(op.status)}
	if op.out != nil {
		done["content"] = object{"application/json": object{"schema": s.of(op.out)}}
	}
	if op.download {
		done["content"] = object{"*/*": object{"schema": object{"type": "string", "format": "binary"}}}
	}
	problem := object{"description": "a problem", "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}
	out["responses"] = object{strconv.Itoa(op.status): done, "default": problem}
	return out
}

// of is the schema of a Go type.
func (s schemas) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[ID]():
		return object{"type": "string", "pattern": "^-?[0-9]+$"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		if _, known := s.named[t.Name()]; !known {
			s.named[t.Name()] = object{} // in case it names itself
			s.named[t.Name()] = s.record(t)
		}
		return object{"$ref": "#/components/schemas/" + t.Name()}
	default:
		return object{} // any value
	}
}

func (s schemas) record(t reflect.Type) object {
	properties := object{}
	var required []string
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties[name] = s.of(f.Type)
		if option != "omitempty" {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	out := object{"type": "object", "properties": properties}
	if required != nil {
		out["required"] = required
	}
	return out
}

func problemSchema() object {
	str := object{"type": "string"}
	return object{
		"type": "object", "required": []string{"type", "title", "status", "detail", "code", "instance"},
		"properties": object{
			"type": str, "title": str, "status": object{"type": "integer"}, "detail": str,
			"code":     object{"type": "string", "description": "stable, for programs"},
			"instance": object{"type": "string", "description": "error number, found in the log"},
			"errors":   object{"type": "array", "items": object{"type": "object", "properties": object{"path": str, "code": str, "message": str}}},
		},
	}
}
