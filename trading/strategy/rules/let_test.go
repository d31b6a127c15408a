package rules

import (
	"strings"
	"testing"
)

func TestDefinitions(t *testing.T) {
	spec := Spec{
		Let:       "step = close - close[1]\n\nup = step > 0\ntwice = up and up[1]",
		EntryLong: "twice", StopLoss: "close - 2 * step", Quantity: "step[1]",
	}
	s := compiled(t, spec)
	var got []string
	for i, close := range []string{"10", "13", "14", "12"} {
		got = append(got, brief(s.Step(candleEvent(int64(i+1), close, 0, true), holding("0", 0))))
	}
	if text := strings.Join(got, ";"); text != ";;BUY 3 stop 12 target 0;" {
		t.Errorf("%s", text)
	}
}

func TestErrorsOfDefinitions(t *testing.T) {
	for _, c := range []struct{ let, entry, want string }{
		{"a = close >", "a", "rule let, line 1, column 11: the expression ends too early: a value is expected after `>`"},
		{"a = close\nb = clse + a", "b > a", "rule let, line 2, column 5: no value is named clse"},
		{"close = open", "close > 1", "close has a meaning already"},
		{"a = open\na = close", "a > 1", "line 2, column 1: a has a meaning already"},
		{"a = b\nb = a", "a > 1", "line 1, column 5: no value is named b"},
		{"A = open", "A > 1", "want a name of lower case letters"},
		{"a == open", "a > 1", "want a name of lower case letters"},
		{"a = open", "close > 1 and a", "rule entry_long, line 1, column 15: open is a number: want a condition"},
		{"a = price * 2", "close > 1 and a[1] > 2", "rule entry_long, line 1, column 15: price has no earlier values"},
		{"a = side * 2", "close > 1 and a > 2", "rule entry_long, line 1, column 15: side is known at an entry only"},
		{"a = highest(close, 400)\nb = highest(a, 400)", "b > 1", "rule let, line 2, column 13: too large"},
		{strings.Repeat("x", 2001), "close > 1", "2001 bytes, more than 2000"},
	} {
		_, err := Compile(Spec{Let: c.let, EntryLong: c.entry}, min5)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %q", c.let, err, c.want)
		}
	}
}

// TestWrongDefinitionIsToldOnce: not again where its name is used, as a number or as a
// condition, and it hides nothing else.
func TestWrongDefinitionIsToldOnce(t *testing.T) {
	_, err := Compile(Spec{Let: "a = clos\nB = 1\n  c = a + 1\n a = 2", EntryLong: "a and c > opn", StopLoss: "c"}, min5)
	want := `rule let, line 1, column 5: no value is named clos: did you mean close?
rule let, line 2, column 1: want a name of lower case letters, digits and _, and what it stands for: ratio = high / low
rule let, line 4, column 2: a has a meaning already: choose another name
rule entry_long, line 1, column 11: no value is named opn: did you mean open?`
	if err == nil || err.Error() != want {
		t.Errorf("gives\n%v\nwant\n%s", err, want)
	}
}
