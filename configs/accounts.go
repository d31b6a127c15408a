package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy/compiled"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// Account is one account and what it starts with. On start it becomes commands
// with ids derived from its content and the Revision, so that it takes effect
// once, however many nodes have the same file.
type Account struct {
	UserID  string          `yaml:"user_id" required:"-" check:"id"`
	Venue   string          `yaml:"venue" oneof:"paper"`
	Deposit decimal.Decimal `yaml:"deposit"`
	Limits  risk.Limits     `yaml:"limits"`
	Paper   Paper           `yaml:"paper"`
	// Cost is what a close costs: average (also when empty) or fifo.
	Cost position.Method `yaml:"cost" oneof:",average,fifo"`
	// Instruments say how single symbols trade, in place of what Paper says.
	Instruments Instruments `yaml:"instruments"`
	Strategies  []Strategy  `yaml:"strategies"`
}

// Strategy is one strategy of an account.
type Strategy struct {
	// StrategyID is the key of its signals; empty: derived from the user and Name.
	StrategyID string   `yaml:"strategy_id" check:"id"`
	Name       string   `yaml:"name" required:"-" check:"id"`
	Symbols    []string `yaml:"symbols" required:"-" check:"id"`
	Timeframe  string   `yaml:"timeframe" check:"timeframe"`
	// One of: Rules by name; Code, the name of a compiled strategy, with its
	// Parameters; External for signals that come from outside.
	Rules      map[string]RuleText `yaml:"rules"`
	Code       string              `yaml:"code" check:"id"`
	Parameters map[string]RuleText `yaml:"parameters"`
	External   bool                `yaml:"external"`
}

// RuleText is one rule or parameter. It may be written as a text, a number or a
// truth, with quotes or without.
type RuleText string

// UnmarshalText takes any text.
func (r *RuleText) UnmarshalText(b []byte) error {
	*r = RuleText(b)
	return nil
}

// MarshalText gives the text.
func (r RuleText) MarshalText() ([]byte, error) { return []byte(r), nil }

// Allowed says what may be written.
func (r RuleText) Allowed() string { return "a text, a number, true or false" }

// Texts gives rules or parameters as plain texts; nil for none.
func Texts(m map[string]RuleText) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for name, text := range m {
		out[name] = string(text)
	}
	return out
}

func (l *loader) accountDefaults() {
	for i := range l.config.Accounts {
		a := &l.config.Accounts[i]
		if a.Venue == "" {
			a.Venue = "paper"
		}
		for j := range a.Strategies {
			if a.Strategies[j].Timeframe == "" {
				a.Strategies[j].Timeframe = l.config.Symbols.Timeframe
			}
		}
	}
}

// accounts checks what tags can't say.
func (c *checker) accounts(cfg *Config) {
	if len(cfg.Accounts) > 0 && cfg.Symbols.Emit.Mode == EmitOnClose {
		c.report("symbols.emit", EmitOnClose, "want every_tick or an interval such as 1s, for there are accounts: they trade at the prices of ticks, and closes tell of none")
	}
	users := make(map[string]string)
	ids := make(map[string]string)
	for i := range cfg.Accounts {
		for j := range cfg.Accounts[i].Strategies {
			c.traded = append(c.traded, cfg.Accounts[i].Strategies[j].Symbols...)
		}
	}
	slices.Sort(c.traded)
	c.traded = slices.Compact(c.traded)
	for i := range cfg.Accounts {
		a := &cfg.Accounts[i]
		path := fmt.Sprintf("accounts[%d]", i)
		c.once(users, path+".user_id", a.UserID)
		c.money(path+".deposit", a.Deposit)
		for _, p := range a.Limits.Problems() {
			if at := path + ".limits." + p.Path; !c.reported[at+".from"] && !c.reported[at+".to"] { // one that could not be read counts as 00:00
				c.report(at, p.Value, p.Want)
			}
		}
		c.paper(path+".paper", &a.Paper)
		c.instruments(path+".instruments", a.Instruments)
		if a.Venue != "paper" && cfg.Processing.Guarantee.Account != "exactly_once" {
			c.report(path+".venue", a.Venue, "want processing.guarantee.account exactly_once for a live venue")
		}
		names := make(map[string]string)
		for j := range a.Strategies {
			s := &a.Strategies[j]
			at := fmt.Sprintf("%s.strategies[%d]", path, j)
			c.once(names, at+".name", s.Name)
			c.once(ids, at+".strategy_id", s.StrategyID)
			c.strategy(at, s)
		}
	}
}

// once reports a value that an earlier path has, too.
func (c *checker) once(seen map[string]string, path, value string) {
	if value == "" {
		return
	}
	if first, twice := seen[value]; twice {
		c.report(path, value, "given twice: it is "+first+", too")
		return
	}
	seen[value] = path
}

func (c *checker) paper(path string, p *Paper) {
	if p.Latency%time.Millisecond != 0 {
		c.report(path+".latency", p.Latency.String(), "want whole milliseconds")
	}
	c.fees(path+".fees", p.Fees)
	settings := p.Settings()
	for _, wrong := range settings.Problems() {
		c.report(path+"."+ownFees.Replace(wrong.Path), wrong.Value, wrong.Want)
	}
}

// ownFees gives the settings' names of what an account calls otherwise.
var ownFees = strings.NewReplacer("latency_ms", "latency", "own_fees.round", "fee_step", "own_fees", "charges")

func (c *checker) money(path string, d decimal.Decimal) {
	if d.Sign() < 0 || !d.Bounded() {
		c.report(path, d.String(), "want 0 to 92233720368.54775807")
	}
}

func (c *checker) strategy(path string, s *Strategy) {
	if c.reported[path+".rules"] || c.reported[path+".code"] || c.reported[path+".external"] {
		return // which one is meant could not be read
	}
	kinds := 0
	for _, given := range []bool{len(s.Rules) > 0, s.Code != "", s.External} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		c.report(path, "", "want one of rules, code, and external: true")
		return
	}
	if s.Symbols != nil && len(s.Symbols) == 0 {
		c.report(path+".symbols", "", "want at least one symbol")
	}
	symbols := make(map[string]string)
	for i, symbol := range s.Symbols {
		c.once(symbols, fmt.Sprintf("%s.symbols[%d]", path, i), symbol)
	}
	if s.Code == "" && len(s.Parameters) > 0 {
		c.report(path+".parameters", "", "only code has parameters")
	}
	tf, err := market.ParseTimeframe(s.Timeframe)
	if err != nil { // reported where its tag is checked; the rest is checked with one that allows most
		tf = market.MustParseTimeframe("1min")
	}
	switch {
	case s.External:
	case s.Code != "":
		c.code(path, s, tf)
	default:
		c.rules(path+".rules", s, tf)
	}
}

// rules compiles the rules and reports each that is wrong at its own place.
func (c *checker) rules(path string, s *Strategy, tf market.Timeframe) {
	spec, err := rules.FromMap(Texts(s.Rules))
	unfit := each[*rules.Error](err)
	unread := c.reported[path+".entry_long"] || c.reported[path+".entry_short"]
	for _, wrong := range unfit {
		if unread && slices.Contains([]string{"", "exit_long", "exit_short"}, wrong.Rule) {
			continue // there is an entry
		}
		at := strings.TrimSuffix(path+"."+wrong.Rule, ".")
		c.reportAt(c.keyOf(at), at, "", wrong.Detail)
	}
	for _, timed := range []string{"session", "windows", "square_off"} {
		if s.Rules["zone"] == "" && s.Rules[timed] != "" {
			at := path + "." + timed
			c.warnings = append(c.warnings, problemAt(c.blame(at), at, string(s.Rules[timed]), "is in UTC, for no zone is given: write zone: Asia/Kolkata for times of India, say, or zone: UTC"))
			break
		}
	}
	for _, wrong := range each[*rules.Error](rules.Check(spec, tf, s.Symbols, c.traded)) {
		if wrong.Rule == "" && len(unfit) > 0 {
			continue // what lacks may be what is misspelt
		}
		at := strings.TrimSuffix(path+"."+wrong.Rule, ".")
		c.reportAt(c.placeIn(at, wrong.Line, wrong.Column), at, "", wrong.Detail)
	}
}

// code makes the compiled strategy and reports each parameter that is wrong.
func (c *checker) code(path string, s *Strategy, tf market.Timeframe) {
	_, err := compiled.New(s.Code, compiled.Place{StrategyID: s.Name, Symbols: s.Symbols, Timeframe: tf}, Texts(s.Parameters))
	wrong := each[*compiled.ParameterError](err)
	for _, p := range wrong {
		at := path + ".parameters." + p.Name
		c.report(at, p.Value, p.Want)
	}
	switch {
	case err == nil || len(wrong) > 0:
	case !slices.Contains(compiled.Names(), s.Code):
		c.report(path+".code", s.Code, compiled.WantName(s.Code))
	default:
		c.report(path+".code", s.Code, err.Error())
	}
}

// each gives the errors of a type that are joined in err.
func each[T error](err error) []T {
	var list []T
	switch e := err.(type) { //nolint:errorlint // goes down all branches itself
	case nil:
	case T:
		list = append(list, e)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, each[T](inner)...)
		}
	case interface{ Unwrap() error }:
		list = each[T](e.Unwrap())
	}
	return list
}
