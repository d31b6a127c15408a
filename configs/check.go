package configs

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker goes through the settings and reports what their tags forbid:
//
//	range:"1..5"   whole numbers, numbers and durations; either end may lack
//	oneof:"a,b"    text
//	check:"name"   text, by one of the checks of values.go
//	required:"-"   text or list that must not be empty
//
// A tag of a list holds for each of its elements.
type checker struct {
	where    map[string]string
	spots    map[string]spot
	reported map[string]bool // paths with a problem already
	problems []Problem
}

// report adds a problem of a setting, unless one was found there before: a value
// that could not be read is told once.
func (c *checker) report(path, value, want string) { c.reportAt("", path, value, want) }

// reportAt is report with a place that says more than the path's own; "" for the
// path's own.
func (c *checker) reportAt(where, path, value, want string) {
	for p := path; p != ""; p = parent(p) {
		if c.reported[p] {
			return
		}
	}
	c.reported[path] = true
	if where == "" {
		where = c.blame(path)
	}
	c.problems = append(c.problems, Problem{Where: where, Path: path, Value: value, Want: want})
}

// placeIn gives the file, line and column of a place in a setting's text, both from
// 1; without a column when the text is not written as it is read.
func (c *checker) placeIn(path string, line, column int) string {
	at, ok := c.spots[path]
	switch {
	case !ok || line == 0:
		return ""
	case at.block:
		return fmt.Sprintf("%s:%d:%d", at.file, at.line+line, at.column+column-1)
	case at.column == 0 || line > 1:
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", at.file, at.line, at.column+column-1)
}

// blame gives the source to look at. A shipped default is never wrong by itself:
// then it is the mapping around it that someone has written.
func (c *checker) blame(path string) string {
	for p := path; p != ""; p = parent(p) {
		if w, ok := c.where[p]; ok && !strings.HasPrefix(w, shipped) {
			return w
		}
	}
	return nearest(c.where, path)
}

// parent cuts the last key or index off a path.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

func nearest(where map[string]string, path string) string {
	for p := path; p != ""; p = parent(p) {
		if w, ok := where[p]; ok {
			return w
		}
	}
	return "configuration"
}

// walk checks the tags of v, a struct, and of all structs inside.
func (c *checker) walk(path string, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if key := keyOf(field); key != "" {
			c.field(join(path, key), v.Field(i), field.Tag)
		}
	}
}

func (c *checker) field(path string, v reflect.Value, tag reflect.StructTag) {
	if _, required := tag.Lookup("required"); required && v.IsZero() {
		c.report(path, "", "must be given: want "+wantOf(v.Type()))
		return
	}
	switch {
	case isScalar(v.Type()):
		c.scalar(path, v, tag, false)
	case v.Kind() == reflect.Pointer:
		// What a pointer leads to has checks of its own: see accounts.go.
	case v.Kind() == reflect.Struct:
		c.walk(path, v)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			c.element(fmt.Sprintf("%s[%d]", path, i), v.Index(i), tag)
		}
	case v.Kind() == reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			c.element(join(path, k.String()), v.MapIndex(k), tag)
		}
	}
}

func (c *checker) element(path string, v reflect.Value, tag reflect.StructTag) {
	if v.Kind() == reflect.Struct && !isScalar(v.Type()) {
		c.walk(path, v)
		return
	}
	c.scalar(path, v, tag, true)
}

func (c *checker) scalar(path string, v reflect.Value, tag reflect.StructTag, inList bool) {
	if limits := tag.Get("range"); limits != "" {
		if want := outside(v, limits); want != "" {
			c.report(path, textOf(v), want)
		}
		return
	}
	if v.Kind() != reflect.String {
		return
	}
	text := v.String()
	if allowed := tag.Get("oneof"); allowed != "" {
		list := strings.Split(allowed, ",")
		if !slices.Contains(list, text) {
			c.report(path, text, wantOneOf(list))
		}
		return
	}
	check := tag.Get("check")
	if check == "" || text == "" && !inList {
		return
	}
	if want := valueChecks[check](text); want != "" {
		c.report(path, text, want)
	}
}

func wantOneOf(list []string) string {
	if len(list) == 1 {
		return "want " + list[0]
	}
	if list[0] == "" {
		return "want one of " + strings.Join(list[1:], ", ") + ", or nothing"
	}
	return "want one of " + strings.Join(list, ", ")
}

// outside gives what is wanted when v is not within limits, "low..high".
func outside(v reflect.Value, limits string) string {
	low, high, _ := strings.Cut(limits, "..")
	x := number(v)
	lowest, highest := bound(low, v.Type(), math.Inf(-1)), bound(high, v.Type(), math.Inf(1))
	if x >= lowest && x <= highest {
		return ""
	}
	switch {
	case high == "":
		return "want " + low + " or more"
	case low == "":
		return "want " + high + " or less"
	default:
		return "want " + low + " to " + high
	}
}

func number(v reflect.Value) float64 {
	if v.CanInt() {
		return float64(v.Int())
	}
	return v.Float()
}

func bound(text string, t reflect.Type, none float64) float64 {
	if text == "" {
		return none
	}
	if t == durationType {
		d, err := time.ParseDuration(text)
		if err != nil {
			panic("configs: range of a setting: " + err.Error())
		}
		return float64(d)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic("configs: range of a setting: " + err.Error())
	}
	return f
}
