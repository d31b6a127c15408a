package cluster

import (
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// mistakes are what producers of ticks get wrong in them; each gives the record that
// comes of it. The symbol is known once it has an exchange.
var mistakes = []func(w *workload, s *walk, k *market.Tick) messages.Out{
	func(_ *workload, s *walk, _ *market.Tick) messages.Out {
		return tickRecord(s.name, []byte(`{"symbol": "`+s.name+`"}`)) // fields are missing
	},
	func(w *workload, s *walk, k *market.Tick) messages.Out {
		value := messages.AppendTick(nil, k)
		return tickRecord(s.name, value[:w.random.IntN(len(value))])
	},
	func(w *workload, _ *walk, k *market.Tick) messages.Out {
		other := pick(w.random, w.symbols...).name // now and then its own
		return tickRecord(other, messages.AppendTick(nil, k))
	},
	func(_ *workload, s *walk, k *market.Tick) messages.Out {
		k.TimeMs = stampMs + 120_000 // ahead of the log's own time
		return tickRecord(s.name, messages.AppendTick(nil, k))
	},
	func(w *workload, s *walk, k *market.Tick) messages.Out {
		k.TimeMs -= w.random.Int64N(30_000) // late
		return tickRecord(s.name, messages.AppendTick(nil, k))
	},
	func(_ *workload, s *walk, k *market.Tick) messages.Out {
		if s.known {
			k.Exchange = "OTHER"
		}
		return tickRecord(s.name, messages.AppendTick(nil, k))
	},
}

// mistake makes a record of a tick that a producer gets wrong. Every other one is in a
// partition that isn't its home, for a crash while it is passed on is rare.
func (w *workload) mistake(s *walk, k *market.Tick) (out messages.Out, apart bool) {
	if w.random.IntN(2) == 0 {
		return pick(w.random, mistakes...)(w, s, k), false
	}
	out = tickRecord(s.name, messages.AppendTick(nil, k))
	w.misplace(&out)
	return out, true // where it comes among the ticks of its home is no order that two runs share
}

// misplace puts a record where another hash than Kafka's Java client's may put it.
func (w *workload) misplace(out *messages.Out) {
	n := w.shape.counts[out.Topic]
	out.Partition = (messages.HomePartition(out.Key, n) + w.random.Int32N(n)) % n
}

func tickRecord(key string, value []byte) messages.Out {
	return messages.Out{Topic: messages.TopicTicks, Partition: messages.AnyPartition, Key: []byte(key), Value: value}
}
