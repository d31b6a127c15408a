package engine

import (
	"slices"
	"testing"
)

// TestBacktestOutsideHours: times of day of another zone than the exchange's make a strategy
// that never trades, and the report warns of it.
func TestBacktestOutsideHours(t *testing.T) {
	// 10:00 in India on Monday 2024-01-08.
	file := waves(t, 0, "INFY,NSE,1704688200000,100,1", "INFY,NSE,1704688260000,101,1")
	for rules, want := range map[string]string{
		`windows: 11:20-15:00, square_off: "15:20"`: "windows and square_off of ann s: never while NSE trades, for times of day are UTC's where no zone is given",
		`square_off: "15:45", zone: Asia/Kolkata`:   "square_off of ann s: never while NSE trades, for times of day are Asia/Kolkata's",
		`square_off: "15:20", zone: Asia/Kolkata`:   "",
	} {
		c := settings(t, nil)
		c.Accounts = parseAccounts(t, "accounts:\n  - user_id: ann\n    deposit: 10000\n    strategies:\n      - {name: s, symbols: [INFY], timeframe: 1min, rules: {entry_long: close > 0, "+rules+"}}\n")
		o := wavesOptions(t, file)
		if err := Backtest(t.Context(), c, o); err != nil {
			t.Fatal(err)
		}
		doc, _ := readReport(t, o.JSON)
		if told := slices.Contains(doc.Warnings, want); told != (want != "") || want == "" && len(doc.Warnings) > 0 {
			t.Errorf("%s warns of %q, want %q", rules, doc.Warnings, want)
		}
	}
}
