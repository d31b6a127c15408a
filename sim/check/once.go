package check

import (
	"encoding/json"
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages"
)

// The repeats that an account remembers: of others' signals by strategy, and of commands.
const (
	rememberedSignals  = 1_000
	rememberedCommands = 10_000
)

// equal is what makes signals of others repeats of each other.
type equal struct {
	strategy, symbol, action string
	timeMs                   int64
}

// once follows which user has traded which signal of others.
type once struct {
	*answers
	// traded are those that have come to an order, by user.
	traded map[equal]map[string][]*signalFact
	seen   map[equal]bool
	times  map[string][]int64 // of a strategy's signals of others, in the log's time
	// anew counts what makes a user's account forget a strategy's signals.
	anew map[[2]string]int
}

func (a *answers) newOnce() *once {
	o := &once{
		answers: a, traded: make(map[equal]map[string][]*signalFact), seen: make(map[equal]bool), times: make(map[string][]int64),
		anew: make(map[[2]string]int),
	}
	for i := range a.signals {
		if s := &a.signals[i]; !s.written && s.Action != messages.Hold {
			o.times[s.StrategyID] = append(o.times[s.StrategyID], s.timeMs)
		}
	}
	for _, times := range o.times {
		slices.Sort(times)
	}
	for i := range a.commands {
		if c := &a.commands[i]; c.Type == "REMOVE" || c.Type == "DEPLOY" {
			o.forgets(c)
		}
	}
	return o
}

// forgets counts a command that makes an account forget a strategy's signals: that removes
// it, by its id or by its name, which may be anyone's, or makes it no external one.
func (o *once) forgets(c *commandFact) {
	var data struct {
		StrategyID string `json:"strategy_id"`
		External   bool   `json:"external"`
	}
	switch err := json.Unmarshal(c.Data, &data); {
	case err != nil: // it is refused
	case c.Type == "DEPLOY" && !data.External:
		o.anew[[2]string{c.UserID, strategyOf(c)}]++
	case c.Type == "REMOVE":
		o.anew[[2]string{c.UserID, data.StrategyID}]++
	}
}

// forgotten tells how often a user's account may have forgotten a strategy's signals.
func (o *once) forgotten(user, strategy string) int {
	return o.anew[[2]string{user, strategy}] + o.anew[[2]string{user, ""}]
}

// take takes in a signal of others with the orders that it has come to, and tells whether
// an equal one was there before. A user who has traded one trades no equal one, unless
// his account may have forgotten it.
func (o *once) take(s *signalFact, orders map[numberOf]*ordered) bool {
	is := equal{s.StrategyID, s.Symbol, s.Action, s.TimeMs}
	repeats := o.seen[is]
	o.seen[is] = true
	for k := range orders {
		if o.traded[is] == nil {
			o.traded[is] = make(map[string][]*signalFact)
		}
		before := o.traded[is][k.user]
		o.traded[is][k.user] = append(before, s)
		n := len(before)
		if n == 0 || n <= o.forgotten(k.user, s.StrategyID) || o.horizonAt(messages.TopicCommands, k.user) > 0 || o.between(before[n-1], s) >= rememberedSignals {
			continue
		}
		o.out.Find(s.String(), "signal %s of others for strategy %s in %s is traded by %s, as %s was, which is equal", s.Action, s.StrategyID, s.Symbol, k.user, before[n-1])
	}
	return repeats
}

// between counts the signals of others for a strategy that may have come between two.
func (o *once) between(a, b *signalFact) int {
	times := o.times[a.StrategyID]
	from, to := min(a.timeMs, b.timeMs)-settling.Milliseconds(), max(a.timeMs, b.timeMs)+settling.Milliseconds()
	below := func(ms int64) int { return sort.Search(len(times), func(i int) bool { return times[i] >= ms }) }
	return below(to+1) - below(from)
}

// executed tells of commands that have had an effect after one with their id has: those of
// an account's last ones are dropped.
func (a *answers) executed() {
	effects := make(map[caused]*mark)
	a.outputs(func(m *mark) {
		if c := (caused{tp: m.source(), offset: m.origin.Offset}); m.tp.Topic != messages.TopicDeadLetters && effects[c] == nil {
			effects[c] = m
		}
	})
	refused := a.refusals()
	type done struct {
		*commandFact
		n int // of those of the account that were carried out before
	}
	first, counts := make(map[string]done), make(map[string]int)
	for i := range a.commands {
		c := &a.commands[i]
		here := caused{tp: c.tp, offset: c.offset}
		if refused[here] || c.timeMs < a.lettersOf(c.mark) || !a.atHome(c.mark, c.UserID) || !a.taken(c.mark) {
			continue
		}
		id, n := c.UserID+"\x00"+c.CommandID, counts[c.UserID]
		was, known := first[id]
		if !known || n-was.n > rememberedCommands {
			first[id], counts[c.UserID] = done{c, n}, n+1
			continue
		}
		a.out.Looked++
		if m := effects[here]; m != nil {
			a.out.Find(m.String(), "command %s, a %s of %s, was carried out at %s, and again at %s", c.CommandID, c.Type, c.UserID, was.commandFact, c)
		}
	}
}
