package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/engine/scenario"
)

// passedOver is what came to nothing: signals that strategies withheld, and ticks that
// changed no candle, of which late ones are by timeframe.
type passedOver struct {
	withheld          map[withheldKey]withheldSum
	late              map[string]int64
	offSession, other int64
}

func (t *tally) passedOver() passedOver {
	return passedOver{
		withheld: t.withheldSums(), late: t.byLabel(actors.CountLateTicks),
		offSession: t.count(actors.CountOffSession), other: t.count(actors.CountOtherSource),
	}
}

// since gives what is more than before.
func (p passedOver) since(before passedOver) passedOver {
	more := passedOver{
		withheld: make(map[withheldKey]withheldSum), late: make(map[string]int64),
		offSession: p.offSession - before.offSession, other: p.other - before.other,
	}
	for k, sum := range p.withheld {
		if sum.n -= before.withheld[k].n; sum.n > 0 {
			more.withheld[k] = sum
		}
	}
	for timeframe, n := range p.late {
		if n -= before.late[timeframe]; n > 0 {
			more.late[timeframe] = n
		}
	}
	return more
}

// String tells it, "" when there is nothing.
func (p passedOver) String() string {
	var parts []string
	rows := withheldRows(p.withheld, nil)
	for _, kind := range []string{entryKind, exitKind} {
		if words := withheldWords(rows, kind); words != "" {
			parts = append(parts, words)
		}
	}
	for _, timeframe := range slices.Sorted(maps.Keys(p.late)) {
		parts = append(parts, countOf(p.late[timeframe], "tick came after its ", "ticks came after their ")+timeframe+" candle had closed")
	}
	if p.offSession > 0 {
		parts = append(parts, countOf(p.offSession, "tick was", "ticks were")+" outside of the exchange's sessions")
	}
	if p.other > 0 {
		parts = append(parts, countOf(p.other, "tick was", "ticks were")+" of a source that the symbol does not follow")
	}
	return strings.Join(parts, "; ")
}

// check holds a check against what happened. When it fails, what was passed over since
// the one before goes with the last problem: it is mostly why something is missing.
func (r *scenarioRun) check(c *scenario.Check) []scenario.Problem {
	problems, now := r.journal.Check(c), r.node.tally.passedOver()
	if n := len(problems); n > 0 {
		problems[n-1].Also = now.since(r.passed).String()
	}
	r.passed = now
	return problems
}
