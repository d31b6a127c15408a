package rules

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// eval gives a rule's value on a candle history of closes 1, 2, 4 with the last
// one closing now. Truths are 1 and 0; cold is NaN.
func eval(t *testing.T, text string) (float64, error) {
	t.Helper()
	var known names
	truths := compiler{names: &known, rule: "r", text: text, side: true}
	r, err := truths.compileTruth()
	if err != nil {
		numbers := compiler{names: &known, rule: "r", text: text, side: true}
		if r, err = numbers.compileNumber(); err != nil {
			return 0, err
		}
	}
	f := frame{now: make([]float64, int(firstIndicator)+len(known.indicators))}
	f.past = make([][]float64, len(f.now))
	for i := range f.now {
		f.now[i] = math.NaN()
	}
	f.now[slotClose], f.past[slotClose] = 4, []float64{2, 1}
	f.now[slotOpen], f.past[slotOpen] = 3, []float64{3, 3}
	f.now[slotSide], f.now[slotPosition] = -1, 0
	for i, name := range known.indicators {
		if name == "EMA_20" {
			f.now[int(firstIndicator)+i], f.past[int(firstIndicator)+i] = 2.5, []float64{2.5}
		}
	}
	if !f.warm(r.refs) {
		return math.NaN(), nil
	}
	if r.holds == nil {
		return r.value(&f), nil
	}
	if r.holds(&f) {
		return 1, nil
	}
	return 0, nil
}

func TestExpressions(t *testing.T) {
	cold := math.NaN()
	for _, c := range []struct {
		text string
		want float64
	}{
		{"1 + 2 * 3 ^ 2", 19},
		{"7 % 4 - -1", 4},
		{"close", 4},
		{"close[0]", 4},
		{"close[1]", 2},
		{"close[1][1]", 1},
		{"(close + open)[1]", 5},
		{"close[3]", cold},
		{"EMA_20", 2.5},
		{`indicator("EMA_20")[1]`, 2.5},
		{"EMA_20[2]", cold},
		{"RSI_14", cold},
		{"RSI_14 > 50 or true", cold},
		{"close > EMA_20", 1},
		{"close > EMA_20 and not (open > close)", 1},
		{"1 < close < 3", 0},
		{"close != 4", 0},
		{"cross_above(close, EMA_20)", 1},
		{"cross_below(close, EMA_20)", 0},
		{"cross_below(EMA_20, close)", 1},
		{"rising(close, 2)", 1},
		{"rising(close, 3)", cold},
		{"falling(close, 1)", 0},
		{"rising(open, 1)", 0},
		{"highest(close, 3) + lowest(close[1], 2)", 5},
		{"max(1, close, 3) + min(2, 1)", 5},
		{"abs(-3) + floor(1.5) + ceil(1.5) + round(2.5) + sqrt(4)", 10},
		{"close > 3 ? 10 : 20", 10},
		{"close > 3 ? close > 5 : true", 0},
		{"side * 2", -2},
		{"1 / 0", math.Inf(1)},
	} {
		got, err := eval(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s = %v, want %v", c.text, got, c.want)
		}
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"close >", "rule entry_long, line 1, column 7: unexpected token EOF"},
		{"close > clsoe", "rule entry_long, line 1, column 9: no value is named clsoe; there are open, high"},
		{"close >\n  EMA_0", "rule entry_long, line 2, column 3: periods of EMA_0"},
		{"close > FOO_20", "no indicator \"FOO\"; the nearest names are "},
		{"close", "line 1, column 1: want a condition"},
		{"close + 1", "makes no condition; there are and, or, not, >"},
		{"close > (open > 1)", "> gives no number"},
		{"close > 'x'", "want a number"},
		{"close[-1] > 1", "want a whole number from 0 to 500"},
		{"close[close] > 1", "want a whole number from 0 to 500"},
		{"close[300][300] > 1", "looks back over 500 candles"},
		{"price[1] > 1", "price has no earlier values"},
		{"position > 0 and side > 0", "side is known at an entry only"},
		{"rising(close, 0)", "want a whole number from 1 to 500"},
		{"rising(close)", "rising wants two arguments, not 1"},
		{"abs(1, 2) > 1", "abs wants one argument, not 2"},
		{"max() > 1", "max wants at least one number"},
		{"crosses(close, open)", "no function crosses gives a condition; there are cross_above"},
		{"len(close) > 1", "no function len gives a number; there are abs"},
		{"indicator(1) > 1", "want a name in quotes"},
		{"rising(highest(close, 400), 400)", "too large"},
		{"filter([1], # > 1) == 1", "no function filter"},
		{"let x = 1; x > 1", "want a condition"},
		{"close.high > 1", "want a whole number"},
		{"1 in [1]", "makes no condition"},
		{strings.Repeat("1 + ", 600) + "1 > 2", "bytes, more than 2000"},
	} {
		_, err := Compile(Spec{EntryLong: c.text})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %q", c.text, err, c.want)
		}
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	_, err := Compile(Spec{EntryLong: "x", StopLoss: "y", Price: "1", Order: "stop", Evaluate: "never"})
	for _, rule := range []string{"entry_long", "stoploss", "price", "order", "evaluate"} {
		if err == nil || !strings.Contains(err.Error(), "rule "+rule) {
			t.Errorf("no word about %s in %v", rule, err)
		}
	}
	if _, err := Compile(Spec{}); err == nil {
		t.Error("a strategy without any rule compiles")
	}
	if _, err := FromMap(map[string]string{"enter": "1"}); err == nil || !strings.Contains(err.Error(), "entry_long") {
		t.Errorf("an unknown rule gives %v", err)
	}
}

func TestMapGoesBothWays(t *testing.T) {
	m := make(map[string]string)
	for i, f := range fields {
		m[f.name] = fmt.Sprint(i)
	}
	s, err := FromMap(m)
	if err != nil {
		t.Fatal(err)
	}
	if back := s.Map(); fmt.Sprint(back) != fmt.Sprint(m) {
		t.Errorf("%v comes back as %v", m, back)
	}
}

// FuzzCompile: any text either compiles or gives an *Error, and what compiles
// can be stepped.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"cross_above(EMA_9, EMA_21) and RSI_14 < 70", "rising(close, 3) ? true : close[1] > 2", "((((1)))) == 1",
		"not not (a ?? b)", "close?.[1] > 1", "{a: 1}.a == 1", "map([1], # + 1)[0] > 1", "\"\\", "1..5 == 2", "let a = 1; a > 0",
		"price * (1 - 0.01 * side) | abs() > 0", "if close > 1 { true } else { false }", "-9223372036854775808 > 0x7fffffffffffffff",
	} {
		f.Add(s)
	}
	tf := market.MustParseTimeframe("5min")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Compile(Spec{EntryLong: text, StopLoss: text, Exit: text})
		if err == nil {
			p, err = Compile(Spec{EntryLong: text})
		} else if q, err := Compile(Spec{EntryLong: "true", StopLoss: text}); err == nil {
			step(t, q, tf)
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%q gives a %T: %v", text, err, err)
		}
		if err == nil {
			step(t, p, tf)
		}
	})
}

func step(t *testing.T, p *Program, tf market.Timeframe) {
	t.Helper()
	s := p.New("s", []string{"X"}, tf)
	d := decimal.MustParse
	for i := range int64(3) {
		ev := &strategy.Event{
			Symbol: "X", Timeframe: tf, TimeMs: 1000 * (i + 1), Price: d("10"), Closed: true,
			Candle: &market.Candle{Open: d("1"), High: d("12"), Low: d("0.5"), Close: d("10"), Volume: d("3")},
		}
		for _, g := range s.Step(ev, &strategy.Book{}) {
			if !g.Quantity.Bounded() || g.Quantity.Sign() <= 0 || g.StopLoss.Sign() < 0 {
				t.Fatalf("signal %+v", g)
			}
		}
	}
	if err := p.New("s", []string{"X"}, tf).LoadState(s.AppendState(nil)); err != nil {
		t.Fatal(err)
	}
}
