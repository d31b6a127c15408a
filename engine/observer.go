package engine

import (
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/telemetry"
	"github.com/velox-trading/velox/trading/strategy"
)

// observer turns what the shards and the Kafka client tell into metrics, and
// keeps what the status line and the lag need.
type observer struct {
	metrics *telemetry.Metrics
	logger  *slog.Logger
	prefix  string

	withholding withheldLog

	ticks, updates, signals, withheld, orders, fills, alerts, dead, late atomic.Int64

	mu        sync.Mutex
	reasons   map[string]int64 // dead letters by reason
	phases    map[messages.ShardID]string
	positions map[messages.TopicPartition]map[messages.ShardID]int64
}

func newObserver(m *telemetry.Metrics, logger *slog.Logger, prefix string) *observer {
	return &observer{
		metrics: m, logger: logger, prefix: prefix, withholding: withheldLog{logger: logger, now: time.Now}, reasons: make(map[string]int64), phases: make(map[messages.ShardID]string),
		positions: make(map[messages.TopicPartition]map[messages.ShardID]int64),
	}
}

// Count implements actors.Observer.
func (o *observer) Count(c actors.Counter, label string, n int) {
	m := o.metrics
	switch c {
	case actors.CountTicks:
		m.Ticks.Add(float64(n))
		o.ticks.Add(int64(n))
	case actors.CountUpdates:
		m.Updates.Add(float64(n))
		o.updates.Add(int64(n))
	case actors.CountSignals:
		m.Signals.Add(float64(n))
		o.signals.Add(int64(n))
	case actors.CountDecisions:
		m.Decisions.Add(float64(n))
	case actors.CountOffSession:
		m.OffSessionTicks.Add(float64(n))
	case actors.CountOtherSource:
		m.OtherSource.Add(float64(n))
	case actors.CountHistoryCandles:
		m.HistoryCandles.Add(float64(n))
	case actors.CountHistoryErrors:
		m.HistoryErrors.Add(float64(n))
	case actors.CountConsumed:
		m.Consumed(label, o.groupOf(label), n)
	default:
		o.total(c, label, int64(n))
		if f := o.family(c); f != nil {
			f.Add(label, n)
		}
	}
}

// Withheld implements actors.Observer.
func (o *observer) Withheld(user, strategyID string, last strategy.Withheld, n int) {
	o.metrics.Withheld.Add(withheldLabels(&last), n)
	o.withheld.Add(int64(n))
	o.withholding.add(user, strategyID, &last, n)
}

// total counts what the status line shows.
func (o *observer) total(c actors.Counter, label string, n int64) {
	switch {
	case c == actors.CountOrders && label == "PLACED":
		o.orders.Add(n)
	case c == actors.CountOrders && label == "FILLED":
		o.fills.Add(n)
	case c == actors.CountLate:
		o.late.Add(n)
	case c == actors.CountAlerts:
		o.alerts.Add(n)
	case c == actors.CountDeadLetters:
		o.dead.Add(n)
		o.mu.Lock()
		o.reasons[label] += n
		o.mu.Unlock()
	}
}

// deadLetters gives how many inputs could not be used, by reason.
func (o *observer) deadLetters() map[string]int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.reasons)
}

// totals are the numbers of the status line.
type totals struct{ ticks, updates, signals, withheld, orders, fills, alerts, dead int64 }

func (o *observer) totals() totals {
	return totals{
		o.ticks.Load(), o.updates.Load(), o.signals.Load(), o.withheld.Load(), o.orders.Load(), o.fills.Load(), o.alerts.Load(), o.dead.Load(),
	}
}

func (o *observer) family(c actors.Counter) *telemetry.Family {
	m := o.metrics
	switch c {
	case actors.CountOrders:
		return m.Orders
	case actors.CountPositions:
		return m.Positions
	case actors.CountAlerts:
		return m.Alerts
	case actors.CountDeadLetters:
		return m.DeadLetters
	case actors.CountLateTicks:
		return m.LateTicks
	case actors.CountAmended:
		return m.Amended
	case actors.CountPassedOn:
		return m.PassedOn
	case actors.CountRepeats:
		return m.Repeats
	case actors.CountRestarts:
		return m.Restarts
	case actors.CountQuarantined:
		return m.Quarantined
	case actors.CountEpochs:
		return m.Epochs
	case actors.CountCommits:
		return m.Commits
	case actors.CountLost:
		return m.LostRecords
	case actors.CountExternalSeen:
		return m.ExternalSeen
	case actors.CountVenueCalls:
		return m.VenueCalls
	case actors.CountTimers:
		return m.Timers
	case actors.CountCheckpointed:
		return m.Checkpointed
	default:
		return nil
	}
}

// groupOf names the group under which a topic's consumption and lag are shown.
func (o *observer) groupOf(topic string) string {
	switch topic {
	case messages.TopicTicks:
		return o.prefix + groupTicks
	case messages.TopicUpdates:
		return o.prefix + groupIndicator
	case messages.TopicSignals:
		return o.prefix + groupSignal
	default:
		return o.prefix + groupAccounts
	}
}

// Time implements actors.Observer.
func (o *observer) Time(t actors.Timing, label string, d time.Duration) {
	switch t {
	case actors.TimeRestore:
		o.metrics.Restored(label, d)
	case actors.TimeTickToUpdate:
		o.metrics.TickToUpdate(d)
	case actors.TimeTickToOrder:
		o.metrics.TickToOrder(d)
	case actors.TimeCommit:
		o.metrics.Committed(label, d)
	case actors.TimeConsume:
		o.metrics.ConsumeLatency(d)
	}
}

// Restarted implements actors.Observer: the shards' log names who restarts.
func (o *observer) Restarted(string, string) {}

// Position implements actors.Observer.
func (o *observer) Position(id messages.ShardID, tp messages.TopicPartition, next int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.positions[tp]
	if m == nil {
		m = make(map[messages.ShardID]int64, 1)
		o.positions[tp] = m
	}
	m[id] = next
}

// ShardState implements actors.Observer.
func (o *observer) ShardState(id messages.ShardID, phase string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.logger.Error("shard failed", "shard", id.String(), "error", err)
	} else {
		o.logger.Debug("shard "+phase, "shard", id.String())
	}
	if was := o.phases[id] == "running"; was != (phase == "running") {
		if was {
			o.metrics.AddShards(string(id.Kind), -1)
		} else {
			o.metrics.AddShards(string(id.Kind), 1)
		}
	}
	o.phases[id] = phase
	if phase == "stopped" || phase == "failed" {
		for _, m := range o.positions {
			delete(m, id)
		}
	}
}

// slowest gives, for every partition that a local shard reads, the position of
// the slowest one.
func (o *observer) slowest() map[messages.TopicPartition]int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make(map[messages.TopicPartition]int64, len(o.positions))
	for tp, shards := range o.positions {
		for _, next := range shards {
			if low, ok := out[tp]; !ok || next < low {
				out[tp] = next
			}
		}
	}
	return out
}

// running counts the shards that take their inputs in.
func (o *observer) running() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, p := range o.phases {
		if p == "running" {
			n++
		}
	}
	return n
}

// Produced, ProduceLatency and ProducerError implement kafka.Observer.
func (o *observer) Produced(topic string, n int) { o.metrics.Produced(topic, n) }

// ProduceLatency implements kafka.Observer.
func (o *observer) ProduceLatency(d time.Duration) { o.metrics.ProduceLatency(d) }

// ProducerError implements kafka.Observer.
func (o *observer) ProducerError(topic, errorType string) { o.metrics.ProducerError(topic, errorType) }
