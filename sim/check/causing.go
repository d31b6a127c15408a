package check

import "github.com/velox-trading/velox/messages"

// checkCausing: a paper order never fills at the tick because of which it was placed,
// nor at one before it.
func checkCausing(f *facts, out *Result) {
	type place struct {
		tp     messages.TopicPartition
		offset int64
	}
	updates := make(map[place]*mark)
	for i := range f.updates {
		u := f.updates[i]
		updates[place{u.tp, u.offset}] = u.mark
	}
	placed := make(map[string]*mark)
	for i := range f.orders {
		e := &f.orders[i]
		if user, _ := f.userOf(e); !e.written || f.live[user] {
			continue
		}
		u := updates[place{e.source(), e.origin.Offset}]
		if u == nil || !u.written || u.origin.Topic != messages.TopicTicks {
			delete(placed, e.OrderID)
			continue
		}
		switch e.EventType {
		case "PLACED":
			if _, ok := placed[e.OrderID]; !ok {
				placed[e.OrderID] = u
			}
		case "FILLED":
			p := placed[e.OrderID]
			if p == nil {
				continue
			}
			out.Looked++
			if p.origin.Partition == u.origin.Partition && u.origin.Offset <= p.origin.Offset {
				out.Find(e.String(), "order %s of %s was placed because of the tick %v of %s, and filled at the tick %v", e.OrderID, e.Symbol, p.origin, p.key, u.origin)
			}
		}
	}
}
