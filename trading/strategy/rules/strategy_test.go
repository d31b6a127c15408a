package rules

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/strategy"
)

var (
	d    = decimal.MustParse
	min5 = market.MustParseTimeframe("5min")
)

func compiled(t *testing.T, s Spec) strategy.Strategy {
	t.Helper()
	p, err := Compile(s, min5)
	if err != nil {
		t.Fatal(err)
	}
	return p.New("s", []string{"Y", "X"})
}

// candleEvent is an event of symbol X; ema is left out when it is 0.
func candleEvent(n int64, close string, ema float64, closed bool) *strategy.Event {
	c := d(close)
	ev := &strategy.Event{
		Symbol: "X", Timeframe: min5, TimeMs: n*300_000 - 1, Price: c, Closed: closed,
		Candle: &market.Candle{Open: c, High: c, Low: c, Close: c, Volume: d("1")},
	}
	if ema != 0 {
		ev.Values = []strategy.Value{{Name: "EMA_20", Value: ema, Realtime: !closed}}
	}
	return ev
}

func holding(quantity string, orders int) *strategy.Book {
	q := d(quantity)
	return &strategy.Book{Holdings: []strategy.Holding{
		{Symbol: "X", Book: position.Book{Quantity: q, Cost: q.Mul(d("100"))}, OpenOrders: orders},
	}}
}

func brief(signals []strategy.Signal) string {
	var parts []string
	for _, g := range signals {
		s := fmt.Sprintf("%s %v", g.Action, g.Quantity)
		if g.Exit {
			s = "exit " + s
		}
		if g.Cancel {
			parts = append(parts, "cancel")
			continue
		}
		if !g.Market {
			s += fmt.Sprintf(" at %v", g.Price)
		}
		if !g.StopLoss.IsZero() || !g.Target.IsZero() {
			s += fmt.Sprintf(" stop %v target %v", g.StopLoss, g.Target)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func TestDecisions(t *testing.T) {
	both := Spec{
		EntryLong: "close > EMA_20", EntryShort: "close < EMA_20", ExitLong: "close == 50", Exit: "close == 77", Quantity: "5",
		StopLoss: "price - 10 * side", Target: "price * (1 + 0.1 * side)",
	}
	limit := both
	limit.Order, limit.Price = "limit", "close - side"
	noStop := both
	noStop.StopLoss = "price - EMA_20 / 0"
	for name, c := range map[string]struct {
		spec  Spec
		close string
		ema   float64
		book  *strategy.Book
		want  string
	}{
		"long":                     {both, "100", 90, holding("0", 0), "BUY 5 stop 90 target 110"},
		"short":                    {both, "100", 110, holding("0", 0), "SELL 5 stop 110 target 90"},
		"neither":                  {both, "100", 100, holding("0", 0), ""},
		"cold":                     {both, "100", 0, holding("0", 0), ""},
		"limit":                    {limit, "100", 110, holding("0", 0), "SELL 5 at 101 stop 110 target 90"},
		"long already":             {both, "100", 90, holding("5", 0), ""},
		"an order is open":         {both, "100", 90, holding("0", 1), ""},
		"turn":                     {both, "100", 90, holding("-7", 0), "exit BUY 7, BUY 5 stop 90 target 110"},
		"exit":                     {both, "50", 50, holding("5", 0), "exit SELL 5"},
		"not of the other side":    {both, "50", 50, holding("-5", 0), ""},
		"exit of any side":         {both, "77", 77, holding("-5", 0), "exit BUY 5"},
		"a stop that is no number": {noStop, "100", 90, holding("0", 0), ""},
		"nor a reason to close":    {noStop, "100", 90, holding("-7", 0), ""},
		"but an exit is":           {noStop, "77", 70, holding("-7", 0), "exit BUY 7"},
	} {
		s := compiled(t, c.spec)
		if got := brief(s.Step(candleEvent(1, c.close, c.ema, true), c.book)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhenRulesAreAsked(t *testing.T) {
	spec := Spec{EntryLong: "close > close[1]"}
	onClose := compiled(t, spec)
	spec.Evaluate = "every_tick"
	everyTick := compiled(t, spec)
	flat := &strategy.Book{}
	for i, c := range []struct {
		ev               *strategy.Event
		onClose, eachOne string
	}{
		{candleEvent(1, "10", 0, false), "", ""}, // there is no earlier candle
		{candleEvent(1, "10", 0, true), "", ""},
		{candleEvent(2, "11", 0, false), "", "BUY 1"},
		{candleEvent(2, "12", 0, false), "", ""}, // one entry a candle
		{candleEvent(2, "12", 0, true), "BUY 1", "BUY 1"},
		{candleEvent(2, "14", 0, true), "", ""}, // amended: remembered, not asked
		{candleEvent(3, "13", 0, false), "", ""},
		{candleEvent(3, "15", 0, false), "", "BUY 1"},
		{candleEvent(2, "14", 0, true), "", ""}, // amended once more: still one entry a candle
		{candleEvent(3, "15", 0, false), "", ""},
		{&strategy.Event{Symbol: "X", Timeframe: min5, TimeMs: 1, Price: d("99")}, "", ""}, // off session
		{&strategy.Event{Symbol: "Z", Timeframe: min5, TimeMs: 1, Price: d("99")}, "", ""},
		{&strategy.Event{Symbol: "X", Timeframe: market.Day, TimeMs: 1, Price: d("99")}, "", ""},
	} {
		if got := brief(onClose.Step(c.ev, flat)); got != c.onClose {
			t.Errorf("event %d on close: %q, want %q", i, got, c.onClose)
		}
		if got := brief(everyTick.Step(c.ev, flat)); got != c.eachOne {
			t.Errorf("event %d at every tick: %q, want %q", i, got, c.eachOne)
		}
	}
}

func TestNeeds(t *testing.T) {
	s := compiled(t, Spec{EntryLong: "cross_above(SMA_200[9], EMA_20) and RSI_14 > 50", StopLoss: "price - ATR_14 * side"})
	want := []strategy.Need{
		{Symbol: "X", Timeframe: min5, Periods: 810, Indicators: []string{"ATR_14", "EMA_20", "RSI_14", "SMA_200"}},
		{Symbol: "Y", Timeframe: min5, Periods: 810, Indicators: []string{"ATR_14", "EMA_20", "RSI_14", "SMA_200"}},
	}
	if got := s.Needs(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := compiled(t, Spec{Exit: "position > 0"}).Needs()[0]; got.Periods != 200 || len(got.Indicators) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestStateIsWhole: a strategy that is saved and loaded before every event gives
// the same signals and the same bytes.
func TestStateIsWhole(t *testing.T) {
	spec := Spec{
		EntryLong: "rising(close, 2) and EMA_20[1] < close", EntryShort: "falling(close, 2) and close[3] > EMA_20",
		Exit: "cross_below(close, EMA_20) or cross_above(close, EMA_20)", Evaluate: "every_tick",
	}
	plain, again := compiled(t, spec), compiled(t, spec)
	r := rand.New(rand.NewPCG(1, 1))
	signals := 0
	for i := range int64(3000) {
		ev := candleEvent(i/3, fmt.Sprint(50+r.IntN(100)), float64(50+r.IntN(100)), i%3 == 2)
		if r.IntN(20) == 0 {
			ev.Values = nil
		}
		book := holding(fmt.Sprint(r.IntN(3)-1), 0)
		fresh := compiled(t, spec)
		if err := fresh.LoadState(again.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		again = fresh
		a, b := plain.Step(ev, book), again.Step(ev, book)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("event %d: %v, loaded %v", i, a, b)
		}
		signals += len(a)
		if string(plain.AppendState(nil)) != string(again.AppendState(nil)) {
			t.Fatalf("event %d: the states differ", i)
		}
	}
	if signals < 50 {
		t.Errorf("only %d signals: the test says little", signals)
	}
}

func TestStateOfOthersIsRefused(t *testing.T) {
	s := compiled(t, Spec{Exit: "close[2] > 1"})
	s.Step(candleEvent(1, "10", 0, true), &strategy.Book{})
	state := s.AppendState(nil)
	for i := range state {
		if err := s.LoadState(state[:i]); err == nil {
			t.Errorf("%d of %d bytes are taken", i, len(state))
		}
	}
	if s.LoadState(append(state, 0)) == nil {
		t.Error("a byte too many is taken")
	}
	if compiled(t, Spec{Exit: "close > 1"}).LoadState(state) == nil {
		t.Error("the state of other rules is taken")
	}
	if string(s.AppendState(nil)) != string(state) {
		t.Error("a refused state has changed something")
	}
}

func TestStepWithoutSignalsDoesNotAllocate(t *testing.T) {
	s := compiled(t, Spec{EntryLong: "cross_above(close, EMA_20) and highest(close, 5) < 0", Evaluate: "every_tick"})
	book := &strategy.Book{}
	for i := range int64(20) {
		s.Step(candleEvent(i, "10", 9, true), book)
	}
	ev := candleEvent(30, "11", 9, false)
	if n := testing.AllocsPerRun(100, func() { s.Step(ev, book) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
