package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScenarios runs every scenario of testdata: what a trader is promised, in
// files that he can read.
func TestScenarios(t *testing.T) {
	files, err := scenarioFiles([]string{"testdata/scenarios"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".scenario"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			bad, err := RunScenario(t.Context(), path, string(text), discard())
			if err != nil {
				t.Fatal(err)
			}
			if len(bad) > 0 {
				t.Error(strings.Join(bad, "\n"))
			}
		})
	}
}

// buysOnce is a scenario's beginning: an account that buys one at the third close.
const buysOnce = `
config:
  accounts:
    - user_id: alice
      deposit: 100000
      strategies:
        - {strategy_id: s, name: s, symbols: [X], timeframe: 1min, rules: {entry_long: close >= 102, stoploss: "90"}}
every 1min from 10:00:30 X 100 101 102 103
`

// TestScenariosThatFail: what differs is told with its line, and nothing that
// happened is passed over.
func TestScenariosThatFail(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"not expected": {"at 10:04\n  nothing", "at 10:04, not expected: signal BUY X by s quantity 1 price 102 stoploss 90"},
		"did not happen": {
			"at 10:04\n  signal BUY X\n  order PLACED BUY 1 X\n  order FILLED BUY 1 X\n  position OPENED X\n  alert CRITICAL DAILY_LOSS",
			"line 14: alert CRITICAL DAILY_LOSS: did not happen",
		},
		"another fact":      {"at 10:04\n  order PLACED BUY 1 X price 7", "line 10: order PLACED BUY 1 X price 7: it is: order PLACED BUY 1 X by s type MARKET status PENDING"},
		"another head":      {"at 10:04\n  signal SELL X", "it is: signal BUY X by s"},
		"a candle":          {"at 10:04\n  candle X 1min 1 2 3 4", "it is: candle X 1min 102 102 102 102 volume 1 end 10:03:00"},
		"no candle":         {"at 10:04\n  candle Y 1min 1 2 3 4", "no candle has closed"},
		"an indicator":      {"at 10:04\n  indicator X 1min EMA_20 5", "it has no value yet"},
		"no position":       {"at 10:04\n  position MODIFIED Y", "no position was told of"},
		"no such indicator": {"at 10:04\n  indicator X 7min EMA_20 none", "there was no update"},
	} {
		t.Run(name, func(t *testing.T) {
			bad, err := RunScenario(t.Context(), name, buysOnce+c.text, discard())
			if err != nil || !strings.Contains(strings.Join(bad, "\n"), c.want) {
				t.Errorf("gives %q, %v; want %q", bad, err, c.want)
			}
		})
	}
}
