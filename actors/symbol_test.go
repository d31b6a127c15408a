package actors

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

var allTicks = []int32{0, 1, 2}

// compare tells the first difference of two runs' updates.
func compare(t *testing.T, got, want map[string][]string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("the run to compare with has no updates")
	}
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Fatalf("symbols %v, want %v", g, w)
	}
	for symbol := range want {
		for i := range want[symbol] {
			if i >= len(got[symbol]) || got[symbol][i] != want[symbol][i] {
				t.Fatalf("%s: update %d of %d differs\n got %v\nwant %s", symbol, i, len(want[symbol]),
					got[symbol][min(i, len(got[symbol])):min(i+1, len(got[symbol]))], want[symbol][i])
			}
		}
		if len(got[symbol]) != len(want[symbol]) {
			t.Fatalf("%s: %d updates, want %d", symbol, len(got[symbol]), len(want[symbol]))
		}
	}
}

// plain runs the ticks once, without any trouble, in large epochs.
func plain(t *testing.T, seed uint64, n int) map[string][]string {
	t.Helper()
	k := newKit(t, nil)
	for _, tick := range walk(seed, 8, n, "feed") {
		k.tick(tick)
	}
	c := k.config()
	c.Limits = EpochLimits{PollRecords: 100_000, Records: 100_000}
	c.Guarantees[messages.SymbolShard] = ExactlyOnce
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == n })
	k.stop(node)
	return k.updates()
}

func TestUpdatesDontDependOnTheCutOfBatches(t *testing.T) {
	want := plain(t, 1, 3000)
	for _, g := range []Guarantee{ExactlyOnce, AtLeastOnce} {
		for _, cut := range []EpochLimits{{PollRecords: 1, Records: 1}, {PollRecords: 3, Records: 10}, {PollRecords: 500, Records: 70}} {
			t.Run(fmt.Sprint(g, cut.Records), func(t *testing.T) {
				k := newKit(t, nil)
				for _, tick := range walk(1, 8, 3000, "feed") {
					k.tick(tick)
				}
				c := k.config()
				c.Limits, c.Guarantees[messages.SymbolShard] = cut, g
				node := k.start(c)
				node.Assigned(&member{}, messages.SymbolShard, allTicks)
				k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == 3000 })
				k.stop(node)
				compare(t, k.updates(), want)
			})
		}
	}
}

// TestUpdatesAfterAbruptMoves: shards are abandoned in the middle, again and
// again, and taken up by another node; with exactly_once nothing is repeated,
// with at_least_once repeats have the same bytes and origin.
func TestUpdatesAfterAbruptMoves(t *testing.T) {
	const n = 3000
	want := plain(t, 2, n)
	for _, g := range []Guarantee{ExactlyOnce, AtLeastOnce} {
		t.Run(string(g), func(t *testing.T) {
			k := newKit(t, nil)
			ticks := walk(2, 8, n, "feed")
			c := k.config()
			c.Guarantees[messages.SymbolShard] = g
			nodes := []*Node{k.start(c), k.start(c)}
			group := &member{}
			for i, tick := range ticks {
				if i%300 == 0 {
					from, to := nodes[i/300%2], nodes[(i/300+1)%2]
					from.Lost(messages.SymbolShard, allTicks)
					to.Assigned(group, messages.SymbolShard, allTicks)
				}
				k.tick(tick)
			}
			total := 0
			for _, u := range want {
				total += len(u)
			}
			k.until("all updates", func() bool {
				have := 0
				for _, u := range k.updates() {
					have += len(u)
				}
				return have >= total
			})
			for _, node := range nodes {
				k.stop(node)
			}
			compare(t, k.updates(), want)
			if raw := k.total(messages.TopicUpdates); g == ExactlyOnce && raw != total {
				t.Errorf("%d updates in the log, want exactly %d", raw, total)
			}
		})
	}
}

// TestTheOldOwnerIsFenced: two nodes believe to own the shards; the older one's
// writes come to nothing, and it doesn't come back unconfirmed: the owner is never
// fenced, and the old one spends no restarts while it waits for its group.
func TestTheOldOwnerIsFenced(t *testing.T) {
	const n = 2000
	want := plain(t, 3, n)
	var mu sync.Mutex
	opened := make(map[int]int)
	k := newKit(t, func(_ context.Context, c memlog.Call) error {
		if c.Point == memlog.PointOpenShard && c.After {
			mu.Lock()
			defer mu.Unlock()
			opened[c.Node]++
		}
		return nil
	})
	c, oc := k.config(), k.config()
	c.Guarantees[messages.SymbolShard], oc.Guarantees[messages.SymbolShard] = ExactlyOnce, ExactlyOnce
	of := &witness{counts: make(map[countKey]int)}
	oc.Observer = of
	old, young := k.start(oc), k.start(c)
	gone := &member{refuse: fmt.Errorf("told so: %w", messages.ErrNotAssigned)}
	old.Assigned(gone, messages.SymbolShard, allTicks)
	for i, tick := range walk(3, 8, n, "feed") {
		if i == n/2 {
			// Who opens first is the older one, whoever was told first.
			k.until("the old one has its shards", func() bool {
				mu.Lock()
				defer mu.Unlock()
				return slices.Equal(slices.Collect(maps.Values(opened)), []int{len(allTicks)})
			})
			young.Assigned(&member{}, messages.SymbolShard, allTicks)
		}
		k.tick(tick)
	}
	k.until("each old shard asks its group again and again", func() bool {
		gone.mu.Lock()
		defer gone.mu.Unlock()
		return gone.confirmed >= 4*len(allTicks)
	})
	total := 0
	for _, u := range want {
		total += len(u)
	}
	k.until("all updates", func() bool { return k.total(messages.TopicUpdates) >= total })
	k.stop(young)
	compare(t, k.updates(), want)
	if raw := k.total(messages.TopicUpdates); raw != total {
		t.Errorf("%d updates in the log, want %d", raw, total)
	}
	mu.Lock()
	defer mu.Unlock()
	if fenced := k.seen.get(CountCommits, "symbol/fenced"); fenced != 0 || k.seen.get(CountRestarts, "shard") != 0 {
		t.Errorf("the owner was fenced in %d commits, and restarted: %s", fenced, k.seen.all())
	}
	for node, times := range opened {
		if times > len(allTicks) {
			t.Errorf("node %d opened its %d shards %d times", node, len(allTicks), times)
		}
	}
	if n := of.get(CountRestarts, "shard"); n > len(allTicks) {
		t.Errorf("the old one restarted %d times, want once a shard, when it found itself fenced", n)
	}
}

// TestAssignedAnew: a shard that was fenced and refused goes on when its group says
// that it is this node's after all.
func TestAssignedAnew(t *testing.T) {
	const n = 900
	want := plain(t, 3, n)
	k := newKit(t, nil)
	c := k.config()
	c.Guarantees[messages.SymbolShard] = ExactlyOnce
	old, young := k.start(c), k.start(c)
	group := &member{refuse: messages.ErrNotAssigned}
	old.Assigned(group, messages.SymbolShard, allTicks)
	k.ready(old)
	young.Assigned(&member{}, messages.SymbolShard, allTicks)
	ticks := walk(3, 8, n, "feed")
	for _, tick := range ticks[:n/2] {
		k.tick(tick)
	}
	k.until("the old owner's shards are refused", func() bool {
		group.mu.Lock()
		defer group.mu.Unlock()
		return group.confirmed >= len(allTicks)
	})
	k.stop(young)
	group.mu.Lock()
	group.refuse = nil
	group.mu.Unlock()
	for _, tick := range ticks[n/2:] {
		k.tick(tick)
	}
	k.ready(old)
	k.until("all updates", func() bool { return maps.EqualFunc(k.updates(), want, slices.Equal) })
}

// TestFencedInItsLastCommit: a node that lets a shard go, and is fenced in the commit
// of it, doesn't open the shard again.
func TestFencedInItsLastCommit(t *testing.T) {
	var mu sync.Mutex
	var ghost *memlog.Node
	opened, armed := 0, false
	k := newKit(t, func(ctx context.Context, c memlog.Call) error {
		mu.Lock()
		strikes := armed && c.Point == memlog.PointCommitBegin && !c.After
		if c.Point == memlog.PointOpenShard && c.After && c.Node != ghost.Number() {
			opened++
		}
		armed = armed && !strikes
		mu.Unlock()
		if strikes {
			s, err := ghost.OpenShard(ctx, c.Shard)
			if err == nil {
				s.Close()
			}
			return err
		}
		return nil
	})
	ghost = k.cluster.Log()
	c := k.config()
	c.Checkpoint = Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour, Batch: 100}
	node := k.start(c)
	node.Assigned(&member{refuse: messages.ErrNotAssigned}, messages.SymbolShard, []int32{0})
	k.ready(node)
	for _, tick := range walk(3, 8, 300, "feed") {
		k.tick(tick)
	}
	mu.Lock()
	armed = true
	mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	node.Revoked(ctx, messages.SymbolShard, []int32{0})
	mu.Lock()
	defer mu.Unlock()
	if armed || opened != 1 {
		t.Errorf("struck: %v; the shard was opened %d times, want once", !armed, opened)
	}
}

// TestSymbolPanics: a symbol that panics once on an input steps it again; one
// that always does passes it over with a dead letter, and all others are as if
// nothing had been.
func TestSymbolPanics(t *testing.T) {
	const n = 1500
	want := plain(t, 4, n)
	for point, every := range map[string]int{"step": 5, "receive": 13, "decode": 500} {
		t.Run("now and then at "+point, func(t *testing.T) { failsNowAndThen(t, n, want, point, every) })
	}
	t.Run("always", func(t *testing.T) { panicsAlways(t, n, want) })
}

// failsNowAndThen: faults that are gone when the work is done again change nothing.
// Symbols are struck one by one, records of a shard together.
func failsNowAndThen(t *testing.T, n int, want map[string][]string, point string, every int) {
	t.Helper()
	k := newKit(t, nil)
	for _, tick := range walk(4, 8, n, "feed") {
		k.tick(tick)
	}
	var mu sync.Mutex
	steps := make(map[string]int)
	c := k.config()
	c.Fault = func(at, detail string) error {
		mu.Lock()
		defer mu.Unlock()
		if at != point {
			return nil
		}
		if steps[detail]++; steps[detail]%every == 0 {
			return fmt.Errorf("injected at %s %d of %s", point, steps[detail], detail)
		}
		return nil
	}
	c.EntityRestarts = Restarts{Max: 100_000, Window: c.EntityRestarts.Window + 1e10}
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	// Ticks that are taken in again count again; updates that are out already don't.
	k.until("all ticks taken in", func() bool { return maps.EqualFunc(k.updates(), want, slices.Equal) })
	k.stop(node)
	compare(t, k.updates(), want)
	restarted := "symbol entity"
	if point == "decode" {
		restarted = "shard"
	}
	if k.seen.get(CountRestarts, restarted) == 0 && k.seen.get(CountRestarts, "shard") == 0 {
		t.Errorf("nothing was restarted: %s", k.seen.all())
	}
	if dead := k.total(messages.TopicDeadLetters); dead != 0 {
		t.Errorf("%d dead letters", dead)
	}
}

func panicsAlways(t *testing.T, n int, want map[string][]string) {
	t.Helper()
	k := newKit(t, nil)
	for _, tick := range walk(4, 8, n, "feed") {
		k.tick(tick)
	}
	c := k.config()
	c.Limits.Records, c.Limits.PollRecords = 1, 1
	var mu sync.Mutex
	steps := 0
	c.Fault = func(point, detail string) error {
		mu.Lock()
		defer mu.Unlock()
		if point != "step" || detail != "SYM3" {
			return nil
		}
		if steps++; steps == 10 || steps == 11 {
			return fmt.Errorf("injected")
		}
		return nil
	}
	node := k.start(c)
	node.Assigned(&member{}, messages.SymbolShard, allTicks)
	k.until("all ticks taken in", func() bool { return k.seen.get(CountTicks, "") == n })
	k.stop(node)
	got := k.updates()
	delete(got, "SYM3")
	others := maps.Clone(want)
	delete(others, "SYM3")
	compare(t, got, others)
	letters := k.cluster.AllRecords(messages.TopicDeadLetters)
	if len(letters) != 1 {
		t.Fatalf("%d dead letters, want 1", len(letters))
	}
	letter, err := messages.DecodeDeadLetter(letters[0].Value)
	if err != nil || letter.Reason != reasonFailed || letter.Topic != messages.TopicTicks || len(letter.Data) == 0 {
		t.Errorf("dead letter %+v, %v", letter, err)
	}
}
