package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy/rules"
)

// outsideHours warns of strategies whose times of day never come while the exchange of a
// symbol trades, mostly because they are another zone's.
func (b *backtest) outsideHours() []string {
	var out []string
	for i := range b.config.Accounts {
		a := &b.config.Accounts[i]
		for j := range a.Strategies {
			s := &a.Strategies[j]
			exchanges := make(map[string]bool)
			for _, symbol := range s.Symbols {
				if exchange, known := b.exchanges[symbol]; known {
					exchanges[exchange] = true
				}
			}
			for _, exchange := range slices.Sorted(maps.Keys(exchanges)) {
				if names := strategyOutside(s, b.config.MarketCalendars().For(exchange), b.firstMs); len(names) > 0 {
					out = append(out, fmt.Sprintf("%s of %s %s: never while %s trades, for %s", strings.Join(names, " and "), a.UserID, s.Name, exchange, zoneOfRules(s)))
				}
			}
		}
	}
	return out
}

// strategyOutside gives the rules of a strategy that never matter at an exchange.
func strategyOutside(s *configs.Strategy, exchange market.Calendar, fromMs int64) []string {
	spec, err := rules.FromMap(configs.Texts(s.Rules))
	if err != nil {
		return nil // it has none: code, or signals from outside
	}
	tf, err := market.ParseTimeframe(s.Timeframe)
	if err != nil {
		return nil
	}
	p, err := rules.Compile(spec, tf)
	if err != nil {
		return nil
	}
	return p.OutsideHours(exchange, fromMs)
}

// zoneOfRules says whose times a strategy's rules have.
func zoneOfRules(s *configs.Strategy) string {
	if zone := s.Rules["zone"]; zone != "" {
		return "times of day are " + string(zone) + "'s"
	}
	return "times of day are UTC's where no zone is given"
}
