package configs

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/spelling"
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
	where    map[string]spot
	keys     map[string]spot
	scalars  map[string]scalar
	bare     []string
	reported map[string]bool // paths with a problem already
	// unreadable are, of calendars, those that were reported before schedules were made.
	unreadable map[string]bool
	problems   []Problem
	warnings   []Problem
	// traded are the symbols of all strategies: rules may be shared.
	traded []string
}

// report adds a problem of a setting, unless one was found there before: a value
// that could not be read is told once.
func (c *checker) report(path, value, want string) {
	if !c.told(path) {
		c.reportAt(c.blame(path), path, value, want)
	}
}

// reportAt is report with a place that says more than the path's own, of which there
// may be several.
func (c *checker) reportAt(at spot, path, value, want string) {
	c.reported[path] = true
	c.problems = append(c.problems, problemAt(at, path, value, want))
}

// told tells whether a setting, or what it is part of, has a problem already.
func (c *checker) told(path string) bool {
	for p := path; p != ""; p = parent(p) {
		if c.reported[p] {
			return true
		}
	}
	return false
}

// placeIn gives the place of a line and column, both from 1, of a setting's text.
func (c *checker) placeIn(path string, line, column int) spot {
	s, ok := c.scalars[path]
	if !ok || line == 0 {
		return c.blame(path)
	}
	n := column - 1
	for i, text := range strings.Split(s.value, "\n") {
		if i == line-1 {
			break
		}
		n += len([]rune(text)) + 1
	}
	return s.locate(n)
}

// keyOf gives the place of a setting's key.
func (c *checker) keyOf(path string) spot {
	if at, ok := c.keys[path]; ok {
		return at
	}
	return c.blame(path)
}

// blame gives the source to look at. A shipped default is never wrong by itself:
// then it is the mapping around it that someone has written.
func (c *checker) blame(path string) spot {
	for p := path; p != ""; p = parent(p) {
		if w, ok := c.where[p]; ok && !strings.HasPrefix(w.source, shipped) {
			return w
		}
	}
	return nearest(c.where, path)
}

// parent cuts the last key or index off a path.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

func nearest(where map[string]spot, path string) spot {
	for p := path; p != ""; p = parent(p) {
		if w, ok := where[p]; ok {
			return w
		}
	}
	return spot{source: "configuration"}
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
			c.report(path, text, spelling.Hint(text, list)+wantOneOf(list))
		}
		return
	}
	if check := tag.Get("check"); check != "" && (text != "" || inList) {
		if want := valueChecks[check](text); want != "" {
			c.report(path, text, want)
		}
	}
	if slices.Contains(c.bare, path) { // what is right but for that is told so
		c.report(path, text, "want text: put it in quotes")
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
