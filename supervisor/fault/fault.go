// Package fault injects failures at named points of a program, by rules and by a
// seed, so that a run with failures can be repeated. It knows nothing of what it
// breaks: a program asks an Injector before a step, and does what the answer says.
//
// A nil *Injector is switched off: At on it returns nil at once and costs no
// allocation.
package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Action is what happens at a point.
type Action string

// The actions.
const (
	// Panic panics with an *Injected.
	Panic Action = "panic"
	// Error gives an *Injected as the step's error.
	Error Action = "error"
	// Delay waits for the rule's Delay, and the step goes on.
	Delay Action = "delay"
	// Drop gives an *Injected that is ErrDropped: the step's input or answer is lost.
	Drop Action = "drop"
	// Hang waits until the Injector is closed, or for the rule's Delay if it has
	// one, and then gives an *Injected.
	Hang Action = "hang"
)

// ErrDropped is what the error of the action Drop is.
var ErrDropped = errors.New("dropped")

// Rule says where, when and how something fails.
type Rule struct {
	// Point is the name of the point.
	Point string
	// Match is a part of the detail with which the point was reached; empty: all.
	Match  string
	Action Action
	// Nth strikes once, at the nth time that the rule matches, from 1 on; with 0 the
	// rule strikes with Probability each time.
	Nth         int64
	Probability float64
	Delay       time.Duration
}

// Injected is the error, or the panic's value, of a struck rule.
type Injected struct {
	Point, Detail string
	Action        Action
}

func (e *Injected) Error() string {
	return fmt.Sprintf("injected fault: %s at %s of %s", e.Action, e.Point, e.Detail)
}

// Is makes the error of a Drop ErrDropped.
func (e *Injected) Is(target error) bool { return target == ErrDropped && e.Action == Drop }

// Strike is one fault that happened.
type Strike struct {
	Injected
	// Rule is the rule's number.
	Rule int
}

// maxStrikes bounds the list of strikes; the count goes on.
const maxStrikes = 10_000

// Injector holds rules and what they have done. It is safe for concurrent use;
// with concurrent callers a seed repeats the strikes only as far as the order of
// their calls does.
type Injector struct {
	stop chan struct{}
	once sync.Once

	mu      sync.Mutex
	random  *rand.Rand
	rules   []Rule
	matched []int64
	strikes []Strike
	count   int64
}

// New makes an injector with rules, in whose order they are asked: the first that
// strikes decides. The error names a rule that can't be followed.
func New(seed int64, rules ...Rule) (*Injector, error) {
	f := &Injector{stop: make(chan struct{}), random: rand.New(rand.NewPCG(uint64(seed), 0x5eed))}
	return f, f.Arm(rules...)
}

// Arm replaces the rules, and counts their matches from 0.
func (f *Injector) Arm(rules ...Rule) error {
	for i, r := range rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.matched = append([]Rule(nil), rules...), make([]int64, len(rules))
	return nil
}

func (r *Rule) check() error {
	switch r.Action {
	case Panic, Error, Delay, Drop, Hang:
	default:
		return fmt.Errorf("action %q; want panic, error, delay, drop or hang", r.Action)
	}
	switch {
	case r.Point == "":
		return errors.New("no point")
	case r.Nth < 0 || r.Probability < 0 || r.Probability > 1:
		return fmt.Errorf("nth %d and probability %v; want 0 or more, and 0 to 1", r.Nth, r.Probability)
	case (r.Nth == 0) == (r.Probability == 0):
		return errors.New("want either nth or probability")
	case r.Delay < 0 || r.Action == Delay && r.Delay == 0:
		return fmt.Errorf("delay %v; want more than 0", r.Delay)
	}
	return nil
}

// At is asked before a step. It returns nil when the step may go on, returns the
// fault that the step is to fail with, or panics with it. Detail says what the
// step is of: a symbol, an account, a shard.
func (f *Injector) At(point, detail string) error {
	if f == nil {
		return nil
	}
	rule, ok := f.strike(point, detail)
	if !ok {
		return nil
	}
	fault := &Injected{Point: point, Detail: detail, Action: rule.Action}
	switch rule.Action {
	case Panic:
		panic(fault)
	case Delay:
		f.wait(rule.Delay)
		return nil
	case Hang:
		f.wait(rule.Delay)
	}
	return fault
}

func (f *Injector) strike(point, detail string) (Rule, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range f.rules {
		if r.Point != point || !strings.Contains(detail, r.Match) {
			continue
		}
		f.matched[i]++
		if r.Nth > 0 && f.matched[i] != r.Nth || r.Nth == 0 && f.random.Float64() >= r.Probability {
			continue
		}
		f.count++
		if len(f.strikes) < maxStrikes {
			f.strikes = append(f.strikes, Strike{Injected{point, detail, r.Action}, i})
		}
		return r, true
	}
	return Rule{}, false
}

// wait ends after d, never when d is 0, and when the injector is closed.
func (f *Injector) wait(d time.Duration) {
	var after <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
	case <-f.stop:
	}
}

// Strikes gives what happened so far, the first 10,000 of it, and how often
// something did.
func (f *Injector) Strikes() ([]Strike, int64) {
	if f == nil {
		return nil, 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Strike(nil), f.strikes...), f.count
}

// Close ends all that hangs or is delayed, now and from now on.
func (f *Injector) Close() {
	if f != nil {
		f.once.Do(func() { close(f.stop) })
	}
}
