package account

import "testing"

func TestStopOrders(t *testing.T) {
	scripts(t, map[string]string{
		"a stop waits, is triggered by a trade and trades at it": started + `
			> signal s BUY X qty=10 trigger=105
			PLACED #1 BUY X 10 trigger 105 TRIGGER_PENDING
			> tick X 104.99999999
			> tick X 105
			FILLED #1 BUY X 10 trigger 105 got 10 at 105 FILLED
			OPENED X 10 at 105, now 105, open 0, made 0
		`,
		"across a gap a stop gets the open": started + `
			> signal s SELL X qty=10 trigger=95
			PLACED #1 SELL X 10 trigger 95 TRIGGER_PENDING
			> tick X 80
			FILLED #1 SELL X 10 trigger 95 got 10 at 80 FILLED
			OPENED X -10 at 80, now 80, open 0, made 0
		`,
		"a stop never trades on the tick that it was placed on": started + `
			> signal s BUY X qty=10 trigger=100
			PLACED #1 BUY X 10 trigger 100 TRIGGER_PENDING
			> again X 100
			> tick X 99
			> tick X 100
			FILLED #1 BUY X 10 trigger 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"a stop-limit trades at its limit or better": started + `
			> signal s BUY X qty=10 trigger=105 price=106
			PLACED #1 BUY X 10 limit 106 trigger 105 TRIGGER_PENDING
			> tick X 100
			> tick X 107
			PLACED #1 BUY X 10 limit 106 trigger 105 OPEN
			> tick X 106.5
			> tick X 104
			FILLED #1 BUY X 10 limit 106 trigger 105 got 10 at 104 FILLED
			OPENED X 10 at 104, now 104, open 0, made 0
		`,
		"a stop-limit may trade on the tick that triggers it": started + `
			> signal s SELL X qty=10 trigger=95 price=94
			PLACED #1 SELL X 10 limit 94 trigger 95 TRIGGER_PENDING
			> tick X 94.5
			FILLED #1 SELL X 10 limit 94 trigger 95 got 10 at 94.5 FILLED
			OPENED X -10 at 94.5, now 94.5, open 0, made 0
		`,
		"market makes it a stop-market": started + `
			> signal s BUY X qty=10 trigger=105 price=106 market
			PLACED #1 BUY X 10 trigger 105 TRIGGER_PENDING
		`,
		"by command": started + `
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "trigger_price": 105}
			PLACED #1 BUY X 5 trigger 105 MANUAL TRIGGER_PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "trigger_price": 105, "price": 105.5}
			PLACED #2 BUY X 5 limit 105.5 trigger 105 MANUAL TRIGGER_PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "trigger_price": 105, "price": 105.5, "order_type": "SL-M"}
			PLACED #3 BUY X 5 trigger 105 MANUAL TRIGGER_PENDING
			> cmd ORDER {"cancel": "#1"}
			CANCELLED #1 BUY X 5 trigger 105 USER CANCELLED
		`,
		"a bracket is held against the price where the stop would trade": started + `
			> signal s BUY X qty=10 trigger=105 stop=105
			REJECTED BUY X INVALID_STOPLOSS
			> signal s BUY X qty=10 trigger=105 stop=104 target=110 ms=2
			PLACED #1 BUY X 10 trigger 105 TRIGGER_PENDING
			> signal s BUY X qty=10 trigger=105 price=106 target=106 ms=3
			REJECTED BUY X INVALID_TARGET
		`,
		"what makes no sense is rejected": started + `
			> signal s BUY X qty=1 trigger=-5
			REJECTED BUY X INVALID_TRIGGER_PRICE
			> signal s BUY X qty=1 trigger=105 price=104 ms=2
			REJECTED BUY X INVALID_TRIGGER_PRICE
			> signal s SELL X qty=1 trigger=95 price=96 ms=3
			REJECTED SELL X INVALID_TRIGGER_PRICE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "order_type": "SL-M"}
			REJECTED BUY X INVALID_TRIGGER_PRICE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "order_type": "SL", "trigger_price": 105}
			REJECTED BUY X INVALID_PRICE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "order_type": "LIMIT", "price": 5, "trigger_price": 4}
			REJECTED BUY X INVALID_TRIGGER_PRICE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "validity": "GTC"}
			REJECTED BUY X INVALID_VALIDITY
			> signal s BUY X qty=1 trigger=105 ioc ms=4
			REJECTED BUY X INVALID_VALIDITY
			> signal s BUY X qty=1 trail=-1 ms=5
			REJECTED BUY X INVALID_TRAILING_STOP
			> signal s BUY X qty=1 trail=100 ms=6
			REJECTED BUY X INVALID_TRAILING_STOP
			> signal s SELL X qty=1 price=50 trail=50 ms=7
			REJECTED SELL X INVALID_TRAILING_STOP
			> signal s SELL X qty=1 price=50 trail=49.99999999 ms=8
			PLACED #1 SELL X 1 limit 50 PENDING
		`,
		"equal prices make a stop-limit": started + `
			> signal s BUY X qty=1 trigger=105 price=105
			PLACED #1 BUY X 1 limit 105 trigger 105 TRIGGER_PENDING
			> signal s SELL X qty=1 trigger=95 price=95
			PLACED #2 SELL X 1 limit 95 trigger 95 TRIGGER_PENDING
		`,
	})
}

func TestValidity(t *testing.T) {
	// 1700006400000 is midnight in UTC.
	scripts(t, map[string]string{
		"what waits for a price ends with its day": started + `
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> signal s BUY X qty=2 trigger=110
			ignored signal
			> signal s BUY X qty=2 trigger=110 ms=2
			PLACED #2 BUY X 2 trigger 110 TRIGGER_PENDING
			> tick X 100
			> signal s BUY X qty=3 trigger=109 price=110 ms=3
			PLACED #3 BUY X 3 limit 110 trigger 109 TRIGGER_PENDING
			> tick X 100 1700006399999
			> tick X 80 1700006400000
			CANCELLED #1 BUY X 1 limit 90 DAY_ENDED CANCELLED
			CANCELLED #2 BUY X 2 trigger 110 DAY_ENDED CANCELLED
			CANCELLED #3 BUY X 3 limit 110 trigger 109 DAY_ENDED CANCELLED
		`,
		"the day is the account's": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"day_offset_minutes\": 330}}\n" + deploy + `
			> tick X 100
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> tick X 91
			> tick X 100 1700006400000
			> tick X 100 1700073000000
			CANCELLED #1 BUY X 1 limit 90 DAY_ENDED CANCELLED
		`,
		"an order after the day's last tick is for the next day": started + `
			> tick X 100 1700006399999
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> tick X 89 1700006400000
			FILLED #1 BUY X 1 limit 90 got 1 at 89 FILLED
			OPENED X 1 at 89, now 89, open 0, made 0
		`,
		"another symbol's tick ends the day, too": started + `
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> tick X 100
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY Y NO_PRICE
			> tick Y 7 1700006400000
			CANCELLED #1 BUY X 1 limit 90 DAY_ENDED CANCELLED
		`,
		"which ends without a tick of its symbol, too": started + `
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY Y NO_PRICE
			> tick Y 50
			> signal s BUY X qty=10 price=95
			PLACED #1 BUY X 10 limit 95 PENDING
			> tick Y 50 1700006400000
			> tick Y 50 1700092799999
			> tick Y 50 1700092800000
			CANCELLED #1 BUY X 10 limit 95 DAY_ENDED CANCELLED
			> tick X 94 1700092801000
		`,
		"a change gives another day": started + `
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY Y NO_PRICE
			> tick Y 50
			> signal s BUY X qty=10 price=95
			PLACED #1 BUY X 10 limit 95 PENDING
			> tick Y 50 1700006400000
			> cmd ORDER {"modify": "#1", "price": 96}
			PLACED #1 BUY X 10 limit 96 PENDING
			> tick Y 50 1700092800000
			> tick Y 50 1700179200000
			CANCELLED #1 BUY X 10 limit 96 DAY_ENDED CANCELLED
		`,
		"a market order waits for nothing": started + enters("BUY X qty=1", "80 1700006400000"),
		"IOC trades at once or is cancelled": started + `
			> signal s BUY X qty=10 price=100 ioc
			PLACED #1 BUY X 10 limit 100 IOC PENDING
			> tick X 100.5
			CANCELLED #1 BUY X 10 limit 100 IOC IOC_NOT_FILLED CANCELLED
			> signal s BUY X qty=10 price=100 ioc ms=2
			PLACED #2 BUY X 10 limit 100 IOC PENDING
			> tick X 100
			FILLED #2 BUY X 10 limit 100 IOC got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
		"the venue ends the orders of live accounts": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"venue\": \"kite\"}\n" + deploy + `
			> tick X 100
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			VENUE SEND #1
			> tick X 100
			> tick X 100 1700006400000
			> report #1 CANCELLED
			CANCELLED #1 BUY X 1 limit 90 VENUE CANCELLED
		`,
	})
}

func TestStrategiesCancel(t *testing.T) {
	scripts(t, map[string]string{
		"their own orders of the symbol, and no others": open + deploy + second + `
			> tick X 100
			> tick Y 100
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> signal z BUY X qty=1 price=90
			PLACED #2 BUY X 1 limit 90 PENDING
			> signal z BUY Y qty=1 price=90
			PLACED #3 BUY Y 1 limit 90 PENDING
			> signal z HOLD X cancel
			CANCELLED #2 BUY X 1 limit 90 STRATEGY CANCELLED
			> signal s BUY X qty=1 price=91 cancel ms=3
			CANCELLED #1 BUY X 1 limit 90 STRATEGY CANCELLED
			PLACED #4 BUY X 1 limit 91 PENDING
			> signal s HOLD Q cancel ms=4
			> signal nobody HOLD X cancel
		`,
		"whatever their status": started + `
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> signal s HOLD X cancel ms=2
			CANCELLED #1 BUY X 1 limit 90 STRATEGY CANCELLED
		`,
		"but not the account's exits": started + enters("BUY X qty=10 stop=95", "100") + `
			> tick X 95
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> signal s HOLD X cancel ms=2
		`,
	})
}
