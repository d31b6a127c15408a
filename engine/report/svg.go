package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Charts are drawn in a plane of this width, which the page scales.
const (
	chartWidth = 1000.0
	leftMargin = 8.0
	// rightMargin has room for the numbers of the axis.
	rightMargin  = 92.0
	topMargin    = 10.0
	bottomMargin = 24.0
)

// plane maps indices and values to a chart. The x axis counts observations, not
// time, so that nights and weekends take no room.
type plane struct {
	count     int
	low, high float64
	height    float64
	b         strings.Builder
}

func newPlane(count int, low, high, height float64) *plane {
	if high <= low { // a flat line in the middle
		pad := max(math.Abs(high)*0.001, 0.5)
		low, high = low-pad, high+pad
	}
	return &plane{count: count, low: low, high: high, height: height}
}

func (p *plane) x(i float64) float64 {
	return leftMargin + (i+0.5)/float64(max(p.count, 1))*(chartWidth-leftMargin-rightMargin)
}

func (p *plane) y(v float64) float64 {
	return topMargin + (p.high-v)/(p.high-p.low)*(p.height-topMargin-bottomMargin)
}

// f writes a coordinate: a tenth is finer than anyone sees.
func f(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func (p *plane) add(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

// grid draws lines at round values with their numbers, and the times below.
func (p *plane) grid(times []string) {
	step := roundStep((p.high - p.low) / 6)
	right := f(chartWidth - rightMargin + 6)
	for i := math.Ceil(p.low / step); i*step <= p.high; i++ {
		y := f(p.y(i * step))
		p.add(`<path class="grid" d="M%s %sH%s"/><text class="axis" x="%s" y="%s" dy=".35em">%s</text>`, f(leftMargin), y, f(chartWidth-rightMargin), right, y, axisNumber(i*step, step))
	}
	const labels = 5
	last := ""
	for k := range labels {
		i := (len(times) - 1) * k / (labels - 1)
		if len(times) == 0 || times[i] == last {
			continue
		}
		last = times[i]
		anchor := "middle"
		switch k {
		case 0:
			anchor = "start"
		case labels - 1:
			anchor = "end"
		}
		p.add(`<text class="axis" x="%s" y="%s" text-anchor="%s">%s</text>`, f(p.x(float64(i))), f(p.height-6), anchor, html.EscapeString(times[i]))
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
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	whole, fraction, dotted := strings.Cut(text, ".")
	if dotted {
		fraction = "." + fraction
	}
	return sign + thousands(whole) + fraction
}

// line gives the path of values.
func (p *plane) line(values []float64) string {
	var b strings.Builder
	for i, v := range values {
		letter := byte('L')
		if i == 0 {
			letter = 'M'
		}
		b.WriteByte(letter)
		b.WriteString(f(p.x(float64(i))) + " " + f(p.y(v)))
	}
	return b.String()
}

// area draws values filled to a base, with their line on it.
func (p *plane) area(values []float64, base float64, class string) {
	if len(values) == 0 {
		return
	}
	path := p.line(values)
	if len(values) == 1 {
		path += "h.1"
	}
	p.add(`<path class="%s-area" d="%sL%s %sL%s %sZ"/><path class="%s-line" d="%s"/>`, class, path,
		f(p.x(float64(len(values)-1))), f(p.y(base)), f(p.x(0)), f(p.y(base)), class, path)
}

// svg gives the drawing. series names the data that the page's script reads out
// under the pointer; empty: none.
func (p *plane) svg(label, series string) template.HTML {
	attributes := ""
	if series != "" {
		attributes = fmt.Sprintf(` tabindex="0" data-series="%s" data-left="%s" data-right="%s"`, html.EscapeString(series), f(leftMargin), f(chartWidth-rightMargin))
	}
	//nolint:gosec // every text in it is escaped where it is put in
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %s %s" role="img" aria-label="%s"%s>%s<path class="cursor" d="" /></svg>`,
		f(chartWidth), f(p.height), html.EscapeString(label), attributes, p.b.String()))
}
