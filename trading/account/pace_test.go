package account

import "testing"

// TestPaceOfTries: what a venue refuses of one try counts once, no pace that the refusals
// of a target made keeps a stop back, and a stop is touched once.
func TestPaceOfTries(t *testing.T) {
	const live = `
		> cmd OPEN_ACCOUNT {"deposit": 1, "venue": "kite", "instruments": [{"symbol": "X", "freeze_quantity": 10}]}
		> cmd DEPLOY {"strategy_id": "s", "name": "s", "symbols": ["X"], "external": true}
		STRATEGY s RUNNING
		> tick X 100 1700000001000
	`
	const held = live + `
		> signal s BUY X qty=10 stop=90 target=130
		PLACED #1 BUY X 10 PENDING
		VENUE SEND #1
		> report #1 FILL qty=10 price=100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
	`
	const refused = held + `
		> tick X 90 1700000002000
		PLACED #2 SELL X 10 STOPLOSS PENDING
		VENUE SEND #2
		MODIFIED X 10 at 100, now 90, open -100, made 0
		> report #2 REJECTED
		REJECTED #2 SELL X 10 VENUE REJECTED
		ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
	`
	scripts(t, map[string]string{
		"the parts of a close are one try": live + `
			> external a s FILLED BUY X 40 100
			OPENED X 40 at 100, now 100, open 0, made 0
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #1 SELL X 10 RISK PENDING
			VENUE SEND #1
			PLACED #2 SELL X 10 RISK PENDING
			VENUE SEND #2
			PLACED #3 SELL X 10 RISK PENDING
			VENUE SEND #3
			PLACED #4 SELL X 10 RISK PENDING
			VENUE SEND #4
			> report #1 REJECTED
			REJECTED #1 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> report #3 REJECTED
			REJECTED #3 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> report #4 REJECTED
			REJECTED #4 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 100 1700000002000
			PLACED #5 SELL X 10 RISK PENDING
			VENUE SEND #5
			PLACED #6 SELL X 10 RISK PENDING
			VENUE SEND #6
			PLACED #7 SELL X 10 RISK PENDING
			VENUE SEND #7
			PLACED #8 SELL X 10 RISK PENDING
			VENUE SEND #8
		`,
		"a touched stop exits as one above the target, too": refused + `
			> tick X 131 1700000003000
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 131, open 310, made 0
			> report #3 REJECTED
			REJECTED #3 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 110 1700000004000
			PLACED #4 SELL X 10 STOPLOSS PENDING
			VENUE SEND #4
			MODIFIED X 10 at 100, now 110, open 100, made 0
		`,
		"and in a halted account": refused + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 131 1700000003000
			PLACED #3 SELL X 10 RISK PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 131, open 310, made 0
		`,
		"a stop that is touched while a target's refusals are waited after": held + `
			> tick X 130 1700000002000
			PLACED #2 SELL X 10 TARGET PENDING
			VENUE SEND #2
			MODIFIED X 10 at 100, now 130, open 300, made 0
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 130 1700000003000
			PLACED #3 SELL X 10 TARGET PENDING
			VENUE SEND #3
			> report #3 REJECTED
			REJECTED #3 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 130 1700000004000
			PLACED #4 SELL X 10 TARGET PENDING
			VENUE SEND #4
			> report #4 REJECTED
			REJECTED #4 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 130 1700000006000
			PLACED #5 SELL X 10 TARGET PENDING
			VENUE SEND #5
			> report #5 REJECTED
			REJECTED #5 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 89 1700000006100
			MODIFIED X 10 at 100, now 89, open -110, made 0
			> tick X 95 1700000007000
			PLACED #6 SELL X 10 STOPLOSS PENDING
			VENUE SEND #6
		`,
		"a stop that is touched while an exit is under way, which is refused": held + `
			> signal s SELL X qty=10 exit ms=2
			PLACED #2 SELL X 10 PENDING
			VENUE SEND #2
			> tick X 90 1700000002000
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			> tick X 95 1700000003000
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 95, open -50, made 0
		`,
	})
}
