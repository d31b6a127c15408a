package strategy

import (
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/position"
)

// Holding is what a strategy holds of one symbol. Prices move without it: ask
// Unrealized with the price of the event.
type Holding struct {
	Symbol string
	position.Book
	// OpenOrders counts its orders that can still trade, closes by risk included.
	OpenOrders int
	// UnknownOrders are those of OpenOrders whose fate a live venue doesn't tell. Closing
	// is what all OpenOrders may still close of the quantity.
	UnknownOrders int
	Closing       decimal.Decimal
	// OpenedMs is the time of the fill that opened the present position; 0 when flat.
	OpenedMs int64
	// ClosedMs is the time of the fill that ended its last position; 0 before one.
	ClosedMs int64
	// Trades counts the positions that it has opened; turning one around opens another.
	Trades int64
	// Openings tell when those of the last day were opened.
	Openings Openings
}

// OpenedSince counts the positions that were opened from a time of the last day on,
// until now. A time that is no quarter of an hour counts from the quarter that it is in.
func (h *Holding) OpenedSince(fromMs, nowMs int64) int64 {
	n := h.Openings.between(fromMs, nowMs)
	if h.OpenedMs >= fromMs {
		n = max(n, 1) // a state from before there were Openings has no more than that
	}
	return n
}

// ExitWaits tells whether an exit must wait for open orders: for all whose fate is known,
// and for those that may close everything already. One of unknown fate may stay so for
// days, and what is held must not be stuck for as long.
func (h *Holding) ExitWaits() bool {
	return h.OpenOrders > h.UnknownOrders || h.OpenOrders > 0 && h.Closing.GreaterEq(h.Quantity.Abs())
}

// Book is what a strategy may see of itself.
type Book struct {
	// Revision grows with every change of the holdings.
	Revision int64
	// Holdings are sorted by symbol.
	Holdings []Holding
}

// For gives the holding of a symbol; an empty one when there is none.
func (b *Book) For(symbol string) Holding {
	i, ok := slices.BinarySearchFunc(b.Holdings, symbol, func(h Holding, s string) int { return strings.Compare(h.Symbol, s) })
	if !ok {
		return Holding{Symbol: symbol}
	}
	return b.Holdings[i]
}
