package rules

import "github.com/velox-trading/velox/trading/market"

// flaw is what a candle lacks.
type flaw int

const (
	// noClose: ticks were lost, so its close may be wrong, and candles before it may
	// never have come.
	noClose flaw = iota
	// noBeginning: it was followed from the middle on. Its close is right, the rest
	// may not be.
	noBeginning
	unflawed // after all flaws, so it counts them
)

// maxFlawAge: a flaw further away than any rule looks is none.
const maxFlawAge = maxPeriods + maxBack

// ageless are the ages without a flaw.
var ageless = [unflawed]int{-1, -1}

// flawOf tells what a candle of a series lacks. A partial one that is not the series'
// first comes after a loss of inputs, with which whole candles may be lost.
func (q *series) flawOf(c *market.Candle, fresh bool) flaw {
	switch {
	case c.Gap, c.Partial && fresh && q.closedMs > 0:
		return noClose
	case c.Partial:
		return noBeginning
	}
	return unflawed
}

// age notes the flaw of a candle that has closed. One that is told again keeps what it
// lacked.
func (q *series) age(found flaw, endMs int64, fresh bool) {
	for i := range q.ages {
		switch age := &q.ages[i]; {
		case found == flaw(i):
			*age, q.flawMs = 0, endMs
		case fresh && *age >= maxFlawAge:
			*age = -1
		case fresh && *age >= 0:
			*age++
		}
	}
}

// flawed tells whether a candle that lacks what a rule looks at is among the newest.
func (q *series) flawed(u use, settled bool) bool {
	for i, reach := range [unflawed]int{noClose: u.reach, noBeginning: u.whole} {
		if reach == 0 {
			continue
		}
		if !settled && q.forming() {
			if q.liveFlaw == flaw(i) {
				return true
			}
			reach-- // the open candle is the newest of them
		}
		if q.ages[i] >= 0 && q.ages[i] < reach+q.skip {
			return true
		}
	}
	return false
}
