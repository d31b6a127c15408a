package account

import "testing"

// TestLostCancels: a cancel whose fate nobody knows is asked for again, and no
// faster than once a second of market time.
func TestLostCancels(t *testing.T) {
	const sent = live + `
		> tick X 100
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
		> report #1 ACCEPTED
		PLACED #1 BUY X 10 limit 100 OPEN
		> cmd HALT
		VENUE CANCEL #1
		ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
	`
	const lost = sent + `
		> report #1 UNKNOWN
		PLACED #1 BUY X 10 limit 100 UNKNOWN
		ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
		VENUE QUERY #1
		> report #1 ACCEPTED
		PLACED #1 BUY X 10 limit 100 OPEN
	`
	scripts(t, map[string]string{
		"a command sends it again": lost + `
			> cmd HALT
			VENUE CANCEL #1
			ALERT SYSTEM CRITICAL HALTED COMMAND > HALTED COMMAND "by command"
			> cmd HALT
			ALERT SYSTEM CRITICAL HALTED COMMAND > HALTED COMMAND "by command"
		`,
		"the market's time sends it again": lost + `
			> tick X 101 1700000001500
			> tick X 101 1700000002000
			VENUE CANCEL #1
			> tick X 101 1700000009000
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 ACCOUNT_HALTED CANCELLED
			> tick X 101
		`,
		"a new owner sends it again": sent + `
			> recover
			VENUE CANCEL #1
			VENUE QUERY #1
		`,
		"nothing is cancelled that the venue has not shown": sent + `
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> tick X 101 1700000009000
		`,
	})
}

// TestWhatReachedTheVenueWasSent: an order that the venue has shown is never taken
// for not sent, however long the venue is silent.
func TestWhatReachedTheVenueWasSent(t *testing.T) {
	const sent = live + `
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
	`
	scripts(t, map[string]string{
		"accepted": sent + `
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 OPEN
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 NOT_SENT
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"UNKNOWN","symbol_halted":true}
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 100 OPEN
			ALERT SYSTEM INFO {"symbol":"X"}
			> report #1 NOT_SENT
			ALERT SYSTEM ERROR {"symbol":"X","status":"OPEN"}
		`,
		"filled in part": sent + `
			> report #1 FILL qty=4 price=100
			FILLED #1 BUY X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 got 4 at 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 NOT_SENT
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"UNKNOWN","symbol_halted":true}
			> report #1 REJECTED
			CANCELLED #1 BUY X 10 limit 100 got 4 at 100 VENUE CANCELLED
			ALERT SYSTEM INFO {"symbol":"X"}
		`,
	})
}

// TestFillsOfOthersOfKnownOrders: what others report of an order of the account
// is held to what is known of it.
func TestFillsOfOthersOfKnownOrders(t *testing.T) {
	const sent = live + `
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
	`
	scripts(t, map[string]string{
		"taken for not sent, then filled": sent + `
			> report #1 NOT_SENT
			REJECTED #1 BUY X 10 limit 100 NOT_SENT REJECTED
			> external #1 s FILLED BUY X 10 100
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"FILLED"}
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"too much": sent + `
			> external #1 s FILLED BUY X 12 100
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"FILLED"}
			OPENED X 12 at 100, now 100, open 0, made 0
		`,
		"of another symbol or side": sent + `
			> external #1 s FILLED SELL X 10 100
			ALERT SYSTEM ERROR {"symbol":"X","status":"PENDING"}
			> external #1 s FILLED BUY Y 10 100
			ALERT SYSTEM ERROR {"symbol":"X","status":"PENDING"}
		`,
	})
}
