// Package pattern recognises candlestick patterns as TA-Lib defines them: of the
// last few candles, with what is long, short, near or equal measured against the
// candles before. A pattern is a pure function of at most 16 candles, so that it
// looks back at nothing older and costs the same at every candle.
package pattern

import "math"

// Candle is one candle, all of its numbers finite.
type Candle struct{ Open, High, Low, Close float64 }

func (c *Candle) body() float64   { return math.Abs(c.Close - c.Open) }
func (c *Candle) spread() float64 { return c.High - c.Low }
func (c *Candle) top() float64    { return max(c.Open, c.Close) }
func (c *Candle) bottom() float64 { return min(c.Open, c.Close) }
func (c *Candle) upper() float64  { return c.High - c.top() }
func (c *Candle) lower() float64  { return c.bottom() - c.Low }
func (c *Candle) white() bool     { return c.Close >= c.Open }
func (c *Candle) black() bool     { return c.Close < c.Open }

// color is 1 for white, -1 for black.
func (c *Candle) color() int {
	if c.white() {
		return 1
	}
	return -1
}

// gapUp and gapDown compare bodies, leapUp and leapDown whole candles.
func (c *Candle) gapUp(from *Candle) bool    { return c.bottom() > from.top() }
func (c *Candle) gapDown(from *Candle) bool  { return c.top() < from.bottom() }
func (c *Candle) leapUp(from *Candle) bool   { return c.Low > from.High }
func (c *Candle) leapDown(from *Candle) bool { return c.High < from.Low }

// measure says what one word means: a part of the average size of the candles
// before, or, with no period, of the candle's own.
type measure struct {
	size   func(*Candle) float64
	period int
	factor float64
	halved bool // a size of both shadows stands for one
}

func shadows(c *Candle) float64 { return c.upper() + c.lower() }

// The words, with TA-Lib's default settings.
var (
	bodyLong       = &measure{(*Candle).body, 10, 1, false}
	bodyShort      = &measure{(*Candle).body, 10, 1, false}
	bodyDoji       = &measure{(*Candle).spread, 10, 0.1, false}
	shadowLong     = &measure{(*Candle).body, 0, 1, false}
	shadowVeryLong = &measure{(*Candle).body, 0, 2, false}
	shadowShort    = &measure{shadows, 10, 1, true}
	shadowNone     = &measure{(*Candle).spread, 10, 0.1, false} // "very short"
	near           = &measure{(*Candle).spread, 5, 0.2, false}
	far            = &measure{(*Candle).spread, 5, 0.6, false}
	equal          = &measure{(*Candle).spread, 5, 0.05, false}
)

// Kept is the number of candles that a window holds: a pattern of five, and the
// ten before its first.
const Kept = 16

// Window holds the last candles. The zero value holds none.
type Window struct {
	ring  [Kept]Candle
	next  int
	count int // at most Kept
}

// Push takes a candle in.
func (w *Window) Push(c Candle) {
	w.ring[w.next] = c
	w.next = (w.next + 1) % Kept
	w.count = min(w.count+1, Kept)
}

// Candles appends the candles, oldest first.
func (w *Window) Candles(list []Candle) []Candle {
	for k := w.count - 1; k >= 0; k-- {
		list = append(list, *w.at(k))
	}
	return list
}

// at gives the candle of k candles ago.
func (w *Window) at(k int) *Candle { return &w.ring[(w.next+2*Kept-1-k)%Kept] }

// is gives what a word means for the candle of k candles ago.
func (w *Window) is(m *measure, k int) float64 {
	size := 0.0
	if m.period == 0 {
		size = m.size(w.at(k))
	} else {
		for i := k + m.period; i > k; i-- {
			size += m.size(w.at(i))
		}
		size /= float64(m.period)
	}
	if size *= m.factor; m.halved {
		size /= 2
	}
	return size
}

func (w *Window) long(k int) bool    { return w.at(k).body() > w.is(bodyLong, k) }
func (w *Window) short(k int) bool   { return w.at(k).body() < w.is(bodyShort, k) }
func (w *Window) small(k int) bool   { return w.at(k).body() <= w.is(bodyShort, k) }
func (w *Window) sized(k int) bool   { return w.at(k).body() > w.is(bodyShort, k) }
func (w *Window) doji(k int) bool    { return w.at(k).body() <= w.is(bodyDoji, k) }
func (w *Window) noUpper(k int) bool { return w.at(k).upper() < w.is(shadowNone, k) }
func (w *Window) noLower(k int) bool { return w.at(k).lower() < w.is(shadowNone, k) }

// same tells whether x is equal to a price of the candle of k candles ago.
func (w *Window) same(x, price float64, k int) bool {
	e := w.is(equal, k)
	return x <= price+e && x >= price-e
}

// within tells whether x is inside of the body of k candles ago, or near it.
func (w *Window) within(x float64, k int) bool {
	n := w.is(near, k)
	return x >= w.at(k).bottom()-n && x <= w.at(k).top()+n
}
