package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Spec is a strategy's rules as they are written. All fields are text; an empty
// one is absent. At least one entry or exit must be given; FromMap wants an entry.
type Spec struct {
	// Let gives names to expressions, one a line, for all other rules:
	//
	//	ratio = of("A", close) / of("B", close)
	//	z = (ratio - average(ratio, 20)) / stdev(ratio, 20)
	Let string `yaml:"let" json:"let,omitempty"`
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
	// TrailingStop is a distance in price, asked at an entry: the stop follows the
	// best traded price since then at that distance.
	TrailingStop string `yaml:"trailing_stop" json:"trailing_stop,omitempty"`
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

	// Zone is the IANA time zone of all times of day; default UTC.
	Zone string `yaml:"zone" json:"zone,omitempty"`
	// Session is when the market trades, such as 09:15-15:30; default the whole day.
	// It makes day_open and its like, aligns timeframes, and nothing is entered
	// outside of it. 18:00-17:00 ends on the next day.
	Session string `yaml:"session" json:"session,omitempty"`
	// Windows are when entries are allowed, such as "mon-thu 09:20-11:30,
	// 13:30-15:00"; default always. A window that ends before it begins goes on to
	// the next day.
	Windows string `yaml:"windows" json:"windows,omitempty"`
	// SquareOff is the time of day from which positions are closed and nothing is
	// entered until the session ends; default never.
	SquareOff string `yaml:"square_off" json:"square_off,omitempty"`
	// CoolDown is how long after the end of a position in a symbol nothing is entered
	// in it; default 0s.
	CoolDown string `yaml:"cool_down" json:"cool_down,omitempty"`
	// MaxTradesADay bounds the positions opened in a symbol in one session; default
	// no bound.
	MaxTradesADay string `yaml:"max_trades_a_day" json:"max_trades_a_day,omitempty"`
	// MaxAge is how many candles of its timeframe a value of another stream may have
	// missed; default 1. Wait is how long a candle's close waits for the candles of
	// other streams that end with it; default 5s, at most half a candle.
	MaxAge string `yaml:"max_age" json:"max_age,omitempty"`
	Wait   string `yaml:"wait" json:"wait,omitempty"`
	// AllowCold lets rules use values that are older than MaxAge, and days that were
	// not followed from their first candle on. AllowGaps lets them use values that candles with
	// missing ticks went into. Both default to false.
	AllowCold string `yaml:"allow_cold" json:"allow_cold,omitempty"`
	AllowGaps string `yaml:"allow_gaps" json:"allow_gaps,omitempty"`
}

// ruleField is one entry of the table of rules.
type ruleField struct {
	name string
	text func(*Spec) *string
}

var fields = []ruleField{
	{"allow_cold", func(s *Spec) *string { return &s.AllowCold }},
	{"allow_gaps", func(s *Spec) *string { return &s.AllowGaps }},
	{"confidence", func(s *Spec) *string { return &s.Confidence }},
	{"cool_down", func(s *Spec) *string { return &s.CoolDown }},
	{"entry_long", func(s *Spec) *string { return &s.EntryLong }},
	{"entry_short", func(s *Spec) *string { return &s.EntryShort }},
	{"evaluate", func(s *Spec) *string { return &s.Evaluate }},
	{"exit", func(s *Spec) *string { return &s.Exit }},
	{"exit_long", func(s *Spec) *string { return &s.ExitLong }},
	{"exit_short", func(s *Spec) *string { return &s.ExitShort }},
	{"let", func(s *Spec) *string { return &s.Let }},
	{"max_age", func(s *Spec) *string { return &s.MaxAge }},
	{"max_trades_a_day", func(s *Spec) *string { return &s.MaxTradesADay }},
	{"order", func(s *Spec) *string { return &s.Order }},
	{"price", func(s *Spec) *string { return &s.Price }},
	{"quantity", func(s *Spec) *string { return &s.Quantity }},
	{"session", func(s *Spec) *string { return &s.Session }},
	{"square_off", func(s *Spec) *string { return &s.SquareOff }},
	{"stoploss", func(s *Spec) *string { return &s.StopLoss }},
	{"target", func(s *Spec) *string { return &s.Target }},
	{"trailing_stop", func(s *Spec) *string { return &s.TrailingStop }},
	{"wait", func(s *Spec) *string { return &s.Wait }},
	{"windows", func(s *Spec) *string { return &s.Windows }},
	{"zone", func(s *Spec) *string { return &s.Zone }},
}

// FromMap makes a Spec of names and texts, as configuration files and commands have
// them. The error joins an *Error for each name that is no rule, and for rules that
// could never matter: exits without an entry. One without a rule is about all of them.
func FromMap(m map[string]string) (Spec, error) {
	var s Spec
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(m)) {
		i := slices.IndexFunc(fields, func(f ruleField) bool { return f.name == name })
		if i < 0 {
			errs = append(errs, &Error{Rule: name, Detail: noRule(name)})
			continue
		}
		*fields[i].text(&s) = m[name]
	}
	if len(errs) == 0 { // one of them may be meant as the entry
		errs = s.withoutEntry()
	}
	return s, errors.Join(errs...)
}

// withoutEntry reports what waits for an entry that no rule makes.
func (s *Spec) withoutEntry() []error {
	const want = `want %s with it; one that is "false" lets what is held run off`
	var errs []error
	if s.EntryLong == "" && s.EntryShort == "" {
		return []error{&Error{Detail: "no entry, so the strategy would never trade: " + fmt.Sprintf(want, "entry_long or entry_short")}}
	}
	if s.EntryLong == "" && s.ExitLong != "" {
		errs = append(errs, &Error{Rule: "exit_long", Detail: "nothing is ever bought to be sold: " + fmt.Sprintf(want, "entry_long")})
	}
	if s.EntryShort == "" && s.ExitShort != "" {
		errs = append(errs, &Error{Rule: "exit_short", Detail: "nothing is ever sold short to be bought back: " + fmt.Sprintf(want, "entry_short")})
	}
	return errs
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

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// Error says which rule is wrong, where, and how.
type Error struct {
	// Rule is empty when all rules together are meant.
	Rule string
	// Line and Column count from 1; 0 when the whole rule is meant.
	Line, Column int
	Detail       string
}

func (e *Error) Error() string {
	if e.Rule == "" {
		return "rules: " + e.Detail
	}
	if e.Line == 0 {
		return fmt.Sprintf("rule %s: %s", e.Rule, e.Detail)
	}
	return fmt.Sprintf("rule %s, line %d, column %d: %s", e.Rule, e.Line, e.Column, e.Detail)
}
