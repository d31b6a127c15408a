package account

import "testing"

func TestPaperOrders(t *testing.T) {
	scripts(t, map[string]string{
		"a market order fills at the next tick": started + `
			> signal s BUY X qty=50
			PLACED #1 BUY X 50 PENDING
			> again X 100
			> closing X 100
			> tick X 101
			FILLED #1 BUY X 50 got 50 at 101 FILLED
			OPENED X 50 at 101, now 101, open 0, made 0
			> tick X 103
			MODIFIED X 50 at 101, now 103, open 100, made 0
			> signal s SELL X qty=20
			PLACED #2 SELL X 20 PENDING
			> tick X 104
			FILLED #2 SELL X 20 got 20 at 104 FILLED
			MODIFIED X 30 at 101, now 104, open 90, made 60
			> signal s SELL X exit
			PLACED #3 SELL X 30 PENDING
			> tick X 100
			FILLED #3 SELL X 30 got 30 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 30
			> signal s BUY X qty=1
			PLACED #4 BUY X 1 PENDING
			> tick X 100
			FILLED #4 BUY X 1 got 1 at 100 FILLED
			OPENED X 1 at 100, now 100, open 0, made 0
		`,
		"a limit order fills at its price or better": started + `
			> signal s BUY X qty=10 price=95
			PLACED #1 BUY X 10 limit 95 PENDING
			> tick X 95.00000001
			> tick X 93
			FILLED #1 BUY X 10 limit 95 got 10 at 93 FILLED
			OPENED X 10 at 93, now 93, open 0, made 0
			> signal s SELL X qty=10 price=93
			PLACED #2 SELL X 10 limit 93 PENDING
			> tick X 93
			FILLED #2 SELL X 10 limit 93 got 10 at 93 FILLED
			CLOSED X 0 at 0, now 93, open 0, made 0
		`,
		"a price with market is a market order": started + `
			> signal s BUY X qty=10 price=95 market
			PLACED #1 BUY X 10 PENDING
		`,
		"hold does nothing": started + "> signal s HOLD X",
		"a flip closes and opens": started + enters("BUY X qty=10", "100") + `
			> signal s SELL X qty=25
			PLACED #2 SELL X 25 PENDING
			> tick X 110
			FILLED #2 SELL X 25 got 25 at 110 FILLED
			CLOSED X 0 at 0, now 110, open 0, made 100
			OPENED X -15 at 110, now 110, open 0, made 0
			> tick X 104
			MODIFIED X -15 at 110, now 104, open 90, made 0
		`,
		"a position is told of at most once a second": started + enters("BUY X qty=10", "100 1700000010000") + `
			> tick X 101 1700000010999
			> tick X 102 1700000011000
			MODIFIED X 10 at 100, now 102, open 20, made 0
			> tick X 102 1700000013000
			> tick X 103 1700000013001
			MODIFIED X 10 at 100, now 103, open 30, made 0
		`,
		"no price, no paper order": open + deploy + `
			> signal s BUY X qty=10
			REJECTED BUY X NO_PRICE
			> cmd ORDER {"symbol": "Q", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY Q NO_PRICE
			> tick Q 7
			> cmd ORDER {"symbol": "Q", "transaction_type": "BUY", "quantity": 5}
			PLACED #1 BUY Q 5 MANUAL PENDING
			> tick Q 8
			FILLED #1 BUY Q 5 got 5 at 8 FILLED
			OPENED Q 5 at 8, now 8, open 0, made 0
		`,
		"manual orders can be cancelled": started + `
			> cmd ORDER {"symbol": "X", "transaction_type": "SELL", "quantity": 5, "price": 120.5}
			PLACED #1 SELL X 5 limit 120.5 MANUAL PENDING
			> cmd ORDER {"cancel": "nothing"}
			refused NO_SUCH_ORDER
		`,
		"what makes no sense is rejected": started + `
			> signal s BUY X
			REJECTED BUY X INVALID_QUANTITY
			> signal s SELL X qty=-5
			REJECTED SELL X INVALID_QUANTITY
			> signal s SHORT X qty=5
			REJECTED SHORT X INVALID_SIDE
			> signal s BUY X qty=5 price=-1 ms=2
			REJECTED BUY X INVALID_PRICE
			> signal s BUY X qty=5 stop=100 ms=3
			REJECTED BUY X INVALID_STOPLOSS
			> signal s BUY X qty=5 price=90 stop=95 ms=4
			REJECTED BUY X INVALID_STOPLOSS
			> signal s SELL X qty=5 target=101 ms=5
			REJECTED SELL X INVALID_TARGET
			> signal s SELL X exit ms=6
			REJECTED SELL X NO_POSITION
			> signal other SELL X qty=5
			REJECTED SELL X UNKNOWN_STRATEGY
			> cmd ORDER {"symbol": "X", "transaction_type": "SELL", "quantity": 5, "order_type": "STOP"}
			REJECTED SELL X INVALID_ORDER_TYPE
		`,
		"an external signal counts once": started + `
			> signal s BUY X qty=5 ms=1
			PLACED #1 BUY X 5 PENDING
			> signal s BUY X qty=5 ms=1
			ignored signal
			> signal s SELL X qty=5 ms=1
			PLACED #2 SELL X 5 PENDING
		`,
	})
}

func TestStopsAndTargets(t *testing.T) {
	entered := started + enters("BUY X qty=10 stop=95 target=110", "100")
	scripts(t, map[string]string{
		"the stop exits, and the target is gone": entered + `
			> tick X 95
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> tick X 112
			FILLED #2 SELL X 10 got 10 at 112 FILLED
			CLOSED X 0 at 0, now 112, open 0, made 120
			> tick X 90
		`,
		"the target exits, and the stop is gone": entered + `
			> tick X 111
			PLACED #2 SELL X 10 TARGET PENDING
			MODIFIED X 10 at 100, now 111, open 110, made 0
			> tick X 94
			FILLED #2 SELL X 10 got 10 at 94 FILLED
			CLOSED X 0 at 0, now 94, open 0, made -60
			> tick X 90
		`,
		"a fill beyond the stop exits at once": started + enters("SELL X qty=10 stop=105 target=90", "106") + `
			PLACED #2 BUY X 10 STOPLOSS PENDING
		`,
		"an exit of the strategy's own takes the stop away": entered + `
			> signal s SELL X qty=6 ms=2
			PLACED #2 SELL X 6 PENDING
			> tick X 101
			FILLED #2 SELL X 6 got 6 at 101 FILLED
			MODIFIED X 4 at 100, now 101, open 4, made 6
			> tick X 95
			PLACED #3 SELL X 4 STOPLOSS PENDING
			MODIFIED X 4 at 100, now 95, open -20, made 6
			> tick X 95
			FILLED #3 SELL X 4 got 4 at 95 FILLED
			CLOSED X 0 at 0, now 95, open 0, made -14
		`,
		"each entry has its own": entered + `
			> signal s BUY X qty=5 stop=99 ms=2
			PLACED #2 BUY X 5 PENDING
			> tick X 101
			FILLED #2 BUY X 5 got 5 at 101 FILLED
			MODIFIED X 15 at 100.33333333, now 101, open 10, made 0
			> tick X 99
			PLACED #3 SELL X 5 STOPLOSS PENDING
			MODIFIED X 15 at 100.33333333, now 99, open -20, made 0
			> tick X 98
			FILLED #3 SELL X 5 got 5 at 98 FILLED
			MODIFIED X 10 at 100.33333333, now 98, open -23.33333334, made -11.66666666
			> tick X 97
			MODIFIED X 10 at 100.33333333, now 97, open -33.33333334, made -11.66666666
			> tick X 95
			PLACED #4 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100.33333333, now 95, open -53.33333334, made -11.66666666
		`,
		"a stop goes before a resting exit": entered + `
			> signal s SELL X qty=10 price=120 ms=2
			PLACED #2 SELL X 10 limit 120 PENDING
			> tick X 94
			CANCELLED #2 SELL X 10 limit 120 STOPLOSS_TOUCHED CANCELLED
			PLACED #3 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 94, open -60, made 0
		`,
		"while halted, stops are closes by risk and targets wait": entered + `
			> cmd HALT {}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 111
			MODIFIED X 10 at 100, now 111, open 110, made 0
			> tick X 95
			PLACED #2 SELL X 10 RISK PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> tick X 95
			FILLED #2 SELL X 10 got 10 at 95 FILLED
			CLOSED X 0 at 0, now 95, open 0, made -50
		`,
	})
}
