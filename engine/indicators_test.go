package engine

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/indicator"
)

func printed(entries []IndicatorEntry) string {
	var b strings.Builder
	PrintIndicators(&b, entries)
	return b.String()
}

// TestIndicatorsListsAll: each kind once, under its group, with its outputs and the
// words of its formula.
func TestIndicatorsListsAll(t *testing.T) {
	entries, err := FindIndicators(nil)
	if err != nil || len(entries) != len(indicator.Kinds()) {
		t.Fatalf("%d of %d, %v", len(entries), len(indicator.Kinds()), err)
	}
	out := printed(entries)
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

// TestIndicatorsOfAGroup: a group's name stands for all of its kinds, and only them.
func TestIndicatorsOfAGroup(t *testing.T) {
	for _, group := range indicator.Groups() {
		entries, err := FindIndicators([]string{strings.ToUpper(group)})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range indicator.Kinds() {
			listed := slices.ContainsFunc(entries, func(e IndicatorEntry) bool { return e.Name == k.Name })
			if listed != (k.Group == group) {
				t.Errorf("%s lists %s: %v", group, k.Name, listed)
			}
		}
	}
}

func TestNoSuchIndicator(t *testing.T) {
	for name, want := range map[string]string{
		"EMAA": `no indicator "EMAA": did you mean EMA`, "ema_0": "want a whole number from 1 to 10000", "volumes": "groups are overlap, momentum",
		"": "no indicator", "bolinger": `no indicator "bolinger": did you mean bollinger?`, "BBANDS_20_2": "names no output; want one of UPPER, MIDDLE, LOWER",
	} {
		if entries, err := FindIndicators([]string{"MACD", name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, %v; want %q", name, entries, err, want)
		}
	}
}

func TestIndicatorEntry(t *testing.T) {
	entries, err := FindIndicators([]string{"rsi_7", "vwap"})
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	want := IndicatorEntry{
		Name: "RSI", Title: "relative strength index", Group: "momentum", Parameters: []IndicatorParameter{{Name: "periods", Value: 7, Default: 14, Least: 2, Most: 10_000, Whole: true}},
		Outputs: []string{"RSI_7"}, Formula: "100 * gain / (gain + loss), Wilder's averages of the moves up and down; 0 without moves",
		Terms: []IndicatorTerm{{"Wilder's average", "(w * (n - 1) + x) / n, the mean of the first n numbers at first"}},
	}
	if !reflect.DeepEqual(entries[0], want) {
		t.Errorf("%+v, want %+v", entries[0], want)
	}
	if v := entries[1]; v.Name != "VWAP" || v.Parameters == nil || v.Terms == nil {
		t.Errorf("%+v; want empty lists rather than null", v)
	}
}

// TestIndicatorsByWords: what a trader calls them finds them, each once.
func TestIndicatorsByWords(t *testing.T) {
	for words, want := range map[string][]string{
		"hull": {"HMA"}, "heikin-ashi": {"HA"}, "heikin ashi": {"HA"}, "bollinger bands": {"BBANDS"}, "macd hull hma": {"MACD", "HMA"}, "parabolic sar": {"SAR", "SAREXT"},
	} {
		entries, err := FindIndicators(strings.Fields(words))
		var got []string
		for _, e := range entries {
			got = append(got, e.Name)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s finds %v, %v; want %v", words, got, err, want)
		}
	}
	for _, word := range []string{"average", "overlap"} {
		entries, err := FindIndicators([]string{word})
		if err != nil || !slices.ContainsFunc(entries, func(e IndicatorEntry) bool { return e.Name == "EMA" }) {
			t.Errorf("%s finds no EMA among %d, %v", word, len(entries), err)
		}
	}
}
