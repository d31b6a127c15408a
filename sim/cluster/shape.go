package cluster

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/market"
)

// startMs is the time of the first tick: 09:15 in India, of a Monday. The log's
// stamp is a day later, so that no tick is ahead of it.
const (
	startMs = int64(1_704_080_700_000)
	stampMs = startMs + 86_400_000
)

// timeframe is what every symbol has.
const timeframe = "5s"

// stepLimit is how long entities may take for a batch.
const stepLimit = 5 * time.Second

var kinds = []messages.ShardKind{messages.SymbolShard, messages.AccountShard}

// shape is what a seed makes of a cluster: everything but its inputs and faults.
type shape struct {
	nodes      int
	counts     map[string]int32 // partitions by topic
	limits     actors.EpochLimits
	checkpoint actors.Checkpoints
	guarantee  actors.Guarantee
	protobuf   bool
	grace      time.Duration
	// idleClose is that of the symbols; 0 in most seeds. With it the wall clock decides
	// which candles are closed before which ticks, so there is no run to compare with.
	idleClose time.Duration
	// deletes: before the first input, retention deletes all that the updates hold, before
	// account shards have taken all of it in. They then ask what was lost, and learn from
	// the symbol shards' states what they can't read any more.
	deletes bool
	// families maps strategies to their users: see life.faulty.
	families map[string]string
}

func newShape(d *dice) *shape {
	r := d.stream("shape", 0)
	ticks, commands := 1+r.Int32N(3), 1+r.Int32N(2)
	s := &shape{
		nodes: 1 + r.IntN(5),
		counts: map[string]int32{
			messages.TopicTicks: ticks, messages.StateTopic(messages.SymbolShard): ticks,
			messages.TopicCommands: commands, messages.StateTopic(messages.AccountShard): commands,
			messages.TopicUpdates: 1 + r.Int32N(3), messages.TopicSignals: 1 + r.Int32N(2), messages.TopicOrders: 1 + r.Int32N(3),
			messages.TopicPositions: 1 + r.Int32N(2), messages.TopicAlerts: 1 + r.Int32N(2), messages.TopicDeadLetters: 1, messages.TopicStrategies: 1,
		},
		limits:     actors.EpochLimits{PollRecords: pick(r, 3, 20, 1000), Records: pick(r, 5, 50, 20_000), Idle: 100 * time.Millisecond, Step: stepLimit},
		checkpoint: actors.Checkpoints{Min: 50 * time.Millisecond, Max: pick(r, 100*time.Millisecond, time.Second, 5*time.Second), Replay: pick(r, time.Nanosecond, time.Second), Batch: pick(r, 1, 3, 500)},
		guarantee:  pick(r, actors.AtLeastOnce, actors.ExactlyOnce),
		protobuf:   r.IntN(4) == 0,
		grace:      pick(r, 0, time.Second),
		families:   make(map[string]string),
	}
	s.limits.PollRecords = min(s.limits.PollRecords, s.limits.Records)
	if timers := d.stream("idle timers", 0); timers.IntN(4) == 0 {
		s.idleClose = pick(timers, 2*time.Second, 4*time.Second, 8*time.Second)
	}
	s.deletes = d.stream("retention", 0).IntN(8) == 0
	return s
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// config is a node's configuration, without what is its own.
func (s *shape) config() actors.Config {
	return actors.Config{
		Prefix: "sim", Earliest: true, Protobuf: s.protobuf, Limits: s.limits, Checkpoint: s.checkpoint,
		Guarantees: map[messages.ShardKind]actors.Guarantee{messages.SymbolShard: s.guarantee},
		Symbols: actors.SymbolSettings{
			Timeframe: market.MustParseTimeframe(timeframe), Periods: 200, Indicators: []string{"EMA_3", "RSI_3"},
			Grace: s.grace, Silence: 30 * time.Second, MaxAhead: time.Minute, IdleClose: s.idleClose,
		},
		EntityRestarts: manyRestarts, StrategyRestarts: manyRestarts, ShardRestarts: manyRestarts,
		Jitter: func() float64 { return 0.5 },
	}
}

// manyRestarts is more than there are strikes and never escalates: what escalation
// does has tests of its own. The waits follow from it: with a window that is long,
// they are some milliseconds and let virtual time pass.
var manyRestarts = actors.Restarts{Max: 1000, Window: 1000 * time.Second}

func (s *shape) makeTopics(log *memlog.Cluster) error {
	for topic, n := range s.counts {
		compacted := topic == messages.TopicStrategies || topic == messages.StateTopic(messages.SymbolShard) || topic == messages.StateTopic(messages.AccountShard)
		if err := log.CreateTopic(topic, n, memlog.TopicOptions{Compacted: compacted}); err != nil {
			return fmt.Errorf("simulation: %w", err)
		}
	}
	return nil
}

// home is the topic whose partitions are a kind's shards.
func home(kind messages.ShardKind) string {
	if kind == messages.SymbolShard {
		return messages.TopicTicks
	}
	return messages.TopicCommands
}

func (s *shape) partitions(kind messages.ShardKind) []int32 {
	out := make([]int32, s.counts[home(kind)])
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// family gives what fails together: an account with its strategies, or a symbol.
func (s *shape) family(detail string) string {
	if user, ok := s.families[detail]; ok {
		return user
	}
	return detail
}

// shards lists every shard.
func (s *shape) shards() []messages.ShardID {
	var out []messages.ShardID
	for _, kind := range kinds {
		for _, p := range s.partitions(kind) {
			out = append(out, messages.ShardID{Kind: kind, Partition: p})
		}
	}
	return out
}
