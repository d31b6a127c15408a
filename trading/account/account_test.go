package account

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

func TestWhatTheCallerAsks(t *testing.T) {
	p := newPlayer(t)
	p.play(started + second + `
		> cmd ORDER {"symbol": "A", "transaction_type": "BUY", "quantity": 5}
		REJECTED BUY A NO_PRICE
	`)
	if got := p.a.Symbols(); !slices.Equal(got, []string{"A", "X", "Y"}) {
		t.Errorf("symbols %v", got)
	}
	before := p.a.SymbolsRevision()
	p.play("> tick X 5\n> tick Y 5")
	again := p.a.SymbolsRevision()
	p.play("> tick Y 6")
	if before == again || again != p.a.SymbolsRevision() {
		t.Errorf("revisions of symbols: %d, %d, %d", before, again, p.a.SymbolsRevision())
	}
	list := p.a.Strategies()
	if len(list) != 2 || list[0].StrategyID != "s" || list[1].StrategyID != "z" {
		t.Errorf("strategies %+v", list)
	}
	list[0].Symbols[0] = "changed"
	if d, ok := p.a.Strategy("s"); !ok || d.Symbols[0] != "X" || d.Status != Running {
		t.Errorf("strategy %+v", d)
	}
	if _, ok := p.a.Strategy("other"); ok {
		t.Error("a strategy of nobody is there")
	}
	if p.a.Mode() != Active || p.a.Venue() != PaperVenue || p.a.UserID() != "alice" {
		t.Errorf("%s at %s of %s", p.a.Mode(), p.a.Venue(), p.a.UserID())
	}
	s, err := p.a.State()
	if err != nil || len(s.Symbols) != 3 || s.Deposits != decimal.MustParse("100000") {
		t.Errorf("state %+v, %v", s, err)
	}
	s.Symbols[0].Name = "changed"
	if p.a.s.Symbols[0].Name != "A" {
		t.Error("the state was no copy")
	}
}

// TestRulesTrade runs the way of a deployed rule: the account makes the strategy,
// and its needs are in the event.
func TestRulesTrade(t *testing.T) {
	a := New("alice")
	take := func(id string, kind CommandType, data string) []Event {
		c, err := ParseCommand(id, "alice", 5, kind, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		events, err := a.Command(c, Cause{Origin: "c/0/" + id, TimeMs: 5})
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	take("1", CmdOpenAccount, `{}`)
	events := take("2", CmdDeploy, `{"name": "n", "symbols": ["X", "X"], "rules": {"entry_long": "close > EMA_20"}}`)
	e := events[0].(StrategyStatus)
	if e.StrategyID != ident.Derive("alice", "n") || !e.Deployed || len(e.Needs) != 1 || e.Needs[0].Indicators[0] != "EMA_20" || e.Needs[0].Timeframe.String() != "5min" {
		t.Errorf("%+v", e)
	}
	d, _ := a.Strategy(e.StrategyID)
	if s, err := d.New(); err != nil || s.Needs()[0].Symbol != "X" {
		t.Errorf("%v, %v", s, err)
	}
	d.Rules = nil
	if _, err := d.New(); err == nil {
		t.Error("an external strategy is made")
	}
	a.StrategyFailed(e.StrategyID, "bug", Cause{Origin: "x/0/1"})
	again := take("3", CmdResumeStrategy, `{"strategy_id": "`+e.StrategyID+`"}`)[0].(StrategyStatus)
	if !again.Deployed || len(again.Needs) != 1 {
		t.Errorf("resumed after a failure: %+v", again)
	}
}

func TestBounds(t *testing.T) {
	l := newIDLog(3)
	for i := range 5 {
		l.add(fmt.Sprint(i))
		l.add(fmt.Sprint(i))
	}
	if got := fmt.Sprint(l.list()); got != "[2 3 4]" || l.has("1") || !l.has("2") || l.revision != 5 {
		t.Errorf("%s, revision %d", got, l.revision)
	}
	p := newPlayer(t)
	p.play(started)
	for range maxOrders {
		p.input("signal s BUY X qty=1 price=50 ms=" + fmt.Sprint(p.n))
	}
	p.play("> signal s BUY X qty=1 price=50 ms=1\nREJECTED BUY X TOO_MANY_ORDERS")
	for i := range maxSymbols {
		if s := p.a.symbol(fmt.Sprint(i)); s != nil {
			s.Ticks = 1
		}
	}
	p.play("> signal s BUY new qty=1 ms=2\nREJECTED BUY new INVALID_SYMBOL")
	if len(p.a.s.Symbols) != maxSymbols {
		t.Errorf("%d symbols", len(p.a.s.Symbols))
	}
	p.play("> tick new2 5\n> external e1 s FILLED BUY new3 5 1\nignored order")
	for i := range maxFinished + 10 {
		p.input(fmt.Sprintf("external x%d s FILLED BUY X 1 1", i))
	}
	if len(p.a.s.Finished) != maxFinished || len(p.a.finished) != maxFinished || p.a.s.Finished[0].ID != "x10" {
		t.Errorf("%d finished orders, the first is %s", len(p.a.s.Finished), p.a.s.Finished[0].ID)
	}
	checkInvariants(t, p.a)
}

// TestSavedIDsAreThoseOfNow: the list is kept as it was saved only until it changes.
func TestSavedIDsAreThoseOfNow(t *testing.T) {
	l := newIDLog(3)
	for _, want := range []string{`["a"]`, `["a","b"]`} {
		l.add(want[len(want)-3 : len(want)-2])
		for range 2 {
			if got, err := l.save(); err != nil || string(got) != want {
				t.Errorf("saved %s, %v; want %s", got, err, want)
			}
		}
	}
}

func TestBadStatesAreRefused(t *testing.T) {
	p := newPlayer(t)
	p.play(started + "> signal s BUY X qty=1\nPLACED #1 BUY X 1 PENDING")
	good, err := p.a.Save()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(map[string][]byte){
		"nothing": func(m map[string][]byte) { clear(m) },
		"no JSON": func(m map[string][]byte) { m[PartAccount] = []byte("{") },
		"another's": func(m map[string][]byte) {
			m[PartAccount] = []byte(strings.Replace(string(m[PartAccount]), "alice", "bob", 1))
		},
		"of tomorrow": func(m map[string][]byte) {
			m[PartAccount] = []byte(strings.Replace(string(m[PartAccount]), `"version":3`, `"version":4`, 1))
		},
		"commands": func(m map[string][]byte) { m[PartCommands] = []byte("{}") },
		"signals":  func(m map[string][]byte) { m[PartSignals+"s"] = []byte("1") },
	} {
		parts := make(map[string][]byte)
		for k, v := range good {
			parts[k] = v
		}
		change(parts)
		if _, err := Load("alice", parts); err == nil || !strings.Contains(err.Error(), "alice") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.a.SavePart("other"); err == nil {
		t.Error("a part of no name is saved")
	}
}

func TestInputsWithoutATimeHaveTheMarkets(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	events := p.a.Reduce("LOST", "lost", Cause{Origin: "x/0/1"})
	if got := events[0].(Alert).TimeMs; got != p.ms {
		t.Errorf("time %d, want %d", got, p.ms)
	}
}

func TestPaperOrdersHaveTheMarketsTime(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	tick := p.ms
	p.ms += 1_000_000_000
	for _, e := range p.a.Signal(p.signal([]string{"s", "BUY", "X", "qty=1"}), Cause{Origin: "x/0/1", TimeMs: p.ms}, 0) {
		if got := e.(OrderEvent).TimeMs; got != tick {
			t.Errorf("placed at %d, the last tick was at %d", got, tick)
		}
	}
	for _, e := range p.commanded("REMOVE", `{"strategy_id": "s"}`) {
		if o, ok := e.(OrderEvent); ok && o.TimeMs != tick {
			t.Errorf("cancelled at %d, the last tick was at %d", o.TimeMs, tick)
		}
	}
}

// TestOrdersBeforeTheFirstTickHaveTheirInputsTime: a fill of others gives a symbol a
// price, and no market time.
func TestOrdersBeforeTheFirstTickHaveTheirInputsTime(t *testing.T) {
	p := newPlayer(t)
	p.play(started + `
		> external e1 s FILLED BUY N 5 20
		OPENED N 5 at 20, now 20, open 0, made 0
	`)
	p.ms += 1_000_000_000
	placed := p.commanded("ORDER", `{"symbol": "N", "transaction_type": "BUY", "quantity": 1}`)[0].(OrderEvent)
	cancelled := p.commanded("ORDER", `{"cancel": "`+placed.OrderID+`"}`)[0].(OrderEvent)
	if placed.TimeMs != p.ms || cancelled.TimeMs != p.ms {
		t.Errorf("placed at %d, cancelled at %d, want %d", placed.TimeMs, cancelled.TimeMs, p.ms)
	}
}

// TestTimeFollowsAReplay: a tick days older than the last is not late; a tick some
// minutes older is.
func TestTimeFollowsAReplay(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	start := p.ms
	for _, c := range []struct{ tick, want int64 }{
		{start - 60_000, start}, {start - aDayMs, start}, {start - 5*aDayMs, start - 5*aDayMs}, {start - 5*aDayMs + 1, start - 5*aDayMs + 1},
	} {
		p.play(fmt.Sprintf("> tick X 100 %d", c.tick))
		events := p.a.Signal(p.signal([]string{"s", "BUY", "X", "qty=1"}), Cause{Origin: fmt.Sprint(c.tick)}, 0)
		if got := events[0].(OrderEvent).TimeMs; got != c.want {
			t.Errorf("after a tick at %d orders are placed at %d, want %d", c.tick, got, c.want)
		}
		p.play("> cmd HALT\nCANCELLED #1 BUY X 1 ACCOUNT_HALTED CANCELLED\nALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND \"by command\"\n> cmd RESUME\nALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND")
		p.placed = nil
	}
}

func TestInputsOfOneOriginMakeDifferentIDs(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	cause := Cause{Origin: "x/0/1"}
	a, b := p.a.Reduce("LOST", "lost", cause)[0].(Alert), p.a.Reduce("LOST", "lost", cause)[0].(Alert)
	if a.AlertID == b.AlertID {
		t.Error("two alerts have one id")
	}
}

func TestTheNextStrategyOfAnIDStartsFlat(t *testing.T) {
	p := newPlayer(t)
	p.play(started + enters("BUY X qty=1 ms=1", "100") + `
		> signal s SELL X exit ms=2
		PLACED #2 SELL X 1 PENDING
		> tick X 107
		FILLED #2 SELL X 1 got 1 at 107 FILLED
		CLOSED X 0 at 0, now 107, open 0, made 7
	`)
	if got := p.a.Book("s").For("X").Realized; got != decimal.FromInt(7) {
		t.Errorf("it made %v", got)
	}
	p.play("> cmd REMOVE {\"strategy_id\": \"s\"}\nSTRATEGY s REMOVED\n" + deploy)
	if got := p.a.Book("s").For("X").Realized; !got.IsZero() {
		t.Errorf("the next one made %v before its first trade", got)
	}
	checkInvariants(t, p.a)
}

func BenchmarkMark(b *testing.B) {
	p := newPlayer(b)
	p.play(started + enters("BUY X qty=50 stop=50 target=500", "100"))
	prices := []decimal.Decimal{decimal.MustParse("100"), decimal.MustParse("100.05"), decimal.MustParse("99.95")}
	n := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms, Price: prices[n%3], Seq: market.Seq{Offset: 1000 + n}}, Cause{Origin: "b/0/1", TimeMs: p.ms})
	}
}

// FuzzCommand: whatever a command holds, it is carried out or refused, and a
// refused one changes nothing.
func FuzzCommand(f *testing.F) {
	f.Add("ORDER", `{"symbol": "X", "transaction_type": "BUY", "quantity": 1e10, "price": 1e10, "stoploss": 1e-8, "target": 92233720368}`)
	f.Add("SET_LIMITS", `{"daily_loss": 1, "position_size": 1e-8, "alert_percents": [1, 2, 3], "day_offset_minutes": -1}`)
	f.Add("SET_LIMITS", `{"drawdown_percent": 1e-8, "margin_percent": 1000, "gross_exposure": 92233720368, "price_band_percent": 1000, "symbols": [{"symbol": "X", "margin_percent": 1e-8}]}`)
	f.Add("SET_LIMITS", `{"trading_hours": [{"days": ["MON"], "from": "00:00", "to": "24:00"}], "duplicate_window_ms": 86400000, "orders_per_second": 1000}`)
	f.Add("DEPLOY", `{"strategy_id": "s", "name": "n", "symbols": ["X"], "rules": {"entry_long": "false", "exit": "price > 1"}, "revision": 9}`)
	f.Add("DEPOSIT", `{"amount": -92233720368}`)
	f.Add("HALT", `{"close_positions": true}`)
	f.Add("REMOVE", `{"strategy_id": "s"}`)
	f.Fuzz(func(t *testing.T, kind, data string) {
		p := newPlayer(t)
		p.play(started)
		p.input("external e s FILLED BUY X 92233720368 92233720368")
		p.input("signal s SELL X qty=92233720368 price=92233720368 stop=92233720368.5")
		before, _ := p.a.Save()
		c, err := ParseCommand("id", "alice", p.ms, CommandType(kind), []byte(data))
		if err == nil {
			_, err = p.a.Command(c, Cause{Origin: "f/0/1"})
		}
		after, saveErr := p.a.Save()
		if saveErr != nil {
			t.Fatal(saveErr)
		}
		if err != nil && fmt.Sprint(before) != fmt.Sprint(after) {
			t.Fatalf("%v, yet\n%s\nbecame\n%s", err, before[PartAccount], after[PartAccount])
		}
		checkInvariants(t, p.a)
		p.input("tick X 92233720368")
		p.input("tick X 0.00000001")
		checkInvariants(t, p.a)
	})
}

// TestExitsByLimitsAreNotLimited: a close goes through whatever the limits say.
func TestExitsByLimitsAreNotLimited(t *testing.T) {
	d := draft{Order: order.Order{Purpose: order.RiskClose}}
	if !d.protective() {
		t.Error("a close by risk is held against limits")
	}
	p := newPlayer(t)
	p.play(started + enters("BUY X qty=100", "100") + `
		> cmd SET_LIMITS {"max_order_quantity": 1, "max_order_value": 1, "daily_loss": 10}
		> tick X 99
		MODIFIED X 100 at 100, now 99, open -100, made 0
		ALERT DAILY_LOSS CRITICAL {"current_loss":100,"limit":10,"positions_to_close":["X"]}
		PLACED #2 SELL X 100 RISK PENDING
	`)
	if p.a.s.LossLevel != risk.LevelCritical {
		t.Error("the level is not remembered")
	}
}

// TestLateTicksDontMoveTheDay: a late tick, however old, is a price and no time:
// the loss of the day is counted on.
func TestLateTicksDontMoveTheDay(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	clock, day := p.a.s.ClockMs, p.a.s.Day
	p.a.Mark(Mark{Symbol: "X", TimeMs: clock - 3*aDayMs, Price: decimal.FromInt(90), Seq: market.Seq{Offset: 1 << 40}, Late: true}, Cause{Origin: "late"})
	if p.a.s.ClockMs != clock || p.a.s.Day != day {
		t.Errorf("the clock went from %d to %d, the day from %d to %d", clock, p.a.s.ClockMs, day, p.a.s.Day)
	}
	if got := p.a.symbols["X"].Price; got != decimal.FromInt(90) {
		t.Errorf("the price is %v", got)
	}
}

// TestADayOlder: a tick that is a day older than the latest one is late; one that is
// older than that is of a replay, and time follows it.
func TestADayOlder(t *testing.T) {
	for _, c := range []struct {
		byMs     int64
		replayed bool
	}{{aDayMs, false}, {aDayMs + 1, true}} {
		p := newPlayer(t)
		p.play(started)
		newest := p.ms
		want := newest
		if c.replayed {
			want -= c.byMs
		}
		p.input(fmt.Sprintf("tick X 90 %d", newest-c.byMs))
		if clock, own := p.a.s.ClockMs, p.a.symbols["X"].TimeMs; clock != want || own != want {
			t.Errorf("%d ms older: the clock is at %d, the symbol's time at %d, want %d", c.byMs, clock, own, want)
		}
	}
}

// TestTheFirstTickOfAPartition has the place that a symbol without a tick has.
func TestTheFirstTickOfAPartition(t *testing.T) {
	p := newPlayer(t)
	p.play(open + deploy)
	for i, want := range []string{"90", "90"} { // the second is the same tick in another timeframe
		p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms, Price: decimal.FromInt(int64(90 + i))}, Cause{Origin: fmt.Sprint("first/0/", i)})
		if s := p.a.symbols["X"]; s.Price.String() != want || s.Ticks != 1 {
			t.Errorf("after update %d the price is %v by %d ticks, want %s by 1", i, s.Price, s.Ticks, want)
		}
	}
}

// TestPositionsBeyondTheBoundAreClosed: fills may add up to more than one order
// may ask for; the close of it all is one order.
func TestPositionsBeyondTheBoundAreClosed(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	size := decimal.MustParse("50000000000")
	for i := range 2 {
		for _, e := range p.a.ExternalOrder(ExternalOrder{
			OrderID: fmt.Sprint("big", i), StrategyID: "s", Symbol: "X", TimeMs: p.ms, Type: Filled, Side: order.Buy, Kind: order.Market,
			Quantity: size, FilledQuantity: size, AveragePrice: decimal.FromInt(1),
		}, Cause{Origin: fmt.Sprint("big", i)}) {
			t.Logf("%+v", e)
		}
	}
	raw := json.RawMessage(`{"close_positions":true}`)
	c, err := ParseCommand("halt", p.a.s.UserID, p.ms, CmdHalt, raw)
	if err != nil {
		t.Fatal(err)
	}
	events, err := p.a.Command(c, Cause{Origin: "halt"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if o, ok := e.(OrderEvent); ok && o.Type == Placed && o.Side == order.Sell && o.Quantity == size.Add(size) {
			return
		}
	}
	t.Errorf("nothing closes it all: %+v", events)
}

// TestTradingOrdersOfOthersAreKept: of the orders of others, those that still
// trade are remembered however many end after them, so that their next report
// isn't counted from nothing.
func TestTradingOrdersOfOthersAreKept(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	fill := func(id string, quantity, filled int64) {
		p.a.ExternalOrder(ExternalOrder{
			OrderID: id, StrategyID: "s", Symbol: "X", TimeMs: p.ms, Type: Filled, Side: order.Buy, Kind: order.Limit, Price: decimal.FromInt(1),
			Quantity: decimal.FromInt(quantity), FilledQuantity: decimal.FromInt(filled), AveragePrice: decimal.FromInt(1),
		}, Cause{Origin: fmt.Sprint(id, filled)})
	}
	fill("big", 100, 10)
	for i := range maxFinished {
		fill(fmt.Sprint("small", i), 1, 1)
	}
	fill("big", 100, 60)
	if got := p.a.symbols["X"].Net.Quantity; got != decimal.FromInt(60+maxFinished) {
		t.Errorf("the position is %v, want %d", got, 60+maxFinished)
	}
}

// TestOrdersOfOthersAreNoneOfTheOpenOnes: whatever a venue reports of one, it is
// remembered once, and it is not the account's to cancel.
func TestOrdersOfOthersAreNoneOfTheOpenOnes(t *testing.T) {
	p := newPlayer(t)
	p.play(live)
	p.a.ExternalOrder(ExternalOrder{
		OrderID: "e1", StrategyID: "s", Symbol: "X", TimeMs: p.ms, Type: Filled, Side: order.Buy, Kind: order.Limit, Price: decimal.FromInt(10),
		Quantity: decimal.FromInt(5), FilledQuantity: decimal.FromInt(1), AveragePrice: decimal.FromInt(10),
	}, Cause{Origin: "x/0/1"})
	p.play(`
		> report e1 CANCELLED
		CANCELLED #1 BUY X 5 limit 10 got 1 at 10 VENUE CANCELLED
	`)
	if n := len(p.a.s.Finished); n != 1 {
		t.Errorf("it is remembered %d times", n)
	}
	p.input("report e1 FILL qty=2 price=10")
	p.input("report e1 ACCEPTED")
	if n := len(p.a.symbols["X"].Orders); n != 0 || p.a.finished["e1"] == nil {
		t.Errorf("it is taken for one of the account's own: %d are open", n)
	}
	checkInvariants(t, p.a)
}

// TestReportTimes: a report has its own time, and without one its input's.
func TestReportTimes(t *testing.T) {
	p := newPlayer(t)
	p.play(live + `
		> signal s BUY X qty=10
		PLACED #1 BUY X 10 PENDING
		VENUE SEND #1
	`)
	for i, c := range []struct{ own, want int64 }{{0, 7}, {5, 5}} {
		r := order.Report{OrderID: p.placed[0], Kind: order.ReportFill, TimeMs: c.own, FilledQuantity: decimal.FromInt(int64(i + 1)), AveragePrice: decimal.FromInt(10)}
		events := p.a.VenueReport(r, Cause{Origin: fmt.Sprint("r/0/", i), TimeMs: 7})
		if got := events[0].(OrderEvent).TimeMs; got != c.want {
			t.Errorf("a report of %d in an input of 7 is told of at %d, want %d", c.own, got, c.want)
		}
	}
}

// TestOldStates: what was saved before there were fees and lots, and before there
// were instruments, is read, goes on, and is saved as of now.
func TestOldStates(t *testing.T) {
	p := newPlayer(t)
	p.play(started + enters("BUY X qty=10", "100"))
	parts, err := p.a.Save()
	if err != nil {
		t.Fatal(err)
	}
	now := string(parts[PartAccount])
	for version := 1; version < stateVersion; version++ {
		old := strings.Replace(now, `"version":3`, fmt.Sprintf(`"version":%d`, version), 1)
		if old == now || strings.Contains(old, "fees") || strings.Contains(old, "lots") || strings.Contains(old, "instruments") {
			t.Fatalf("not what an older program saved: %s", old)
		}
		parts[PartAccount] = []byte(old)
		a, err := Load("alice", parts)
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, a)
		if again, err := a.SavePart(PartAccount); err != nil || string(again) != now {
			t.Errorf("version %d is saved as %s, %v", version, again, err)
		}
	}
	parts[PartAccount] = []byte(strings.Replace(now, `"version":3`, `"version":0`, 1))
	if _, err := Load("alice", parts); err == nil {
		t.Error("a state of no version is read")
	}
}
