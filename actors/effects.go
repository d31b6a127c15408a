package actors

import (
	"fmt"
	"maps"
	"slices"

	"github.com/velox-trading/velox/messages"
)

// Schemas of the header velox-schema.
const (
	schemaUpdate     = "indicator-update/1"
	schemaSignal     = "strategy-signal/1"
	schemaOrder      = "order-event/1"
	schemaPosition   = "position-update/1"
	schemaAlert      = "risk-alert/1"
	schemaStrategy   = "strategy-owner/1"
	schemaDeadLetter = "dead-letter/1"
	schemaPassedOn   = "passed-on"
)

// launch starts what follows a confirmed commit: asking for history, and calls to
// venues. Nothing of it happens before, or when the commit failed.
func (s *shard) launch(ep *epoch) {
	s.kind.launch(ep)
	ep.fetch = nil
}

// passOn copies a record to its key's home with its original origin. Producers
// that place keys by another hash than murmur2 cause this.
func (s *shard) passOn(ep *epoch, in *input, home int32, key []byte) {
	origin := in.origin.Append(nil)
	if first, ok := in.record.Header(messages.HeaderOrigin); ok {
		origin = first
	}
	headers := []messages.Header{
		{Key: messages.HeaderWriter, Value: s.writer},
		{Key: messages.HeaderOrigin, Value: origin},
	}
	for _, h := range in.record.Headers {
		if h.Key != messages.HeaderWriter && h.Key != messages.HeaderOrigin {
			headers = append(headers, h)
		}
	}
	o := output{
		take: in.take, origin: in.origin, schema: schemaPassedOn, firm: true,
		out: messages.Out{Topic: in.record.Topic, Partition: home, Key: key, Value: in.record.Value, Headers: headers},
	}
	if s.muted(&o) {
		return
	}
	if s.memory.wasRefused(&o.out) { // brokers compare batches as they were compressed, so it may have stood here
		ep.dead(in, reasonTooLarge, "pass on", fmt.Sprintf("at home in partition %d, where with its origin it is too large for the topic", home))
		return
	}
	ep.put(o)
	ep.count(CountPassedOn, in.record.Topic, 1)
	if !s.warnedPartitioner {
		s.warnedPartitioner = true
		s.config.Logger.Warn("a producer places keys by another hash than Kafka's Java client; records are passed on to their home, "+
			"which costs a second write. In librdkafka (kcat, confluent-kafka) set partitioner=murmur2_random",
			"topic", in.record.Topic, "partition", in.record.Partition, "offset", in.record.Offset)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
