package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// TestLimitsAtALiveVenue: closes and cancels take their time there, and may fail;
// the account closes on until nothing is held, whatever the venue fills later.
func TestLimitsAtALiveVenue(t *testing.T) {
	live := func(limits string) string {
		return "> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"venue\": \"kite\", \"limits\": " + limits + "}\n" + deploy + second + `
			> tick X 100
			> tick Y 50
			> signal s BUY X qty=50 ms=1
			PLACED #1 BUY X 50 PENDING
			VENUE SEND #1
			> report #1 FILL qty=50 price=100
			FILLED #1 BUY X 50 got 50 at 100 FILLED
			OPENED X 50 at 100, now 100, open 0, made 0
			> signal z BUY Y qty=10 price=45 ms=1
			PLACED #2 BUY Y 10 limit 45 PENDING
			VENUE SEND #2
			> report #2 ACCEPTED
			PLACED #2 BUY Y 10 limit 45 OPEN
		`
	}
	const reached = `
		> tick X 90
		MODIFIED X 50 at 100, now 90, open -500, made 0
		ALERT DAILY_LOSS CRITICAL {"current_loss":500,"limit":500,"positions_to_close":["X"]}
		VENUE CANCEL #2
		PLACED #3 SELL X 50 RISK PENDING
		VENUE SEND #3
	`
	scripts(t, map[string]string{
		"what is filled after HALTED is closed, too": live(`{"daily_loss": 500}`) + reached + `
			> report #3 FILL qty=20 price=90
			FILLED #3 SELL X 50 got 20 at 90 PARTIALLY_FILLED
			MODIFIED X 30 at 100, now 90, open -300, made -200
			> report #3 FILL qty=50 price=90
			FILLED #3 SELL X 50 got 50 at 90 FILLED
			CLOSED X 0 at 0, now 90, open 0, made -500
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
			> recover
			VENUE CANCEL #2
			VENUE QUERY #2
			> report #2 FILL qty=10 price=45
			FILLED #2 BUY Y 10 limit 45 got 10 at 45 FILLED
			OPENED Y 10 at 45, now 50, open 50, made 0
			PLACED #4 SELL Y 10 RISK PENDING
			VENUE SEND #4
			> report #4 FILL qty=10 price=50
			FILLED #4 SELL Y 10 got 10 at 50 FILLED
			CLOSED Y 0 at 0, now 50, open 0, made 50
			> signal z BUY Y qty=1 ms=9
			REJECTED BUY Y ACCOUNT_HALTED
		`,
		"a close that is refused keeps it REDUCING": live(`{"daily_loss": 500}`) + reached + `
			> report #3 REJECTED
			REJECTED #3 SELL X 50 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> signal z BUY Y qty=1 ms=9
			REJECTED BUY Y DAILY_LOSS
			> tick Y 50
			PLACED #4 SELL X 50 RISK PENDING
			VENUE SEND #4
			> report #4 FILL qty=50 price=90
			FILLED #4 SELL X 50 got 50 at 90 FILLED
			CLOSED X 0 at 0, now 90, open 0, made -500
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
			> report #2 CANCELLED
			CANCELLED #2 BUY Y 10 limit 45 DAILY_LOSS CANCELLED
		`,
		"the close of a symbol's margin is tried again": live(`{"margin_percent": 50}`) + `
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			> tick X 60
			MODIFIED X 50 at 100, now 60, open -2000, made 0
			> cmd SET_LIMITS {"margin_percent": 300}
			ALERT MARGIN CRITICAL {"current_margin":9000,"limit":8000,"positions_to_close":["X"]}
			VENUE CANCEL #2
			PLACED #3 SELL X 50 RISK PENDING
			VENUE SEND #3
			> report #3 CANCELLED
			CANCELLED #3 SELL X 50 VENUE CANCELLED
			ALERT SYSTEM ERROR {"symbol":"X","status":"CANCELLED"}
			> tick Y 50 1700000004999
			> tick Y 50 1700000005000
			PLACED #4 SELL X 50 RISK PENDING
			VENUE SEND #4
			> tick X 61
			MODIFIED X 50 at 100, now 61, open -1950, made 0
			> report #4 FILL qty=50 price=61
			FILLED #4 SELL X 50 got 50 at 61 FILLED
			CLOSED X 0 at 0, now 61, open 0, made -1950
			> tick X 62
			> report #2 FILL qty=10 price=45
			FILLED #2 BUY Y 10 limit 45 got 10 at 45 FILLED
			OPENED Y 10 at 45, now 50, open 50, made 0
			> signal z SELL Y qty=10 ms=9
			PLACED #5 SELL Y 10 PENDING
			VENUE SEND #5
		`,
		"an exit that is being cancelled closes no excess": live(`{}`) + `
			> signal s SELL X qty=20 price=120 ms=2
			PLACED #3 SELL X 20 limit 120 PENDING
			VENUE SEND #3
			> cmd SET_LIMITS {"position_size": 40}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":50,"limit":40,"positions_to_close":["X"]}
			VENUE CANCEL #3
			VENUE CANCEL #2
			PLACED #4 SELL X 10 RISK PENDING
			VENUE SEND #4
			> tick X 100
		`,
		"no price, no market order": "> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"venue\": \"kite\", \"limits\": {\"max_price_age_ms\": 1000}}\n" + deploy + second + `
			> signal s BUY X qty=1 ms=1
			REJECTED BUY X NO_PRICE
			> signal s BUY X qty=1 price=5 ms=2
			PLACED #1 BUY X 1 limit 5 PENDING
			VENUE SEND #1
			> tick X 100
			> signal s BUY X qty=1 ms=3
			PLACED #2 BUY X 1 PENDING
			VENUE SEND #2
			> tick Y 100
			> signal s BUY X qty=1 ms=4
			PLACED #3 BUY X 1 PENDING
			VENUE SEND #3
			> tick Y 100
			> signal s BUY X qty=1 ms=5
			REJECTED BUY X NO_PRICE
		`,
	})
}

// TestOrdersCarryTheirRate: the session of a live venue holds orders and changes to
// orders_per_second by the wall clock, so it is told.
func TestOrdersCarryTheirRate(t *testing.T) {
	p := newPlayer(t)
	p.play("> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"venue\": \"kite\", \"limits\": {\"orders_per_second\": 7}}\n" + deploy + `
		> tick X 100
		> signal s BUY X qty=5 price=90
		PLACED #1 BUY X 5 limit 90 PENDING
		VENUE SEND #1
		> report #1 ACCEPTED
		PLACED #1 BUY X 5 limit 90 OPEN
	`)
	id := ""
	for open := range p.a.orders {
		id = open
	}
	sent := func(data string) VenueCommand {
		t.Helper()
		c, err := ParseCommand("c"+data, "alice", p.ms, CmdOrder, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		events, err := p.a.Command(c, Cause{Origin: "test/1/1", TimeMs: p.ms})
		if err != nil || len(events) == 0 {
			t.Fatalf("%v, %v", events, err)
		}
		command, _ := events[len(events)-1].(VenueCommand)
		return command
	}
	if c := sent(`{"modify": "` + id + `", "price": 91}`); c.Action != VenueChange || c.PerSecond != 7 {
		t.Errorf("%+v", c)
	}
	if c := sent(`{"symbol": "X", "transaction_type": "BUY", "quantity": 1, "price": 80}`); c.Action != VenueSend || c.PerSecond != 7 || c.Exit {
		t.Errorf("%+v", c)
	}
	p.a.VenueReport(order.Report{
		OrderID: id, Kind: order.ReportFill, FilledQuantity: decimal.FromInt(5), AveragePrice: decimal.FromInt(90),
	}, Cause{Origin: "test/1/3", TimeMs: p.ms})
	command, _ := ParseCommand("close", "alice", p.ms, CmdHalt, []byte(`{"close_positions": true}`))
	events, _ := p.a.Command(command, Cause{Origin: "test/1/2", TimeMs: p.ms})
	exits := 0
	for _, ev := range events {
		if c, ok := ev.(VenueCommand); ok && c.Action == VenueSend && c.Exit {
			exits++
		}
	}
	if exits == 0 {
		t.Errorf("no order to close tells that it is an exit: %+v", events)
	}
}
