package actors

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/market"
)

// deaf is a node's log that doesn't reach the broker of the requests any more.
type deaf struct{ messages.Log }

func (d deaf) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	log, err := d.Log.OpenShard(ctx, id)
	return deafShard{log}, err
}

type deafShard struct{ messages.ShardLog }

func (d deafShard) Read(inputs []messages.Input) error {
	return d.ShardLog.Read(slices.DeleteFunc(slices.Clone(inputs), func(in messages.Input) bool { return in.Topic == messages.TopicSignals }))
}

// rarely makes a node's shards commit when they must.
func rarely(c Config) Config {
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour, Batch: 100}
	return c
}

// TestStaleUpdates: an owner who doesn't know yet that he isn't one any more writes
// updates of ticks that his successor has still to write, and lacks what was asked for
// since: another timeframe, or another indicator. Accounts, and readers who heed the
// openings, have what they would have had of the successor alone.
func TestStaleUpdates(t *testing.T) {
	for name, rules := range map[string]map[string]string{
		"5min": {"entry_long": "close > EMA_3", "exit_long": "close < EMA_3", "quantity": "10", "evaluate": "every_tick"},
		"1min": {"entry_long": "close > SMA_2", "exit_long": "close < SMA_2", "quantity": "10", "evaluate": "every_tick"},
	} {
		deploy := account.Deploy{Name: "often", Symbols: []string{"SYM0"}, Timeframe: name, Rules: rules}
		t.Run(name, func(t *testing.T) {
			want, wantTrades := withStale(t, deploy, false, beforeOpening)
			got, trades := withStale(t, deploy, true, beforeOpening)
			compare(t, got, want)
			compare(t, trades, wantTrades)
		})
	}
}

// TestStaleUpdatesBehindTheBeginning: an account shard that begins behind the opening of
// the later owner, or finds its record deleted, knows of it all the same.
func TestStaleUpdatesBehindTheBeginning(t *testing.T) {
	deploy := account.Deploy{Name: "often", Symbols: []string{"SYM0"}, Timeframe: "1min", Rules: map[string]string{
		"entry_long": "close > SMA_2", "exit_long": "close < SMA_2", "quantity": "10", "evaluate": "every_tick",
	}}
	for name, accounts := range map[string]accountsCome{"behind it": behindOpening, "meanwhile": besideOpening, "after retention": afterRetention} {
		t.Run(name, func(t *testing.T) {
			_, want := withStale(t, deploy, false, accounts)
			_, got := withStale(t, deploy, true, accounts)
			compare(t, got, want)
		})
	}
}

// accountsCome says when the account shards begin.
type accountsCome int

const (
	beforeOpening  accountsCome = iota // of the later owner
	behindOpening                      // and at the end of the updates
	besideOpening                      // while they look for openings
	afterRetention                     // before, and again when its record is deleted
)

// staleRun is a symbol shard that a stale owner goes on with, in a run that has one, when
// his successor has it, and the account shards that read its updates.
type staleRun struct {
	*kit
	stale                bool
	come                 accountsCome
	shard                []int32
	old, young, accounts *Node
	// held: the successor's updates wait until gate is closed.
	held atomic.Bool
	gate chan struct{}
	// beside happens when an account shard has read for openings once.
	beside atomic.Pointer[func() error]
}

func newStaleRun(t *testing.T, stale bool, come accountsCome) *staleRun {
	r := &staleRun{stale: stale, come: come, shard: []int32{messages.HomePartition([]byte("SYM0"), 3)}, gate: make(chan struct{})}
	r.kit = newKit(t, r.strike)
	oc := rarely(r.config())
	oc.Log = deaf{oc.Log}
	r.old, r.young = r.start(oc), r.start(rarely(r.config()))
	ac := r.config()
	ac.Earliest = come == beforeOpening
	r.accounts = r.start(ac)
	return r
}

func (r *staleRun) strike(ctx context.Context, c memlog.Call) error {
	if f := r.beside.Load(); f != nil && c.Point == memlog.PointScan && c.After && r.beside.CompareAndSwap(f, nil) {
		return (*f)()
	}
	if !r.held.Load() || c.Node != 2 || c.Point != memlog.PointEmit || c.After {
		return nil
	}
	select {
	case <-r.gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin has the first owner take ticks, then his successor come, and the accounts when
// they are to. It gives the ticks that are left.
func (r *staleRun) begin(ticks []*market.Tick) []*market.Tick {
	if r.come == beforeOpening || r.come == afterRetention {
		r.accounts.Assigned(&member{}, messages.AccountShard, allAccounts)
		r.ready(r.accounts)
	}
	if r.stale {
		r.old.Assigned(&member{refuse: messages.ErrNotAssigned}, messages.SymbolShard, r.shard)
	} else {
		r.young.Assigned(&member{}, messages.SymbolShard, r.shard)
	}
	for _, tick := range ticks[:300] {
		r.tick(tick)
	}
	ticks = ticks[300:]
	r.until("the first updates", func() bool { return r.total(messages.TopicUpdates) >= 300 })
	if r.come == afterRetention {
		r.until("them taken in", func() bool { return r.seen.caughtUp(r.cluster) })
		r.accounts.Revoked(r.t.Context(), messages.AccountShard, allAccounts)
	}
	succeed := func() error {
		if r.stale {
			r.young.Assigned(&member{}, messages.SymbolShard, r.shard)
		}
		return r.young.Ready(r.t.Context())
	}
	if r.come == besideOpening {
		r.beside.Store(&succeed)
	} else if err := succeed(); err != nil {
		r.t.Fatal(err)
	}
	if r.come == afterRetention {
		r.tick(ticks[0]) // so that something is lost in any case
		ticks = ticks[1:]
		r.deleteUpdates()
	}
	if r.come != beforeOpening {
		r.accounts.Assigned(&member{}, messages.AccountShard, allAccounts)
	}
	r.ready(r.accounts)
	return ticks
}

// deleteUpdates deletes all updates that there are once the ticks are taken in.
func (r *staleRun) deleteUpdates() {
	r.until("the updates", func() bool { return r.seen.tookAll(r.cluster, r.shard) })
	for p := range r.cluster.Partitions(messages.TopicUpdates) {
		if err := r.cluster.DeleteRecords(messages.TopicUpdates, p, r.cluster.EndOffset(messages.TopicUpdates, p)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// withStale runs 900 ticks, of which a stale owner gets 300 before his successor
// does, in a run that has one; a strategy was deployed just before these.
func withStale(t *testing.T, deploy account.Deploy, stale bool, come accountsCome) (updates, trades map[string][]string) {
	t.Helper()
	r := newStaleRun(t, stale, come)
	ticks := r.begin(walk(3, 1, 900, "feed"))
	r.command("user", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "limits": map[string]any{"position_size": 500, "daily_loss": 900}})
	r.command("user", "deploy", account.CmdDeploy, deploy)
	r.ready(r.accounts)
	r.ready(r.young)
	r.held.Store(stale)
	before := r.total(messages.TopicUpdates)
	for _, tick := range ticks[:300] {
		r.tick(tick)
	}
	if stale {
		r.until("the old one's", func() bool { return r.total(messages.TopicUpdates) >= before+300 })
		r.old.Lost(messages.SymbolShard, r.shard) // now it is told
		close(r.gate)
	}
	for _, tick := range ticks[300:] {
		r.tick(tick)
	}
	r.until("everything taken in", func() bool { return r.seen.tookAll(r.cluster, r.shard) && r.seen.caughtUp(r.cluster) })
	if n := r.seen.get(CountRepeats, "stale update"); (n >= 300) != stale {
		t.Errorf("%d stale updates were dropped", n)
	}
	return r.updates(), r.trades()
}

// tookAll tells whether some symbol shards have taken in all ticks.
func (w *witness) tookAll(c *memlog.Cluster, shards []int32) bool {
	for _, p := range shards {
		tp := messages.TopicPartition{Topic: messages.TopicTicks, Partition: p}
		if at, _ := w.told(messages.ShardID{Kind: messages.SymbolShard, Partition: p}, tp); at < c.EndOffset(messages.TopicTicks, p) {
			return false
		}
	}
	return true
}

// TestUpdatesOfUncommittedRequests: what a request has changed isn't in any update that
// a reader sees before the request is committed, be it of a tick in the same epoch.
func TestUpdatesOfUncommittedRequests(t *testing.T) {
	var mu sync.Mutex
	var next []func() // each before one poll
	refuses := 0
	k := newKit(t, func(_ context.Context, c memlog.Call) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case c.After:
		case c.Point == memlog.PointPoll && len(next) > 0:
			next[0]()
			next = next[1:]
		case c.Point == memlog.PointCommitBegin && refuses > 0:
			refuses--
			return errors.New("injected")
		}
		return nil
	})
	node := k.start(rarely(k.config()))
	shard := []int32{messages.HomePartition([]byte("SYM0"), 3)}
	node.Assigned(&member{}, messages.SymbolShard, shard)
	ticks := walk(3, 1, 300, "feed")
	for _, tick := range ticks[:290] {
		k.tick(tick)
	}
	k.until("the first updates", func() bool { return k.seen.tookAll(k.cluster, shard) })
	r := messages.Signal{StrategyID: "outside", Symbol: "SYM0", TimeMs: baseMs, Action: messages.Hold, Timeframe: "1min", Periods: 50, RequestIndicators: []string{"SMA_2"}}
	mu.Lock()
	refuses = 1
	next = []func(){func() { k.signal(&r) }, func() {
		for _, tick := range ticks[290:] {
			k.tick(tick)
		}
	}}
	mu.Unlock()
	k.until("a commit fails", func() bool { return k.seen.get(CountCommits, "symbol/aborted") == 1 })
	k.until("all updates", func() bool { return len(k.updates()["SYM0"]) >= 300 && k.seen.tookAll(k.cluster, shard) })
	values := make(map[string]string)
	for _, r := range k.all(messages.TopicUpdates) {
		text, _ := r.Header(messages.HeaderOrigin)
		origin := string(text)
		if was, ok := values[origin]; ok && was != string(r.Value) {
			t.Fatalf("the update of %s is there with two values:\n%s\n%s", origin, was, r.Value)
		}
		values[origin] = string(r.Value)
	}
}

// TestUpdateBeforeAnOpening: an owner's last update is no stale one, though his successor
// has committed his number and has not told of it, when an account shard that has missed
// some looks for openings.
func TestUpdateBeforeAnOpening(t *testing.T) {
	gate := make(chan struct{})
	var held atomic.Bool
	k := newKit(t, func(ctx context.Context, c memlog.Call) error {
		if !held.Load() || c.Point != memlog.PointEmit || c.After {
			return nil
		}
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	accounts := k.startAll(k.config())
	k.command("alice", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	k.command("alice", "deploy", account.CmdDeploy, account.Deploy{StrategyID: "outside", Name: "outside", Symbols: []string{"SYM0"}, External: true})
	k.ready(accounts)
	k.stop(accounts)
	first := k.start(k.config())
	first.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.ready(first)
	for _, tick := range walk(3, 1, 20, "feed") {
		k.tick(tick)
	}
	k.until("the updates", func() bool { return k.total(messages.TopicUpdates) >= 20 })
	k.stop(first)

	home := messages.HomePartition([]byte("SYM0"), k.cluster.Partitions(messages.TopicUpdates))
	end := k.cluster.EndOffset(messages.TopicUpdates, home)
	if err := k.cluster.DeleteRecords(messages.TopicUpdates, home, end-1); err != nil {
		t.Fatal(err)
	}
	state, shard := messages.StateTopic(messages.SymbolShard), messages.HomePartition([]byte("SYM0"), 3)
	before := k.cluster.EndOffset(state, shard)
	held.Store(true)
	second := k.start(k.config())
	second.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("the successor's number", func() bool { return k.cluster.EndOffset(state, shard) > before })
	accounts = k.start(k.config())
	accounts.Assigned(&member{}, messages.AccountShard, allAccounts)
	owner := messages.HomePartition([]byte("alice"), k.cluster.Partitions(messages.TopicCommands))
	k.until("the last update taken in", func() bool {
		return k.seen.position(messages.AccountShard, owner, messages.TopicUpdates, home) >= end
	})
	if n := k.seen.get(CountRepeats, "stale update"); n != 0 {
		t.Errorf("%d updates were dropped as stale", n)
	}
	close(gate)
}
