package indicator

import "github.com/velox-trading/velox/trading/indicator/pattern"

// candlestick is one candlestick pattern: 0 for none, positive for a bullish and
// negative for a bearish one. The candles before, which say what is long or near,
// are its only state.
type candlestick struct {
	of          *pattern.Pattern
	penetration float64
	window      pattern.Window
	seen        int // at most pattern.Kept
}

// patternKinds has all candlestick patterns, with TA-Lib's names.
var patternKinds = candlesticks()

func candlesticks() []Kind {
	var list []Kind
	for _, p := range pattern.All() {
		k := Kind{Name: "CDL" + p.Name, Outputs: []string{""}, Formula: p.Text}
		if p.Penetration > 0 {
			k.Parameters = []Parameter{{Name: "penetration", Default: p.Penetration, Min: 0, Max: 10}}
		}
		k.make = func(params []float64) Indicator {
			c := &candlestick{of: &p}
			if len(params) > 0 {
				c.penetration = params[0]
			}
			return c
		}
		list = append(list, k)
	}
	return list
}

func (c *candlestick) Update(b Bar) {
	c.window.Push(pattern.Candle{Open: b.Open, High: b.High, Low: b.Low, Close: b.Close})
	c.seen = min(c.seen+1, pattern.Kept)
}

func (c *candlestick) Peek(b Bar, out []float64) bool {
	window, seen := c.window, c.seen // put back below: a copy to look at would go to the heap
	c.Update(b)
	warm := c.Last(out)
	c.window, c.seen = window, seen
	return warm
}

func (c *candlestick) Last(out []float64) bool {
	if c.seen <= c.of.Lookback {
		return false
	}
	out[0] = float64(c.of.At(&c.window, c.penetration))
	return true
}

func (c *candlestick) AppendState(b []byte) []byte {
	var kept [pattern.Kept]pattern.Candle
	b = appendInt(b, c.seen)
	for _, k := range c.window.Candles(kept[:0]) {
		b = appendFloat(appendFloat(appendFloat(appendFloat(b, k.Open), k.High), k.Low), k.Close)
	}
	return b
}

func (c *candlestick) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	seen := r.bounded(0, pattern.Kept)
	c.window, c.seen = pattern.Window{}, seen
	for range seen {
		c.window.Push(pattern.Candle{Open: r.float(), High: r.float(), Low: r.float(), Close: r.float()})
	}
	return r.b, r.err
}
