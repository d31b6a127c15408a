package report

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

// Bounds of what is drawn on prices.
const (
	maxCandles = 300
	maxMarks   = 300   // trades in one chart of prices
	maxMarked  = 3_000 // trades in all of them
)

// price draws a symbol's candles and its trades on them, at most so many.
func (d *drawer) price(symbol, key string, limit int) chart {
	bars, width := candles(d.b.Prices, symbol, maxCandles)
	trips, all := d.b.largest(symbol, limit)
	open := d.stillOpen(symbol)
	low, high := bounds(extent(bars, trips, open))
	pad := (high - low) * 0.06 // room for the marks
	p := d.plane(low-pad, high+pad, 340)
	p.candles(bars, width)
	for i := range trips {
		d.trade(p, &trips[i])
	}
	for i := range open {
		d.open(p, &open[i], &bars[len(bars)-1])
	}
	last := &bars[len(bars)-1]
	c := chart{
		Key: key, Title: symbol, When: d.second(last.LastMs), Legend: d.ohlc(symbol, last), Note: fmt.Sprintf("A candle is %s.", duration(width)),
		SVG: p.svg(fmt.Sprintf("Price of %s with %s trades", symbol, number(len(trips)))),
	}
	switch {
	case len(trips) < all:
		c.Note += fmt.Sprintf(" The %s trades with the largest profits and losses of %s are drawn.", number(len(trips)), number(all))
	case all == 1:
		c.Note += " One trade."
	case all > 1:
		c.Note += fmt.Sprintf(" %s trades, all drawn.", number(all))
	}
	if len(open) > 0 {
		c.Note += fmt.Sprintf(" %s still open, dotted.", number(len(open)))
	}
	for i := range bars {
		values := make([]string, 0, 4)
		for _, v := range d.ohlc(symbol, &bars[i]) {
			values = append(values, v.Value)
		}
		r := d.reading(bars[i].StartMs, values, p.y(bars[i].High.Float64()), p.y(bars[i].Low.Float64()))
		r.X = int(p.middle(&bars[i], width) * 10)
		d.readings[key] = append(d.readings[key], r)
	}
	d.notes(key, bars, trips, open)
	return c
}

// extent gives all prices that a chart has to have room for.
func extent(bars []performance.Bar, trips []performance.RoundTrip, open []entered) []stroke {
	var out []stroke
	for i := range bars {
		out = append(out, stroke{0, bars[i].Close.Float64(), bars[i].Low.Float64(), bars[i].High.Float64()})
	}
	for i := range trips {
		in, back := trips[i].EntryPrice.Float64(), trips[i].ExitPrice.Float64()
		out = append(out, stroke{0, in, in, in}, stroke{0, back, back, back})
	}
	for i := range open {
		at := open[i].price().Float64()
		out = append(out, stroke{0, at, at, at})
	}
	return out
}

// notes adds to the readings what was traded.
func (d *drawer) notes(key string, bars []performance.Bar, trips []performance.RoundTrip, open []entered) {
	for i := range trips {
		t := &trips[i]
		d.note(key, bars, t.EntryMs, d.deal(t.Book, t.Long, t.Quantity, t.EntryPrice))
		d.note(key, bars, t.ExitMs, d.deal(t.Book, !t.Long, t.Quantity, t.ExitPrice)+", net "+money(t.Net))
	}
	for i := range open {
		e := &open[i]
		d.note(key, bars, e.ms, d.deal(e.Book, e.Quantity.Sign() > 0, e.Quantity.Abs(), e.price())+", still open")
	}
}

// deal tells of an entry or an exit.
func (d *drawer) deal(b performance.Book, buy bool, n, at decimal.Decimal) string {
	return fmt.Sprintf("%s %s at %s (%s, %s)", bought(buy), quantity(n), d.shown.text(b.Symbol, at), b.Account, b.Strategy)
}

func bought(buy bool) string {
	if buy {
		return "bought"
	}
	return "sold"
}

// maxNotes is how many trades are read out at one candle.
const maxNotes = 3

// note adds what was traded to the reading of the candle of its time.
func (d *drawer) note(key string, bars []performance.Bar, ms int64, text string) {
	i, exact := slices.BinarySearchFunc(bars, ms, func(b performance.Bar, ms int64) int { return cmp.Compare(b.StartMs, ms) })
	if !exact {
		i = max(i-1, 0)
	}
	r := &d.readings[key][i]
	switch {
	case len(r.Trades) < maxNotes:
		r.Trades = append(r.Trades, text)
	case len(r.Trades) == maxNotes:
		r.Trades = append(r.Trades, "and more")
	}
}

func (d *drawer) ohlc(symbol string, b *performance.Bar) []legend {
	text := func(v decimal.Decimal) string { return d.shown.text(symbol, v) }
	return []legend{{"", "Open", text(b.Open)}, {"", "High", text(b.High)}, {"", "Low", text(b.Low)}, {"", "Close", text(b.Close)}}
}

// largest gives the round trips in a symbol with the largest profits and losses, at
// most a limit, by exit, and how many there are.
func (b *Backtest) largest(symbol string, limit int) ([]performance.RoundTrip, int) {
	var trips []performance.RoundTrip
	for i := range b.RoundTrips {
		if b.RoundTrips[i].Symbol == symbol {
			trips = append(trips, b.RoundTrips[i])
		}
	}
	all := len(trips)
	if all > limit {
		slices.SortStableFunc(trips, func(x, y performance.RoundTrip) int { return y.Net.Abs().Cmp(x.Net.Abs()) })
		trips = trips[:limit]
		slices.SortStableFunc(trips, func(x, y performance.RoundTrip) int { return cmp.Compare(x.ExitMs, y.ExitMs) })
	}
	return trips, all
}

// entered is what is still open, and since when.
type entered struct {
	performance.Holding
	ms int64
}

// price is the mean of what was paid.
func (e *entered) price() decimal.Decimal { return e.Cost.Div(e.Quantity) }

// stillOpen gives what is open in a symbol, at most maxMarks.
func (d *drawer) stillOpen(symbol string) []entered {
	var out []entered
	for _, h := range d.b.Open {
		if ms := d.entries[h.Book]; h.Symbol == symbol && ms > 0 && len(out) < maxMarks {
			out = append(out, entered{h, ms})
		}
	}
	return out
}

// entries gives when each book was last flat, or turned.
func (b *Backtest) entries() map[performance.Book]int64 {
	held, out := make(map[performance.Book]decimal.Decimal), make(map[performance.Book]int64)
	for i := range b.Fills {
		fill := &b.Fills[i]
		before, now := held[fill.Book], fill.Quantity
		if fill.Side == "SELL" {
			now = now.Neg()
		}
		now = before.Add(now)
		if held[fill.Book] = now; now.Sign() != before.Sign() {
			out[fill.Book] = fill.TimeMs
		}
	}
	return out
}

// slot gives where a candle of a width begins and ends, at least a pixel's third.
func (p *plane) slot(b *performance.Bar, width int64) (from, to float64) {
	from = p.x(b.StartMs)
	return from, max(p.x(b.StartMs+width), from+0.3)
}

// middle gives the middle of a candle.
func (p *plane) middle(b *performance.Bar, width int64) float64 {
	from, to := p.slot(b, width)
	return (from + to) / 2
}

// candles draws all wicks in one path a direction, and all bodies in another.
func (p *plane) candles(bars []performance.Bar, width int64) {
	var paths [2]strings.Builder
	for i := range bars {
		bar := &bars[i]
		open, last := bar.Open.Float64(), bar.Close.Float64()
		b := &paths[0]
		if last < open {
			b = &paths[1]
		}
		from, to := p.slot(bar, width)
		x, half := (from+to)/2, (to-from)*0.35
		top, bottom := p.y(max(open, last)), p.y(min(open, last))
		if bottom-top < 0.8 {
			bottom = top + 0.8
		}
		fmt.Fprintf(b, "M%s %sV%sM%s %sH%sV%sH%sZ", f(x), f(p.y(bar.High.Float64())), f(p.y(bar.Low.Float64())), f(x-half), f(top), f(x+half), f(bottom), f(x-half))
	}
	for i, class := range []string{"up", "down"} {
		if paths[i].Len() > 0 {
			fmt.Fprintf(&p.stretched, `<path class="%s" d="%s"/>`, class, paths[i].String())
		}
	}
}

// trade draws a trade: a triangle that points up where was bought, one that points
// down where was sold, and a line from entry to exit.
func (d *drawer) trade(p *plane, t *performance.RoundTrip) {
	class := "win"
	if t.Net.Sign() < 0 {
		class = "loss"
	}
	text := func(v decimal.Decimal) string { return d.shown.text(t.Symbol, v) }
	p.way(class, fmt.Sprintf("%s, %s: %s %s at %s on %s, out at %s on %s, net %s", t.Account, t.Strategy, side(t.Long), quantity(t.Quantity),
		text(t.EntryPrice), d.second(t.EntryMs), text(t.ExitPrice), d.second(t.ExitMs), money(t.Net)),
		[2]int64{t.EntryMs, t.ExitMs}, [2]decimal.Decimal{t.EntryPrice, t.ExitPrice}, mark(t.Long), mark(!t.Long))
}

// open draws what is still open: its entry, and a dotted line to the last price.
func (d *drawer) open(p *plane, e *entered, last *performance.Bar) {
	long := e.Quantity.Sign() > 0
	at := e.price()
	p.way("open", fmt.Sprintf("%s, %s: %s %s at %s since %s, still open, unrealised %s", e.Account, e.Strategy, side(long), quantity(e.Quantity.Abs()),
		d.shown.text(e.Symbol, at), d.second(e.ms), money(e.Unrealized)), [2]int64{e.ms, last.LastMs}, [2]decimal.Decimal{at, last.Close}, mark(long))
}

func mark(buy bool) string {
	if buy {
		return "buy"
	}
	return "sell"
}

// way draws a line between two places with marks at its ends.
func (p *plane) way(class, title string, ms [2]int64, at [2]decimal.Decimal, marks ...string) {
	var x, y [2]string
	for i := range 2 {
		x[i], y[i] = percentOf(p.x(ms[i])), f(p.y(at[i].Float64()))
	}
	fmt.Fprintf(&p.above, `<g class="%s"><title>%s</title><line x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, html.EscapeString(title), x[0], y[0], x[1], y[1])
	for i, mark := range marks {
		fmt.Fprintf(&p.above, `<use href="#%s" x="%s" y="%s"/>`, mark, x[i], y[i])
	}
	p.above.WriteString("</g>")
}
