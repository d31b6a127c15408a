package actors

import (
	"maps"

	"github.com/velox-trading/velox/messages"
)

// hold is what a shard has read and doesn't take in before its caches are read to a
// place: while somebody's transaction is open there, they can't be. What comes behind it
// in its inputs is not read meanwhile, so that the records are as many as one epoch takes.
// They stay in hand, for what one epoch has found together is taken in together. The
// frontier stays below them: who opens the shard next reads them again.
type hold struct {
	until   frontier
	records []*messages.Record
	next    map[messages.TopicPartition]int64
}

// holdBack takes, of an epoch's records, those of the inputs that wait for the caches, and
// gives the others. From the next epoch on, these inputs are not read.
func (s *shard) holdBack(ep *epoch, records []*messages.Record, until frontier) []*messages.Record {
	h := &hold{until: until, next: make(map[messages.TopicPartition]int64)}
	var others []*messages.Record
	for _, r := range records {
		if s.topic(r.Topic).waits {
			h.records = append(h.records, r)
		} else {
			others = append(others, r)
		}
	}
	for tp, next := range ep.next {
		if s.topic(tp.Topic).waits {
			h.next[tp] = next
			delete(ep.next, tp)
		}
	}
	s.held, ep.redirected = h, true
	return others
}

// release gives what was held back, once the caches are read as far as it needs.
func (s *shard) release(ep *epoch) []*messages.Record {
	if s.held == nil || !s.cached.reached(s.held.until) {
		return nil
	}
	h := s.held
	s.held, ep.redirected = nil, true
	maps.Copy(ep.next, h.next)
	return h.records
}
