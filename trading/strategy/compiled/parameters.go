package compiled

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/spelling"
)

// Parameters are what a deployment gives a compiled strategy, as texts by name.
// Each method declares one parameter and gives its value, or the default when it is
// not given. Problems are collected: all are reported together, and so is a given
// name that was never asked for. A default out of bounds, or a name asked for twice,
// is a bug of the strategy and panics.
type Parameters struct {
	given map[string]string
	known []string
	errs  []error
}

// ParameterError is one parameter that is wrong.
type ParameterError struct {
	Name, Value string
	// Want says what is allowed.
	Want string
}

func (e *ParameterError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("parameter %s: %s", e.Name, e.Want)
	}
	return fmt.Sprintf("parameter %s: %q: %s", e.Name, e.Value, e.Want)
}

// Number is a finite number from least to most.
func (p *Parameters) Number(name string, absent, least, most float64) float64 {
	inside := func(v float64) bool { return v >= least && v <= most }
	want := fmt.Sprintf("want a number from %v to %v", least, most)
	return read(p, name, absent, want, inside, func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })
}

// Whole is a whole number from least to most.
func (p *Parameters) Whole(name string, absent, least, most int) int {
	inside := func(v int) bool { return v >= least && v <= most }
	return read(p, name, absent, fmt.Sprintf("want a whole number from %d to %d", least, most), inside, strconv.Atoi)
}

// Money is a decimal number from least to most, which are decimals as text.
func (p *Parameters) Money(name, absent, least, most string) decimal.Decimal {
	low, high := decimal.MustParse(least), decimal.MustParse(most)
	inside := func(v decimal.Decimal) bool { return v.GreaterEq(low) && v.LessEq(high) && v.Bounded() }
	return read(p, name, decimal.MustParse(absent), fmt.Sprintf("want a number from %s to %s", least, most), inside, decimal.Parse)
}

// Duration is a length of event time from least to most.
func (p *Parameters) Duration(name string, absent, least, most time.Duration) time.Duration {
	inside := func(v time.Duration) bool { return v >= least && v <= most }
	return read(p, name, absent, fmt.Sprintf("want a duration from %v to %v, such as 5m", least, most), inside, time.ParseDuration)
}

// Choice is one of several texts; the first is the default.
func (p *Parameters) Choice(name string, choices ...string) string {
	inside := func(v string) bool { return slices.Contains(choices, v) }
	return read(p, name, choices[0], "want "+strings.Join(choices, " or "), inside, func(text string) (string, error) { return text, nil })
}

// Truth is true or false.
func (p *Parameters) Truth(name string, absent bool) bool {
	given := "false"
	if absent {
		given = "true"
	}
	return read(p, name, given, "want true or false", func(v string) bool { return v == "true" || v == "false" },
		func(text string) (string, error) { return text, nil }) == "true"
}

// Symbol is the name of another symbol; "" when it is not given and required is
// false.
func (p *Parameters) Symbol(name string, required bool) string {
	return read(p, name, "", "want a symbol", func(v string) bool { return !required && v == "" || v != "" && len(v) <= 200 },
		func(text string) (string, error) { return text, nil }, required)
}

// read takes one parameter; required ones have no default.
func read[T any](p *Parameters, name string, absent T, want string, inside func(T) bool, parse func(string) (T, error), required ...bool) T {
	if slices.Contains(p.known, name) {
		panic(fmt.Sprintf("parameter %s is read twice", name))
	}
	p.known = append(p.known, name)
	text, given := p.given[name]
	if !given {
		if len(required) > 0 && required[0] {
			p.errs = append(p.errs, &ParameterError{Name: name, Want: "must be given: " + want})
		} else if !inside(absent) {
			panic(fmt.Sprintf("parameter %s: its default %v is not allowed; %s", name, absent, want))
		}
		return absent
	}
	v, err := parse(text)
	if err != nil || !inside(v) {
		p.errs = append(p.errs, &ParameterError{Name: name, Value: text, Want: want})
		return absent
	}
	return v
}

// err gives everything that is wrong.
func (p *Parameters) err() error {
	errs := p.errs
	for _, name := range slices.Sorted(maps.Keys(p.given)) {
		if !slices.Contains(p.known, name) {
			errs = append(errs, &ParameterError{Name: name, Value: p.given[name], Want: "no such parameter: " + spelling.Hint(name, p.known) + "there are " + listOf(p.known)})
		}
	}
	return errors.Join(errs...)
}
