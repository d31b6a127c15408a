package actors

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
)

var allAccounts = []int32{0, 1}

// command writes a command for an account.
func (k *kit) command(user, id string, kind account.CommandType, data any) (origin string) {
	raw, err := json.Marshal(data)
	if err != nil {
		k.t.Fatal(err)
	}
	c := messages.Command{CommandID: id, UserID: user, TimeMs: baseMs, Type: string(kind), Data: raw}
	partition, offset := k.cluster.Produce(messages.Out{
		Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(user), Value: messages.AppendCommand(nil, &c),
	})
	return fmt.Sprintf("%s/%d/%d", messages.TopicCommands, partition, offset)
}

// signal writes a signal from outside.
func (k *kit) signal(s *messages.Signal) {
	k.cluster.Produce(messages.Out{
		Topic: messages.TopicSignals, Partition: messages.AnyPartition, Key: []byte(s.StrategyID), Value: messages.AppendSignal(nil, s),
	})
}

// accounts opens n accounts, each with a strategy that trades often on one
// symbol and one that trades seldom.
func (k *kit) accounts(n int) {
	for i := range n {
		user := fmt.Sprintf("user-%d", i)
		k.command(user, "open-"+user, account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "limits": map[string]any{"position_size": 500, "daily_loss": 900}})
		k.command(user, "often-"+user, account.CmdDeploy, account.Deploy{
			Name: "often", Symbols: []string{fmt.Sprintf("SYM%d", i%8)}, Timeframe: "1min",
			Rules: map[string]string{
				"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "10", "evaluate": "every_tick",
			},
		})
		k.command(user, "seldom-"+user, account.CmdDeploy, account.Deploy{
			Name: "seldom", Symbols: []string{fmt.Sprintf("SYM%d", i%8)}, Timeframe: "1min",
			Rules: map[string]string{
				"entry_short": "RSI_3 > 80", "exit_short": "RSI_3 < 40", "quantity": "7", "stoploss": "close * 1.01", "target": "close * 0.99",
			},
		})
	}
}

// trades gives what came out for each account's strategies and positions, ids and
// offsets taken out: they differ with the order in which partitions are read.
func (k *kit) trades() map[string][]string {
	out := make(map[string][]string)
	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		e.OrderID = ""
		out[e.StrategyID] = append(out[e.StrategyID], string(messages.AppendOrderEvent(nil, &e)))
	}
	for _, r := range k.cluster.AllRecords(messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		p.PositionID = ""
		out[p.UserID] = append(out[p.UserID], string(messages.AppendPosition(nil, &p)))
	}
	// Events of one strategy lie in several partitions, by their orders' ids.
	for _, lines := range out {
		slices.Sort(lines)
	}
	return out
}

func (k *kit) startAll(c Config) *Node {
	n := k.start(c)
	n.Assigned(&member{}, messages.SymbolShard, allTicks)
	n.Assigned(&member{}, messages.AccountShard, allAccounts)
	return n
}

// settle waits until both kinds of shard have taken in everything.
func (k *kit) settle(ticks int) {
	k.until("all ticks and updates taken in", func() bool {
		if k.seen.get(CountTicks, "") < ticks {
			return false
		}
		return k.seen.caughtUp(k.cluster)
	})
}

// timedOrders: every order that a tick caused has a latency, from its tick's
// record to its commit.
func (k *kit) timedOrders() {
	k.t.Helper()
	times := k.seen.times[TimeTickToOrder]
	if placed := k.seen.get(CountOrders, "PLACED"); len(times) == 0 || len(times) > placed {
		k.t.Errorf("%d latencies from tick to order of %d orders", len(times), placed)
	}
	want := time.Since(time.UnixMilli(logMs))
	for _, d := range times {
		if (d - want).Abs() > 2*time.Minute {
			k.t.Errorf("a tick took %v to its order; want about %v", d, want)
		}
	}
}

// runAccounts gives the trades of a plain run.
func runAccounts(t *testing.T, n int, change func(*Config)) map[string][]string {
	t.Helper()
	k := newKit(t, nil)
	c := k.config()
	if change != nil {
		change(&c)
	}
	node := k.startAll(c)
	k.accounts(12)
	k.ready(node)
	for _, tick := range walk(11, 8, n, "feed") {
		k.tick(tick)
	}
	k.settle(n)
	k.stop(node)
	k.timedOrders()
	if dead := k.cluster.AllRecords(messages.TopicDeadLetters); len(dead) > 0 {
		t.Fatalf("%d dead letters, the first: %s", len(dead), dead[0].Value)
	}
	return k.trades()
}

func TestAccountsDontDependOnTheCutOfBatches(t *testing.T) {
	const n = 4000
	want := runAccounts(t, n, func(c *Config) { c.Limits = EpochLimits{PollRecords: 10_000, Records: 10_000} })
	orders := 0
	for _, lines := range want {
		orders += len(lines)
	}
	if orders < 500 {
		t.Fatalf("only %d events: the run shows nothing", orders)
	}
	for _, limits := range []EpochLimits{{PollRecords: 1, Records: 1}, {PollRecords: 13, Records: 40}} {
		t.Run(fmt.Sprint(limits.Records), func(t *testing.T) {
			got := runAccounts(t, n, func(c *Config) { c.Limits = limits })
			compare(t, got, want)
		})
	}
}

// TestAccountsAfterAbruptMoves: both kinds of shard are abandoned again and
// again in the middle; orders and positions are those of a run without it.
func TestAccountsAfterAbruptMoves(t *testing.T) {
	const n = 4000
	want := runAccounts(t, n, nil)
	k := newKit(t, nil)
	c := k.config()
	nodes := []*Node{k.start(c), k.start(c)}
	group := &member{}
	nodes[0].Assigned(group, messages.SymbolShard, allTicks)
	nodes[0].Assigned(group, messages.AccountShard, allAccounts)
	k.accounts(12)
	k.ready(nodes[0])
	for i, tick := range walk(11, 8, n, "feed") {
		if i%400 == 399 {
			from, to := nodes[i/400%2], nodes[(i/400+1)%2]
			for kind, all := range map[messages.ShardKind][]int32{messages.SymbolShard: allTicks, messages.AccountShard: allAccounts} {
				from.Lost(kind, all)
				to.Assigned(group, kind, all)
			}
		}
		k.tick(tick)
	}
	k.settle(n)
	for _, node := range nodes {
		k.stop(node)
	}
	compare(t, k.trades(), want)
	k.uniqueIDs()
}

// uniqueIDs fails when an order was placed twice.
func (k *kit) uniqueIDs() {
	placed := make(map[string]bool)
	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		if e.EventType == "PLACED" && placed[e.OrderID] {
			k.t.Errorf("order %s was placed twice", e.OrderID)
		}
		placed[e.OrderID] = placed[e.OrderID] || e.EventType == "PLACED"
	}
}

// TestExternalSignals: a signal of an external strategy is traded; one of a
// strategy that nobody has is one dead letter, UNCLAIMED, whatever shard reads it.
func TestExternalSignals(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.command("ext", "open", account.CmdOpenAccount, map[string]any{"deposit": 1000})
	k.command("ext", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "outside", Name: "outside", Symbols: []string{"SYM1"}, External: true})
	k.ready(node)
	ticks := walk(5, 8, 400, "feed")
	for _, tick := range ticks[:200] {
		k.tick(tick)
	}
	k.settle(200)
	for _, id := range []string{"outside", "nobody", "outside"} {
		sig := messages.Signal{StrategyID: id, Symbol: "SYM1", TimeMs: baseMs + 5, Action: messages.Buy, Quantity: ticks[0].Volume}
		k.signal(&sig)
	}
	k.until("the order and the dead letter", func() bool {
		return k.seen.get(CountOrders, "PLACED") == 1 && k.total(messages.TopicDeadLetters) == 1 && k.seen.get(CountRepeats, "signal") == 1
	})
	for _, tick := range ticks[200:] {
		k.tick(tick)
	}
	k.until("the fill", func() bool { return k.seen.get(CountOrders, "FILLED") == 1 })
	k.settle(400)
	k.stop(node)
	letter, err := messages.DecodeDeadLetter(k.cluster.AllRecords(messages.TopicDeadLetters)[0].Value)
	if err != nil || letter.Reason != reasonUnclaimed || !strings.Contains(string(letter.Data), "nobody") {
		t.Errorf("dead letter %+v, %v", letter, err)
	}
}

// TestStrategyPanics: a strategy that panics twice on one input is quarantined
// with an alert and a dead letter; its account and all others go on.
func TestStrategyPanics(t *testing.T) {
	const n = 1500
	want := runAccounts(t, n, nil)
	k := newKit(t, nil)
	c := k.config()
	victim := ""
	c.Fault = func(point, detail string) error {
		if point == "step" && victim != "" && strings.HasPrefix(detail, victim+" = ") {
			return fmt.Errorf("injected into %s", detail)
		}
		return nil
	}
	for id := range want {
		if strings.Count(id, "-") == 4 && (victim == "" || id < victim) { // a strategy's id, not a user's
			victim = id
		}
	}
	node := k.startAll(c)
	k.accounts(12)
	k.ready(node)
	for _, tick := range walk(11, 8, n, "feed") {
		k.tick(tick)
	}
	k.settle(n)
	k.stop(node)
	got := k.trades()
	if len(got[victim]) > 0 {
		t.Errorf("the quarantined strategy traded: %v", got[victim][:1])
	}
	for id, lines := range want {
		if strings.HasPrefix(id, "user-") || id == victim {
			continue
		}
		if !slices.Equal(got[id], lines) {
			t.Errorf("strategy %s has %d events, want %d", id, len(got[id]), len(lines))
		}
	}
	if k.seen.get(CountQuarantined, "strategy") != 1 || k.seen.get(CountRestarts, "strategy") != 2 || k.seen.get(CountAlerts, "SYSTEM/ERROR") != 1 {
		t.Errorf("counts: %s", k.seen.all())
	}
	if letters := k.cluster.AllRecords(messages.TopicDeadLetters); len(letters) != 1 {
		t.Errorf("%d dead letters, want 1", len(letters))
	}
}
