package check

import (
	"cmp"
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages"
)

// lane is one symbol in one partition of updates.
type lane struct {
	symbol string
	tp     messages.TopicPartition
}

// meet is a tick that accounts meet as a trade of the market, at the first update that
// tells them of it as one. A close that it has brought about may have told of it before.
type meet struct {
	offset, told int64
	tick         *tickFact
}

// course is the order in which accounts take in updates: that of their partition, but for
// those that are not above all that came before them of the same ticks.
type course struct {
	*facts
	taken map[[2]messages.TopicPartition][]*mark // by partition, and by that of their causes
	meets map[lane][]meet
	lanes map[string][]lane
	// closing is, of each lane, the last tick of its symbol that has brought about a close.
	closing map[lane]meet
}

// course gives it, made once.
func (f *facts) course() *course {
	if f.made != nil {
		return f.made
	}
	c := &course{
		facts: f, taken: make(map[[2]messages.TopicPartition][]*mark), meets: make(map[lane][]meet), lanes: make(map[string][]lane),
		closing: make(map[lane]meet),
	}
	for i := range f.updates {
		v := &f.updates[i]
		from := [2]messages.TopicPartition{v.tp, v.source()}
		list := c.taken[from]
		if !v.written || len(list) > 0 && compareOrigins(list[len(list)-1].origin, v.origin) >= 0 {
			continue
		}
		c.taken[from] = append(list, v.mark)
		c.meet(v)
	}
	f.made = c
	return c
}

// meet adds a tick that an update tells of. A closing tells of none, nothing trades
// outside of sessions, and what a second timeframe tells is no second trade.
func (c *course) meet(v *valueFact) {
	if v.origin.Topic != messages.TopicTicks || v.timeMs < c.lettersOf(v.mark) || c.failed[caused{tp: v.tp, offset: v.offset}] {
		return
	}
	text, _ := v.record.Header(messages.HeaderTick)
	h, err := messages.ParseTickHeader(text)
	if err != nil || h.OffSession {
		return
	}
	tick := c.tickAt(v.source(), v.origin.Offset)
	if tick == nil || tick.symbol != v.key {
		return // deleted since, or another check's
	}
	l, m := lane{v.key, v.tp}, meet{v.offset, v.offset, tick}
	if was := c.closing[l]; was.tick == tick {
		m.told = was.told
	}
	if h.Closing {
		c.closing[l] = m
		return
	}
	list := c.meets[l]
	if len(list) == 0 {
		c.lanes[l.symbol] = append(c.lanes[l.symbol], l)
	} else if list[len(list)-1].tick == tick {
		return
	}
	c.meets[l] = append(list, m)
}

// between gives where an output stands among the updates of a partition: those below low
// were taken in before its cause, and those from high on after it. Where its cause is no
// update of that partition, moments tell; without them that is not known.
func (c *course) between(m *mark, tp messages.TopicPartition) (low, high int64, ok bool) {
	switch m.origin.Topic {
	case messages.TopicUpdates:
		u := c.updateOf(m)
		if m.source() != tp || u == nil {
			return 0, 0, false
		}
		list := c.taken[[2]messages.TopicPartition{tp, u.source()}]
		i, found := slices.BinarySearchFunc(list, u.origin, func(m *mark, o messages.Origin) int { return compareOrigins(m.origin, o) })
		if !found {
			return 0, 0, false
		}
		return list[i].offset, list[i].offset + 1, true
	case messages.TimerTopic:
		return 0, 0, false
	}
	i := c.moment(m.source(), m.origin.Offset)
	if i < 0 || i+1 >= len(c.subject.Moments) {
		return 0, 0, false
	}
	return c.subject.Moments[i][tp], c.subject.Moments[i+1][tp], true
}

// moment gives the last time at which a record was not there yet, -1 for none.
func (f *facts) moment(tp messages.TopicPartition, offset int64) int {
	return sort.Search(len(f.subject.Moments), func(i int) bool { return f.subject.Moments[i][tp] > offset }) - 1
}

// first finds the first trade of a lane in [from, until) for which a condition holds.
func (c *course) first(l lane, from, until int64, holds func(meet) bool) *meet {
	list := c.meets[l]
	i, _ := slices.BinarySearchFunc(list, from, func(m meet, offset int64) int { return cmp.Compare(m.offset, offset) })
	for ; i < len(list) && list[i].offset < until; i++ {
		if holds(list[i]) {
			return &list[i]
		}
	}
	return nil
}

// meetAt gives the trade that the cause of an output has told of; nil when it is none of
// that lane.
func (c *course) meetAt(m *mark, l lane) *meet {
	at, _, ok := c.between(m, l.tp)
	if !ok || m.origin.Topic != messages.TopicUpdates {
		return nil
	}
	return c.first(l, at, at+1, func(meet) bool { return true })
}

// reachedBy gives up to which update of a partition a user's account has come.
func (c *course) reachedBy(user string, tp messages.TopicPartition) int64 {
	id, ok := c.accountShard(user)
	s := c.states[id]
	if !ok || s == nil || s.record == nil {
		return 0
	}
	return s.at[tp]
}
