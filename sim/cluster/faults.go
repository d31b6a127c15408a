package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
)

// errFault is what a struck call fails with; errDead is every call of a node that
// has crashed.
var (
	errFault = errors.New("injected fault")
	errDead  = errors.New("the node is dead")
)

// strike is one kind of fault at a call of the log.
type strike struct {
	name string
	// at tells whether it can strike at a call.
	at func(c memlog.Call) bool
	do func(f *faults, ctx context.Context, c memlog.Call, r *rand.Rand) error
}

func anywhere(memlog.Call) bool { return true }

func at(points ...memlog.Point) func(memlog.Call) bool {
	return func(c memlog.Call) bool {
		for _, p := range points {
			if c.Point == p {
				return true
			}
		}
		return false
	}
}

func inCommit(c memlog.Call) bool {
	return at(memlog.PointFlush, memlog.PointCommitBegin, memlog.PointCommitWrite, memlog.PointCommitEnd)(c)
}

// midCommit is between a commit's writes and its end, where outcomes differ most.
func midCommit(c memlog.Call) bool {
	return c.Point == memlog.PointCommitWrite && c.After || c.Point == memlog.PointCommitEnd
}

// strikes are all kinds of faults of the log.
var strikes = []strike{
	{"error", anywhere, func(*faults, context.Context, memlog.Call, *rand.Rand) error { return errFault }},
	{"abort", inCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error { return errFault }},
	{"unclear", midCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error {
		return fmt.Errorf("%w: %w", messages.ErrUnclear, errFault)
	}},
	{"left open", midCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error {
		return fmt.Errorf("%w: %w", memlog.ErrLeftOpen, errFault)
	}},
	{"cut", at(memlog.PointEmit), func(_ *faults, _ context.Context, c memlog.Call, r *rand.Rand) error {
		return &memlog.CutError{Written: r.IntN(c.Records + 1), Err: errFault}
	}},
	{"fence", at(memlog.PointCommitBegin, memlog.PointCommitWrite, memlog.PointCommitEnd), (*faults).fence},
	{"slow", anywhere, (*faults).slow},
	{"crash", anywhere, (*faults).crash},
	{"hanging", at(memlog.PointCommitEnd), (*faults).hang},
}

// faults decides what fails. The zero rates of an undisturbed run let everything
// pass.
type faults struct {
	dice *dice
	// rates are how likely each kind is at a call that it can strike.
	rates  map[string]float64
	active atomic.Bool
	// lives finds a node by its number in the log.
	lives func(number int) *life
	ghost *memlog.Node
	// begin begins a transaction of nobody's.
	begin func() *memlog.Transaction
	// still stops a node for a time, and lets the group notice.
	still func(l *life, r *rand.Rand, d time.Duration)
	// longStops: nodes that are stopped in a rebalance stand still for longStop.
	longStops bool

	mu      sync.Mutex
	crashes int // left
	counts  map[string]int
	spent   map[string]int
}

// maxCrashes bounds the crashes of a run, which may be likely at every call.
const maxCrashes = 6

// newFaults draws which faults are on, and how likely they are.
func newFaults(d *dice) *faults {
	f := &faults{dice: d, rates: make(map[string]float64), crashes: maxCrashes, counts: make(map[string]int), spent: make(map[string]int)}
	r := d.stream("rates", 0)
	for _, s := range strikes {
		f.draw(r, s.name, 0.003, 0.01, 0.05)
	}
	f.draw(r, "panic", 0.001, 0.01, 0.05)
	f.draw(r, "sluggish", 0.001, 0.01)
	f.draw(r, "actor error", 0.001, 0.005)
	f.draw(r, "jump", 0.001, 0.005)
	f.draw(r, lasting, 0.3, 1)
	f.draw(r, "shard panic", 0.001, 0.005)
	f.draw(r, "venue: panic", 0.02, 0.1)
	f.draw(r, "venue: crash", 0.02, 0.1)
	f.draw(r, "group: error", 0.05, 0.2)
	f.draw(r, "group: crash", 0.0005, 0.002)
	f.rates["crash"] /= 10
	f.drawStops(d.stream("stops", 0))
	f.active.Store(true)
	return f
}

func (f *faults) draw(r *rand.Rand, name string, rates ...float64) {
	if r.IntN(3) > 0 {
		f.rates[name] = rates[r.IntN(len(rates))]
	}
}

func (f *faults) count(name string) { f.add(name, 1) }

func (f *faults) add(name string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[name] += n
}

// strikesAt throws for one kind of fault at one point.
func (f *faults) strikesAt(kind, point string) (*rand.Rand, bool) {
	rate := f.rates[kind]
	if rate == 0 || !f.active.Load() {
		return nil, false
	}
	r := f.dice.throw(kind + " at " + point)
	return r, r.Float64() < rate && f.spend(kind)
}

// maxStrikes bounds how often one kind strikes in a run: a shard that fails more often
// than it saves gets nowhere.
const maxStrikes = 60

func (f *faults) spend(kind string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spent[kind]++
	return f.spent[kind] <= maxStrikes || kind == lasting
}

// lasting is a commit that takes its time: as long as brokers take for one. It fails
// nobody, and what doesn't wait for its end shows.
const lasting = "lasting commit"

// last has the end of a commit take from 1 to 50 ms.
func (f *faults) last(ctx context.Context, c memlog.Call, point string) error {
	if c.Point != memlog.PointCommitEnd || c.After {
		return nil
	}
	r, struck := f.strikesAt(lasting, point)
	if !struck {
		return nil
	}
	f.count(lasting)
	return sleep(ctx, time.Duration(1+r.IntN(50))*time.Millisecond)
}

// log is the log's FaultFunc.
func (f *faults) log(ctx context.Context, c memlog.Call) error {
	l := f.lives(c.Node)
	if l == nil {
		return nil // a ghost
	}
	if c.Point == memlog.PointPoll && c.After {
		// A poll that is cut short has taken nothing: what it has taken it gives.
		ctx = context.Background()
	}
	if err := l.wait(ctx); err != nil {
		return err
	}
	point := string(c.Point) + strconv.FormatBool(c.After) + " " + c.Shard.String()
	if err := f.last(ctx, c, point); err != nil {
		return err
	}
	f.stop(l, c, point)
	for _, s := range strikes {
		if !s.at(c) {
			continue
		}
		r, struck := f.strikesAt(s.name, point)
		if !struck {
			continue
		}
		if err := s.do(f, ctx, c, r); err != nil {
			f.count(s.name)
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return l.wait(ctx)
}

// fence lets somebody else open the shard, as the owner of another generation does.
func (f *faults) fence(ctx context.Context, c memlog.Call, _ *rand.Rand) error {
	s, err := f.ghost.OpenShard(ctx, c.Shard)
	if err == nil {
		s.Close()
		f.count("fence")
	}
	return nil
}

// hangMax is the longest that a transaction of nobody's stays open.
const hangMax = 20 * time.Second

// hang leaves a transaction open in the shard's state partition that no opening of
// the shard ends: one of a late write, which Kafka before 4.0 lets in after its
// transaction's end (KAFKA-17754), or of a node with another prefix. What the shard
// commits from here on lies above it.
func (f *faults) hang(_ context.Context, c memlog.Call, r *rand.Rand) error {
	txn := f.begin()
	late := messages.Out{Topic: messages.StateTopic(c.Shard.Kind), Partition: c.Shard.Partition, Key: []byte("late"), Value: []byte("late")}
	if err := txn.Produce(late); err != nil {
		return err
	}
	f.count("hanging")
	time.AfterFunc(time.Duration(r.Int64N(int64(hangMax))), txn.Abort)
	return nil
}

// slow is a broker that takes its time; now and then longer than anyone waits.
func (f *faults) slow(ctx context.Context, _ memlog.Call, r *rand.Rand) error {
	d := time.Duration(1+r.IntN(200)) * time.Millisecond
	if r.IntN(10) == 0 {
		d *= 20
	}
	f.count("slow")
	return sleep(ctx, d)
}

// crash ends the node in the middle of the call. A transaction that it was in stays
// open until somebody opens the shard anew.
func (f *faults) crash(_ context.Context, c memlog.Call, _ *rand.Rand) error {
	if !f.fell(f.lives(c.Node)) {
		return nil
	}
	return fmt.Errorf("%w: %w", memlog.ErrLeftOpen, errDead)
}

// fell ends a node, unless enough have been ended.
func (f *faults) fell(l *life) bool {
	f.mu.Lock()
	enough := f.crashes == 0
	if !enough {
		f.crashes--
	}
	f.mu.Unlock()
	if enough {
		return false
	}
	l.die()
	return true
}

// outside strikes a call of a node that is none of the log's: of a venue or a group.
func (f *faults) outside(l *life, of, where string) error {
	if _, struck := f.strikesAt(of+": crash", where); struck && f.fell(l) {
		f.count(of + ": crash")
		return errDead
	}
	if _, struck := f.strikesAt(of+": panic", where); struck {
		f.count(of + ": panic")
		panic(fmt.Errorf("%s: %w", where, errFault))
	}
	if _, struck := f.strikesAt(of+": error", where); struck {
		f.count(of + ": error")
		return errFault
	}
	return nil
}

// sleep waits for a time or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tally tells what has struck, for the result.
func (f *faults) tally() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[string]int, len(f.counts))
	for k, n := range f.counts {
		out[k] = n
	}
	return out
}
