package account

import "testing"

func TestChangesOnPaper(t *testing.T) {
	scripts(t, map[string]string{
		"price and quantity, at once, for later ticks": started + `
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			> cmd ORDER {"modify": "#1", "price": 100}
			PLACED #1 BUY X 10 limit 100 PENDING
			> again X 100
			> cmd ORDER {"modify": "#1", "quantity": 12.5}
			PLACED #1 BUY X 12.5 limit 100 PENDING
			> tick X 99
			FILLED #1 BUY X 12.5 limit 100 got 12.5 at 99 FILLED
			OPENED X 12.5 at 99, now 99, open 0, made 0
			> cmd ORDER {"modify": "#1", "price": 101}
			refused NO_SUCH_ORDER
		`,
		"a limit order becomes a market order, and back": started + `
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			> cmd ORDER {"modify": "#1", "order_type": "MARKET"}
			PLACED #1 BUY X 10 PENDING
			> cmd ORDER {"modify": "#1", "order_type": "LIMIT"}
			refused INVALID_PRICE
			> cmd ORDER {"modify": "#1", "order_type": "LIMIT", "price": 95}
			PLACED #1 BUY X 10 limit 95 PENDING
			> tick X 96
			> cmd ORDER {"modify": "#1", "order_type": "MARKET"}
			PLACED #1 BUY X 10 PENDING
			> tick X 97
			FILLED #1 BUY X 10 got 10 at 97 FILLED
			OPENED X 10 at 97, now 97, open 0, made 0
		`,
		"a stop": started + `
			> signal s SELL X qty=10 trigger=95
			PLACED #1 SELL X 10 trigger 95 TRIGGER_PENDING
			> cmd ORDER {"modify": "#1", "trigger_price": 98}
			PLACED #1 SELL X 10 trigger 98 TRIGGER_PENDING
			> cmd ORDER {"modify": "#1", "order_type": "SL", "price": 97.5}
			PLACED #1 SELL X 10 limit 97.5 trigger 98 TRIGGER_PENDING
			> cmd ORDER {"modify": "#1", "price": 98.5}
			refused INVALID_TRIGGER_PRICE
			> cmd ORDER {"modify": "#1", "order_type": "LIMIT"}
			refused INVALID_ORDER_TYPE
			> tick X 97
			PLACED #1 SELL X 10 limit 97.5 trigger 98 OPEN
			> cmd ORDER {"modify": "#1", "trigger_price": 99}
			refused INVALID_TRIGGER_PRICE
			> cmd ORDER {"modify": "#1", "price": 96}
			PLACED #1 SELL X 10 limit 96 trigger 98 OPEN
			> tick X 97
			FILLED #1 SELL X 10 limit 96 trigger 98 got 10 at 97 FILLED
			OPENED X -10 at 97, now 97, open 0, made 0
		`,
		"refusals": started + `
			> signal s BUY X qty=10 price=90 stop=85
			PLACED #1 BUY X 10 limit 90 PENDING
			> cmd ORDER {"modify": "#1"}
			refused NOTHING_TO_CHANGE
			> cmd ORDER {"modify": "#1", "quantity": 10, "price": 90, "order_type": "LIMIT"}
			refused NOTHING_TO_CHANGE
			> cmd ORDER {"modify": "#1", "cancel": "#1"}
			refused INVALID_DATA
			> cmd ORDER {"modify": "#1", "symbol": "X", "price": 91}
			refused INVALID_DATA
			> cmd ORDER {"modify": "#1", "target": 100}
			refused INVALID_DATA
			> cmd ORDER {"modify": "#1", "validity": "IOC"}
			refused INVALID_DATA
			> cmd ORDER {"modify": "#1", "quantity": -1}
			refused INVALID_QUANTITY
			> cmd ORDER {"modify": "#1", "price": -1}
			refused INVALID_PRICE
			> cmd ORDER {"modify": "#1", "trigger_price": 80}
			refused NOTHING_TO_CHANGE
			> cmd ORDER {"modify": "#1", "order_type": "STOP"}
			refused INVALID_ORDER_TYPE
			> cmd ORDER {"modify": "#1", "price": 85}
			refused INVALID_STOPLOSS
			> cmd ORDER {"modify": "#1", "price": 85.00000001}
			PLACED #1 BUY X 10 limit 85.00000001 PENDING
			> cmd ORDER {"modify": "nobody", "price": 85}
			refused NO_SUCH_ORDER
			> cmd ORDER {"transaction_type": "BUY", "quantity": 1}
			refused INVALID_SYMBOL
		`,
		"limits hold for the changed order, which counts once": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"position_size\": 100, \"max_order_quantity\": 90}}\n" + deploy + `
			> tick X 100
			> signal s BUY X qty=60 price=90
			PLACED #1 BUY X 60 limit 90 PENDING
			> signal s BUY X qty=20 price=91 ms=2
			PLACED #2 BUY X 20 limit 91 PENDING
			> cmd ORDER {"modify": "#1", "quantity": 91}
			refused MAX_ORDER_QUANTITY
			> cmd ORDER {"modify": "#1", "quantity": 81}
			refused POSITION_SIZE
			> cmd ORDER {"modify": "#1", "quantity": 80}
			PLACED #1 BUY X 80 limit 90 PENDING
		`,
		"an exit stays one": started + enters("BUY X qty=10", "100") + `
			> signal s SELL X qty=4 price=120 exit ms=2
			PLACED #2 SELL X 4 limit 120 PENDING
			> cmd ORDER {"modify": "#2", "quantity": 50}
			PLACED #2 SELL X 10 limit 120 PENDING
			> cmd ORDER {"modify": "#2", "quantity": 11}
			refused NO_POSITION
		`,
		"the account's own orders can't be changed": started + enters("BUY X qty=10 stop=95", "100") + `
			> tick X 95
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> cmd ORDER {"modify": "#2", "quantity": 5}
			refused ACCOUNTS_OWN_ORDER
		`,
		"nothing is changed while halted": started + `
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			> cmd HALT
			CANCELLED #1 BUY X 10 limit 90 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> cmd ORDER {"modify": "#1", "price": 91}
			refused NO_SUCH_ORDER
		`,
		"a changed order lives for the day of its change": started + `
			> signal s BUY X qty=1 price=90
			PLACED #1 BUY X 1 limit 90 PENDING
			> tick X 100 1700006399999
			> cmd ORDER {"modify": "#1", "price": 91}
			PLACED #1 BUY X 1 limit 91 PENDING
			> tick X 100 1700006400000
			> tick X 100 1700092800000
			CANCELLED #1 BUY X 1 limit 91 DAY_ENDED CANCELLED
		`,
	})
}

func TestChangesAtAVenue(t *testing.T) {
	const sent = live + `
		> tick X 100 1700000000500
		> signal s BUY X qty=10 price=90
		PLACED #1 BUY X 10 limit 90 PENDING
		VENUE SEND #1
	`
	const accepted = sent + `
		> report #1 ACCEPTED
		PLACED #1 BUY X 10 limit 90 OPEN
	`
	const asked = accepted + `
		> cmd ORDER {"modify": "#1", "quantity": 20, "price": 91}
		VENUE CHANGE #1 20 limit 91
	`
	const lost = asked + `
		> report #1 UNKNOWN
		PLACED #1 BUY X 10 limit 90 UNKNOWN
		ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
		VENUE QUERY #1
	`
	scripts(t, map[string]string{
		"confirmed": asked + `
			> report #1 CHANGED
			PLACED #1 BUY X 20 limit 91 OPEN
			> report #1 CHANGED
			> report #1 FILL qty=20 price=91
			FILLED #1 BUY X 20 limit 91 got 20 at 91 FILLED
			OPENED X 20 at 91, now 100, open 180, made 0
		`,
		"the venue's terms count": asked + `
			> report #1 CHANGED shows=LIMIT,18,91,0
			PLACED #1 BUY X 18 limit 91 OPEN
		`,
		"terms that make no sense": asked + `
			> report #1 CHANGED shows=LIMIT,18,0,0
			ALERT SYSTEM ERROR {"symbol":"X","status":"OPEN"}
			> report #1 CHANGED shows=LIMIT,0,91,0
			ALERT SYSTEM ERROR {"symbol":"X","status":"OPEN"}
			> report #1 CHANGED shows=STOP,18,91,0
			ALERT SYSTEM ERROR {"symbol":"X","status":"OPEN"}
		`,
		"refused": asked + `
			> report #1 NOT_CHANGED
			ALERT SYSTEM WARNING {"symbol":"X","status":"OPEN"}
			> report #1 NOT_CHANGED
			> cmd ORDER {"modify": "#1", "quantity": 15}
			VENUE CHANGE #1 15 limit 90
		`,
		"one at a time": asked + `
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused CHANGE_UNDER_WAY
			> cmd ORDER {"cancel": "#1"}
			VENUE CANCEL #1
			> report #1 NOT_CHANGED
			ALERT SYSTEM WARNING {"symbol":"X","status":"OPEN"}
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused CANCEL_UNDER_WAY
			> report #1 CANCELLED
			CANCELLED #1 BUY X 10 limit 90 USER CANCELLED
			> report #1 CHANGED
			> report #1 NOT_CHANGED
		`,
		"not before the venue has it": sent + `
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused ORDER_UNCONFIRMED
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 90 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused ORDER_UNCONFIRMED
		`,
		"the larger quantity counts until it is answered": "> cmd OPEN_ACCOUNT {\"deposit\": 100000, \"venue\": \"kite\", \"limits\": {\"position_size\": 25}}\n" + deploy + `
			> tick X 100 1700000000500
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			VENUE SEND #1
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 90 OPEN
			> cmd ORDER {"modify": "#1", "quantity": 20}
			VENUE CHANGE #1 20 limit 90
			> signal s BUY X qty=6 price=90 ms=2
			REJECTED BUY X POSITION_SIZE
			> report #1 NOT_CHANGED
			ALERT SYSTEM WARNING {"symbol":"X","status":"OPEN"}
			> signal s BUY X qty=15 price=90 ms=3
			PLACED #2 BUY X 15 limit 90 PENDING
			VENUE SEND #2
		`,
		"fills while it is under way": asked + `
			> report #1 FILL qty=10 price=90
			FILLED #1 BUY X 10 limit 90 got 10 at 90 PARTIALLY_FILLED
			OPENED X 10 at 90, now 100, open 100, made 0
			> report #1 NOT_CHANGED
			ALERT SYSTEM WARNING {"symbol":"X","status":"FILLED"}
			FILLED #1 BUY X 10 limit 90 got 10 at 90 FILLED
		`,
		"a fill beyond the old quantity shows that it was done": asked + `
			> report #1 FILL qty=11 price=90
			FILLED #1 BUY X 20 limit 91 got 11 at 90 PARTIALLY_FILLED
			OPENED X 11 at 90, now 100, open 110, made 0
			> report #1 FILL qty=20 price=90
			FILLED #1 BUY X 20 limit 91 got 20 at 90 FILLED
			MODIFIED X 20 at 90, now 100, open 200, made 0
		`,
		"less than was traded ends it": accepted + `
			> cmd ORDER {"modify": "#1", "quantity": 6}
			VENUE CHANGE #1 6 limit 90
			> report #1 FILL qty=6 price=90
			FILLED #1 BUY X 10 limit 90 got 6 at 90 PARTIALLY_FILLED
			OPENED X 6 at 90, now 100, open 60, made 0
			> cmd ORDER {"modify": "#1", "quantity": 6}
			refused CHANGE_UNDER_WAY
			> report #1 CHANGED
			FILLED #1 BUY X 6 limit 90 got 6 at 90 FILLED
		`,
		"a lost answer: the venue shows that it was done": lost + `
			> report #1 ACCEPTED shows=LIMIT,20,91,0
			PLACED #1 BUY X 20 limit 91 OPEN
			> tick X 100 1700000009000
		`,
		"a lost answer: it is asked again, once it can't arrive any more": lost + `
			> tick X 100 1700000005000
			> report #1 ACCEPTED shows=LIMIT,10,90,0
			PLACED #1 BUY X 10 limit 90 OPEN
			> tick X 100 1700000005050
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused CHANGE_UNDER_WAY
			> report #1 ACCEPTED shows=LIMIT,10,90,0 settled=LIMIT,20,91,0
			VENUE CHANGE #1 20 limit 91
			> tick X 100 1700000009000
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 90 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 FILL qty=4 price=90
			FILLED #1 BUY X 10 limit 90 got 4 at 90 PARTIALLY_FILLED
			OPENED X 4 at 90, now 100, open 40, made 0
			> tick X 100 1700000009500
			> report #1 FILL qty=4 price=90 settled=LIMIT,20,91,0
			VENUE CHANGE #1 20 limit 91
			> report #1 CHANGED
			PLACED #1 BUY X 20 limit 91 got 4 at 90 PARTIALLY_FILLED
		`,
		"not when it is being cancelled": lost + `
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 90 OPEN
			> cmd ORDER {"cancel": "#1"}
			VENUE CANCEL #1
			> report #1 ACCEPTED settled=LIMIT,20,91,0
			> tick X 100 1700000009000
		`,
		"a new owner asks again, once the former's can't arrive any more": asked + `
			> recover
			VENUE QUERY #1
			> report #1 ACCEPTED shows=LIMIT,10,90,0
			> tick X 100 1700000009000
			> cmd ORDER {"modify": "#1", "quantity": 15}
			refused CHANGE_UNDER_WAY
			> report #1 ACCEPTED shows=LIMIT,10,90,0 settled=LIMIT,20,91,0
			VENUE CHANGE #1 20 limit 91
		`,
		"a new owner doesn't, when the former's has arrived": asked + `
			> recover
			VENUE QUERY #1
			> report #1 ACCEPTED shows=LIMIT,20,91,0
			PLACED #1 BUY X 20 limit 91 OPEN
			> report #1 ACCEPTED shows=LIMIT,20,91,0 settled=LIMIT,20,91,0
			> tick X 100 1700000019000
			> cmd ORDER {"modify": "#1", "quantity": 15}
			VENUE CHANGE #1 15 limit 91
		`,
		"what is settled of one change says nothing of the next": asked + `
			> report #1 CHANGED
			PLACED #1 BUY X 20 limit 91 OPEN
			> cmd ORDER {"modify": "#1", "quantity": 15}
			VENUE CHANGE #1 15 limit 91
			> report #1 ACCEPTED settled=LIMIT,20,91,0
			> tick X 100 1700000019000
		`,
		"changed at the venue itself": accepted + `
			> report #1 CHANGED shows=LIMIT,7,89,0
			PLACED #1 BUY X 7 limit 89 OPEN
		`,
	})
}

func TestStopsAtAVenue(t *testing.T) {
	const sent = live + `
		> tick X 100
		> signal s BUY X qty=10 trigger=105 price=106
		PLACED #1 BUY X 10 limit 106 trigger 105 PENDING
		VENUE SEND #1
	`
	scripts(t, map[string]string{
		"waits, is triggered, trades": sent + `
			> report #1 TRIGGER_PENDING
			PLACED #1 BUY X 10 limit 106 trigger 105 TRIGGER_PENDING
			> report #1 ACCEPTED
			> tick X 105
			> report #1 TRIGGERED
			PLACED #1 BUY X 10 limit 106 trigger 105 OPEN
			> report #1 FILL qty=10 price=105.5
			FILLED #1 BUY X 10 limit 106 trigger 105 got 10 at 105.5 FILLED
			OPENED X 10 at 105.5, now 105, open -5, made 0
			> report #1 TRIGGER_PENDING
			> report #1 TRIGGERED
		`,
		"an answer from before the trigger": sent + `
			> report #1 TRIGGERED
			PLACED #1 BUY X 10 limit 106 trigger 105 OPEN
			> report #1 FILL qty=4 price=105.5
			FILLED #1 BUY X 10 limit 106 trigger 105 got 4 at 105.5 PARTIALLY_FILLED
			OPENED X 4 at 105.5, now 100, open -22, made 0
			> report #1 TRIGGER_PENDING
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 106 trigger 105 got 4 at 105.5 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> report #1 TRIGGER_PENDING
			PLACED #1 BUY X 10 limit 106 trigger 105 got 4 at 105.5 PARTIALLY_FILLED
		`,
		"a stop of the strategy makes way for the account's": live + entersLive("BUY X qty=10 stop=95") + `
			> signal s SELL X qty=10 trigger=90 ms=2
			PLACED #2 SELL X 10 trigger 90 PENDING
			VENUE SEND #2
			> report #2 TRIGGER_PENDING
			PLACED #2 SELL X 10 trigger 90 TRIGGER_PENDING
			> tick X 95
			VENUE CANCEL #2
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 trigger 90 STOPLOSS_TOUCHED CANCELLED
			> tick X 94.5
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
			MODIFIED X 10 at 100, now 94.5, open -55, made 0
		`,
	})
}
