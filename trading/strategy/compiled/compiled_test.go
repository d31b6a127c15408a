package compiled

import (
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// recorder is a strategy that remembers what it was made with.
type recorder struct {
	strategy.Strategy
	at       Place
	number   float64
	whole    int
	money    decimal.Decimal
	duration time.Duration
	choice   string
	truth    bool
	symbol   string
}

func newRecorder(at Place, p *Parameters) strategy.Strategy {
	return &recorder{
		at: at, number: p.Number("number", 1.5, 0, 10), whole: p.Whole("whole", 3, 1, 5), money: p.Money("money", "2", "0.5", "100"),
		duration: p.Duration("duration", time.Minute, 0, time.Hour), choice: p.Choice("choice", "a", "b"), truth: p.Truth("truth", true),
		symbol: p.Symbol("symbol", false),
	}
}

func init() {
	Register("recorder", newRecorder)
	Register("needy", func(at Place, p *Parameters) strategy.Strategy { return &recorder{symbol: p.Symbol("other", true)} })
	Register("nothing", func(Place, *Parameters) strategy.Strategy { return nil })
}

var place = Place{StrategyID: "s", Symbols: []string{"Y", "X", "Y"}, Timeframe: market.MustParseTimeframe("5min")}

func TestParameters(t *testing.T) {
	s, err := New("recorder", place, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := s.(*recorder)
	if r.number != 1.5 || r.whole != 3 || r.money != decimal.FromInt(2) || r.duration != time.Minute || r.choice != "a" || !r.truth || r.symbol != "" {
		t.Errorf("defaults: %+v", r)
	}
	if strings.Join(r.at.Symbols, " ") != "X Y" || r.at.StrategyID != "s" || r.at.Timeframe.String() != "5min" {
		t.Errorf("place: %+v", r.at)
	}
	s, err = New("recorder", place, map[string]string{
		"number": "10", "whole": "5", "money": "0.5", "duration": "1h", "choice": "b", "truth": "false", "symbol": "Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	r = s.(*recorder)
	if r.number != 10 || r.whole != 5 || r.money != decimal.MustParse("0.5") || r.duration != time.Hour || r.choice != "b" || r.truth || r.symbol != "Z" {
		t.Errorf("given: %+v", r)
	}
}

func TestWrongParameters(t *testing.T) {
	for _, c := range []struct{ name, parameter, value, want string }{
		{"recorder", "number", "10.01", `parameter number: "10.01": want a number from 0 to 10`},
		{"recorder", "number", "NaN", "want a number from 0 to 10"},
		{"recorder", "number", "", "want a number"},
		{"recorder", "whole", "2.5", "want a whole number from 1 to 5"},
		{"recorder", "whole", "0", "want a whole number from 1 to 5"},
		{"recorder", "money", "100.00000001", "want a number from 0.5 to 100"},
		{"recorder", "money", "much", "want a number from 0.5 to 100"},
		{"recorder", "duration", "61m", "want a duration from 0s to 1h0m0s, such as 5m"},
		{"recorder", "choice", "c", "want a or b"},
		{"recorder", "truth", "yes", "want true or false"},
		{"recorder", "symbol", strings.Repeat("x", 201), "want a symbol"},
		{"recorder", "numbr", "1", "no such parameter: did you mean number? there are number, whole, money, duration, choice, truth, symbol"},
		{"needy", "x", "1", "parameter other: must be given: want a symbol"},
		{"needy", "other", "", "want a symbol"},
		{"nothing", "x", "1", "there are none"},
		{"recordr", "x", "1", `no compiled strategy is named "recordr": did you mean recorder? this build has needy, nothing, recorder`},
	} {
		if _, err := New(c.name, place, map[string]string{c.parameter: c.value}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s=%q gives %v, want %q", c.name, c.parameter, c.value, err, c.want)
		}
	}
	if _, err := New("nothing", place, nil); err == nil {
		t.Error("a constructor that gives nothing is taken")
	}
	_, err := New("recorder", place, map[string]string{"whole": "0", "number": "11", "other": "1"})
	for _, name := range []string{"whole", "number", "other"} {
		if err == nil || !strings.Contains(err.Error(), "parameter "+name) {
			t.Errorf("no word about %s in %v", name, err)
		}
	}
}

// TestBugsOfStrategiesPanic: what a user can't cause shows when the build starts.
func TestBugsOfStrategiesPanic(t *testing.T) {
	for name, bug := range map[string]func(){
		"taken":           func() { Register("recorder", newRecorder) },
		"no constructor":  func() { Register("other", nil) },
		"a strange name":  func() { Register("My Strategy", newRecorder) },
		"no name":         func() { Register("", newRecorder) },
		"read twice":      func() { p := &Parameters{}; p.Whole("n", 1, 1, 2); p.Number("n", 1, 1, 2) },
		"a wrong default": func() { (&Parameters{}).Whole("n", 3, 1, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			bug()
		}()
	}
}
