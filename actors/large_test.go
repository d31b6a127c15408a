package actors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// fillUp gives an account strategies until not the smallest has room; it gives how many
// were tried.
func (k *kit) fillUp(user string) int {
	n := 0
	for _, symbols := range []int{500, 100, 20, 4, 1} {
		for range 6 {
			n++
			d := account.Deploy{Name: fmt.Sprint("large ", n), External: true}
			for i := range symbols {
				d.Symbols = append(d.Symbols, fmt.Sprintf("%d/%d/%s", n, i, strings.Repeat("N", 1000)))
			}
			k.command(user, d.Name, account.CmdDeploy, d)
		}
	}
	return n
}

// TestLargeAccount: an account that has no room takes no strategy and no entry, goes on to
// exit and to cancel, and its record fits into its topic.
func TestLargeAccount(t *testing.T) {
	k := newKitWith(t, nil, map[string]int{messages.TopicCommands: 1 << 20, messages.StateTopic(messages.AccountShard): 8 << 20})
	node := k.startAll(k.config())
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "out", Name: "out", Symbols: []string{"SYM1"}, External: true})
	k.ready(node)
	ticks := 0
	tick := func() {
		ticks++
		k.tick(&market.Tick{Symbol: "SYM1", Exchange: "SIM", TimeMs: baseMs + int64(ticks)*1000, Source: "feed", Type: "trade", Price: decimal.FromInt(100), Volume: decimal.FromInt(1)})
		k.settle(ticks)
	}
	order := func(id, side string, more map[string]any) {
		data := map[string]any{"symbol": "SYM1", "transaction_type": side, "quantity": 10}
		for name, value := range more {
			data[name] = value
		}
		k.command("ann", id, account.CmdOrder, data)
	}
	tick()
	order("buy", "BUY", nil)
	order("wait", "BUY", map[string]any{"price": 50})
	k.until("the orders", func() bool { return k.seen.get(CountOrders, "PLACED") == 2 })
	tick()
	k.until("the position", func() bool { return k.seen.get(CountOrders, "FILLED") == 1 })

	n := k.fillUp("ann")
	order("more", "BUY", nil)
	k.until("the refused entry", func() bool { return k.seen.get(CountOrders, "REJECTED") == 1 })
	order("exit", "SELL", nil)
	k.until("the exit", func() bool { return k.seen.get(CountOrders, "PLACED") == 3 })
	tick()
	k.until("its fill", func() bool { return k.seen.get(CountOrders, "FILLED") == 2 })
	k.command("ann", "halt", account.CmdHalt, map[string]any{})
	k.until("the cancel", func() bool { return k.seen.get(CountOrders, "CANCELLED") == 1 })
	k.stop(node)

	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		if e.EventType == "REJECTED" && e.Order.Reason != "ACCOUNT_TOO_LARGE" {
			t.Errorf("rejected: %s, %s", e.Order.Reason, e.Order.Detail)
		}
	}
	refused := k.cluster.AllRecords(messages.TopicDeadLetters)
	if len(refused) < 5 {
		t.Errorf("%d of %d strategies were refused", len(refused), n)
	}
	for _, r := range refused {
		letter, err := messages.DecodeDeadLetter(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Reason != reasonRefused || !strings.Contains(letter.Error, "ACCOUNT_TOO_LARGE") {
			t.Errorf("dead letter %s: %s", letter.Reason, letter.Error)
		}
	}
}
