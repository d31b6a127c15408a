package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

func TestLatency(t *testing.T) {
	scripts(t, map[string]string{
		"in the market's time": opened(`"paper": {"latency_ms": 50}`) + `
			> signal s BUY X qty=10
			PLACED #1 BUY X 10 PENDING
			> tick X 101 1700000010049
			> tick X 102 1700000010050
			FILLED #1 BUY X 10 got 10 at 102 FILLED
			OPENED X 10 at 102, now 102, open 0, made 0
		`,
		"a stop can't be triggered before the venue has it": opened(`"paper": {"latency_ms": 50}`) + `
			> signal s BUY X qty=10 trigger=101
			PLACED #1 BUY X 10 trigger 101 TRIGGER_PENDING
			> tick X 105 1700000010049
			> tick X 100 1700000010060
			> tick X 101 1700000010070
			FILLED #1 BUY X 10 trigger 101 got 10 at 101 FILLED
			OPENED X 10 at 101, now 101, open 0, made 0
		`,
		"IOC looks at the first tick that it can have": opened(`"paper": {"latency_ms": 50}`) + `
			> signal s BUY X qty=10 price=100 ioc
			PLACED #1 BUY X 10 limit 100 IOC PENDING
			> tick X 99 1700000010010
			> tick X 101 1700000010090
			CANCELLED #1 BUY X 10 limit 100 IOC IOC_NOT_FILLED CANCELLED
		`,
		"a change takes as long": opened(`"paper": {"latency_ms": 50}`) + `
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			> tick X 100 1700000010100
			> cmd ORDER {"modify": "#1", "price": 101}
			PLACED #1 BUY X 10 limit 101 PENDING
			> tick X 100 1700000010149
			> tick X 100 1700000010150
			FILLED #1 BUY X 10 limit 101 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
		`,
	})
}

func TestSlippage(t *testing.T) {
	scripts(t, map[string]string{
		"against the trader, not for limits": opened(`"paper": {"slippage_ticks": 2, "tick_size": 0.05}`) + `
			> signal s BUY X qty=10
			PLACED #1 BUY X 10 PENDING
			> signal s BUY X qty=1 price=100 ms=2
			PLACED #2 BUY X 1 limit 100 PENDING
			> tick X 100
			FILLED #1 BUY X 10 got 10 at 100.1 FILLED
			OPENED X 10 at 100.1, now 100, open -1, made 0
			FILLED #2 BUY X 1 limit 100 got 1 at 100 FILLED
			MODIFIED X 11 at 100.09090909, now 100, open -1, made 0
			> signal s SELL X exit ms=3
			PLACED #3 SELL X 11 PENDING
			> tick X 100
			FILLED #3 SELL X 11 got 11 at 99.9 FILLED
			CLOSED X 0 at 0, now 100, open 0, made -2.1
		`,
	})
}

func TestParticipation(t *testing.T) {
	settings := opened(`"paper": {"participation": 0.1, "lot_size": 1}`)
	scripts(t, map[string]string{
		"a tick trades a share of its volume": settings + `
			> signal s BUY X qty=25
			PLACED #1 BUY X 25 PENDING
			> tick X 100 vol=100
			FILLED #1 BUY X 25 got 10 at 100 PARTIALLY_FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 101
			MODIFIED X 10 at 100, now 101, open 10, made 0
			> tick X 102 vol=119
			FILLED #1 BUY X 25 got 21 at 101.04761905 PARTIALLY_FILLED
			MODIFIED X 21 at 101.04761905, now 102, open 20, made 0
			> cmd ORDER {"modify": "#1", "quantity": 21}
			refused INVALID_QUANTITY
			> cmd ORDER {"modify": "#1", "quantity": 24}
			PLACED #1 BUY X 24 got 21 at 101.04761905 PARTIALLY_FILLED
			> tick X 102 vol=1000
			FILLED #1 BUY X 24 got 24 at 101.16666667 FILLED
			MODIFIED X 24 at 101.16666667, now 102, open 20, made 0
		`,
		"the oldest order comes first, and all share": settings + `
			> signal s BUY X qty=8
			PLACED #1 BUY X 8 PENDING
			> signal s SELL X qty=8 ms=2
			PLACED #2 SELL X 8 PENDING
			> signal s BUY X qty=3 price=90 ms=3
			PLACED #3 BUY X 3 limit 90 PENDING
			> tick X 100 vol=100
			FILLED #1 BUY X 8 got 8 at 100 FILLED
			OPENED X 8 at 100, now 100, open 0, made 0
			FILLED #2 SELL X 8 got 2 at 100 PARTIALLY_FILLED
			MODIFIED X 6 at 100, now 100, open 0, made 0
			> tick X 100 vol=60
			FILLED #2 SELL X 8 got 8 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
		"a change counts what was traded once": opened(`"limits": {"position_size": 100}, "paper": {"participation": 1}`) + `
			> signal s BUY X qty=60
			PLACED #1 BUY X 60 PENDING
			> tick X 100 vol=30
			FILLED #1 BUY X 60 got 30 at 100 PARTIALLY_FILLED
			OPENED X 30 at 100, now 100, open 0, made 0
			> cmd ORDER {"modify": "#1", "quantity": 100.1}
			refused POSITION_SIZE
			> cmd ORDER {"modify": "#1", "quantity": 100}
			PLACED #1 BUY X 100 got 30 at 100 PARTIALLY_FILLED
			> cmd ORDER {"modify": "#1", "quantity": 30.1}
			PLACED #1 BUY X 30.1 got 30 at 100 PARTIALLY_FILLED
		`,
		"an exit for which others have left nothing": settings + enters("BUY X qty=10", "100 vol=1000") + `
			> signal s SELL X qty=10 price=100 exit ms=2
			PLACED #2 SELL X 10 limit 100 PENDING
			> tick X 100 vol=40
			FILLED #2 SELL X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			MODIFIED X 6 at 100, now 100, open 0, made 0
			> signal s SELL X qty=6 price=120 ms=3
			PLACED #3 SELL X 6 limit 120 PENDING
			> cmd ORDER {"modify": "#2", "quantity": 9}
			refused NO_POSITION
			> cmd ORDER {"cancel": "#3"}
			CANCELLED #3 SELL X 6 limit 120 USER CANCELLED
			> cmd ORDER {"modify": "#2", "quantity": 9}
			PLACED #2 SELL X 9 limit 100 got 4 at 100 PARTIALLY_FILLED
		`,
		"IOC keeps what it got": settings + `
			> signal s BUY X qty=25 ioc
			PLACED #1 BUY X 25 IOC PENDING
			> tick X 100 vol=100
			FILLED #1 BUY X 25 IOC got 10 at 100 PARTIALLY_FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			CANCELLED #1 BUY X 25 IOC got 10 at 100 IOC_NOT_FILLED CANCELLED
		`,
		"a triggered stop stays triggered": settings + `
			> signal s BUY X qty=25 trigger=105
			PLACED #1 BUY X 25 trigger 105 TRIGGER_PENDING
			> tick X 106
			PLACED #1 BUY X 25 trigger 105 OPEN
			> tick X 100 vol=100 1700006400000
			FILLED #1 BUY X 25 trigger 105 got 10 at 100 PARTIALLY_FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 90 1700006500000 vol=1000
			FILLED #1 BUY X 25 trigger 105 got 25 at 94 FILLED
			MODIFIED X 25 at 94, now 90, open -100, made 0
		`,
		"a touched stop cancels what is left of its entry": settings + `
			> signal s BUY X qty=25 price=100 stop=95
			PLACED #1 BUY X 25 limit 100 PENDING
			> tick X 100 vol=100
			FILLED #1 BUY X 25 limit 100 got 10 at 100 PARTIALLY_FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 95
			CANCELLED #1 BUY X 25 limit 100 got 10 at 100 STOPLOSS_TOUCHED CANCELLED
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> tick X 94 vol=60
			FILLED #2 SELL X 10 got 6 at 94 PARTIALLY_FILLED
			MODIFIED X 4 at 100, now 94, open -24, made -36
			> tick X 112 vol=60
			FILLED #2 SELL X 10 got 10 at 101.2 FILLED
			CLOSED X 0 at 0, now 112, open 0, made 12
		`,
		"an exit can be changed to more, while its entry is there": settings + enters("BUY X qty=30", "100 vol=1000") + `
			> signal s SELL X qty=20 price=100 exit ms=2
			PLACED #2 SELL X 20 limit 100 PENDING
			> tick X 100 vol=50
			FILLED #2 SELL X 20 limit 100 got 5 at 100 PARTIALLY_FILLED
			MODIFIED X 25 at 100, now 100, open 0, made 0
			> cmd ORDER {"modify": "#2", "quantity": 99}
			PLACED #2 SELL X 30 limit 100 got 5 at 100 PARTIALLY_FILLED
			> tick X 100 vol=1000
			FILLED #2 SELL X 30 limit 100 got 30 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
	})
}

func TestFees(t *testing.T) {
	scripts(t, map[string]string{
		"each trade is charged, apart from its profit": opened(`"paper": {"fees": "nse_equity_intraday"}`) + `
			> signal s BUY X qty=1000
			PLACED #1 BUY X 1000 PENDING
			> tick X 100
			FILLED #1 BUY X 1000 got 1000 at 100 for 30.34 FILLED
			OPENED X 1000 at 100, now 100, open 0, made 0, fees 30.34
			> signal s SELL X exit ms=2
			PLACED #2 SELL X 1000 PENDING
			> tick X 101
			FILLED #2 SELL X 1000 got 1000 at 101 for 52.63 FILLED
			CLOSED X 0 at 0, now 101, open 0, made 1000, fees 82.97
			> signal s BUY X qty=1 ms=3
			PLACED #3 BUY X 1 PENDING
			> tick X 100
			FILLED #3 BUY X 1 got 1 at 100 for 0.04 FILLED
			OPENED X 1 at 100, now 100, open 0, made 0, fees 0.04
		`,
		"an order is charged as a whole": opened(`"paper": {"participation": 1, "fees": "nse_options"}`) + `
			> signal s BUY X qty=100
			PLACED #1 BUY X 100 PENDING
			> tick X 100 vol=50
			FILLED #1 BUY X 100 got 50 at 100 for 25.84 PARTIALLY_FILLED
			OPENED X 50 at 100, now 100, open 0, made 0, fees 25.84
			> tick X 100 vol=50
			FILLED #1 BUY X 100 got 100 at 100 for 28.1 FILLED
			MODIFIED X 100 at 100, now 100, open 0, made 0, fees 28.1
		`,
		"a fill that turns a position counts to what it closes": opened(`"paper": {"own_fees": {"charges": [{"name": "a", "on": "order", "rate": 7}]}}`) + `
			> signal s BUY X qty=1
			PLACED #1 BUY X 1 PENDING
			> tick X 100
			FILLED #1 BUY X 1 got 1 at 100 for 7 FILLED
			OPENED X 1 at 100, now 100, open 0, made 0, fees 7
			> signal s SELL X qty=3 ms=2
			PLACED #2 SELL X 3 PENDING
			> tick X 100
			FILLED #2 SELL X 3 got 3 at 100 for 7 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0, fees 14
			OPENED X -2 at 100, now 100, open 0, made 0
			> signal s SELL X qty=1 ms=3
			PLACED #3 SELL X 1 PENDING
			> tick X 100
			FILLED #3 SELL X 1 got 1 at 100 for 7 FILLED
			MODIFIED X -3 at 100, now 100, open 0, made 0, fees 7
			> cmd REMOVE {"strategy_id": "s"}
			refused POSITION_OPEN
			> signal s BUY X exit ms=4
			PLACED #4 BUY X 3 PENDING
			> tick X 100
			FILLED #4 BUY X 3 got 3 at 100 for 7 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0, fees 14
			> cmd REMOVE {"strategy_id": "s"}
			STRATEGY s REMOVED
		`,
		"what was charged stays when the scheme changes": opened(`"paper": {"participation": 1, "fees": "nse_options"}`) + `
			> signal s BUY X qty=100
			PLACED #1 BUY X 100 PENDING
			> tick X 100 vol=50
			FILLED #1 BUY X 100 got 50 at 100 for 25.84 PARTIALLY_FILLED
			OPENED X 50 at 100, now 100, open 0, made 0, fees 25.84
			> cmd OPEN_ACCOUNT {"revision": 1, "paper": {"fees": "nse_equity_delivery"}}
			> tick X 100 vol=50
			FILLED #1 BUY X 100 got 100 at 100 for 25.84 FILLED
			MODIFIED X 100 at 100, now 100, open 0, made 0, fees 25.84
		`,
		"settings change with a higher revision": opened(`"paper": {"fees": "nse_options"}`) + `
			> cmd OPEN_ACCOUNT {"revision": 1}
			> signal s BUY X qty=1
			PLACED #1 BUY X 1 PENDING
			> tick X 100
			FILLED #1 BUY X 1 got 1 at 100 FILLED
			OPENED X 1 at 100, now 100, open 0, made 0
			> cmd OPEN_ACCOUNT {"revision": 2, "paper": {"fees": "nyse"}}
			refused INVALID_PAPER
			> cmd OPEN_ACCOUNT {"revision": 2, "cost": "lifo"}
			refused INVALID_COST
		`,
	})
}

// TestFeesInTheCash: the worked example of docs/orders.md, to the last digit.
func TestFeesInTheCash(t *testing.T) {
	p := newPlayer(t)
	p.play(opened(`"paper": {"fees": "nse_equity_intraday"}`) + `
		> signal s BUY X qty=100
		PLACED #1 BUY X 100 PENDING
		> tick X 100
		FILLED #1 BUY X 100 got 100 at 100 for 4.22 FILLED
		OPENED X 100 at 100, now 100, open 0, made 0, fees 4.22
		> signal s SELL X qty=40 ms=2
		PLACED #2 SELL X 40 PENDING
		> tick X 110
		FILLED #2 SELL X 40 got 40 at 110 for 2.81 FILLED
		MODIFIED X 60 at 100, now 110, open 600, made 400, fees 7.03
	`)
	for name, c := range map[string]struct{ got, want decimal.Decimal }{
		"cash":       {p.a.s.Cash, decimal.MustParse("94392.97")},
		"realized":   {p.a.s.Realized, decimal.MustParse("400")},
		"unrealized": {p.a.s.Unrealized, decimal.MustParse("600")},
		"fees":       {p.a.s.Fees, decimal.MustParse("7.03")},
		"equity":     {p.a.Equity(), decimal.MustParse("100992.97")},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v, want %v", name, c.got, c.want)
		}
	}
	checkInvariants(t, p.a)
}

func TestCostMethods(t *testing.T) {
	const trades = `
		> signal s BUY X qty=10
		PLACED #1 BUY X 10 PENDING
		> tick X 100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
		> signal s BUY X qty=10 ms=2
		PLACED #2 BUY X 10 PENDING
		> tick X 120
		FILLED #2 BUY X 10 got 10 at 120 FILLED
		MODIFIED X 20 at 110, now 120, open 200, made 0
	`
	const sell = `
		> signal s SELL X qty=15 ms=3
		PLACED #3 SELL X 15 PENDING
		> tick X 120
	`
	scripts(t, map[string]string{
		"average": opened(`"cost": "average"`) + trades + sell + `
			FILLED #3 SELL X 15 got 15 at 120 FILLED
			MODIFIED X 5 at 110, now 120, open 50, made 150
		`,
		"first in, first out": opened(`"cost": "fifo"`) + trades + sell + `
			FILLED #3 SELL X 15 got 15 at 120 FILLED
			MODIFIED X 5 at 120, now 120, open 0, made 200
		`,
		"changed to FIFO, what is held is one lot": opened(`"cost": "average"`) + trades + `
			> cmd OPEN_ACCOUNT {"revision": 1, "cost": "fifo"}
		` + sell + `
			FILLED #3 SELL X 15 got 15 at 120 FILLED
			MODIFIED X 5 at 110, now 120, open 50, made 150
		`,
		"changed from FIFO": opened(`"cost": "fifo"`) + trades + `
			> cmd OPEN_ACCOUNT {"revision": 1}
		` + sell + `
			FILLED #3 SELL X 15 got 15 at 120 FILLED
			MODIFIED X 5 at 110, now 120, open 50, made 150
		`,
		"FIFO stays FIFO": opened(`"cost": "fifo"`) + trades + `
			> cmd OPEN_ACCOUNT {"revision": 1, "cost": "fifo"}
		` + sell + `
			FILLED #3 SELL X 15 got 15 at 120 FILLED
			MODIFIED X 5 at 120, now 120, open 0, made 200
		`,
	})
}

func TestTrailingStops(t *testing.T) {
	scripts(t, map[string]string{
		"of a long follow the highest price": started + enters("BUY X qty=10 trail=5", "100 1700000020000") + `
			> tick X 108 1700000020100
			> tick X 103.00000001 1700000020200
			> tick X 106 1700000020300
			> tick X 103 1700000020400
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"from the entry on": started + enters("BUY X qty=10 trail=5", "110 1700000020000") + `
			> tick X 105.00000001 1700000020100
			> tick X 105 1700000020200
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"of a short follow the lowest price": started + enters("SELL X qty=10 trail=5", "100 1700000020000") + `
			> tick X 90 1700000020100
			> tick X 94.99999999 1700000020200
			> tick X 95 1700000020300
			PLACED #2 BUY X 10 STOPLOSS PENDING
		`,
		"the nearer stop counts, long": started + enters("BUY X qty=10 stop=98 trail=5", "100 1700000020000") + `
			> tick X 98.5 1700000020100
			> tick X 98 1700000020200
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"the nearer stop counts, short": started + enters("SELL X qty=10 stop=102 trail=5 target=50", "100 1700000020000") + `
			> tick X 101.5 1700000020100
			> tick X 90 1700000020200
			> tick X 94 1700000020300
			> tick X 95.5 1700000020400
			PLACED #2 BUY X 10 STOPLOSS PENDING
		`,
		"the stop is as old as the first trade at the best price, long": started + enters("BUY X qty=10 trail=5", "100 1700000020000") + `
			> tick X 108 1700000020200
			> tick X 108 1700000020400
			> tick X 103 1700000020300
			PLACED #2 SELL X 10 STOPLOSS PENDING
		`,
		"the stop is as old as the first trade at the best price, short": started + enters("SELL X qty=10 trail=5", "100 1700000020000") + `
			> tick X 92 1700000020200
			> tick X 92 1700000020400
			> tick X 97 1700000020300
			PLACED #2 BUY X 10 STOPLOSS PENDING
		`,
		"by command, beside a target": started + `
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5, "trailing_stop": 3, "target": 110}
			PLACED #1 BUY X 5 MANUAL PENDING
			> tick X 100 1700000020000
			FILLED #1 BUY X 5 got 5 at 100 FILLED
			OPENED X 5 at 100, now 100, open 0, made 0
			> tick X 110 1700000020100
			PLACED #2 SELL X 5 TARGET PENDING
		`,
		"prices count while a close is tried again": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"venue\": \"kite\"}\n" + deploy + `
			> tick X 100 1700000010000
			> signal s BUY X qty=10 trail=5 target=130
			PLACED #1 BUY X 10 PENDING
			VENUE SEND #1
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> tick X 130 1700000010100
			PLACED #2 SELL X 10 TARGET PENDING
			VENUE SEND #2
			> report #2 REJECTED
			REJECTED #2 SELL X 10 VENUE REJECTED
			ALERT SYSTEM ERROR {"symbol":"X","status":"REJECTED"}
			> tick X 134 1700000010200
			> tick X 129.5 1700000011300
			MODIFIED X 10 at 100, now 129.5, open 295, made 0
			> tick X 129 1700000011400
			PLACED #3 SELL X 10 STOPLOSS PENDING
			VENUE SEND #3
		`,
	})
}
