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
)

var cent = decimal.MustParse("0.01")

// money shows an amount with two places and thousands apart; the JSON has all.
func money(d decimal.Decimal) string {
	text := d.RoundTo(cent).String()
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	whole, fraction, _ := strings.Cut(text, ".")
	return sign + thousands(whole) + "." + (fraction + "00")[:2]
}

// thousands puts commas into a whole number.
func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func number[N int | int64](n N) string {
	text := fmt.Sprint(n)
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return "-" + thousands(rest)
	}
	return thousands(text)
}

// price shows a price with all its places, but at least two.
func price(d decimal.Decimal) string {
	whole, fraction, _ := strings.Cut(d.String(), ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	return whole + "." + fraction
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
	return fmt.Sprintf("%.2f", *r.Value)
}

func percent(r performance.Ratio) string {
	if r.Value == nil {
		return none
	}
	return fmt.Sprintf("%.2f %%", 100**r.Value)
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
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
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
	zone, err := time.LoadLocation(b.Settings.Zone)
	if err != nil {
		zone = time.UTC
	}
	return clock{zone}
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
