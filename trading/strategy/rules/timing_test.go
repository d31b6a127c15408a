package rules

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

var min15 = market.MustParseTimeframe("15min")

const noonMs = int64(1_704_715_200_000) // 2024-01-08 12:00 UTC, a Monday

// closing is the event of a candle that ends some minutes after noon.
func closing(symbol string, tf market.Timeframe, minutes int64, close string) *strategy.Event {
	c := d(close)
	return &strategy.Event{
		Symbol: symbol, Timeframe: tf, TimeMs: noonMs + minutes*minuteMs - 1, Price: c, Closed: true,
		Candle: &market.Candle{Open: c, High: c, Low: c, Close: c, Volume: d("1")},
	}
}

// tick is the event of a tick some seconds after noon.
func tick(symbol string, tf market.Timeframe, seconds int64, price string) *strategy.Event {
	ev := closing(symbol, tf, 0, price)
	ev.TimeMs, ev.Closed = noonMs+seconds*1000, false
	return ev
}

// run steps a strategy of symbol X and gives what it said, an event each.
func run(t *testing.T, spec Spec, events ...*strategy.Event) string {
	t.Helper()
	p, err := Compile(spec, min5)
	if err != nil {
		t.Fatal(err)
	}
	s := p.New("s", []string{"X"})
	var said []string
	for _, ev := range events {
		fresh := p.New("s", []string{"X"})
		if err := fresh.LoadState(s.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		s = fresh
		said = append(said, brief(s.Step(ev, &strategy.Book{})))
	}
	return strings.Join(said, "|")
}

func TestCandlesThatEndTogether(t *testing.T) {
	spec := Spec{EntryLong: `close > of("Y", close) and close > tf("15min", close)`}
	x, y, x15 := closing("X", min5, 15, "10"), closing("Y", min5, 15, "9"), closing("X", min15, 15, "9")
	later := closing("Y", min5, 20, "9")
	for name, c := range map[string]struct {
		events []*strategy.Event
		want   string
	}{
		"own first":           {[]*strategy.Event{x, y, x15}, "||BUY 1"},
		"own last":            {[]*strategy.Event{y, x15, x}, "||BUY 1"},
		"own between":         {[]*strategy.Event{y, x, x15}, "||BUY 1"},
		"told twice":          {[]*strategy.Event{y, x, x15, x, x15, y}, "||BUY 1|||"},
		"one never comes":     {[]*strategy.Event{x, x15, tick("X", min5, 904, "10"), tick("X", min5, 905, "10")}, "|||"},
		"the last known":      {[]*strategy.Event{closing("Y", min5, 10, "9"), x, x15, tick("Y", min5, 904, "10"), tick("X", min15, 905, "11")}, "||||BUY 1"},
		"too late":            {[]*strategy.Event{closing("Y", min5, 10, "9"), x, x15, tick("X", min5, 1200, "10")}, "|||"},
		"the next comes":      {[]*strategy.Event{closing("Y", min5, 10, "9"), x, closing("X", min5, 20, "5"), later}, "|||"},
		"no 15 minutes end":   {[]*strategy.Event{x15, y, x, later, closing("X", min5, 20, "10")}, "||BUY 1||BUY 1"},
		"a gap of one candle": {[]*strategy.Event{x15, closing("Y", min5, 20, "9"), closing("X", min5, 25, "10"), tick("X", min5, 1505, "10")}, "|||BUY 1"},
		"a gap of two":        {[]*strategy.Event{x15, closing("Y", min5, 15, "9"), closing("X", min5, 25, "10"), tick("X", min5, 1505, "10")}, "|||"},
	} {
		if got := run(t, spec, c.events...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	spec.AllowCold = "true"
	if got := run(t, spec, x15, closing("Y", min5, 5, "9"), closing("X", min5, 25, "10"), tick("X", min5, 1505, "10")); got != "|||BUY 1" {
		t.Errorf("allow_cold: %q", got)
	}
	spec.Wait = "0s"
	if got := run(t, spec, closing("Y", min5, 10, "9"), x15, x); got != "||BUY 1" {
		t.Errorf("wait 0s: %q", got)
	}
}

// TestTheTimeBetweenSessionsIsNoAge: yesterday's last candle is the newest there is,
// until one of today must have come.
func TestTheTimeBetweenSessionsIsNoAge(t *testing.T) {
	spec := Spec{EntryLong: `tf("15min", close) > 1`, Session: "12:00-18:00"}
	yesterday := closing("X", min15, -18*60, "9")
	if got := run(t, spec, yesterday, closing("X", min5, 5, "10"), closing("X", min5, 10, "10")); got != "|BUY 1|BUY 1" {
		t.Errorf("%q", got)
	}
	spec.Session = ""
	if got := run(t, spec, yesterday, closing("X", min5, 5, "10")); got != "|" {
		t.Errorf("without a session: %q", got)
	}
	spec.Session = "12:00-18:00"
	if got := run(t, spec, closing("X", min15, -8*24*60, "9"), closing("X", min5, 5, "10")); got != "|" {
		t.Errorf("after a week: %q", got)
	}
	// The session's last candle is short: the 15 minutes end with it.
	spec.Session = "12:00-12:20"
	if got := run(t, spec, closing("X", min15, 15, "9"), closing("X", min5, 20, "10"), closing("X", min15, 20, "9")); got != "||" {
		t.Errorf("an entry at the close: %q", got)
	}
	spec.EntryLong, spec.EntryShort = "close > 0", `tf("15min", close[1]) > 1`
	p, err := Compile(spec, min5)
	if err != nil {
		t.Fatal(err)
	}
	s := p.New("s", []string{"X"}).(*ruled)
	s.Step(closing("X", min15, 15, "9"), &strategy.Book{})
	s.Step(closing("X", min5, 20, "10"), &strategy.Book{})
	if s.waiting != 1 {
		t.Error("the last candle doesn't wait for the longer one")
	}
}

func TestEveryTickSeesOpenCandles(t *testing.T) {
	spec := Spec{EntryLong: `close > of("Y", close) and of("Y", close[1]) == 9 and tf("15min", close) > 0`, Evaluate: "every_tick"}
	before := []*strategy.Event{closing("Y", min5, 0, "9"), closing("X", min15, 0, "1"), closing("X", min5, 0, "1")}
	got := run(t, spec, append(before, tick("Y", min5, 10, "20"), tick("X", min5, 20, "19"), tick("Y", min5, 30, "18"), tick("X", min5, 40, "19"))...)
	if got != "||||||BUY 1" {
		t.Errorf("%q", got)
	}
}

func TestFlawedCandles(t *testing.T) {
	flawed := func(ev *strategy.Event, gap bool) *strategy.Event {
		ev.Candle.Gap, ev.Candle.Partial = gap, !gap
		return ev
	}
	at := func(n int64) *strategy.Event { return closing("X", min5, 5*n, "10") }
	for name, c := range map[string]struct {
		spec   Spec
		events []*strategy.Event
		want   string
	}{
		"itself":               {Spec{EntryLong: "close > 1"}, []*strategy.Event{flawed(at(1), true), at(2)}, "|BUY 1"},
		"partial":              {Spec{EntryLong: "close > 1"}, []*strategy.Event{flawed(at(1), false), at(2)}, "BUY 1|BUY 1"},
		"allowed":              {Spec{EntryLong: "close > 1", AllowGaps: "true"}, []*strategy.Event{flawed(at(1), true)}, "BUY 1"},
		"looked back at":       {Spec{EntryLong: "close[1] > 1"}, []*strategy.Event{at(1), flawed(at(2), true), at(3), at(4)}, "|||BUY 1"},
		"not looked at":        {Spec{EntryLong: "position == 0"}, []*strategy.Event{flawed(at(1), true)}, "BUY 1"},
		"an exit's, too":       {Spec{Exit: "close > 1", EntryShort: "false"}, []*strategy.Event{flawed(at(1), true)}, ""},
		"its numbers'":         {Spec{EntryLong: "true", Quantity: "close[1]"}, []*strategy.Event{flawed(at(1), true), at(2), at(3)}, "||BUY 10"},
		"amended stays flawed": {Spec{EntryLong: "close[1] > 1"}, []*strategy.Event{flawed(at(1), true), at(1), at(2)}, "||"},
		"another's": {
			Spec{EntryLong: `of("Y", close) > 1 and close > 1`},
			[]*strategy.Event{flawed(closing("Y", min5, 5, "9"), true), at(1), closing("Y", min5, 10, "9"), at(2)},
			"|||BUY 1",
		},
		"the open candle": {
			Spec{EntryLong: "close > 1", Evaluate: "every_tick"},
			[]*strategy.Event{flawed(tick("X", min5, 10, "9"), true), at(1), tick("X", min5, 310, "9")},
			"|BUY 1|BUY 1",
		},
		"the open candle after it": {
			Spec{EntryLong: "close > 1", Evaluate: "every_tick"},
			[]*strategy.Event{flawed(at(1), true), tick("X", min5, 310, "9")},
			"|BUY 1",
		},
		"looked back at from an open candle": {
			Spec{EntryLong: "close[1] > 1", Evaluate: "every_tick"},
			[]*strategy.Event{flawed(at(1), true), tick("X", min5, 310, "9"), at(2), tick("X", min5, 610, "9")},
			"|||BUY 1",
		},
	} {
		if got := run(t, c.spec, c.events...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestFlawedIndicators: an average is fit to trade on when the flawed candle has
// left it.
func TestFlawedIndicators(t *testing.T) {
	spec := Spec{EntryLong: "SMA_3 > 0"}
	var events []*strategy.Event
	for n := range int64(5) {
		ev := closing("X", min5, 5*n+5, "10")
		ev.Values = []strategy.Value{{Name: "SMA_3", Value: 10}}
		ev.Candle.Gap = n == 0
		events = append(events, ev)
	}
	if got := run(t, spec, events...); got != "|||BUY 1|BUY 1" {
		t.Errorf("%q", got)
	}
}

func TestDaysAndOpeningRanges(t *testing.T) {
	candle := func(minutes int64, high, low string) *strategy.Event {
		ev := closing("X", min5, minutes, low)
		ev.Candle.High = d(high)
		return ev
	}
	spec := Spec{
		Session: "12:00-13:00", AllowGaps: "false",
		EntryLong: "opening_high(10) > 0 and day_high > 0",
		Quantity:  "opening_high(10) * 1000000 + opening_low(10) * 10000 + day_high * 100 + day_low", Target: "day_open + 1000",
	}
	const day = 24 * 60
	events := []*strategy.Event{
		candle(10-day, "90", "80"), candle(15-day, "91", "81"), // not followed from the open
		candle(5, "20", "19"), candle(10, "22", "18"), candle(15, "30", "10"),
	}
	if got := run(t, spec, events...); got != "|||BUY 22182218 stop 0 target 1019|BUY 22183010 stop 0 target 1019" {
		t.Errorf("%q", got)
	}
	events[3].Candle.Gap = true
	if got := run(t, spec, events...); got != "||||" {
		t.Errorf("with a gap: %q", got)
	}
	spec.AllowGaps, spec.AllowCold = "true", "true"
	if got := run(t, spec, events...); got != "BUY 90809080 stop 0 target 1080|BUY 90809180 stop 0 target 1080||BUY 22182218 stop 0 target 1019|BUY 22183010 stop 0 target 1019" {
		t.Errorf("all allowed: %q", got)
	}
	if got := run(t, Spec{Session: "12:00-13:00", EntryLong: "day_high > 0"}, candle(5, "9", "8"), candle(10, "9", "8")); got != "BUY 1|BUY 1" {
		t.Errorf("from the first candle on: %q", got)
	}
	previous := Spec{Session: "12:00-13:00", EntryLong: "prev_day_close == 10 and prev_day_high == 30 and prev_day_low == 10 and prev_day_open == 19"}
	events = []*strategy.Event{
		candle(5-day, "90", "80"), candle(5, "20", "19"), candle(15, "30", "10"), candle(5+3*day, "7", "6"), candle(10+3*day, "7", "6"),
	}
	if got := run(t, previous, events...); got != "|||BUY 1|BUY 1" {
		t.Errorf("the day before: %q", got)
	}
	live := Spec{Session: "12:00-13:00", EntryLong: "day_high == 35 and day_open == 19 and day_low == 10", Evaluate: "every_tick"}
	tk := tick("X", min5, 901, "35")
	if got := run(t, live, append(events[:3:3], tk)...); got != "|||BUY 1" {
		t.Errorf("with an open candle: %q", got)
	}
}

// TestTimeThatGoesBack: more than a day back is a replay, and what was remembered of
// the symbol is of no use; less is a late event.
func TestTimeThatGoesBack(t *testing.T) {
	spec := Spec{EntryLong: "close[1] > 0"}
	const day = 24 * 60
	if got := run(t, spec, closing("X", min5, 0, "9"), closing("X", min5, 5, "9"), closing("X", min5, 5-day+10, "9"), closing("X", min5, 10, "9")); got != "|BUY 1||BUY 1" {
		t.Errorf("late: %q", got)
	}
	if got := run(t, spec, closing("X", min5, 0, "9"), closing("X", min5, 5, "9"), closing("X", min5, -2*day, "9"), closing("X", min5, 5-2*day, "9")); got != "|BUY 1||BUY 1" {
		t.Errorf("a replay: %q", got)
	}
}

// TestLateTicksShowTheOpenCandle: the update of a tick that came late, or before the
// close of its candle when the next one is open, carries the newest open candle: at every
// tick, that is what the rules see.
func TestLateTicksShowTheOpenCandle(t *testing.T) {
	late := Spec{EntryLong: "close > 11 and close[1] == 10", Evaluate: "every_tick"}
	if got := run(t, late, closing("X", min5, 5, "10"), tick("X", min5, 100, "12")); got != "|BUY 1" {
		t.Errorf("a late tick: %q", got)
	}
	other := Spec{EntryLong: `of("Y", close) > 11`, Evaluate: "every_tick"}
	if got := run(t, other, tick("Y", min5, 301, "12"), tick("Y", min5, 299, "12"), closing("Y", min5, 5, "10"), tick("X", min5, 302, "5")); got != "|||BUY 1" {
		t.Errorf("two candles open: %q", got)
	}
	if got := run(t, other, tick("Y", min5, 299, "12"), closing("Y", min5, 5, "10"), tick("X", min5, 302, "5")); got != "||" {
		t.Errorf("no candle open: %q", got)
	}
}

// TestArrivalOrderDoesNotMatter: whatever the order in which the ends of candles of
// several symbols and timeframes are told, within the time that they wait, the
// decisions are the same. And a strategy saved and loaded goes on alike.
func TestArrivalOrderDoesNotMatter(t *testing.T) {
	spec := Spec{
		Let:        "gap = close - of(\"Y\", close)\nslow = tf(\"15min\", average(close, 3))",
		EntryLong:  "cross_above(gap, 0) and close > slow",
		EntryShort: "gap < 0 and falling(of(\"Y\", close), 2) and close < of(\"Z\", tf(\"15min\", close))",
		Exit:       "gap > 5", MaxAge: "3", Quantity: "5",
	}
	p, err := Compile(spec, min5)
	if err != nil {
		t.Fatal(err)
	}
	play := func(seed uint64, load bool) string {
		prices, order := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(seed, 1))
		s := p.New("s", []string{"X", "Z"})
		var said []string
		for n := range int64(600) {
			var events []*strategy.Event
			for _, symbol := range []string{"X", "Y", "Z"} {
				price := fmt.Sprint(95 + prices.IntN(11))
				events = append(events, closing(symbol, min5, 5*n+5, price))
				if n%3 == 2 {
					events = append(events, closing(symbol, min15, 5*n+5, price))
				}
			}
			order.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			var of []string
			for _, ev := range events {
				if load {
					fresh := p.New("s", []string{"X", "Z"})
					if err := fresh.LoadState(s.AppendState(nil)); err != nil {
						t.Fatal(err)
					}
					s = fresh
				}
				for _, g := range s.Step(ev, &strategy.Book{}) {
					of = append(of, fmt.Sprint(n, g.Symbol, g.Action))
				}
			}
			// Two symbols may be decided in either order.
			slices.Sort(of)
			said = append(said, of...)
		}
		return strings.Join(said, ";")
	}
	want := play(1, false)
	if strings.Count(want, ";") < 50 {
		t.Errorf("the test says little: %s", want)
	}
	for seed := range uint64(5) {
		if got := play(seed, seed%2 == 0); got != want {
			t.Fatalf("order %d gives\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// TestSymbolsThatAreAhead: one that is told some candles ahead, as when a node catches
// up, changes no decision on another: what ended later is left out.
func TestSymbolsThatAreAhead(t *testing.T) {
	spec := Spec{EntryLong: `of("Y", close) > of("Y", close[1]) and of("Y", average(close, 3)) > close`}
	price := func(n int64) string { return fmt.Sprint(10 + (n*n)%7) }
	play := func(ahead int64) string {
		var events []*strategy.Event
		told := int64(0)
		for n := range int64(60) {
			for ; told <= min(n+ahead, 59); told++ {
				events = append(events, closing("Y", min5, 5*told+5, price(told)))
			}
			events = append(events, closing("X", min5, 5*n+5, "12"))
		}
		return strings.ReplaceAll(run(t, spec, events...), "|", "")
	}
	want := play(0)
	if strings.Count(want, "BUY") < 8 {
		t.Fatalf("the test says little: %s", want)
	}
	for _, ahead := range []int64{1, 7, maxAhead} {
		if got := play(ahead); got != want {
			t.Errorf("%d candles ahead: %s, want %s", ahead, got, want)
		}
	}
	// Further ahead, what is no longer known is cold. X catches up at the end.
	if got := play(59); strings.Count(got, "BUY") >= strings.Count(want, "BUY") || !strings.HasSuffix(want, got) {
		t.Errorf("59 candles ahead: %s", got)
	}
}

func TestNeedsOfOtherSymbolsAndTimeframes(t *testing.T) {
	p, err := Compile(Spec{EntryLong: `of("A", tf("1hour", EMA_20[2])) > 1 and tf("15min", RSI_14) > of("B", price) and of("X", close) > 1`}, min5)
	if err != nil {
		t.Fatal(err)
	}
	hour := market.MustParseTimeframe("1hour")
	want := []strategy.Need{
		{Symbol: "A", Timeframe: hour, Periods: 200, Indicators: []string{"EMA_20"}},
		{Symbol: "B", Timeframe: min5, Periods: 200},
		{Symbol: "X", Timeframe: min15, Periods: 200, Indicators: []string{"RSI_14"}},
		{Symbol: "X", Timeframe: min5, Periods: 200},
	}
	if got := p.New("s", []string{"X", "X"}).Needs(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func BenchmarkStep(b *testing.B) {
	p, err := Compile(Spec{
		EntryLong: `cross_above(EMA_9, EMA_21) and close > tf("15min", EMA_20) and of("Y", close) > of("Y", close[1])`,
		Evaluate:  "every_tick", Session: "07:15-15:30", Windows: "07:30-15:00", SquareOff: "15:15",
	}, min5)
	if err != nil {
		b.Fatal(err)
	}
	s, book := p.New("s", []string{"X"}), &strategy.Book{}
	ev := tick("X", min5, 1, "100")
	ev.Values = []strategy.Value{{Name: "EMA_21", Value: 99}, {Name: "EMA_9", Value: 98}}
	b.ReportAllocs()
	for b.Loop() {
		s.Step(ev, book)
	}
}

// TestAWaitingDecisionIsOfThePresentTime: a decision that waits for another symbol's
// candle is made later than its own candle's end. What the time of day allows is asked
// for the time at which it trades, and squaring off its symbol takes its place.
func TestAWaitingDecisionIsOfThePresentTime(t *testing.T) {
	flat, held := &strategy.Book{}, bookOf("2", 5, 0, 1)
	entries := Spec{EntryLong: `close > 1 or of("Y", close) > 1`, Session: "12:00-13:00"}
	short := Spec{EntryShort: entries.EntryLong, Session: "12:00-13:00", SquareOff: "12:16"}
	squares, inWindow, toClose := entries, entries, entries
	squares.SquareOff, inWindow.Windows, toClose.Session = "12:16", "12:00-12:17", "12:00-12:16"
	exits := Spec{EntryLong: "false", Exit: entries.EntryLong, Session: "12:00-13:00", SquareOff: "12:16"}
	for name, c := range map[string]struct {
		spec Spec
		book *strategy.Book
		last *strategy.Event
		want string // of the last event
	}{
		"in time":                           {squares, flat, tick("X", min5, 16*60-1, "10"), "BUY 1"},
		"after squaring off":                {squares, flat, tick("X", min5, 17*60, "10"), ""},
		"after it, by the other's candle":   {squares, flat, closing("Y", min5, 20, "10"), ""},
		"after the window":                  {inWindow, flat, tick("X", min5, 17*60, "10"), ""},
		"after the session":                 {toClose, flat, tick("Y", min5, 17*60, "10"), ""},
		"held, no flip":                     {short, held, tick("X", min5, 17*60, "10"), "exit SELL 2"},
		"held, one exit":                    {exits, held, tick("X", min5, 17*60, "10"), "exit SELL 2"},
		"held, no flip by the other's tick": {short, held, tick("Y", min5, 17*60, "10"), ""},
		"held, an exit by the other's tick": {exits, held, tick("Y", min5, 17*60, "10"), "exit SELL 2"},
	} {
		steps := []any{closing("Y", min5, 10, "10"), c.book, closing("X", min5, 10, "10"), c.book, closing("X", min5, 15, "10"), c.book, c.last, c.book}
		got := said(t, c.spec, steps...)
		if got = got[strings.LastIndex(got, "|")+1:]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
