package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/strategy"
)

// told gives what the last step of a strategy withheld.
func told(s strategy.Strategy) string {
	var parts []string
	for _, w := range s.(strategy.Explainer).Explain().Withheld {
		text := fmt.Sprintf("%s %s", w.Symbol, w.Reason)
		if w.Exit {
			text = "exit of " + text
		}
		if detail := w.Detail(); detail != "" {
			text += " (" + detail + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// withheld steps one event a book, and gives what was withheld; an entry or exit that
// was signalled counts as "-".
func withheld(t *testing.T, spec Spec, steps ...any) string {
	t.Helper()
	return stepped(t, spec, steps, func(s strategy.Strategy, given []strategy.Signal) string {
		if len(given) > 0 {
			return strings.Repeat("-", len(given))
		}
		return told(s)
	})
}

// TestWithheld: every way in which an entry or an exit is not signalled tells its
// reason, and a rule that is not true tells nothing.
func TestWithheld(t *testing.T) {
	flat := &strategy.Book{}
	ema := func(minutes int64, value float64) *strategy.Event {
		ev := at(minutes)
		ev.Values = []strategy.Value{{Name: "EMA_3", Value: value}}
		return ev
	}
	gapped := at(5)
	gap(gapped.Candle)
	busy := bookOf("0", 0, 0, 0)
	busy.Holdings[0].OpenOrders = 1
	exiting := bookOf("5", 0, 0, 1)
	exiting.Holdings[0].OpenOrders = 1
	lost, lostExit := bookOf("5", 0, 0, 1), bookOf("5", 0, 0, 1)
	lost.Holdings[0].OpenOrders, lost.Holdings[0].UnknownOrders, lost.Holdings[0].Closing = 1, 1, d("4")
	lostExit.Holdings[0].OpenOrders, lostExit.Holdings[0].UnknownOrders, lostExit.Holdings[0].Closing = 1, 1, d("5")
	for name, c := range map[string]struct {
		spec  Spec
		steps []any
		want  string
	}{
		"not true":             {Spec{EntryLong: "close > 11"}, []any{at(5), flat}, ""},
		"no entry":             {Spec{Exit: "close > EMA_3"}, []any{at(5), flat}, ""},
		"cold":                 {Spec{EntryLong: "close > EMA_3"}, []any{at(5), flat, at(10), flat, ema(15, 9), flat}, "X COLD (EMA_3 at 5min needs 3 candles, had 1)|X COLD (EMA_3 at 5min needs 3 candles, had 2)|-"},
		"cold, looked back at": {Spec{EntryLong: "close > EMA_3[1]"}, []any{ema(5, 9), flat, ema(10, 9), flat}, "X COLD (EMA_3 at 5min needs 4 candles, had 1)|-"},
		"warm, and no value":   {Spec{EntryLong: "close > EMA_3"}, []any{at(5), flat, at(10), flat, at(15), flat}, "X COLD (EMA_3 at 5min needs 3 candles, had 1)|X COLD (EMA_3 at 5min needs 3 candles, had 2)|X COLD (EMA_3 at 5min)"},
		"no day":               {Spec{EntryLong: "close > prev_day_high", Session: "12:00-13:00"}, []any{at(5), flat}, "X COLD (prev_day_high)"},
		"a day with a gap":     {Spec{EntryLong: "close >= day_high", Session: "12:00-13:00", AllowCold: "true"}, []any{gapped, flat}, "X GAP (day_high)"},
		"gap":                  {Spec{EntryLong: "close > 1"}, []any{gapped, flat, at(10), flat}, "X GAP (candles at 5min)|-"},
		"gap, and not true":    {Spec{EntryLong: "close > 11"}, []any{gapped, flat}, ""},
		"too old":              {Spec{EntryLong: `close > of("Y", close)`, Wait: "0s"}, []any{closing("Y", min5, 5, "9"), flat, at(20), flat}, "|X STALE (candles of Y at 5min)"},
		"late":                 {Spec{EntryLong: `close > of("Y", close)`, Wait: "1m"}, []any{at(5), flat, at(10), flat}, "|X LATE"},
		"division by zero":     {Spec{EntryLong: "close / (close - 10) < 1"}, []any{at(5), flat}, "X BAD_NUMBER (entry_long)"},
		"zero by zero":         {Spec{EntryLong: "cross_above(0 / (close - 10), 1)"}, []any{at(5), flat, at(10), flat}, "X COLD (close at 5min needs 2 candles, had 1)|X BAD_NUMBER (entry_long)"},
		"guarded division":     {Spec{EntryLong: "close > 10 and 1 / (close - 10) > 1"}, []any{at(5), flat}, ""},
		"a bad stop":           {Spec{EntryLong: "close > 1", StopLoss: "close - 10"}, []any{at(5), flat}, "X BAD_NUMBER (stoploss)"},
		"a cold stop":          {Spec{EntryLong: "close > 1", StopLoss: "EMA_3"}, []any{at(5), flat}, "X COLD (EMA_3 at 5min needs 3 candles, had 1)"},
		"a bad confidence":     {Spec{EntryLong: "close > 1", Confidence: "sqrt(0 - close)"}, []any{at(5), flat}, "X BAD_NUMBER (confidence)"},
		"windows":              {Spec{EntryLong: "close > 1", Windows: "12:10-13:00"}, []any{at(5), flat, at(10), flat}, "X OUTSIDE_WINDOWS|-"},
		"cold out of time":     {Spec{EntryLong: "close > EMA_3", Windows: "12:10-13:00"}, []any{at(5), flat, at(10), flat}, "|X COLD (EMA_3 at 5min needs 3 candles, had 2)"},
		"session":              {Spec{EntryLong: "close > 1", Session: "12:00-12:10"}, []any{at(5), flat, at(15), flat}, "-|X OUTSIDE_SESSION"},
		"square off":           {Spec{EntryLong: "close > 1", Session: "12:00-13:00", SquareOff: "12:08"}, []any{at(5), flat, at(10), flat}, "-|X SQUARE_OFF"},
		"cool-down":            {Spec{EntryLong: "close > 1", CoolDown: "10m"}, []any{at(5), bookOf("0", 0, 2, 1)}, "X COOL_DOWN"},
		"trades":               {Spec{EntryLong: "close > 1", MaxTradesADay: "1"}, []any{at(5), bookOf("0", 0, 0, 0), at(10), bookOf("0", 0, 0, 1)}, "-|X MAX_TRADES_A_DAY"},
		"position":             {Spec{EntryLong: "close > 1"}, []any{at(5), bookOf("5", 1, 0, 1)}, "X IN_POSITION"},
		"not turned around":    {Spec{EntryLong: "close > 1", CoolDown: "10m"}, []any{at(5), bookOf("-5", 1, 0, 1)}, "X IN_POSITION"},
		"open order":           {Spec{EntryLong: "close > 1"}, []any{at(5), busy}, "X OPEN_ORDER"},
		"exit, open order":     {Spec{Exit: "close > 1"}, []any{at(5), exiting}, "exit of X OPEN_ORDER"},
		"exit, unknown order":  {Spec{Exit: "close > 1"}, []any{at(5), lost}, "-"},
		"entry, unknown order": {Spec{EntryShort: "close > 1"}, []any{at(5), lost}, "X OPEN_ORDER"},
		"exit, unknown exit":   {Spec{Exit: "close > 1"}, []any{at(5), lostExit}, "exit of X OPEN_ORDER"},
		"exit, cold":           {Spec{Exit: "close > EMA_3"}, []any{at(5), bookOf("5", 1, 0, 1)}, "exit of X COLD (EMA_3 at 5min needs 3 candles, had 1)"},
		"one exit is enough":   {Spec{Exit: "close > EMA_3", ExitLong: "close > 1"}, []any{at(5), bookOf("5", 1, 0, 1)}, "-"},
		"same candle":          {Spec{EntryLong: "close > 1", Evaluate: "every_tick"}, []any{tick("X", min5, 1, "10"), flat, tick("X", min5, 2, "10"), flat}, "-|X SAME_CANDLE"},
		"the other side":       {Spec{EntryLong: "close > EMA_3", EntryShort: "close > 1"}, []any{at(5), flat}, "-"},
		"turned around":        {Spec{EntryLong: "close > 1", ExitShort: "close > EMA_3"}, []any{at(5), bookOf("-5", 1, 0, 1)}, "--"},
	} {
		if got := withheld(t, c.spec, c.steps...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAsked counts the decisions on entries, and forgets them with the next step.
func TestAsked(t *testing.T) {
	s := compiled(t, Spec{EntryLong: "close > 11"})
	for i, want := range []int{1, 0, 1} {
		ev := candleEvent(int64(i+1), "10", 0, want == 1)
		s.Step(ev, &strategy.Book{})
		if got := s.(strategy.Explainer).Explain(); got.Asked != want || len(got.Withheld) != 0 {
			t.Errorf("event %d: %+v, want %d", i, got, want)
		}
	}
	cold := compiled(t, Spec{EntryLong: "close > EMA_20"})
	cold.Step(candleEvent(1, "10", 0, true), &strategy.Book{})
	if told(cold) == "" {
		t.Error("nothing is withheld")
	}
	cold.Step(&strategy.Event{Symbol: "Z", Timeframe: min5}, &strategy.Book{})
	if told(cold) != "" {
		t.Errorf("another symbol's event tells %q", told(cold))
	}
}

// TestWithholdingDoesNotAllocate: cold strategies of every tick must cost little.
func TestWithholdingDoesNotAllocate(t *testing.T) {
	s := compiled(t, Spec{EntryLong: "close > EMA_20", Evaluate: "every_tick"})
	ev, book := candleEvent(1, "10", 0, false), &strategy.Book{}
	s.Step(ev, book)
	if n := testing.AllocsPerRun(100, func() { s.Step(ev, book) }); n != 0 || told(s) == "" {
		t.Errorf("%v allocations, withheld %q", n, told(s))
	}
}
