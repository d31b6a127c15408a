package actors

import (
	"fmt"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
)

func (w *witness) withheldFor(r strategy.WithheldReason) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.withheld[r]
}

// TestWithheldIsCountedOnce: accounts that nobody saved take their inputs in again
// after an abrupt move; what their strategies withheld below the committed frontier was
// counted before.
func TestWithheldIsCountedOnce(t *testing.T) {
	const n, users = 600, 12
	k := newKit(t, nil)
	c := k.config()
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour, Batch: 500}
	node := k.startAll(c)
	for i := range users {
		user := fmt.Sprintf("user-%d", i)
		k.command(user, "open-"+user, account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
		k.command(user, "cold-"+user, account.CmdDeploy, account.Deploy{
			Name: "cold", Symbols: []string{"SYM1"}, Timeframe: "1min",
			Rules: map[string]string{"entry_long": "close > SMA_5000", "evaluate": "every_tick"},
		})
	}
	k.ready(node)
	for _, tick := range walk(3, 8, n, "feed") {
		k.tick(tick)
	}
	k.settle(n)
	// Orders of some accounts commit the frontier of both shards.
	for i := range users / 2 {
		k.command(fmt.Sprintf("user-%d", i), fmt.Sprintf("buy-%d", i), account.CmdOrder, account.ManualOrder{Symbol: "SYM1", TransactionType: order.Buy, Quantity: decimal.FromInt(1)})
	}
	k.until("the orders", func() bool { return k.total(messages.TopicOrders) >= users/2 })
	k.ready(node)
	decided, cold := k.seen.get(CountDecisions, ""), k.seen.withheldFor(strategy.WithheldCold)
	if decided == 0 || cold != decided {
		t.Fatalf("%d decisions, of which %d were withheld cold", decided, cold)
	}
	node.Lost(messages.AccountShard, allAccounts)
	next := k.start(c)
	next.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.ready(next)
	if again := k.seen.withheldFor(strategy.WithheldCold); again != cold || k.seen.get(CountDecisions, "") != decided {
		t.Errorf("%d withheld after the move, %d before", again, cold)
	}
	k.stop(node)
	k.stop(next)
}

// replacing asks at each close for a new order in place of the last one.
type replacing struct{ vanishing }

func init() {
	compiled.Register("replacing", func(at compiled.Place, _ *compiled.Parameters) strategy.Strategy {
		return &replacing{vanishing{Place: at}}
	})
}

func (s *replacing) Step(ev *strategy.Event, _ *strategy.Book) []strategy.Signal {
	if !ev.Closed {
		return nil
	}
	return []strategy.Signal{{
		StrategyID: s.StrategyID, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: strategy.Buy,
		Quantity: decimal.FromInt(1), Price: decimal.FromInt(50), Cancel: true,
	}}
}

// TestPausedStrategyCancels: of a paused strategy's signal what it cancels is left.
func TestPausedStrategyCancels(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "s", Name: "s", Symbols: []string{"X"}, Timeframe: "1min", Code: "replacing"})
	k.ready(node)
	ticks := func(from, to int) {
		for i := from; i < to; i++ {
			k.tick(&market.Tick{
				Symbol: "X", Exchange: "SIM", TimeMs: baseMs + int64(i)*20_000, Source: "feed", Type: "trade", Price: decimal.FromInt(100), Volume: decimal.FromInt(1),
			})
		}
		k.settle(to)
	}
	ticks(0, 10)
	k.until("an order waits", func() bool { return k.seen.get(CountOrders, "PLACED") > 0 })
	k.ready(node)
	placed := k.seen.get(CountOrders, "PLACED")
	k.command("ann", "pause", account.CmdPause, account.StrategyRef{StrategyID: "s"})
	k.ready(node)
	ticks(10, 20)
	k.until("each order is cancelled", func() bool { return k.seen.get(CountOrders, "CANCELLED") == placed })
	k.stop(node)
	if n := k.seen.get(CountOrders, "PLACED"); n != placed || k.seen.withheldFor(strategy.WithheldPaused) == 0 {
		t.Errorf("%d orders, want the %d from before the pause; counts: %s", n, placed, k.seen.all())
	}
	records := k.cluster.AllRecords(messages.TopicSignals)
	if g, err := messages.DecodeSignalRecord(records[len(records)-1]); err != nil || g.Action != "HOLD" || !g.Cancel || !g.Quantity.IsZero() {
		t.Errorf("the last signal is %s (%v), want a HOLD that cancels", records[len(records)-1].Value, err)
	}
}

// TestPausedStrategyIsCounted: an account drops what a paused strategy signals, and
// tells so.
func TestPausedStrategyIsCounted(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("ann", "deploy", account.CmdDeploy, account.Deploy{
		StrategyID: "s", Name: "always", Symbols: []string{"SYM1"}, Timeframe: "1min",
		Rules: map[string]string{"entry_long": "close > 0", "evaluate": "every_tick", "allow_gaps": "true"},
	})
	k.command("ann", "pause", account.CmdPause, account.StrategyRef{StrategyID: "s"})
	k.ready(node)
	for _, tick := range walk(3, 8, 80, "feed") {
		k.tick(tick)
	}
	k.settle(80)
	k.stop(node)
	if n := k.seen.withheldFor(strategy.WithheldPaused); n == 0 || k.total(messages.TopicOrders) != 0 || k.seen.get(CountSignals, "") != 0 {
		t.Errorf("%d signals of a paused strategy were counted; counts: %s", n, k.seen.all())
	}
}
