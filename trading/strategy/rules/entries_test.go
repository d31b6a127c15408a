package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/strategy"
)

// bookOf is a book that holds a quantity of X, with its times in minutes after noon.
func bookOf(quantity string, opened, closed, trades int64) *strategy.Book {
	h := strategy.Holding{Symbol: "X", Book: position.Book{Quantity: d(quantity)}, Trades: trades}
	if opened != 0 {
		h.OpenedMs = noonMs + opened*minuteMs
	}
	if closed != 0 {
		h.ClosedMs = noonMs + closed*minuteMs
	}
	return &strategy.Book{Holdings: []strategy.Holding{h}}
}

// said steps one event a book.
func said(t *testing.T, spec Spec, steps ...any) string {
	t.Helper()
	p, err := Compile(spec, min5)
	if err != nil {
		t.Fatal(err)
	}
	s := p.New("s", []string{"X"})
	var list []string
	for i := 0; i < len(steps); i += 2 {
		fresh := p.New("s", []string{"X"})
		if err := fresh.LoadState(s.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		s = fresh
		list = append(list, brief(s.Step(steps[i].(*strategy.Event), steps[i+1].(*strategy.Book))))
	}
	return strings.Join(list, "|")
}

func at(minutes int64) *strategy.Event { return closing("X", min5, minutes, "10") }

func TestCoolDown(t *testing.T) {
	spec := Spec{EntryLong: "close > 1", Exit: "close < 1", CoolDown: "10m"}
	if got := said(t, spec, at(5), bookOf("0", 0, 0, 0), at(10), bookOf("0", 0, 2, 1), at(15), bookOf("0", 0, 5, 1)); got != "BUY 1||BUY 1" {
		t.Errorf("%q", got)
	}
	// A position is not turned around: its end comes first, and then the rest.
	if got := said(t, spec, at(5), bookOf("-3", 1, 0, 1)); got != "" {
		t.Errorf("turned around: %q", got)
	}
}

func TestTradesADay(t *testing.T) {
	spec := Spec{EntryLong: "close > 1", Session: "12:00-13:00", MaxTradesADay: "2"}
	flat := func(trades int64) *strategy.Book { return bookOf("0", 0, 0, trades) }
	const day = 24 * 60
	got := said(t, spec, at(5), flat(7), at(10), flat(8), at(15), flat(9), at(20), flat(9), at(5+day), flat(9), at(10+day), flat(11))
	if got != "BUY 1|BUY 1|||BUY 1|" {
		t.Errorf("%q", got)
	}
	// A position that was opened in the session before anything was asked counts.
	spec.MaxTradesADay = "1"
	spec.EntryShort = "close > 1"
	if got := said(t, spec, at(5), bookOf("3", 1, 0, 7)); got != "" {
		t.Errorf("opened early: %q", got)
	}
	if got := said(t, spec, at(5), bookOf("3", -5, 0, 7)); got != "exit SELL 3, SELL 1" {
		t.Errorf("held since before: %q", got)
	}
	seen := Spec{EntryLong: "trades_today == 1", Session: "12:00-13:00"}
	if got := said(t, seen, at(5), flat(7), at(10), flat(8)); got != "|BUY 1" {
		t.Errorf("trades_today: %q", got)
	}
}

func TestEntriesInTheirTime(t *testing.T) {
	flat := bookOf("0", 0, 0, 0)
	spec := Spec{EntryLong: "close > 1", Windows: "12:10-12:20"}
	if got := said(t, spec, at(5), flat, at(10), flat, at(15), flat, at(20), flat); got != "|BUY 1|BUY 1|" {
		t.Errorf("windows: %q", got)
	}
	spec = Spec{EntryLong: "close > 1", Session: "12:00-12:10"}
	if got := said(t, spec, at(5), flat, at(10), flat, at(15), flat); got != "BUY 1||" {
		t.Errorf("session: %q", got)
	}
	held := bookOf("2", 1, 0, 1)
	spec = Spec{EntryLong: "false", Exit: "close > 1", Session: "12:00-12:10", Windows: "12:05-12:06"}
	if got := said(t, spec, at(10), held, at(15), held); got != "exit SELL 2|exit SELL 2" {
		t.Errorf("exits at any time: %q", got)
	}
}

func TestSquareOff(t *testing.T) {
	spec := Spec{EntryLong: "close > 1", Session: "12:00-13:00", SquareOff: "12:30"}
	flat, held := bookOf("0", 0, 0, 0), bookOf("-2", 5, 0, 1)
	busy := bookOf("-2", 5, 0, 1)
	busy.Holdings[0].OpenOrders = 1
	waits := bookOf("0", 0, 0, 0)
	waits.Holdings[0].OpenOrders = 1
	tickAt := func(seconds int64) *strategy.Event { return tick("X", min5, seconds, "10") }
	for name, c := range map[string]struct {
		steps []any
		want  string
	}{
		"by a tick":         {[]any{tickAt(1799), held, tickAt(1800), held, tickAt(1801), busy, tickAt(1802), flat}, "|exit BUY 2||"},
		"orders first":      {[]any{tickAt(1799), busy, tickAt(1800), busy, tickAt(1801), busy, tickAt(1802), held, tickAt(1803), busy}, "|cancel||exit BUY 2|"},
		"an entry waits":    {[]any{tickAt(1800), waits, tickAt(1801), waits, tickAt(1802), flat}, "cancel||"},
		"tomorrow's order":  {[]any{tickAt(60 + 24*3600), waits}, ""},
		"by a close":        {[]any{at(25), held, at(30), held}, "exit BUY 2, BUY 1|exit BUY 2"},
		"none after it":     {[]any{at(25), flat, at(30), flat, at(35), flat, at(5 + 24*60), flat}, "BUY 1|||BUY 1"},
		"once a minute":     {[]any{tickAt(1800), held, tickAt(1859), held, tickAt(1860), held}, "exit BUY 2||exit BUY 2"},
		"opened after it":   {[]any{tickAt(1900), bookOf("1", 31, 0, 1)}, "exit SELL 1"},
		"held over it":      {[]any{tickAt(60 + 24*3600), held}, "exit BUY 2"},
		"of today":          {[]any{tickAt(60 + 24*3600), bookOf("1", 24*60, 0, 1)}, ""},
		"in another series": {[]any{tick("X", min15, 1800, "10"), held}, "exit BUY 2"},
	} {
		s := spec
		if name == "in another series" {
			s.EntryLong = `tf("15min", close) > 1`
		}
		if got := said(t, s, c.steps...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTrailingStop(t *testing.T) {
	p, err := Compile(Spec{EntryLong: "close > 1", TrailingStop: "close * 0.1 * side"}, min5)
	if err != nil {
		t.Fatal(err)
	}
	g := p.New("s", []string{"X"}).Step(at(5), &strategy.Book{})
	if len(g) != 1 || g[0].TrailingStop != d("1") {
		t.Errorf("%+v", g)
	}
	p, err = Compile(Spec{EntryShort: "close > 1", TrailingStop: "close * 0.1 * side"}, min5)
	if err != nil {
		t.Fatal(err)
	}
	if g := p.New("s", []string{"X"}).Step(at(5), &strategy.Book{}); len(g) != 0 {
		t.Errorf("a distance below 0: %+v", g)
	}
}

func TestProfitOfTheStrategy(t *testing.T) {
	book := &strategy.Book{Holdings: []strategy.Holding{
		{Symbol: "X", Book: position.Book{Quantity: d("2"), Cost: d("10"), Realized: d("5")}},
		{Symbol: "Y", Book: position.Book{Quantity: d("-1"), Cost: d("-30"), Realized: d("1")}},
		{Symbol: "old", Book: position.Book{Realized: d("-2")}},
	}}
	spec := Spec{EntryShort: `strategy_pnl == 24 and of("Y", unrealized_pnl) == 10 and of("Y", position) == -1 and unrealized_pnl == 10`, Exit: `of("Y", price) > 0 and false`}
	p, err := Compile(spec, min5)
	if err != nil {
		t.Fatal(err)
	}
	s := p.New("s", []string{"X"})
	if g := s.Step(at(5), book); len(g) != 0 {
		t.Errorf("without a price of Y: %+v", g)
	}
	s.Step(closing("Y", min5, 10, "20"), book)
	if g := s.Step(at(10), book); len(g) != 2 {
		t.Errorf("%+v", g)
	}
}

func TestStepsOfManySeriesDoNotAllocate(t *testing.T) {
	p, err := Compile(Spec{
		Let:       `gap = close - of("Y", close)`,
		EntryLong: `cross_above(gap, average(gap, 10)) and close > tf("15min", EMA_20) and opening_high(15) > 0 and strategy_pnl < 0`,
		Exit:      "minutes_since_open > 3 and stdev(gap, 5) < 0", Evaluate: "every_tick",
		Session: "12:00-11:00", Windows: "mon-fri 12:30-10:00", SquareOff: "10:45", CoolDown: "5m", MaxTradesADay: "3",
	}, min5)
	if err != nil {
		t.Fatal(err)
	}
	s, book := p.New("s", []string{"X"}), bookOf("1", 1, 0, 1)
	for n := range int64(20) {
		for _, ev := range []*strategy.Event{closing("X", min5, 5*n, "10"), closing("Y", min5, 5*n, "9"), closing("X", min15, 15*n, "9")} {
			s.Step(ev, book)
		}
	}
	open, n := tick("X", min5, 5701, "10"), int64(100)
	shut := []*strategy.Event{closing("X", min5, 0, "10"), closing("Y", min5, 0, "10"), closing("X", min15, 0, "10")}
	if allocs := testing.AllocsPerRun(100, func() {
		s.Step(open, book)
		for _, ev := range shut {
			ev.TimeMs = noonMs + 5*n*minuteMs - 1
			s.Step(ev, book)
		}
		n++
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// TestSignalsQuoteTheirIndicators: by name, with the symbol and the timeframe of
// those that are not the strategy's own.
func TestSignalsQuoteTheirIndicators(t *testing.T) {
	p, err := Compile(Spec{
		Let:       `far = of("Y", tf("15min", EMA_3))`,
		EntryLong: `EMA_3 > 0 and (tf("15min", EMA_3) > 0 and of("Y", EMA_3) > 0 and far > 0) and of("X", EMA_3) > 0`,
	}, min5)
	if err != nil {
		t.Fatal(err)
	}
	s := p.New("s", []string{"X"})
	value := 1.0
	for _, symbol := range []string{"Y", "X"} {
		for _, tf := range []market.Timeframe{min15, min5} {
			ev := closing(symbol, tf, 15, "10")
			ev.Values = []strategy.Value{{Name: "EMA_3", Value: value}}
			value++
			g := s.Step(ev, &strategy.Book{})
			if symbol != "X" || tf != min5 {
				continue
			}
			want := []strategy.NamedValue{{Name: "15min:EMA_3", Value: 3}, {Name: "EMA_3", Value: 4}, {Name: "Y:15min:EMA_3", Value: 1}, {Name: "Y:EMA_3", Value: 2}}
			if len(g) != 1 || !slices.Equal(g[0].Indicators, want) {
				t.Errorf("%+v, want %v", g, want)
			}
		}
	}
}

// TestFlawedSessions: what is made of the whole session is tainted until it ends.
func TestFlawedSessions(t *testing.T) {
	spec := Spec{EntryLong: "VWAP > 0", Session: "12:00-13:00"}
	var events []*strategy.Event
	for _, minutes := range []int64{5, 10, 60, 24*60 + 5} {
		ev := closing("X", min5, minutes, "10")
		ev.Values = []strategy.Value{{Name: "VWAP", Value: 10}}
		ev.Candle.Gap = minutes == 5
		events = append(events, ev)
	}
	if got := run(t, spec, events...); got != "|||BUY 1" {
		t.Errorf("%q", got)
	}
	if got := run(t, spec, events[1:]...); got != "BUY 1||BUY 1" {
		t.Errorf("without the gap, and at the close: %q", got)
	}
}

// TestFlawedAnchors: what is made of whole sessions is tainted by their gaps, until
// it starts afresh, however many candles there were since.
func TestFlawedAnchors(t *testing.T) {
	const day, candles = 24 * 60, 150
	for name, want := range map[string]string{
		"SMA_20":             "BUY 1|BUY 1|BUY 1|BUY 1",
		"VWAP":               "|BUY 1|BUY 1|BUY 1",
		"VWAP_BANDS_2_UPPER": "|BUY 1|BUY 1|BUY 1",
		"OPENRANGE_15_HIGH":  "|BUY 1|BUY 1|BUY 1",
		"PIVOTS_P":           "||BUY 1|BUY 1",
		"PIVOTS_FIB_R1":      "||BUY 1|BUY 1",
		"AVWAP_1_1":          "|||BUY 1", // a day, and room for sessions of the evening before
		"AVWAP_2_1":          "|||",
	} {
		var events []*strategy.Event
		at := func(minutes int64) {
			ev := closing("X", min5, minutes, "10")
			ev.Values = []strategy.Value{{Name: name, Value: 10}}
			ev.Candle.Gap = len(events) == 0
			events = append(events, ev)
		}
		for n := range int64(candles) {
			at(5 * (n + 1))
		}
		at(5 + day)
		at(5 + 2*day)
		at(5 + 5*day)
		got := run(t, Spec{EntryLong: name + " > 0", Session: "12:00-11:00"}, events...)
		if got = strings.Join(strings.Split(got, "|")[candles-1:], "|"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestValuesOfTheHolding(t *testing.T) {
	book := bookOf("4", 2, 1, 3)
	book.Holdings[0].Cost = d("20")
	for _, c := range []struct{ rule, want string }{
		{"average_price == 5 and position == 4 and unrealized_pnl == 20", "exit SELL 4"},
		{"minutes_in_position == 8 and minutes_since_exit == 9", "exit SELL 4"},
		{"open_orders > 0 or realized_pnl > 0 or minutes_in_position > 8", ""},
		{`of("Y", minutes_in_position) == 0 and of("Y", average_price) == 0`, "exit SELL 4"},
		{"+close == 10 and -close == -10 and volume == 1 and high == low and open == close", "exit SELL 4"},
	} {
		got := said(t, Spec{EntryLong: "false", Exit: c.rule}, closing("Y", min5, 10, "3"), book, at(10), book)
		if got != "|"+c.want {
			t.Errorf("%s: %q", c.rule, got)
		}
	}
}

// TestConditionsByName: every kind of expression that is a condition can have a name.
func TestConditionsByName(t *testing.T) {
	for _, text := range []string{
		"true", "not (close < 1)", "close > 1", "close > 1 and true", "close > 1 ? true : false", "(close > 1)[1]", "cross_above(close, 1) or true",
		`is("X")`, `of("X", close > 1)`, `tf("5min", of("X", close > 1))`,
	} {
		got := said(t, Spec{Let: "a = " + text + "\nb = a", EntryLong: "b"}, at(5), &strategy.Book{}, at(10), &strategy.Book{})
		if !strings.HasSuffix(got, "|BUY 1") {
			t.Errorf("%s: %q", text, got)
		}
	}
}
