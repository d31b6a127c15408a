package memlog

import (
	"context"
	"fmt"

	"github.com/velox-trading/velox/messages"
)

// Node is the log as one node sees it; it implements messages.Log and is safe
// for concurrent use.
type Node struct {
	cluster *Cluster
	prefix  string
	number  int
}

var _ messages.Log = (*Node)(nil)

// Number is what Call.Node says of this node.
func (n *Node) Number() int { return n.number }

func (n *Node) fault(ctx context.Context, call Call) error {
	if n.cluster.options.Fault == nil {
		return nil
	}
	call.Node = n.number
	return n.cluster.options.Fault(ctx, call)
}

// OpenShard makes the caller the shard's only writer: the transaction that an
// earlier owner left open is aborted, and its later commits give ErrFenced.
func (n *Node) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open shard %s: %w", id, err)
	}
	if err := n.fault(ctx, Call{Point: PointOpenShard, Shard: id}); err != nil {
		return nil, fmt.Errorf("open shard %s: %w", id, err)
	}
	s := n.cluster.fence(n, id)
	if err := n.fault(ctx, Call{Point: PointOpenShard, After: true, Shard: id}); err != nil {
		return nil, fmt.Errorf("open shard %s: %w", id, err)
	}
	return s, nil
}

func (c *Cluster) fence(n *Node, id messages.ShardID) *shardLog {
	key := n.prefix + "/" + id.String()
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.owners[key]
	if o == nil {
		o = &owner{}
		c.owners[key] = o
	}
	o.epoch++
	if o.open != nil {
		c.end(o.open, aborted)
		o.open = nil
	}
	return &shardLog{node: n, cluster: c, id: id, owner: o, epoch: o.epoch, done: make(chan struct{})}
}

// PartitionCounts gives topics' partition counts or an error that wraps ErrNoTopic.
func (n *Node) PartitionCounts(ctx context.Context, topics ...string) (map[string]int32, error) {
	if err := n.fault(ctx, Call{Point: PointPartitionCounts}); err != nil {
		return nil, fmt.Errorf("partitions of %v: %w", topics, err)
	}
	counts := make(map[string]int32, len(topics))
	for _, topic := range topics {
		t, ok := n.cluster.topic(topic)
		if !ok {
			return nil, fmt.Errorf("partitions of %s: %w", topic, messages.ErrNoTopic)
		}
		counts[topic] = int32(len(t.parts))
	}
	if err := n.fault(ctx, Call{Point: PointPartitionCounts, After: true}); err != nil {
		return nil, fmt.Errorf("partitions of %v: %w", topics, err)
	}
	return counts, nil
}
