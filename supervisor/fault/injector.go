package fault

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what an injector remembers: the list of strikes, whose count goes on,
// and the details that a rule with a probability tells apart, behind which the
// rest counts as one.
const (
	maxStrikes = 10_000
	maxDetails = 100_000
)

// Injector holds rules and what they have done. It is safe for concurrent use; nil
// is an injector that is off.
type Injector struct {
	seed int64
	stop chan struct{}
	once sync.Once
	// rules is what At looks at first, so that points without rules stay cheap.
	rules atomic.Int64

	mu      sync.Mutex
	points  []Point // empty: any
	armed   []*armed
	last    int64
	strikes []Injected
	count   int64
}

// armed is a rule with what it has done.
type armed struct {
	Status
	gone chan struct{} // closed when the rule is disarmed
	met  map[string]int64
}

// Status is an armed rule and what it has done so far.
type Status struct {
	// Number names the rule, counted from 1 in the order of arming and never used
	// again.
	Number int64
	Rule   Rule
	// Matched is how often the rule's point was reached with a detail that it
	// matches, Struck how often it struck.
	Matched, Struck int64
}

// New makes an injector with rules. The error names a rule that can't be followed.
func New(seed int64, rules ...Rule) (*Injector, error) {
	f := &Injector{seed: seed, stop: make(chan struct{})}
	_, err := f.Arm(rules...)
	return f, err
}

// Declare names the points that there are: rules for any other, and those that never
// match at theirs, are refused from now on. It fails, and changes nothing, when one is
// armed.
func (f *Injector) Declare(points ...Point) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.armed {
		if err := known(points, &a.Rule); err != nil {
			return fmt.Errorf("rule %d: %w", a.Number, err)
		}
	}
	f.points = slices.Clone(points)
	return nil
}

// Points gives what was declared.
func (f *Injector) Points() []Point {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.points)
}

// known gives why a rule can't strike at any of the points, when they are named.
func known(points []Point, r *Rule) error {
	names := make([]string, len(points))
	for i := range points {
		if points[i].Name == r.Point {
			if err := points[i].Takes(r.Match); err != nil {
				return fmt.Errorf("match %q %w", r.Match, err)
			}
			return nil
		}
		names[i] = points[i].Name
	}
	if len(points) == 0 {
		return nil
	}
	return fmt.Errorf("point %q; want one of %s", r.Point, strings.Join(names, ", "))
}

// Arm adds rules behind those that are armed and gives their numbers. When one of
// them can't be followed none is armed, and the error says which, counted from 0.
func (f *Injector) Arm(rules ...Rule) ([]int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range rules {
		if err := rules[i].Check(); err != nil {
			return nil, fmt.Errorf("rule %d: %w", i, err)
		}
		if err := known(f.points, &rules[i]); err != nil {
			return nil, fmt.Errorf("rule %d: %w", i, err)
		}
	}
	numbers := make([]int64, len(rules))
	for i, r := range rules {
		f.last++
		numbers[i] = f.last
		f.armed = append(f.armed, &armed{Status: Status{Number: f.last, Rule: r}, gone: make(chan struct{})})
	}
	f.rules.Store(int64(len(f.armed)))
	return numbers, nil
}

// Disarm takes rules away by their numbers, all of them when none is given, and
// gives how many there were. What hangs or is delayed by them goes on.
func (f *Injector) Disarm(numbers ...int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.armed)
	f.armed = slices.DeleteFunc(f.armed, func(a *armed) bool {
		if len(numbers) > 0 && !slices.Contains(numbers, a.Number) {
			return false
		}
		close(a.gone)
		return true
	})
	f.rules.Store(int64(len(f.armed)))
	return before - len(f.armed)
}

// Armed lists the rules in the order in which they are asked.
func (f *Injector) Armed() []Status {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Status, len(f.armed))
	for i, a := range f.armed {
		out[i] = a.Status
	}
	return out
}

// At is asked before a step. It returns nil when the step may go on, returns the
// fault that the step is to fail with, or panics with it. Detail says what the
// step is of.
func (f *Injector) At(point, detail string) error {
	if f == nil || f.rules.Load() == 0 {
		return nil
	}
	return f.at(point, detail)
}

func (f *Injector) at(point, detail string) error {
	fault, rule, gone := f.strike(point, detail)
	if fault == nil {
		return nil
	}
	switch rule.Action {
	case Panic:
		panic(fault)
	case Delay:
		f.wait(rule.Delay, gone)
		return nil
	case Hang:
		f.wait(rule.Delay, gone)
	}
	return fault
}

// strike finds the first rule that strikes.
func (f *Injector) strike(point, detail string) (*Injected, Rule, chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.armed {
		if !a.Rule.matches(point, detail) {
			continue
		}
		a.Matched++
		if !a.strikes(f.seed, detail) {
			continue
		}
		a.Struck++
		f.count++
		fault := &Injected{Point: point, Detail: detail, Action: a.Rule.Action, Rule: a.Number}
		if len(f.strikes) < maxStrikes {
			f.strikes = append(f.strikes, *fault)
		}
		return fault, a.Rule, a.gone
	}
	return nil, Rule{}, nil
}

// strikes decides on one match.
func (a *armed) strikes(seed int64, detail string) bool {
	if a.Rule.Nth > 0 {
		return a.Matched == a.Rule.Nth
	}
	if a.met == nil {
		a.met = make(map[string]int64)
	}
	if _, ok := a.met[detail]; !ok && len(a.met) >= maxDetails {
		detail = ""
	}
	a.met[detail]++
	if a.Rule.Limit > 0 && a.Struck >= a.Rule.Limit {
		return false
	}
	return chance(seed, a.Number, detail, a.met[detail]) < a.Rule.Probability
}

// chance draws evenly from [0, 1) for the nth time that a rule meets a detail.
func chance(seed, rule int64, detail string, nth int64) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(detail))
	x := h.Sum64()
	for _, more := range [...]int64{seed, rule, nth} {
		x = mix(x ^ uint64(more))
	}
	return float64(x>>11) / (1 << 53)
}

// mix is the finalizer of SplitMix64, which makes every bit depend on all.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// wait ends after d, never when d is 0, and when the rule is disarmed or the
// injector closed.
func (f *Injector) wait(d time.Duration, gone chan struct{}) {
	var after <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
	case <-gone:
	case <-f.stop:
	}
}

// Strikes gives what happened so far, the first 10,000 of it, and how often
// something did.
func (f *Injector) Strikes() ([]Injected, int64) {
	if f == nil {
		return nil, 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.strikes), f.count
}

// Close ends all that hangs or is delayed, now and from now on. Rules strike on.
func (f *Injector) Close() {
	if f != nil {
		f.once.Do(func() { close(f.stop) })
	}
}
