package risk

import (
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// Guard is Limits made ready for use; the Limits must not change after. Make it
// with NewGuard. It is read only.
type Guard struct {
	limits          *Limits
	drawdown        decimal.Decimal // DrawdownPercent as a part of 1
	symbols         map[string]SymbolLimits
	denied, allowed map[string]bool
	zone            *time.Location // of the day and the trading hours; nil: DayOffsetMinutes

	// The meters of the monitors. Loss and Drawdown are CRITICAL when the limit is
	// reached; Size and Margin, up to which orders are taken, above it only.
	Loss, Drawdown, Size, Margin Meter
}

// NewGuard makes the guard of limits that are valid.
func NewGuard(l *Limits) *Guard {
	g := &Guard{limits: l, symbols: make(map[string]SymbolLimits), denied: set(l.SymbolsDenied), allowed: set(l.SymbolsAllowed)}
	g.drawdown, g.zone = rate(l.DrawdownPercent), zoneOf(l.Zone)
	for _, s := range l.Symbols {
		g.symbols[s.Symbol] = s
	}
	g.Loss = NewMeter(l.DailyLoss.Sign() > 0, true, l.Alerts.DailyLoss, l.AlertPercents)
	g.Drawdown = NewMeter(l.Drawdown.Sign() > 0 || l.DrawdownPercent.Sign() > 0, true, l.Alerts.Drawdown, l.AlertPercents)
	g.Size = NewMeter(true, false, l.Alerts.PositionSize, l.AlertPercents)
	g.Margin = NewMeter(g.NeedsMargin(), false, l.Alerts.Margin, l.AlertPercents)
	return g
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// NeedsMargin tells whether positions in any symbol need margin.
func (g *Guard) NeedsMargin() bool {
	for _, s := range g.limits.Symbols {
		if s.MarginPercent.Sign() > 0 {
			return true
		}
	}
	return g.limits.MarginPercent.Sign() > 0
}

// Weighs tells whether any limit looks at Weights. Without one, nobody needs to
// keep them.
func (g *Guard) Weighs() bool {
	return g.Margin.on || g.limits.GrossExposure.Sign() > 0 || g.limits.NetExposure.Sign() > 0
}

// Remembers tells whether any limit looks at Recent's times, and whether one
// looks at its equals.
func (g *Guard) Remembers() (times, equals bool) {
	return g.limits.OrdersPerSecond > 0 || g.limits.OrdersPerMinute > 0, g.limits.DuplicateWindowMs > 0
}

// DrawdownLimit gives, in money, how far the equity may be below its peak. ok is
// false when nothing limits it: a percentage of a peak that is not above 0 does
// not.
func (g *Guard) DrawdownLimit(peak decimal.Decimal) (limit decimal.Decimal, ok bool) {
	limit = g.limits.Drawdown
	if g.drawdown.Sign() > 0 && peak.Sign() > 0 {
		share := peak.Mul(g.drawdown)
		if limit.IsZero() || share.Less(limit) {
			limit = share
		}
	}
	return limit, limit.Sign() > 0
}

// MarginLimit gives the margin that may be needed with that equity.
func (g *Guard) MarginLimit(equity decimal.Decimal) decimal.Decimal { return g.Margin.Critical(equity) }

// Terms are the limits that hold for one symbol.
type Terms struct {
	// PositionSize is the limit, and SizeCritical what a position may not be above:
	// the share of the limit at which CRITICAL is. 0 is none.
	PositionSize, SizeCritical decimal.Decimal

	maxQuantity, maxValue, band, marginRate decimal.Decimal
	restricted                              string // why it may not be entered
}

// Terms gives the limits that hold for a symbol.
func (g *Guard) Terms(symbol string) Terms {
	l, own := g.limits, g.symbols[symbol]
	t := Terms{
		PositionSize: either(own.PositionSize, l.PositionSize),
		maxQuantity:  either(own.MaxOrderQuantity, l.MaxOrderQuantity), maxValue: either(own.MaxOrderValue, l.MaxOrderValue),
		band: either(own.PriceBandPercent, l.PriceBandPercent), marginRate: rate(either(own.MarginPercent, l.MarginPercent)),
	}
	t.SizeCritical = g.Size.Critical(t.PositionSize)
	switch {
	case g.denied[symbol]:
		t.restricted = symbol + " is one of symbols_denied"
	case len(g.allowed) > 0 && !g.allowed[symbol]:
		t.restricted = symbol + " is none of symbols_allowed"
	}
	return t
}

// either gives a symbol's own limit, or the account's.
func either(own, account decimal.Decimal) decimal.Decimal {
	if own.Sign() > 0 {
		return own
	}
	return account
}
