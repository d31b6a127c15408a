package account

import (
	"encoding/json"
	"testing"

	"github.com/velox-trading/velox/trading/order"
)

// TestCancelReasons: a cancelled order says who or what has cancelled it.
func TestCancelReasons(t *testing.T) {
	held := started + enters("BUY X qty=10", "100")
	const waiting = started + `
		> signal s BUY X qty=10 price=90
		PLACED #1 BUY X 10 limit 90 PENDING
	`
	scripts(t, map[string]string{
		"the user": waiting + `
			> cmd ORDER {"cancel": "#1"}
			CANCELLED #1 BUY X 10 limit 90 USER CANCELLED
		`,
		"nothing else is taken with it": waiting + `
			> cmd ORDER {"cancel": "#1", "symbol": "X"}
			refused INVALID_DATA
			> cmd ORDER {"cancel": "#1", "quantity": 3}
			refused INVALID_DATA
			> cmd ORDER {"cancel": "#1", "transaction_type": "SELL"}
			refused INVALID_DATA
			> cmd ORDER {"cancel": "#1", "trigger_price": 3}
			refused INVALID_DATA
			> cmd ORDER {"cancel": "#1"}
			CANCELLED #1 BUY X 10 limit 90 USER CANCELLED
		`,
		"its own strategy, also when it is paused": waiting + `
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> signal s HOLD X cancel
			CANCELLED #1 BUY X 10 limit 90 STRATEGY CANCELLED
		`,
		"squaring off, also when it is paused": held + `
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> signal s SELL X exit ms=2
			REJECTED SELL X STRATEGY_PAUSED
			> signal s SELL X exit square ms=3
			PLACED #2 SELL X 10 PENDING
			> signal s HOLD X cancel square ms=4
			CANCELLED #2 SELL X 10 STRATEGY CANCELLED
		`,
		"a pause that closes": waiting + `
			> cmd PAUSE {"strategy_id": "s", "close_positions": true}
			STRATEGY s PAUSED
			CANCELLED #1 BUY X 10 limit 90 STRATEGY_PAUSED CANCELLED
		`,
		"the strategy's end": waiting + `
			> cmd REMOVE {"strategy_id": "s"}
			CANCELLED #1 BUY X 10 limit 90 STRATEGY_REMOVED CANCELLED
			STRATEGY s REMOVED
		`,
		"an alert by others": waiting + `
			> alert CRITICAL
			CANCELLED #1 BUY X 10 limit 90 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED EXTERNAL_ALERT "from outside"
		`,
		"a target": started + enters("BUY X qty=10 target=120", "100") + `
			> signal s SELL X qty=10 trigger=80 ms=2
			PLACED #2 SELL X 10 trigger 80 TRIGGER_PENDING
			> tick X 120
			CANCELLED #2 SELL X 10 trigger 80 TARGET_TOUCHED CANCELLED
			PLACED #3 SELL X 10 TARGET PENDING
			MODIFIED X 10 at 100, now 120, open 200, made 0
		`,
		"a halt that closes finds nothing else in the way": held + `
			> signal s SELL X qty=10 price=150 ms=2
			PLACED #2 SELL X 10 limit 150 PENDING
			> cmd HALT {"close_positions": true}
			CANCELLED #2 SELL X 10 limit 150 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #3 SELL X 10 RISK PENDING
		`,
	})
}

// TestCancelReasonsAtAVenue: the reason is kept with the order until the venue
// ends it, through restarts, lost answers and later reasons.
func TestCancelReasonsAtAVenue(t *testing.T) {
	const sent = live + `
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
		> report #1 ACCEPTED
		PLACED #1 BUY X 10 limit 100 OPEN
	`
	const asked = sent + `
		> cmd ORDER {"cancel": "#1"}
		VENUE CANCEL #1
	`
	scripts(t, map[string]string{
		"the first reason counts": asked + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 USER CANCELLED
		`,
		"over a new owner and a lost answer": asked + `
			> recover
			VENUE CANCEL #1
			VENUE QUERY #1
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 USER CANCELLED
		`,
		"nobody asked": sent + `
			> report #1 CANCELLED qty=4 price=100
			FILLED #1 BUY X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			CANCELLED #1 BUY X 10 limit 100 got 4 at 100 VENUE CANCELLED
		`,
		"traded before the cancel came": asked + `
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"what is there after all is cancelled for a reason of its own": asked + `
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 USER CANCELLED
			> report #1 ACCEPTED
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"OPEN"}
			PLACED #1 BUY X 10 limit 100 OPEN
			VENUE QUERY #1
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 100 VENUE CANCELLED
		`,
	})
}

// TestEndedByOthers: the record of others tells of the end itself; the account
// keeps whose word it was.
func TestEndedByOthers(t *testing.T) {
	for said, want := range map[string]order.Status{"CANCELLED": order.Cancelled, "REJECTED": order.Rejected} {
		p := newPlayer(t)
		p.play(live + `
			> signal s BUY X qty=10 price=100
			PLACED #1 BUY X 10 limit 100 PENDING
			VENUE SEND #1
			> external #1 s ` + said + ` BUY X 0 0
		`)
		if o := p.a.finished[p.placed[0]]; o == nil || o.Status != want || o.Reason != order.ReasonExternal {
			t.Errorf("%s: %+v", said, o)
		}
	}
}

// TestCancelsOfOlderVersions: a state that kept no reasons gives the venue as the
// one who ended what it was asked to end.
func TestCancelsOfOlderVersions(t *testing.T) {
	p := newPlayer(t)
	p.play(live + `
		> signal s BUY X qty=10 price=100
		PLACED #1 BUY X 10 limit 100 PENDING
		VENUE SEND #1
		> cmd HALT
		VENUE CANCEL #1
		ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
	`)
	p.a.orders[p.placed[0]].CancelReason = ""
	saved, err := json.Marshal(p.a.orders[p.placed[0]])
	if err != nil {
		t.Fatal(err)
	}
	p.a = reloaded(t, p.a)
	if again, err := json.Marshal(p.a.orders[p.placed[0]]); err != nil || string(again) != string(saved) {
		t.Fatalf("%s, %v; want %s", again, err, saved)
	}
	p.play(`
		> report #1 CANCELLED
		CANCELLED #1 BUY X 10 limit 100 VENUE CANCELLED
	`)
}
