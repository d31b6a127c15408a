// Package paper is the fill model of the paper venue: what an order would have
// got at the ticks that the market really gave. It is a pure function.
package paper

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// FillPrice gives the price at which a tick fills an order, and whether it does.
// tick counts the symbol's ticks and must be later than the one on which the
// order was placed: nobody trades at a price that has made him trade. A market
// order fills at the tick's price; a limit order when the price is at its limit or
// better, at the tick's price, which after a gap is better than the limit. The
// whole rest is filled, whatever the tick's volume.
func FillPrice(o *order.Order, tick int64, price decimal.Decimal) (decimal.Decimal, bool) {
	if o.Status.Final() || tick <= o.PlacedTick || price.Sign() <= 0 {
		return decimal.Decimal{}, false
	}
	switch {
	case o.Kind == order.Market:
		return price, true
	case o.Kind == order.Limit && o.Side == order.Buy && price.LessEq(o.Price):
		return price, true
	case o.Kind == order.Limit && o.Side == order.Sell && price.GreaterEq(o.Price):
		return price, true
	}
	return decimal.Decimal{}, false
}
