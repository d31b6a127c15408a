package account

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

// TestCommandDataIsReadStrictly: what a lenient reader would take for "no limit",
// or for something else than was meant, is refused with its place.
func TestCommandDataIsReadStrictly(t *testing.T) {
	for _, c := range []struct {
		kind       CommandType
		data, want string
	}{
		{CmdSetLimits, `{"daily_loss": null}`, "data.daily_loss is null"},
		{CmdSetLimits, `{"daily_loss": 5, "daily_loss": 0}`, "data.daily_loss is given twice"},
		{CmdSetLimits, `{"Daily_Loss": 5}`, "data.Daily_Loss: names are of lower case"},
		{CmdSetLimits, "{\"daily_los\u017f\": 5}", "names are of lower case"},
		{CmdSetLimits, `{"daily_loss": 1e-9}`, "data.daily_loss is 1e-9"},
		{CmdSetLimits, `{"daily_los": 5}`, "daily_los"},
		{CmdSetLimits, `{"alert_percents": [50, null, 90]}`, "data.alert_percents[1] is null"},
		{CmdSetLimits, `{"daily_loss": 5} {}`, "more than one value"},
		{CmdSetLimits, `[[[[[[[[[[]]]]]]]]]]`, "nested"},
		{CmdSetLimits, `{"symbols": [{"symbol": "X", "position_size": null}]}`, "data.symbols[0].position_size is null"},
		{CmdSetLimits, `{"symbols": [{"symbol": "X", "position_sise": 5}]}`, "position_sise"},
		{CmdSetLimits, `{"trading_hours": [{"from": "09:15", "to": null}]}`, "data.trading_hours[0].to is null"},
		{CmdSetLimits, `{"trading_hours": [{"from": "9:15", "to": "15:30"}]}`, "not HH:MM"},
		{CmdSetLimits, `{"alerts": {"margin": null}}`, "data.alerts.margin is null"},
		{CmdSetLimits, `{"alerts": {"loss": [1, 2, 3]}}`, "loss"},
		{CmdSetLimits, `{"orders_per_second": 1.5}`, "orders_per_second"},
		{CmdOpenAccount, `{"limits": {"symbols_denied": [null]}}`, "data.limits.symbols_denied[0] is null"},
		{CmdDeploy, `{"name": "n", "symbols": ["X"], "rules": {"entry_long": null}}`, "rules.entry_long is null"},
		{CmdDeploy, `{"name": "n", "symbols": ["X"], "rules": {"entry_long": {}}}`, "rules.entry_long: want a text"},
		{CmdOpenAccount, `{"limits": {"position_size": null}}`, "data.limits.position_size is null"},
	} {
		_, err := ParseCommand("c1", "alice", 5, c.kind, []byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v; want it to say %q", c.kind, c.data, err, c.want)
		}
	}
}

// TestRulesMayBeNumbers: a rule that is a number needs no quotes.
func TestRulesMayBeNumbers(t *testing.T) {
	c, err := ParseCommand("c1", "alice", 5, CmdDeploy, []byte(`{"name": "n", "symbols": ["X"], "rules": {"quantity": 50, "entry_long": "close > 1", "exit_long": true}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Data.(*Deploy).Rules
	if got["quantity"] != "50" || got["entry_long"] != "close > 1" || got["exit_long"] != "true" {
		t.Errorf("rules are %v", got)
	}
}

// TestTicksOfTwoPartitions: a tick that came another way may have the offset of
// the tick before it, and is a trade all the same.
func TestTicksOfTwoPartitions(t *testing.T) {
	p := newPlayer(t)
	p.play(started)
	before := p.a.symbols["X"].Ticks
	for _, m := range []Mark{
		{Symbol: "X", TimeMs: 10, Price: decimal.FromInt(100), Seq: Seq{Partition: 1, Offset: 7}},
		{Symbol: "X", TimeMs: 20, Price: decimal.FromInt(101), Seq: Seq{Partition: 2, Offset: 7}},
		{Symbol: "X", TimeMs: 20, Price: decimal.FromInt(101), Seq: Seq{Partition: 2, Offset: 7}}, // its second timeframe
	} {
		p.a.Mark(m, Cause{Origin: "t/1/7", TimeMs: m.TimeMs})
	}
	if s := p.a.symbols["X"]; s.Price != decimal.FromInt(101) || s.Ticks != before+2 {
		t.Errorf("after two ticks: %d more, price %v", s.Ticks-before, s.Price)
	}
}
