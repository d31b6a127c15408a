package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Charts are as wide as the page, and as high in pixels as they are told. Lines and
// candles are drawn in a plane of planeWidth units that the page stretches; texts
// and marks, which must not be stretched, have their places in percent.
const (
	planeWidth   = 1_000.0
	topMargin    = 8.0
	bottomMargin = 22.0 // with the labels of the time axis
)

// plane maps times and values to a chart.
type plane struct {
	line      *timeline
	low, high float64
	height    float64
	// behind is drawn in percent below what is stretched, above on top of it.
	behind, stretched, above strings.Builder
}

func newPlane(l *timeline, low, high, height float64) *plane {
	if high <= low { // a flat line in the middle
		pad := math.Abs(high) * 0.001
		if pad == 0 {
			pad = 1
		}
		low, high = low-pad, high+pad
	}
	return &plane{line: l, low: low, high: high, height: height}
}

// bottom is the y of the time axis.
func (p *plane) bottom() float64 { return p.height - bottomMargin }

// x gives the place of a time in units of the plane.
func (p *plane) x(ms int64) float64 { return p.line.x(ms) * planeWidth }

func (p *plane) y(v float64) float64 {
	return topMargin + (p.high-v)/(p.high-p.low)*(p.bottom()-topMargin)
}

// f writes a coordinate: a tenth is finer than anyone sees.
func f(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// percentOf writes a place of the plane for what is not stretched.
func percentOf(x float64) string {
	return strconv.FormatFloat(math.Round(x*1_000/planeWidth)/10, 'f', -1, 64) + "%"
}

// valueAxis draws lines at round values with their numbers beside the plane, of which
// it gives the longest's length in characters.
func (p *plane) valueAxis() int {
	p.behind.WriteString(`<g class="values">`)
	defer p.behind.WriteString("</g>")
	step := roundStep((p.high - p.low) / (p.height / 50))
	for math.Floor(p.high/step) <= math.Ceil(p.low/step) {
		step = roundStep(step / 2.5) // one number alone is no scale
	}
	longest := 0
	for i := math.Ceil(p.low / step); i*step <= p.high; i++ {
		y, text := f(p.y(i*step)), axisNumber(i*step, step)
		fmt.Fprintf(&p.behind, `<line class="grid" x2="100%%" y1="%s" y2="%s"/><text class="axis value" x="100%%" y="%s" dx="8" dy=".35em">%s</text>`, y, y, y, text)
		longest = max(longest, len(text))
	}
	return longest
}

// timeAxis draws the marks of the time axis.
func (p *plane) timeAxis(marks []timeMark) {
	for _, m := range marks {
		x, class := percentOf(m.x*planeWidth), m.class
		if m.day {
			class += " day"
		}
		fmt.Fprintf(&p.behind, `<g class="%s"><line class="grid" x1="%s" x2="%s" y1="%s" y2="%s"/><text class="axis time" x="%s" y="%s" text-anchor="%s">%s</text></g>`,
			class, x, x, f(topMargin), f(p.bottom()), x, f(p.height-5), m.anchor, html.EscapeString(m.label))
	}
}

// roundStep gives 1, 2 or 5 times a power of ten, at least v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

func axisNumber(v, step float64) string {
	places := max(int(math.Ceil(-math.Log10(step)-1e-9)), 0)
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return grouped(text)
}

// stroke is a place of a line: a value, and what it reached around it.
type stroke struct {
	ms               int64
	value, low, high float64
}

// path gives the line through strokes. A stroke that reached out of the line's width
// is drawn as far as it reached.
func (p *plane) path(strokes []stroke) string {
	var b strings.Builder
	for i, s := range strokes {
		x, y := f(p.x(s.ms)), p.y(s.value)
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		b.WriteString(letter + x + " " + f(y))
		if low := p.y(s.low); low > y+1 {
			b.WriteString("V" + f(low) + "V" + f(y))
		}
		if high := p.y(s.high); high < y-1 {
			b.WriteString("V" + f(high) + "V" + f(y))
		}
	}
	if len(strokes) == 1 {
		b.WriteString("h.1")
	}
	return b.String()
}

// curve draws a line.
func (p *plane) curve(strokes []stroke, class string) {
	if len(strokes) > 0 {
		fmt.Fprintf(&p.stretched, `<path class="%s-line" d="%s"/>`, class, p.path(strokes))
	}
}

// area draws a line over an area that reaches to a base.
func (p *plane) area(strokes []stroke, base float64, class string) {
	if len(strokes) == 0 {
		return
	}
	first, last := f(p.x(strokes[0].ms)), f(p.x(strokes[len(strokes)-1].ms))
	fmt.Fprintf(&p.stretched, `<path class="%s-area" d="%sL%s %sH%sZ"/>`, class, p.path(strokes), last, f(p.y(base)), first)
	p.curve(strokes, class)
}

// svg gives the drawing, with the cursor and its dots, one for each of so many
// lines, that the page's script moves.
func (p *plane) svg(label string, dots ...string) template.HTML {
	var cursor strings.Builder
	fmt.Fprintf(&cursor, `<g class="cursor"><line y1="%s" y2="%s"/>`, f(topMargin), f(p.bottom()))
	for _, class := range dots {
		fmt.Fprintf(&cursor, `<circle class="%s-dot" r="3.5"/>`, class)
	}
	cursor.WriteString("</g>")
	bottom := f(p.bottom())
	//nolint:gosec // every text in it is escaped where it is put in
	return template.HTML(fmt.Sprintf(`<svg height="%s" role="img" aria-label="%s" data-low="%g" data-high="%g" data-top="%g" data-bottom="%s">%s`+
		`<svg class="plane" viewBox="0 0 %g %s" width="100%%" height="%s" preserveAspectRatio="none">%s</svg><svg class="marks" width="100%%" height="%s">%s</svg>%s</svg>`,
		f(p.height), html.EscapeString(label), p.low, p.high, topMargin, bottom, p.behind.String(),
		planeWidth, bottom, bottom, p.stretched.String(), bottom, p.above.String(), cursor.String()))
}

// bounds gives the least and the largest value of lines.
func bounds(lines ...[]stroke) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range slices.Concat(lines...) {
		low, high = min(low, s.low, s.value), max(high, s.high, s.value)
	}
	return low, high
}
