package account

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	_ "github.com/velox-trading/velox/trading/strategy/examples" // a build with compiled strategies
)

func TestStrategiesAreReplacedAndRemoved(t *testing.T) {
	scripts(t, map[string]string{
		"a replaced one keeps its book, orders and stops": started + enters("BUY X qty=5 stop=90", "100") + `
			> signal s BUY X qty=5 price=95
			PLACED #2 BUY X 5 limit 95 PENDING
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "Y"], "rules": {"entry_long": "false", "exit": "close > of(\"Z\", close)"}, "revision": 1}
			STRATEGY s RUNNING
			> tick X 95
			FILLED #2 BUY X 5 limit 95 got 5 at 95 FILLED
			MODIFIED X 10 at 97.5, now 95, open -25, made 0
			> tick X 90
			PLACED #3 SELL X 5 STOPLOSS PENDING
			MODIFIED X 10 at 97.5, now 90, open -75, made 0
			> tick X 90
			FILLED #3 SELL X 5 got 5 at 90 FILLED
			MODIFIED X 5 at 97.5, now 90, open -37.5, made -37.5
			> cmd REMOVE {"strategy_id": "s"}
			refused POSITION_OPEN
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true, "revision": 1}
			refused OLD_REVISION
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true, "revision": 2}
			STRATEGY s RUNNING
			> signal s SELL X exit
			PLACED #4 SELL X 5 PENDING
			> tick X 91
			FILLED #4 SELL X 5 got 5 at 91 FILLED
			CLOSED X 0 at 0, now 91, open 0, made -70
			> cmd REMOVE {"strategy_id": "s"}
			STRATEGY s REMOVED
		`,
		"a paused one is stopped out, but trades no more": started + enters("BUY X qty=5 stop=90", "100") + `
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> signal s SELL X exit
			REJECTED SELL X STRATEGY_PAUSED
			> tick X 90
			PLACED #2 SELL X 5 STOPLOSS PENDING
			MODIFIED X 5 at 100, now 90, open -50, made 0
			> tick X 91
			FILLED #2 SELL X 5 got 5 at 91 FILLED
			CLOSED X 0 at 0, now 91, open 0, made -45
		`,
		"paused and closed, it can be removed": started + second + `
			> signal s BUY X qty=5
			PLACED #1 BUY X 5 PENDING
			> signal z BUY X qty=3
			PLACED #2 BUY X 3 PENDING
			> tick X 100
			FILLED #1 BUY X 5 got 5 at 100 FILLED
			OPENED X 5 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 3 got 3 at 100 FILLED
			MODIFIED X 8 at 100, now 100, open 0, made 0
			> signal s SELL X qty=5 price=200
			PLACED #3 SELL X 5 limit 200 PENDING
			> cmd REMOVE {"strategy_id": "s", "close_positions": true}
			refused INVALID_DATA
			> cmd RESUME_STRATEGY {"strategy_id": "s", "close_positions": true}
			refused INVALID_DATA
			> cmd PAUSE {"strategy_id": "s", "close_positions": true}
			STRATEGY s PAUSED
			CANCELLED #3 SELL X 5 limit 200 STRATEGY_PAUSED CANCELLED
			PLACED #4 SELL X 5 MANUAL PENDING
			> cmd REMOVE {"strategy_id": "s"}
			refused POSITION_OPEN
			> tick X 101
			FILLED #4 SELL X 5 got 5 at 101 FILLED
			MODIFIED X 3 at 100, now 101, open 3, made 5
			> cmd REMOVE {"strategy_id": "s"}
			STRATEGY s REMOVED
			> cmd PAUSE {"strategy_id": "z", "close_positions": true}
			STRATEGY z PAUSED
			PLACED #5 SELL X 3 MANUAL PENDING
		`,
		"kinds of strategies": open + `
			> cmd DEPLOY {"name": "n", "symbols": ["X"], "code": "gap-fade", "parameters": {"gap": 2}}
			STRATEGY ` + idOf("n") + ` RUNNING
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "code": "gap-fade", "parameters": {"gap": 200}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "code": "no-such-code"}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "code": "gap-fade", "external": true}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "code": "gap-fade", "rules": {"entry_long": "false", "exit": "true"}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "rules": {"entry_long": "false", "exit": true}, "parameters": {"gap": 2}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "rules": {"entry_long": "close > 1 / 0"}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "rules": {"entry_long": "close > 1", "confidence": "1.5"}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "rules": {"entry_long": "false", "exit": "true", "max_trades_a_day": 3, "allow_gaps": true}}
			STRATEGY ` + idOf("m") + ` RUNNING
			> cmd DEPLOY {"name": "m", "symbols": ["X"], "code": "gap-fade", "revision": 1}
			STRATEGY ` + idOf("m") + ` RUNNING
			> cmd PAUSE {"strategy_id": "` + idOf("m") + `"}
			STRATEGY ` + idOf("m") + ` PAUSED
			> cmd REMOVE {"strategy_id": "` + idOf("m") + `"}
			STRATEGY ` + idOf("m") + ` REMOVED
		`,
	})
}

// idOf gives the id of alice's strategy of a name.
func idOf(name string) string {
	c := &Deploy{Name: name, Symbols: []string{"X"}, External: true}
	d, err := New("alice").checkDeploy(c)
	if err != nil {
		panic(err)
	}
	return d.StrategyID
}

// TestWatchedSymbols: the account gets the updates of symbols that a strategy looks
// at, and they are no symbols of its own.
func TestWatchedSymbols(t *testing.T) {
	p := newPlayer(t)
	p.play(open + `
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "Y"], "rules": {"entry_long": "close > of(\"Z\", close) + of(\"W\", tf(\"15min\", close)) + of(\"X\", close)"}}
		STRATEGY s RUNNING
		> tick Z 100
		> tick X 100
	`)
	if got := strings.Join(p.a.Symbols(), " "); got != "W X Y Z" {
		t.Errorf("it follows %s", got)
	}
	if d, _ := p.a.Strategy("s"); strings.Join(d.Watches, " ") != "W Z" {
		t.Errorf("it watches %v", d.Watches)
	}
	if p.a.symbols["Z"] != nil || p.a.symbols["X"] == nil {
		t.Error("a watched symbol is kept, or a traded one is not")
	}
	before := p.a.SymbolsRevision()
	p.play(`> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "rules": {"entry_long": "false", "exit": "close > 1"}, "revision": 1}` + "\nSTRATEGY s RUNNING")
	if got := strings.Join(p.a.Symbols(), " "); got != "X" || p.a.SymbolsRevision() == before {
		t.Errorf("then it follows %s, revision %d after %d", got, p.a.SymbolsRevision(), before)
	}
}

// TestBoundsOfStrategies: what is at a bound is taken, one more is refused.
func TestBoundsOfStrategies(t *testing.T) {
	p := newPlayer(t)
	symbols := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, strconv.Quote(fmt.Sprint(i)))
		}
		return "[" + strings.Join(names, ", ") + "]"
	}
	const watching = `"rules": {"entry_long": "false", "exit": "close > of(\"Z\", close)"}`
	p.play(open + `
		> cmd DEPLOY {"strategy_id": "e", "name": "e", "symbols": ` + symbols(maxStrategySymbols+1) + `, "external": true}
		refused TOO_MANY_SYMBOLS
		> cmd DEPLOY {"strategy_id": "e", "name": "e", "symbols": ` + symbols(maxStrategySymbols) + `, "external": true}
		STRATEGY e RUNNING
		> cmd DEPLOY {"strategy_id": "w", "name": "w", "symbols": ` + symbols(maxStrategySymbols) + `, ` + watching + `}
		refused TOO_MANY_SYMBOLS
		> cmd DEPLOY {"strategy_id": "w", "name": "w", "symbols": ` + symbols(maxStrategySymbols-1) + `, ` + watching + `}
		STRATEGY w RUNNING
	`)
	for i := range maxStrategies - 2 {
		p.play(fmt.Sprintf(`
			> cmd DEPLOY {"strategy_id": "s%[1]d", "name": "n", "symbols": ["X"], "external": true}
			STRATEGY s%[1]d RUNNING
		`, i))
	}
	p.play(`
		> cmd DEPLOY {"strategy_id": "more", "name": "n", "symbols": ["X"], "external": true}
		refused TOO_MANY_STRATEGIES
		> cmd DEPLOY {"strategy_id": "s0", "name": "n", "symbols": ["Y"], "external": true, "revision": 1}
		STRATEGY s0 RUNNING
	`)
}

// TestRemovedAtAVenue: a strategy stays while an order of its own is at a live venue,
// whatever others have there.
func TestRemovedAtAVenue(t *testing.T) {
	scripts(t, map[string]string{"two strategies": `
		> cmd OPEN_ACCOUNT {"deposit": 100000, "venue": "kite"}
		` + deploy + second + `
		> signal s BUY X qty=1
		PLACED #1 BUY X 1 PENDING
		VENUE SEND #1
		> cmd REMOVE {"strategy_id": "s"}
		refused ORDER_OPEN
		> cmd REMOVE {"strategy_id": "z"}
		STRATEGY z REMOVED
		> report #1 REJECTED
		REJECTED #1 BUY X 1 VENUE REJECTED
		> cmd REMOVE {"strategy_id": "s"}
		STRATEGY s REMOVED
	`})
}

// TestExternalStrategiesAreNotMade: nothing here can run them.
func TestExternalStrategiesAreNotMade(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	if d, ok := p.a.Strategy("s"); !ok || d.Rules != nil {
		t.Errorf("it has rules: %+v", d)
	} else if s, err := d.New(); err == nil {
		t.Errorf("made is %+v", s)
	}
}

// TestBooksHoldOnlyTheirOwn: a symbol that others trade is in no strategy's view; one
// where its only order waits is.
func TestBooksHoldOnlyTheirOwn(t *testing.T) {
	p := newPlayer(t)
	p.play(started + second + `
		> tick Y 100
		> signal z BUY Y qty=1 price=50
		PLACED #1 BUY Y 1 limit 50 PENDING
		> signal z BUY X qty=1
		PLACED #2 BUY X 1 PENDING
		> tick X 100
		FILLED #2 BUY X 1 got 1 at 100 FILLED
		OPENED X 1 at 100, now 100, open 0, made 0
	`)
	if got := p.a.Book("s").Holdings; len(got) != 0 {
		t.Errorf("s, which has traded nothing, sees %+v", got)
	}
	if got := p.a.Book("z").Holdings; len(got) != 2 || got[1].Symbol != "Y" || got[1].OpenOrders != 1 {
		t.Errorf("z sees %+v", got)
	}
}

// TestBooksKnowTheirTrades: what rules ask about trades and times.
func TestBooksKnowTheirTrades(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	begin := p.ms
	for i, c := range []struct {
		signal         string
		opened, closed int64 // ticks after the start; 0: none
		trades         int64
	}{
		{"BUY X qty=5", 1, 0, 1},
		{"BUY X qty=5", 1, 0, 1},
		{"SELL X qty=4", 1, 0, 1},
		{"SELL X qty=9", 4, 4, 2}, // turned around
		{"BUY X qty=3", 0, 5, 2},
		{"SELL X qty=3", 6, 5, 3},
	} {
		p.input("signal s " + c.signal + " ms=" + fmt.Sprint(i+1))
		p.input("tick X 100")
		h := p.a.Book("s").For("X")
		after := func(n int64) int64 {
			if n == 0 {
				return 0
			}
			return begin + n*1000
		}
		if h.OpenedMs != after(c.opened) || h.ClosedMs != after(c.closed) || h.Trades != c.trades {
			t.Errorf("after %s: opened %d, closed %d, %d trades; want %+v after %d", c.signal, h.OpenedMs, h.ClosedMs, h.Trades, c, begin)
		}
	}
	b := p.a.Book("s")
	if again := reloaded(t, p.a).Book("s"); !reflect.DeepEqual(again.Holdings, b.Holdings) {
		t.Errorf("saved and loaded: %+v, want %+v", again.Holdings, b.Holdings)
	}
}

// TestStrategiesByName: a strategy is paused, resumed and removed by its name, too,
// for its id may be a derived one that nobody knows by heart.
func TestStrategiesByName(t *testing.T) {
	scripts(t, map[string]string{
		"by name": open + deploy + second + `
			> cmd PAUSE {"name": "n"}
			STRATEGY s PAUSED
			> cmd RESUME_STRATEGY {"name": "n"}
			STRATEGY s RUNNING
			> cmd PAUSE {"name": "other"}
			refused NO_SUCH_STRATEGY
			> cmd PAUSE {"name": "n", "strategy_id": "s"}
			refused INVALID_DATA
			> cmd PAUSE {}
			refused INVALID_DATA
			> cmd REMOVE {"name": "m"}
			STRATEGY z REMOVED
		`,
		"two of a name": open + deploy + `
			> cmd DEPLOY {"strategy_id": "t", "name": "n", "symbols": ["X"], "external": true}
			STRATEGY t RUNNING
			> cmd PAUSE {"name": "n"}
			refused INVALID_DATA
			> cmd PAUSE {"strategy_id": "t"}
			STRATEGY t PAUSED
		`,
	})
}

// TestLongTexts: what no reader of the topics would take is refused before it is
// written.
func TestLongTexts(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	longest, long := strings.Repeat("x", 1024), strings.Repeat("x", 1025)
	p.play(fmt.Sprintf(`
		> cmd ORDER {"symbol": "%[1]s", "transaction_type": "BUY", "quantity": 1}
		refused INVALID_SYMBOL
		> cmd ORDER {"symbol": "%[2]s", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY %[2]s NO_PRICE
		> cmd DEPLOY {"strategy_id": "%[1]s", "name": "n", "symbols": ["X"], "external": true}
		refused INVALID_DATA
		> cmd DEPLOY {"strategy_id": "%[2]s", "name": "n", "symbols": ["X"], "external": true}
		STRATEGY %[2]s RUNNING
		> cmd DEPLOY {"name": "%[1]s", "symbols": ["X"], "external": true}
		refused INVALID_DATA
		> cmd DEPLOY {"name": "m", "symbols": ["%[1]s"], "external": true}
		refused INVALID_DATA
	`, long, longest))
}

// TestFailedStrategyThatABuildLacks: what can't be made stays FAILED, paused or not, and
// can be resumed no more than it can be made; its position can be closed.
func TestFailedStrategyThatABuildLacks(t *testing.T) {
	p := newPlayer(t)
	p.play(open + `
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "code": "gap-fade"}
		STRATEGY s RUNNING
		> tick X 100
		> signal s BUY X qty=5
		PLACED #1 BUY X 5 PENDING
		> tick X 100
		FILLED #1 BUY X 5 got 5 at 100 FILLED
		OPENED X 5 at 100, now 100, open 0, made 0
	`)
	p.a.deployed("s").Code = "elsewhere"
	p.play(`
		> failed s
		STRATEGY s FAILED
		ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
		> cmd RESUME_STRATEGY {"strategy_id": "s"}
		refused INVALID_RULES
		> cmd PAUSE {"strategy_id": "s", "close_positions": true}
		STRATEGY s FAILED
		PLACED #2 SELL X 5 MANUAL PENDING
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "code": "gap-fade", "revision": 1}
		STRATEGY s RUNNING
	`)
}

// TestNoRevisionDropsWhatIsHeld: a revision without a symbol that the strategy holds, or
// has an order in, would leave that to nobody.
func TestNoRevisionDropsWhatIsHeld(t *testing.T) {
	const rules = `"rules": {"entry_long": "false", "exit": "close > 1"}`
	const holding = "> tick Y 50\n" + `
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "Y"], ` + rules + `, "revision": 1}
		STRATEGY s RUNNING
		> signal s BUY X qty=5 ms=1
		PLACED #1 BUY X 5 PENDING
		> tick X 100
		FILLED #1 BUY X 5 got 5 at 100 FILLED
		OPENED X 5 at 100, now 100, open 0, made 0
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], ` + rules + `, "revision": 2}
		refused POSITION_OPEN
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], "external": true, "revision": 2}
		refused POSITION_OPEN
	`
	scripts(t, map[string]string{
		"held": started + holding + `
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "Z"], ` + rules + `, "revision": 2}
			STRATEGY s RUNNING
			> cmd PAUSE {"strategy_id": "s", "close_positions": true}
			STRATEGY s PAUSED
			PLACED #2 SELL X 5 MANUAL PENDING
			> tick X 100
			FILLED #2 SELL X 5 got 5 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], ` + rules + `, "revision": 3}
			STRATEGY s RUNNING
		`,
		"an open order": started + `
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "Y"], ` + rules + `, "revision": 1}
			STRATEGY s RUNNING
			> signal s BUY X qty=5 price=90 ms=1
			PLACED #1 BUY X 5 limit 90 PENDING
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], ` + rules + `, "revision": 2}
			refused ORDER_OPEN
			> cmd ORDER {"cancel": "#1"}
			CANCELLED #1 BUY X 5 limit 90 USER CANCELLED
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], ` + rules + `, "revision": 2}
			STRATEGY s RUNNING
		`,
		"what an external one holds anywhere": started + `
			> tick Y 50
			> cmd ORDER {"symbol": "Z", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY Z NO_PRICE
			> tick Z 10
			> signal s BUY Z qty=5 ms=1
			PLACED #1 BUY Z 5 PENDING
			> tick Z 10
			FILLED #1 BUY Z 5 got 5 at 10 FILLED
			OPENED Z 5 at 10, now 10, open 0, made 0
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], ` + rules + `, "revision": 1}
			refused POSITION_OPEN
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true, "revision": 1}
			STRATEGY s RUNNING
		`,
	})
}

// TestDroppedSymbolIsNamed: the refusal says which symbol, and what to do.
func TestDroppedSymbolIsNamed(t *testing.T) {
	p := newPlayer(t)
	p.play(started + `
		> signal s BUY X qty=5
		PLACED #1 BUY X 5 PENDING
	`)
	err := func() error {
		_, err := p.a.Command(Command{ID: "d", UserID: "alice", Type: CmdDeploy, Data: &Deploy{
			StrategyID: "s", Name: "n", Symbols: []string{"Y"}, External: true, Revision: 9,
		}}, Cause{Origin: "d/0/0"})
		return err
	}
	if got := err(); got == nil || !strings.Contains(got.Error(), "ORDER_OPEN") || !strings.Contains(got.Error(), "X, which revision 9 drops") {
		t.Errorf("an order: %v", got)
	}
	p.play(`
		> tick X 100
		FILLED #1 BUY X 5 got 5 at 100 FILLED
		OPENED X 5 at 100, now 100, open 0, made 0
	`)
	if got := err(); got == nil || !strings.Contains(got.Error(), "POSITION_OPEN") || !strings.Contains(got.Error(), "5 of X, which revision 9 drops") {
		t.Errorf("a position: %v", got)
	}
}

// TestTheDaysTradesOutliveARevision: what a strategy has opened stays told to it when it
// starts afresh, and after a restart.
func TestTheDaysTradesOutliveARevision(t *testing.T) {
	p := newPlayer(t)
	p.play(started + enters("BUY X qty=5 ms=1", "100") + `
		> signal s SELL X qty=10 ms=2
		PLACED #2 SELL X 10 PENDING
		> tick X 100
		FILLED #2 SELL X 10 got 10 at 100 FILLED
		CLOSED X 0 at 0, now 100, open 0, made 0
		OPENED X -5 at 100, now 100, open 0, made 0
		> failed s
		STRATEGY s FAILED
		ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true, "revision": 1}
		STRATEGY s RUNNING
	`)
	p.a = reloaded(t, p.a)
	h := p.a.Book("s").For("X")
	if got := h.OpenedSince(p.ms-60_000, p.ms); got != 2 || h.Trades != 2 {
		t.Errorf("opened %d of %d, want 2 of 2", got, h.Trades)
	}
	if got := h.OpenedSince(p.ms+3_600_000, p.ms+7_200_000); got != 0 {
		t.Errorf("opened later: %d, want none", got)
	}
}

// TestRulesAreCompiledOnce: all that run a strategy share one program, which goes with the
// revision that it is of; who only looks at an account compiles nothing.
func TestRulesAreCompiledOnce(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	p.play(`> cmd DEPLOY {"strategy_id": "r", "name": "rn", "symbols": ["X"], "rules": {"entry_long": "close > 1"}, "revision": 1}` + "\nSTRATEGY r RUNNING")
	a := reloaded(t, p.a)
	if a.Statement(); a.deployed("r").program != nil {
		t.Error("rules are compiled to look at an account")
	}
	first, _ := a.Strategy("r")
	for _, d := range a.Strategies() {
		if d.StrategyID == "r" && (d.program == nil || d.program != first.program) {
			t.Error("two copies have two programs")
		}
	}

	deploy := &Deploy{StrategyID: "r", Name: "rn", Symbols: []string{"X"}, Rules: RuleTexts{"entry_long": "close > 2"}, Revision: 2}
	if _, err := a.Command(Command{ID: "second", UserID: "alice", Type: CmdDeploy, Data: deploy}, Cause{Origin: "commands/0/99", TimeMs: 9}); err != nil {
		t.Fatal(err)
	}
	if second, _ := a.Strategy("r"); second.program == nil || second.program == first.program {
		t.Error("a new revision runs the program of the old")
	}

	unknown := reloaded(t, a)
	unknown.deployed("r").Rules.EntryLong = "FUTURE_1 > 2"
	d, _ := unknown.Strategy("r")
	if _, err := d.New(); err == nil || d.flaw == nil || !errors.Is(unknown.deployed("r").flaw, d.flaw) {
		t.Errorf("rules that can't be compiled give %v, after %v", err, d.flaw)
	}
}
