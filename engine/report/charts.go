package report

import (
	"fmt"
	"html/template"
	"math"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

// maxPoints bounds the points of a drawn line, and maxSmallPoints those of an
// account's, of which there are many on a page.
const (
	maxPoints      = 1_000
	maxSmallPoints = 300
)

// chart is a drawing with the legend above it.
type chart struct {
	// Key names its data for the page's script.
	Key   string
	Title string
	// When is the time of the values in the legend, the last ones.
	When   string
	Legend []legend
	SVG    template.HTML
	// Note says what is not drawn; empty: nothing.
	Note string
}

// legend is a line or a part of it with its value at a time.
type legend struct{ Class, Name, Value string }

// reading is what the script shows when the cursor is at a place: x in
// ten-thousandths of the axis, the time, the values of the legend, the heights of
// the lines, or of a candle's ends, and what was traded.
type reading struct {
	X       int       `json:"x"`
	When    string    `json:"t"`
	Values  []string  `json:"v"`
	Heights []float64 `json:"y"`
	Trades  []string  `json:"n,omitempty"`
}

// drawer draws the charts of a page on one time axis.
type drawer struct {
	*timeline
	b     *Backtest
	shown prices
	ticks []timeMark
	// entries are when what each book holds was entered.
	entries map[performance.Book]int64
	// readings are the charts' data, by key.
	readings map[string][]reading
	// axis is the length in characters of the longest number beside a chart.
	axis int
}

func (b *Backtest) newDrawer() *drawer {
	l := b.newTimeline()
	return &drawer{timeline: l, b: b, shown: b.prices(), ticks: l.marks(), entries: b.entries(), readings: make(map[string][]reading), axis: 6}
}

func (d *drawer) reading(ms int64, values []string, heights ...float64) reading {
	for i := range heights {
		heights[i] = math.Round(heights[i]*10) / 10
	}
	return reading{X: int(d.x(ms) * 10_000), When: d.second(ms), Values: values, Heights: heights}
}

// plane begins a chart of values between bounds.
func (d *drawer) plane(low, high, height float64) *plane {
	p := newPlane(d.timeline, low, high, height)
	d.axis = max(d.axis, p.valueAxis())
	p.timeAxis(d.ticks)
	return p
}

// outOfScale is how many times as far as equity buying and holding may have moved
// to be drawn in one chart with it.
const outOfScale = 4

// growth draws the equity of a scope and what buying and holding would have made of
// its capital: together, or the equity alone first when it would be flat beside the
// other.
func (d *drawer) growth(s *performance.Scope, key string, limit int, height float64) []chart {
	points := d.thin(s.Curve, limit)
	equity, hold := make([]stroke, len(points)), make([]stroke, len(points))
	for i, p := range points {
		equity[i] = stroke{p.TimeMs, p.Equity.Float64(), p.Low.Float64(), p.High.Float64()}
		hold[i] = stroke{p.TimeMs, p.Hold.Float64(), p.Hold.Float64(), p.Hold.Float64()}
	}
	capital := s.Figures.Capital.Float64()
	start := []stroke{{0, capital, capital, capital}}
	low, high := bounds(equity, start)
	holdLow, holdHigh := bounds(hold, start)
	alone := chart{
		Key: key, Title: "Equity", Legend: []legend{{"equity", "Equity", money(s.Figures.Equity)}},
	}
	both := chart{
		Key: key, Title: "Equity", Legend: []legend{alone.Legend[0], {"hold", "Buy and hold", money(s.Figures.Capital.Add(s.Figures.Hold))}},
	}
	label := fmt.Sprintf("Equity of %s from %s to %s", scopeLabel(s), money(s.Figures.Capital), money(s.Figures.Equity))
	lines := growthLines{points, equity, hold, capital}
	if holdHigh-holdLow <= outOfScale*(high-low) || holdHigh == holdLow || high == low {
		return []chart{d.growthChart(both, &lines, label, height)}
	}
	both.Key, both.Title = key+"-hold", "Against buying and holding"
	second := d.growthChart(both, &lines, label, height*0.7)
	lines.hold = nil
	return []chart{d.growthChart(alone, &lines, label, height), second}
}

// growthLines are what a chart of equity draws; without hold that is not drawn.
type growthLines struct {
	points       []performance.Point
	equity, hold []stroke
	capital      float64
}

func (d *drawer) growthChart(c chart, l *growthLines, label string, height float64) chart {
	low, high := bounds(l.equity, l.hold, []stroke{{0, l.capital, l.capital, l.capital}})
	pad := (high - low) * 0.04
	p := d.plane(low-pad, high+pad, height)
	fmt.Fprintf(&p.stretched, `<path class="base" d="M0 %sH%g"/>`, f(p.y(l.capital)), planeWidth)
	if l.hold != nil {
		p.curve(d.begun(l.hold, l.capital), "hold")
	}
	p.area(d.begun(l.equity, l.capital), l.capital, "equity")
	dots := []string{"equity"}
	if l.hold != nil {
		dots, label = append(dots, "hold"), label+"; buying and holding made "+c.Legend[1].Value
	}
	c.SVG = p.svg(label, dots...)
	for i, at := range l.points {
		values, heights := []string{money(at.Equity)}, []float64{p.y(l.equity[i].value)}
		if l.hold != nil {
			values, heights = append(values, money(at.Hold)), append(heights, p.y(l.hold[i].value))
		}
		d.readings[c.Key] = append(d.readings[c.Key], d.reading(at.TimeMs, values, heights...))
	}
	return d.dated(c, l.points)
}

// drawdown draws how far the equity of a scope is below its peak, as money.
func (d *drawer) drawdown(s *performance.Scope, key string, limit int, height float64) chart {
	points := d.thin(s.Curve, limit)
	lines := make([]stroke, len(points))
	now := decimal.Decimal{}
	for i, p := range points {
		v := -p.Drawdown.Float64()
		lines[i] = stroke{p.TimeMs, v, v, v}
		now = p.Drawdown
	}
	low, _ := bounds(lines, []stroke{{}})
	if low == 0 {
		low = -1 // nothing is above it
	}
	p := d.plane(low*1.04, 0, height)
	p.area(d.begun(lines, 0), 0, "drawdown")
	c := chart{
		Key: key, Title: "Drawdown", Legend: []legend{{"drawdown", "Drawdown", money(now)}},
		SVG: p.svg(fmt.Sprintf("Drawdown of %s, at most %s", scopeLabel(s), money(s.Figures.Drawdown.Money)), "drawdown"),
	}
	for i, at := range points {
		d.readings[key] = append(d.readings[key], d.reading(at.TimeMs, []string{money(at.Drawdown)}, p.y(lines[i].value)))
	}
	return d.dated(c, points)
}

// begun puts the value that a line began with before its points, the first of which
// may stand for many observations.
func (d *drawer) begun(line []stroke, value float64) []stroke {
	if len(line) == 0 {
		return nil
	}
	return append([]stroke{{d.spans[0].from, value, value, value}}, line...)
}

// dated gives a chart the time of its last point.
func (d *drawer) dated(c chart, points []performance.Point) chart {
	if len(points) > 0 {
		c.When = d.second(points[len(points)-1].TimeMs)
	}
	return c
}

// thin joins points that lie closer than can be seen, to at most a limit. What is
// joined keeps the extremes of all: the lowest and highest equity, the deepest
// drawdown.
func (d *drawer) thin(points []performance.Point, limit int) []performance.Point {
	if len(points) <= limit {
		return points
	}
	var out []performance.Point
	last := -1
	for _, p := range points {
		place := min(int(d.x(p.TimeMs)*float64(limit)), limit-1)
		if place != last {
			out, last = append(out, p), place
			continue
		}
		before := out[len(out)-1]
		p.Low, p.High = decimal.Min(p.Low, before.Low), decimal.Max(p.High, before.High)
		p.Drawdown = decimal.Max(p.Drawdown, before.Drawdown)
		out[len(out)-1] = p
	}
	return out
}

func scopeLabel(s *performance.Scope) string {
	if name := scopeName(s); name != "" {
		return name
	}
	return "all accounts"
}
