package risk

import (
	"github.com/velox-trading/velox/trading/decimal"
)

// Weight is what one symbol's position and open orders are worth at its last
// price, or the sum of that over symbols. Each amount of a symbol is rounded once,
// half even at 8 places; sums and differences are exact, so that a sum that is
// kept up to date equals one made anew.
type Weight struct {
	// Long is the signed value if all open buys were filled and no sell, Short if all
	// open sells were and no buy.
	Long, Short decimal.Decimal
	// Gross is the larger of the two without its sign: for all symbols, more than
	// can be true at once. Margin is what Gross needs, Held what the position
	// alone does.
	Gross, Margin, Held decimal.Decimal
}

// Weigh gives the weight of a symbol: the signed position, what open orders may
// still buy and sell, and the last price, 0 when it is not known, which weighs
// nothing.
func (t *Terms) Weigh(net, buys, sells, price decimal.Decimal) Weight {
	if net.IsZero() && buys.IsZero() && sells.IsZero() {
		return Weight{}
	}
	held := net.Mul(price)
	w := Weight{Long: held, Short: held}
	if !buys.IsZero() {
		w.Long = net.Add(buys).Mul(price)
	}
	if !sells.IsZero() {
		w.Short = net.Sub(sells).Mul(price)
	}
	w.Gross = decimal.Max(w.Long.Abs(), w.Short.Abs())
	if t.marginRate.Sign() > 0 {
		w.Held = held.Abs().Mul(t.marginRate)
		w.Margin = w.Held
		if !buys.IsZero() || !sells.IsZero() {
			w.Margin = w.Gross.Mul(t.marginRate)
		}
	}
	return w
}

// Add gives the weight of both.
func (w Weight) Add(x Weight) Weight {
	return Weight{w.Long.Add(x.Long), w.Short.Add(x.Short), w.Gross.Add(x.Gross), w.Margin.Add(x.Margin), w.Held.Add(x.Held)}
}

// Sub takes x, a part of w, away.
func (w Weight) Sub(x Weight) Weight {
	return Weight{w.Long.Sub(x.Long), w.Short.Sub(x.Short), w.Gross.Sub(x.Gross), w.Margin.Sub(x.Margin), w.Held.Sub(x.Held)}
}
