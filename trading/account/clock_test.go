package account

import "testing"

// TestLeap: one tick that is far ahead of its time neither begins a day nor ends one for
// other symbols, and the market's time is right again at the next tick of any symbol.
func TestLeap(t *testing.T) {
	const in400Days = "1734560000000" // after 1700000000000
	const before = `
		> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {"daily_loss": 1000, "orders_per_day": 3}}
		> cmd DEPLOY {"strategy_id": "s", "name": "S", "symbols": ["X", "Y"], "external": true}
		STRATEGY s RUNNING
		> tick X 100
		> tick Y 100
		> signal s BUY Y qty=10
		PLACED #1 BUY Y 10 PENDING
		> tick Y 100
		FILLED #1 BUY Y 10 got 10 at 100 FILLED
		OPENED Y 10 at 100, now 100, open 0, made 0
		> tick Y 45
		MODIFIED Y 10 at 100, now 45, open -550, made 0
		ALERT DAILY_LOSS INFO {"current_loss":550,"limit":1000}
		> signal s SELL Y qty=10 price=110
		PLACED #2 SELL Y 10 limit 110 PENDING
		> tick Y 45
	`
	const held = before + "> tick X 100 " + in400Days + "\n"
	scripts(t, map[string]string{
		"the order goes on, and so do the day's loss and orders": held + `
			> tick Y 42 1700000015000
			MODIFIED Y 10 at 100, now 42, open -580, made 0
			> signal s BUY Y qty=1
			PLACED #3 BUY Y 1 PENDING
			> tick Y 42 1700000016000
			FILLED #3 BUY Y 1 got 1 at 42 FILLED
			MODIFIED Y 11 at 94.72727273, now 42, open -580, made 0
			> signal s BUY Y qty=2
			REJECTED BUY Y ORDERS_PER_DAY
			> tick Y 111 1700000017000
			FILLED #2 SELL Y 10 limit 110 got 10 at 111 FILLED
			MODIFIED Y 1 at 94.72727273, now 111, open 16.27272727, made 162.72727273
		`,
		"a tick of its own symbol takes it back, too": held + `
			> tick X 100 1700000015000
			> tick Y 0.5 1700000016000
			MODIFIED Y 10 at 100, now 0.5, open -995, made 0
			ALERT DAILY_LOSS ERROR {"current_loss":995,"limit":1000}
		`,
		"another tick there, and the day has come": held + `
			> tick Y 111 1734560001000
			CANCELLED #2 SELL Y 10 limit 110 DAY_ENDED CANCELLED
			MODIFIED Y 10 at 100, now 111, open 110, made 0
		`,
		"a symbol that is days behind takes no day back": before + `
			> tick X 100 1700259200000
			> tick X 100 1700259201000
			CANCELLED #2 SELL Y 10 limit 110 DAY_ENDED CANCELLED
			> signal s SELL X qty=10 price=110
			PLACED #3 SELL X 10 limit 110 PENDING
			> tick X 100 1700259202000
			> tick Y 44 1700000015000
			MODIFIED Y 10 at 100, now 44, open -560, made 0
			> tick X 100 1700259203000
			> tick Y 0.5 1700000016000
			MODIFIED Y 10 at 100, now 0.5, open -995, made 0
			> tick X 111 1700259204000
			FILLED #3 SELL X 10 limit 110 got 10 at 111 FILLED
			OPENED X -10 at 111, now 111, open 0, made 0
		`,
		"a time that comes back again and again, from a symbol that goes on where it was, makes no day": held + `
			> tick X 100 1700000015000
			> tick X 100 ` + in400Days + `
			> tick X 100 1700000016000
			> tick X 100 ` + in400Days + `
			> tick Y 0.5 1700000017000
			MODIFIED Y 10 at 100, now 0.5, open -995, made 0
			ALERT DAILY_LOSS ERROR {"current_loss":995,"limit":1000}
		`,
		"nor when another symbol has taken it back": held + `
			> tick Y 45 1700000015000
			> tick X 100 1700000016000
			> tick X 100 ` + in400Days + `
			> tick Y 111 1700000017000
			FILLED #2 SELL Y 10 limit 110 got 10 at 111 FILLED
			CLOSED Y 0 at 0, now 111, open 0, made 110
		`,
		"a new symbol whose first tick is of days ago ends no day": before + `
			> tick X 100 1700000014000
			> cmd DEPLOY {"strategy_id": "t", "name": "T", "symbols": ["Z"], "external": true}
			STRATEGY t RUNNING
			> tick Z 7 1699700000000
			> tick Z 8 1700000015000
			> tick Y 0.5 1700000016000
			MODIFIED Y 10 at 100, now 0.5, open -995, made 0
			ALERT DAILY_LOSS ERROR {"current_loss":995,"limit":1000}
		`,
		"one that goes on there is replayed": before + `
			> cmd DEPLOY {"strategy_id": "t", "name": "T", "symbols": ["Z"], "external": true}
			STRATEGY t RUNNING
			> tick Z 7 1699700000000
			> tick Z 8 1699700001000
			CANCELLED #2 SELL Y 10 limit 110 DAY_ENDED CANCELLED
		`,
		"a tick there later tells that the first was right": before + `
			> tick X 100 1700259200000
			> tick Y 45 1700000015000
			> tick X 100 1700259201000
			CANCELLED #2 SELL Y 10 limit 110 DAY_ENDED CANCELLED
			> tick Y 45 1700000016000
			> tick Y 0.5 1700259202000
			MODIFIED Y 10 at 100, now 0.5, open -995, made 0
		`,
	})
}

// TestResumeInLeap: who resumes while one tick is ahead grants the day that goes on, and
// the market's time still comes back.
func TestResumeInLeap(t *testing.T) {
	p := newPlayer(t)
	p.play(`
		> cmd OPEN_ACCOUNT {"deposit": 100000, "limits": {"daily_loss": 500}}
		> cmd DEPLOY {"strategy_id": "s", "name": "S", "symbols": ["X", "Y"], "external": true}
		STRATEGY s RUNNING
		> tick Y 100
		> tick X 100
		> signal s BUY Y qty=10
		PLACED #1 BUY Y 10 PENDING
		> tick Y 100
		FILLED #1 BUY Y 10 got 10 at 100 FILLED
		OPENED Y 10 at 100, now 100, open 0, made 0
		> tick Y 45
		MODIFIED Y 10 at 100, now 45, open -550, made 0
		ALERT DAILY_LOSS CRITICAL {"current_loss":550,"limit":500,"positions_to_close":["Y"]}
		PLACED #2 SELL Y 10 RISK PENDING
		> tick Y 45
		FILLED #2 SELL Y 10 got 10 at 45 FILLED
		CLOSED Y 0 at 0, now 45, open 0, made -550
		ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
		> tick X 100 1734560000000
		> cmd RESUME
		ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS
		> tick Y 45 1700000015000
	`)
	if p.a.s.ClockMs != 1_700_000_015_000 {
		t.Errorf("the market's time is %d", p.a.s.ClockMs)
	}
	if got := p.a.s.DayBase.String(); got != "-550" {
		t.Errorf("the day counts its loss from %s", got)
	}
}
