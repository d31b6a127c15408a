package actors

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// baseMs is the wall clock of the tests' log; ticks are at or before it.
const baseMs = int64(1_704_067_200_000)

// logMs is the time with which the log stamps its records.
const logMs = baseMs + 86_400_000

// kit is a cluster in memory with everything that a node needs around it.
type kit struct {
	t       *testing.T
	cluster *memlog.Cluster
	seen    *witness
	// maxBytes is the largest record of a topic, where it isn't the default.
	maxBytes map[string]int
}

func newKit(t *testing.T, fault memlog.FaultFunc) *kit { return newKitWith(t, fault, nil) }

// newKitWith has limits for the size of some topics' records.
func newKitWith(t *testing.T, fault memlog.FaultFunc, maxBytes map[string]int) *kit {
	t.Helper()
	k := &kit{t: t, seen: &witness{counts: make(map[countKey]int)}, maxBytes: maxBytes}
	k.cluster = memlog.New(memlog.Options{NowMs: func() int64 { return logMs }, Fault: fault})
	for topic, n := range map[string]int32{
		messages.TopicTicks: 3, messages.TopicUpdates: 4, messages.TopicSignals: 2, messages.TopicOrders: 2,
		messages.TopicPositions: 2, messages.TopicAlerts: 2, messages.TopicCommands: 2, messages.TopicDeadLetters: 1,
	} {
		k.create(topic, n, false)
	}
	k.create(messages.TopicStrategies, 1, true)
	k.create(messages.StateTopic(messages.SymbolShard), 3, true)
	k.create(messages.StateTopic(messages.AccountShard), 2, true)
	return k
}

func (k *kit) create(topic string, n int32, compacted bool) {
	if err := k.cluster.CreateTopic(topic, n, memlog.TopicOptions{Compacted: compacted, MaxRecordBytes: k.maxBytes[topic]}); err != nil {
		k.t.Fatal(err)
	}
}

// config is a node's configuration; the limits are small so that epochs are cut
// often.
func (k *kit) config() Config {
	return Config{
		Prefix: "test", Earliest: true,
		Guarantees: map[messages.ShardKind]Guarantee{messages.SymbolShard: AtLeastOnce},
		Limits:     EpochLimits{PollRecords: 7, Records: 50, Idle: 2 * time.Millisecond, Step: 5 * time.Second},
		Checkpoint: Checkpoints{Min: time.Millisecond, Max: 5 * time.Millisecond, Replay: time.Nanosecond, Batch: 2},
		Symbols: SymbolSettings{
			Timeframe: market.MustParseTimeframe("1min"), Periods: 50, Indicators: []string{"EMA_3", "RSI_3"},
			Grace: time.Second, Silence: 30 * time.Second, MaxAhead: time.Minute, Calendars: market.Calendars{"NSE": market.NSE()},
		},
		Log: k.cluster.Log(), Clock: wall{}, Observer: k.seen, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func (k *kit) start(c Config) *Node {
	k.t.Helper()
	n, err := StartNode(c)
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { k.stop(n) })
	return n
}

func (k *kit) stop(n *Node) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		k.t.Error(err)
	}
}

// ready waits until every shard has taken in the commands and requests that are
// there; twice, for commands make requests.
func (k *kit) ready(n *Node) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for range 2 {
		if err := n.Ready(ctx); err != nil {
			k.t.Fatal(err, k.seen.all())
		}
	}
}

// until waits for something that another goroutine brings about.
func (k *kit) until(what string, done func() bool) {
	k.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		if time.Now().After(deadline) {
			k.t.Fatalf("%s: not within 20 s; counts: %v", what, k.seen.all())
		}
		<-tick.C
	}
}

func (k *kit) tick(t *market.Tick) {
	k.cluster.Produce(messages.Out{
		Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte(t.Symbol), Value: messages.AppendTick(nil, t),
	})
}

// walk makes ticks of n symbols, times ascending but for a jitter within the grace.
func walk(seed uint64, symbols, n int, source string) []*market.Tick {
	r := rand.New(rand.NewPCG(seed, 7))
	prices := make([]int64, symbols)
	for i := range prices {
		prices[i] = 100_00
	}
	ticks := make([]*market.Tick, n)
	now := baseMs
	for i := range ticks {
		now += r.Int64N(2000)
		s := r.IntN(symbols)
		prices[s] = max(prices[s]+r.Int64N(21)-10, 100)
		ticks[i] = &market.Tick{
			Symbol: fmt.Sprintf("SYM%d", s), Exchange: "SIM", TimeMs: now - r.Int64N(500), Source: source, Type: "trade",
			Price: decimal.FromUnits(prices[s] * 1_000_000), Volume: decimal.FromInt(1 + r.Int64N(9)),
		}
	}
	return ticks
}

// updates gives the updates by symbol in the order of their origins, repeats
// dropped as readers drop them: what is of an opening before the last one told of, and
// what is not above the highest origin seen.
func (k *kit) updates() map[string][]string {
	out := make(map[string][]string)
	for p := range k.cluster.Partitions(messages.TopicUpdates) {
		highest, opened := make(map[messages.TopicPartition]messages.Origin), make(map[int32]int64)
		for _, r := range k.cluster.Records(messages.TopicUpdates, p) {
			if o, ok := r.Opening(); ok {
				opened[o.Shard] = max(opened[o.Shard], o.Number)
				continue
			}
			h, _ := r.Header(messages.HeaderOrigin)
			o, err := messages.ParseOrigin(string(h))
			if err != nil {
				k.t.Fatal(err)
			}
			if n, ok := r.OpenedAs(); ok && n < opened[o.Partition] {
				continue
			}
			from := messages.TopicPartition{Topic: o.Topic, Partition: o.Partition}
			last, ok := highest[from]
			if ok && (o.Offset < last.Offset || (o.Offset == last.Offset && o.Index <= last.Index)) {
				continue
			}
			highest[from] = o
			out[string(r.Key)] = append(out[string(r.Key)], o.String()+" "+string(r.Value))
		}
	}
	return out
}

// total counts a topic's records, without those of openings.
func (k *kit) total(topic string) int { return len(k.all(topic)) }

// all gives a topic's records, without those of openings.
func (k *kit) all(topic string) []*messages.Record {
	return slices.DeleteFunc(k.cluster.AllRecords(topic), func(r *messages.Record) bool {
		_, ok := r.Opening()
		return ok
	})
}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// member is a group that confirms everything.
type member struct {
	mu        sync.Mutex
	confirmed int
	refuse    error
	published map[messages.ShardID]map[messages.TopicPartition]int64 // last, of each shard
}

func (m *member) Confirm(context.Context, int32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.confirmed++
	return m.refuse
}

func (m *member) Publish(shard messages.ShardID, frontier map[messages.TopicPartition]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.published == nil {
		m.published = make(map[messages.ShardID]map[messages.TopicPartition]int64)
	}
	m.published[shard] = frontier
}

// witness counts what the runtime tells.
type witness struct {
	mu     sync.Mutex
	counts map[countKey]int
	errors []error
	times  map[Timing][]time.Duration
	// positions are the shards' latest.
	positions map[messages.ShardID]map[messages.TopicPartition]int64
	// withheld counts by reason.
	withheld map[strategy.WithheldReason]int
}

func (w *witness) Withheld(_, _ string, last strategy.Withheld, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.withheld == nil {
		w.withheld = make(map[strategy.WithheldReason]int)
	}
	w.withheld[last.Reason] += n
}

func (w *witness) Count(c Counter, label string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[countKey{c, label}] += n
}

func (w *witness) get(c Counter, label string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[countKey{c, label}]
}

func (w *witness) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprint(w.counts, w.errors)
}

func (w *witness) Restarted(string, string) {}

func (w *witness) Time(t Timing, _ string, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.times == nil {
		w.times = make(map[Timing][]time.Duration)
	}
	w.times[t] = append(w.times[t], d)
}

func (w *witness) Position(id messages.ShardID, tp messages.TopicPartition, next int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.positions == nil {
		w.positions = make(map[messages.ShardID]map[messages.TopicPartition]int64)
	}
	if w.positions[id] == nil {
		w.positions[id] = make(map[messages.TopicPartition]int64)
	}
	w.positions[id][tp] = next
}

// told gives a shard's last position in an input, when it has told one.
func (w *witness) told(id messages.ShardID, tp messages.TopicPartition) (int64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := w.positions[id][tp]
	return at, ok
}

// forget forgets all positions.
func (w *witness) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.positions = nil
}

// caughtUp tells whether every shard has taken in all ticks and updates.
func (w *witness) caughtUp(c *memlog.Cluster) bool {
	if !w.tookTicks(c) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range c.Partitions(messages.TopicCommands) {
		at := w.positions[messages.ShardID{Kind: messages.AccountShard, Partition: s}]
		for p := range c.Partitions(messages.TopicUpdates) {
			if end := c.EndOffset(messages.TopicUpdates, p); end > 0 && at[messages.TopicPartition{Topic: messages.TopicUpdates, Partition: p}] < end {
				return false
			}
		}
	}
	return true
}

// tookTicks tells whether the symbol shards have committed all ticks.
func (w *witness) tookTicks(c *memlog.Cluster) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p := range c.Partitions(messages.TopicTicks) {
		id := messages.ShardID{Kind: messages.SymbolShard, Partition: p}
		if w.positions[id][messages.TopicPartition{Topic: messages.TopicTicks, Partition: p}] < c.EndOffset(messages.TopicTicks, p) {
			return false
		}
	}
	return true
}

func (w *witness) ShardState(_ messages.ShardID, _ string, err error) {
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.errors = append(w.errors, err)
	}
}
