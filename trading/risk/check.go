package risk

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
)

// Order is what is checked before an order is placed.
type Order struct {
	StrategyID, Symbol string
	Side               order.Side
	Kind               order.Kind
	Quantity           decimal.Decimal
	// Price is a limit, Trigger the price that wakes a stop order; 0 is none.
	Price, Trigger decimal.Decimal
}

// own is the higher of the prices that the order names, 0 when it names none.
func (o *Order) own() decimal.Decimal { return decimal.Max(o.Price, o.Trigger) }

// key is the same for orders that are duplicates of each other.
func (o *Order) key() string {
	return ident.Derive(o.StrategyID, o.Symbol, string(o.Side), string(o.Kind), o.Quantity.String(), o.Price.String(), o.Trigger.String())
}

// View is what an account shows of itself when an order is checked.
type View struct {
	// NowMs is the account's market time, 0 when it has seen no market.
	NowMs int64
	// Terms are those of the order's symbol.
	Terms *Terms
	// Net is the account's position in the symbol, signed; OpenBuys and OpenSells are
	// what its open orders may still trade.
	Net, OpenBuys, OpenSells decimal.Decimal
	// LastPrice was traded at LastMs; both are 0 when no tick was seen.
	LastPrice decimal.Decimal
	LastMs    int64
	// All is the weight of all symbols, and Equity is deposits and all profit.
	All    Weight
	Equity decimal.Decimal
	Recent *Recent
}

// after gives the weights of the symbol and of all as they would be with the
// order among the open ones, and the symbol's as it is.
func (v *View) after(o *Order) (is, symbol, all Weight) {
	is = v.Terms.Weigh(v.Net, v.OpenBuys, v.OpenSells, v.LastPrice)
	buys, sells := v.OpenBuys, v.OpenSells
	if o.Side == order.Buy {
		buys = buys.Add(o.Quantity)
	} else {
		sells = sells.Add(o.Quantity)
	}
	symbol = v.Terms.Weigh(v.Net, buys, sells, v.LastPrice)
	return is, symbol, v.All.Sub(is).Add(symbol)
}

// check is one check: it gives words with the numbers when the order must be
// refused, and "" otherwise.
type check struct {
	reason order.Reason
	refuse func(g *Guard, o *Order, v *View) string
}

// checks in the order in which they are asked; the first refusal is the answer.
var checks = [...]check{
	{order.ReasonRestricted, restricted},
	{order.ReasonTradingHours, tradingHours},
	{order.ReasonMaxOrderQuantity, maxQuantity},
	{order.ReasonNoPrice, noPrice},
	{order.ReasonPriceBand, priceBand},
	{order.ReasonMaxOrderValue, maxValue},
	{order.ReasonPositionSize, positionSize},
	{order.ReasonGrossExposure, grossExposure},
	{order.ReasonNetExposure, netExposure},
	{order.ReasonMargin, margin},
	{order.ReasonDuplicate, duplicate},
	{order.ReasonOrdersPerSecond, perSecond},
	{order.ReasonOrdersPerMinute, perMinute},
	{order.ReasonOrdersPerDay, perDay},
}

// Check gives the reason why an entry may not be placed, "" when it may, and words
// with the numbers. Exits, which only make a position smaller, are not to be
// checked: no limit may keep anyone in a position.
func (g *Guard) Check(o *Order, v *View) (order.Reason, string) {
	for i := range checks {
		if words := checks[i].refuse(g, o, v); words != "" {
			return checks[i].reason, words
		}
	}
	return "", ""
}

func restricted(_ *Guard, _ *Order, v *View) string { return v.Terms.restricted }

func tradingHours(g *Guard, _ *Order, v *View) string {
	if len(g.limits.TradingHours) == 0 {
		return ""
	}
	if v.NowMs == 0 {
		return "no market time is known yet"
	}
	if ok, local := g.open(v.NowMs); !ok {
		return "market time is " + local + ", outside of trading_hours"
	}
	return ""
}

func maxQuantity(_ *Guard, o *Order, v *View) string {
	if most := v.Terms.maxQuantity; most.Sign() > 0 && o.Quantity.Greater(most) {
		return fmt.Sprintf("quantity %v, at most %v", o.Quantity, most)
	}
	return ""
}

// noPrice wants the last price where a limit can't be held without it.
func noPrice(g *Guard, o *Order, v *View) string {
	market, last := o.own().IsZero(), v.LastPrice
	switch {
	case last.IsZero() && market && v.Terms.maxValue.Sign() > 0:
		return "no price was seen yet, so the order's value can't be held against its limit"
	case last.IsZero() && (v.Terms.band.Sign() > 0 || g.Weighs()):
		return "no price was seen yet, so price_band_percent, exposure and margin can't be held"
	case market && g.limits.MaxPriceAgeMs > 0 && last.IsZero():
		return "no price was seen yet"
	case market && g.limits.MaxPriceAgeMs > 0:
		age := max(v.NowMs-v.LastMs, v.LastMs-v.NowMs) // a price of the future is as bad
		if age > g.limits.MaxPriceAgeMs {
			return fmt.Sprintf("the last price is %d ms old, at most %d", age, g.limits.MaxPriceAgeMs)
		}
	}
	return ""
}

func priceBand(_ *Guard, o *Order, v *View) string {
	if v.Terms.band.Sign() <= 0 {
		return ""
	}
	for _, p := range [...]decimal.Decimal{o.Price, o.Trigger} {
		if !p.IsZero() && outside(p, v.LastPrice, v.Terms.band) {
			return fmt.Sprintf("price %v, the last is %v, at most %v %% away", p, v.LastPrice, v.Terms.band)
		}
	}
	return ""
}

// outside tells whether a price is more than so many percent from another. Both
// sides are multiplied instead of divided, so that nothing is rounded.
func outside(price, from, percents decimal.Decimal) bool {
	_, units := percents.Parts() // of 1e-8; validity bounds them far below 64 bits
	return price.Sub(from).Abs().MulInt(100 * 100_000_000).Greater(from.MulInt(int64(units)))
}

func maxValue(_ *Guard, o *Order, v *View) string {
	most := v.Terms.maxValue
	if most.Sign() <= 0 {
		return ""
	}
	price := o.own()
	if price.IsZero() {
		price = v.LastPrice
	}
	if value := o.Quantity.Mul(price); value.Greater(most) {
		return fmt.Sprintf("value %v, at most %v", value, most)
	}
	return ""
}

// positionSize takes the position as it would be if all open orders of the same
// side, and this one, were filled. What makes a position that is too large smaller
// is taken.
func positionSize(_ *Guard, o *Order, v *View) string {
	most := v.Terms.SizeCritical
	if most.IsZero() {
		return ""
	}
	open := v.OpenBuys
	if o.Side == order.Sell {
		open = v.OpenSells.Neg()
	}
	after := v.Net.Add(open).Add(o.Side.Signed(o.Quantity))
	if after.Abs().Greater(most) && (after.Sign() != v.Net.Sign() || after.Abs().Greater(v.Net.Abs())) {
		return fmt.Sprintf("the position could become %v, at most %v", after, most)
	}
	return ""
}

func grossExposure(g *Guard, o *Order, v *View) string {
	most := g.limits.GrossExposure
	if most.Sign() <= 0 {
		return ""
	}
	is, symbol, all := v.after(o)
	if all.Gross.Greater(most) && symbol.Gross.Greater(is.Gross) {
		return fmt.Sprintf("gross exposure could become %v, at most %v", all.Gross, most)
	}
	return ""
}

func netExposure(g *Guard, o *Order, v *View) string {
	most := g.limits.NetExposure
	if most.Sign() <= 0 {
		return ""
	}
	_, _, all := v.after(o)
	net := all.Long
	if o.Side == order.Sell {
		net = all.Short.Neg()
	}
	if net.Greater(most) {
		return fmt.Sprintf("net exposure could become %v on the side of a %s, at most %v", net, o.Side, most)
	}
	return ""
}

func margin(g *Guard, o *Order, v *View) string {
	if !g.Margin.on {
		return ""
	}
	is, symbol, all := v.after(o)
	if most := g.MarginLimit(v.Equity); all.Margin.Greater(most) && symbol.Margin.Greater(is.Margin) {
		return fmt.Sprintf("margin of %v could be needed, the equity gives %v", all.Margin, most)
	}
	return ""
}

func duplicate(g *Guard, o *Order, v *View) string {
	window := g.limits.DuplicateWindowMs
	if window <= 0 {
		return ""
	}
	if ms, ok := v.Recent.equal(o.key(), v.NowMs, window); ok {
		return fmt.Sprintf("an equal order was placed %d ms ago; less than %d is a duplicate", v.NowMs-ms, window)
	}
	return ""
}

func perSecond(g *Guard, _ *Order, v *View) string {
	if most := g.limits.OrdersPerSecond; v.Recent.full(most, v.NowMs, 1000) {
		return fmt.Sprintf("%d orders were placed within 1000 ms, and no more may be", most)
	}
	return ""
}

func perMinute(g *Guard, _ *Order, v *View) string {
	if most := g.limits.OrdersPerMinute; v.Recent.full(most, v.NowMs, minuteMs) {
		return fmt.Sprintf("%d orders were placed within 60000 ms, and no more may be", most)
	}
	return ""
}

func perDay(g *Guard, _ *Order, v *View) string {
	if most := g.limits.OrdersPerDay; most > 0 && v.Recent.Today >= most {
		return fmt.Sprintf("%d orders were placed today, and no more may be", v.Recent.Today)
	}
	return ""
}
