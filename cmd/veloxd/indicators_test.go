package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/indicator"
)

// TestIndicatorsListsAll: each kind once, under its group, with its outputs and the
// words of its formula.
func TestIndicatorsListsAll(t *testing.T) {
	code, out, stderr := call(t, "indicators")
	if code != 0 || stderr != "" {
		t.Fatalf("gives %d and %q", code, stderr)
	}
	words := strings.Fields(out)
	for _, k := range indicator.Kinds() {
		heading, group := "\n  "+k.Name+"\n", strings.ToUpper(k.Group)+"\n"
		at := strings.Index(out, heading)
		if at < 0 || strings.Count(out, heading) != 1 || !strings.Contains(out[:at], group) {
			t.Errorf("%s is not listed once, under %s", k.Name, k.Group)
		}
		for _, want := range append(k.Example().OutputNames(), strings.Fields(k.Formula)...) {
			if !slices.Contains(words, want) {
				t.Errorf("%s is listed without %q", k.Name, want)
			}
		}
	}
	for _, line := range strings.Split(out, "\n") {
		if len(line) > 100 {
			t.Errorf("a line of %d columns: %s", len(line), line)
		}
	}
}

func TestIndicatorsOfNames(t *testing.T) {
	const macd = `MOMENTUM

  MACD
    outputs              MACD_12_26_9 MACD_12_26_9_SIGNAL MACD_12_26_9_HIST
    fast                 12, whole, 2 to 10000
    slow                 26, whole, 2 to 10000
    signal               9, whole, 1 to 10000
    formula              EMA(fast) - EMA(slow); the EMA(signal) of that; their difference
`
	const words = `
In formulas:
    EMA                  e + 2 / (n + 1) * (x - e), the mean of the first n numbers at first
`
	const bands = `OVERLAP

  BBANDS
    outputs              BBANDS_50_2.5_UPPER BBANDS_50_2.5_MIDDLE BBANDS_50_2.5_LOWER
    periods              50, whole, 2 to 10000, by default 20
    deviations           2.5, 0.001 to 100, by default 2
`
	for args, want := range map[string]string{"MACD": macd + words, "macd": macd + words, "bbands_50_2.5_lower": bands, "MACD BBANDS_50_2.5_LOWER": macd + "\n" + bands} {
		code, out, stderr := call(t, append([]string{"indicators"}, strings.Fields(args)...)...)
		if code != 0 || stderr != "" || !strings.HasPrefix(out, want) {
			t.Errorf("%s gives %d, %q and\n%swant\n%s", args, code, stderr, out, want)
		}
	}
	_, out, _ := call(t, "indicators", "volume")
	for _, k := range indicator.Kinds() {
		if got := strings.Contains(out, "\n  "+k.Name+"\n"); got != (k.Group == "volume") {
			t.Errorf("the group volume lists %s: %v", k.Name, got)
		}
	}
	for args, want := range map[string]string{
		"EMAA":        `no indicator "EMAA"; the nearest names are EMA`,
		"EMA_0":       `want a whole number from 1 to 10000`,
		"MACD EMA_20": "",
		"volumes":     "groups are overlap, momentum",
	} {
		code, _, stderr := call(t, append([]string{"indicators"}, strings.Fields(args)...)...)
		if (code == 2) != (want != "") || !strings.Contains(stderr, want) {
			t.Errorf("%s gives %d and %q, want %q", args, code, stderr, want)
		}
	}
}

func TestIndicatorsJSON(t *testing.T) {
	var entries []indicatorEntry
	_, out, _ := call(t, "indicators", "--json", "RSI_7", "VWAP")
	if err := json.Unmarshal([]byte(out), &entries); err != nil || len(entries) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	rsi := indicatorParameter{Name: "periods", Value: 7, Default: 14, Least: 2, Most: 10_000, Whole: true}
	if e := entries[0]; e.Name != "RSI" || e.Group != "momentum" || !slices.Equal(e.Outputs, []string{"RSI_7"}) ||
		!slices.Equal(e.Parameters, []indicatorParameter{rsi}) || !strings.Contains(e.Formula, "gain") {
		t.Errorf("RSI_7 is %+v", e)
	}
	if terms := entries[0].Terms; len(terms) != 1 || terms[0].Word != "Wilder's average" {
		t.Errorf("RSI has the terms %v", terms)
	}
	if !strings.Contains(out, `"parameters": []`) {
		t.Errorf("VWAP's parameters are not an empty list: %s", out)
	}
	_, out, _ = call(t, "indicators", "--json")
	if err := json.Unmarshal([]byte(out), &entries); err != nil || len(entries) != len(indicator.Kinds()) {
		t.Errorf("%d of all %d (%v)", len(entries), len(indicator.Kinds()), err)
	}
}
