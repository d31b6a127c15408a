package rules

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Spec is a strategy's rules as they are written. All fields are text; an empty
// one is absent. At least one entry or exit must be given.
type Spec struct {
	// EntryLong and EntryShort are conditions to open a position; they are asked
	// when the strategy holds none on that side and has no open order in the symbol.
	// A position of the other side is closed first.
	EntryLong  string `yaml:"entry_long" json:"entry_long,omitempty"`
	EntryShort string `yaml:"entry_short" json:"entry_short,omitempty"`
	// ExitLong and ExitShort close a position of that side, Exit any.
	Exit      string `yaml:"exit" json:"exit,omitempty"`
	ExitLong  string `yaml:"exit_long" json:"exit_long,omitempty"`
	ExitShort string `yaml:"exit_short" json:"exit_short,omitempty"`
	// StopLoss and Target are prices, asked at an entry; side is 1 for long and -1
	// for short.
	StopLoss string `yaml:"stoploss" json:"stoploss,omitempty"`
	Target   string `yaml:"target" json:"target,omitempty"`
	// Quantity of an entry; default 1.
	Quantity string `yaml:"quantity" json:"quantity,omitempty"`
	// Confidence from 0 to 1; default 1.
	Confidence string `yaml:"confidence" json:"confidence,omitempty"`
	// Order is market (default) or limit; Price is an entry's limit, default price.
	// Exits are market orders.
	Order string `yaml:"order" json:"order,omitempty"`
	Price string `yaml:"price" json:"price,omitempty"`
	// Evaluate is on_close (default): when a candle closes; or every_tick: at
	// every update.
	Evaluate string `yaml:"evaluate" json:"evaluate,omitempty"`
}

// field is one entry of the table of rules.
type field struct {
	name string
	text func(*Spec) *string
}

var fields = []field{
	{"confidence", func(s *Spec) *string { return &s.Confidence }},
	{"entry_long", func(s *Spec) *string { return &s.EntryLong }},
	{"entry_short", func(s *Spec) *string { return &s.EntryShort }},
	{"evaluate", func(s *Spec) *string { return &s.Evaluate }},
	{"exit", func(s *Spec) *string { return &s.Exit }},
	{"exit_long", func(s *Spec) *string { return &s.ExitLong }},
	{"exit_short", func(s *Spec) *string { return &s.ExitShort }},
	{"order", func(s *Spec) *string { return &s.Order }},
	{"price", func(s *Spec) *string { return &s.Price }},
	{"quantity", func(s *Spec) *string { return &s.Quantity }},
	{"stoploss", func(s *Spec) *string { return &s.StopLoss }},
	{"target", func(s *Spec) *string { return &s.Target }},
}

// FromMap makes a Spec of names and texts, as configuration files have them. The
// error names what is not a rule and what is.
func FromMap(m map[string]string) (Spec, error) {
	var s Spec
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return Spec{}, fmt.Errorf("no rule is named %q; there are %s", name, fieldNames())
		}
		*fields[i].text(&s) = m[name]
	}
	return s, nil
}

// Map is the opposite of FromMap; absent rules are left out.
func (s Spec) Map() map[string]string {
	m := make(map[string]string)
	for _, f := range fields {
		if text := *f.text(&s); text != "" {
			m[f.name] = text
		}
	}
	return m
}

func fieldNames() string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// Error says which rule is wrong, where, and how.
type Error struct {
	Rule string
	// Line and Column count from 1; 0 when the whole rule is meant.
	Line, Column int
	Detail       string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("rule %s: %s", e.Rule, e.Detail)
	}
	return fmt.Sprintf("rule %s, line %d, column %d: %s", e.Rule, e.Line, e.Column, e.Detail)
}
