// Package messages holds what travels: the records of the log and their
// origins, the log port that shards are written against, the seed's six event
// schemas with their JSON and protobuf codecs, commands, dead letters and the
// state records. It knows nothing of Kafka clients or of actors.
package messages

import "fmt"

// Header is one header of a record. Values are bytes and may be nil.
type Header struct {
	Key   string
	Value []byte
}

// TopicPartition names one partition of one topic.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// String gives "topic/partition".
func (tp TopicPartition) String() string { return fmt.Sprintf("%s/%d", tp.Topic, tp.Partition) }

// Record is one record as read from the log. A Record and the bytes behind it
// are never changed after they were handed out, so they may be shared between
// goroutines and kept.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	// TimestampMs is the log's own time: the wall clock of the writer, in Unix
	// milliseconds. Event time is in the value only.
	TimestampMs int64
	Key, Value  []byte
	Headers     []Header
}

// TopicPartition gives the partition that r was read from.
func (r *Record) TopicPartition() TopicPartition {
	return TopicPartition{Topic: r.Topic, Partition: r.Partition}
}

// Header gives the value of the first header with that key, and whether there
// is one.
func (r *Record) Header(key string) ([]byte, bool) {
	for i := range r.Headers {
		if r.Headers[i].Key == key {
			return r.Headers[i].Value, true
		}
	}
	return nil, false
}

// AnyPartition as an Out's partition lets the key choose: the Java client's
// murmur2 of the key over the topic's partitions.
const AnyPartition int32 = -1

// Out is one record to be written.
type Out struct {
	Topic string
	// Partition is explicit, or AnyPartition.
	Partition  int32
	Key, Value []byte
	Headers    []Header
}

// BatchBytes is the size of a record batch (format v2, KIP-98) that holds nothing but
// r, uncompressed: 61 bytes of batch, and the record's varints at their first-record
// values. A topic's limit is held against it.
func (r *Out) BatchBytes() int {
	n := 1 + 1 + 1 // attributes, timestamp delta 0, offset delta 0
	n += varintBytes(len(r.Key)) + len(r.Key)
	n += varintBytes(len(r.Value)) + len(r.Value)
	n += varintBytes(len(r.Headers))
	for _, h := range r.Headers {
		n += varintBytes(len(h.Key)) + len(h.Key) + varintBytes(len(h.Value)) + len(h.Value)
	}
	return 61 + varintBytes(n) + n
}

// varintBytes is the length of n as a zigzag varint.
func varintBytes(n int) int {
	size := 1
	for u := uint64(n) << 1; u >= 0x80; u >>= 7 {
		size++
	}
	return size
}
