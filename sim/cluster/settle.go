package cluster

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/sim/check"
)

// watch follows the shard records, to tell when everything was taken in and saved.
type watch struct {
	cluster *Cluster
	read    map[messages.ShardID]int64
	safe    map[messages.ShardID]map[messages.TopicPartition]int64 // of the last record
}

func newWatch(c *Cluster) *watch {
	return &watch{cluster: c, read: make(map[messages.ShardID]int64), safe: make(map[messages.ShardID]map[messages.TopicPartition]int64)}
}

// behind names a shard that would, restored now, read something again; "" when there
// is none. Inputs that are not yet saved may be taken in in another order after a
// crash, so only then does it not matter what comes next.
func (w *watch) behind() string {
	log := w.cluster.log
	for _, id := range w.cluster.shape.shards() {
		records, next := log.RecordsFrom(messages.StateTopic(id.Kind), id.Partition, w.read[id])
		w.read[id] = next
		for _, r := range records {
			if string(r.Key) != "shard/"+id.String() {
				continue
			}
			s := &veloxpb.ShardState{}
			if err := proto.Unmarshal(r.Value, s); err != nil {
				return fmt.Sprintf("%s: %v", id, err)
			}
			safe := make(map[messages.TopicPartition]int64)
			for _, p := range s.SafeFrontier {
				safe[messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}] = p.Next
			}
			w.safe[id] = safe
		}
		safe := w.safe[id]
		if safe == nil {
			return id.String() + " has no frontier"
		}
		for _, tp := range check.Inputs(id, log.Partitions) {
			next, ok := safe[tp]
			if end := log.EndOffset(tp.Topic, tp.Partition); !ok || next != end {
				return fmt.Sprintf("%s is safe at %s up to %d of %d", id, tp, next, end)
			}
		}
	}
	return ""
}

// patience is how long a cluster may take to settle, in virtual time. Backing off
// takes up to 5 s a restart, and a storm fells many.
const patience = 30 * time.Minute

// settle waits until everything that is in the log was taken in and saved.
func (c *Cluster) settle() error {
	deadline := time.Now().Add(patience)
	for {
		why := c.settling.behind()
		if why == "" {
			// What was passed on while they were looked at is before one that was.
			why = c.settling.behind()
		}
		if why == "" {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the cluster doesn't settle: after %v %s", patience, why)
		}
		time.Sleep(20 * time.Millisecond)
		c.place(c.dice.stream("place", 0))
	}
}
