package strategy

import "slices"

const (
	quarterMs = 15 * 60_000
	// openingsMs is how long openings are remembered: a session has at most the 25 hours
	// of a day on which clocks are put back.
	openingsMs  = 25 * 3_600_000
	maxOpenings = openingsMs/quarterMs + 1
)

// Opening counts the positions that were opened in one quarter of an hour.
type Opening struct {
	// AtMs is when the first of them was.
	AtMs  int64 `json:"at_ms"`
	Count int64 `json:"count"`
}

// Openings are those of a symbol's last 25 hours, for each quarter of an hour that has
// any: sessions begin at quarters, and so the list is short however often something is
// opened. It never changes in place.
type Openings []Opening

// Add gives the list with one more position, opened at a time.
func (l Openings) Add(ms int64) Openings {
	list := slices.DeleteFunc(slices.Clone(l), func(o Opening) bool {
		return o.AtMs <= ms-openingsMs || o.AtMs >= ms+openingsMs // the latter after a replay of older days
	})
	if n := len(list); n > 0 && list[n-1].AtMs/quarterMs == ms/quarterMs {
		list[n-1].Count++
		return list
	}
	if len(list) == maxOpenings {
		list = list[1:]
	}
	return append(list, Opening{AtMs: ms, Count: 1})
}

// between counts the positions of the quarters that end after a time, until another.
func (l Openings) between(fromMs, toMs int64) int64 {
	n := int64(0)
	for _, o := range l {
		if o.AtMs-o.AtMs%quarterMs+quarterMs > fromMs && o.AtMs <= toMs {
			n += o.Count
		}
	}
	return n
}
