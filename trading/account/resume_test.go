package account

import "testing"

// fell has lost all of a limit of 1,000, and gets some of it back while it is closed:
// by then the use is below what is told of as CRITICAL.
const fell = `
	> signal s BUY X qty=100 ms=1
	PLACED #1 BUY X 100 PENDING
	> tick X 100
	FILLED #1 BUY X 100 got 100 at 100 FILLED
	OPENED X 100 at 100, now 100, open 0, made 0
	> tick X 90
	MODIFIED X 100 at 100, now 90, open -1000, made 0
`

const regained = `
	PLACED #2 SELL X 100 RISK PENDING
	> tick X 90.6
	FILLED #2 SELL X 100 got 100 at 90.6 FILLED
	CLOSED X 0 at 0, now 90.6, open 0, made -940
`

// again buys once more and is 60 lower then: nothing beside a limit of 1,000 that counts
// from RESUME.
const again = `
	> signal s BUY X qty=100 ms=9
	PLACED #3 BUY X 100 PENDING
	> tick X 90.6
	FILLED #3 BUY X 100 got 100 at 90.6 FILLED
	OPENED X 100 at 90.6, now 90.6, open 0, made 0
	> tick X 90
	MODIFIED X 100 at 90.6, now 90, open -60, made 0
`

// TestGrantedThoughTheUseFell: RESUME grants every limit that was reached since the
// account was ACTIVE, whatever the use of it has come to since.
func TestGrantedThoughTheUseFell(t *testing.T) {
	scripts(t, map[string]string{
		"daily loss": under(`{"daily_loss": 1000}`) + fell + `
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}` + regained + `
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
			> cmd RESUME
			ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS` + again,
		"drawdown": under(`{"drawdown": 1000}`) + fell + `
			ALERT DRAWDOWN CRITICAL {"current_drawdown":1000,"limit":1000,"high_water_mark":10000,"positions_to_close":["X"]}` + regained + `
			ALERT SYSTEM CRITICAL REDUCING DRAWDOWN > HALTED DRAWDOWN
			> cmd RESUME
			ALERT SYSTEM INFO HALTED DRAWDOWN > ACTIVE COMMAND granted DRAWDOWN` + again,
		"both at once": under(`{"daily_loss": 1000, "drawdown": 1000}`) + fell + `
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}
			ALERT DRAWDOWN CRITICAL {"current_drawdown":1000,"limit":1000,"high_water_mark":10000,"positions_to_close":["X"]}` + regained + `
			ALERT SYSTEM CRITICAL REDUCING DRAWDOWN > HALTED DRAWDOWN
			> cmd RESUME
			ALERT SYSTEM INFO HALTED DRAWDOWN > ACTIVE COMMAND granted DAILY_LOSS granted DRAWDOWN` + again,
		"one was reached and the other nearly": under(`{"daily_loss": 1000, "drawdown": 1050}`) + fell + `
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}
			ALERT DRAWDOWN ERROR {"current_drawdown":1000,"limit":1050,"high_water_mark":10000}` + regained + `
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
			> cmd RESUME
			ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS
			> signal s BUY X qty=100 ms=9
			PLACED #3 BUY X 100 PENDING
			> tick X 90.6
			FILLED #3 BUY X 100 got 100 at 90.6 FILLED
			OPENED X 100 at 90.6, now 90.6, open 0, made 0
			> tick X 89.5
			MODIFIED X 100 at 90.6, now 89.5, open -110, made 0
			ALERT DRAWDOWN CRITICAL {"current_drawdown":1050,"limit":1050,"high_water_mark":10000,"positions_to_close":["X"]}
			PLACED #4 SELL X 100 RISK PENDING
		`,
		"halted by command before": under(`{"daily_loss": 1000}`) + enters("BUY X qty=100 ms=1", "100") + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 90
			MODIFIED X 100 at 100, now 90, open -1000, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}` + regained + `
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND granted DAILY_LOSS` + again,
		"once each": under(`{"daily_loss": 1000}`) + fell + `
			ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}` + regained + `
			ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS
			> cmd RESUME
			ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS` + again + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			> tick X 81
			MODIFIED X 100 at 90.6, now 81, open -960, made 0
			ALERT DAILY_LOSS ERROR {"current_loss":960,"limit":1000}
		`,
	})
}

// TestGrantedByAnOlderState: a version that kept no list of the limits that were
// reached has left the mode's reason behind.
func TestGrantedByAnOlderState(t *testing.T) {
	p := newPlayer(t)
	p.play(under(`{"daily_loss": 1000}`) + fell + `
		ALERT DAILY_LOSS CRITICAL {"current_loss":1000,"limit":1000,"positions_to_close":["X"]}` + regained + `
		ALERT SYSTEM CRITICAL REDUCING DAILY_LOSS > HALTED DAILY_LOSS`)
	p.a.s.Reached = nil
	p.a = reloaded(t, p.a)
	p.play(`
		> cmd RESUME
		ALERT SYSTEM INFO HALTED DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS` + again)
}

// TestResumeEndsCloses: what HALT or a limit was closing stays when the account is ACTIVE
// again, save what a limit that is in force still wants closed, and a touched stop.
func TestResumeEndsCloses(t *testing.T) {
	held := `
		> signal s BUY X qty=10 stop=95 ms=1
		PLACED #1 BUY X 10 PENDING
		> tick X 100 vol=100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
	`
	opened := func(limits string) string {
		return "> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"limits\": " + limits + ", \"paper\": {\"participation\": 0.1}}\n" + deploy + second + "> tick X 100\n> tick Y 50\n" + held
	}
	const partly = `
		> cmd HALT {"close_positions": true}
		ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
		PLACED #2 SELL X 10 RISK PENDING
		> tick X 100 vol=20
		FILLED #2 SELL X 10 got 2 at 100 PARTIALLY_FILLED
		MODIFIED X 8 at 100, now 100, open 0, made 0
	`
	scripts(t, map[string]string{
		"those of HALT": opened(`{}`) + partly + `
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			CANCELLED #2 SELL X 10 got 2 at 100 USER CANCELLED
			> tick X 96 vol=1000
			MODIFIED X 8 at 100, now 96, open -32, made 0
			> tick X 95 vol=1000
			PLACED #3 SELL X 8 STOPLOSS PENDING
			MODIFIED X 8 at 100, now 95, open -40, made 0
		`,
		"those of a limit": opened(`{"daily_loss": 20}`) + `
			> tick X 98 vol=0
			MODIFIED X 10 at 100, now 98, open -20, made 0
			ALERT DAILY_LOSS CRITICAL {"current_loss":20,"limit":20,"positions_to_close":["X"]}
			PLACED #2 SELL X 10 RISK PENDING
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING DAILY_LOSS > ACTIVE COMMAND granted DAILY_LOSS
			CANCELLED #2 SELL X 10 USER CANCELLED
			> tick X 98 vol=1000
		`,
		"not a touched stop": opened(`{}`) + `
			> cmd HALT
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			> tick X 95 vol=0
			PLACED #2 SELL X 10 RISK PENDING
			MODIFIED X 10 at 100, now 95, open -50, made 0
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			> tick X 97 vol=1000
			FILLED #2 SELL X 10 got 10 at 97 FILLED
			CLOSED X 0 at 0, now 97, open 0, made -30
		`,
		"not what the size is above its limit": opened(`{}`) + `
			> cmd SET_LIMITS {"position_size": 7}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":10,"limit":7,"positions_to_close":["X"]}
			PLACED #2 SELL X 3 RISK PENDING
			> cmd RESUME
			ALERT SYSTEM INFO REDUCING POSITION_SIZE > ACTIVE COMMAND granted POSITION_SIZE
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":10,"limit":7,"positions_to_close":["X"]}
		`,
		"what is more than the size's excess": opened(`{}`) + partly + `
			> cmd SET_LIMITS {"position_size": 7}
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":8,"limit":7,"positions_to_close":["X"]}
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND granted POSITION_SIZE
			ALERT POSITION_SIZE CRITICAL {"symbol":"X","current_quantity":8,"limit":7,"positions_to_close":["X"]}
			CANCELLED #2 SELL X 10 got 2 at 100 USER CANCELLED
			PLACED #3 SELL X 1 RISK PENDING
		`,
		"a live venue is asked": live + `
			> signal s BUY X qty=10
			PLACED #1 BUY X 10 PENDING
			VENUE SEND #1
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 10 RISK PENDING
			VENUE SEND #2
			> report #2 FILL qty=2 price=100
			FILLED #2 SELL X 10 got 2 at 100 PARTIALLY_FILLED
			MODIFIED X 8 at 100, now 100, open 0, made 0
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND
			VENUE CANCEL #2
			> report #2 CANCELLED
			CANCELLED #2 SELL X 10 got 2 at 100 USER CANCELLED
			> tick X 100
		`,
		"not what needs too much margin": opened(`{}`) + partly + `
			> cmd SET_LIMITS {"alerts": {"margin": [10, 20, 30, 40]}, "margin_percent": 1000}
			ALERT MARGIN CRITICAL {"current_margin":8000,"limit":10000,"positions_to_close":["X"]}
			> cmd RESUME
			ALERT SYSTEM INFO HALTED COMMAND > ACTIVE COMMAND granted MARGIN
			ALERT MARGIN CRITICAL {"current_margin":8000,"limit":10000,"positions_to_close":["X"]}
			> tick X 100 vol=1000
			FILLED #2 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
	})
}
