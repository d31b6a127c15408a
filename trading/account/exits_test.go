package account

import "testing"

// TestExitsCloseWhatThereIs: an exit never trades more than there is to close, also when
// that has become less since it was placed.
func TestExitsCloseWhatThereIs(t *testing.T) {
	held := started + enters("BUY X qty=10", "100")
	heldLive := live + entersLive("BUY X qty=10") + `
		> signal s SELL X qty=10 price=110 exit ms=3
		PLACED #2 SELL X 10 limit 110 PENDING
		VENUE SEND #2
	`
	scripts(t, map[string]string{
		"on paper it ends with the position": held + `
			> signal s SELL X qty=10 price=110 exit ms=3
			PLACED #2 SELL X 10 limit 110 PENDING
			> signal s SELL X qty=10 market ms=4
			PLACED #3 SELL X 10 PENDING
			> tick X 101
			FILLED #3 SELL X 10 got 10 at 101 FILLED
			CLOSED X 0 at 0, now 101, open 0, made 10
			CANCELLED #2 SELL X 10 limit 110 NO_POSITION CANCELLED
			> tick X 111
		`,
		"on paper it is cut to what is left, the newest first": held + `
			> signal s SELL X qty=4 price=110 exit ms=3
			PLACED #2 SELL X 4 limit 110 PENDING
			> signal s SELL X qty=6 trigger=90 exit ms=4
			PLACED #3 SELL X 6 trigger 90 TRIGGER_PENDING
			> signal s SELL X qty=5 market ms=5
			PLACED #4 SELL X 5 PENDING
			> tick X 100
			FILLED #4 SELL X 5 got 5 at 100 FILLED
			MODIFIED X 5 at 100, now 100, open 0, made 0
			PLACED #3 SELL X 1 trigger 90 TRIGGER_PENDING
			> tick X 110
			FILLED #2 SELL X 4 limit 110 got 4 at 110 FILLED
			MODIFIED X 1 at 100, now 110, open 10, made 40
			> tick X 90
			FILLED #3 SELL X 1 trigger 90 got 1 at 90 FILLED
			CLOSED X 0 at 0, now 90, open 0, made 30
		`,
		"two at the same tick": held + `
			> signal s SELL X qty=10 price=100 exit ms=3
			PLACED #2 SELL X 10 limit 100 PENDING
			> signal s SELL X qty=15 market ms=4
			PLACED #3 SELL X 15 PENDING
			> tick X 99
			FILLED #3 SELL X 15 got 15 at 99 FILLED
			CLOSED X 0 at 0, now 99, open 0, made -10
			OPENED X -5 at 99, now 99, open 0, made 0
			CANCELLED #2 SELL X 10 limit 100 NO_POSITION CANCELLED
		`,
		"a venue is asked to cancel it": heldLive + `
			> report #2 ACCEPTED
			PLACED #2 SELL X 10 limit 110 OPEN
			> signal s SELL X qty=10 market ms=4
			PLACED #3 SELL X 10 PENDING
			VENUE SEND #3
			> report #3 FILL qty=10 price=100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			VENUE CANCEL #2
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 limit 110 NO_POSITION CANCELLED
		`,
		"a venue is asked to change it, once it can be changed": heldLive + `
			> signal s SELL X qty=4 market ms=4
			PLACED #3 SELL X 4 PENDING
			VENUE SEND #3
			> report #3 FILL qty=4 price=100
			FILLED #3 SELL X 4 got 4 at 100 FILLED
			MODIFIED X 6 at 100, now 100, open 0, made 0
			> report #2 ACCEPTED
			PLACED #2 SELL X 10 limit 110 OPEN
			VENUE CHANGE #2 6 limit 110
			> report #2 CHANGED
			PLACED #2 SELL X 6 limit 110 OPEN
			> report #2 FILL qty=6 price=110
			FILLED #2 SELL X 6 limit 110 got 6 at 110 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 60
		`,
		"a venue that doesn't change it is asked to cancel it": heldLive + `
			> report #2 ACCEPTED
			PLACED #2 SELL X 10 limit 110 OPEN
			> signal s SELL X qty=4 market ms=4
			PLACED #3 SELL X 4 PENDING
			VENUE SEND #3
			> report #3 FILL qty=4 price=100
			FILLED #3 SELL X 4 got 4 at 100 FILLED
			MODIFIED X 6 at 100, now 100, open 0, made 0
			VENUE CHANGE #2 6 limit 110
			> report #2 NOT_CHANGED
			ALERT SYSTEM WARNING {"symbol":"X","status":"OPEN"}
			VENUE CANCEL #2
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 limit 110 NO_POSITION CANCELLED
		`,
	})
}

// TestReducingEndsEntries: a REDUCING account has no open entry, whatever made it one.
func TestReducingEndsEntries(t *testing.T) {
	heldLive := live + entersLive("BUY X qty=10")
	scripts(t, map[string]string{
		"for inputs that were lost": started + `
			> signal s BUY X qty=10 price=95
			PLACED #1 BUY X 10 limit 95 PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
			PLACED #2 BUY X 1 MANUAL PENDING
			> reduce LOST_INPUTS
			CANCELLED #1 BUY X 10 limit 95 ACCOUNT_REDUCING CANCELLED
			CANCELLED #2 BUY X 1 ACCOUNT_REDUCING CANCELLED
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> tick X 95
		`,
		"what makes a position smaller stays": started + enters("BUY X qty=10 stop=80", "100") + `
			> signal s SELL X qty=4 price=120 exit ms=3
			PLACED #2 SELL X 4 limit 120 PENDING
			> signal s SELL X qty=6 price=110 ms=4
			PLACED #3 SELL X 6 limit 110 PENDING
			> signal s SELL X qty=1 price=130 ms=5
			PLACED #4 SELL X 1 limit 130 PENDING
			> reduce LOST_INPUTS
			CANCELLED #4 SELL X 1 limit 130 ACCOUNT_REDUCING CANCELLED
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> tick X 110
			FILLED #3 SELL X 6 limit 110 got 6 at 110 FILLED
			MODIFIED X 4 at 100, now 110, open 40, made 60
		`,
		"until it would open another": started + enters("BUY X qty=10", "100") + `
			> signal s SELL X qty=10 price=110 ms=4
			PLACED #2 SELL X 10 limit 110 PENDING
			> reduce LOST_INPUTS
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> external e1 s FILLED SELL X 4 105
			MODIFIED X 6 at 100, now 100, open 0, made 20
			CANCELLED #2 SELL X 10 limit 110 ACCOUNT_REDUCING CANCELLED
		`,
		"at a venue": heldLive + `
			> signal s BUY X qty=5 price=95 ms=3
			PLACED #2 BUY X 5 limit 95 PENDING
			VENUE SEND #2
			> reduce LOST_INPUTS
			VENUE CANCEL #2
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> report #2 ACCEPTED
			PLACED #2 BUY X 5 limit 95 OPEN
			> report #2 CANCELLED
			CANCELLED #2 BUY X 5 limit 95 ACCOUNT_REDUCING CANCELLED
		`,
		"at a venue that shows one again": heldLive + `
			> signal s BUY X qty=5 price=95 ms=3
			PLACED #2 BUY X 5 limit 95 PENDING
			VENUE SEND #2
			> report #2 REJECTED
			REJECTED #2 BUY X 5 limit 95 VENUE REJECTED
			> reduce LOST_INPUTS
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> report #2 ACCEPTED
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"OPEN"}
			PLACED #2 BUY X 5 limit 95 OPEN
			VENUE CANCEL #2
		`,
	})
}
