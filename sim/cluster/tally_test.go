package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/sim/check"
)

// tally is what struck, and what was looked at, over some seeds. Processes that run seeds
// end with one.
type tally struct {
	Seeds   int
	Virtual time.Duration
	Faults  map[string]int
	Looked  map[string]int // by check
}

func newTally() *tally { return &tally{Faults: make(map[string]int), Looked: make(map[string]int)} }

func (t *tally) take(r *Result) {
	one := &tally{Seeds: 1, Virtual: r.Virtual, Faults: r.Faults, Looked: make(map[string]int)}
	for _, c := range r.Report.Results {
		one.Looked[c.Check] += c.Looked
	}
	t.add(one)
}

func (t *tally) add(o *tally) {
	t.Seeds += o.Seeds
	t.Virtual += o.Virtual
	for name, n := range o.Faults {
		t.Faults[name] += n
	}
	for name, n := range o.Looked {
		t.Looked[name] += n
	}
}

// allStrike is a number of seeds in which every kind of fault has struck, at each of its
// places, and every check has looked at something.
const allStrike = 500

// missing names the kinds of faults, and the checks, of which nothing was seen.
func (t *tally) missing() []string {
	var out []string
	for _, name := range known {
		if t.Faults[name] == 0 {
			out = append(out, "never struck: "+name)
		}
	}
	for _, name := range append(check.Names(), venueCheck) {
		if t.Looked[name] == 0 {
			out = append(out, "nothing to check: "+name)
		}
	}
	return out
}

// String gives a line of what struck, one for each kind that has places, and one for the
// checks.
func (t *tally) String() string {
	lines := make(map[string][]string)
	var struck []string
	for _, name := range slices.Sorted(maps.Keys(t.Faults)) {
		one := fmt.Sprint(name, " ", t.Faults[name])
		if of, what, placed := strings.Cut(one, ": "); placed {
			lines[of] = append(lines[of], what)
		} else {
			struck = append(struck, one)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Looked)) {
		lines["things looked at"] = append(lines["things looked at"], fmt.Sprint(name, " ", t.Looked[name]))
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d seeds, %v of virtual time\nstruck: %s", t.Seeds, t.Virtual.Round(time.Second), strings.Join(struck, ", "))
	for _, of := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&out, "\n%s: %s", of, strings.Join(lines[of], ", "))
	}
	return out.String()
}

// TestTallyMisses: a kind of fault that never strikes, and a check that never looks at
// anything, are told, whichever it is; and the sum of tallies has both.
func TestTallyMisses(t *testing.T) {
	whole := newTally()
	for _, name := range known {
		whole.Faults[name] = 1
	}
	for _, name := range append(check.Names(), venueCheck) {
		whole.Looked[name] = 1
	}
	if missing := whole.missing(); len(missing) > 0 {
		t.Fatalf("missing of all: %q", missing)
	}
	for _, s := range strikes {
		if inAll := slices.Contains(known, s.kind.name); !inAll {
			t.Errorf("%s is not known", s.kind.name)
		}
	}
	for _, name := range []string{kind{crashing}.at("after commit end"), atLog.at("before scan"), rebalances[0].kind.name, panics.at("step")} {
		less := newTally()
		less.add(whole)
		delete(less.Faults, name)
		if got := less.missing(); !slices.Equal(got, []string{"never struck: " + name}) {
			t.Errorf("without %s: %q", name, got)
		}
	}
	less := newTally()
	less.add(whole)
	less.Looked["prices"] = 0
	if got := less.missing(); !slices.Equal(got, []string{"nothing to check: prices"}) {
		t.Errorf("without prices: %q", got)
	}
	less.add(whole)
	if got := less.missing(); len(got) > 0 || less.Faults[stuck.name] != 2 {
		t.Errorf("the sum misses %q, and has %d", got, less.Faults[stuck.name])
	}
}
