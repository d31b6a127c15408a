package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	f.rates["crash"] /= 10
	f.active.Store(true)
	return f
}

func (f *faults) draw(r *rand.Rand, name string, rates ...float64) {
	if r.IntN(3) > 0 {
		f.rates[name] = rates[r.IntN(len(rates))]
	}
}

func (f *faults) count(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[name]++
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
	return f.spent[kind] <= maxStrikes
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
	point := fmt.Sprint(c.Point, c.After, " ", c.Shard)
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
	f.mu.Lock()
	enough := f.crashes == 0
	if !enough {
		f.crashes--
	}
	f.mu.Unlock()
	if enough {
		return nil
	}
	f.lives(c.Node).die()
	return fmt.Errorf("%w: %w", memlog.ErrLeftOpen, errDead)
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
