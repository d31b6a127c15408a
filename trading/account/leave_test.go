package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/market"
)

// holdsTen holds 10 of X on paper.
var holdsTen = started + enters("BUY X qty=10 ms=1", "100")

// sentTen has ordered 10 of X at a venue, filledTen holds them.
const (
	sentTen = live + `
		> tick X 100
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
		> report #1 ACCEPTED
		PLACED #1 BUY X 10 limit 100 OPEN
	`
	filledTen = sentTen + `
		> report #1 FILL qty=10 price=100
		FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
	`
	pauses = `
		> cmd PAUSE {"strategy_id": "s", "close_positions": true}
		STRATEGY s PAUSED
	`
)

// TestPausesEndFlat: what a pause with close_positions finds is closed in the end,
// whatever comes between.
func TestPausesEndFlat(t *testing.T) {
	const gone = `
		> tick X 100
		FILLED #2 SELL X 10 got 10 at 100 FILLED
		CLOSED X 0 at 0, now 100, open 0, made 0
		> tick X 100
	`
	scripts(t, map[string]string{
		"RESUME ends the closes of HALT": holdsTen + `
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 10 RISK PENDING
		` + pauses + `
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
		` + gone,
		"and they go on for the other strategies no more": holdsTen + `
			> cmd DEPLOY {"strategy_id": "z", "name": "z", "symbols": ["X"], "external": true}
			STRATEGY z RUNNING
			> signal z BUY X qty=5 ms=2
			PLACED #2 BUY X 5 PENDING
			> tick X 100
			FILLED #2 BUY X 5 got 5 at 100 FILLED
			MODIFIED X 15 at 100, now 100, open 0, made 0
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #3 SELL X 10 RISK PENDING
			PLACED #4 SELL X 5 RISK PENDING
		` + pauses + `
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			CANCELLED #4 SELL X 5 USER CANCELLED
			> tick X 100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			MODIFIED X 5 at 100, now 100, open 0, made 0
		`,
		"the daily loss is granted": "> cmd OPEN_ACCOUNT {\"deposit\": 100000, \"limits\": {\"daily_loss\": 100}}\n" + deploy + `
			> tick X 110
			> signal s BUY X qty=10 ms=1
			PLACED #1 BUY X 10 PENDING
			> tick X 110
			FILLED #1 BUY X 10 got 10 at 110 FILLED
			OPENED X 10 at 110, now 110, open 0, made 0
			> tick X 100
			MODIFIED X 10 at 110, now 100, open -100, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":100,"limit":100,"positions_to_close":["X"]}
			PLACED #2 SELL X 10 RISK PENDING
		` + pauses + `
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS
			> tick X 100
			FILLED #2 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made -100
		`,
		"HALTED takes no exit before RESUME": holdsTen + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
		` + pauses + `
			REJECTED SELL X ACCOUNT_HALTED
			> tick X 100
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			PLACED #2 SELL X 10 MANUAL PENDING
		` + gone,
		"the exit that HALTED has refused goes at once after RESUME": holdsTen + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
		` + pauses + `
			REJECTED SELL X ACCOUNT_HALTED
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			PLACED #2 SELL X 10 MANUAL PENDING
		` + gone,
		"an exit that is rejected for what it is goes again a second later": holdsTen + `
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "freeze_quantity": 5}, {"symbol": "X*", "lot_size": 10}]}
		` + pauses + `
			REJECTED SELL X FREEZE_QUANTITY
			> tick X 100 1700000002999
			> tick X 100 1700000003000
			REJECTED SELL X FREEZE_QUANTITY
			> cmd SET_LIMITS {"instruments": []}
			> tick X 100 1700000004000
			PLACED #2 SELL X 10 MANUAL PENDING
		` + gone,
		"HALT cancels what closes": holdsTen + pauses + `
			PLACED #2 SELL X 10 MANUAL PENDING
			> cmd HALT
			CANCELLED #2 SELL X 10 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 100
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			PLACED #3 SELL X 10 MANUAL PENDING
			> tick X 100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
		"what was ordered stays under a later pause": holdsTen + pauses + `
			PLACED #2 SELL X 10 MANUAL PENDING
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
		` + gone,
		"it is cancelled by hand": holdsTen + pauses + `
			PLACED #2 SELL X 10 MANUAL PENDING
			> cmd ORDER {"cancel": "#2"}
			CANCELLED #2 SELL X 10 USER CANCELLED
			PLACED #3 SELL X 10 MANUAL PENDING
			> tick X 100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
		"a venue fills before it cancels": sentTen + pauses + `
			VENUE CANCEL #1
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			PLACED #2 SELL X 10 MANUAL PENDING
			VENUE SEND #2
			> report #2 FILL qty=10 price=100
			FILLED #2 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
		"a venue has cancelled in time": sentTen + pauses + `
			VENUE CANCEL #1
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 STRATEGY_PAUSED CANCELLED
			> tick X 100
			> external e1 s FILLED BUY X 5 100
			OPENED X 5 at 100, now 100, open 0, made 0
		`,
		"a venue has yet to cancel an exit": filledTen + `
			> signal s SELL X qty=10 price=120 ms=2
			PLACED #2 SELL X 10 limit 120 PENDING
			VENUE SEND #2
			> report #2 ACCEPTED
			PLACED #2 SELL X 10 limit 120 OPEN
		` + pauses + `
			VENUE CANCEL #2
			> tick X 100
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 limit 120 STRATEGY_PAUSED CANCELLED
			PLACED #3 SELL X 10 MANUAL PENDING
			VENUE SEND #3
		`,
		"a venue refuses": filledTen + pauses + `
			PLACED #2 SELL X 10 MANUAL PENDING
			VENUE SEND #2
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 100
			PLACED #3 SELL X 10 MANUAL PENDING
			VENUE SEND #3
		`,
	})
}

// TestRunningEndsLeaving: who lets a strategy run again has it keep what it still holds.
func TestRunningEndsLeaving(t *testing.T) {
	const refused = filledTen + pauses + `
		PLACED #2 SELL X 10 MANUAL PENDING
		VENUE SEND #2
		> report #2 REJECTED
		REJECTED #2 SELL X 10 VENUE REJECTED
		ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
	`
	scripts(t, map[string]string{
		"by command": refused + `
			> cmd RESUME_STRATEGY {"strategy_id": "s"}
			STRATEGY s RUNNING
			> tick X 100
		`,
		"by a pause that does not close": refused + `
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> tick X 100
		`,
		"by a revision": refused + `
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true, "revision": 1}
			STRATEGY s RUNNING
			> tick X 100
		`,
		"removed and there again": sentTen + pauses + `
			VENUE CANCEL #1
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 STRATEGY_PAUSED CANCELLED
			> cmd REMOVE {"strategy_id": "s"}
			STRATEGY s REMOVED
		` + deploy + `
			> signal s BUY X qty=10 ms=3
			PLACED #2 BUY X 10 PENDING
			VENUE SEND #2
			> report #2 FILL qty=10 price=100
			FILLED #2 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 100
		`,
	})
}

// failing is a strategy of rules that squares off, holds 10 of X and has an order
// open when it fails, shortly before the time.
func failing(rules string) string {
	return open + `
		> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "rules": {"entry_long": "close > 1"` + rules + `}}
		STRATEGY s RUNNING
		> tick X 100 1704711600000
		> signal s BUY X qty=10
		PLACED #1 BUY X 10 PENDING
		> tick X 100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
		> signal s BUY X qty=5 price=90
		PLACED #2 BUY X 5 limit 90 PENDING
		> tick X 100
		> failed s
		STRATEGY s FAILED
		ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
	`
}

// TestFailedStrategiesSquareOff: the account does it for them, by their rules' hours.
// The times are 11:00 and later on 2024-01-08.
func TestFailedStrategiesSquareOff(t *testing.T) {
	const squares = `, "square_off": "15:20", "session": "09:15-15:30"`
	const closed = `
		CANCELLED #2 BUY X 5 limit 90 STRATEGY CANCELLED
		PLACED #3 SELL X 10 MANUAL PENDING
	`
	const gone = `
		> tick X 100
		FILLED #3 SELL X 10 got 10 at 100 FILLED
		CLOSED X 0 at 0, now 100, open 0, made 0
		> tick X 100
		> tick X 100 1704814200000
	`
	scripts(t, map[string]string{
		"at the time": failing(squares) + `
			> tick X 100 1704727199999
			> tick X 100 1704727200000
		` + closed + gone,
		"what was held over it": failing(squares) + `
			> tick X 100 1704791700000
			CANCELLED #2 BUY X 5 limit 90 DAY_ENDED CANCELLED
			PLACED #3 SELL X 10 MANUAL PENDING
		` + gone,
		"only orders": open + `
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "rules": {"entry_long": "close > 1"` + squares + `}}
			STRATEGY s RUNNING
			> tick X 100 1704711600000
			> signal s BUY X qty=5 price=90
			PLACED #1 BUY X 5 limit 90 PENDING
			> failed s
			STRATEGY s FAILED
			ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
			> tick X 100 1704727200000
			CANCELLED #1 BUY X 5 limit 90 STRATEGY CANCELLED
			> tick X 100
		`,
		"not without a time": failing("") + `
			> tick X 100 1704727200000
		`,
		"once it runs again its rules do": failing(squares) + `
			> cmd RESUME_STRATEGY {"strategy_id": "s"}
			STRATEGY s RUNNING
			> tick X 100 1704727200000
		`,
		"a stop that was touched goes first": open + `
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "rules": {"entry_long": "close > 1"` + squares + `}}
			STRATEGY s RUNNING
			> tick X 100 1704711600000
			> signal s BUY X qty=10 stop=95
			PLACED #1 BUY X 10 PENDING
			> tick X 100
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> failed s
			STRATEGY s FAILED
			ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
			> tick X 95 1704727200000
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> tick X 94
			FILLED #2 SELL X 10 got 10 at 94 FILLED
			CLOSED X 0 at 0, now 94, open 0, made -60
		`,
	})
}

// TestFailedStrategiesSquareOffEarly: on a day on which the exchange closes early, that is
// earlier, too.
func TestFailedStrategiesSquareOffEarly(t *testing.T) {
	p := newPlayer(t)
	p.play(failing(`, "square_off": "15:20", "session": "09:15-15:30"`))
	const closeMs, usualMs = 1_704_718_800_000, 1_704_727_800_000 // 13:00 and 15:30
	for i, ms := range []int64{closeMs - 10*60_000 - 1, closeMs - 10*60_000} {
		events := p.a.Mark(Mark{
			Symbol: "X", TimeMs: ms, Price: p.a.symbols["X"].Price, Seq: market.Seq{Offset: 1000 + int64(i)},
			Early: market.EarlyClose{CloseMs: closeMs, UsualMs: usualMs},
		}, Cause{Origin: "early/0/1", TimeMs: ms})
		if len(events) != 2*i {
			t.Errorf("at %d: %v", ms, p.render(events))
		}
	}
}
