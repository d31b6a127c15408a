package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestIndicatorsOfNames(t *testing.T) {
	const macd = `MOMENTUM

  MACD
    in words             moving average convergence/divergence
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
    in words             Bollinger bands
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
	for args, want := range map[string]string{
		"EMAA":        `no indicator "EMAA": did you mean EMA`,
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
	var entries []map[string]any
	_, out, _ := call(t, "indicators", "--json", "RSI_7", "VWAP")
	if err := json.Unmarshal([]byte(out), &entries); err != nil || len(entries) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	if e := entries[0]; e["name"] != "RSI" || e["group"] != "momentum" || !strings.Contains(e["formula"].(string), "gain") {
		t.Errorf("RSI_7 is %v", e)
	}
	if !strings.Contains(out, `"parameters": []`) {
		t.Errorf("VWAP's parameters are not an empty list: %s", out)
	}
	_, out, _ = call(t, "indicators", "--json")
	if err := json.Unmarshal([]byte(out), &entries); err != nil || len(entries) < 100 {
		t.Errorf("%d of all (%v)", len(entries), err)
	}
}
