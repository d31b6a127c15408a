package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
	"github.com/velox-trading/velox/trading/zone"
)

var cent = decimal.MustParse("0.01")

// money shows an amount with two places and thousands apart, and one that would be
// nothing with its first two digits; the JSON has all.
func money(d decimal.Decimal) string {
	rounded := d.RoundTo(cent)
	if rounded.IsZero() && !d.IsZero() {
		return firstDigits(d.String(), 2)
	}
	return atLeast(rounded.String(), 2)
}

// firstDigits cuts the text of a number below 1 after its first digits that count.
func firstDigits(text string, digits int) string {
	start := strings.IndexFunc(text, func(r rune) bool { return r >= '1' && r <= '9' })
	return text[:min(start+digits, len(text))]
}

// atLeast gives a number's text at least so many places, with thousands apart.
func atLeast(text string, places int) string {
	whole, fraction, _ := strings.Cut(text, ".")
	if missing := places - len(fraction); missing > 0 {
		fraction += strings.Repeat("0", missing)
	}
	return grouped(whole + "." + fraction)
}

// grouped puts commas between the thousands of a number's text.
func grouped(text string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	digits, fraction, dotted := strings.Cut(text, ".")
	if dotted {
		fraction = "." + fraction
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits + fraction
}

func number[N int | int64](n N) string { return grouped(fmt.Sprint(n)) }

// quantity shows a quantity with all its places.
func quantity(d decimal.Decimal) string { return grouped(d.String()) }

// prices shows the prices of symbols, each symbol's with as many places as its
// prices have, and at least two.
type prices map[string]int

func (b *Backtest) prices() prices {
	out := make(prices)
	if b.Prices == nil {
		return out
	}
	for _, symbol := range b.Prices.Symbols() {
		out[symbol] = 2
		bars := b.Prices.Bars(symbol)
		for i := range bars {
			for _, p := range []decimal.Decimal{bars[i].Open, bars[i].High, bars[i].Low, bars[i].Close} {
				out[symbol] = max(out[symbol], places(p))
			}
		}
	}
	return out
}

func places(d decimal.Decimal) int {
	_, fraction, _ := strings.Cut(d.String(), ".")
	return len(fraction)
}

// text shows a price. Means and prices with slippage may have more places than what
// was traded: they are rounded to one place more, when it is not 0.
func (p prices) text(symbol string, d decimal.Decimal) string {
	n, known := p[symbol]
	if !known {
		return atLeast(d.String(), 2)
	}
	step := cent
	for i := 2; i < n+1 && i < 8; i++ {
		step = step.Div(decimal.FromInt(10))
	}
	return atLeast(d.RoundTo(step).String(), n)
}

// none stands for a ratio without a value.
const none = "–"

func plain(r performance.Ratio) string {
	if r.Value == nil {
		return none
	}
	if a := math.Abs(*r.Value); a >= 1e6 {
		return fmt.Sprintf("%.2g", *r.Value)
	}
	return decimals(*r.Value)
}

func percent(r performance.Ratio) string {
	if r.Value == nil {
		return none
	}
	return decimals(100**r.Value) + " %"
}

// decimals gives two places of a number, and no sign to a 0.
func decimals(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	if text == "-0.00" {
		text = "0.00"
	}
	return grouped(text)
}

// why explains ratios without a value, each reason once.
func why(named map[string]performance.Ratio) string {
	reasons := make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if r := named[name]; r.Value == nil {
			reasons[r.Undefined] = append(reasons[r.Undefined], name)
		}
	}
	var out []string
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		out = append(out, strings.Join(reasons[reason], ", ")+": "+reason)
	}
	return strings.Join(out, "; ")
}

func duration(ms int64) string {
	switch d := time.Duration(ms) * time.Millisecond; {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	case d >= time.Minute:
		text := strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
		return strings.Replace(text, "h0m", "h", 1)
	default:
		return d.Round(time.Second).String()
	}
}

func counted(m map[string]int64) string {
	sum := int64(0)
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		sum += m[k]
		parts = append(parts, fmt.Sprintf("%s %s", k, number(m[k])))
	}
	if sum == 0 {
		return "0"
	}
	return fmt.Sprintf("%s (%s)", number(sum), strings.Join(parts, ", "))
}

// clock shows times in the zone of the report.
type clock struct{ zone *time.Location }

func (b *Backtest) clock() clock {
	location, err := zone.Load(b.Settings.Zone)
	if err != nil {
		location = time.UTC
	}
	return clock{location}
}

func (c clock) second(ms int64) string {
	if ms == 0 {
		return none
	}
	return time.UnixMilli(ms).In(c.zone).Format("2006-01-02 15:04:05")
}

func (c clock) minute(ms int64) string {
	if ms == 0 {
		return none
	}
	return time.UnixMilli(ms).In(c.zone).Format("2006-01-02 15:04")
}

// ofYear shows a time where there is no room for its year, which the head tells.
func (c clock) ofYear(ms int64) string { return time.UnixMilli(ms).In(c.zone).Format("01-02 15:04:05") }
