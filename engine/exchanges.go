package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
)

// roundTheClock says which exchanges have no calendar, so that a misspelt one is seen,
// and what that means; "" when all have one.
func roundTheClock(c *configs.Config, exchanges map[string]bool) string {
	known := slices.Sorted(maps.Keys(c.MarketCalendars()))
	var names []string
	hint := ""
	for _, name := range slices.Sorted(maps.Keys(exchanges)) {
		if slices.Contains(known, name) {
			continue
		}
		names = append(names, cmp.Or(name, `""`))
		hint += spelling.Hint(name, known)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s has no calendar: %sits sessions are days of UTC, round the clock; calendars.file can give it one", names[0], hint)
	default:
		return fmt.Sprintf("%s have no calendars: %stheir sessions are days of UTC, round the clock; calendars.file can give them some", listed(names), hint)
	}
}

// noCalendars warns of each exchange without a calendar once in a node's run, with the
// symbol that was the first of it.
type noCalendars struct {
	config *configs.Config
	logger *slog.Logger

	mu   sync.Mutex
	told map[string]bool // up to namesKept
}

// begun takes a symbol of such an exchange. The node's own simulated market needs no
// calendar.
func (n *noCalendars) begun(exchange, symbol string) {
	if s := &n.config.Simulate; s.Enabled && exchange == s.Exchange {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told[exchange] || len(n.told) >= namesKept {
		return
	}
	n.told[exchange] = true
	n.logger.Warn(roundTheClock(n.config, map[string]bool{exchange: true}), "exchange", exchange, "symbol", symbol)
}

// exchangesSeen keeps the exchanges of the ticks that it passes on, up to namesKept.
type exchangesSeen struct {
	replay.Sink
	exchanges map[string]bool
}

// Send implements the feeds' Sink.
func (e *exchangesSeen) Send(ctx context.Context, t *market.Tick) error {
	if !e.exchanges[t.Exchange] && len(e.exchanges) < namesKept {
		e.exchanges[t.Exchange] = true
	}
	return e.Sink.Send(ctx, t)
}
