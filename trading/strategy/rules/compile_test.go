package rules

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// eval gives a rule's value on a candle history of closes 1, 2, 4 with the last
// one closing now, and EMA_20 at the last two; of("Y") closes at 30, 20. Truths are 1
// and 0; cold is NaN.
func eval(t *testing.T, text string) (float64, error) {
	t.Helper()
	p := &Program{names: names{base: min5, streams: []streamKey{{timeframe: min5}}}, hours: hours{zone: time.UTC, close: dayLength, squareOff: -1}, daily: true}
	truths := compiler{names: &p.names, rule: "r", text: text, side: true}
	r, wrong := truths.compileTruth()
	if len(wrong) > 0 {
		numbers := compiler{names: &p.names, rule: "r", text: text, side: true}
		if r, wrong = numbers.compileNumber(); len(wrong) > 0 {
			return 0, wrong[0]
		}
	}
	s := p.New("s", []string{"X"}).(*ruled)
	book := &strategy.Book{}
	for i, c := range []struct{ open, close string }{{"3", "1"}, {"3", "2"}, {"3", "4"}} {
		ev := candleEvent(int64(i+1), c.close, 0, true)
		ev.Candle.Open = d(c.open)
		if i > 0 {
			ev.Values = []strategy.Value{{Name: "EMA_20", Value: 2.5}}
		}
		s.Step(ev, book)
	}
	for i, c := range []string{"30", "20"} {
		ev := candleEvent(int64(i+2), c, 0, true)
		ev.Symbol = "Y"
		s.Step(ev, book)
	}
	ev := candleEvent(1, "7", 0, true)
	ev.Timeframe = market.MustParseTimeframe("15min")
	ev.TimeMs = 15*60_000 - 1
	s.Step(ev, book)
	tr, f := &s.traded[0], &s.frame
	f.symbol, f.slots, f.settled, f.closing = tr.name, tr.slots, true, -1
	s.fillScalars(tr, 900_000, book)
	s.setSide(strategy.Sell)
	_, lack := s.lacks(tr, 900_000, &r)
	switch {
	case lack != nil:
		return math.NaN(), nil
	case r.holds == nil:
		return r.value(f), nil
	case r.holds(f):
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
		{`of("Y", close)`, 20},
		{`of("Y", close)[1] - close[1]`, 28},
		{`of("Y", cross_below(close, of("X", close) * 7))`, 1},
		{`tf("15min", close)`, 7},
		{`tf("15min", close[1])`, cold},
		{`tf("15min", close > 6) and is("X")`, 1},
		{`is("Y")`, 0},
		{"(close > open)[1]", 0},
		{"average(close, 3)", 7.0 / 3},
		{"stdev(close[1], 2)", 0.5},
		{"position + open_orders + realized_pnl + trades_today + strategy_pnl", 0},
		{"minutes_since_exit > 1000", 1},
		{"minute_of_day", 15},
		{"minutes_since_open", 15},
		{"weekday", 4}, // 1970 began on a Thursday
		{`of("Y", price)`, 20},
		{"day_high", cold}, // the day was not followed from its open
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
		{"close >", "rule entry_long, line 1, column 7: the expression ends too early: a value is expected after `>`"},
		{"close > clsoe", "rule entry_long, line 1, column 9: no value is named clsoe: did you mean close?"},
		{"close >\n  EMA_0", "rule entry_long, line 2, column 3: periods of EMA_0"},
		{"close > FOO_20", "no indicator \"FOO_20\": the nearest names are "},
		{"close", "line 1, column 1: close is a number: want a condition"},
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
		{"crosses(close, open)", "no function is named crosses; a condition is given by cross_above"},
		{"len(close) > 1", "no function is named len; a number is given by abs"},
		{"indicator(1) > 1", "want a name in quotes"},
		{"rising(highest(close, 400), 400)", "too large"},
		{"filter([1], # > 1) == 1", "no function is named filter"},
		{"let x = 1; x > 1", "want a condition"},
		{"close.high > 1", "a . stands in numbers only"},
		{"1 in [1]", "makes no condition"},
		{`tf("7 min", close) > 1`, "timeframe \"7 min\": did you mean 7min? want 1s to 3600s"},
		{"tf(15, close) > 1", "want a timeframe in quotes, as in"},
		{`of("", close) > 1`, "want a symbol"},
		{`of("X") > 1`, "of wants two arguments, not 1"},
		{`day_high[1] > 1`, "day_high has no earlier values"},
		{"opening_high > 1", "opening_high wants minutes, as in opening_high(15)"},
		{"close >\n opening_low(7)", "line 2, column 14: want the minutes of opening_low as whole candles of 5min"},
		{`is(X)`, "want a symbol in quotes, as in is"},
		{strings.Repeat("1 + ", 600) + "1 > 2", "bytes, more than 2000"},
	} {
		_, err := Compile(Spec{EntryLong: c.text}, min5)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %q", c.text, err, c.want)
		}
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	_, err := Compile(Spec{EntryLong: "x", StopLoss: "y", Price: "1", Order: "stop", Evaluate: "never"}, min5)
	for _, rule := range []string{"entry_long", "stoploss", "price", "order", "evaluate"} {
		if err == nil || !strings.Contains(err.Error(), "rule "+rule) {
			t.Errorf("no word about %s in %v", rule, err)
		}
	}
	if _, err := Compile(Spec{}, min5); err == nil {
		t.Error("a strategy without any rule compiles")
	}
}

// TestAllProblemsOfOneRule: what is wrong in one part does not hide the others, and is
// told once, though it is compiled for many candles.
func TestAllProblemsOfOneRule(t *testing.T) {
	_, err := Compile(Spec{EntryLong: "clos > highest(hgh, 20)\n and rising(volum, 3)\n and (opn > 1 or close)"}, min5)
	want := `rule entry_long, line 1, column 1: no value is named clos: did you mean close?
rule entry_long, line 1, column 16: no value is named hgh: did you mean high?
rule entry_long, line 2, column 13: no value is named volum: did you mean volume?
rule entry_long, line 3, column 7: no value is named opn: did you mean open?
rule entry_long, line 3, column 18: close is a number: want a condition, such as close > EMA_20`
	if err == nil || err.Error() != want {
		t.Errorf("gives\n%v\nwant\n%s", err, want)
	}
}

func TestRulesThatNeverMatter(t *testing.T) {
	for _, c := range []struct {
		rules map[string]string
		want  string // "" for none
	}{
		{map[string]string{"entry_long": "true"}, ""},
		{map[string]string{"entry_short": "true", "exit": "true"}, ""},
		{map[string]string{"entry_long": "false", "exit_long": "true"}, ""},
		{map[string]string{}, "rules: no entry, so"},
		{map[string]string{"exit": "true", "stoploss": "1"}, "rules: no entry, so"},
		{map[string]string{"entry_short": "true", "exit_long": "true"}, "rule exit_long: nothing is ever bought to be sold: want entry_long"},
		{map[string]string{"entry_long": "true", "exit_short": "true"}, "rule exit_short: nothing is ever sold short"},
		{map[string]string{"entry": "true", "exit": "true"}, "rule entry: no such rule: did you mean entry_long?"},
		{map[string]string{"enntry_long": "true", "colour": "red"}, "rule colour: no such rule; there are allow_cold, "},
	} {
		spec, err := FromMap(c.rules)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%v gives %v, want %q", c.rules, err, c.want)
		}
		if spec.EntryLong != c.rules["entry_long"] || spec.Exit != c.rules["exit"] {
			t.Errorf("%v becomes %+v", c.rules, spec)
		}
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
// can be stepped, and acts on finite numbers alone. Check takes no more.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"cross_above(EMA_9, EMA_21) and RSI_14 < 70", "rising(close, 3) ? true : close[1] > 2", "((((1)))) == 1",
		"not not (a ?? b)", "close?.[1] > 1", "{a: 1}.a == 1", "map([1], # + 1)[0] > 1", "\"\\", "1..5 == 2", "let a = 1; a > 0",
		"price * (1 - 0.01 * side) | abs() > 0", "if close > 1 { true } else { false }", "-9223372036854775808 > 0x7fffffffffffffff",
		`of("Y", tf("15min", EMA_20[2])) > average(close, 5)[1]`, `stdev(close - of("Y", close), 500) > 0`, `is("X") ? opening_high(15) > 0 : day_low < 1`,
		`tf("1day", cross_above(close, open))[3]`, `of("", tf("", 1)) > minutes_since_open`, "SMA_10000 + EMA_10000 > 0",
		"volume / (close - close) > 3 or close > 1", "not (average(1 / (close - 10), 2) < 1)", "close > 11 ? 1 % (close - 10) > 0 : sqrt(-close) != 1",
		"max(close ^ 400, 1) > 2 and rising(1 / (high - 12), 2)", "not cross_above(1 / (close - close), 2)",
	} {
		f.Add(s)
	}
	tf := market.MustParseTimeframe("5min")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Compile(Spec{EntryLong: text, StopLoss: text, Exit: text}, tf)
		if err == nil {
			p, err = Compile(Spec{EntryLong: text}, tf)
		} else if q, err := Compile(Spec{EntryLong: "true", StopLoss: text, TrailingStop: text}, tf); err == nil {
			step(t, q, tf)
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%q gives a %T: %v", text, err, err)
		}
		if err == nil {
			sameAsReference(t, p, step(t, p, tf), text)
		}
		for _, spec := range []Spec{{EntryLong: text}, {EntryLong: "true", StopLoss: text}, {EntryLong: "true", Let: text}, {EntryLong: "true", Confidence: text}} {
			_, refused := Compile(spec, tf)
			checked := Check(spec, tf, []string{"X"}, []string{"X"})
			if checked == nil && refused != nil || checked != nil && !errors.As(checked, &e) {
				t.Fatalf("%+v is checked with %v and compiled with %v", spec, checked, refused)
			}
		}
	})
}

func step(t *testing.T, p *Program, tf market.Timeframe) *ruled {
	t.Helper()
	s := p.New("s", []string{"X"})
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
	if err := p.New("s", []string{"X"}).LoadState(s.AppendState(nil)); err != nil {
		t.Fatal(err)
	}
	return s.(*ruled)
}

// FuzzTexts: the rules that are no expressions, and definitions, either compile or
// give an *Error, and what compiles can be stepped at any time.
func FuzzTexts(f *testing.F) {
	f.Add("mon-thu 09:20-11:30, fri 22:00-02:00", "09:15-15:30", "15:15", "Asia/Kolkata", "a = close\nb = a[1] > 2", int64(1_704_715_200_000))
	f.Add("", "18:00-17:00", "16:45", "America/New_York", "a = side", int64(1_710_054_000_000))
	f.Add("-", "00:00-00:00", "00:00", "UTC", "=\n\n = =", int64(0))
	f.Add("sun/sun 00:00-24:00", "23:59-00:01", "24:00", "Local", "let = let", int64(253_402_300_799_999))
	f.Fuzz(func(t *testing.T, windows, session, squareOff, zone, let string, ms int64) {
		spec := Spec{EntryLong: "day_high >= 0 and minutes_since_open >= 0 or true", Exit: "true", Windows: windows, Session: session, SquareOff: squareOff, Zone: zone, Let: let}
		p, err := Compile(spec, min5)
		var e *Error
		switch {
		case err == nil && ms >= 0 && ms < 253_402_300_800_000:
			stepAt(t, p, ms)
		case err != nil && !errors.As(err, &e):
			t.Fatalf("%+v gives a %T: %v", spec, err, err)
		}
	})
}

func stepAt(t *testing.T, p *Program, ms int64) {
	t.Helper()
	s := p.New("s", []string{"X"})
	for i := range int64(3) {
		ev := candleEvent(0, "10", 0, i == 2)
		ev.TimeMs = ms + i
		s.Step(ev, holding(fmt.Sprint(i-1), 0))
	}
	if err := p.New("s", []string{"X"}).LoadState(s.AppendState(nil)); err != nil {
		t.Fatal(err)
	}
}

// FuzzLoadState: no bytes make a strategy panic, and what is loaded is saved as it
// was.
func FuzzLoadState(f *testing.F) {
	p, err := Compile(Spec{EntryLong: `cross_above(close, of("Y", EMA_3)) and day_high > opening_high(5)`, Evaluate: "every_tick"}, min5)
	if err != nil {
		f.Fatal(err)
	}
	s := p.New("s", []string{"X"})
	f.Add(s.AppendState(nil))
	s.Step(candleEvent(1, "10", 0, true), &strategy.Book{})
	s.Step(candleEvent(2, "11", 0, false), &strategy.Book{})
	f.Add(s.AppendState(nil))
	f.Fuzz(func(t *testing.T, state []byte) {
		s := p.New("s", []string{"X"})
		if s.LoadState(state) != nil {
			return
		}
		again := p.New("s", []string{"X"})
		saved := s.AppendState(nil)
		if err := again.LoadState(saved); err != nil || string(again.AppendState(nil)) != string(saved) {
			t.Fatalf("what was loaded is not what is saved: %v", err)
		}
		s.Step(candleEvent(3, "12", 0, true), holding("1", 0))
	})
}

// TestConstantsThatNeverTrade: a number that no entry could have is refused when the
// rules are loaded, not withheld in silence at every entry.
func TestConstantsThatNeverTrade(t *testing.T) {
	for name, set := range map[string]func(*Spec, string){
		"quantity": func(s *Spec, v string) { s.Quantity = v }, "stoploss": func(s *Spec, v string) { s.StopLoss = v },
		"target": func(s *Spec, v string) { s.Target = v }, "trailing_stop": func(s *Spec, v string) { s.TrailingStop = v },
	} {
		for text, ok := range map[string]bool{"0": false, "-3": false, "2 - 2": false, "1 / 0 - 1 / 0": false, "0.001": true, "close - 5": true, "side": true} {
			spec := Spec{EntryLong: "true"}
			set(&spec, text)
			_, err := Compile(spec, min5)
			if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %s gives %v", name, text, err)
			}
		}
	}
}
