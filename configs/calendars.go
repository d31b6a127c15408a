package configs

import (
	"fmt"
	"maps"
	"slices"

	"github.com/velox-trading/velox/trading/market"
)

// MarketCalendars gives the calendars of the configured exchanges.
func (c *Config) MarketCalendars() (market.Calendars, error) {
	out := make(market.Calendars, len(c.Calendars))
	for _, name := range sortedKeys(c.Calendars) {
		cal := c.Calendars[name]
		open, err := clock(cal.Open)
		if err != nil {
			return nil, fmt.Errorf("calendar of %s: %w", name, err)
		}
		shut, err := clock(cal.Close)
		if err != nil {
			return nil, fmt.Errorf("calendar of %s: %w", name, err)
		}
		if out[name], err = market.NewCalendar(cal.Zone, open, shut, cal.Holidays); err != nil {
			return nil, fmt.Errorf("calendar of %s: %w", name, err)
		}
	}
	return out, nil
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
