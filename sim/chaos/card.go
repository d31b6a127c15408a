package chaos

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/sim/check"
)

// Card is what a run has shown.
type Card struct {
	OK      bool    `json:"ok"`
	Seed    uint64  `json:"seed"`
	Command string  `json:"command"`
	Seconds float64 `json:"seconds"`
	Symbols int     `json:"symbols"`
	Ticks   int64   `json:"ticks"`
	// Planned counts what was to strike, by the names of faults.
	Planned map[string]int `json:"planned"`
	// Faults counts what struck, by kind, Aims by kind and aim.
	Faults map[Kind]int   `json:"faults"`
	Aims   map[string]int `json:"aims"`
	// Missing says what the run was to do or to look at, and did not: it has shown less
	// than was asked for.
	Missing []string `json:"missing,omitempty"`
	// Lost, Doubled and Wrong are findings of the checks.
	Lost    int `json:"lost"`
	Doubled int `json:"doubled"`
	Wrong   int `json:"wrong"`
	// Ended are nodes that ended by themselves, or didn't when they were asked to, with
	// how: no fault explains it. Escalated are those that may, see End.
	Ended     []string `json:"ended_by_themselves,omitempty"`
	Escalated []string `json:"ended_once_stopped,omitempty"`
	// Recovery is of the partitions of nodes that were struck, under faults: from the fault
	// to the first new update. One that is struck again before counts from the first.
	Recovery Spread `json:"recovery"`
	// BrokerRecovery is of all partitions, whenever a broker is killed.
	BrokerRecovery Spread `json:"recovery_of_brokers"`
	// Unrecovered are partitions without a new update within the patience of the run.
	Unrecovered []string `json:"unrecovered,omitempty"`
	// Failover is of a node that was killed, Handover of one that stopped in order, while
	// nothing else failed. Both are absent when they were not measured. A time that misses
	// its bound is told, and leaves OK as it is: it may be the machine's.
	Failover *Spread `json:"failover,omitempty"`
	Handover *Spread `json:"handover,omitempty"`
	// Held is how many symbols a node had that was killed for Failover: the fewest.
	Held int `json:"symbols_of_killed,omitempty"`
	// SessionMs is the session timeout, from which the bound of Failover comes.
	SessionMs int64 `json:"session_ms"`
	// Missed is how many times missed their bounds, of all measures.
	Missed int `json:"missed_bounds"`
	// Checks is what the checks looked at and found.
	Checks *check.Report `json:"checks"`
	// Undisturbed are the checks with findings in the run without a fault, against which
	// the cluster is held: then that comparison shows nothing.
	Undisturbed []*check.Result `json:"undisturbed,omitempty"`
}

// PromisedSymbols is how many symbols a killed node has at least of which the bound of
// its recovery is promised.
const PromisedSymbols = 5500

// The bounds of recovery while nothing else fails: of a node that was killed, so long
// beyond the session timeout, and of one that stopped in order.
const (
	BeyondSession = 2 * time.Second
	CleanStop     = time.Second
)

// Spread describes times in milliseconds, and how many of them missed their bound.
type Spread struct {
	Count int   `json:"count"`
	P50   int64 `json:"p50_ms"`
	P99   int64 `json:"p99_ms"`
	Max   int64 `json:"max_ms"`
	// Bound is what each time has to be less than, Missed how many are not.
	Bound  int64 `json:"bound_ms"`
	Missed int   `json:"missed"`
}

// NewSpread describes times: percentiles are the smallest time that so many per cent
// don't exceed.
func NewSpread(times []time.Duration, bound time.Duration) Spread {
	s := Spread{Count: len(times), Bound: bound.Milliseconds()}
	if s.Count == 0 {
		return s
	}
	sorted := slices.Sorted(slices.Values(times))
	at := func(percent int) int64 { return sorted[(len(sorted)*percent+99)/100-1].Milliseconds() }
	s.P50, s.P99, s.Max = at(50), at(99), sorted[len(sorted)-1].Milliseconds()
	for _, t := range times {
		if t >= bound {
			s.Missed++
		}
	}
	return s
}

func (s Spread) String() string {
	if s.Count == 0 {
		return "none"
	}
	return fmt.Sprintf("%d partitions, p50 %d ms, p99 %d ms, max %d ms; bound %d ms, %d missed", s.Count, s.P50, s.P99, s.Max, s.Bound, s.Missed)
}

// mark is how a line of the card begins.
func (s Spread) mark() string {
	switch {
	case s.Count == 0:
		return "-   "
	case s.Missed > 0:
		return "MISS"
	}
	return "ok  "
}

// doubledBy and lostBy name the checks whose findings are records too many and too
// few; those of all others are wrong ones. The comparisons with an undisturbed run and
// of the ticks with the load say of each finding which it is.
var (
	doubledBy = []string{"doubled", "ids"}
	lostBy    = []string{"answers", "frontiers", "transactions"}
)

// Plan takes over what is to strike.
func (c *Card) Plan(all []Fault) {
	c.Planned = make(map[string]int)
	for _, f := range all {
		c.Planned[f.String()] += f.strikes()
	}
}

// escalated is how a node ends that can't keep its shards running.
const escalated = "exit status 6"

// End takes down how a node ended by itself, or that it didn't when it was asked to. One
// that stood still for longer than its deadlines, may find, when it goes on, that
// its actors have not stopped in time, and end to be started anew. Nothing else that strikes here
// ends a node.
func (c *Card) End(node, how, log string, slept bool) {
	line := fmt.Sprintf("%s: %s; see %s", node, how, log)
	if slept && how == escalated {
		c.Escalated = append(c.Escalated, line)
		return
	}
	c.Ended = append(c.Ended, line)
}

// Count takes the findings of the checks over, and those in the undisturbed run, when
// all faults have struck. A check that has looked at nothing has shown nothing.
func (c *Card) Count(r, undisturbed *check.Report) {
	c.Checks = r
	for _, name := range slices.Sorted(maps.Keys(c.Planned)) {
		struck := c.Aims[name] + c.Faults[Kind(name)] // it has an aim, or none
		if planned := c.Planned[name]; struck < planned {
			c.Missing = append(c.Missing, fmt.Sprintf("%d of %d times %s", struck, planned, name))
		}
	}
	for _, name := range r.NothingToCheck {
		c.Missing = append(c.Missing, fmt.Sprintf("the check %s: it has looked at nothing", name))
	}
	for _, result := range undisturbed.Results {
		if result.Found > 0 {
			c.Undisturbed = append(c.Undisturbed, result)
		}
	}
	for _, result := range r.Results {
		switch {
		case slices.Contains(doubledBy, result.Check):
			c.Doubled += result.Found
		case slices.Contains(lostBy, result.Check):
			c.Lost += result.Found
		case strings.HasPrefix(result.Check, "same"), result.Check == ticksCheck:
			c.compared(result)
		default:
			c.Wrong += result.Found
		}
	}
	c.OK = c.Lost+c.Doubled+c.Wrong+len(c.Unrecovered)+len(c.Ended)+len(c.Missing)+len(c.Undisturbed) == 0
}

// Measure takes the times of recoveries over, of nodes and of brokers under faults and,
// when killed and stopped are not nil, of those while nothing else failed. Patience is
// how long the run waits for a partition: one that is not back has it as its time.
func (c *Card) Measure(nodes, brokers, killed, stopped []time.Duration, session, patience time.Duration) {
	c.SessionMs = session.Milliseconds()
	c.Recovery, c.BrokerRecovery = NewSpread(nodes, patience), NewSpread(brokers, patience)
	c.Missed = c.Recovery.Missed + c.BrokerRecovery.Missed
	if killed == nil && stopped == nil {
		return
	}
	failover, handover := NewSpread(killed, session+BeyondSession), NewSpread(stopped, CleanStop)
	c.Failover, c.Handover = &failover, &handover
	c.Missed += failover.Missed + handover.Missed
}

// compared splits the findings of a comparison. Those beyond what is told in full are
// wrong.
func (c *Card) compared(r *check.Result) {
	for _, f := range r.First {
		switch {
		case strings.HasPrefix(f.Text, "missing"):
			c.Lost++
		case strings.HasPrefix(f.Text, "doubled"):
			c.Doubled++
		default:
			c.Wrong++
		}
	}
	c.Wrong += r.Found - len(r.First)
}

// WriteJSON writes the card as one JSON document.
func (c *Card) WriteJSON(w io.Writer) error { return check.WriteJSON(w, c) }

// WriteText writes the card for a person.
func (c *Card) WriteText(w io.Writer) error {
	var b strings.Builder
	if c.Checks != nil {
		_ = c.Checks.WriteText(&b) // a builder takes everything
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "seed %d, %.0f s, %d symbols, %d ticks\n\nfaults\n", c.Seed, c.Seconds, c.Symbols, c.Ticks)
	for _, kind := range slices.Sorted(maps.Keys(c.Faults)) {
		fmt.Fprintf(&b, "  %-14s %4d%s\n", kind, c.Faults[kind], c.aimsOf(kind))
	}
	fmt.Fprintf(&b, "\nlost %d, doubled %d, wrong %d\n\n", c.Lost, c.Doubled, c.Wrong)
	c.writeRecovery(&b)
	for _, line := range c.Unrecovered {
		fmt.Fprintf(&b, "not recovered: %s\n", line)
	}
	for _, line := range c.Ended {
		fmt.Fprintf(&b, "ended by itself: %s\n", line)
	}
	for _, line := range c.Escalated {
		fmt.Fprintf(&b, "ended as it may once it was stopped: %s\n", line)
	}
	for _, r := range c.Undisturbed {
		fmt.Fprintf(&b, "the undisturbed run: %d findings of %s, the first at %s: %s\n", r.Found, r.Check, r.First[0].Where, r.First[0].Text)
	}
	for _, line := range c.Missing {
		fmt.Fprintf(&b, "missing: %s\n", line)
	}
	word := "nothing lost, nothing doubled, nothing wrong"
	if !c.OK {
		word = "NOT as it must be"
	}
	if c.Missed > 0 {
		word += fmt.Sprintf("; recovery times that MISSED their bounds: %d", c.Missed)
	}
	fmt.Fprintf(&b, "\n%s\nagain: %s\n", word, c.Command)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeRecovery writes how long moved partitions were away.
func (c *Card) writeRecovery(b *strings.Builder) {
	b.WriteString("from the fault to the first new update of a moved partition\n")
	line := func(what string, s *Spread, more string) {
		if s != nil {
			fmt.Fprintf(b, "%s %-19s %s%s\n", s.mark(), what, s, more)
		}
	}
	line("under faults", &c.Recovery, "")
	line("a broker is killed", &c.BrokerRecovery, " (all of them, moved or not)")
	line("a node is killed", c.Failover, fmt.Sprintf(" (of %d symbols; session timeout %d ms)", c.Held, c.SessionMs))
	line("a node is stopped", c.Handover, "")
	if c.Failover != nil && c.Held < PromisedSymbols {
		fmt.Fprintf(b, "the bound of a killed node is promised of one with %d symbols: more --symbols show it\n", PromisedSymbols)
	}
}

func (c *Card) aimsOf(kind Kind) string {
	var out []string
	for _, aim := range aims[kind] {
		if n := c.Aims[string(kind)+", "+aim]; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, aim))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "  " + strings.Join(out, ", ")
}
