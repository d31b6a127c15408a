package actors

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// Guarantee says how a kind of shard commits.
type Guarantee string

// The guarantees of design: see docs/architecture.md.
const (
	ExactlyOnce Guarantee = "exactly_once"
	AtLeastOnce Guarantee = "at_least_once"
)

// EpochLimits bound one epoch: it ends when the first of them is reached, or
// when there is nothing left to take.
type EpochLimits struct {
	// PollRecords bounds one poll (the seed's max_poll_records). Default 1000.
	PollRecords int
	// Records, Bytes and Time bound the epoch. Defaults 20,000, 16 MiB, 50 ms.
	Records int
	Bytes   int
	Time    time.Duration
	// Idle is the longest wait for a first record. Default 100 ms.
	Idle time.Duration
	// Step bounds the time that entities may take for one batch; beyond it the
	// shard is thrown away and restored. Default 30 s.
	Step time.Duration
}

// Checkpoints says when changed entities are written without being forced to.
type Checkpoints struct {
	// Min and Max are the shortest and the longest time between an entity's
	// change and its checkpoint. Defaults 10 s and 60 s.
	Min, Max time.Duration
	// Replay is the replay time above which a sweep starts at Min. Default 1 s.
	Replay time.Duration
	// Batch is the most entities that one commit writes in a sweep. Default 500.
	Batch int
}

// SymbolSettings shape what symbol shards put out.
type SymbolSettings struct {
	// Defaults for a symbol that nobody asked for.
	Timeframe  market.Timeframe
	Periods    int
	Indicators []string
	// Grace is the event time after a candle's end at which it closes; 0 is no grace.
	Grace time.Duration
	// Amend is the event time after its closing in which a late tick still changes a
	// candle; 0 is never.
	Amend time.Duration
	// Silence is how long a source must be silent before another one is followed.
	Silence time.Duration
	// MaxAhead is how far a tick, or an update by others, may be ahead of its record's
	// timestamp.
	MaxAhead time.Duration
	// IdleClose is the wall time without any tick in the partition, at most since the
	// restore, after which a timer moves the clocks of live sources on. 0 turns it off.
	IdleClose time.Duration
	// Emit says which ticks give an update.
	Emit EmitMode
	// EmitEvery is the interval of event time for EmitInterval.
	EmitEvery time.Duration
	Calendars market.Calendars
}

// EmitMode says which ticks give an update.
type EmitMode string

// The modes of symbols.emit.
const (
	EmitEveryTick EmitMode = "every_tick"
	EmitInterval  EmitMode = "interval"
	EmitOnClose   EmitMode = "on_close"
)

// Config is what every shard of a node shares. It is read-only once in use.
type Config struct {
	// Prefix is the cluster's prefix, velox-trading by default. It names the
	// writer in headers, and no shard opens whose state is kept under another one.
	Prefix string
	// AdoptPrefix is another prefix whose state goes over to this one; empty: none. No
	// node of it may run.
	AdoptPrefix string
	// Protobuf writes events as protobuf instead of JSON.
	Protobuf bool
	// Guarantees by kind; defaults: symbols at least once, accounts exactly once.
	Guarantees map[messages.ShardKind]Guarantee
	// Earliest makes a new shard start its seed topics at the log's start, not at
	// its end (the seed's auto_offset_reset).
	Earliest   bool
	Limits     EpochLimits
	Checkpoint Checkpoints
	Symbols    SymbolSettings
	// EntityRestarts is counted by shard, over its symbols or accounts: default
	// 100 in 10 s. StrategyRestarts by account: 20 in 10 s. ShardRestarts by node:
	// 20 in 60 s.
	EntityRestarts, StrategyRestarts, ShardRestarts Restarts
	// CompareCounts is the time between two looks at the partition counts of what the
	// node's shards read and write; one that has changed fails the node with a
	// *RefusedError. Default 1 min.
	CompareCounts time.Duration
	// Jitter draws the waits before restarts, see supervisor.Backoff; nil is chance.
	Jitter func() float64

	Log      messages.Log
	Clock    Clock
	Observer Observer
	Logger   *slog.Logger
	// NoCalendar is told of each symbol whose exchange has no calendar, when it begins
	// and when it is restored: sessions are days of UTC then. It must not block and must
	// be safe for concurrent use; nil: nobody wants to know.
	NoCalendar func(exchange, symbol string)
	Fault      FaultPoint
	History    History
	// Venues gives sessions of live venues, the same on all nodes; nil: accounts are on
	// paper only, and are opened nowhere else.
	Venues Venues
}

func (c *Config) guarantee(kind messages.ShardKind) Guarantee {
	if g, ok := c.Guarantees[kind]; ok {
		return g
	}
	if kind == messages.SymbolShard {
		return AtLeastOnce
	}
	return ExactlyOnce
}

// hasVenue tells whether there are sessions with a live venue.
func (c *Config) hasVenue(user, venue string) bool {
	if c.Venues == nil {
		return false
	}
	_, ok := c.Venues.Venue(user, venue)
	return ok
}

// begun tells of a symbol whose exchange has no calendar.
func (c *Config) begun(exchange, symbol string) {
	if _, ok := c.Symbols.Calendars[exchange]; !ok && c.NoCalendar != nil {
		c.NoCalendar(exchange, symbol)
	}
}

// checkAhead refuses an event time that is too far ahead of its record's timestamp: the
// clocks of symbols and accounts would go with it.
func (c *Config) checkAhead(timeMs int64, r *messages.Record) error {
	ahead := timeMs - r.TimestampMs
	if ahead <= c.Symbols.MaxAhead.Milliseconds() {
		return nil
	}
	return &messages.DecodeError{Reason: reasonAhead, Detail: fmt.Sprintf("timestamp %d is %d ms ahead of the record's %d, more than the %v allowed",
		timeMs, ahead, r.TimestampMs, c.Symbols.MaxAhead)}
}

// WithDefaults gives c with every zero limit set to its default.
func (c Config) WithDefaults() Config {
	setInt(&c.Limits.PollRecords, 1000)
	setInt(&c.Limits.Records, 20_000)
	setInt(&c.Limits.Bytes, 16<<20)
	setDuration(&c.Limits.Time, 50*time.Millisecond)
	setDuration(&c.Limits.Idle, 100*time.Millisecond)
	setDuration(&c.Limits.Step, 30*time.Second)
	setDuration(&c.Checkpoint.Min, 10*time.Second)
	setDuration(&c.Checkpoint.Max, 60*time.Second)
	setDuration(&c.Checkpoint.Replay, time.Second)
	setInt(&c.Checkpoint.Batch, 500)
	setRestarts(&c.EntityRestarts, Restarts{Max: 100, Window: 10 * time.Second})
	setRestarts(&c.StrategyRestarts, Restarts{Max: 20, Window: 10 * time.Second})
	setRestarts(&c.ShardRestarts, Restarts{Max: 20, Window: time.Minute})
	setDuration(&c.CompareCounts, time.Minute)
	setInt(&c.Symbols.Periods, 200)
	setDuration(&c.Symbols.Silence, 30*time.Second)
	setDuration(&c.Symbols.MaxAhead, time.Minute)
	if c.Symbols.Emit == "" {
		c.Symbols.Emit = EmitEveryTick
	}
	return c
}

func setInt(v *int, to int) {
	if *v == 0 {
		*v = to
	}
}

func setDuration(v *time.Duration, to time.Duration) {
	if *v == 0 {
		*v = to
	}
}

func setRestarts(v *Restarts, to Restarts) {
	if v.Max == 0 {
		*v = to
	}
}
