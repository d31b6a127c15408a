package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// partitioner takes a record's explicit partition, or lets its key choose. kgo's
// own key partitioner would spread records without a key at random, which a
// replayed step must not do.
func partitioner() kgo.Partitioner {
	return kgo.BasicConsistentPartitioner(func(string) func(*kgo.Record, int) int {
		return func(r *kgo.Record, n int) int {
			if r.Partition != messages.AnyPartition {
				return int(r.Partition)
			}
			return int(messages.HomePartition(r.Key, int32(n)))
		}
	})
}
