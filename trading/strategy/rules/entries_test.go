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

// said steps one event a book, and gives what was signalled.
func said(t *testing.T, spec Spec, steps ...any) string {
	t.Helper()
	return stepped(t, spec, steps, func(_ strategy.Strategy, given []strategy.Signal) string { return brief(given) })
}

// stepped steps one event a book, with the state saved and loaded before each, and
// joins what see makes of each step.
func stepped(t *testing.T, spec Spec, steps []any, see func(strategy.Strategy, []strategy.Signal) string) string {
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
		list = append(list, see(s, s.Step(steps[i].(*strategy.Event), steps[i+1].(*strategy.Book))))
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
	// So do those that earlier rules have opened in the session, but not what was before it.
	afresh := bookOf("0", 0, 0, 9)
	for _, minutes := range []int64{-20, 1, 2} {
		afresh.Holdings[0].Openings = afresh.Holdings[0].Openings.Add(noonMs + minutes*minuteMs)
	}
	if got := said(t, spec, at(5), afresh, at(5+day), afresh); got != "|BUY 1" {
		t.Errorf("started afresh after two: %q", got)
	}
	spec.MaxTradesADay = "3"
	if got := said(t, spec, at(5), afresh); got != "BUY 1" {
		t.Errorf("started afresh after two of three: %q", got)
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

// TestTradesTodayOfAnotherSymbol: it is of the present day, also before the other symbol
// is asked for the first time on it.
func TestTradesTodayOfAnotherSymbol(t *testing.T) {
	p, err := Compile(Spec{EntryLong: `is("X") and of("Y", trades_today) == 0`, Exit: `of("Y", price) < 0`, Session: "12:00-13:00", Wait: "0s", AllowCold: "true"}, min5)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * 60
	book := func(opened, trades int64, orders int) *strategy.Book {
		b := bookOf("0", 0, 0, trades)
		b.Holdings[0].Symbol, b.Holdings[0].OpenOrders = "Y", orders
		if opened != 0 {
			b.Holdings[0].Quantity, b.Holdings[0].OpenedMs = d("1"), noonMs+opened*minuteMs
		}
		return b
	}
	s := p.New("s", []string{"X", "Y"})
	s.Step(closing("Y", min5, 5, "10"), book(0, 0, 0))
	for i, c := range []struct {
		symbol  string
		minutes int64
		book    *strategy.Book
		want    string
	}{
		{"X", 10, book(0, 0, 0), "BUY 1"},
		{"X", 15, book(6, 1, 0), ""},
		{"X", 5 + day, book(6, 1, 0), "BUY 1"},
		{"X", 10 + day, book(7+day, 2, 0), ""},
		{"Y", 15 + day, book(0, 2, 0), ""},
		{"X", 20 + day, book(0, 2, 0), ""},
		{"X", 5 + 2*day, book(1+2*day, 3, 0), ""},  // before anything was asked
		{"X", 5 + 3*day, book(0, 3, 1), "BUY 1"},   // its order is open
		{"X", 10 + 3*day, book(6+3*day, 4, 0), ""}, // and fills
		{"Y", 55 + 3*day, book(6+3*day, 4, 0), ""}, // a decision of the day before
		{"Y", 15 + 3*day, book(6+3*day, 4, 0), ""}, // changes nothing
		{"X", 20 + 3*day, book(6+3*day, 4, 0), ""},
	} {
		if got := brief(s.Step(closing(c.symbol, min5, c.minutes, "10"), c.book)); got != c.want {
			t.Errorf("%d: %q, want %q", i, got, c.want)
		}
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

// TestCandlesOfWholeSessionsDecideForTheNext: a candle that spans sessions closes when
// nothing trades, and what it enters trades in the next session.
func TestCandlesOfWholeSessionsDecideForTheNext(t *testing.T) {
	for _, tf := range []market.Timeframe{market.Day, market.Week, market.Month} {
		step := func(s Spec, minutes int64, closed bool) string {
			p, err := Compile(s, tf)
			if err != nil {
				t.Fatal(err)
			}
			ev := closing("X", tf, minutes, "10")
			ev.Closed = closed
			return brief(p.New("s", []string{"X"}).Step(ev, bookOf("0", 0, 0, 0)))
		}
		spec := Spec{EntryLong: "close > 1", Session: "12:00-13:00"}
		if got := step(spec, 60, true); got != "BUY 1" {
			t.Errorf("%v, at the close: %q", tf, got)
		}
		spec.SquareOff = "12:50"
		if got := step(spec, 60, true); got != "BUY 1" {
			t.Errorf("%v, at the close after squaring off: %q", tf, got)
		}
		spec.Windows = "12:00-12:59"
		if got := step(spec, 60, true); got != "" {
			t.Errorf("%v, outside of windows: %q", tf, got)
		}
		spec.Windows, spec.Evaluate = "", "every_tick"
		for minutes, want := range map[int64]string{45: "BUY 1", 55: "", 65: ""} {
			if got := step(spec, minutes, false); got != want {
				t.Errorf("%v, by a tick in minute %d: %q, want %q", tf, minutes, got, want)
			}
		}
		if got := step(spec, 60, true); got != "BUY 1" {
			t.Errorf("%v, every tick, at the close: %q", tf, got)
		}
	}
}

func TestSquareOff(t *testing.T) {
	spec := Spec{EntryLong: "close > 1", Session: "12:00-13:00", SquareOff: "12:30"}
	flat, held := bookOf("0", 0, 0, 0), bookOf("-2", 5, 0, 1)
	busy := bookOf("-2", 5, 0, 1)
	busy.Holdings[0].OpenOrders = 1
	waits := bookOf("0", 0, 0, 0)
	waits.Holdings[0].OpenOrders = 1
	lost, lostExit := bookOf("-2", 5, 0, 1), bookOf("-2", 5, 0, 1)
	lost.Holdings[0].OpenOrders, lost.Holdings[0].UnknownOrders = 1, 1
	lostExit.Holdings[0].OpenOrders, lostExit.Holdings[0].UnknownOrders, lostExit.Holdings[0].Closing = 1, 1, d("2")
	tickAt := func(seconds int64) *strategy.Event { return tick("X", min5, seconds, "10") }
	for name, c := range map[string]struct {
		steps []any
		want  string
	}{
		"by a tick":          {[]any{tickAt(1799), held, tickAt(1800), held, tickAt(1801), busy, tickAt(1802), flat}, "|exit BUY 2||"},
		"orders first":       {[]any{tickAt(1799), busy, tickAt(1800), busy, tickAt(1801), busy, tickAt(1802), held, tickAt(1803), busy, tickAt(1900), busy}, "|cancel||exit BUY 2||"},
		"an entry waits":     {[]any{tickAt(1800), waits, tickAt(1801), waits, tickAt(1802), flat}, "cancel||"},
		"a lost cancel":      {[]any{tickAt(1800), waits, tickAt(1859), waits, tickAt(1860), waits, tickAt(1861), busy, tickAt(1862), held}, "cancel||cancel||exit BUY 2"},
		"tomorrow's order":   {[]any{tickAt(60 + 24*3600), waits}, ""},
		"by a close":         {[]any{at(25), held, at(30), held}, "exit BUY 2, BUY 1|exit BUY 2"},
		"none after it":      {[]any{at(25), flat, at(30), flat, at(35), flat, at(5 + 24*60), flat}, "BUY 1|||BUY 1"},
		"once a minute":      {[]any{tickAt(1800), held, tickAt(1859), held, tickAt(1860), held}, "exit BUY 2||exit BUY 2"},
		"opened after it":    {[]any{tickAt(1900), bookOf("1", 31, 0, 1)}, "exit SELL 1"},
		"held over it":       {[]any{tickAt(60 + 24*3600), held}, "exit BUY 2"},
		"of today":           {[]any{tickAt(60 + 24*3600), bookOf("1", 24*60, 0, 1)}, ""},
		"of unknown fate":    {[]any{tickAt(1800), lost, tickAt(1801), lost, tickAt(1802), busy, tickAt(1803), lostExit, tickAt(1900), lostExit}, "cancel|exit BUY 2|||"},
		"unknown, of before": {[]any{tickAt(60 + 24*3600), lost}, "exit BUY 2"},
		"an unknown exit":    {[]any{tickAt(1800), lostExit, tickAt(1801), lostExit, tickAt(1870), lostExit, tickAt(1871), held}, "cancel||cancel|exit BUY 2"},
		"in another series":  {[]any{tick("X", min15, 1800, "10"), held}, "exit BUY 2"},
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

// TestSquareOffOnEarlyCloses: when the exchange closes before the time of squaring off,
// that comes as long before the close as on other days. Others know nothing of it.
func TestSquareOffOnEarlyCloses(t *testing.T) {
	early := func(minutes int64, closed bool) *strategy.Event {
		ev := closing("X", min5, minutes, "10")
		if !closed {
			ev.Closed, ev.TimeMs = false, ev.TimeMs+1
		}
		ev.Early = market.EarlyClose{CloseMs: noonMs + 60*minuteMs, UsualMs: noonMs + 240*minuteMs} // 13:00 and 16:00
		return ev
	}
	usual := func(minutes int64) *strategy.Event { return tick("X", min5, minutes*60, "10") }
	const day = 24 * 60
	flat, held := bookOf("0", 0, 0, 0), bookOf("2", 5, 0, 1)
	busy := bookOf("2", 5, 0, 1)
	busy.Holdings[0].OpenOrders = 1
	overnight := bookOf("2", -day, 0, 1)
	for name, c := range map[string]struct {
		square string
		steps  []any
		want   string
	}{
		"ten minutes before":        {"15:50", []any{early(49, false), held, early(50, false), held, early(51, false), flat}, "|exit SELL 2|"},
		"orders first":              {"15:50", []any{early(49, false), busy, early(50, false), busy, early(51, false), held}, "|cancel|exit SELL 2"},
		"nothing is entered":        {"15:50", []any{early(45, true), flat, early(50, true), flat, early(55, true), flat}, "BUY 1||"},
		"on other days":             {"15:50", []any{early(55, false), flat, usual(50 + day), bookOf("2", day, 0, 1), usual(230 + day), bookOf("2", day, 0, 1)}, "||exit SELL 2"},
		"held over it":              {"15:50", []any{early(45, false), held, usual(1 + day), held}, "|exit SELL 2"},
		"told before, and no more":  {"15:50", []any{early(45, false), held, usual(55), held}, "|exit SELL 2"},
		"a time before the close":   {"12:55", []any{early(54, false), held, early(55, false), held}, "|exit SELL 2"},
		"a time at the close":       {"13:00", []any{early(0, false), overnight, early(5, true), flat}, "exit SELL 2|"},
		"never before the open":     {"13:00", []any{early(5, true), flat, early(10, false), held}, "|exit SELL 2"},
		"a time at the usual close": {"16:00", []any{early(55, false), held, early(60, false), held}, "|exit SELL 2"},
		"a time that never comes":   {"16:30", []any{early(55, false), held, early(60, false), held}, "|"},
		"never":                     {"", []any{early(55, false), held, early(60, true), flat}, "|BUY 1"},
	} {
		if got := said(t, Spec{EntryLong: "close > 1", Session: "12:00-17:00", SquareOff: c.square}, c.steps...); got != c.want {
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
