package engine

import (
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/messages"
)

// stage is how many records of a topic the shards that read it have taken in, of
// those that were written.
type stage struct{ taken, written int64 }

// progress tells how far the backtest is: by what the shards have made of the files,
// not by what was read of them, for up to inFlight ticks wait between the two.
func (b *backtest) progress() replay.Progress {
	p := b.files.Progress()
	if n := b.started.Load(); n != nil {
		slowest := n.tally.slowest(n.readers)
		return through(p, n.stage(messages.TopicTicks, slowest), n.stage(messages.TopicUpdates, slowest))
	}
	return p
}

func (n *memoryNode) stage(topic string, slowest map[messages.TopicPartition]int64) stage {
	var s stage
	for p := range n.cluster.Partitions(topic) {
		s.taken += slowest[messages.TopicPartition{Topic: topic, Partition: p}]
		s.written += n.cluster.EndOffset(topic, p)
	}
	return s
}

// through turns how far the files were read into how far what was read has come: a
// tick is through when the symbols have taken it in, and the accounts its updates.
func through(p replay.Progress, stages ...stage) replay.Progress {
	share := 1.0
	for _, s := range stages {
		if s.written > 0 {
			share *= float64(s.taken) / float64(s.written)
		}
	}
	p.Ticks, p.BytesRead = int64(share*float64(p.Ticks)), int64(share*float64(p.BytesRead))
	return p
}
