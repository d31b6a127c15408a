package indicator

import (
	"slices"
	"strings"
	"testing"
)

// TestTitles: all kinds but patterns have one, and nothing else has.
func TestTitles(t *testing.T) {
	for _, k := range Kinds() {
		if (k.Title() == "") != (k.Group == "pattern") {
			t.Errorf("%s, of %s, is %q in words", k.Name, k.Group, k.Title())
		}
	}
	for name := range titles {
		if _, ok := kindOf(name); !ok {
			t.Errorf("%s has words and is no kind", name)
		}
	}
}

func TestSearch(t *testing.T) {
	for word, want := range map[string][]string{
		"hull": {"HMA"}, "heikin-ashi": {"HA"}, "Heikin Ashi": {"HA"}, "bollinger": {"BBANDS"}, "parabolic": {"SAR", "SAREXT"}, "morning_star": {"CDLMORNINGSTAR"},
		"keltner channel": {"KC", "KELTNER"}, "on balance": {"OBV"}, "%r": nil, "": nil, "nonesuch": nil,
	} {
		var got []string
		for _, k := range Search(word) {
			got = append(got, k.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", word, got, want)
		}
	}
	for _, word := range []string{"candlestick", "Candlesticks", "candlestick patterns"} {
		if got := Search(word); len(got) < 60 || slices.ContainsFunc(got, func(k Kind) bool { return k.Group != "pattern" }) {
			t.Errorf("%q finds %d kinds, want all patterns", word, len(got))
		}
	}
	if n := len(Search("moving average")); n < 15 {
		t.Errorf("%d moving averages are found", n)
	}
}

func TestMeantWord(t *testing.T) {
	for word, want := range map[string]string{"bolinger": "bollinger", "Kelter": "keltner", "stocastic": "stochastic", "xyzzyq": ""} {
		if got := MeantWord(word); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		} else if want != "" && len(Search(strings.ToUpper(want))) == 0 {
			t.Errorf("%s finds nothing", want)
		}
	}
}
