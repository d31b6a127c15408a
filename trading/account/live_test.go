package account

import "testing"

func TestLiveVenue(t *testing.T) {
	const sent = live + `
		> signal s BUY X qty=10 price=100 stop=90
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
	`
	const lost = sent + `
		> report #1 UNKNOWN
		PLACED #1 BUY X 10 limit 100 UNKNOWN
		ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
		VENUE QUERY #1
		> report #1 UNKNOWN
		ALERT SYSTEM CRITICAL {"symbol":"X","status":"UNKNOWN","symbol_halted":true}
	`
	const notSent = lost + `
		> report #1 NOT_SENT
		REJECTED #1 BUY X 10 limit 100 NOT_SENT REJECTED
		ALERT SYSTEM CRITICAL {"symbol":"X","status":"REJECTED"}
		ALERT SYSTEM INFO {"symbol":"X"}
	`
	const held = sent + `
		> report #1 FILL qty=10 price=100
		FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
		> tick X 99
		MODIFIED X 10 at 100, now 99, open -10, made 0
	`
	scripts(t, map[string]string{
		"ticks fill nothing, reports do": sent + `
			> tick X 90
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 OPEN
			> report #1 ACCEPTED
			> report #1 FILL qty=4 price=99
			FILLED #1 BUY X 10 limit 100 got 4 at 99 PARTIALLY_FILLED
			OPENED X 4 at 99, now 90, open -36, made 0
			> report #1 FILL qty=4 price=99
			> report #1 FILL qty=3 price=99
			> report #1 FILL qty=10 price=99.6
			FILLED #1 BUY X 10 limit 100 got 10 at 99.6 FILLED
			MODIFIED X 10 at 99.6, now 90, open -96, made 0
			> report #1 ACCEPTED
			> report #1 CANCELLED
			> report #1 UNKNOWN
			> report nobody FILL qty=1 price=1
			ignored report
		`,
		"a refusal": sent + `
			> report #1 REJECTED
			REJECTED #1 BUY X 10 limit 100 VENUE REJECTED
		`,
		"what was never sent is rejected": sent + `
			> report #1 NOT_SENT
			REJECTED #1 BUY X 10 limit 100 NOT_SENT REJECTED
		`,
		"unknown, then known": lost + `
			> report #1 FILL qty=3 price=100
			FILLED #1 BUY X 10 limit 100 got 3 at 100 PARTIALLY_FILLED
			OPENED X 3 at 100, now 100, open 0, made 0
			ALERT SYSTEM INFO {"symbol":"X"}
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 got 3 at 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 got 3 at 100 PARTIALLY_FILLED
		`,
		"a fill of nothing shows no order": lost + `
			> report #1 FILL
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 OPEN
			ALERT SYSTEM INFO {"symbol":"X"}
		`,
		"taken for not sent, then seen": notSent + `
			> report #1 NOT_SENT
			> report #1 ACCEPTED
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"OPEN"}
			PLACED #1 BUY X 10 limit 100 OPEN
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"taken for not sent, then filled": notSent + `
			> report #1 FILL qty=10 price=100
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"FILLED"}
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"a new owner asks": sent + `
			> signal s BUY X qty=5 ms=2
			PLACED #2 BUY X 5 PENDING
			VENUE SEND #2
			> report #2 ACCEPTED
			PLACED #2 BUY X 5 OPEN
			> recover
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			VENUE QUERY #1
			VENUE QUERY #2
		`,
		"a cancel may come too late": sent + `
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 OPEN
			> cmd HALT
			VENUE CANCEL #1
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> report #1 CANCELLED qty=2 price=100
			FILLED #1 BUY X 10 limit 100 got 2 at 100 PARTIALLY_FILLED
			OPENED X 2 at 100, now 100, open 0, made 0
			CANCELLED #1 BUY X 10 limit 100 got 2 at 100 ACCOUNT_HALTED CANCELLED
			> report #1 FILL qty=5 price=100
			FILLED #1 BUY X 10 limit 100 got 5 at 100 ACCOUNT_HALTED CANCELLED
			MODIFIED X 5 at 100, now 100, open 0, made 0
		`,
		"too much is a fact, too": held + `
			> report #1 FILL qty=12 price=100
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"FILLED"}
			FILLED #1 BUY X 10 limit 100 got 12 at 100 FILLED
			MODIFIED X 12 at 100, now 99, open -12, made 0
			> report #1 REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"FILLED"}
			> report #1 FILL qty=13
			ALERT SYSTEM ERROR {"symbol":"X","status":"FILLED"}
		`,
		"a stop whose exit is refused stays touched, wherever the price has gone": held + `
			> tick X 90 1700000002000
			PLACED #2 SELL X 10 STOPLOSS PENDING
			VENUE SEND #2
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 110 1700000003000
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 110, open 100, made 0
			> report #3 REJECTED
			REJECTED #3 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 110 1700000004000
			PLACED #4 SELL X 10 STOPLOSS PENDING
			VENUE SEND #4
			> report #4 REJECTED
			REJECTED #4 SELL X 10 VENUE REJECTED
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"REJECTED"}
			> tick X 110 1700000005999
			> tick X 110 1700000006000
			PLACED #5 SELL X 10 STOPLOSS PENDING
			VENUE SEND #5
			> report #5 FILL qty=4 price=110
			FILLED #5 SELL X 10 got 4 at 110 PARTIALLY_FILLED
			MODIFIED X 6 at 100, now 110, open 60, made 40
			> report #5 CANCELLED qty=4 price=110
			CANCELLED #5 SELL X 10 got 4 at 110 VENUE CANCELLED
			ALERT SYSTEM ERROR {"symbol":"X","status":"CANCELLED"}
			> tick X 110 1700000007000
			PLACED #6 SELL X 6 STOPLOSS PENDING
			VENUE SEND #6
			> report #6 FILL qty=6 price=110
			FILLED #6 SELL X 6 got 6 at 110 FILLED
			CLOSED X 0 at 0, now 110, open 0, made 100
			> tick X 80 1700000009000
		`,
		"a person ends it by closing": held + `
			> tick X 90 1700000002000
			PLACED #2 SELL X 10 STOPLOSS PENDING
			VENUE SEND #2
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> external x s FILLED SELL X 10 90
			CLOSED X 0 at 0, now 90, open 0, made -100
			> tick X 80 1700000003000
		`,
		"a refused stop is tried again": held + `
			> tick X 90
			PLACED #2 SELL X 10 STOPLOSS PENDING
			VENUE SEND #2
			MODIFIED X 10 at 100, now 90, open -100, made 0
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 89.5 1700000002500
			> tick X 89 1700000003600
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 89, open -110, made 0
		`,
		"an exit on its way is not ordered again": held + `
			> signal s BUY X qty=10 stop=80 ms=2
			PLACED #2 BUY X 10 PENDING
			VENUE SEND #2
			> report #2 FILL qty=10 price=100
			FILLED #2 BUY X 10 got 10 at 100 FILLED
			MODIFIED X 20 at 100, now 99, open -20, made 0
			> tick X 90
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 20 at 100, now 90, open -200, made 0
			> tick X 89
			MODIFIED X 20 at 100, now 89, open -220, made 0
			> report #3 FILL qty=4 price=89
			FILLED #3 SELL X 10 got 4 at 89 PARTIALLY_FILLED
			MODIFIED X 16 at 100, now 89, open -176, made -44
			> tick X 88
			MODIFIED X 16 at 100, now 88, open -192, made -44
			> report #3 CANCELLED
			CANCELLED #3 SELL X 10 got 4 at 89 VENUE CANCELLED
			ALERT SYSTEM ERROR {"symbol":"X","status":"CANCELLED"}
			> tick X 87
			PLACED #4 SELL X 6 STOPLOSS PENDING
			VENUE SEND #4
			MODIFIED X 16 at 100, now 87, open -208, made -44
		`,
		"what came back is cancelled anew": sent + `
			> cmd HALT
			VENUE CANCEL #1
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> cmd HALT
			ALERT SYSTEM CRITICAL HALTED COMMAND > HALTED COMMAND "by command"
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 ACCOUNT_HALTED CANCELLED
			> report #1 ACCEPTED
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"OPEN"}
			PLACED #1 BUY X 10 limit 100 OPEN
			VENUE QUERY #1
			> cmd HALT
			VENUE CANCEL #1
			ALERT SYSTEM CRITICAL HALTED COMMAND > HALTED COMMAND "by command"
		`,
		"a close that the venue cancels is tried again after a second": held + `
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 10 RISK PENDING
			VENUE SEND #2
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 VENUE CANCELLED
			ALERT SYSTEM ERROR {"symbol":"X","status":"CANCELLED"}
			> tick X 99 1700000001999
			> tick X 99 1700000002000
			PLACED #3 SELL X 10 RISK PENDING
			VENUE SEND #3
		`,
		"a refused close is tried again": held + `
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 10 RISK PENDING
			VENUE SEND #2
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 99 1700000001999
			> tick X 99 1700000002000
			PLACED #3 SELL X 10 RISK PENDING
			VENUE SEND #3
		`,
		"daily loss closes what turns up later": held + `
			> signal s BUY X qty=5 price=98 ms=2
			PLACED #2 BUY X 5 limit 98 PENDING
			VENUE SEND #2
			> cmd SET_LIMITS {"daily_loss": 10}
			ALERT DAILY_LOSS CRITICAL {"current_loss":10,"limit":10,"positions_to_close":["X"]}
			VENUE CANCEL #2
			PLACED #3 SELL X 10 RISK PENDING
			VENUE SEND #3
			> report #2 FILL qty=5 price=98
			FILLED #2 BUY X 5 limit 98 got 5 at 98 FILLED
			MODIFIED X 15 at 99.33333333, now 99, open -5, made 0
			PLACED #4 SELL X 5 RISK PENDING
			VENUE SEND #4
			> report #3 FILL qty=10 price=99
			FILLED #3 SELL X 10 got 10 at 99 FILLED
			MODIFIED X 5 at 99.33333333, now 99, open -1.66666667, made -3.33333333
		`,
	})
}
