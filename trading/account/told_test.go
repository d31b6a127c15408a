package account

import (
	"fmt"
	"slices"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/strategy"
)

// updates gives an account updates of the symbols X and Y, which its strategy "rules"
// trades, and saves and loads it before each.
type updates struct {
	t      *testing.T
	p      *player
	inputs int
}

func newUpdates(t *testing.T, latencyMs int) *updates {
	p := newPlayer(t)
	p.commanded("OPEN_ACCOUNT", fmt.Sprintf(`{"deposit": 100000, "paper": {"latency_ms": %d}}`, latencyMs))
	p.commanded("DEPLOY", `{"strategy_id": "rules", "name": "n", "symbols": ["X", "Y"], "rules": {"entry_long": "close > 0"}}`)
	return &updates{t: t, p: p}
}

// give gives one update, and buys of the given symbols as what the strategy makes of
// it. It gives what was filled.
func (u *updates) give(mark Mark, buys ...string) []string {
	u.t.Helper()
	u.p.a = reloaded(u.t, u.p.a)
	u.inputs++
	if mark.Price.IsZero() {
		mark.Price = decimal.FromInt(int64(100 + u.inputs))
	}
	cause := Cause{Origin: fmt.Sprintf("updates/0/%d", u.inputs), TimeMs: mark.TimeMs}
	events := u.p.a.Mark(mark, cause)
	for i, symbol := range buys {
		g := strategy.Signal{StrategyID: "rules", Symbol: symbol, Action: strategy.Buy, Quantity: decimal.FromInt(1), TimeMs: mark.TimeMs}
		placed := u.p.a.Signal(g, cause, i)
		if len(placed) != 1 || placed[0].(OrderEvent).Type != Placed {
			u.t.Fatalf("a buy of %s gives %+v", symbol, placed)
		}
	}
	var filled []string
	for _, e := range events {
		if o, ok := e.(OrderEvent); ok && o.Status == order.Filled {
			filled = append(filled, o.Symbol)
		}
	}
	return filled
}

func at(offset int64) market.Seq { return market.Seq{Offset: offset} }

const start = 1_700_000_000_000

// step is an update, what the strategy buys on it, and what it fills.
type step struct {
	mark  Mark
	buys  []string
	fills []string
}

// run gives updates to an account that has had a tick of X and of Y, and holds
// against them what is filled.
func run(t *testing.T, latencyMs int, cases map[string][]step) {
	t.Helper()
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			u := newUpdates(t, latencyMs)
			u.give(Mark{Symbol: "X", TimeMs: start, Seq: at(1)})
			u.give(Mark{Symbol: "Y", TimeMs: start, Seq: at(2)})
			for i, s := range steps {
				if got := u.give(s.mark, s.buys...); !slices.Equal(got, s.fills) {
					t.Errorf("step %d fills %v, want %v", i+1, got, s.fills)
				}
			}
		})
	}
}

// TestFillsBehindTheTickThatCaused: the tick that tells of a close has caused what is
// ordered on it. Marks are in the order in which a node's updates come.
func TestFillsBehindTheTickThatCaused(t *testing.T) {
	run(t, 0, map[string][]step{
		"its own symbol's": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X"}},
		},
		"two timeframes, the closes first": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X", "X"}},
		},
		"two timeframes, one after the other": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X", "X"}},
		},
		"told by a symbol that is not followed": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X"}},
		},
		"told twice by symbols that are not followed": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, Seq: at(12), Closing: true}, buys: []string{"Y"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(13)}, fills: []string{"X"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(14)}, fills: []string{"Y"}},
		},
		"only watched": {
			{mark: Mark{Symbol: "W", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X"}},
		},
		"later ticks of others in its partition between": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 95_000, Seq: at(15)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 96_000, Seq: at(16)}, fills: []string{"X"}},
		},
		"earlier ticks of its partition come after": {
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(15)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 91_000, Seq: at(16)}, fills: []string{"X"}},
		},
		"a topic that was made anew": {
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(15)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 91_000, Seq: at(3)}, fills: []string{"X"}},
		},
		"a replay of days before in a topic that was made anew": {
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(15)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start - 9*aDayMs, Seq: at(3)}, fills: []string{"X"}},
		},
		"other partitions between": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, Seq: market.Seq{Partition: 1, Offset: 11}, Closing: true}, buys: []string{"Y"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: market.Seq{Partition: 1, Offset: 11}}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: market.Seq{Partition: 1, Offset: 12}}, fills: []string{"Y"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X"}},
		},
	})
}

// TestFillsBehindBothTicksThatTold: a decision on the closes of two symbols knows of both.
func TestFillsBehindBothTicksThatTold(t *testing.T) {
	run(t, 0, map[string][]step{
		"a decision on two closes": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, ToldMs: start + 70_000, Seq: market.Seq{Partition: 1, Offset: 11}, Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(12)}, fills: []string{"X"}},
		},
		"a decision on two closes, the own one's tick has come": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, ToldMs: start + 91_000, Seq: market.Seq{Partition: 1, Offset: 11}, Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 91_000, Seq: at(12)}, fills: []string{"X"}},
		},
		"a decision on two closes of one partition": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, ToldMs: start + 92_000, Seq: at(13), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 91_000, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 93_000, Seq: at(14)}, fills: []string{"X"}},
		},
	})
}

// TestFillsBehindTheLaterOfTwoTicks: of what told of the symbol's close and what told of the
// other one's, no tick fills that is not behind both. All has the same time: the places
// alone tell.
func TestFillsBehindTheLaterOfTwoTicks(t *testing.T) {
	told := func(symbol string, seq market.Seq) Mark {
		return Mark{Symbol: symbol, TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: seq, Closing: true}
	}
	price := func(seq market.Seq) Mark { return Mark{Symbol: "X", TimeMs: start + 90_000, Seq: seq} }
	other := func(offset int64) market.Seq { return market.Seq{Partition: 1, Offset: offset} }
	run(t, 0, map[string][]step{
		"its own is the later one": {
			{mark: told("X", at(13))},
			{mark: told("Y", at(11)), buys: []string{"X"}},
			{mark: price(at(11))},
			{mark: price(at(12))},
			{mark: price(at(13))},
			{mark: price(at(14)), fills: []string{"X"}},
		},
		"its own is the earlier one": {
			{mark: told("X", at(11))},
			{mark: told("Y", at(13)), buys: []string{"X"}},
			{mark: price(at(11))},
			{mark: price(at(12))},
			{mark: price(at(13))},
			{mark: price(at(14)), fills: []string{"X"}},
		},
		"one has told both": {
			{mark: told("X", at(11))},
			{mark: told("Y", at(11)), buys: []string{"X"}},
			{mark: price(at(11))},
			{mark: price(at(12)), fills: []string{"X"}},
		},
		"its own is of a partition without its ticks": { // they are passed on: a producer's hash is another one
			{mark: told("X", other(50))},
			{mark: told("Y", at(11)), buys: []string{"X"}},
			{mark: price(at(11))},
			{mark: price(at(12)), fills: []string{"X"}},
		},
		"earlier ticks of either partition come after": {
			{mark: told("X", other(50))},
			{mark: told("Y", at(11)), buys: []string{"X"}},
			{mark: price(at(10))},
			{mark: price(other(49))},
			{mark: price(other(50))},
			{mark: price(at(11))},
			{mark: price(other(51)), fills: []string{"X"}},
		},
	})
}

// TestLatencyCountsFromWhatCaused: the order's time is that of the tick that told the
// close, when the account comes to know it.
func TestLatencyCountsFromWhatCaused(t *testing.T) {
	run(t, 500, map[string][]step{
		"latency counts from the tick": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_500, Seq: at(13)}, fills: []string{"X"}},
		},
		"latency counts from the tick of another symbol that told": {
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_500, Seq: at(13)}, fills: []string{"X"}},
		},
		"latency counts from the time that told, of whatever symbol": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 61_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 61_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 61_500, Seq: at(13)}, fills: []string{"X"}},
		},
		"and from the close when it isn't known": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11), Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_500, Seq: at(13)}, fills: []string{"X"}},
		},
		"latency counts from the later one of two closes": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, ToldMs: start + 90_000, Seq: at(11), Closing: true}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 60_000, ToldMs: start + 70_000, Seq: market.Seq{Partition: 1, Offset: 11}, Closing: true}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(11)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_500, Seq: at(13)}, fills: []string{"X"}},
		},
		"latency counts from another symbol's tick": {
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(11)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_499, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_500, Seq: at(13)}, fills: []string{"X"}},
		},
	})
}

// TestOrdersOfOthersFillAtATickThatWasTold: a user's order that comes between the
// close and its tick was caused by the user, and the tick is a later one.
func TestOrdersOfOthersFillAtATickThatWasTold(t *testing.T) {
	u := newUpdates(t, 0)
	u.give(Mark{Symbol: "X", TimeMs: start, Seq: at(1)})
	u.give(Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(2), Closing: true}, "X")
	u.p.commanded("ORDER", `{"symbol": "X", "transaction_type": "BUY", "quantity": 1}`)
	if got := u.give(Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(2)}); len(got) != 1 {
		t.Errorf("the tick fills %v, want the user's order only", got)
	}
	if got := u.give(Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(3)}); len(got) != 1 {
		t.Errorf("the next tick fills %v, want the strategy's order", got)
	}
}

// TestOrdersHaveTheTimeOfWhatCausedThem: an order in a symbol that is quiet has the
// market time of its cause, not that of the symbol's last tick.
func TestOrdersHaveTheTimeOfWhatCausedThem(t *testing.T) {
	u := newUpdates(t, 0)
	u.give(Mark{Symbol: "X", TimeMs: start, Seq: at(1)})
	u.give(Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(2)}, "X")
	u.give(Mark{Symbol: "X", TimeMs: start + 120_000, Seq: at(3), Closing: true}, "X")
	var placed []int64
	for _, o := range u.p.a.symbols["X"].Orders {
		placed = append(placed, o.PlacedMs-start)
	}
	if want := []int64{90_000, 120_000}; !slices.Equal(placed, want) {
		t.Errorf("orders are placed at %v, want %v", placed, want)
	}
}
