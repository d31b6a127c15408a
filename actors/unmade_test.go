package actors

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
)

// gone: this build can't make the strategy "vanishing".
var gone atomic.Bool

func init() {
	compiled.Register("vanishing", func(at compiled.Place, _ *compiled.Parameters) strategy.Strategy {
		if gone.Load() {
			return nil
		}
		return &vanishing{Place: at}
	})
}

// vanishing buys one at each close of a candle while it holds nothing, with a stop 10
// below. It remembers how often.
type vanishing struct {
	compiled.Place
	bought byte
}

func (v *vanishing) Needs() []strategy.Need {
	return []strategy.Need{{Symbol: v.Symbols[0], Timeframe: v.Timeframe, Periods: 1}}
}

func (v *vanishing) Step(ev *strategy.Event, book *strategy.Book) []strategy.Signal {
	if h := book.For(ev.Symbol); !ev.Closed || !h.Quantity.IsZero() || h.OpenOrders > 0 {
		return nil
	}
	v.bought++
	return []strategy.Signal{{
		StrategyID: v.StrategyID, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: strategy.Buy, Confidence: 1, Market: true,
		Quantity: decimal.FromInt(1), StopLoss: ev.Price.Sub(decimal.FromInt(10)),
	}}
}

func (v *vanishing) AppendState(b []byte) []byte { return append(b, v.bought) }

func (v *vanishing) LoadState(b []byte) error {
	v.bought = b[0]
	return nil
}

// TestStrategyThatABuildLacks: after a restart with a build that can't make one of an
// account's strategies, that one has failed, with an alert that says what is missing
// and what to do. Its stop still works, the account and its other strategies trade on.
// Once a build can make it again, it goes on by command.
func TestStrategyThatABuildLacks(t *testing.T) {
	defer gone.Store(false)
	k := newKit(t, nil)
	sent := 0
	feed := func(n int, price int64) {
		k.t.Helper()
		for range n {
			sent++
			for _, symbol := range []string{"CODE", "RULE"} {
				k.tick(&market.Tick{
					Symbol: symbol, Exchange: "SIM", TimeMs: baseMs + int64(sent)*20_000, Source: "feed", Type: "trade",
					Price: decimal.FromInt(price + int64(sent%2)), Volume: decimal.FromInt(1),
				})
			}
		}
		k.settle(2 * sent)
	}
	start := func(lacks bool) *Node {
		gone.Store(lacks)
		k.seen.forget()
		node := k.startAll(k.config())
		k.ready(node)
		return node
	}
	node := start(false)
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("ann", "code", account.CmdDeploy, account.Deploy{StrategyID: "code", Name: "code", Symbols: []string{"CODE"}, Timeframe: "1min", Code: "vanishing"})
	k.command("ann", "rule", account.CmdDeploy, account.Deploy{
		StrategyID: "rule", Name: "rule", Symbols: []string{"RULE"}, Timeframe: "1min", Rules: map[string]string{"entry_long": "close > 0", "exit_long": "close > 0"},
	})
	k.ready(node)
	feed(20, 100)
	k.until("both strategies' orders", func() bool { return k.ordersOf("code") == 1 && k.ordersOf("rule") >= 2 })
	k.stop(node)

	node = start(true)
	k.until("the alert", func() bool { return k.seen.get(CountAlerts, "SYSTEM/ERROR") == 1 })
	before := k.ordersOf("rule")
	feed(20, 80)
	k.until("the exit at the stop, and more trades of the other strategy", func() bool {
		return k.ordersOf("code") == 2 && k.ordersOf("rule") > before
	})
	k.command("ann", "resume", account.CmdResumeStrategy, account.StrategyRef{StrategyID: "code"})
	k.until("the refusal", func() bool { return k.total(messages.TopicDeadLetters) == 1 })
	k.stop(node)
	if k.ordersOf("code") != 2 || k.seen.get(CountQuarantined, "strategy") != 1 {
		t.Errorf("%d orders of code, want the entry and the exit; counts: %s", k.ordersOf("code"), k.seen.all())
	}
	k.failedAlert("ann", "compiled strategy vanishing", "RESUME_STRATEGY")

	node = start(false)
	feed(20, 80)
	k.ready(node)
	if k.ordersOf("code") != 2 || k.seen.get(CountAlerts, "SYSTEM/ERROR") != 1 {
		t.Errorf("%d orders of a strategy that has failed; counts: %s", k.ordersOf("code"), k.seen.all())
	}
	k.command("ann", "resume again", account.CmdResumeStrategy, account.StrategyRef{StrategyID: "code"})
	k.ready(node)
	feed(20, 80)
	k.until("an order of the strategy that was resumed", func() bool { return k.ordersOf("code") == 3 })
	k.stop(node)
}

// failedAlert wants one ERROR alert about a failed strategy, with words in its detail.
func (k *kit) failedAlert(user string, words ...string) {
	k.t.Helper()
	records := k.cluster.AllRecords(messages.TopicAlerts)
	if len(records) != 1 {
		k.t.Fatalf("%d alerts, want 1", len(records))
	}
	a, err := messages.DecodeAlert(records[0].Value)
	var data struct{ Detail string }
	if err == nil {
		err = json.Unmarshal(a.Data, &data)
	}
	if err != nil || a.UserID != user || a.Severity != "ERROR" {
		k.t.Fatalf("%s, %v", records[0].Value, err)
	}
	for _, w := range words {
		if !strings.Contains(data.Detail, w) {
			k.t.Errorf("the alert says %q, and not %q", data.Detail, w)
		}
	}
}

// TestUnmadeStrategyKeepsItsState: until its account is told that it has failed, a
// strategy that a build doesn't know is saved as it was, and is asked nothing.
func TestUnmadeStrategyKeepsItsState(t *testing.T) {
	config := newKit(t, nil).config()
	make := func() *accountMachine { return newAccountMachine("ann", &config, newInline()) }
	m := make()
	if err := m.load(nil); err != nil {
		t.Fatal(err)
	}
	in := &input{}
	m.index()
	for i, c := range []messages.Command{
		{Type: string(account.CmdOpenAccount), Data: []byte(`{"deposit": 1000}`)},
		{Type: string(account.CmdDeploy), Data: []byte(`{"strategy_id": "s", "name": "s", "symbols": ["X"], "code": "vanishing"}`)},
	} {
		c.CommandID, c.UserID, c.TimeMs = string(rune('a'+i)), "ann", baseMs
		in.payload = &c
		m.take(in, nil, &outbox{in: in})
	}
	before := m.save()
	for i := range before {
		before[i].payload = bytes.Replace(before[i].payload, []byte(`"code":"vanishing"`), []byte(`"code":"elsewhere"`), 1)
	}
	n := make()
	if err := n.load(before); err != nil {
		t.Fatal(err)
	}
	n.ready()
	if note := n.step(&batch{}, &outbox{}); !note.takesOver {
		t.Error("the account is not told that it was taken over")
	}
	after := n.save()
	if len(after) != len(before) {
		t.Fatalf("saved are %d parts, there were %d", len(after), len(before))
	}
	for i := range after {
		if after[i].key != before[i].key || !bytes.Equal(after[i].payload, before[i].payload) {
			t.Errorf("part %s is\n%s\nand was\n%s", after[i].key, after[i].payload, before[i].payload)
		}
	}
	in.payload = &recovered{timeMs: baseMs}
	n.take(in, nil, &outbox{in: in})
	d, _ := n.account.Strategy("s")
	if d.Status != account.Failed || !strings.Contains(d.Detail, `no compiled strategy is named "elsewhere": this build has`) {
		t.Errorf("status %s: %s", d.Status, d.Detail)
	}
	if parts := n.save(); len(parts) != len(before)-1 {
		t.Errorf("%d parts after it failed, want no state of it", len(parts))
	}
}
