package account

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/risk"
)

// under is an account of 10,000 with limits, strategies s and z, and prices of X
// and Y.
func under(limits string) string {
	return "> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"limits\": " + limits + "}\n" + deploy + second + "> tick X 100\n> tick Y 50\n"
}

const bought = `
	> signal s BUY X qty=50 ms=1
	PLACED #1 BUY X 50 PENDING
	> tick X 100
	FILLED #1 BUY X 50 got 50 at 100 FILLED
	OPENED X 50 at 100, now 100, open 0, made 0
`

// TestDrawdown is the life of the monitor: the equity's peak moves up with profit
// and with deposits, alerts are given once a crossing and again after the use has
// fallen, and CRITICAL closes, cancels and halts.
func TestDrawdown(t *testing.T) {
	const rise = bought + `
		> tick X 120
		MODIFIED X 50 at 100, now 120, open 1000, made 0
		> tick X 110.02
		MODIFIED X 50 at 100, now 110.02, open 501, made 0
		> tick X 110
		MODIFIED X 50 at 100, now 110, open 500, made 0
		ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":11000}
		> tick X 110.9
		MODIFIED X 50 at 100, now 110.9, open 545, made 0
		> tick X 110
		MODIFIED X 50 at 100, now 110, open 500, made 0
		> tick X 111.02
		MODIFIED X 50 at 100, now 111.02, open 551, made 0
		> tick X 103
		MODIFIED X 50 at 100, now 103, open 150, made 0
		ALERT DRAWDOWN WARNING {"current_drawdown":850,"limit":1000,"high_water_mark":11000}
		> tick X 102
		MODIFIED X 50 at 100, now 102, open 100, made 0
		ALERT DRAWDOWN ERROR {"current_drawdown":900,"limit":1000,"high_water_mark":11000}
		> signal z BUY Y qty=1 price=40 ms=2
		PLACED #2 BUY Y 1 limit 40 PENDING
		> tick X 100.02
		MODIFIED X 50 at 100, now 100.02, open 1, made 0
	`
	const reached = rise + `
		> tick X 100
		MODIFIED X 50 at 100, now 100, open 0, made 0
		ALERT DRAWDOWN CRITICAL {"current_drawdown":1000,"limit":1000,"high_water_mark":11000,"positions_to_close":["X"]}
		CANCELLED #2 BUY Y 1 limit 40 DRAWDOWN CANCELLED
		PLACED #3 SELL X 50 RISK PENDING
		> signal s BUY X qty=1 ms=3
		REJECTED BUY X DRAWDOWN
		> tick X 101
		FILLED #3 SELL X 50 got 50 at 101 FILLED
		CLOSED X 0 at 0, now 101, open 0, made 50
		ALERT SYSTEM CRITICAL REDUCING DRAWDOWN > HALTED DRAWDOWN
		> signal s BUY X qty=1 ms=4
		REJECTED BUY X ACCOUNT_HALTED
		> tick X 102
	`
	scripts(t, map[string]string{
		"money": under(`{"drawdown": 1000}`) + reached,
		"percent, resumed": under(`{"drawdown_percent": 10}`) + bought + `
			> tick X 120
			MODIFIED X 50 at 100, now 120, open 1000, made 0
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			ALERT DRAWDOWN CRITICAL {"current_drawdown":1500,"limit":1100,"high_water_mark":11000,"positions_to_close":["X"]}
			PLACED #2 SELL X 50 RISK PENDING
			> tick X 90
			FILLED #2 SELL X 50 got 50 at 90 FILLED
			CLOSED X 0 at 0, now 90, open 0, made -500
			ALERT SYSTEM CRITICAL REDUCING DRAWDOWN > HALTED DRAWDOWN
			> cmd RESUME {"by": "bob"}
			ALERT SYSTEM INFO HALTED DRAWDOWN > ACTIVE COMMAND by bob granted DRAWDOWN
			> signal s BUY X qty=50 ms=9
			PLACED #3 BUY X 50 PENDING
			> tick X 90
			FILLED #3 BUY X 50 got 50 at 90 FILLED
			OPENED X 50 at 90, now 90, open 0, made 0
			> tick X 80.52
			MODIFIED X 50 at 90, now 80.52, open -474, made 0
			> tick X 80.5
			MODIFIED X 50 at 90, now 80.5, open -475, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":475,"limit":950,"high_water_mark":9500}
		`,
		"the smaller of the two counts": under(`{"drawdown_percent": 10, "drawdown": 900, "alerts": {"drawdown": [97, 98, 99]}}`) + bought + `
			> tick X 83
			MODIFIED X 50 at 100, now 83, open -850, made 0
			> tick X 82.5
			MODIFIED X 50 at 100, now 82.5, open -875, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":875,"limit":900,"high_water_mark":10000}
		`,
		"deposits are no profit": under(`{"drawdown": 1000}`) + bought + `
			> cmd DEPOSIT {"amount": 5000}
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":15000}
			> cmd DEPOSIT {"amount": -5000}
			> tick X 82
			MODIFIED X 50 at 100, now 82, open -900, made 0
			ALERT DRAWDOWN ERROR {"current_drawdown":900,"limit":1000,"high_water_mark":10000}
		`,
		"a withdrawal lowers what the percents are of": under(`{"drawdown_percent": 10}`) + bought + `
			> tick X 91
			MODIFIED X 50 at 100, now 91, open -450, made 0
			> cmd DEPOSIT {"amount": -1000}
			ALERT DRAWDOWN INFO {"current_drawdown":450,"limit":900,"high_water_mark":9000}
		`,
		"a new day does not change it": under(`{"drawdown": 1000}`) + bought + `
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":10000}
			> tick X 82 1700090000000
			MODIFIED X 50 at 100, now 82, open -900, made 0
			ALERT DRAWDOWN ERROR {"current_drawdown":900,"limit":1000,"high_water_mark":10000}
		`,
		"a new peak arms all again": under(`{"drawdown": 1000}`) + bought + `
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":10000}
			> tick X 101
			MODIFIED X 50 at 100, now 101, open 50, made 0
			> tick X 91
			MODIFIED X 50 at 100, now 91, open -450, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":10050}
		`,
		"without a limit nothing is remembered": under(`{"drawdown": 1000}`) + bought + `
			> tick X 90
			MODIFIED X 50 at 100, now 90, open -500, made 0
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":10000}
			> cmd SET_LIMITS {}
			> cmd SET_LIMITS {"drawdown": 1000}
			ALERT DRAWDOWN INFO {"current_drawdown":500,"limit":1000,"high_water_mark":10000}
		`,
	})
}

// TestMargin is the life of the monitor: CRITICAL closes whole positions, those
// that need the most margin first, until the rest fits, and the account stays
// REDUCING with what is left.
func TestMargin(t *testing.T) {
	const held = `
		> signal s BUY X qty=250 ms=1
		PLACED #1 BUY X 250 PENDING
		> signal s BUY X qty=150.000001 ms=2
		REJECTED BUY X MARGIN
		> signal z BUY Y qty=200 ms=1
		PLACED #2 BUY Y 200 PENDING
		> tick X 100
		FILLED #1 BUY X 250 got 250 at 100 FILLED
		OPENED X 250 at 100, now 100, open 0, made 0
		ALERT MARGIN INFO {"current_margin":6250,"limit":10000}
		> tick Y 50
		FILLED #2 BUY Y 200 got 200 at 50 FILLED
		OPENED Y 200 at 50, now 50, open 0, made 0
		ALERT MARGIN WARNING {"current_margin":8750,"limit":10000}
		> signal z BUY Y qty=1 price=49 ms=3
		PLACED #3 BUY Y 1 limit 49 PENDING
		> tick X 96
		MODIFIED X 250 at 100, now 96, open -1000, made 0
		ALERT MARGIN ERROR {"current_margin":8500,"limit":9000}
	`
	const broken = held + `
		> tick X 90
		MODIFIED X 250 at 100, now 90, open -2500, made 0
		ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
		CANCELLED #3 BUY Y 1 limit 49 MARGIN CANCELLED
		PLACED #4 SELL X 250 RISK PENDING
		> tick Y 50
		> signal z BUY Y qty=1 ms=5
		REJECTED BUY Y ACCOUNT_REDUCING
		> tick X 90
		FILLED #4 SELL X 250 got 250 at 90 FILLED
		CLOSED X 0 at 0, now 90, open 0, made -2500
		> signal z BUY Y qty=1 ms=6
		REJECTED BUY Y ACCOUNT_REDUCING
		> signal z SELL Y qty=50 ms=7
		PLACED #5 SELL Y 50 PENDING
	`
	scripts(t, map[string]string{
		"closed and REDUCING": under(`{"margin_percent": 25}`) + broken,
		"resumed": under(`{"margin_percent": 25}`) + broken + `
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING MARGIN > ACTIVE COMMAND granted MARGIN
			> signal z BUY Y qty=1 ms=8
			PLACED #6 BUY Y 1 PENDING
		`,
		"resumed while it is still broken": under(`{"margin_percent": 25}`) + held + `
			> tick X 90
			MODIFIED X 250 at 100, now 90, open -2500, made 0
			ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
			CANCELLED #3 BUY Y 1 limit 49 MARGIN CANCELLED
			PLACED #4 SELL X 250 RISK PENDING
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING MARGIN > ACTIVE COMMAND granted MARGIN
			ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
		`,
		"granted once, also just below the limit": under(`{"margin_percent": 25}`) + held + `
			> tick X 90
			MODIFIED X 250 at 100, now 90, open -2500, made 0
			ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
			CANCELLED #3 BUY Y 1 limit 49 MARGIN CANCELLED
			PLACED #4 SELL X 250 RISK PENDING
			> cmd DEPOSIT {"amount": 700}
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING MARGIN > ACTIVE COMMAND granted MARGIN
			CANCELLED #4 SELL X 250 USER CANCELLED
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
		`,
		"what is not enough is named anew": under(`{"margin_percent": 25}`) + held + `
			> tick X 90
			MODIFIED X 250 at 100, now 90, open -2500, made 0
			ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
			CANCELLED #3 BUY Y 1 limit 49 MARGIN CANCELLED
			PLACED #4 SELL X 250 RISK PENDING
			> tick X 65
			FILLED #4 SELL X 250 got 250 at 65 FILLED
			CLOSED X 0 at 0, now 65, open 0, made -8750
			> tick Y 50
			ALERT MARGIN CRITICAL {"current_margin":2500,"limit":1250,"positions_to_close":["Y"]}
			PLACED #5 SELL Y 200 RISK PENDING
			> tick Y 50
			FILLED #5 SELL Y 200 got 200 at 50 FILLED
			CLOSED Y 0 at 0, now 50, open 0, made 0
			> tick Y 60
		`,
		"several are closed when one is not enough": under(`{"symbols": [{"symbol": "X", "margin_percent": 20}, {"symbol": "Y", "margin_percent": 100}]}`) + `
			> signal s SELL X qty=100 ms=1
			PLACED #1 SELL X 100 PENDING
			> signal z BUY Y qty=100 ms=1
			PLACED #2 BUY Y 100 PENDING
			> tick X 100
			FILLED #1 SELL X 100 got 100 at 100 FILLED
			OPENED X -100 at 100, now 100, open 0, made 0
			> tick Y 50
			FILLED #2 BUY Y 100 got 100 at 50 FILLED
			OPENED Y 100 at 50, now 50, open 0, made 0
			ALERT MARGIN INFO {"current_margin":7000,"limit":10000}
			> tick X 196
			MODIFIED X -100 at 100, now 196, open -9600, made 0
			ALERT MARGIN CRITICAL {"current_margin":8920,"limit":400,"positions_to_close":["X","Y"]}
			PLACED #3 BUY X 100 RISK PENDING
			PLACED #4 SELL Y 100 RISK PENDING
		`,
		"no more than is needed": under(`{}`) + `
			> signal s BUY X qty=100 ms=1
			PLACED #1 BUY X 100 PENDING
			> signal z BUY Y qty=200 ms=1
			PLACED #2 BUY Y 200 PENDING
			> tick X 100
			FILLED #1 BUY X 100 got 100 at 100 FILLED
			OPENED X 100 at 100, now 100, open 0, made 0
			> tick Y 50
			FILLED #2 BUY Y 200 got 200 at 50 FILLED
			OPENED Y 200 at 50, now 50, open 0, made 0
			> cmd SET_LIMITS {"margin_percent": 100}
			ALERT MARGIN CRITICAL {"current_margin":20000,"limit":10000,"positions_to_close":["X"]}
			PLACED #3 SELL X 100 RISK PENDING
		`,
		"nothing held arms all again": under(`{"margin_percent": 100}`) + enters("BUY X qty=50 ms=1", "100") + `
			ALERT MARGIN INFO {"current_margin":5000,"limit":10000}
			> signal s SELL X exit ms=2
			PLACED #2 SELL X 50 PENDING
			> tick X 100
			FILLED #2 SELL X 50 got 50 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			> signal s BUY X qty=50 ms=3
			PLACED #3 BUY X 50 PENDING
			> tick X 100
			FILLED #3 BUY X 50 got 50 at 100 FILLED
			OPENED X 50 at 100, now 100, open 0, made 0
			ALERT MARGIN INFO {"current_margin":5000,"limit":10000}
		`,
		"it may be reached": under(`{"margin_percent": 100}`) + enters("BUY X qty=100 ms=1", "100") + `
			ALERT MARGIN ERROR {"current_margin":10000,"limit":10000}
			> tick X 50
			MODIFIED X 100 at 100, now 50, open -5000, made 0
			> cmd DEPOSIT {"amount": -0.00000001}
			refused NOT_ENOUGH_CASH
		`,
		"margin is not withdrawn": under(`{"margin_percent": 20}`) + `
			> signal s SELL X qty=300 ms=1
			PLACED #1 SELL X 300 PENDING
			> cmd DEPOSIT {"amount": -4000.00000001}
			refused NOT_ENOUGH_MARGIN
			> cmd DEPOSIT {"amount": -4000}
		`,
		"all is closed already": under(`{"margin_percent": 25, "daily_loss": 2500}`) + held + `
			> tick X 90
			MODIFIED X 250 at 100, now 90, open -2500, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":2500,"limit":2500,"positions_to_close":["X","Y"]}
			CANCELLED #3 BUY Y 1 limit 49 DAILY_LOSS CANCELLED
			ALERT MARGIN CRITICAL {"current_margin":8125,"limit":7500,"positions_to_close":["X"]}
			PLACED #4 SELL X 250 RISK PENDING
			PLACED #5 SELL Y 200 RISK PENDING
		`,
	})
}

// TestPositionSizeMode: what is above the size is closed, all other orders that
// might add to anything are cancelled, and the account is REDUCING until RESUME:
// what it still holds must stay free to be exited.
func TestPositionSizeMode(t *testing.T) {
	const lowered = bought + `
		> signal z BUY Y qty=10 stop=40 ms=2
		PLACED #2 BUY Y 10 PENDING
		> tick Y 50
		FILLED #2 BUY Y 10 got 10 at 50 FILLED
		OPENED Y 10 at 50, now 50, open 0, made 0
		> signal z BUY Y qty=1 price=30 ms=3
		PLACED #3 BUY Y 1 limit 30 PENDING
		> tick Y 40
		PLACED #4 SELL Y 10 STOPLOSS PENDING
		MODIFIED Y 10 at 50, now 40, open -100, made 0
		> cmd SET_LIMITS {"position_size": 40}
		ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":50,"limit":40,"positions_to_close":["X"]}
		CANCELLED #3 BUY Y 1 limit 30 POSITION_SIZE CANCELLED
		PLACED #5 SELL X 10 RISK PENDING
		> tick X 100
		FILLED #5 SELL X 10 got 10 at 100 FILLED
		MODIFIED X 40 at 100, now 100, open 0, made 0
		> signal z BUY Y qty=1 ms=4
		REJECTED BUY Y ACCOUNT_REDUCING
	`
	scripts(t, map[string]string{
		"REDUCING until RESUME": under(`{}`) + lowered + `
			> signal s SELL X qty=1 ms=5
			PLACED #6 SELL X 1 PENDING
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING POSITION_SIZE > ACTIVE COMMAND granted POSITION_SIZE
			> signal z BUY Y qty=1 ms=6
			PLACED #7 BUY Y 1 PENDING
		`,
		"the next breach is told again after RESUME": under(`{}`) + lowered + `
			> external e1 s FILLED BUY X 1 100
			MODIFIED X 41 at 100, now 100, open 0, made 0
			PLACED #6 SELL X 1 RISK PENDING
			> tick X 100
			FILLED #6 SELL X 1 got 1 at 100 FILLED
			MODIFIED X 40 at 100, now 100, open 0, made 0
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING POSITION_SIZE > ACTIVE COMMAND granted POSITION_SIZE
			> external e2 s FILLED BUY X 1 100
			MODIFIED X 41 at 100, now 100, open 0, made 0
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":41,"limit":40,"positions_to_close":["X"]}
			PLACED #7 SELL X 1 RISK PENDING
		`,
		"a symbol's own": under(`{"position_size": 100, "symbols": [{"symbol": "X", "position_size": 60}]}`) + `
			> signal s BUY X qty=61 ms=1
			REJECTED BUY X POSITION_SIZE
			> signal z BUY Y qty=61 ms=1
			PLACED #1 BUY Y 61 PENDING
			> signal s BUY X qty=30 ms=2
			PLACED #2 BUY X 30 PENDING
			> tick X 100
			FILLED #2 BUY X 30 got 30 at 100 FILLED
			OPENED X 30 at 100, now 100, open 0, made 0
			ALERT POSITION_SIZE INFO {"symbol":"X","current_quantity":30,"limit":60}
		`,
		"a CRITICAL of its own": under(`{"position_size": 100, "alerts": {"position_size": [10, 20, 30, 40]}}`) + `
			> signal s BUY X qty=41 ms=1
			REJECTED BUY X POSITION_SIZE
			> external e1 s FILLED BUY X 45 100
			OPENED X 45 at 100, now 100, open 0, made 0
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":45,"limit":100,"positions_to_close":["X"]}
			PLACED #1 SELL X 5 RISK PENDING
		`,
	})
}

// TestExitsAreNotRefused: no limit keeps anyone in a position, and exits count as
// orders all the same.
func TestExitsAreNotRefused(t *testing.T) {
	const limits = `> cmd SET_LIMITS {"max_order_quantity": 1, "max_order_value": 1, "price_band_percent": 1, "max_price_age_ms": 1,` +
		` "gross_exposure": 1, "net_exposure": 1, "margin_percent": 1, "orders_per_second": 2, "orders_per_minute": 2, "orders_per_day": 3,` +
		` "duplicate_window_ms": 60000, "symbols_denied": ["X"], "trading_hours": [{"days": ["SUN"], "from": "00:00", "to": "00:01"}]}` + "\n"
	scripts(t, map[string]string{
		"by any order": under(`{}`) + bought + limits + `
			> signal s SELL X qty=10 price=200 ms=2
			PLACED #2 SELL X 10 limit 200 PENDING
			> signal s SELL X qty=10 price=200 ms=3
			PLACED #3 SELL X 10 limit 200 PENDING
			> signal s SELL X exit qty=10 ms=4
			PLACED #4 SELL X 10 PENDING
			> signal s SELL X exit ms=5
			PLACED #5 SELL X 20 PENDING
			> signal s SELL X qty=1 ms=6
			REJECTED SELL X RESTRICTED_SYMBOL
			> cmd SET_LIMITS {"orders_per_second": 2}
			> signal z BUY Y qty=1 ms=7
			REJECTED BUY Y ORDERS_PER_SECOND
			> tick Y 50
			> signal z BUY Y qty=1 ms=8
			PLACED #6 BUY Y 1 PENDING
			> cmd SET_LIMITS {"orders_per_day": 6}
			> tick Y 50
			FILLED #6 BUY Y 1 got 1 at 50 FILLED
			OPENED Y 1 at 50, now 50, open 0, made 0
			> signal z BUY Y qty=1 ms=9
			REJECTED BUY Y ORDERS_PER_DAY
			> tick Y 50 1700090000000
			> signal z BUY Y qty=1 ms=10
			PLACED #7 BUY Y 1 PENDING
		`,
		"stops and closes by risk": under(`{"orders_per_second": 1, "daily_loss": 1000}`) + `
			> signal s BUY X qty=50 stop=90 ms=1
			PLACED #1 BUY X 50 PENDING
			> signal z BUY Y qty=50 ms=1
			REJECTED BUY Y ORDERS_PER_SECOND
			> tick X 100
			FILLED #1 BUY X 50 got 50 at 100 FILLED
			OPENED X 50 at 100, now 100, open 0, made 0
			> signal z BUY Y qty=50 ms=2
			PLACED #2 BUY Y 50 PENDING
			> tick X 89 1700000003000
			PLACED #3 SELL X 50 STOPLOSS PENDING
			ALERT DAILY_LOSS INFO {"current_loss":550,"limit":1000}
			> signal z BUY Y qty=51 ms=3
			REJECTED BUY Y ORDERS_PER_SECOND
		`,
		"a flip is an entry": under(`{}`) + bought + `
			> cmd SET_LIMITS {"max_order_quantity": 1}
			> signal s SELL X qty=50.00000001 ms=2
			REJECTED SELL X MAX_ORDER_QUANTITY
			> signal s SELL X qty=50 ms=3
			PLACED #2 SELL X 50 PENDING
		`,
	})
}

// TestDuplicates: the same order of the same strategy is refused within the
// window; a refused one is not remembered.
func TestDuplicates(t *testing.T) {
	scripts(t, map[string]string{
		"within the window": under(`{"duplicate_window_ms": 1500, "max_order_quantity": 10}`) + `
			> signal s BUY X qty=11 ms=1
			REJECTED BUY X MAX_ORDER_QUANTITY
			> signal s BUY X qty=5 ms=2
			PLACED #1 BUY X 5 PENDING
			> signal s BUY X qty=5 ms=3
			REJECTED BUY X DUPLICATE_ORDER
			> signal z BUY X qty=5 ms=3
			PLACED #2 BUY X 5 PENDING
			> signal s BUY X qty=5 price=99 ms=4
			PLACED #3 BUY X 5 limit 99 PENDING
			> tick Y 50
			> signal s BUY X qty=5 ms=5
			REJECTED BUY X DUPLICATE_ORDER
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "order_type": "MARKET", "price": 7}
			PLACED #4 BUY X 5 MANUAL PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY X DUPLICATE_ORDER
			> tick Y 50
			> signal s BUY X qty=5 ms=6
			PLACED #5 BUY X 5 PENDING
		`,
	})
}

// TestModesAreRecorded: the alert of a HALT or RESUME tells from what mode to what,
// why, who asked, by which command and when.
func TestModesAreRecorded(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	take := func(kind CommandType, id, data string) Alert {
		t.Helper()
		c, err := ParseCommand(id, "alice", 77, kind, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		events, err := p.a.Command(c, Cause{Origin: id, TimeMs: 77})
		if err != nil || len(events) != 1 {
			t.Fatalf("%v, %v", events, err)
		}
		return events[0].(Alert)
	}
	for _, c := range []struct {
		kind           CommandType
		data, severity string
		want           string
	}{
		{CmdHalt, `{"reason": "lunch", "by": "carol"}`, "CRITICAL", `{"reason":"COMMAND","mode":"HALTED","was":"ACTIVE","detail":"lunch","by":"carol","command_id":"id0"}`},
		{CmdResume, `{"reason": "eaten", "by": "bob"}`, "INFO", `{"reason":"COMMAND","mode":"ACTIVE","was":"HALTED","was_reason":"COMMAND","detail":"eaten","by":"bob","command_id":"id1"}`},
		{CmdResume, ``, "INFO", `{"reason":"COMMAND","mode":"ACTIVE","was":"ACTIVE","command_id":"id2"}`},
	} {
		n := 0
		for p.a.commands.has("id" + string(rune('0'+n))) {
			n++
		}
		e := take(c.kind, "id"+string(rune('0'+n)), c.data)
		if string(e.Data) != c.want || e.TimeMs != 77 || e.Type != AlertSystem || string(e.Severity) != c.severity || e.Message == "" {
			t.Errorf("%s %s: %+v with %s", c.kind, c.data, e, e.Data)
		}
	}
}

// everyLimit is far from what the tests trade.
const everyLimit = `{"daily_loss": 1e9, "drawdown_percent": 99, "position_size": 1e6, "gross_exposure": 1e9, "net_exposure": 1e9, "margin_percent": 10, "orders_per_second": 5, "duplicate_window_ms": 100}`

// TestMarkAllocatesNothing: a tick that changes nothing but prices makes no
// garbage, with every limit on and with a thousand symbols beside.
func TestMarkAllocatesNothing(t *testing.T) {
	p := newPlayer(t)
	p.play(under(everyLimit) + bought)
	for i := range 1000 {
		s := p.a.symbol("other" + strconv.Itoa(i))
		s.Price = decimal.FromInt(5)
	}
	prices := []decimal.Decimal{decimal.MustParse("100"), decimal.MustParse("100.05"), decimal.MustParse("99.95")}
	n := int64(0)
	if got := testing.AllocsPerRun(1000, func() {
		n++
		events := p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms, Price: prices[n%3], Seq: market.Seq{Offset: 1000 + n}}, Cause{Origin: "b/0/1", TimeMs: p.ms})
		if len(events) > 0 {
			t.Fatalf("a tick gives %+v", events)
		}
	}); got != 0 {
		t.Errorf("%v allocations a tick", got)
	}
}

// TestOldStatesAreRead: a state from before these limits has a peak of nothing
// and remembers no orders.
func TestOldStatesAreRead(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	parts, err := p.a.Save()
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(parts[PartAccount], &state); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"peak", "drawdown_level", "margin_level", "recent"} {
		if _, ok := state[name]; ok {
			t.Errorf("%s is written though there is nothing to tell", name)
		}
	}
	if p.a.s.DrawdownLevel != 0 || p.a.s.MarginLevel != risk.Level(0) || !p.a.s.Recent.IsZero() {
		t.Errorf("%+v", p.a.s)
	}
}

// BenchmarkMarkUnderLimits: a tick under all limits costs the same beside any
// number of symbols.
func BenchmarkMarkUnderLimits(b *testing.B) {
	for _, symbols := range []int{2, 4000} {
		b.Run(strconv.Itoa(symbols), func(b *testing.B) {
			p := newPlayer(b)
			p.play(under(everyLimit) + bought)
			for i := range symbols - 2 {
				s := p.a.symbol("other" + strconv.Itoa(i))
				s.Price = decimal.FromInt(5)
			}
			prices := []decimal.Decimal{decimal.MustParse("100"), decimal.MustParse("100.05"), decimal.MustParse("99.95")}
			n := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				n++
				p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms, Price: prices[n%3], Seq: market.Seq{Offset: 1000 + n}}, Cause{Origin: "b/0/1", TimeMs: p.ms})
			}
		})
	}
}
