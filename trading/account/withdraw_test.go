package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

// TestWithdrawal: neither what is not in cash, nor what is owed for what was sold short,
// nor margin is given out.
func TestWithdrawal(t *testing.T) {
	account := func(limits string) string {
		return "> cmd OPEN_ACCOUNT {\"deposit\": 1000, \"limits\": " + limits + "}\n" + deploy + second + "> tick X 100\n> tick Y 50\n"
	}
	const short = `
		> signal s SELL X qty=100 ms=1
		PLACED #1 SELL X 100 PENDING
		> tick X 100
		FILLED #1 SELL X 100 got 100 at 100 FILLED
		OPENED X -100 at 100, now 100, open 0, made 0
	`
	scripts(t, map[string]string{
		"not the proceeds of a short sale": account(`{}`) + short + `
			> cmd DEPOSIT {"amount": -11000}
			refused NOT_ENOUGH_EQUITY
			> cmd DEPOSIT {"amount": -11000.00000001}
			refused NOT_ENOUGH_CASH
			> cmd DEPOSIT {"amount": -1000.00000001}
			refused NOT_ENOUGH_EQUITY
			> tick X 95
			MODIFIED X -100 at 100, now 95, open 500, made 0
			> cmd DEPOSIT {"amount": -1500.00000001}
			refused NOT_ENOUGH_EQUITY
			> tick X 108
			MODIFIED X -100 at 100, now 108, open -800, made 0
			> cmd DEPOSIT {"amount": -200.00000001}
			refused NOT_ENOUGH_EQUITY
			> cmd DEPOSIT {"amount": -200}
			> tick X 109
			MODIFIED X -100 at 100, now 109, open -900, made 0
			> cmd DEPOSIT {"amount": -0.00000001}
			refused NOT_ENOUGH_EQUITY
		`,
		"less the margin": account(`{"margin_percent": 5}`) + short + `
			ALERT MARGIN INFO {"current_margin":500,"limit":1000}
			> cmd DEPOSIT {"amount": -500.00000001}
			refused NOT_ENOUGH_MARGIN
			> cmd DEPOSIT {"amount": -1001}
			refused NOT_ENOUGH_EQUITY
			> cmd DEPOSIT {"amount": -500}
			ALERT MARGIN ERROR {"current_margin":500,"limit":500}
		`,
		"not what is in shares": account(`{}`) + enters("BUY X qty=6 ms=1", "100") + `
			> cmd DEPOSIT {"amount": -400.00000001}
			refused NOT_ENOUGH_CASH
			> cmd DEPOSIT {"amount": -400}
		`,
	})
}

// TestWithdrawalWords: the refusal says what is in cash, and what of it is the account's.
func TestWithdrawalWords(t *testing.T) {
	p := newPlayer(t)
	p.play("> cmd OPEN_ACCOUNT {\"deposit\": 1000}\n" + deploy + `
		> tick X 100
		> signal s SELL X qty=100
		PLACED #1 SELL X 100 PENDING
		> tick X 100
		FILLED #1 SELL X 100 got 100 at 100 FILLED
		OPENED X -100 at 100, now 100, open 0, made 0
	`)
	for amount, want := range map[int64]string{
		-11001: "refused: NOT_ENOUGH_CASH: 11001 to withdraw; 11000 is in cash, the equity is 1000",
		-11000: "refused: NOT_ENOUGH_EQUITY: 11000 to withdraw; 11000 is in cash, the equity is 1000: the rest is owed for what was sold short",
	} {
		_, err := p.a.Command(Command{ID: "w", UserID: "alice", Type: CmdDeposit, Data: &Deposit{Amount: decimal.FromInt(amount)}}, Cause{Origin: "w/0/0"})
		if err == nil || err.Error() != want {
			t.Errorf("%d: %v, want %s", amount, err, want)
		}
	}
}
