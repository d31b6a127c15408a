package account

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/spelling"
)

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// misread finds the field of a command's data that can't be read into a type, and
// says what is wrong with it; nil when all can. encoding/json names the field of
// some errors only.
func misread(raw json.RawMessage, t reflect.Type, path string) error {
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler) {
		return unreadable(raw, t, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return misreadFields(raw, t, path)
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return fmt.Errorf("%s is %.40s; want a list", path, raw)
		}
		for i, item := range items {
			if err := misread(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return unreadable(raw, t, path)
}

// fieldsOf gives the fields that an object has on the wire, by name.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func misreadFields(raw json.RawMessage, t reflect.Type, path string) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return fmt.Errorf("%s is %.40s; want an object", path, raw)
	}
	fields := fieldsOf(t)
	known := slices.Sorted(maps.Keys(fields))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		field := path + "." + name
		if fields[name] == nil {
			return fmt.Errorf("%s: unknown field: %sknown here: %s", field, spelling.Hint(name, known), strings.Join(known, ", "))
		}
		if err := misread(members[name], fields[name], field); err != nil {
			return err
		}
	}
	return nil
}

// unreadable tells why a value is not one of a type, in the words of who writes it.
func unreadable(raw json.RawMessage, t reflect.Type, path string) error {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return nil
	}
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s is %.40s; want %s", path, raw, wantedOf(t))
}

func wantedOf(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return "a text"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int64:
		return "a whole number"
	case reflect.Map:
		return "an object"
	}
	return "a number"
}
