package account

import (
	"errors"
	"strings"
	"testing"
)

// checked are commands, and what a check says of them.
var checked = []struct {
	kind CommandType
	data string
	want string // part of the error; "" for none
}{
	{CmdOpenAccount, ``, ""},
	{CmdOpenAccount, `{"deposit": 1000, "limits": {"daily_loss": 20}, "paper": {"slippage_bps": 2}, "cost": "fifo"}`, ""},
	{CmdOpenAccount, `{"deposit": -1}`, "INVALID_AMOUNT"},
	{CmdOpenAccount, `{"depossit": 1}`, "data.depossit: unknown field: did you mean deposit?"},
	{CmdOpenAccount, `{"limits": {"dayly_loss": 1}}`, "data.limits.dayly_loss: unknown field: did you mean daily_loss?"},
	{CmdOpenAccount, `{"limits": {"drawdown_percent": 101}}`, "drawdown_percent is 101; want 0 to 100"},
	{CmdOpenAccount, `{"paper": {"latency_ms": -1}}`, "INVALID_PAPER"},
	{CmdOpenAccount, `{"cost": "lifo"}`, "want average or fifo"},
	{CmdOpenAccount, `{"deposit": "much"}`, "data.deposit: decimal"},
	{CmdDeposit, ``, "DEPOSIT needs data: an object with amount"},
	{CmdPause, ``, "PAUSE needs data: an object with close_positions, name, reason, strategy_id"},
	{CmdDeposit, `{"amount": 0}`, "INVALID_AMOUNT"},
	{CmdDeposit, `{"amount": 5}`, ""},
	{CmdDeposit, `{"amount": -5}`, ""},
	{CmdDeposit, `{"sum": 5}`, "data.sum: unknown field: known here: amount"},
	{CmdSetLimits, `{"position_size": 5}`, ""},
	{CmdSetLimits, `{"orders_per_second": 1.5}`, "data.orders_per_second is 1.5; want a whole number"},
	{CmdSetLimits, `{"symbols_denied": "X"}`, `data.symbols_denied is "X"; want a list`},
	{CmdSetLimits, `{"symbols": [{"symbol": 5}]}`, "data.symbols[0].symbol is 5; want a text"},
	{CmdSetLimits, `{"trading_hours": [{"from": 9, "to": "10:00"}]}`, "data.trading_hours[0].from is 9; want a text"},
	{CmdDeploy, `{"name": "n", "symbols": ["X"], "rules": {"entry_long": "close > EMA_20"}}`, ""},
	{CmdDeploy, `{"name": "n", "symbols": ["X"], "rules": {"entry_long": "close >"}}`, "INVALID_RULES"},
	{CmdDeploy, `{"name": "n", "rules": {"entry_long": "close > 1"}}`, "MISSING_SYMBOLS"},
	{CmdDeploy, `{"name": "n", "symbols": ["X"], "rules": 5}`, "data.rules is 5; want an object"},
	{CmdDeploy, `{"name": "n", "symbols": ["X"], "external": "yes"}`, `data.external is "yes"; want true or false`},
	{CmdPause, `{"name": "n", "close_positions": true}`, ""},
	{CmdPause, `{"strategy_id": "s"}`, ""},
	{CmdPause, `{}`, "want strategy_id or name"},
	{CmdPause, `{"strategy_id": "s", "name": "n"}`, "want strategy_id or name"},
	{CmdResumeStrategy, `{"name": "n", "close_positions": true}`, "only PAUSE has close_positions"},
	{CmdRemove, `{"name": "n"}`, ""},
	{CmdRemove, `{"name": "n", "close_positions": true}`, "only PAUSE has close_positions"},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5}`, ""},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5, "stoploss": 90, "target": 110}`, ""},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5, "price": 100, "stoploss": 110}`, "INVALID_STOPLOSS"},
	{CmdOrder, `{"symbol": "X", "transaction_type": "LONG", "quantity": 5}`, `INVALID_SIDE: "LONG"; want BUY or SELL`},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY"}`, "INVALID_QUANTITY"},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5, "order_type": "LIMIT"}`, "INVALID_PRICE"},
	{CmdOrder, `{"symbol": "X", "transaction_type": "BUY", "quantity": 5, "trigger_price": 7, "validity": "IOC"}`, "INVALID_VALIDITY"},
	{CmdOrder, `{"transaction_type": "BUY", "quantity": 5}`, "an order needs a symbol"},
	{CmdOrder, `{"modify": "o1", "quantity": 5}`, ""},
	{CmdOrder, `{"modify": "o1", "symbol": "X"}`, "modify takes quantity, price, trigger_price and order_type"},
	{CmdOrder, `{"cancel": "o1"}`, ""},
	{CmdOrder, `{"cancel": "o1", "modify": "o1"}`, "exclude each other"},
	{CmdOrder, `{"cancel": "o1", "quantity": 5}`, "takes nothing else"},
	{CmdOrder, `{"cancel": "o1", "symbol": "X"}`, "takes nothing else"},
	{CmdSettle, `{"order_id": "o1"}`, ""},
	{CmdSettle, `{"order_id": "o1", "venue_order_id": "V1"}`, ""},
	{CmdSettle, `{"order_id": "o1", "filled_quantity": 5, "average_price": 100}`, ""},
	{CmdSettle, `{"venue_order_id": "V1"}`, "SETTLE needs order_id"},
	{CmdSettle, `{"order_id": "o1", "filled_quantity": 5}`, "INVALID_PRICE: average_price 0 for filled_quantity 5"},
	{CmdSettle, `{"order_id": "o1", "venue_order_id": "V1", "filled_quantity": 5, "average_price": 100}`, "the venue says what was traded"},
	{CmdResume, `{"set_aside": true}`, ""},
	{CmdHalt, ``, ""},
	{CmdHalt, `{"close_position": true}`, "data.close_position: unknown field: did you mean close_positions?"},
	{CmdResume, `{"reason": "r", "by": "b"}`, ""},
	{CmdResume, `{"by": 5}`, "data.by is 5; want a text"},
	{CmdResume, `[]`, "data is []; want an object"},
	{"STOP", ``, `no command is of type "STOP": there are OPEN_ACCOUNT, DEPOSIT`},
	{"RESUM", ``, `no command is of type "RESUM": did you mean RESUME? there are`},
}

// TestCheck: what no account would take is told before anybody is asked, with the
// field; what depends on the account is not.
func TestCheck(t *testing.T) {
	for _, c := range checked {
		cmd, err := ParseCommand("c1", "alice", 5, c.kind, []byte(c.data))
		if err == nil {
			err = cmd.Check()
		}
		var r *RefusedError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s %s: %v, want nothing", c.kind, c.data, err)
		case c.want != "" && (!errors.As(err, &r) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s %s: %v; want it to say %q", c.kind, c.data, err, c.want)
		}
	}
	if err := (Command{UserID: "alice", Type: CmdHalt, Data: &Halt{}}).Check(); err == nil || !strings.Contains(err.Error(), "MISSING_ID") {
		t.Errorf("without an id: %v", err)
	}
}
