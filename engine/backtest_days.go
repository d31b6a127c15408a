package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/performance"
)

// figures gives the settings of Sharpe and Sortino, with the days of each symbol.
func (b *backtest) figures() performance.Settings {
	settings := b.options.Figures
	byExchange := b.daysByExchange()
	settings.Days = func(symbol string) performance.Days {
		if exchange, traded := b.exchanges[symbol]; traded {
			return byExchange[exchange]
		}
		// Without a tick it has no days to count.
		return performance.Days{At: func(int64) (int64, bool) { return 0, false }}
	}
	return settings
}

// daysByExchange gives the days of the exchanges of traded symbols.
func (b *backtest) daysByExchange() map[string]performance.Days {
	calendars := b.config.MarketCalendars()
	out := make(map[string]performance.Days)
	for _, exchange := range b.exchanges {
		d := performance.TradingDays(calendars.For(exchange))
		if b.options.Zone != nil {
			d = performance.Dates(b.options.Zone, d.PerYear)
		}
		out[exchange] = d
	}
	return out
}

// namesOfExchanges are those of traded symbols.
func (b *backtest) namesOfExchanges() map[string]bool {
	out := make(map[string]bool)
	for _, exchange := range b.exchanges {
		out[exchange] = true
	}
	return out
}

// days says of which days Sharpe and Sortino are, and how many a year has.
func (b *backtest) days() string {
	byYear := make(map[float64][]string) // exchanges
	all := b.daysByExchange()
	names := slices.Sorted(maps.Keys(all))
	for i, name := range names {
		names[i] = cmp.Or(name, `""`)
		year := cmp.Or(b.options.Figures.DaysPerYear, all[name].PerYear)
		byYear[year] = append(byYear[year], names[i])
	}
	of := "trading days of " + listed(names)
	if b.options.Zone != nil {
		of = "dates of " + b.options.Zone.String()
	}
	var years []string
	for _, year := range slices.Backward(slices.Sorted(maps.Keys(byYear))) {
		text := fmt.Sprintf("%v a year", year)
		if len(byYear) > 1 {
			text += " of " + listed(byYear[year])
		}
		years = append(years, text)
	}
	text := of + ", " + strings.Join(years, ", ")
	if len(byYear) > 1 {
		text += ", the larger number where both are traded"
	}
	return text
}
