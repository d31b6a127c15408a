package rules

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/strategy"
)

// TestBoundsAreAllowed: what is at a bound is allowed, what is above is not.
func TestBoundsAreAllowed(t *testing.T) {
	pad := func(n int) string { return "true" + strings.Repeat(" ", n-4) }
	for name, c := range map[string]struct{ good, bad Spec }{
		"text":            {Spec{Exit: pad(maxText)}, Spec{Exit: pad(maxText + 1)}},
		"definitions":     {Spec{Exit: "true", Let: "a = " + pad(maxText-4)}, Spec{Exit: "true", Let: "a = " + pad(maxText-3)}},
		"looking back":    {Spec{Exit: "close[500] > 1"}, Spec{Exit: "close[501] > 1"}},
		"together":        {Spec{Exit: "close[250][250] > 1"}, Spec{Exit: "close[250][251] > 1"}},
		"candles":         {Spec{Exit: "highest(close, 500) > 1"}, Spec{Exit: "highest(close, 501) > 1"}},
		"trades":          {Spec{Exit: "true", MaxTradesADay: "100000"}, Spec{Exit: "true", MaxTradesADay: "100001"}},
		"fewest trades":   {Spec{Exit: "true", MaxTradesADay: "1"}, Spec{Exit: "true", MaxTradesADay: "0"}},
		"cool-down":       {Spec{Exit: "true", CoolDown: "720h"}, Spec{Exit: "true", CoolDown: "720h0m1s"}},
		"square-off":      {Spec{Exit: "true", Session: "09:15-15:30", SquareOff: "15:29"}, Spec{Exit: "true", Session: "09:15-15:30", SquareOff: "15:30"}},
		"first minute":    {Spec{Exit: "true", Session: "09:15-15:30", SquareOff: "09:15"}, Spec{Exit: "true", Session: "09:15-15:30", SquareOff: "09:14"}},
		"opening minutes": {Spec{Exit: "opening_high(1440) > 1"}, Spec{Exit: "opening_high(1445) > 1"}},
	} {
		if _, err := Compile(c.good, min5); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Compile(c.bad, min5); err == nil {
			t.Errorf("%s: %+v is allowed", name, c.bad)
		}
	}
}

func TestBothWordsForNot(t *testing.T) {
	if got := run(t, Spec{EntryLong: "!(close < 1) && not (close < 1)"}, closing("X", min5, 5, "10")); got != "BUY 1" {
		t.Errorf("%q", got)
	}
}

// TestDaysFromTheirFirstCandle: a day is known when the symbol was followed before
// it, or from its first candle on.
func TestDaysFromTheirFirstCandle(t *testing.T) {
	spec := Spec{EntryLong: "day_high > 0", Session: "12:00-13:00", Evaluate: "every_tick"}
	const day = 24 * 60
	for name, c := range map[string]struct {
		events []*strategy.Event
		want   string
	}{
		"in the first candle":      {[]*strategy.Event{tick("X", min5, 299, "10")}, "BUY 1"},
		"in the second":            {[]*strategy.Event{tick("X", min5, 300, "10")}, ""},
		"seen at the very open":    {[]*strategy.Event{tick("X", min15, 0, "10"), tick("X", min5, 300, "10")}, "|"},
		"seen before":              {[]*strategy.Event{tick("X", min5, -60, "10"), tick("X", min5, 300, "10")}, "|BUY 1"},
		"seen the day before":      {[]*strategy.Event{closing("X", min5, 10-day, "10"), tick("X", min5, 300, "10")}, "|BUY 1"},
		"another's is not its own": {[]*strategy.Event{tick("Y", min5, -60, "10"), tick("X", min5, 300, "10")}, "|"},
	} {
		s := spec
		s.Exit = `of("Y", close) > 0 and tf("15min", close) > 0 and false`
		if got := run(t, s, c.events...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheDayBefore(t *testing.T) {
	const day = 24 * 60
	events := []*strategy.Event{
		closing("X", min5, 5, "7"), closing("X", min5, 10, "3"), closing("X", min5, 15, "9"), closing("X", min5, 20, "5"), closing("X", min5, 5+day, "1"),
	}
	got := run(t, Spec{Session: "12:00-13:00", EntryLong: "prev_day_open == 7 and prev_day_low == 3 and prev_day_high == 9 and prev_day_close == 5"}, events...)
	if got != "||||BUY 1" {
		t.Errorf("%q", got)
	}
}

func TestMomentsOfTheSession(t *testing.T) {
	opened := bookOf("3", 1, 0, 7)
	opened.Holdings[0].OpenedMs = noonMs // at the very open: it counts
	if got := said(t, Spec{EntryShort: "close > 1", Session: "12:00-13:00", MaxTradesADay: "1"}, at(5), opened); got != "" {
		t.Errorf("opened at the open: %q", got)
	}
	flat := bookOf("0", 0, 0, 0)
	if got := said(t, Spec{EntryLong: "close > 1", SquareOff: "00:00"}, at(5), flat); got != "" {
		t.Errorf("squared off at midnight: %q", got)
	}
	if got := said(t, Spec{EntryLong: "false", SquareOff: "00:00"}, at(5), bookOf("3", -24*60, 0, 1)); got != "exit SELL 3" {
		t.Errorf("held over midnight: %q", got)
	}
	if got := said(t, Spec{EntryLong: "close > 1", Session: "12:00-13:00", SquareOff: "12:00"}, at(5), flat, at(10), flat); got != "|" {
		t.Errorf("squared off at the open: %q", got)
	}
}
