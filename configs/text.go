package configs

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

var (
	durationType        = reflect.TypeFor[time.Duration]()
	decimalType         = reflect.TypeFor[decimal.Decimal]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// tooLarge is what a number is told that is beyond what comes from outside may be.
const tooLarge = "is out of all bounds: want a number of at most 92233720368.54775807"

// isText tells whether a type reads itself from one piece of text.
func isText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textUnmarshalerType) }

// isScalar tells whether a setting of that type is written as one value.
func isScalar(t reflect.Type) bool {
	if isText(t) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float64:
		return true
	default:
		return false
	}
}

// isList tells whether a setting of that type may be written as values with
// commas between them, in the environment and in flags.
func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice && isScalar(t.Elem()) }

// setText sets v from text. It returns "" or what is wanted instead.
func setText(v reflect.Value, text string) string {
	if isText(v.Type()) {
		fresh := reflect.New(v.Type())
		if err := fresh.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			if _, number := strconv.ParseFloat(text, 64); v.Type() == decimalType && (number == nil || errors.Is(number, strconv.ErrRange)) {
				return tooLarge
			}
			return meant(v, text) + "want " + wantOf(v.Type())
		}
		// A limit that is too small to hold must not become none.
		mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
		if d, ok := fresh.Interface().(*decimal.Decimal); ok && d.IsZero() && strings.ContainsAny(mantissa, "123456789") {
			return "want " + wantOf(v.Type()) + ": the smallest is 0.00000001"
		}
		if d, ok := fresh.Interface().(*decimal.Decimal); ok && !d.Bounded() {
			return tooLarge
		}
		v.Set(fresh.Elem())
		return ""
	}
	if v.Type() == durationType {
		d, err := time.ParseDuration(text)
		if err != nil {
			return "want " + wantOf(v.Type())
		}
		v.SetInt(int64(d))
		return ""
	}
	return setBasic(v, text)
}

// meant asks for what a text was probably meant to be, where its type knows.
func meant(v reflect.Value, text string) string {
	if m, ok := v.Interface().(interface{ Meant(text string) string }); ok {
		if right := m.Meant(text); right != "" {
			return "did you mean " + right + "? "
		}
	}
	return ""
}

func setBasic(v reflect.Value, text string) string {
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return "want " + wantOf(v.Type())
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		var n int64
		if n, err = strconv.ParseInt(text, 10, v.Type().Bits()); err == nil {
			v.SetInt(n)
		}
	case reflect.Float64:
		var f float64
		if f, err = strconv.ParseFloat(text, 64); err == nil {
			v.SetFloat(f)
		}
	default:
		return "can't be set to one value"
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return "is out of all bounds: want " + wantOf(v.Type()) + " that is nearer to 0"
	case err != nil:
		return "want " + wantOf(v.Type())
	}
	return ""
}

// setList sets v, a slice of scalars, from values with commas between them; an
// empty text is an empty list.
func setList(v reflect.Value, text string) string {
	list := reflect.MakeSlice(v.Type(), 0, 4)
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if want := setText(item, part); want != "" {
			return want + " (several with commas between them)"
		}
		list = reflect.Append(list, item)
	}
	v.Set(list)
	return ""
}

// wantOf names what a type takes, for messages.
func wantOf(t reflect.Type) string {
	if t == durationType {
		return "a duration such as 500ms, 30s, 5m or 3h"
	}
	if isText(t) {
		if w, ok := reflect.New(t).Interface().(interface{ Allowed() string }); ok {
			return w.Allowed()
		}
		if t.Name() == "Decimal" {
			return "a number with at most 8 decimal places"
		}
		return "a " + strings.ToLower(t.Name())
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	default:
		return "a mapping of keys to values"
	}
}

// textOf writes a setting as setText and setList read it.
func textOf(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		if b, err := m.MarshalText(); err == nil {
			return string(b)
		}
	}
	if v.Kind() == reflect.Slice {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = textOf(v.Index(i))
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}
