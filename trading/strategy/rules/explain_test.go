package rules

import (
	"regexp"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/indicator"
)

// TestPlainWords: what the parser does not understand is told by what to write.
func TestPlainWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"  ", "is empty"},
		{"close > 1 and", "column 11: the expression ends too early: a value is expected after `and`"},
		{"(close > 1", "column 1: this `(` is never closed"},
		{"close > [1", "column 9: this `[` is never closed"},
		{"close > (1]", "column 11: `]` closes `(`: want `)`"},
		{"close > 1)", "column 10: this `)` closes nothing"},
		{"max(1, ) > () ", "column 13: a value is expected between `(` and `)`"},
		{"and close > 1", "column 1: a value is expected before `and`"},
		{"close > > 1", "column 9: a value is expected between `>` and `>`"},
		{"close > 1 Or open > 1", "column 11: write or in small letters, not Or"},
		{"NOT close > 1", "column 1: write not in small letters, not NOT"},
		{"close above 1", "column 7: for `above`, write >"},
		{"if close > 1 then true", "for `then`, write and"},
		{"WHEN close > 1", "remove WHEN"},
		{"TRUE", "write true in small letters"},
		{"close = 1", "column 7: for `=`, write =="},
		{"close => 1", "column 7: for `=>`, write >="},
		{"close > = 1", "column 7: write >= without a blank"},
		{"close === 1", "column 9: `=` is too much after `==`"},
		{"close <> 1", "column 7: for `<>`, write !="},
		{"close > 1 & open > 1", "column 11: for `&`, write and"},
		{"close > 1 | open > 1", "column 11: for `|`, write or"},
		{"close > 1; ; open > 1", "for `;`, write and, or or"},
		{"close > 1; open > 1", "a rule is one expression"},
		{"close > 100,000", "column 12: write a number without commas: 100000"},
		{"close, open", "column 6: `,` stands between the arguments of a function only"},
		{"close > 2%", "column 10: % is the rest of a division"},
		{"minute_of_day > 09:05", "minute_of_day is 9 * 60 + 05 then"},
		{"close > EMA 20", "column 9: an indicator's name has no blanks: did you mean EMA_20?"},
		{"close > open high", "column 14: an operator such as and, or, >, + is expected between `open` and `high`"},
		{"close > 1 # up", "column 11: a remark in an expression begins with //, not #"},
		{"close > 1.5x", "column 9: `1.5x` is no number"},
		{"tf(15min, close) > 1", "column 4: a timeframe stands in quotes"},
		{"is('X) and true", "column 4: the text that begins with this `'` is never closed"},
		{`is("\q")`, "column 4: the text in quotes can't be read"},
		{"close > 1 /* up", "column 11: the remark that begins with /* is never closed"},
		{"close \u2265 1", "column 7: for `\u2265`, write >="},
		{"close @ 1", "column 7: `@` has no meaning in an expression"},
		{"close > 99999999999999999999", "column 9: the number is too large"},
		{"ta.ema(close, 20) > 1", "a function is called by its name alone"},
		{"close > ema(close, 50)", "did you mean EMA_50?"},
		{"close > rsi()", "did you mean RSI_14?"},
		{"close(1) > 1", "close is a value and has no arguments"},
		{"cross_above(close, open) > 1", "cross_above gives no number"},
		{"abs > 1", "abs: it is a function and wants its arguments in parentheses"},
		{"crossunder(close, open)", "no function is named crossunder: did you mean cross_below?"},
		{"CLOSE > 1", "no value is named CLOSE: did you mean close?"},
		{"ltp > 1", "no value is named ltp: did you mean price?"},
		{"ema20 > 1", "no value is named ema20: did you mean EMA_20?"},
		{"close > SAR", `did you mean indicator("SAR_0.02_0.2")?`},
		{"close > SAR(1)", `did you mean indicator("SAR_0.02_0.2")?`},
		{"close > SAR_5", `takes 2 parameters, as in indicator("SAR_0.02_0.2")`},
		{"close > SAR_0.02_0.2", `column 9: an indicator's name with a dot stands in quotes: write indicator("SAR_0.02_0.2")`},
		{"(close) > bbands_20_2.5_upper + 1", `column 11: an indicator's name with a dot stands in quotes: write indicator("BBANDS_20_2.5_UPPER")`},
		{"not close > 300", "column 1: not comes before > here: write not (close > 300)"},
		{"close > 1 and !EMA_20[1] >= of('X', close) * 2", "column 15: ! comes before >= here: write not (EMA_20[1] >= of(\"X\", close) * 2)"},
		{"emma_20 > 1", `no indicator "EMMA_20": did you mean EMA_20?`},
	} {
		_, err := Compile(Spec{EntryLong: c.text}, min5)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %q", c.text, err, c.want)
		}
	}
}

// TestSuggestedIndicatorsCompile: what is suggested for an indicator's bare name, in any
// letters, as a value or a function, can be pasted.
func TestSuggestedIndicatorsCompile(t *testing.T) {
	suggestion := regexp.MustCompile(`did you mean (.*)\?$`)
	for _, k := range indicator.Kinds() {
		for _, name := range []string{k.Name, strings.ToLower(k.Name), k.Name + "(close)", k.Name + "(7)"} {
			_, err := Compile(Spec{EntryLong: "close > " + name}, min5)
			if err == nil {
				continue // the name is a whole one
			}
			meant := suggestion.FindStringSubmatch(err.Error())
			if meant == nil {
				t.Errorf("%s gives %v, without a suggestion", name, err)
			} else if _, err := Compile(Spec{EntryLong: "close > " + meant[1]}, min5); err != nil {
				t.Errorf("for %s, %s is suggested, which gives %v", name, meant[1], err)
			}
		}
	}
}

// TestSymbolForValue: a symbol that stands where a value should.
func TestSymbolForValue(t *testing.T) {
	err := Check(Spec{EntryLong: `tf("1hour", INFY) > 1`}, min5, []string{"INFY", "TCS"}, nil)
	if want := `column 13: INFY is a symbol: its last close is of("INFY", close)`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a symbol without quotes gives %v, want %q", err, want)
	}
}
