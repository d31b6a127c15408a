package engine

import (
	"strings"
	"testing"
)

// coldBuyer is a scenario's beginning: an account that would buy above an average that
// it never comes to know, on NSE, with candles of two timeframes: 3min and the strategy's.
const coldBuyer = `
zone Asia/Kolkata
exchange NSE
config:
  symbols: {timeframe: 3min}
  accounts:
    - user_id: alice
      deposit: 100000
      strategies:
        - {strategy_id: s, name: s, symbols: [X], timeframe: 1min, rules: {entry_long: close > SMA_20}}
`

// TestScenariosTellWhatWasPassedOver: a check that fails tells, with its last problem,
// which signals strategies withheld and which ticks changed no candle since the check
// before: mostly they are why.
func TestScenariosTellWhatWasPassedOver(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string // of each problem
	}{
		"cold": {
			"every 1min from 10:00:30 X 100 101 102 103\nat 10:04\n  signal BUY X\n  order PLACED BUY 1 X\n",
			[]string{"", "3 entries withheld while values were cold (SMA_20 at 1min needs 20 candles, had 3)"},
		},
		"since the check before": {
			"every 1min from 10:00:30 X 100 101 102 103\nat 10:04\n  nothing\nevery 1min from 10:04:30 X 104\nat 10:05\n  signal BUY X\n",
			[]string{"1 entry withheld while values were cold (SMA_20 at 1min needs 20 candles, had 4)"},
		},
		"late": {
			"10:00:30 X 100\n10:01:30 X 101\n10:00:40 X 99\n10:00:41 X 99\nat 10:02\n  candle X 1min 100 100 99 99\n",
			[]string{"1 entry withheld while values were cold (SMA_20 at 1min needs 20 candles, had 1); 2 ticks came after their 1min candle had closed"},
		},
		"one late": {
			"10:00:30 X 100\n10:01:30 X 101\nat 10:02\n  nothing\n10:00:40 X 99\nat 10:02\n  candle X 1min 100 100 99 99\n",
			[]string{"1 tick came after its 1min candle had closed"},
		},
		"off session": {
			"15:35:00 X 100\nat 15:36\n  candle X 1min 100 100 100 100\n", []string{"1 tick was outside of the exchange's sessions"},
		},
		"another source": {
			"source a\n10:00:30 X 100\nsource b\n10:00:20 X 101\nsource a\n10:00:40 X 102\nat 10:01\n  signal BUY X\n",
			[]string{"1 tick was of a source that the symbol does not follow"},
		},
		"nothing": {"10:00:30 X 100\nat 10:01\n  signal BUY X\n", []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, err := RunScenario(t.Context(), name, coldBuyer+c.text, discard())
			if err != nil || len(bad) != len(c.want) {
				t.Fatalf("gives %v, %v", bad, err)
			}
			for i, p := range bad {
				if p.Also != c.want[i] || (p.Also != "") != strings.HasSuffix(p.String(), "\n  also  since the check before: "+p.Also) {
					t.Errorf("problem %d: %q, want %q; all of it:\n%v", i, p.Also, c.want[i], p)
				}
			}
		})
	}
}
