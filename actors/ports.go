package actors

import (
	"context"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// Clock gives the wall clock, which serves back-off, checkpoints, deadlines and
// the timers of silent partitions; event time comes from the inputs alone.
type Clock interface {
	Now() time.Time
}

// Group is the consumer group that placed a kind of shard on this node.
type Group interface {
	// Confirm returns nil once the group has accepted an offset commit with this
	// node's current member and generation: the node still owns what it was
	// assigned. A fenced shard is rebuilt only after that. An error that wraps
	// messages.ErrNotAssigned says that it doesn't; any other that it isn't known.
	Confirm(ctx context.Context, partition int32) error
	// Publish notes the committed frontier for tools and lag displays. It doesn't
	// block; the group writes it at most once a second.
	Publish(shard messages.ShardID, frontier map[messages.TopicPartition]int64)
}

// History gives closed candles from before a symbol was followed, oldest first,
// all of them ending at or before beforeMs, at most periods. It may block and is
// called outside of any step.
type History interface {
	Candles(ctx context.Context, symbol, exchange string, timeframe market.Timeframe, periods int, beforeMs int64) ([]market.Candle, error)
}

// Counter names something that the runtime counts.
type Counter int

// What is counted. A label is given where the comment names one.
const (
	CountTicks Counter = iota
	CountUpdates
	CountSignals
	CountOrders         // event type
	CountPositions      // event type
	CountAlerts         // "type/severity"
	CountDeadLetters    // reason
	CountLateTicks      // timeframe: a tick counts in each in which it is late
	CountLate           // ticks that are late in any timeframe, each once
	CountOffSession     //
	CountOtherSource    // ticks of a source that the symbol doesn't follow
	CountPassedOn       // topic
	CountRepeats        // what was repeated: update, stale update, command, signal
	CountRestarts       // actor kind
	CountQuarantined    // actor kind
	CountEpochs         // shard kind
	CountCommits        // "kind/result"
	CountLost           // topic
	CountConsumed       // topic
	CountExternalSeen   // topic
	CountVenueCalls     // result
	CountTimers         // shard kind
	CountCheckpointed   // shard kind
	CountSubscriptions  // current number of subscriptions changes
	CountHistoryCandles //
	CountHistoryErrors  // readings of history that failed
	CountAmended        // timeframe
	CountDecisions      // on entries, of strategies
)

// Timing names a duration that the runtime measures.
type Timing int

// What is measured.
const (
	TimeRestore Timing = iota // label: shard kind
	TimeTickToUpdate
	TimeTickToOrder
	TimeCommit // label: shard kind
	TimeConsume
)

// Observer is told what happens. It must not block and must be safe for
// concurrent use. An empty label means none.
type Observer interface {
	// Count tells what a shard has taken in and made once the epoch is put out, so what is
	// aborted and made again counts once.
	Count(c Counter, label string, n int)
	Time(t Timing, label string, d time.Duration)
	// Restarted tells that a supervisor restarts an actor, just before CountRestarts counts
	// it: kind is that counter's label, name the symbol, user_id, strategy_id or shard.
	Restarted(kind, name string)
	// Withheld tells that a strategy has withheld signals n times, for the reason and
	// with the details of the last of them. What was taken in before a restore isn't
	// told again.
	Withheld(userID, strategyID string, last strategy.Withheld, n int)
	// Position tells the next offset that a shard takes from an input: when it
	// opens, and whenever it has moved on.
	Position(id messages.ShardID, tp messages.TopicPartition, next int64)
	// ShardState reports a shard's phase: "opening", "restoring", "running",
	// "draining", "stopped", or "failed" with its error.
	ShardState(id messages.ShardID, phase string, err error)
}

// FaultPoint is asked before the named step ("receive", "step", "decode",
// "commit", "restore", "venue call"); detail is the symbol, user_id or shard, of a strategy
// "strategy_id = user_id/name": two names of it. An error or a panic is the fault. nil
// means that faults are off.
type FaultPoint func(point, detail string) error

// at asks for the fault of a point; a FaultPoint that is nil has none.
func (f FaultPoint) at(point, detail string) error {
	if f == nil {
		return nil
	}
	return f(point, detail)
}

// strike panics with the fault, as an actor fails.
func (f FaultPoint) strike(point, detail string) {
	if err := f.at(point, detail); err != nil {
		panic(err)
	}
}
