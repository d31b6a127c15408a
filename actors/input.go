package actors

import (
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/strategy"
)

// input is one thing that an entity takes in. The payload is one of the types
// that its machine knows; the origin's Index is unused.
type input struct {
	// take is the place in the order in which the shard took its inputs, within
	// one epoch. Outputs are put into this order.
	take   int
	origin messages.Origin
	// record is what was read, for a dead letter; nil for timers and replies.
	record  *messages.Record
	payload any
	// again: it was taken in, and what came of it counted, before the restore.
	again bool
	// clockMs is the clock of a tick's source in the partition, the tick included.
	clockMs int64
	// struck is where a timer of a symbol shard stands among its ticks.
	struck int64
}

// replayable tells whether the input can be read again from the log. What isn't
// is committed together with the state that it changed.
func (in *input) replayable() bool { return in.record != nil }

// logMs is the log's time of the input's record, 0 without one.
func (in *input) logMs() int64 {
	if in.record == nil {
		return 0
	}
	return in.record.TimestampMs
}

// output is one record that an entity or the shard itself puts out.
type output struct {
	take   int
	origin messages.Origin
	out    messages.Out
	schema string
	// firm outputs belong into a transaction even where a shard's guarantee lets
	// its replayable outputs leave at once.
	firm bool
	// from is the entity that made it, "" for the shard; with the origin, its blame if
	// the record turns out too large.
	from string
	// tickMs, of a placed order, is the log's time of the tick that caused it.
	tickMs int64
	// reason of a dead letter, under which it is counted.
	reason string
}

// outbox collects what one step puts out.
type outbox struct {
	outputs []output
	// current input, whose take and origin the outputs get.
	in *input
	// effects follow the commit of the outputs (law 8).
	effects []venueCall
	// counts of what happened, reported with the epoch's.
	counts map[countKey]int
	// withheld are the signals that strategies didn't give, reported likewise.
	withheld map[withheldKey]withheld
}

// withheldKey names what is counted together; withheld is how often, and the last.
type withheldKey struct {
	strategyID, symbol string
	exit               bool
	reason             strategy.WithheldReason
}

type withheld struct {
	n    int
	last strategy.Withheld
}

type countKey struct {
	counter Counter
	label   string
}

func (o *outbox) emit(topic string, key, value []byte, schema string, headers ...messages.Header) *output {
	o.outputs = append(o.outputs, output{
		take: o.in.take, origin: o.in.origin, schema: schema, firm: !o.in.replayable(),
		out: messages.Out{Topic: topic, Partition: messages.AnyPartition, Key: key, Value: value, Headers: headers},
	})
	return &o.outputs[len(o.outputs)-1]
}

// dead puts out the dead letter of the current input.
func (o *outbox) dead(reason, stage, detail string) {
	o.outputs = append(o.outputs, deadLetter(o.in.take, o.in.origin, o.in.record, reason, stage, detail))
}

func (o *outbox) count(c Counter, label string, n int) {
	if o.counts == nil {
		o.counts = make(map[countKey]int, 8)
	}
	o.counts[countKey{c, label}] += n
}

// explain counts what a strategy tells of a step, unless the input is taken in again.
func (o *outbox) explain(strategyID string, e strategy.Explanation) {
	if o.in.again {
		return
	}
	if e.Asked > 0 {
		o.count(CountDecisions, "", e.Asked)
	}
	for _, w := range e.Withheld {
		if o.withheld == nil {
			o.withheld = make(map[withheldKey]withheld, 8)
		}
		k := withheldKey{strategyID, w.Symbol, w.Exit, w.Reason}
		o.withheld[k] = withheld{o.withheld[k].n + 1, w}
	}
}

// batch is what one entity takes in during one step.
type batch struct {
	inputs []*input
	// tracks is for symbols: how the clocks of the partition's sources move
	// during the step. It is shared by all entities and read-only.
	tracks *clockTracks
	// skip holds the takes of inputs that failed this entity twice, and quarantine
	// the strategies that failed twice at an input.
	skip       map[int]bool
	quarantine map[int][]string
}

// part is one piece of an entity's saved state.
type part struct {
	name    string
	key     string
	payload []byte
}

// machine is the pure state machine of one entity. Its methods are called by one
// goroutine at a time; they may panic, which throws the machine away.
type machine interface {
	// load sets the state from saved parts; none means a new entity.
	load(parts []part) error
	// step takes a batch in and calls done with the outcome exactly once, before
	// it returns or later from the same actor. A step that fails calls failed
	// with the input that it failed on.
	step(b *batch, box *outbox) stepNote
	// ready is called once the state is the one to go on from: after load and after
	// the journal was stepped again.
	ready()
	// save gives the whole state: every part that exists.
	save() []part
}

// stepNote is what the shard must know of an entity after a step.
type stepNote struct {
	// source and dueMs: the clock and the time at which the symbol's next open
	// candle closes; market.NeverMs when there is none.
	source string
	dueMs  int64
	// watchChange: wants, the symbols whose updates an account takes, or
	// strategies, its strategies' ids, changed. Both are sorted.
	watchChange       bool
	wants, strategies []string
	// takesOver: the account has to be told when a new owner has taken it up: it
	// trades at a live venue, or has strategies that this build can't make.
	takesOver bool
	// fetch asks for history after the commit.
	fetch []historyWanted
}

// strategyFailure is the panic by which an account tells that one of its
// strategies failed on an input. The account itself is fine: it goes back to the
// state before the batch and is asked again.
type strategyFailure struct {
	id, reason string
}
