package engine

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor/fault"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/market"
)

var panicsSeed = flag.Int64("panics.seed", 1, "seed of TestTenThousandPanics")

// The crowd of the panics: every account has two strategies on a symbol of its own.
const (
	panicSymbols  = 500
	panicAccounts = 50
)

// The panics of each part of the run; together 10,000. The inputs that are poison
// cost two panics each and belong to the first part.
const (
	ordinaryPanics = 3334
	openPanics     = 3333
	restorePanics  = 3333
	poisonSymbols  = 20
	poisonUsers    = 10 // a strategy of each
)

// TestTenThousandPanics: 10,000 panics in symbols, accounts, strategies and shards,
// a third of them with nothing special, a third while an order is open, a third
// during restores. Each has the effect that docs/supervision.md promises, and what
// comes out is what comes out without any, and what the oracle says.
func TestTenThousandPanics(t *testing.T) {
	defer func() {
		if t.Failed() {
			t.Logf("repeat it with: go test ./engine -run TestTenThousandPanics -panics.seed %d", *panicsSeed)
		}
	}()
	calm := newStorm(t, *panicsSeed, false)
	calm.run()
	want := calm.results()
	s := newStorm(t, *panicsSeed, true)
	s.run()
	if n := s.chosen.total(); n != ordinaryPanics+openPanics+restorePanics {
		t.Errorf("%d panics, want 10,000", n)
	}
	t.Logf("panics: %v; restarts: %s", s.chosen.counts(), s.told)
	got := s.results()
	orders := 0
	for _, lines := range want.trades {
		orders += len(lines)
	}
	if len(want.updates) != panicSymbols || orders < 5000 {
		t.Errorf("the run to compare with shows little: %d symbols, %d events of orders and positions", len(want.updates), orders)
	}
	if d := got.difference(want, s.spoiled()...); d != "" {
		t.Errorf("the result is not that of a run without panics: %s", d)
	}
	s.agrees(calm.partitions(), s.spoiled())
}

// storm is one run: with panics, or calm.
type storm struct {
	*troupe
	seed   int64
	rough  bool
	chosen *chooser
	panics int // that are to have happened by now
}

// The ticks of the parts. In the second part only symbols trade on which an order
// is open.
const (
	ordinaryTicks = 16_000
	openTicks     = 20_000
	restoreTicks  = 500 // a move
	moves         = 12
	poisonTicks   = 4_000
)

func newStorm(t *testing.T, seed int64, rough bool) *storm {
	s := &storm{troupe: newTroupe(t), seed: seed, rough: rough}
	s.chosen = newChooser(s.troupe)
	c := &s.config
	c.Limits.PollRecords, c.Limits.Records = 60, 60
	// The intensities aren't what this is about.
	most := actors.Restarts{Max: 1_000_000, Window: time.Minute}
	c.EntityRestarts, c.StrategyRestarts, c.ShardRestarts = most, most, most
	// Only what must be saved is: then restores have much to take in again.
	c.Checkpoint = actors.Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour}
	if rough {
		c.Fault = s.chosen.at
	}
	return s
}

func (s *storm) run() {
	faults, err := fault.New(s.seed)
	if err != nil {
		s.t.Fatal(err)
	}
	s.chosen.faults = faults
	s.start()
	for i := range panicAccounts {
		s.open(userName(i), symbolName(i), account.PaperVenue)
	}
	s.ready()
	now := s.ordinary(startMs)
	now = s.withOpenOrders(now)
	now = s.restores(now)
	s.poison(now)
	s.stop()
}

// part arms panics, writes ticks, and sees that as many panics as were asked for
// have happened, each with its restart, and nothing else.
func (s *storm) part(name string, ticks []*market.Tick, panics int, rules ...fault.Rule) {
	s.t.Helper()
	s.arm(rules...)
	s.write(ticks)
	s.settled(name, panics)
}

func (s *storm) arm(rules ...fault.Rule) {
	s.t.Helper()
	if !s.rough {
		return
	}
	s.chosen.faults.Disarm()
	for i := range rules {
		rules[i].Action = fault.Panic
	}
	if _, err := s.chosen.faults.Arm(rules...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *storm) settled(name string, panics int) {
	s.t.Helper()
	s.settle()
	if !s.rough {
		return
	}
	s.panics += panics
	if n := s.chosen.total(); n != s.panics {
		s.t.Fatalf("%s: %d panics so far, want %d: %v", name, n, s.panics, s.chosen.counts())
	}
	s.restarted(name)
}

// restarted sees that every panic restarted the one that panicked, and nobody else.
func (s *storm) restarted(name string) {
	s.t.Helper()
	want := s.chosen.counts()
	s.until(name+": a restart for each panic", func() bool { return s.told.restartsOf("") >= s.chosen.total() })
	for _, actor := range []string{"symbol", "account", "strategy", "shard"} {
		if n := s.told.restartsOf(actor); n != want[actor] {
			s.t.Errorf("%s: %d restarts of %s for %d panics", name, n, actor, want[actor])
		}
		panics := s.chosen.panicsOf(actor)
		if got := s.told.restarted(actor); !maps.Equal(got, panics) {
			s.t.Errorf("%s: the %ss that restarted are not those that panicked: %s", name, actor, differ(got, panics))
		}
	}
}

// differ tells of whom two counts are different.
func differ(got, want map[string]int) string {
	all := maps.Clone(want)
	maps.Copy(all, got)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if got[name] != want[name] {
			out = append(out, fmt.Sprintf("%s %d for %d", name, got[name], want[name]))
		}
	}
	return strings.Join(out, ", ")
}

func step(match string, limit int64) fault.Rule {
	return fault.Rule{Point: "step", Match: match, Probability: 0.45, Limit: limit}
}

// ordinary strikes symbols, accounts and strategies in the middle of their work.
func (s *storm) ordinary(now int64) int64 {
	ticks, end := crowd(uint64(s.seed), panicSymbols, ordinaryTicks, now, 100)
	const others = 400 + 200 + 200
	const panics = ordinaryPanics - 2*(poisonSymbols+poisonUsers)
	s.part("ordinary", ticks, panics, step("SYM*", panics-others), step("user*", 400), step("often*", 200), step("seldom*", 200))
	s.nothingSpoiled("ordinary")
	return end
}

func (s *storm) nothingSpoiled(name string) {
	s.t.Helper()
	if dead, q := len(s.cluster.AllRecords(messages.TopicDeadLetters)), s.told.sum(actors.CountQuarantined, ""); dead+q > 0 {
		s.t.Errorf("%s: %d dead letters, %d quarantined, want none", name, dead, q)
	}
}

// withOpenOrders strikes accounts that have an order open, their strategies, and
// the symbol of the order.
func (s *storm) withOpenOrders(now int64) int64 {
	for i := range panicAccounts {
		s.command(userName(i), "rest", account.CmdOrder, map[string]any{
			"symbol": symbolName(i), "transaction_type": "BUY", "quantity": 1, "price": 50,
		})
	}
	s.ready()
	s.allOpen("before")
	ticks, end := crowd(uint64(s.seed)+1, panicAccounts, openTicks, now, 100)
	const others = 700 + 500 + 500
	s.part("with an open order", ticks, openPanics, step("SYM*", openPanics-others), step("user*", 700), step("often*", 500), step("seldom*", 500))
	s.allOpen("after")
	s.nothingSpoiled("with an open order")
	return end
}

// allOpen sees that the order of each account that waits for its price is open.
func (s *storm) allOpen(when string) {
	s.t.Helper()
	open := make(map[string]bool)
	for _, record := range s.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(record.Value)
		if err != nil {
			s.t.Fatal(err)
		}
		if e.Order.OrderType == "LIMIT" && e.Order.Price.String() == "50" {
			open[e.Symbol] = e.EventType == "PLACED"
		}
	}
	if still := slices.Collect(maps.Values(open)); len(still) != panicAccounts || slices.Contains(still, false) {
		s.t.Fatalf("%s the panics not all of %d orders are open: %v", when, panicAccounts, open)
	}
}

// restores takes the shards away and gives them back, again and again, and strikes
// while they restore: the shard itself, its actors at their start, and those that
// take in again what had been taken in before.
func (s *storm) restores(now int64) int64 {
	if s.rough { // a checkpoint: so that what is restored is what this part writes
		for kind, topic := range homeTopics {
			s.node.Revoked(s.t.Context(), kind, upTo(s.cluster.Partitions(topic)))
		}
		s.place(homeTopics)
		s.settle()
	}
	var ticks []*market.Tick
	left := int64(restorePanics)
	for i := range moves {
		ticks, now = crowd(uint64(s.seed)+2+uint64(i), panicSymbols, restoreTicks, now, 100)
		s.arm()
		s.write(ticks)
		s.settle()
		if !s.rough {
			continue
		}
		before := s.chosen.total()
		budget := left / int64(moves-i)
		rules := []fault.Rule{step("", budget)}
		if i < moves-1 { // the last one makes up for what these could not use
			rules = []fault.Rule{
				{Point: "restore", Probability: 0.5, Limit: 10}, {Point: "receive", Probability: 0.3, Limit: budget / 3}, step("", budget-budget/3-10),
			}
		}
		s.arm(rules...)
		s.chosen.restoring(func() { s.move(homeTopics) })
		s.settle()
		struck := s.chosen.total() - before
		left -= int64(struck)
		s.panics += struck
		s.restarted(fmt.Sprint("restore ", i))
	}
	s.chosen.restored()
	if s.rough && left != 0 {
		s.t.Errorf("%d panics during restores are missing", left)
	}
	s.nothingSpoiled("restores")
	return now
}

// poison strikes some twice on one input: it passes it over, or is quarantined.
func (s *storm) poison(now int64) {
	ticks, _ := crowd(uint64(s.seed)+100, panicSymbols, poisonTicks, now, 100)
	var rules []fault.Rule
	for _, name := range s.poisoned() {
		rules = append(rules, fault.Rule{Point: "step", Match: name, Probability: 1, Limit: 2})
	}
	s.chosen.poison = true
	s.part("poison", ticks, 2*len(rules), rules...)
	if !s.rough {
		return
	}
	for label, want := range map[string]int{"symbol input": poisonSymbols, "strategy": poisonUsers, "": poisonSymbols + poisonUsers} {
		if n := s.told.sum(actors.CountQuarantined, label); n != want {
			s.t.Errorf("%d quarantined (%q), want %d", n, label, want)
		}
	}
	if n := len(s.cluster.AllRecords(messages.TopicDeadLetters)); n != poisonSymbols+poisonUsers {
		s.t.Errorf("%d dead letters, want %d", n, poisonSymbols+poisonUsers)
	}
	if n := s.told.sum(actors.CountAlerts, "SYSTEM/ERROR"); n != poisonUsers {
		s.t.Errorf("%d alerts of failed strategies, want %d", n, poisonUsers)
	}
}

// poisoned names who is struck twice: symbols that nobody trades, and strategies.
func (s *storm) poisoned() []string {
	var out []string
	for i := range poisonSymbols {
		out = append(out, symbolName(panicSymbols-1-i))
	}
	for i := range poisonUsers {
		out = append(out, "often"+number(userName(i)))
	}
	return out
}

// spoiled names whose results the poison changes.
func (s *storm) spoiled() []string {
	out := s.poisoned()
	for i := range poisonUsers {
		out = append(out, userName(i))
	}
	return out
}

// partitions gives the values of the ticks, partition by partition.
func (s *storm) partitions() [][]*messages.Record {
	out := make([][]*messages.Record, s.cluster.Partitions(messages.TopicTicks))
	for p := range out {
		out[p] = s.cluster.Records(messages.TopicTicks, int32(p))
	}
	return out
}

// actorOf tells what sort of actor a detail names.
func actorOf(detail string) string {
	for prefix, actor := range map[string]string{"SYM": "symbol", "user": "account", "often": "strategy", "seldom": "strategy"} {
		if strings.HasPrefix(detail, prefix) {
			return actor
		}
	}
	return "shard"
}
