package configs

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// Account is one account and what it starts with. On start it becomes commands
// with ids derived from its content and the Revision, so that it takes effect
// once, however many nodes have the same file.
type Account struct {
	UserID     string          `yaml:"user_id" required:"-" check:"id"`
	Venue      string          `yaml:"venue" oneof:"paper"`
	Deposit    decimal.Decimal `yaml:"deposit"`
	Limits     risk.Limits     `yaml:"limits"`
	Strategies []Strategy      `yaml:"strategies"`
}

// Strategy is one strategy of an account.
type Strategy struct {
	// StrategyID is the key of its signals; empty: derived from the user and Name.
	StrategyID string   `yaml:"strategy_id" check:"id"`
	Name       string   `yaml:"name" required:"-" check:"id"`
	Symbols    []string `yaml:"symbols" required:"-" check:"id"`
	Timeframe  string   `yaml:"timeframe" check:"timeframe"`
	// Rules, or External for signals that come from outside.
	Rules    map[string]string `yaml:"rules"`
	External bool              `yaml:"external"`
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
	users := make(map[string]string)
	ids := make(map[string]string)
	for i := range cfg.Accounts {
		a := &cfg.Accounts[i]
		path := fmt.Sprintf("accounts[%d]", i)
		c.once(users, path+".user_id", a.UserID)
		c.money(path+".deposit", a.Deposit)
		for _, p := range a.Limits.Problems() {
			c.report(path+".limits."+p.Path, p.Value, p.Want)
		}
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

func (c *checker) money(path string, d decimal.Decimal) {
	if d.Sign() < 0 || !d.Bounded() {
		c.report(path, d.String(), "want 0 to 92233720368.54775807")
	}
}

func (c *checker) strategy(path string, s *Strategy) {
	if (len(s.Rules) > 0) == s.External {
		c.report(path, "", "want rules, or external: true")
	}
	if s.Symbols != nil && len(s.Symbols) == 0 {
		c.report(path+".symbols", "", "want at least one symbol")
	}
	if len(s.Rules) == 0 {
		return
	}
	spec, err := rules.FromMap(s.Rules)
	if err == nil {
		_, err = rules.Compile(spec)
	}
	if err != nil {
		c.report(path+".rules", "", err.Error())
	}
}
