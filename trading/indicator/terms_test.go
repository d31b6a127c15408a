package indicator

import (
	"regexp"
	"strings"
	"testing"
)

// TestFormulasStandAlone: a formula is read by itself, so it can't lean on the one
// listed before it, and what it names is there.
func TestFormulasStandAlone(t *testing.T) {
	neighbours := regexp.MustCompile(`^(the same|that|its|similar)\b|\bas above\b`)
	for _, k := range kinds {
		if neighbours.MatchString(k.Formula) {
			t.Errorf("%s leans on a neighbour: %s", k.Name, k.Formula)
		}
		for _, p := range k.Parameters {
			// n is the only one that goes without its name.
			if p.Name != "periods" && !strings.Contains(k.Name, "SAREXT") && !mentionsParameter(k, p.Name) {
				t.Errorf("%s doesn't say what %s does: %s", k.Name, p.Name, k.Formula)
			}
		}
	}
}

// mentionsParameter tells whether the formula, or one of its terms, has a word of the
// parameter's name.
func mentionsParameter(k Kind, name string) bool {
	text := k.Formula
	for _, term := range k.Terms() {
		text += " " + term.Word + " " + term.Meaning
	}
	words := strings.Fields(name)
	last := strings.TrimSuffix(words[len(words)-1], "s")
	return strings.Contains(text, last) || strings.Contains(text, words[0])
}

func TestTerms(t *testing.T) {
	words := func(name string) string {
		k, _ := kindOf(name)
		var list []string
		for _, term := range k.Terms() {
			list = append(list, term.Word)
		}
		return strings.Join(list, "; ")
	}
	for name, want := range map[string]string{
		"VWAP": "", "STOCHF": "type", "MA": "EMA; type; a name in capitals", "RSI": "Wilder's average", "MACD": "EMA", "BBANDS": "n; mean; population", "ADXR": "n; mean; a name in capitals",
		"EMA": "n; mean", "PIVOTS": "", "CDLDOJI": "a pattern's value; near, same, far",
		"CDLEVENINGDOJISTAR": "a pattern's value; white, black; long; doji; gap; well within, deep", "MINUS_DI": "Wilder's sum; a name in capitals",
	} {
		if got := words(name); got != want {
			t.Errorf("%s has the terms %q, want %q", name, got, want)
		}
	}
	for _, term := range Terms() {
		used := false
		for _, k := range kinds {
			used = used || strings.Contains(words(k.Name), term.Word)
		}
		if !used || term.Meaning == "" {
			t.Errorf("%q is of no use", term.Word)
		}
	}
}
