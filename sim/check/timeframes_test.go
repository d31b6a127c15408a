package check

import (
	"regexp"
	"testing"

	"github.com/velox-trading/velox/trading/market"
)

// TestTimeframes: candles of hours, a week and a month are held against the oracle as
// those of seconds are.
func TestTimeframes(t *testing.T) {
	all := []string{"1hour", "24hour", "5hour", "1week", "1month", "1day", "60min"}
	for _, wrong := range append([]string{""}, all...) {
		w := newWritten(t)
		w.timeframes = all
		if wrong != "" {
			w.spoil["update 3 "+wrong] = replace(`"high":102`, `"high":103`)
		}
		r := checked(t, w.subject())
		for _, result := range r.Results {
			if result.Check == "candles" && ((result.Found > 0) != (wrong != "") || len(result.Notes) > 0) {
				t.Errorf("a wrong candle of %q: %d found, %v, notes %v", wrong, result.Found, result.First, result.Notes)
			}
		}
	}
}

// TestEveryTimeframeIsKnown: what the product takes for a timeframe has the same length
// here.
func TestEveryTimeframeIsKnown(t *testing.T) {
	names := regexp.MustCompile(`\d+[a-z]+`).FindAllString(market.WantTimeframe("2d"), -1)
	if len(names) != 9 {
		t.Fatalf("the names are %q", names)
	}
	for _, name := range names {
		length, err := parseTimeframe(name)
		if want := market.MustParseTimeframe(name).Duration(); err != nil || length != want {
			t.Errorf("%s is %v, want %v: %v", name, length, want, err)
		}
	}
	for _, text := range []string{"", "5", "min", "0min", "25hour", "2day", "2week", "1h", "-1s", "1.5min", "99999999999999999999s"} {
		if length, err := parseTimeframe(text); err == nil {
			t.Errorf("%q is %v", text, length)
		}
	}
}
