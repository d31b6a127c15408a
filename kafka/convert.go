package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// convert turns fetched records into the log port's, keeping those that keep
// wants. All of them share one allocation, and so do their headers: kept alone,
// a record holds its whole poll in memory.
func convert(from []*kgo.Record, keep func(*kgo.Record) bool) []*messages.Record {
	kept, headers := from[:0], 0
	for _, r := range from {
		if keep(r) {
			kept = append(kept, r)
			headers += len(r.Headers)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	records := make([]messages.Record, len(kept))
	pointers := make([]*messages.Record, len(kept))
	slab := make([]messages.Header, 0, headers)
	for i, r := range kept {
		first := len(slab)
		for _, h := range r.Headers {
			slab = append(slab, messages.Header{Key: h.Key, Value: h.Value})
		}
		records[i] = messages.Record{
			Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, TimestampMs: r.Timestamp.UnixMilli(),
			Key: r.Key, Value: r.Value, Headers: slab[first:len(slab):len(slab)],
		}
		pointers[i] = &records[i]
	}
	return pointers
}
