package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBacktestDays: days are the exchanges' trading days and a year has as many as
// their calendars say, unless a zone or a number is asked for; the report says which.
func TestBacktestDays(t *testing.T) {
	// New York's Sunday evening is of Monday: two trading days, three dates of UTC.
	text := "symbol,exchange,timestamp_ms,price,volume\n"
	for _, tick := range [][2]string{
		{"COIN,BINANCE", "2024-01-07T10:00:00Z"},
		{"GOLD,CME", "2024-01-07T23:30:00Z"},
		{"COIN,BINANCE", "2024-01-08T10:00:00Z"},
		{"GOLD,CME", "2024-01-08T15:00:00Z"},
		{"GOLD,CME", "2024-01-08T23:30:00Z"},
		{"GOLD,CME", "2024-01-09T15:00:00Z"},
	} {
		when, err := time.Parse(time.RFC3339, tick[1])
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s,%d,100,1\n", tick[0], when.UnixMilli())
	}
	file := filepath.Join(t.TempDir(), "ticks.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		symbols string
		zone    *time.Location
		asked   float64
		want    string
		total   [2]float64 // days and days a year
		gold    [2]float64
	}{
		{"GOLD", nil, 0, "trading days of CME, 252 a year", [2]float64{2, 252}, [2]float64{2, 252}},
		{"GOLD", nil, 300, "trading days of CME, 300 a year", [2]float64{2, 300}, [2]float64{2, 300}},
		{"GOLD", time.UTC, 0, "dates of UTC, 252 a year", [2]float64{3, 252}, [2]float64{3, 252}},
		{"GOLD", kolkata, 0, "dates of Asia/Kolkata, 252 a year", [2]float64{2, 252}, [2]float64{2, 252}},
		{
			"GOLD, COIN", nil, 0, "trading days of BINANCE, CME, 365 a year of BINANCE, 252 a year of CME, the larger number where both are traded",
			[2]float64{3, 365},
			[2]float64{2, 252},
		},
		{"GOLD, COIN", time.UTC, 300, "dates of UTC, 300 a year", [2]float64{3, 300}, [2]float64{3, 300}},
	} {
		o := wavesOptions(t, file)
		var shown strings.Builder
		o.Out, o.Zone, o.Figures.DaysPerYear = &shown, c.zone, c.asked
		config := settings(t, nil)
		config.Accounts = parseAccounts(t, `accounts:
  - user_id: ann
    deposit: 1000
    strategies:
      - {name: idle, symbols: [`+c.symbols+`, ABSENT], timeframe: 1min, rules: {entry_long: close > 1000, exit_long: close < 1, quantity: "1"}}
`)
		if err := Backtest(t.Context(), config, o); err != nil {
			t.Fatal(err)
		}
		doc, _ := readReport(t, o.JSON)
		if doc.Settings.Days != c.want || doc.Settings.DaysPerYear != c.total[1] || !strings.Contains(shown.String(), "days are "+c.want+"\n") {
			t.Errorf("days are %q, %v a year, want %q, %v, in the text as well:\n%s", doc.Settings.Days, doc.Settings.DaysPerYear, c.want, c.total[1], shown.String())
		}
		if f := doc.Total.Figures; float64(f.Days) != c.total[0] || f.DaysPerYear != c.total[1] {
			t.Errorf("%s: %d days, %v a year, want %v", c.want, f.Days, f.DaysPerYear, c.total)
		}
		for _, s := range doc.Symbols {
			if f := s.Figures; s.Symbol == "GOLD" && (float64(f.Days) != c.gold[0] || f.DaysPerYear != c.gold[1]) {
				t.Errorf("%s: %d days of gold, %v a year, want %v", c.want, f.Days, f.DaysPerYear, c.gold)
			}
		}
		page, err := os.ReadFile(o.HTML)
		if err != nil || !strings.Contains(string(page), "The days of Sharpe and Sortino are "+c.want+";") {
			t.Errorf("%v: the page does not say %q", err, c.want)
		}
	}
}
