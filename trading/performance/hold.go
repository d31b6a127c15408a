package performance

import (
	"maps"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
)

// parcel is the part of a scope's capital that buying and holding puts into one
// symbol.
type parcel struct {
	scope *meter
	// share was paid at the symbol's first price; worth is what it has become.
	share, worth decimal.Decimal
}

// holding is the parcels of one symbol.
type holding struct {
	first   decimal.Decimal
	parcels []parcel
}

// makeHoldings spreads each scope's capital over its symbols, in equal parts, each
// bought at the symbol's first price: that of an account over all that its
// strategies trade; the whole run is all accounts together. What a symbol without
// a price above 0 would get stays money.
func (c *computation) makeHoldings() {
	symbols := make(map[Book]map[string]bool) // by account and by strategy
	for b := range c.books {
		for _, scope := range []Book{{Account: b.Account}, {Account: b.Account, Strategy: b.Strategy}} {
			if symbols[scope] == nil {
				symbols[scope] = make(map[string]bool)
			}
			symbols[scope][b.Symbol] = true
		}
	}
	c.holdings = make(map[string]*holding)
	for _, scope := range slices.SortedFunc(maps.Keys(symbols), compareBooks) {
		part := mean(c.run.Capital[scope.Account], len(symbols[scope]))
		for _, symbol := range slices.Sorted(maps.Keys(symbols[scope])) {
			c.invest(scope, symbol, part)
			if scope.Strategy == "" {
				c.invest(Book{}, symbol, part)
				c.invest(Book{Symbol: symbol}, symbol, c.run.Capital[scope.Account])
			}
		}
	}
}

// invest puts a part of a scope's capital into a symbol.
func (c *computation) invest(scope Book, symbol string, part decimal.Decimal) {
	bars := c.run.Prices.Bars(symbol)
	if len(bars) == 0 || bars[0].Open.Sign() <= 0 {
		return
	}
	h := c.holdings[symbol]
	if h == nil {
		h = &holding{first: bars[0].Open}
		c.holdings[symbol] = h
	}
	m := c.meters[scope]
	for i := range h.parcels {
		if p := &h.parcels[i]; p.scope == m {
			p.share, p.worth = p.share.Add(part), p.worth.Add(part)
			return
		}
	}
	h.parcels = append(h.parcels, parcel{m, part, part})
}

// mark brings the scopes to a symbol's present price.
func (h *holding) mark(price decimal.Decimal) {
	if h == nil {
		return
	}
	for i := range h.parcels {
		p := &h.parcels[i]
		worth := share(p.share, price, h.first)
		p.scope.hold = p.scope.hold.Add(worth.Sub(p.worth))
		p.worth = worth
	}
}
