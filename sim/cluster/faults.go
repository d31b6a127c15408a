package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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
	kind kind
	// at tells whether it can strike at a call.
	at func(c memlog.Call) bool
	// do strikes. An error is what the call fails with; errMissed says that nothing struck.
	do func(f *faults, ctx context.Context, c memlog.Call, r *rand.Rand) error
}

var errMissed = errors.New("nothing struck")

// newStrike makes a kind that has a place at each step of a commit that it can strike.
func newStrike(name string, at func(memlog.Call) bool, do func(*faults, context.Context, memlog.Call, *rand.Rand) error) strike {
	var places []string
	for _, c := range callsAt(commitSteps) {
		if at(c) {
			places = append(places, moment(c))
		}
	}
	return strike{newKind(name, places...), at, do}
}

// callsAt gives the calls before and after each point.
func callsAt(points []memlog.Point) []memlog.Call {
	var calls []memlog.Call
	for _, p := range points {
		calls = append(calls, memlog.Call{Point: p}, memlog.Call{Point: p, After: true})
	}
	return calls
}

// moment names when a call is struck.
func moment(c memlog.Call) string {
	if c.After {
		return "after " + string(c.Point)
	}
	return "before " + string(c.Point)
}

// atLog is whatever strikes a call of the log, by the call.
var atLog = func() kind {
	var places []string
	for _, c := range callsAt(memlog.Points()) {
		places = append(places, moment(c))
	}
	return newKind("calls of the log", places...)
}()

func anywhere(memlog.Call) bool { return true }

func at(points ...memlog.Point) func(memlog.Call) bool {
	return func(c memlog.Call) bool { return slices.Contains(points, c.Point) }
}

// commitSteps are those of a commit, with the flush of what leaves outside of it.
var commitSteps = []memlog.Point{memlog.PointFlush, memlog.PointCommitBegin, memlog.PointCommitWrite, memlog.PointCommitEnd}

func inCommit(c memlog.Call) bool { return at(commitSteps...)(c) }

// midCommit is between a commit's writes and its end, where outcomes differ most.
func midCommit(c memlog.Call) bool {
	return c.Point == memlog.PointCommitWrite && c.After || c.Point == memlog.PointCommitEnd
}

func beforeRestore(c memlog.Call) bool { return c.Point == memlog.PointRestore && !c.After }

// strikes are all kinds of faults of the log.
var strikes = []strike{
	newStrike("error", anywhere, func(*faults, context.Context, memlog.Call, *rand.Rand) error { return errFault }),
	newStrike("abort", inCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error { return errFault }),
	newStrike("unclear", midCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error {
		return fmt.Errorf("%w: %w", messages.ErrUnclear, errFault)
	}),
	newStrike("left open", midCommit, func(*faults, context.Context, memlog.Call, *rand.Rand) error {
		return fmt.Errorf("%w: %w", memlog.ErrLeftOpen, errFault)
	}),
	newStrike("cut", at(memlog.PointEmit), func(_ *faults, _ context.Context, c memlog.Call, r *rand.Rand) error {
		return &memlog.CutError{Written: r.IntN(c.Records + 1), Err: errFault}
	}),
	newStrike("fence", at(memlog.PointCommitBegin, memlog.PointCommitWrite, memlog.PointCommitEnd), (*faults).fence),
	newStrike("slow", anywhere, (*faults).slow),
	newStrike(crashing, anywhere, (*faults).crash),
	newStrike("hanging", at(memlog.PointCommitEnd), (*faults).hang),
	newStrike(oldEnd, beforeRestore, func(_ *faults, _ context.Context, _ memlog.Call, r *rand.Rand) error {
		return &memlog.OldEndError{Behind: 1 + r.Int64N(40)}
	}),
}

// crashing names the strike that ends a node, which needs no more than a few.
const crashing = "crash"

// oldEnd names the strike of a broker that is cut off and tells of less state than there is.
const oldEnd = "old end"

// faults decides what fails. The zero rates of an undisturbed run let everything
// pass.
type faults struct {
	dice *dice
	// rates are how likely each kind is at a call that it can strike.
	rates  map[kind]float64
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
	spent   map[kind]int
}

// maxCrashes bounds the crashes of a run, which may be likely at every call.
const maxCrashes = 6

// newFaults draws which faults are on, and how likely they are.
func newFaults(d *dice) *faults {
	f := &faults{dice: d, rates: make(map[kind]float64), crashes: maxCrashes, counts: make(map[string]int), spent: make(map[kind]int)}
	r := d.stream("rates", 0)
	for _, s := range strikes {
		if s.kind.name != oldEnd {
			f.draw(r, s.kind, 0.003, 0.01, 0.05)
		}
	}
	f.draw(r, panics, 0.001, 0.01, 0.05)
	f.draw(r, sluggish, 0.001, 0.01)
	f.draw(r, actorErrors, 0.001, 0.005)
	f.draw(r, jumps, 0.001, 0.005)
	f.draw(r, lasting, 0.3, 1)
	f.draw(r, shardPanics, 0.001, 0.005)
	f.draw(r, atVenue.panics, 0.02, 0.1)
	f.draw(r, atVenue.crash, 0.02, 0.1)
	f.draw(r, atGroup.errors, 0.05, 0.2)
	f.draw(r, atGroup.crash, 0.0005, 0.002)
	f.draw(d.stream("old ends", 0), kind{oldEnd}, 0.1, 0.3) // a shard is restored rarely
	f.rates[kind{crashing}] /= 10
	f.drawStops(d.stream("stops", 0))
	f.active.Store(true)
	return f
}

func (f *faults) draw(r *rand.Rand, k kind, rates ...float64) {
	if r.IntN(3) > 0 {
		f.rates[k] = rates[r.IntN(len(rates))]
	}
}

func (f *faults) count(k kind) { f.add(k.name, 1) }

// countAt counts what has struck at one of its kind's places.
func (f *faults) countAt(k kind, place string) {
	f.count(k)
	f.add(k.at(place), 1)
}

func (f *faults) add(name string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[name] += n
}

// strikesAt throws for one kind of fault at one point.
func (f *faults) strikesAt(k kind, point string) (*rand.Rand, bool) {
	rate := f.rates[k]
	if rate == 0 || !f.active.Load() {
		return nil, false
	}
	r := f.dice.throw(k.name + " at " + point)
	return r, r.Float64() < rate && f.spend(k)
}

// maxStrikes bounds how often one kind strikes in a run: a shard that fails more often
// than it saves gets nowhere.
const maxStrikes = 60

func (f *faults) spend(k kind) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spent[k]++
	return f.spent[k] <= maxStrikes || k == lasting
}

// lasting is a commit that takes its time: as long as brokers take for one. It fails
// nobody, and what doesn't wait for its end shows.
var lasting = newKind("lasting commit")

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
		r, struck := f.strikesAt(s.kind, point)
		if !struck {
			continue
		}
		err := s.do(f, ctx, c, r)
		if errors.Is(err, errMissed) {
			continue
		}
		f.strike(s.kind, c)
		if err != nil {
			return fmt.Errorf("%s: %w", s.kind.name, err)
		}
	}
	return l.wait(ctx)
}

// strike counts what has struck a call of the log: by the call, and by the step of a
// commit.
func (f *faults) strike(k kind, c memlog.Call) {
	f.countAt(atLog, moment(c))
	if inCommit(c) {
		f.countAt(k, moment(c))
	} else {
		f.count(k)
	}
}

// fence lets somebody else open the shard, as the owner of another generation does.
func (f *faults) fence(ctx context.Context, c memlog.Call, _ *rand.Rand) error {
	s, err := f.ghost.OpenShard(ctx, c.Shard)
	if err != nil {
		return errMissed
	}
	s.Close()
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
	time.AfterFunc(time.Duration(r.Int64N(int64(hangMax))), txn.Abort)
	return nil
}

// slow is a broker that takes its time; now and then longer than anyone waits.
func (f *faults) slow(ctx context.Context, _ memlog.Call, r *rand.Rand) error {
	d := time.Duration(1+r.IntN(200)) * time.Millisecond
	if r.IntN(10) == 0 {
		d *= 20
	}
	return sleep(ctx, d)
}

// crash ends the node in the middle of the call. A transaction that it was in stays
// open until somebody opens the shard anew.
func (f *faults) crash(_ context.Context, c memlog.Call, _ *rand.Rand) error {
	if !f.fell(f.lives(c.Node)) {
		return errMissed
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
func (f *faults) outside(l *life, of outsider, where string) error {
	if _, struck := f.strikesAt(of.crash, where); struck && f.fell(l) {
		f.count(of.crash)
		return errDead
	}
	if _, struck := f.strikesAt(of.panics, where); struck {
		f.count(of.panics)
		panic(fmt.Errorf("%s: %w", where, errFault))
	}
	if _, struck := f.strikesAt(of.errors, where); struck {
		f.count(of.errors)
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
