package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	india, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int64{
		"":                          0,
		"2024-08-09":                1723141800000, // midnight in India
		"2024-08-09T10:00":          1723177800000,
		"2024-08-09T10:00:01":       1723177801000,
		"2024-08-09T10:00:00Z":      1723197600000,
		"2024-08-09T10:00:00+05:30": 1723177800000,
	} {
		if got, err := parseTime("--from", text, india); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"today", "1969-01-01", "2024-13-01", "1723177800000"} {
		if got, err := parseTime("--from", text, india); err == nil {
			t.Errorf("%q is %d, want an error", text, got)
		}
	}
}

// TestBacktest is what a user does: a file of accounts, a file of ticks, a report.
func TestBacktest(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var ticks strings.Builder
	ticks.WriteString("symbol,exchange,timestamp_ms,price,volume\n")
	for i := range 3_000 {
		fmt.Fprintf(&ticks, "X,E,%d,%.2f,1\n", 1_700_000_000_000+int64(i)*1000, 100+5*math.Sin(float64(i)/300))
	}
	accounts := write("mine.yaml", `accounts:
  - user_id: ann
    deposit: 10000
    strategies:
      - {name: swing, symbols: [X], timeframe: 1min, rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: "10"}}
`)
	jsonFile, page := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.html")
	code, out, stderr := call(t, "backtest", "--config", accounts, "--json", jsonFile, "--html", page, write("ticks.csv", ticks.String()))
	if code != 0 || stderr != "" || !strings.Contains(out, "3,000 ticks from 2023-11-14 22:13:20 to 2023-11-14 23:03:19 UTC") || !strings.Contains(out, "ann swing") || !strings.Contains(out, "\n3000 ticks ran in ") {
		t.Errorf("code %d, stderr %q, report:\n%s", code, stderr, out)
	}
	if _, out, _ := call(t, "backtest", "--config", accounts, "--to", "2023-11-14T22:30", filepath.Join(dir, "ticks.csv")); !strings.Contains(out, "\n1000 ticks of 3000 ran in ") {
		t.Errorf("a part of it: %s", out)
	}
	var doc struct {
		Schema string `json:"schema"`
		Total  struct {
			Figures struct {
				Trades int         `json:"trades"`
				Net    json.Number `json:"net"`
			} `json:"figures"`
		} `json:"total"`
	}
	text, err := os.ReadFile(jsonFile)
	if err == nil {
		err = json.Unmarshal(text, &doc)
	}
	if err != nil || doc.Schema != "velox-backtest/3" || doc.Total.Figures.Trades == 0 || strings.HasPrefix(string(doc.Total.Figures.Net), "-") {
		t.Errorf("%v: %+v", err, doc)
	}
	if html, err := os.ReadFile(page); err != nil || !strings.HasPrefix(string(html), "<!doctype html>") {
		t.Errorf("%v: %.100s", err, html)
	}
}

func TestBacktestFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no file":       {nil, "backtest wants at least one file"},
		"no time":       {[]string{"--from", "noon", "x.csv"}, `--from "noon": want a time after 1970`},
		"no span":       {[]string{"--from", "2024-01-02", "--to", "2024-01-02", "x.csv"}, "--to 2024-01-02 is not after --from"},
		"partitions":    {[]string{"--partitions", "6", "x.csv"}, `--partitions "6": want 1 or seed`},
		"sample":        {[]string{"--sample", "0s", "x.csv"}, "--sample 0s: want 1ms to 24h"},
		"zone":          {[]string{"--zone", "Local", "x.csv"}, `--zone "Local": want an IANA time zone`},
		"days per year": {[]string{"--days-per-year", "NaN", "x.csv"}, "--days-per-year NaN: want 1 to 366"},
		"risk-free":     {[]string{"--risk-free", "5", "x.csv"}, "0.05 is 5 percent"},
		"no share":      {[]string{"--risk-free", "five", "x.csv"}, "want a share, such as 0.05 or 5%"},
		"all percents":  {[]string{"--risk-free", "500%", "x.csv"}, "--risk-free 5: want -1 to 1"},
		"five percent":  {[]string{"--risk-free", "5%", "x.csv"}, "the configuration has no accounts"}, // the flag is right
		"twice":         {[]string{"backtest.go", "./backtest.go"}, "./backtest.go is given twice: its ticks would count double"},
		"one file":      {[]string{"--json", "a", "--html", "a", "x.csv"}, "both name a"},
		"no accounts":   {[]string{"x.csv"}, "the configuration has no accounts"},
	} {
		code, out, stderr := call(t, append([]string{"backtest"}, c.args...)...)
		if code != 2 || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: code %d, %q, %q; want 2 and %q", name, code, out, stderr, c.want)
		}
	}
}
