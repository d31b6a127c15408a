package account

import (
	"fmt"
	"slices"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// limitsAtRandom gives limits of which some are narrow for what traffic trades.
// What looks back is the same for all of a seed, so that the past can be counted.
func (g *traffic) limitsAtRandom(seed uint64) risk.Limits {
	money := func(most int64) decimal.Decimal { return g.maybe(decimal.FromInt(1 + g.r.Int64N(most))) }
	l := risk.Limits{
		DailyLoss: money(20_000), PositionSize: money(400), MaxOrderQuantity: money(150), MaxOrderValue: money(20_000),
		Drawdown: money(30_000), DrawdownPercent: money(30), PriceBandPercent: money(5), MaxPriceAgeMs: g.r.Int64N(5000),
		GrossExposure: money(60_000), NetExposure: money(50_000), MarginPercent: money(1000),
		OrdersPerSecond: 1 + int64(seed%3), OrdersPerMinute: 20 + int64(seed%30), OrdersPerDay: 3000, DuplicateWindowMs: 1500,
		DayOffsetMinutes: 330,
	}
	if g.r.IntN(4) == 0 {
		l.SymbolsDenied = []string{g.symbol()}
		l.TradingHours = []risk.Window{{Days: []string{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}, From: 225, To: 23 * 60}}
		l.Symbols = []risk.SymbolLimits{{Symbol: "X", PositionSize: money(100), MarginPercent: money(100), PriceBandPercent: money(2)}}
		l.Alerts.Margin = []int64{10, 20, 30, 40 + g.r.Int64N(60)}
	}
	return l
}

// entries makes signals, some of which are equal to others.
func (g *traffic) entries(symbol string) given {
	s := strategy.Signal{
		StrategyID: []string{"a", "b"}[g.r.IntN(2)], Symbol: symbol, TimeMs: g.ms,
		Action: []strategy.Action{strategy.Buy, strategy.Sell}[g.r.IntN(2)], Quantity: decimal.FromInt([]int64{1, 10, 50, 200}[g.r.IntN(4)]),
	}
	if g.r.IntN(2) == 0 {
		s.Price = decimal.FromUnits(max(1, g.prices[symbol]*(97+g.r.Int64N(7))/100))
	}
	cause := g.cause()
	return func(a *Account) []Event { return a.Signal(s, cause, 0) }
}

// past is what was placed so far.
type past struct {
	times  []int64
	orders []OrderEvent
	entry  []bool
}

func ownLimits(l *risk.Limits, symbol string) risk.SymbolLimits {
	for _, o := range l.Symbols {
		if o.Symbol == symbol {
			return o
		}
	}
	return risk.SymbolLimits{}
}

func either(own, all decimal.Decimal) decimal.Decimal {
	if own.IsZero() {
		return all
	}
	return own
}

// broken gives, by brute force, every limit that an entry breaks.
func (h *past) broken(a *Account, e *OrderEvent) map[order.Reason]bool {
	l, s, now := &a.s.Limits, a.symbols[e.Symbol], a.s.ClockMs
	own := ownLimits(l, e.Symbol)
	out := make(map[order.Reason]bool)
	over := func(r order.Reason, is, most decimal.Decimal) {
		if most.Sign() > 0 && is.Greater(most) {
			out[r] = true
		}
	}
	price := e.Price
	if price.IsZero() {
		price = s.Price
		if age := now - s.TimeMs; l.MaxPriceAgeMs > 0 && (age > l.MaxPriceAgeMs || -age > l.MaxPriceAgeMs) {
			out[order.ReasonNoPrice] = true
		}
	}
	out[order.ReasonRestricted] = slices.Contains(l.SymbolsDenied, e.Symbol)
	minute := (now/60_000 + l.DayOffsetMinutes) % 1440
	out[order.ReasonTradingHours] = len(l.TradingHours) > 0 && (minute < 225 || minute >= 23*60)
	over(order.ReasonMaxOrderQuantity, e.Quantity, l.MaxOrderQuantity)
	over(order.ReasonMaxOrderValue, e.Quantity.Mul(price), l.MaxOrderValue)
	over(order.ReasonPriceBand, price.Sub(s.Price).Abs().MulInt(100), s.Price.Mul(either(own.PriceBandPercent, l.PriceBandPercent)))

	weigh(a, e, over)
	h.lookBack(l, e, now, out)
	return out
}

// weigh adds up positions and exposure with the entry among the open orders.
func weigh(a *Account, e *OrderEvent, over func(order.Reason, decimal.Decimal, decimal.Decimal)) {
	l, s := &a.s.Limits, a.symbols[e.Symbol]
	gross, long, short, margin := decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}
	for _, x := range a.s.Symbols {
		own := ownLimits(l, x.Name)
		rate := either(own.MarginPercent, l.MarginPercent)
		up, down := x.Net.Quantity, x.Net.Quantity
		for _, o := range x.Orders {
			if o.Side == order.Buy {
				up = up.Add(o.Quantity.Sub(o.FilledQuantity))
			} else {
				down = down.Sub(o.Quantity.Sub(o.FilledQuantity))
			}
		}
		if x == s && e.Side == order.Buy {
			up = up.Add(e.Quantity)
		} else if x == s {
			down = down.Sub(e.Quantity)
		}
		if x == s {
			worse := up
			if e.Side == order.Sell {
				worse = down.Neg()
			}
			over(order.ReasonPositionSize, worse, either(own.PositionSize, l.PositionSize))
		}
		long, short = long.Add(up.Mul(x.Price)), short.Add(down.Mul(x.Price))
		most := decimal.Max(up.Mul(x.Price).Abs(), down.Mul(x.Price).Abs())
		gross, margin = gross.Add(most), margin.Add(most.Mul(rate.Div(decimal.FromInt(100))))
	}
	over(order.ReasonGrossExposure, gross, l.GrossExposure)
	net := long
	if e.Side == order.Sell {
		net = short.Neg()
	}
	over(order.ReasonNetExposure, net, l.NetExposure)
	share := int64(100)
	if l.Alerts.Margin != nil {
		share = l.Alerts.Margin[3]
	}
	if margin.IsZero() {
		return
	}
	over(order.ReasonMargin, margin.MulInt(100).Sub(a.Equity().MulInt(share)).Add(decimal.FromInt(1)), decimal.FromInt(1))
}

func (h *past) lookBack(l *risk.Limits, e *OrderEvent, now int64, out map[order.Reason]bool) {
	second, calendarSecond, minute, calendarMinute, day := int64(0), int64(0), int64(0), int64(0), int64(0)
	count := func(n *int64, is bool) {
		if is {
			*n++
		}
	}
	for i, ms := range h.times {
		count(&second, ms > now-1000)
		count(&calendarSecond, ms/1000 == now/1000)
		count(&minute, ms > now-60_000)
		count(&calendarMinute, ms/60_000 == now/60_000)
		count(&day, (ms/60_000+l.DayOffsetMinutes)/1440 == (now/60_000+l.DayOffsetMinutes)/1440)
		o := &h.orders[i]
		if h.entry[i] && ms > now-l.DuplicateWindowMs && o.StrategyID == e.StrategyID && o.Symbol == e.Symbol && o.Side == e.Side && o.Kind == e.Kind && o.Quantity == e.Quantity && o.Price == e.Price {
			out[order.ReasonDuplicate] = true
		}
	}
	out[order.ReasonOrdersPerSecond] = second >= l.OrdersPerSecond || calendarSecond >= l.OrdersPerSecond
	out[order.ReasonOrdersPerMinute] = minute >= l.OrdersPerMinute || calendarMinute >= l.OrdersPerMinute
	out[order.ReasonOrdersPerDay] = day >= l.OrdersPerDay
}

// TestNoEntryBreaksALimit: of random orders under random limits, those that are
// placed break none, and those that are refused break the limit that is named. The
// limits are held by brute force over the whole state and past.
func TestNoEntryBreaksALimit(t *testing.T) {
	refused := make(map[order.Reason]int)
	for seed := range seeds(8) {
		g := newTraffic(seed, PaperVenue)
		a, h := New("alice"), &past{}
		for _, in := range append(g.start(g.limitsAtRandom(seed)), g.mark("X"), g.mark("Y"), g.mark("Z")) {
			in(a)
		}
		for range 2000 {
			g.ms += g.r.Int64N(300)
			symbol := g.symbol()
			var in given
			k := g.r.IntN(100)
			switch {
			case k < 40:
				in = g.mark(symbol)
			case k < 90:
				in = g.entries(symbol)
			case k < 94:
				in = g.command(CmdResume, &Resume{})
			case k < 96:
				in = g.command(CmdSetLimits, &SetLimits{Limits: g.limitsAtRandom(seed)})
			case k < 97:
				in = g.command(CmdHalt, &Halt{ClosePositions: true})
			default:
				in = g.command(CmdOrder, &ManualOrder{Symbol: symbol, TransactionType: order.Buy, Quantity: g.quantity().Abs(), Price: g.maybe(g.price(symbol))})
			}
			if g.r.IntN(20) == 0 {
				a = reloaded(t, a)
			}
			before := a
			if k >= 40 {
				before = reloaded(t, a)
			}
			for _, e := range in(a) {
				o, ok := e.(OrderEvent)
				if !ok || o.Type != Rejected && (o.Type != Placed || o.Status != order.Pending) {
					continue
				}
				h.holds(t, seed, before, &o, refused)
			}
			checkInvariants(t, a)
		}
	}
	for _, r := range []order.Reason{
		order.ReasonRestricted, order.ReasonTradingHours, order.ReasonMaxOrderQuantity, order.ReasonNoPrice, order.ReasonPriceBand,
		order.ReasonMaxOrderValue, order.ReasonPositionSize, order.ReasonGrossExposure, order.ReasonNetExposure, order.ReasonMargin,
		order.ReasonDuplicate, order.ReasonOrdersPerSecond, order.ReasonOrdersPerMinute, "",
	} {
		if refused[r] < 3 {
			t.Errorf("%d orders were refused for %q: the test says little of it", refused[r], r)
		}
	}
}

// holds checks one answer to an order against brute force, and notes the order.
func (h *past) holds(t *testing.T, seed uint64, before *Account, o *OrderEvent, refused map[order.Reason]int) {
	t.Helper()
	entry := o.Purpose == order.Signalled || o.Purpose == order.Manual
	s := before.symbols[o.Symbol]
	if s == nil || o.Quantity.Sign() <= 0 {
		return // refused before any limit
	}
	if entry && o.Quantity.LessEq(s.closable(o.StrategyID, o.Side)) {
		entry = false
	}
	if entry {
		broken := h.broken(before, o)
		if o.Type == Placed {
			refused[""]++
			for r, is := range broken {
				// What is over its limit already is not made worse.
				if is && !h.noWorse(before, o, r) {
					t.Fatalf("seed %d: placed, though it breaks %s: %+v", seed, r, o)
				}
			}
		} else if is, limit := broken[o.Reason]; limit || is {
			refused[o.Reason]++
			if !is {
				t.Fatalf("seed %d: refused for %s (%s), which it keeps: %+v", seed, o.Reason, o.Detail, o)
			}
		}
	}
	if o.Type == Placed {
		h.times, h.orders, h.entry = append(h.times, before.s.ClockMs), append(h.orders, *o), append(h.entry, entry)
	}
}

// noWorse tells whether an order leaves the worst case of its symbol as it was: the
// other side's open orders are the worse case then.
func (h *past) noWorse(a *Account, o *OrderEvent, r order.Reason) bool {
	if r != order.ReasonGrossExposure && r != order.ReasonMargin {
		return false
	}
	s := a.symbols[o.Symbol]
	buys, sells := s.open()
	up, down := s.Net.Quantity.Add(buys), s.Net.Quantity.Sub(sells)
	was := decimal.Max(up.Abs(), down.Abs())
	if o.Side == order.Buy {
		up = up.Add(o.Quantity)
	} else {
		down = down.Sub(o.Quantity)
	}
	return decimal.Max(up.Abs(), down.Abs()).Mul(s.Price) == was.Mul(s.Price)
}

// TestModesSurviveAnything: with all limits on, an account that is saved and
// loaded at random moments, on paper and live, has the same mode after every
// input, gives the same events and ends as the same bytes.
func TestModesSurviveAnything(t *testing.T) {
	seen := make(map[Mode]int)
	for seed := range seeds(6) {
		venue := []string{PaperVenue, "kite"}[seed%2]
		g := newTraffic(seed, venue)
		plain, again := New("alice"), New("alice")
		inputs := g.start(g.limitsAtRandom(seed))
		for i := range 2000 {
			var in given
			switch {
			case i < len(inputs):
				in = inputs[i]
			case g.r.IntN(60) == 0:
				in = g.command(CmdSetLimits, &SetLimits{Limits: g.limitsAtRandom(seed)})
			case g.r.IntN(60) == 0:
				in = g.command(CmdResume, &Resume{By: "bob"})
			default:
				in = g.next()
			}
			if g.r.IntN(5) == 0 {
				again = reloaded(t, again)
			}
			events := in(plain)
			if a, b := text(t, events), text(t, in(again)); a != b || plain.Mode() != again.Mode() {
				t.Fatalf("seed %d, input %d: %s and %s, events\n%s\nsaved and loaded\n%s", seed, i, plain.Mode(), again.Mode(), a, b)
			}
			seen[plain.Mode()]++
			g.note(events)
			checkInvariants(t, plain)
			checkModes(t, plain, events)
		}
		a, _ := plain.Save()
		b, _ := again.Save()
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("seed %d: the states differ", seed)
		}
	}
	if seen[Active] == 0 || seen[Reducing] == 0 || seen[Halted] == 0 {
		t.Errorf("modes that were seen: %v", seen)
	}
}

// checkModes holds what must be true of the mode after every input.
func checkModes(t *testing.T, a *Account, events []Event) {
	t.Helper()
	if a.s.Closing && (a.s.Mode == Active || a.s.Mode == Reducing && a.heldBooks == 0) {
		t.Fatalf("%s, though all is to be closed and %d books hold something", a.s.Mode, a.heldBooks)
	}
	for _, e := range events {
		if x, ok := e.(Alert); ok && x.Severity == risk.Critical && (x.Type == AlertDailyLoss || x.Type == AlertDrawdown) && !a.s.Closing {
			t.Fatalf("%s is CRITICAL, yet nothing is closed", x.Type)
		}
	}
}
