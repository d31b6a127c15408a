package engine

import (
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
)

// tally is what the shards of a backtest tell: counts for the report, and how far
// they are.
type tally struct {
	logger *slog.Logger
	// moved has room for one sign that some shard has taken something in.
	moved chan struct{}

	mu        sync.Mutex
	counts    map[actors.Counter]int64
	dead      map[string]int64 // dead letters by reason
	positions map[messages.TopicPartition]map[messages.ShardID]int64
}

func newTally(logger *slog.Logger) *tally {
	return &tally{
		logger: logger, moved: make(chan struct{}, 1), counts: make(map[actors.Counter]int64), dead: make(map[string]int64),
		positions: make(map[messages.TopicPartition]map[messages.ShardID]int64),
	}
}

// Count implements actors.Observer.
func (t *tally) Count(c actors.Counter, label string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[c] += int64(n)
	if c == actors.CountDeadLetters {
		t.dead[label] += int64(n)
	}
}

// Time implements actors.Observer: a backtest has no latency.
func (t *tally) Time(actors.Timing, string, time.Duration) {}

// Position implements actors.Observer.
func (t *tally) Position(id messages.ShardID, tp messages.TopicPartition, next int64) {
	t.mu.Lock()
	m := t.positions[tp]
	if m == nil {
		m = make(map[messages.ShardID]int64, 1)
		t.positions[tp] = m
	}
	m[id] = next
	t.mu.Unlock()
	select {
	case t.moved <- struct{}{}:
	default:
	}
}

// ShardState implements actors.Observer.
func (t *tally) ShardState(id messages.ShardID, phase string, err error) {
	if err != nil {
		t.logger.Error("shard failed", "shard", id.String(), "error", err)
	}
}

// count gives a counter.
func (t *tally) count(c actors.Counter) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[c]
}

// deadLetters gives how many inputs could not be used, by reason.
func (t *tally) deadLetters() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.dead)
}

// slowest gives how far the slowest of the shards is that read a partition; one
// that none has told of is not there.
func (t *tally) slowest(readers func(topic string) int) map[messages.TopicPartition]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make(map[messages.TopicPartition]int64, len(t.positions))
	for tp, shards := range t.positions {
		if len(shards) < readers(tp.Topic) {
			continue // one has not moved at all
		}
		low := int64(-1)
		for _, next := range shards {
			if low < 0 || next < low {
				low = next
			}
		}
		out[tp] = low
	}
	return out
}
