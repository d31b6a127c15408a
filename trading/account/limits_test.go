package account

import "testing"

func TestDailyLoss(t *testing.T) {
	const limited = deploy + second + `
		> tick X 100
		> tick Y 50
		> signal s BUY X qty=100
		PLACED #1 BUY X 100 PENDING
		> tick X 100
		FILLED #1 BUY X 100 got 100 at 100 FILLED
		OPENED X 100 at 100, now 100, open 0, made 0
	`
	const losing = "> cmd OPEN_ACCOUNT {\"deposit\": 100000, \"limits\": {\"daily_loss\": 1000}}\n" + limited + `
		> signal z SELL Y qty=10
		PLACED #2 SELL Y 10 PENDING
		> tick Y 50
		FILLED #2 SELL Y 10 got 10 at 50 FILLED
		OPENED Y -10 at 50, now 50, open 0, made 0
		> tick X 95.01
		MODIFIED X 100 at 100, now 95.01, open -499, made 0
		> tick X 95
		MODIFIED X 100 at 100, now 95, open -500, made 0
		ALERT DAILY_LOSS INFO {"current_loss":500,"limit":1000}
		> tick X 95.1
		MODIFIED X 100 at 100, now 95.1, open -490, made 0
		> tick X 95
		MODIFIED X 100 at 100, now 95, open -500, made 0
		> tick X 91
		MODIFIED X 100 at 100, now 91, open -900, made 0
		ALERT DAILY_LOSS ERROR {"current_loss":900,"limit":1000}
		> signal s BUY X qty=1 price=80 ms=2
		PLACED #3 BUY X 1 limit 80 PENDING
		> tick X 90
		MODIFIED X 100 at 100, now 90, open -1000, made 0
		ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X","Y"]}
		CANCELLED #3 BUY X 1 limit 80 DAILY_LOSS CANCELLED
		PLACED #4 SELL X 100 RISK PENDING
		PLACED #5 BUY Y 10 RISK PENDING
		> signal s BUY X qty=1 ms=3
		REJECTED BUY X DAILY_LOSS
		> signal s SELL X qty=100 ms=3
		REJECTED SELL X DAILY_LOSS
		> tick X 90
		FILLED #4 SELL X 100 got 100 at 90 FILLED
		CLOSED X 0 at 0, now 90, open 0, made -1000
		> tick Y 51
		FILLED #5 BUY Y 10 got 10 at 51 FILLED
		CLOSED Y 0 at 0, now 51, open 0, made -10
		ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
		> tick Y 60
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY X ACCOUNT_HALTED
	`
	scripts(t, map[string]string{
		"alerts once a crossing, then closes": losing,
		"resume grants the limit once more": losing + `
			> cmd RESUME {"reason": "talked to her", "by": "bob"}
			ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND "talked to her" by bob granted DAILY_LOSS
			> signal s BUY X qty=100 ms=9
			PLACED #6 BUY X 100 PENDING
			> tick X 90
			FILLED #6 BUY X 100 got 100 at 90 FILLED
			OPENED X 100 at 90, now 90, open 0, made 0
			> tick X 80
			MODIFIED X 100 at 90, now 80, open -1000, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}
			PLACED #7 SELL X 100 RISK PENDING
		`,
		"a new day counts afresh, yet HALTED stays": losing + `
			> tick X 90 1700090000000
			> signal s BUY X qty=1 ms=9
			REJECTED BUY X ACCOUNT_HALTED
		`,
		"the loss of yesterday does not count": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"daily_loss\": 1000}}\n" + limited + `
			> tick X 92 1700000050000
			MODIFIED X 100 at 100, now 92, open -800, made 0
			ALERT DAILY_LOSS WARNING {"current_loss":800,"limit":1000}
			> tick X 91.5 1700006400000
			MODIFIED X 100 at 100, now 91.5, open -850, made 0
			> tick X 86.99 1700006500000
			MODIFIED X 100 at 100, now 86.99, open -1301, made 0
			ALERT DAILY_LOSS INFO {"current_loss":501,"limit":1000}
		`,
		"a day may begin elsewhere": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"daily_loss\": 1000, \"day_offset_minutes\": 330}}\n" + limited + `
			> tick X 94 1700000050000
			MODIFIED X 100 at 100, now 94, open -600, made 0
			ALERT DAILY_LOSS INFO {"current_loss":600,"limit":1000}
			> tick X 89 1700006500000
			MODIFIED X 100 at 100, now 89, open -1100, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":1100,"limit":1000,"positions_to_close":["X"]}
			PLACED #2 SELL X 100 RISK PENDING
		`,
		"a day that begins elsewhere from now on is no new day": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"daily_loss\": 1000}}\n" + limited + `
			> tick X 92 1700000050000
			MODIFIED X 100 at 100, now 92, open -800, made 0
			ALERT DAILY_LOSS WARNING {"current_loss":800,"limit":1000}
			> cmd SET_LIMITS {"daily_loss": 1000, "day_offset_minutes": 330}
			> tick X 90 1700000051000
			MODIFIED X 100 at 100, now 90, open -1000, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}
			PLACED #2 SELL X 100 RISK PENDING
		`,
		"with nothing held there is nothing to close": open + deploy + `
			> tick X 100
			> signal s BUY X qty=10
			PLACED #1 BUY X 10 PENDING
			> tick X 100
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> signal s SELL X exit
			PLACED #2 SELL X 10 PENDING
			> tick X 90
			FILLED #2 SELL X 10 got 10 at 90 FILLED
			CLOSED X 0 at 0, now 90, open 0, made -100
			> cmd SET_LIMITS {"daily_loss": 100}
			ALERT DAILY_LOSS CRITICAL {"current_loss":100,"limit":100,"positions_to_close":[]}
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
		`,
		"opposite books are closed both": "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"daily_loss\": 1000}}\n" + limited + `
			> signal z SELL X qty=40
			PLACED #2 SELL X 40 PENDING
			> tick X 100
			FILLED #2 SELL X 40 got 40 at 100 FILLED
			MODIFIED X 60 at 100, now 100, open 0, made 0
			> tick X 80
			MODIFIED X 60 at 100, now 80, open -1200, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":1200,"limit":1000,"positions_to_close":["X"]}
			PLACED #3 SELL X 100 RISK PENDING
			PLACED #4 BUY X 40 RISK PENDING
			> tick X 80
			FILLED #3 SELL X 100 got 100 at 80 FILLED
			CLOSED X 0 at 0, now 80, open 0, made -1200
			OPENED X -40 at 80, now 80, open 0, made 0
			FILLED #4 BUY X 40 got 40 at 80 FILLED
			CLOSED X 0 at 0, now 80, open 0, made 0
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
		`,
	})
}

func TestPositionSize(t *testing.T) {
	const sized = "> cmd OPEN_ACCOUNT {\"deposit\": 1, \"limits\": {\"position_size\": 100, \"max_order_value\": 9000, \"max_order_quantity\": 90}}\n" + deploy + second + `
		> tick X 100
		> signal s BUY X qty=91 ms=1
		REJECTED BUY X MAX_ORDER_QUANTITY
		> tick X 101
		> signal s BUY X qty=90 ms=2
		REJECTED BUY X MAX_ORDER_VALUE
		> tick X 100
		> signal s BUY X qty=49 ms=3
		PLACED #1 BUY X 49 PENDING
		> signal z BUY X qty=52 ms=3
		REJECTED BUY X POSITION_SIZE
		> signal z BUY X qty=51 ms=4
		PLACED #2 BUY X 51 PENDING
		> tick X 100
		FILLED #1 BUY X 49 got 49 at 100 FILLED
		OPENED X 49 at 100, now 100, open 0, made 0
		FILLED #2 BUY X 51 got 51 at 100 FILLED
		MODIFIED X 100 at 100, now 100, open 0, made 0
		ALERT POSITION_SIZE ERROR {"symbol":"X","current_quantity":100,"limit":100}
		> signal s BUY X qty=0.00000001 ms=5
		REJECTED BUY X POSITION_SIZE
	`
	scripts(t, map[string]string{
		"orders above it are rejected": sized,
		"lowered, the excess is closed": sized + `
			> signal s BUY X qty=1 price=90 ms=6
			REJECTED BUY X POSITION_SIZE
			> cmd SET_LIMITS {"position_size": 40}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":100,"limit":40,"positions_to_close":["X"]}
			PLACED #3 SELL X 49 RISK PENDING
			PLACED #4 SELL X 11 RISK PENDING
			> tick X 100
			FILLED #3 SELL X 49 got 49 at 100 FILLED
			MODIFIED X 51 at 100, now 100, open 0, made 0
			FILLED #4 SELL X 11 got 11 at 100 FILLED
			MODIFIED X 40 at 100, now 100, open 0, made 0
			> signal z SELL X qty=40 ms=7
			PLACED #5 SELL X 40 PENDING
		`,
		"closes under way are not ordered again, nor cancelled": sized + `
			> cmd SET_LIMITS {"position_size": 40}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":100,"limit":40,"positions_to_close":["X"]}
			PLACED #3 SELL X 49 RISK PENDING
			PLACED #4 SELL X 11 RISK PENDING
			> cmd SET_LIMITS {"position_size": 40}
			> cmd HALT
			ALERT SYSTEM CRITICAL REDUCING POSITION_SIZE > HALTED COMMAND "by command"
			> cmd SET_LIMITS {"position_size": 30}
			PLACED #5 SELL X 10 RISK PENDING
		`,
	})
}

func TestModes(t *testing.T) {
	held := started + enters("BUY X qty=10", "100")
	scripts(t, map[string]string{
		"before it is open, an account refuses": `
			> cmd DEPOSIT {"amount": 5}
			refused ACCOUNT_NOT_OPEN
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 5}
			refused ACCOUNT_NOT_OPEN
			> signal s BUY X qty=10
			REJECTED BUY X ACCOUNT_NOT_OPEN
			> tick X 100
		`,
		"reducing, exits go and entries don't": held + `
			> reduce LOST_INPUTS
			ALERT SYSTEM ERROR {"reason":"LOST_INPUTS"}
			> signal s BUY X qty=1 ms=2
			REJECTED BUY X ACCOUNT_REDUCING
			> signal s SELL X qty=11 ms=2
			REJECTED SELL X ACCOUNT_REDUCING
			> signal s SELL X qty=6 ms=3
			PLACED #2 SELL X 6 PENDING
			> signal s SELL X qty=5 ms=4
			REJECTED SELL X ACCOUNT_REDUCING
			> signal s SELL X exit ms=5
			PLACED #3 SELL X 4 PENDING
			> signal s BUY X ms=5
			REJECTED BUY X INVALID_QUANTITY
			> cmd RESUME {}
			ALERT SYSTEM INFO REDUCING LOST_INPUTS > ACTIVE COMMAND
			> signal s BUY X qty=1 ms=6
			PLACED #4 BUY X 1 PENDING
		`,
		"halted, nothing goes": held + `
			> signal s SELL X qty=6 price=120 ms=3
			PLACED #2 SELL X 6 limit 120 PENDING
			> cmd HALT {"reason": "lunch"}
			CANCELLED #2 SELL X 6 limit 120 ACCOUNT_HALTED CANCELLED
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "lunch"
			> signal s SELL X exit ms=4
			REJECTED SELL X ACCOUNT_HALTED
			> cmd RESUME {}
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			> signal s SELL X exit ms=5
			PLACED #3 SELL X 10 PENDING
		`,
		"halted with a close": held + `
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 10 RISK PENDING
			> tick X 99
			FILLED #2 SELL X 10 got 10 at 99 FILLED
			CLOSED X 0 at 0, now 99, open 0, made -10
		`,
		"a loss leaves a halted account halted": held + `
			> cmd SET_LIMITS {"daily_loss": 5}
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 99
			MODIFIED X 10 at 100, now 99, open -10, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":10,"limit":5,"positions_to_close":["X"]}
			PLACED #2 SELL X 10 RISK PENDING
			> signal s SELL X qty=1 ms=2
			REJECTED SELL X ACCOUNT_HALTED
		`,
		"a replay has its own time and days": held + `
			> cmd SET_LIMITS {"daily_loss": 50}
			> tick X 96
			MODIFIED X 10 at 100, now 96, open -40, made 0
			ALERT DAILY_LOSS WARNING {"current_loss":40,"limit":50}
			> tick X 95.5 1600000000000
			MODIFIED X 10 at 100, now 95.5, open -45, made 0
			> tick X 93 1600000000999
			ALERT DAILY_LOSS INFO {"current_loss":30,"limit":50}
			> tick X 92 1600000001000
			MODIFIED X 10 at 100, now 92, open -80, made 0
			ALERT DAILY_LOSS WARNING {"current_loss":40,"limit":50}
			> tick X 93.4 1600090000000
			MODIFIED X 10 at 100, now 93.4, open -66, made 0
		`,
		"prices that are not positive change nothing": held + `
			> tick X 0
			> tick X -100
			> tick X 99
			MODIFIED X 10 at 100, now 99, open -10, made 0
		`,
		"a price is told of a second before or after the last": held + `
			> tick X 99 1700000002999
			> tick X 98 1700000003000
			MODIFIED X 10 at 100, now 98, open -20, made 0
			> tick X 97 1700000002001
			> tick X 96 1700000002000
			MODIFIED X 10 at 100, now 96, open -40, made 0
		`,
		"an alert from outside halts": held + `
			> alert ERROR
			> alert CRITICAL
			ALERT SYSTEM CRITICAL ACTIVE > HALTED EXTERNAL_ALERT "from outside"
			> signal s SELL X exit ms=4
			REJECTED SELL X ACCOUNT_HALTED
		`,
		"fills of others are facts": held + `
			> external e1 s FILLED SELL X 4 110
			MODIFIED X 6 at 100, now 100, open 0, made 40
			> external e1 s FILLED SELL X 4 110
			> external e1 s FILLED SELL X 5 108
			MODIFIED X 5 at 100, now 100, open 0, made 40
			> external e2 s CANCELLED SELL X 5 100
			ignored order
			> external e3 s PLACED SELL X 5 100
			ignored order
			> external e5 s FILLED SELL X 0 100
			ignored order
			> external e5 s FILLED SELL X 5 0
			ignored order
			> external e4 s FILLED BUY N 5 20
			OPENED N 5 at 20, now 20, open 0, made 0
		`,
	})
}

func TestCommands(t *testing.T) {
	scripts(t, map[string]string{
		"each id counts once": open + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> repeat c2
			repeated
		`,
		"what is refused": open + `
			> cmd OPEN_ACCOUNT {}
			refused ALREADY_OPEN
			> cmd OPEN_ACCOUNT {"revision": 2, "venue": "kite"}
			refused OTHER_VENUE
			> cmd OPEN_ACCOUNT {"revision": 2, "deposit": 5}
			> cmd OPEN_ACCOUNT {"revision": 2}
			refused ALREADY_OPEN
			> cmd SELL_ALL {}
			refused UNKNOWN_TYPE
			> cmd DEPOSIT
			refused MISSING_DATA
			> cmd DEPOSIT {"amount": "x"}
			refused INVALID_DATA
			> cmd DEPOSIT {"amount": 0}
			refused INVALID_AMOUNT
			> cmd DEPOSIT {"amount": 1} {}
			refused INVALID_DATA
			> cmd DEPOSIT {"amount": -100000.00000001}
			refused NOT_ENOUGH_CASH
			> cmd DEPOSIT {"amount": -100000}
			> cmd SET_LIMITS {"daily_lost": 5}
			refused INVALID_DATA
			> cmd SET_LIMITS {"daily_loss": -5}
			refused INVALID_LIMITS
			> cmd SET_LIMITS {"revision": 2}
			refused OLD_REVISION
			> cmd SET_LIMITS {"alert_percents": [50, 40, 90]}
			refused INVALID_LIMITS
			> cmd PAUSE {"strategy_id": "s"}
			refused NO_SUCH_STRATEGY
		`,
		"strategies come and go": started + `
			> cmd DEPLOY {"name": "n", "symbols": [], "external": true}
			refused MISSING_SYMBOLS
			> cmd DEPLOY {"name": "risk", "symbols": ["X"], "external": true}
			refused RESERVED_NAME
			> cmd DEPLOY {"name": "n", "symbols": ["X"]}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "n", "symbols": ["X"], "rules": {"entry_long": "close >"}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "n", "symbols": ["X"], "rules": {"enter": "close > 1"}}
			refused INVALID_RULES
			> cmd DEPLOY {"name": "n", "symbols": ["X"], "timeframe": "5 min", "rules": {"entry_long": "false", "exit": "close > 1"}}
			refused INVALID_RULES
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true}
			refused OLD_REVISION
			> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["Y"], "rules": {"entry_long": "false", "exit": "close > 1"}, "revision": 1}
			STRATEGY s RUNNING
			> cmd PAUSE {"strategy_id": "s"}
			STRATEGY s PAUSED
			> signal s BUY X qty=5
			REJECTED BUY X STRATEGY_PAUSED
			> cmd RESUME_STRATEGY {"strategy_id": "s"}
			STRATEGY s RUNNING
			> failed s
			STRATEGY s FAILED
			ALERT SYSTEM ERROR {"detail":"bug","name":"n","strategy_id":"s"}
			> signal s BUY X qty=5
			REJECTED BUY X STRATEGY_FAILED
			> cmd RESUME_STRATEGY {"strategy_id": "s"}
			STRATEGY s RUNNING
			> signal s BUY X qty=5
			PLACED #1 BUY X 5 PENDING
			> tick X 100
			FILLED #1 BUY X 5 got 5 at 100 FILLED
			OPENED X 5 at 100, now 100, open 0, made 0
			> cmd REMOVE {"strategy_id": "s"}
			refused POSITION_OPEN
			> signal s SELL X exit
			PLACED #2 SELL X 5 PENDING
			> tick X 101
			FILLED #2 SELL X 5 got 5 at 101 FILLED
			CLOSED X 0 at 0, now 101, open 0, made 5
			> signal s SELL X qty=5 price=200
			PLACED #3 SELL X 5 limit 200 PENDING
			> cmd REMOVE {"strategy_id": "s"}
			CANCELLED #3 SELL X 5 limit 200 STRATEGY_REMOVED CANCELLED
			STRATEGY s REMOVED
			> signal s BUY X qty=5
			REJECTED BUY X UNKNOWN_STRATEGY
		`,
	})
}
