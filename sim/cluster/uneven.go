package cluster

import (
	"context"
	"time"

	"github.com/velox-trading/velox/messages"
)

// uneven is a node's log on which no two shards wait equally long for records.
// Timers of one instant go off in any order in a bubble of testing/synctest, so equal
// waits, which shards in step would have, keep a seed from repeating itself.
type uneven struct {
	messages.Log
	node int
}

// OpenShard implements messages.Log.
func (l *uneven) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	s, err := l.Log.OpenShard(ctx, id)
	if err != nil {
		return nil, err
	}
	more := time.Duration(id.Partition+1) * 11
	if id.Kind == messages.AccountShard {
		more *= 13
	}
	return &unevenShard{ShardLog: s, more: more + time.Duration(l.node)*1009}, nil
}

type unevenShard struct {
	messages.ShardLog
	more time.Duration // some microseconds at most
}

// Poll implements messages.ShardLog.
func (s *unevenShard) Poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	if wait > 0 {
		wait += s.more
	}
	return s.ShardLog.Poll(ctx, limit, wait)
}
