package engine

import (
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/strategy"
)

// tally is what the shards of a backtest tell: counts for the report, and how far
// they are.
type tally struct {
	logger *slog.Logger
	// moved has room for one sign that some shard has taken something in.
	moved chan struct{}

	mu        sync.Mutex
	counts    map[actors.Counter]map[string]int64 // by label
	withheld  map[withheldKey]withheldSum
	positions map[messages.TopicPartition]map[messages.ShardID]int64
}

func newTally(logger *slog.Logger) *tally {
	return &tally{
		logger: logger, moved: make(chan struct{}, 1), counts: make(map[actors.Counter]map[string]int64), withheld: make(map[withheldKey]withheldSum),
		positions: make(map[messages.TopicPartition]map[messages.ShardID]int64),
	}
}

// Count implements actors.Observer.
func (t *tally) Count(c actors.Counter, label string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.counts[c]
	if m == nil {
		m = make(map[string]int64, 1)
		t.counts[c] = m
	}
	m[label] += int64(n)
}

// Withheld implements actors.Observer.
func (t *tally) Withheld(user, strategyID string, last strategy.Withheld, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := keyOf(user, strategyID, &last)
	t.withheld[k] = withheldSum{t.withheld[k].n + int64(n), last}
}

// withheldSums gives what strategies withheld.
func (t *tally) withheldSums() map[withheldKey]withheldSum {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.withheld)
}

// Time implements actors.Observer: a backtest has no latency.
func (t *tally) Time(actors.Timing, string, time.Duration) {}

// Restarted implements actors.Observer: nothing is told of it.
func (t *tally) Restarted(string, string) {}

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

// count gives a counter, all its labels together.
func (t *tally) count(c actors.Counter) int64 {
	sum := int64(0)
	for _, n := range t.byLabel(c) {
		sum += n
	}
	return sum
}

// byLabel gives a counter by its labels.
func (t *tally) byLabel(c actors.Counter) map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts[c])
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
