package account

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

func TestBracketsFollowFills(t *testing.T) {
	scripts(t, map[string]string{
		"an entry without a stop is not covered by another's": started + `
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			> signal s BUY X qty=5 ms=2
			PLACED #2 BUY X 5 PENDING
			> tick X 100 1700000020000
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 5 got 5 at 100 FILLED
			MODIFIED X 15 at 100, now 100, open 0, made 0
			> tick X 95 1700000020100
			PLACED #3 SELL X 10 STOPLOSS PENDING
			> tick X 94 1700000020200
			FILLED #3 SELL X 10 got 10 at 94 FILLED
			MODIFIED X 5 at 100, now 94, open -30, made -60
			> tick X 93 1700000020300
		`,
		"an entry in parts has one stop": opened(`"paper": {"participation": 1}`) + `
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			> tick X 100 1700000020000 vol=4
			FILLED #1 BUY X 10 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			> tick X 100 1700000020100 vol=6
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			MODIFIED X 10 at 100, now 100, open 0, made 0
			> tick X 95 1700000020200
			PLACED #2 SELL X 10 STOPLOSS PENDING
			> tick X 95 1700000020300 vol=1000
			FILLED #2 SELL X 10 got 10 at 95 FILLED
			CLOSED X 0 at 0, now 95, open 0, made -50
		`,
		"a flip drops the stops of what it closes": started + enters("BUY X qty=10 stop=95 target=120", "100 1700000020000") + `
			> signal s SELL X qty=25 stop=110 ms=2
			PLACED #2 SELL X 25 PENDING
			> tick X 100 1700000020100
			FILLED #2 SELL X 25 got 25 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			OPENED X -15 at 100, now 100, open 0, made 0
			> tick X 94 1700000020200
			> tick X 109 1700000020300
			> tick X 110 1700000020400
			PLACED #3 BUY X 15 STOPLOSS PENDING
		`,
		"what was traded before the entry touches nothing": started + enters("BUY X qty=10 stop=95 target=120", "100 1700000020000") + `
			> tick X 94 1700000019999
			> tick X 121 1700000019999
			> tick X 95 1700000020000
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"a trailing stop follows what was traded since the entry, late or not": started + enters("BUY X qty=10 trail=5", "100 1700000020000") + `
			> tick X 130 1700000019999
			> tick X 108 1700000020200
			> tick X 102 1700000020100
			> tick X 110 1700000020150
			> tick X 104 1700000020149
			> tick X 105.01 1700000020300
			> tick X 105 1700000020150
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"of a short, too": started + enters("SELL X qty=10 trail=5 stop=120", "100 1700000020000") + `
			> tick X 70 1700000019999
			> tick X 92 1700000020200
			> tick X 98 1700000020100
			> tick X 120 1700000020100
			PLACED #2 BUY X 10 STOPLOSS PENDING
		`,
		"a replay of another day is no late tick": started + enters("BUY X qty=10 stop=90 trail=5", "100 1700000020000") + `
			> tick X 104 1699900000000
			MODIFIED X 10 at 100, now 104, open 40, made 0
			> tick X 99.01 1699980000000
			MODIFIED X 10 at 100, now 99.01, open -9.9, made 0
			> tick X 99 1699980000100
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"a live venue's clock is not the market's": live + `
			> tick X 100 1700000020000
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			VENUE SEND #1
			> tick X 100 1700000020100
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 94 1700000020099
			> tick X 95 1700000020100
			PLACED #2 SELL X 10 STOPLOSS PENDING
			VENUE SEND #2
		`,
		"a resting exit stays when there is enough beside it": started + `
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			> signal s BUY X qty=5 ms=2
			PLACED #2 BUY X 5 PENDING
			> tick X 100 1700000020000
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 5 got 5 at 100 FILLED
			MODIFIED X 15 at 100, now 100, open 0, made 0
			> signal s SELL X qty=5 price=120 ms=3
			PLACED #3 SELL X 5 limit 120 PENDING
			> tick X 95 1700000020100
			PLACED #4 SELL X 10 STOPLOSS PENDING
		`,
		"only the book's own exits make way": open + deploy + second + `
			> tick X 100
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			> tick X 100 1700000020000
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> signal s SELL X qty=10 price=120 ms=3
			PLACED #2 SELL X 10 limit 120 PENDING
			> signal s BUY X qty=1 price=50 ms=4
			PLACED #3 BUY X 1 limit 50 PENDING
			> signal z SELL X qty=1 price=130
			PLACED #4 SELL X 1 limit 130 PENDING
			> tick X 95 1700000020100
			CANCELLED #2 SELL X 10 limit 120 STOPLOSS_TOUCHED CANCELLED
			PLACED #5 SELL X 10 STOPLOSS PENDING
		`,
		"targets of shorts": started + enters("SELL X qty=5 target=90", "100 1700000020000") + `
			> tick X 90.00000001 1700000020100
			> tick X 90 1700000020200
			PLACED #2 BUY X 5 TARGET PENDING
		`,
	})
}

// TestBracketsOfWhatIsOpened: only what an order opens is watched, and only when
// the order has something to watch for.
func TestBracketsOfWhatIsOpened(t *testing.T) {
	p := newPlayer(t)
	p.play(started + enters("BUY X qty=10", "100 1700000020000") + `
		> signal s SELL X qty=4 stop=110 ms=2
		PLACED #2 SELL X 4 PENDING
		> tick X 100 1700000020100
		FILLED #2 SELL X 4 got 4 at 100 FILLED
		MODIFIED X 6 at 100, now 100, open 0, made 0
	`)
	held := func() []Bracket { return p.a.symbols["X"].book("s").Brackets }
	if len(held()) != 0 {
		t.Errorf("watched without a reason: %+v", held())
	}
	p.play(`
		> signal s BUY X qty=3 trail=5 ms=3
		PLACED #3 BUY X 3 PENDING
		> signal s BUY X qty=2 target=150 ms=4
		PLACED #4 BUY X 2 PENDING
		> signal s BUY X qty=1 stop=50 ms=5
		PLACED #5 BUY X 1 PENDING
		> tick X 101 1700000020200
		FILLED #3 BUY X 3 got 3 at 101 FILLED
		MODIFIED X 9 at 100.33333333, now 101, open 6, made 0
		FILLED #4 BUY X 2 got 2 at 101 FILLED
		MODIFIED X 11 at 100.45454545, now 101, open 6, made 0
		FILLED #5 BUY X 1 got 1 at 101 FILLED
		MODIFIED X 12 at 100.5, now 101, open 6, made 0
	`)
	d := decimal.MustParse
	want := []Bracket{
		{OrderID: p.placed[2], Quantity: d("3"), Trail: d("5"), Best: d("101"), SinceMs: 1700000020200, BestMs: 1700000020200},
		{OrderID: p.placed[3], Quantity: d("2"), Target: d("150"), SinceMs: 1700000020200},
		{OrderID: p.placed[4], Quantity: d("1"), StopLoss: d("50"), SinceMs: 1700000020200},
	}
	if !slices.Equal(held(), want) {
		t.Errorf("watched are %+v\nwant %+v", held(), want)
	}
	checkInvariants(t, p.a)
}

// TestPausing: a try is a second of market time after the last one, also when a
// replay has turned the time back.
func TestPausing(t *testing.T) {
	a := New("alice")
	a.s.ClockMs = 5_000
	for tried, want := range map[int64]bool{3_000: false, 4_000: false, 4_001: true, 5_000: true, 5_999: true, 6_000: false, 9_000: false} {
		if a.pausing(tried, retryPauseMs) != want {
			t.Errorf("tried at %d: pausing %v", tried, !want)
		}
	}
}

// TestStopsBeyondTheFill: an order's own fill must not touch its stop, so the stop is
// held against the worst price that the order may fill at for it.
func TestStopsBeyondTheFill(t *testing.T) {
	at99 := open + deploy + "> tick X 99\n"
	scripts(t, map[string]string{
		"a stop-limit fills from its trigger on": at99 + `
			> signal s BUY X qty=1 trigger=100 price=105 stop=103 ms=1
			REJECTED BUY X INVALID_STOPLOSS
			> signal s BUY X qty=1 trigger=100 price=105 stop=100 ms=2
			REJECTED BUY X INVALID_STOPLOSS
			> signal s SELL X qty=1 trigger=98 price=93 stop=95 ms=3
			REJECTED SELL X INVALID_STOPLOSS
			> signal s SELL X qty=1 trigger=98 price=93 stop=98 ms=4
			REJECTED SELL X INVALID_STOPLOSS
			> signal s BUY X qty=1 trigger=100 price=105 stop=99.5 ms=5
			PLACED #1 BUY X 1 limit 105 trigger 100 TRIGGER_PENDING
			> signal s SELL X qty=1 trigger=98 price=93 stop=98.5 ms=6
			PLACED #2 SELL X 1 limit 93 trigger 98 TRIGGER_PENDING
		`,
		"a limit that the market has passed fills at the market": at99 + `
			> signal s BUY X qty=1 price=105 stop=103 ms=1
			REJECTED BUY X INVALID_STOPLOSS
			> signal s BUY X qty=1 price=105 stop=99 ms=2
			REJECTED BUY X INVALID_STOPLOSS
			> signal s SELL X qty=1 price=93 stop=95 ms=3
			REJECTED SELL X INVALID_STOPLOSS
			> signal s BUY X qty=1 price=105 stop=98.5 ms=4
			PLACED #1 BUY X 1 limit 105 PENDING
			> signal s SELL X qty=1 price=93 stop=99.5 ms=5
			PLACED #2 SELL X 1 limit 93 PENDING
		`,
		"a limit that waits fills at itself": at99 + `
			> signal s BUY X qty=1 price=95 stop=95 ms=1
			REJECTED BUY X INVALID_STOPLOSS
			> signal s BUY X qty=1 price=95 stop=94 ms=2
			PLACED #1 BUY X 1 limit 95 PENDING
			> signal s SELL X qty=1 price=105 stop=104 ms=3
			REJECTED SELL X INVALID_STOPLOSS
			> signal s SELL X qty=1 price=105 stop=106 ms=4
			PLACED #2 SELL X 1 limit 105 PENDING
		`,
	})
}

// TestHaltLeavesATouchedStop: a stop goes on while the account is halted, also one that
// was touched before; a target waits.
func TestHaltLeavesATouchedStop(t *testing.T) {
	const ten = `
		> signal s BUY X qty=10 stop=95 target=110
		PLACED #1 BUY X 10 PENDING
		> tick X 100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
	`
	scripts(t, map[string]string{
		"a stop": started + ten + `
			> tick X 95
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> cmd HALT {}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 96
			FILLED #2 SELL X 10 got 10 at 96 FILLED
			CLOSED X 0 at 0, now 96, open 0, made -40
		`,
		"a target": started + ten + `
			> tick X 110
			PLACED #2 SELL X 10 TARGET PENDING
			MODIFIED X 10 at 100, now 110, open 100, made 0
			> alert CRITICAL
			CANCELLED #2 SELL X 10 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED EXTERNAL_ALERT "from outside"
			> tick X 110
		`,
		"beside the closes of HALT": started + ten + `
			> signal s BUY X qty=4 ms=2
			PLACED #2 BUY X 4 PENDING
			> tick X 95
			FILLED #2 BUY X 4 got 4 at 95 FILLED
			MODIFIED X 14 at 98.57142857, now 95, open -50, made 0
			PLACED #3 SELL X 10 STOPLOSS PENDING
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #4 SELL X 4 RISK PENDING
		`,
		"at a venue, with an exit in its way": live + entersLive("BUY X qty=10 stop=95") + `
			> signal s SELL X qty=4 price=120 exit ms=3
			PLACED #2 SELL X 4 limit 120 PENDING
			VENUE SEND #2
			> report #2 ACCEPTED
			PLACED #2 SELL X 4 limit 120 OPEN
			> tick X 95
			VENUE CANCEL #2
			PLACED #3 SELL X 6 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> cmd HALT {}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> report #3 FILL qty=6 price=95
			FILLED #3 SELL X 6 got 6 at 95 FILLED
			MODIFIED X 4 at 100, now 95, open -20, made -30
			> report #2 CANCELLED
			CANCELLED #2 SELL X 4 limit 120 STOPLOSS_TOUCHED CANCELLED
			> tick X 96
			PLACED #4 SELL X 4 RISK PENDING
			VENUE SEND #4
			MODIFIED X 4 at 100, now 96, open -16, made -30
		`,
	})
}

// TestFlipFilledTheOtherWayRound: the stop of an order that turns a position comes with what
// is opened, also when a venue fills that order before the one that was to close.
func TestFlipFilledTheOtherWayRound(t *testing.T) {
	held := live + entersLive("BUY X qty=10 stop=90")
	scripts(t, map[string]string{
		"an exit and an entry": held + `
			> signal s SELL X qty=10 exit ms=3
			PLACED #2 SELL X 10 PENDING
			VENUE SEND #2
			> signal s SELL X qty=10 stop=110 ms=4
			PLACED #3 SELL X 10 PENDING
			VENUE SEND #3
			> report #3 FILL qty=10 price=100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			VENUE CANCEL #2
			> report #2 FILL qty=10 price=100
			FILLED #2 SELL X 10 got 10 at 100 FILLED
			OPENED X -10 at 100, now 100, open 0, made 0
			> tick X 112
			PLACED #4 BUY X 10 STOPLOSS PENDING
			VENUE SEND #4
			MODIFIED X -10 at 100, now 112, open -120, made 0
		`,
		"in parts": held + `
			> signal s SELL X qty=4 price=99 ms=3
			PLACED #2 SELL X 4 limit 99 PENDING
			VENUE SEND #2
			> tick X 100
			> signal s SELL X qty=10 stop=110 ms=4
			PLACED #3 SELL X 10 PENDING
			VENUE SEND #3
			> report #3 FILL qty=7 price=100
			FILLED #3 SELL X 10 got 7 at 100 PARTIALLY_FILLED
			MODIFIED X 3 at 100, now 100, open 0, made 0
			> report #2 FILL qty=4 price=100
			FILLED #2 SELL X 4 limit 99 got 4 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			OPENED X -1 at 100, now 100, open 0, made 0
			> report #3 FILL qty=10 price=100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			MODIFIED X -4 at 100, now 100, open 0, made 0
			> tick X 112
			PLACED #4 BUY X 4 STOPLOSS PENDING
			VENUE SEND #4
			MODIFIED X -4 at 100, now 112, open -48, made 0
		`,
		"an order that was to open without one": held + `
			> signal s SELL X qty=15 ms=3
			PLACED #2 SELL X 15 PENDING
			VENUE SEND #2
			> tick X 100
			> signal s SELL X qty=4 stop=110 ms=4
			PLACED #3 SELL X 4 PENDING
			VENUE SEND #3
			> report #3 FILL qty=4 price=100
			FILLED #3 SELL X 4 got 4 at 100 FILLED
			MODIFIED X 6 at 100, now 100, open 0, made 0
			> report #2 FILL qty=15 price=100
			FILLED #2 SELL X 15 got 15 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			OPENED X -9 at 100, now 100, open 0, made 0
			> tick X 112
			PLACED #4 BUY X 4 STOPLOSS PENDING
			VENUE SEND #4
			MODIFIED X -9 at 100, now 112, open -108, made 0
		`,
	})
}

// TestOlderOrdersTakeExitsOn: an entry that has closed passes its exits on to the orders
// that were placed before it, the oldest first, to none more than it still trades.
func TestOlderOrdersTakeExitsOn(t *testing.T) {
	held := live + entersLive("BUY X qty=20 stop=90")
	for name, c := range map[string]struct {
		script string
		want   string // order and quantity
	}{
		"one after the other": {`
			> signal s SELL X qty=4 price=99 ms=3
			PLACED #2 SELL X 4 limit 99 PENDING
			VENUE SEND #2
			> signal s SELL X qty=5 price=98 ms=4
			PLACED #3 SELL X 5 limit 98 PENDING
			VENUE SEND #3
			> tick X 100
			> signal s SELL X qty=9 stop=110 ms=5
			PLACED #4 SELL X 9 PENDING
			VENUE SEND #4
			> report #4 FILL qty=3 price=100
			FILLED #4 SELL X 9 got 3 at 100 PARTIALLY_FILLED
			MODIFIED X 17 at 100, now 100, open 0, made 0
			> report #4 FILL qty=6 price=100
			FILLED #4 SELL X 9 got 6 at 100 PARTIALLY_FILLED
			MODIFIED X 14 at 100, now 100, open 0, made 0
		`, "#2 3, #2 1, #3 2"},
		"an exit that came after a part of it": {`
			> signal s SELL X qty=9 stop=110 ms=3
			PLACED #2 SELL X 9 PENDING
			VENUE SEND #2
			> signal s SELL X exit ms=4
			PLACED #3 SELL X 11 PENDING
			VENUE SEND #3
			> report #2 FILL qty=3 price=100
			FILLED #2 SELL X 9 got 3 at 100 PARTIALLY_FILLED
			MODIFIED X 17 at 100, now 100, open 0, made 0
		`, ""},
		"an order of its time that is no exit": {`
			> signal s SELL X qty=4 stop=110 ms=3
			PLACED #2 SELL X 4 PENDING
			VENUE SEND #2
			> signal s SELL X qty=30 ms=4
			PLACED #3 SELL X 30 PENDING
			VENUE SEND #3
			> report #2 FILL qty=4 price=100
			FILLED #2 SELL X 4 got 4 at 100 FILLED
			MODIFIED X 16 at 100, now 100, open 0, made 0
		`, ""},
	} {
		p := newPlayer(t)
		p.play(held + c.script)
		var passed []string
		for _, k := range p.a.symbols["X"].book("s").Passed {
			passed = append(passed, p.name(k.ByID)+" "+k.Entry.Quantity.String())
		}
		if got := strings.Join(passed, ", "); got != c.want {
			t.Errorf("%s: passed on to %q, want %q", name, got, c.want)
		}
		checkInvariants(t, p.a)
	}
}
