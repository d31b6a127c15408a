package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/performance"
)

// Bounds of what is drawn.
const (
	maxCandles = 300
	maxMarks   = 300 // trades in one chart of prices
)

// equityChart draws the equity of a scope.
func equityChart(s *performance.Scope, c clock, series string) template.HTML {
	values, times := make([]float64, len(s.Curve)), make([]string, len(s.Curve))
	capital := s.Figures.Capital.Float64()
	low, high := capital, capital
	for i, p := range s.Curve {
		values[i], times[i] = p.Equity.Float64(), c.minute(p.TimeMs)
		low, high = min(low, values[i]), max(high, values[i])
	}
	p := newPlane(len(values), low, high, 280)
	p.grid(times)
	p.area(values, p.low, "equity")
	p.add(`<path class="base" d="M%s %sH%s"/>`, f(leftMargin), f(p.y(capital)), f(chartWidth-rightMargin))
	return p.svg(fmt.Sprintf("Equity of %s from %s to %s", scopeLabel(s), money(s.Figures.Capital), money(s.Figures.Equity)), series)
}

// drawdownChart draws how far the equity of a scope is below its peak, as money.
func drawdownChart(s *performance.Scope, c clock, series string) template.HTML {
	values, times := make([]float64, len(s.Curve)), make([]string, len(s.Curve))
	low := 0.0
	for i, p := range s.Curve {
		values[i], times[i] = -p.Drawdown.Float64(), c.minute(p.TimeMs)
		low = min(low, values[i])
	}
	p := newPlane(len(values), min(low, -1e-8), 0, 140)
	p.grid(times)
	p.area(values, 0, "drawdown")
	return p.svg(fmt.Sprintf("Drawdown of %s, at most %s", scopeLabel(s), money(s.Figures.Drawdown.Money)), series)
}

func scopeLabel(s *performance.Scope) string {
	if name := scopeName(s); name != "" {
		return name
	}
	return "all accounts"
}

// priceChart is the chart of one symbol.
type priceChart struct {
	Symbol string
	SVG    template.HTML
	// Note says what is not drawn; empty: nothing.
	Note string
}

// priceChart draws a symbol's candles and its trades on them.
func (b *Backtest) priceChart(symbol string, c clock) priceChart {
	bars, width := b.Prices.Bars(symbol), b.Prices.Width().Milliseconds()
	for len(bars) > maxCandles {
		width *= 2
		bars = performance.Merge(b.Prices.Bars(symbol), width)
	}
	low, high := math.Inf(1), math.Inf(-1)
	times := make([]string, len(bars))
	for i := range bars {
		low, high = min(low, bars[i].Low.Float64()), max(high, bars[i].High.Float64())
		times[i] = c.minute(bars[i].StartMs)
	}
	pad := (high - low) * 0.06 // room for the marks
	p := newPlane(len(bars), low-pad, high+pad, 340)
	p.grid(times)
	p.candles(bars)
	out := priceChart{Symbol: symbol}
	drawn, all := 0, 0
	for i := range b.RoundTrips {
		t := &b.RoundTrips[i]
		if t.Symbol != symbol {
			continue
		}
		if all++; drawn < maxMarks {
			drawn++
			p.trade(t, bars, c)
		}
	}
	out.Note = fmt.Sprintf("A candle is %s. %s trades, all drawn.", duration(width), number(all))
	if drawn < all {
		out.Note = fmt.Sprintf("A candle is %s. The first %d of %s trades are drawn.", duration(width), drawn, number(all))
	}
	out.SVG = p.svg(fmt.Sprintf("Price of %s with %d trades", symbol, all), "")
	return out
}

// candles draws all wicks in one path a direction, and all bodies in another.
func (p *plane) candles(bars []performance.Bar) {
	var paths [2]strings.Builder
	half := max((chartWidth-leftMargin-rightMargin)/float64(max(len(bars), 1))*0.35, 0.4)
	for i := range bars {
		bar := &bars[i]
		open, last := bar.Open.Float64(), bar.Close.Float64()
		b := &paths[0]
		if last < open {
			b = &paths[1]
		}
		x, top, bottom := p.x(float64(i)), p.y(max(open, last)), p.y(min(open, last))
		if bottom-top < 0.8 {
			bottom = top + 0.8
		}
		fmt.Fprintf(b, "M%s %sV%sM%s %sH%sV%sH%sZ", f(x), f(p.y(bar.High.Float64())), f(p.y(bar.Low.Float64())), f(x-half), f(top), f(x+half), f(bottom), f(x-half))
	}
	for i, class := range []string{"up", "down"} {
		if paths[i].Len() > 0 {
			p.add(`<path class="%s" d="%s"/>`, class, paths[i].String())
		}
	}
}

// trade draws a trade: a triangle that points up where was bought, one that points
// down where was sold, and a line from entry to exit.
func (p *plane) trade(t *performance.RoundTrip, bars []performance.Bar, c clock) {
	x1, y1 := p.x(place(bars, t.EntryMs)), p.y(t.EntryPrice.Float64())
	x2, y2 := p.x(place(bars, t.ExitMs)), p.y(t.ExitPrice.Float64())
	class := "win"
	if t.Net.Sign() < 0 {
		class = "loss"
	}
	title := fmt.Sprintf("%s %s: %s %v at %s on %s, out at %s on %s, net %s", t.Account, t.Strategy, side(t.Long), t.Quantity,
		price(t.EntryPrice), c.second(t.EntryMs), price(t.ExitPrice), c.second(t.ExitMs), money(t.Net))
	p.add(`<g class="%s"><title>%s</title><path class="way" d="M%s %sL%s %s"/>%s%s</g>`, class, html.EscapeString(title),
		f(x1), f(y1), f(x2), f(y2), triangle(x1, y1, t.Long), triangle(x2, y2, !t.Long))
}

func triangle(x, y float64, up bool) string {
	const half, tall = 4.5, 8.0
	if up {
		return fmt.Sprintf(`<path class="buy" d="M%s %sl%s %sh%sZ"/>`, f(x), f(y), f(half), f(tall), f(-2*half))
	}
	return fmt.Sprintf(`<path class="sell" d="M%s %sl%s %sh%sZ"/>`, f(x), f(y), f(half), f(-tall), f(-2*half))
}

// place gives where on the x axis a time is: inside of the bar that it lies in.
func place(bars []performance.Bar, ms int64) float64 {
	i, exact := slices.BinarySearchFunc(bars, ms, func(b performance.Bar, ms int64) int {
		switch {
		case b.StartMs < ms:
			return -1
		case b.StartMs > ms:
			return 1
		}
		return 0
	})
	if exact || i == 0 {
		return float64(i)
	}
	return float64(i - 1)
}
