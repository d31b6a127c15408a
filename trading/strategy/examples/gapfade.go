// Package examples has strategies written in Go, to copy and to change. A build of
// veloxd that imports the package can deploy them by their names.
package examples

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
)

func init() { compiled.Register("gap-fade", newGapFade) }

// gapFade trades against a gap: when the first candle of a day (of UTC) opens more
// than gap percent away from the last close of the day before, it takes the other
// side at that candle's close, and closes when the price is back at the old close.
// A trailing stop bounds the loss. It trades a gap once.
type gapFade struct {
	compiled.Place
	gap      float64
	trail    float64
	quantity decimal.Decimal

	days []dayState // by symbol
}

// dayState is what is remembered of one symbol; it is saved as JSON.
type dayState struct {
	// EndMs is the end of the newest closed candle, Close its close.
	EndMs int64           `json:"end_ms"`
	Close decimal.Decimal `json:"close"`
	// Goal is the close of the day before, while a gap from it is traded.
	Goal decimal.Decimal `json:"goal"`
}

func newGapFade(at compiled.Place, p *compiled.Parameters) strategy.Strategy {
	return &gapFade{
		Place:    at,
		gap:      p.Number("gap", 0.5, 0.01, 50),
		trail:    p.Number("trail", 1, 0.01, 50),
		quantity: p.Money("quantity", "1", "0.00000001", "1000000"),
		days:     make([]dayState, len(at.Symbols)),
	}
}

// Needs implements strategy.Strategy.
func (g *gapFade) Needs() []strategy.Need {
	var needs []strategy.Need
	for _, symbol := range g.Symbols {
		needs = append(needs, strategy.Need{Symbol: symbol, Timeframe: g.Timeframe, Periods: 1})
	}
	return needs
}

// Step implements strategy.Strategy.
func (g *gapFade) Step(ev *strategy.Event, book *strategy.Book) []strategy.Signal {
	i, ok := slices.BinarySearch(g.Symbols, ev.Symbol)
	if !ok || ev.Timeframe != g.Timeframe || !ev.Closed || ev.Candle == nil || ev.TimeMs+1 <= g.days[i].EndMs {
		return nil
	}
	d, last := &g.days[i], g.days[i]
	d.EndMs, d.Close = ev.TimeMs+1, ev.Candle.Close
	h := book.For(ev.Symbol)
	if held := h.Quantity.Sign(); held != 0 {
		if h.ExitWaits() || d.Goal.IsZero() || ev.Candle.Close.Cmp(d.Goal)*held < 0 {
			return nil
		}
		d.Goal = decimal.Decimal{}
		return []strategy.Signal{g.signal(ev, -held, h.Quantity.Abs(), true)}
	}
	if h.OpenOrders > 0 || last.EndMs == 0 || dayOf(ev.TimeMs) == dayOf(last.EndMs-1) || ev.Candle.Partial || ev.Candle.Gap {
		return nil
	}
	percent := (ev.Candle.Open.Float64()/last.Close.Float64() - 1) * 100
	switch {
	case percent >= g.gap:
		d.Goal = last.Close
		return []strategy.Signal{g.signal(ev, -1, g.quantity, false)}
	case percent <= -g.gap:
		d.Goal = last.Close
		return []strategy.Signal{g.signal(ev, 1, g.quantity, false)}
	}
	return nil
}

func (g *gapFade) signal(ev *strategy.Event, side int, quantity decimal.Decimal, exit bool) strategy.Signal {
	s := strategy.Signal{
		StrategyID: g.StrategyID, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: strategy.Buy, Confidence: 1,
		Price: ev.Price, Quantity: quantity, Market: true, Exit: exit,
	}
	if side < 0 {
		s.Action = strategy.Sell
	}
	if !exit {
		if distance, err := decimal.FromFloat(ev.Candle.Close.Float64() * g.trail / 100); err == nil {
			s.TrailingStop = distance
		}
	}
	return s
}

func dayOf(ms int64) int64 { return ms / market.Day.Duration().Milliseconds() }

// AppendState implements strategy.Strategy.
func (g *gapFade) AppendState(b []byte) []byte {
	state, err := json.Marshal(g.days)
	if err != nil {
		panic(fmt.Errorf("strategy %s: encode its state: %w", g.StrategyID, err)) // numbers only
	}
	return append(b, state...)
}

// LoadState implements strategy.Strategy.
func (g *gapFade) LoadState(b []byte) error {
	var days []dayState
	if err := json.Unmarshal(b, &days); err != nil {
		return fmt.Errorf("strategy %s: state: %w", g.StrategyID, err)
	}
	if len(days) != len(g.Symbols) {
		return fmt.Errorf("strategy %s: state of %d symbols, it has %d", g.StrategyID, len(days), len(g.Symbols))
	}
	g.days = days
	return nil
}
