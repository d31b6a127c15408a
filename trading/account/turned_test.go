package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TestTicksInARowTurnTimeBack: three ticks that are older than the symbol's newest, in a
// row and in the order of their times, are no late ones: stops, targets and orders
// go by their time from then on.
func TestTicksInARowTurnTimeBack(t *testing.T) {
	held := started + enters("BUY X qty=10 stop=95 trail=10", "100 1700000060000")
	scripts(t, map[string]string{
		"a replay of the same day touches a stop": held + `
			> tick X 100 1699990000000
			> tick X 90 1699990001000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> tick X 90 1699990002000
			PLACED #2 SELL X 10 STOPLOSS PENDING
			> tick X 89 1699990003000
			FILLED #2 SELL X 10 got 10 at 89 FILLED
			CLOSED X 0 at 0, now 89, open 0, made -110
		`,
		"a stop works again after a tick that was a minute ahead": held + `
			> tick X 90 1700000001000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> tick X 80 1700000003000
			MODIFIED X 10 at 100, now 80, open -200, made 0
			> tick X 70 1700000005000
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 70, open -300, made 0
			> tick X 70 1700000007000
			FILLED #2 SELL X 10 got 10 at 70 FILLED
			CLOSED X 0 at 0, now 70, open 0, made -300
		`,
		"a trailing stop follows the replay": started + enters("BUY X qty=10 trail=10", "100 1700000060000") + `
			> tick X 101 1699990000000
			MODIFIED X 10 at 100, now 101, open 10, made 0
			> tick X 102 1699990000100
			> tick X 103 1699990000200
			> tick X 93 1699990000300
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"an order of later fills at the third": started + `
			> tick X 100 1700000060000
			> signal s BUY X qty=10
			PLACED #1 BUY X 10 PENDING
			> tick X 99 1700000000000
			> tick X 98 1700000001000
			> tick X 97 1700000001000
			FILLED #1 BUY X 10 got 10 at 97 FILLED
			OPENED X 10 at 97, now 97, open 0, made 0
		`,
		"with a newer one between they are late": held + `
			> tick X 90 1700000050000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> tick X 90 1700000051000
			> tick X 100 1700000060000
			MODIFIED X 10 at 100, now 100, open 0, made 0
			> tick X 90 1700000052000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> tick X 90 1700000053000
			> tick X 100 1700000061000
			MODIFIED X 10 at 100, now 100, open 0, made 0
		`,
		"in no order they are late": held + `
			> tick X 90 1700000050000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> tick X 90 1700000051000
			> tick X 90 1700000049000
			> tick X 90 1700000058000
			> tick X 90 1700000057000
		`,
	})
}

// TestLateTicksTurnTimeBack: ticks of candles that have closed count like others, for a
// replay of a part of the day has nothing else.
func TestLateTicksTurnTimeBack(t *testing.T) {
	run(t, 0, map[string][]step{
		"late": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 1_000, Seq: at(12), Late: true}},
			{mark: Mark{Symbol: "X", TimeMs: start + 2_000, Seq: at(13), Late: true}},
			{mark: Mark{Symbol: "X", TimeMs: start + 3_000, Seq: at(14), Late: true}, fills: []string{"X"}},
		},
		"a replay in a topic that was made anew": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 1_000, Seq: at(3)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 2_000, Seq: at(4)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 3_000, Seq: at(5)}, fills: []string{"X"}},
		},
		"ticks of the symbol's own time are not older": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11)}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 90_000, Seq: at(12)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(13)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(14)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(15)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 89_999, Seq: at(16)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 90_000, Seq: at(17)}, fills: []string{"X"}},
		},
		"none fills what a later tick of its partition has caused": {
			{mark: Mark{Symbol: "X", TimeMs: start + 60_000, Seq: at(11)}},
			{mark: Mark{Symbol: "Y", TimeMs: start + 61_000, Seq: at(20)}, buys: []string{"X"}},
			{mark: Mark{Symbol: "X", TimeMs: start + 57_000, Seq: at(12)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 58_000, Seq: at(13)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 59_000, Seq: at(14)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 62_000, Seq: at(15)}},
			{mark: Mark{Symbol: "X", TimeMs: start + 62_000, Seq: at(21)}, fills: []string{"X"}},
		},
	})
}

// TestOldStateKnowsNoTicksBehind: a state from before the count was kept goes on.
func TestOldStateKnowsNoTicksBehind(t *testing.T) {
	u := newUpdates(t, 0)
	u.give(Mark{Symbol: "X", TimeMs: start, Seq: at(1)})
	parts, err := u.p.a.Save()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Load("alice", parts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		if behind := a.symbols["X"].Behind.Ticks; behind != int(i) {
			t.Errorf("%d ticks behind, want %d", behind, i)
		}
		a.Mark(Mark{Symbol: "X", TimeMs: start - 100 + i, Price: decimal.FromInt(1), Seq: market.Seq{Offset: 10 + i}}, Cause{Origin: "x"})
	}
	if s := a.symbols["X"]; s.TimeMs != start-98 || s.Behind != (Behind{}) {
		t.Errorf("time %d, behind %+v", s.TimeMs, s.Behind)
	}
}
