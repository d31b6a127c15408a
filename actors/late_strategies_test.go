package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
)

// TestPauseOfAFailedStrategy: it becomes a paused one, and its account and the
// shard go on.
func TestPauseOfAFailedStrategy(t *testing.T) {
	k := newKit(t, nil)
	c := k.config()
	var fails atomic.Int64
	c.Fault = func(point, detail string) error {
		if point == "step" && detail == "strategy = user/often" && fails.Add(1) <= 2 {
			return errors.New("injected")
		}
		return nil
	}
	node := k.startAll(c)
	k.command("user", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("user", "deploy", account.CmdDeploy, account.Deploy{
		StrategyID: "strategy", Name: "often", Symbols: []string{"SYM0"}, Timeframe: "1min",
		Rules: map[string]string{"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "10", "evaluate": "every_tick"},
	})
	k.ready(node)
	ticks := walk(5, 1, 1000, "feed")
	next := 0
	k.until("the strategy failed", func() bool {
		if next < 500 {
			k.tick(ticks[next])
			next++
		}
		return k.seen.get(CountQuarantined, "strategy") == 1
	})
	k.command("user", "pause", account.CmdPause, account.StrategyRef{StrategyID: "strategy"})
	k.command("user", "resume", account.CmdResumeStrategy, account.StrategyRef{StrategyID: "strategy"})
	k.ready(node)
	for _, tick := range ticks[next:] {
		k.tick(tick)
	}
	k.settle(1000)
	k.stop(node)
	if k.total(messages.TopicOrders) == 0 || k.seen.get(CountRestarts, "shard") != 0 {
		t.Errorf("%d order events; counts: %s", k.total(messages.TopicOrders), k.seen.all())
	}
}

// TestSignalRightAfterItsDeploy: an account opened, a strategy deployed and a
// signal for it, all there before a node starts, give an order, wherever the
// strategy's owner and its signals are at home.
func TestSignalRightAfterItsDeploy(t *testing.T) {
	for i := range 6 {
		k := newKit(t, nil)
		user := fmt.Sprint("user-", i)
		c := k.config()
		c.Limits.PollRecords, c.Limits.Records = 1000, 1000
		k.command(user, "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
		k.command(user, "deploy", account.CmdDeploy, account.Deploy{StrategyID: "outside", Name: "outside", Symbols: []string{"SYM0"}, External: true})
		s := messages.Signal{StrategyID: "outside", Symbol: "SYM0", TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(1)}
		k.signal(&s)
		keeper, owner := messages.HomePartition([]byte("outside"), 2), messages.HomePartition([]byte(user), 2)
		node := k.start(c)
		// The owner first: the keeper of the signal's partition must find it.
		for _, p := range slices.Compact([]int32{owner, keeper}) {
			node.Assigned(&member{}, messages.AccountShard, []int32{p})
			k.ready(node)
		}
		k.until("an order or a dead letter", func() bool {
			return k.total(messages.TopicOrders)+k.total(messages.TopicDeadLetters) > 0
		})
		k.stop(node)
		if dead := k.total(messages.TopicDeadLetters); dead != 0 {
			t.Errorf("%s: the signal is a dead letter", user)
		}
	}
}

// promptVenue accepts and cancels at once, and knows what it did.
type promptVenue struct {
	mu     sync.Mutex
	orders map[string]order.ReportKind
}

func (v *promptVenue) Venue(_, name string) (Venue, bool) { return v, name == "prompt" }

func (v *promptVenue) report(id string, to order.ReportKind) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	if to != order.ReportUnknown {
		v.orders[id] = to
	}
	kind, ok := v.orders[id]
	if !ok {
		kind = order.ReportUnknown
	}
	return order.Report{OrderID: id, Kind: kind, TimeMs: baseMs}
}

func (v *promptVenue) Send(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return v.report(c.ClientOrderID, order.ReportAccepted)
}

func (v *promptVenue) Cancel(_ context.Context, c account.VenueCommand) order.Report {
	return v.report(c.ClientOrderID, order.ReportCancelled)
}

func (v *promptVenue) Change(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return v.report(c.ClientOrderID, order.ReportChanged)
}

func (v *promptVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	return v.report(c.ClientOrderID, order.ReportUnknown)
}

func (v *promptVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	return account.VenueSnapshot{}, nil
}

// TestRepliesKeepTheirOrder: an order that a venue accepted and then cancelled
// ends CANCELLED.
func TestRepliesKeepTheirOrder(t *testing.T) {
	const n = 60
	k := newKit(t, nil)
	c := k.config()
	c.Venues = &promptVenue{orders: make(map[string]order.ReportKind)}
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000, "venue": "prompt"})
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.agreed(1)
	for i := range n {
		origin := k.command("live", fmt.Sprint("order", i), account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1, "price": 100})
		id := ident.Derive("order", "live", account.ManualStrategy("live"), origin, "command")
		k.command("live", fmt.Sprint("cancel", i), account.CmdOrder, map[string]any{"cancel": id})
	}
	k.until("every order cancelled", func() bool {
		open := make(map[string]bool)
		for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
			e, err := messages.DecodeOrderEvent(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			open[e.OrderID] = e.Order.Status != string(order.Cancelled)
		}
		return len(open) == n && !slices.Contains(slices.Collect(maps.Values(open)), true)
	})
	k.stop(node)
}

// brood is a machine with children, one of which fails its only step.
type brood struct {
	machine
	c     actor.Context
	names names
}

func (b *brood) load([]part) error { return nil }

func (b *brood) ready() {
	for range 3 {
		b.names.add(b.c.Spawn(actor.PropsFromFunc(func(actor.Context) {})), "one")
	}
}

func (b *brood) step(*batch, *outbox) stepNote { panic(&strategyFailure{id: "one", reason: "told to"}) }

// counted tells how many children an actor has, or has names of, when it gets an int.
type counted struct {
	*entityActor
	count chan int
}

func (a *counted) Receive(c actor.Context) {
	if _, ok := c.Message().(int); ok {
		a.count <- max(len(c.Children()), len(a.children))
		return
	}
	a.entityActor.Receive(c)
}

// TestFailureLeavesNoOrphans: after a strategy's failure its account has the
// strategies of its new machine, and not those of the old one as well, nor their names.
func TestFailureLeavesNoOrphans(t *testing.T) {
	children := make(chan int)
	named := make(names)
	entity := &entityActor{cell: &cell{key: "user"}, children: named, make: func(_ string, c actor.Context) machine { return &brood{c: c, names: named} }}
	system, err := supervisor.Start(slog.New(slog.DiscardHandler), func() actor.Actor { return &counted{entity, children} }, "account",
		supervisor.Options{Name: "account"}, supervisor.Options{Name: "root", OnExhausted: func(_ *actor.PID, reason any) { t.Error(reason) }})
	if err != nil {
		t.Fatal(err)
	}
	barrier := supervisor.NewBarrier[stepped](1)
	system.Send(system.Root(), &stepEntity{batch: &batch{}, barrier: barrier})
	if answers, err := barrier.Wait(t.Context(), 10*time.Second); err != nil || answers[0].strategy != "one" {
		t.Fatalf("the step ended with %+v, %v", answers, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for n := 0; n != 3; { // the old ones end one by one
		system.Send(system.Root(), 0)
		if n = <-children; ctx.Err() != nil {
			t.Fatalf("%d children, want 3", n)
		}
	}
	if err := system.Stop(ctx); err != nil {
		t.Error(err)
	}
}
