package performance

import "github.com/velox-trading/velox/trading/decimal"

// Point is a place on an equity curve.
type Point struct {
	// TimeMs, Equity and Hold are those of the last observation that the point stands
	// for; Hold is the worth of the capital, had it been put into the scope's symbols
	// and left there. Low and High bound the equity of all observations, and Drawdown
	// is the deepest of them below the highest equity before: 0 or more, in money.
	TimeMs   int64           `json:"time_ms"`
	Equity   decimal.Decimal `json:"equity"`
	Low      decimal.Decimal `json:"equity_low"`
	High     decimal.Decimal `json:"equity_high"`
	Drawdown decimal.Decimal `json:"drawdown"`
	Hold     decimal.Decimal `json:"hold"`
}

// curve keeps at most twice a limit of points, each of equally many observations.
type curve struct {
	limit  int
	stride int
	held   int // observations in the last point
	points []Point
}

func (c *curve) add(p Point) {
	if c.stride == 0 {
		c.stride = 1
	}
	if n := len(c.points); n > 0 && c.held < c.stride {
		c.points[n-1] = joined(c.points[n-1], p)
		c.held++
		return
	}
	if len(c.points) == 2*c.limit {
		for i := range c.limit {
			c.points[i] = joined(c.points[2*i], c.points[2*i+1])
		}
		c.points, c.stride = c.points[:c.limit], 2*c.stride
	}
	c.points, c.held = append(c.points, p), 1
}

func joined(a, b Point) Point {
	b.Low, b.High = decimal.Min(a.Low, b.Low), decimal.Max(a.High, b.High)
	b.Drawdown = decimal.Max(a.Drawdown, b.Drawdown)
	return b
}

// Drawdown says how far equity fell below its highest value before. The starting
// capital counts as the first.
type Drawdown struct {
	// Money is the deepest fall, from the peak at PeakMs to the trough at TroughMs;
	// RecoveredMs is when equity was at that peak again, 0 when it never was.
	Money       decimal.Decimal `json:"money"`
	PeakMs      int64           `json:"peak_ms"`
	TroughMs    int64           `json:"trough_ms"`
	RecoveredMs int64           `json:"recovered_ms"`
	// Share is the deepest fall as a share of its peak, which may be another one.
	Share Ratio `json:"share"`
	// LongestMs is the longest time below a peak, to its recovery or to the end.
	LongestMs int64 `json:"longest_ms"`
}

// fall follows the drawdown of an equity.
type fall struct {
	begun  bool
	peak   decimal.Decimal
	peakMs int64 // when equity was last there
	below  bool
	share  float64
	known  bool // a peak above 0 was seen, so that there is a share
	out    Drawdown
}

// observe takes an equity in and gives how far it is below its peak. Times rise.
func (f *fall) observe(ms int64, equity, capital decimal.Decimal) decimal.Decimal {
	if !f.begun {
		f.begun, f.peak, f.peakMs = true, capital, ms
	}
	f.known = f.known || f.peak.Sign() > 0
	if equity.GreaterEq(f.peak) {
		if f.out.Money.Sign() > 0 && f.out.RecoveredMs == 0 {
			f.out.RecoveredMs = ms
		}
		if f.below {
			f.out.LongestMs = max(f.out.LongestMs, ms-f.peakMs)
		}
		f.peak, f.peakMs, f.below = equity, ms, false
		return decimal.Decimal{}
	}
	f.below = true
	f.out.LongestMs = max(f.out.LongestMs, ms-f.peakMs)
	depth := f.peak.Sub(equity)
	if depth.Greater(f.out.Money) {
		f.out.Money, f.out.PeakMs, f.out.TroughMs, f.out.RecoveredMs = depth, f.peakMs, ms, 0
	}
	if f.peak.Sign() > 0 {
		f.share = max(f.share, depth.Float64()/f.peak.Float64())
	}
	return depth
}

func (f *fall) result() Drawdown {
	out := f.out
	out.Share = undefined(noCapital)
	if f.known {
		out.Share = ratio(f.share)
	}
	return out
}
