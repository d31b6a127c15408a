package account

import (
	"fmt"
	"slices"
	"testing"
)

// TestClosesDontWaitBehindExits: an exit that waits for a price far away must not
// keep risk from closing.
func TestClosesDontWaitBehindExits(t *testing.T) {
	scripts(t, map[string]string{
		"a size that is lowered twice": `
			> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {"position_size": 100}}
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY X NO_PRICE
			> tick X 10
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 100}
			PLACED #1 BUY X 100 MANUAL PENDING
			> tick X 10
			FILLED #1 BUY X 100 got 100 at 10 FILLED
			OPENED X 100 at 10, now 10, open 0, made 0
			ALERT POSITION_SIZE ERROR {"symbol":"X","current_quantity":100,"limit":100}
			> cmd SET_LIMITS {"position_size": 40}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":100,"limit":40,"positions_to_close":["X"]}
			PLACED #2 SELL X 60 RISK PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "SELL", "quantity": 40, "price": 50}
			PLACED #3 SELL X 40 limit 50 MANUAL PENDING
			> cmd SET_LIMITS {"position_size": 10}
			CANCELLED #3 SELL X 40 limit 50 POSITION_SIZE CANCELLED
			PLACED #4 SELL X 30 RISK PENDING
			> tick X 10
			FILLED #2 SELL X 60 got 60 at 10 FILLED
			MODIFIED X 40 at 10, now 10, open 0, made 0
			FILLED #4 SELL X 30 got 30 at 10 FILLED
			MODIFIED X 10 at 10, now 10, open 0, made 0
			`,
		"an exit that leaves enough to close stays": `
			> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {"position_size": 100}}
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY X NO_PRICE
			> tick X 10
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 100}
			PLACED #1 BUY X 100 MANUAL PENDING
			> tick X 10
			FILLED #1 BUY X 100 got 100 at 10 FILLED
			OPENED X 100 at 10, now 10, open 0, made 0
			ALERT POSITION_SIZE ERROR {"symbol":"X","current_quantity":100,"limit":100}
			> cmd SET_LIMITS {"position_size": 60}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":100,"limit":60,"positions_to_close":["X"]}
			PLACED #2 SELL X 40 RISK PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "SELL", "quantity": 30, "price": 50}
			PLACED #3 SELL X 30 limit 50 MANUAL PENDING
			> cmd SET_LIMITS {"position_size": 30}
			PLACED #4 SELL X 30 RISK PENDING
			> tick X 10
			FILLED #2 SELL X 40 got 40 at 10 FILLED
			MODIFIED X 60 at 10, now 10, open 0, made 0
			FILLED #4 SELL X 30 got 30 at 10 FILLED
			MODIFIED X 30 at 10, now 10, open 0, made 0
			`,
		"a daily loss whose close was refused": `
			> cmd OPEN_ACCOUNT {"venue": "kite", "deposit": 100000, "limits": {"daily_loss": 100}}
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 100}
			PLACED #1 BUY X 100 MANUAL PENDING
			VENUE SEND #1
			> report #1 FILL qty=100 price=10
			FILLED #1 BUY X 100 got 100 at 10 FILLED
			OPENED X 100 at 10, now 10, open 0, made 0
			> tick X 8
			MODIFIED X 100 at 10, now 8, open -200, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":200,"limit":100,"positions_to_close":["X"]}
			PLACED #2 SELL X 100 RISK PENDING
			VENUE SEND #2
			> report #2 REJECTED
			REJECTED #2 SELL X 100 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> cmd ORDER {"symbol": "X", "transaction_type": "SELL", "quantity": 100, "price": 50}
			PLACED #3 SELL X 100 limit 50 MANUAL PENDING
			VENUE SEND #3
			> report #3 ACCEPTED
			PLACED #3 SELL X 100 limit 50 MANUAL OPEN
			> tick X 7
			MODIFIED X 100 at 10, now 7, open -300, made 0
			VENUE CANCEL #3
			> report #3 CANCELLED
			CANCELLED #3 SELL X 100 limit 50 DAILY_LOSS CANCELLED
			PLACED #4 SELL X 100 RISK PENDING
			VENUE SEND #4
			`,
	})
}

// TestPausesLeaveClosesByRisk: a pause with close_positions goes beside what risk
// closes, and never in its way.
func TestPausesLeaveClosesByRisk(t *testing.T) {
	scripts(t, map[string]string{"halted": `
		> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {}}
		> cmd DEPLOY {"strategy_id": "s", "name": "s", "symbols": ["X"], "external": true}
		STRATEGY s RUNNING
		> tick X 10
		> signal s BUY X qty=100
		PLACED #1 BUY X 100 PENDING
		> tick X 10
		FILLED #1 BUY X 100 got 100 at 10 FILLED
		OPENED X 100 at 10, now 10, open 0, made 0
		> cmd HALT {"close_positions": true}
		ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
		PLACED #2 SELL X 100 RISK PENDING
		> cmd PAUSE {"strategy_id": "s", "close_positions": true}
		STRATEGY s PAUSED
		> tick X 10
		FILLED #2 SELL X 100 got 100 at 10 FILLED
		CLOSED X 0 at 0, now 10, open 0, made 0
		`})
}

// TestChangesOfAFullBook: a change adds no order, so the bound of open ones is not
// its business.
func TestChangesOfAFullBook(t *testing.T) {
	p := newPlayer(t)
	p.input(`cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {}}`)
	p.input(`cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}`)
	p.input(`tick X 10`)
	for range maxOrders {
		p.input(`cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1, "price": 5}`)
	}
	if got := p.input(`cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1, "price": 5}`); !slices.Equal(got, []string{"REJECTED BUY X TOO_MANY_ORDERS"}) {
		t.Errorf("one more: %q", got)
	}
	if got := p.input(`cmd ORDER {"modify": "#1", "price": 6}`); !slices.Equal(got, []string{"PLACED #1 BUY X 1 limit 6 MANUAL PENDING"}) {
		t.Errorf("a change: %q", got)
	}
}

// TestChangesAndDuplicates: an order is a duplicate of what others ask for now, and
// never of what it was itself.
func TestChangesAndDuplicates(t *testing.T) {
	scripts(t, map[string]string{"there and back": `
		> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {"duplicate_window_ms": 60000}}
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY X NO_PRICE
		> tick X 10
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 10, "price": 5}
		PLACED #1 BUY X 10 limit 5 MANUAL PENDING
		> cmd ORDER {"modify": "#1", "price": 6}
		PLACED #1 BUY X 10 limit 6 MANUAL PENDING
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 10, "price": 6}
		REJECTED BUY X DUPLICATE_ORDER
		> cmd ORDER {"modify": "#1", "price": 5}
		PLACED #1 BUY X 10 limit 5 MANUAL PENDING
		`})
}

// TestSymbolsOfRefusedOrdersMakeRoom: orders of symbols that don't trade take the
// room of none that does.
func TestSymbolsOfRefusedOrdersMakeRoom(t *testing.T) {
	p := newPlayer(t)
	p.input(`cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {}}`)
	p.input(`cmd DEPLOY {"strategy_id": "s", "name": "s", "symbols": ["X"], "external": true}`)
	for i := range maxSymbols + 10 {
		p.input(fmt.Sprintf("signal s BUY N%d qty=1", i))
	}
	p.play(`
		> tick X 10
		> signal s BUY X qty=1
		PLACED #1 BUY X 1 PENDING
		`)
	checkInvariants(t, p.a)
}

// TestSymbolsOfFinishedOrdersStay: of an order at a venue more may be heard after its
// end, so its symbol's room is not taken.
func TestSymbolsOfFinishedOrdersStay(t *testing.T) {
	p := newPlayer(t)
	p.play(live + `
		> signal s BUY A qty=1
		PLACED #1 BUY A 1 PENDING
		VENUE SEND #1
		> report #1 REJECTED
		REJECTED #1 BUY A 1 VENUE REJECTED
		> tick X 10
	`)
	for i := range maxSymbols {
		p.input(fmt.Sprintf("signal s BUY N%d qty=0 ms=%d", i, i))
	}
	p.play(`
		> report #1 FILL qty=1 price=10
		ALERT SYSTEM CRITICAL {"symbol":"A","status":"FILLED"}
		FILLED #1 BUY A 1 got 1 at 10 FILLED
		OPENED A 1 at 10, now 10, open 0, made 0
	`)
	checkInvariants(t, p.a)
}

// TestTouchedStopsAreNotForgotten: a stop that was touched exits, though the price is
// back when the venue has cancelled what was in the way.
func TestTouchedStopsAreNotForgotten(t *testing.T) {
	scripts(t, map[string]string{"behind a resting exit": `
		> cmd OPEN_ACCOUNT {"venue": "kite", "deposit": 100000, "limits": {}}
		> cmd DEPLOY {"strategy_id": "s", "name": "s", "symbols": ["X"], "external": true}
		STRATEGY s RUNNING
		> tick X 10
		> signal s BUY X qty=100 stop=9
		PLACED #1 BUY X 100 PENDING
		VENUE SEND #1
		> report #1 FILL qty=100 price=10
		FILLED #1 BUY X 100 got 100 at 10 FILLED
		OPENED X 100 at 10, now 10, open 0, made 0
		> signal s SELL X qty=100 price=12
		PLACED #2 SELL X 100 limit 12 PENDING
		VENUE SEND #2
		> report #2 ACCEPTED
		PLACED #2 SELL X 100 limit 12 OPEN
		> tick X 9
		VENUE CANCEL #2
		MODIFIED X 100 at 10, now 9, open -100, made 0
		> report #2 CANCELLED
		CANCELLED #2 SELL X 100 limit 12 STOPLOSS_TOUCHED CANCELLED
		> tick X 9.5
		PLACED #3 SELL X 100 STOPLOSS PENDING
		VENUE SEND #3
		MODIFIED X 100 at 10, now 9.5, open -50, made 0
		> tick X 9.5
		> report #3 FILL qty=100 price=9.5
		FILLED #3 SELL X 100 got 100 at 9.5 FILLED
		CLOSED X 0 at 0, now 9.5, open 0, made -50
		`})
}
