package messages

// Topics of the seed's contract, and Velox's own.
const (
	TopicTicks       = "market-data-ticks"
	TopicUpdates     = "indicator-updates"
	TopicSignals     = "strategy-signals"
	TopicOrders      = "order-events"
	TopicPositions   = "position-updates"
	TopicAlerts      = "risk-alerts"
	TopicCommands    = "velox-account-commands"
	TopicStrategies  = "velox-strategies"
	TopicDeadLetters = "velox-dead-letters"
)

// StateTopic is the compacted topic that keeps the state of a kind of shard; a
// shard's state is in the partition of its number.
func StateTopic(kind ShardKind) string { return "velox-" + string(kind) + "-state" }

// Headers of what Velox writes.
const (
	// HeaderWriter is the shard that wrote the record: prefix/kind/partition.
	HeaderWriter = "velox-writer"
	// HeaderOrigin is the Origin that caused it.
	HeaderOrigin = "velox-origin"
	HeaderSchema = "velox-schema"
	// HeaderContentType says how the value is encoded; without it, JSON.
	HeaderContentType = "content-type"
	// HeaderTick is on updates, whose shape has no price: the tick's.
	HeaderTick = "velox-tick"
	// HeaderTold is on updates that close a candle: the market time that told of the
	// close, in ms, which is after its end.
	HeaderTold = "velox-told"
	// HeaderStruck is on updates that a timer has caused: the offset of the shard's
	// ticks at which it struck, between those below, which were taken in before it, and
	// the others, which come after it.
	HeaderStruck = "velox-struck"
	// HeaderOpening is on updates that are written at least once: the number of the Opening
	// that wrote it.
	HeaderOpening = "velox-opening"
	// HeaderEarlyClose is on updates of a day on which the symbol's exchange closes
	// before its usual time: both times.
	HeaderEarlyClose = "velox-early-close"
)

// ClaimKey is how the key of a claim on a shard begins, in the state topics; the prefix of
// who claims follows.
const ClaimKey = "prefix/"

// Content types.
const (
	ContentTypeJSON     = "application/json"
	ContentTypeProtobuf = "application/x-protobuf"
)

// WrittenByVelox tells whether a shard of any Velox cluster wrote the record.
func (r *Record) WrittenByVelox() bool {
	_, ok := r.Header(HeaderWriter)
	return ok
}

// IsProtobuf tells whether the record's value is protobuf.
func (r *Record) IsProtobuf() bool {
	v, _ := r.Header(HeaderContentType)
	return string(v) == ContentTypeProtobuf
}

// HomePartition gives the partition of a key among n: the Java client's
// murmur2, its sign bit dropped, modulo n. A nil key counts as an empty one.
func HomePartition(key []byte, n int32) int32 {
	return int32((murmur2(key) & 0x7fffffff) % uint32(n))
}

// murmur2 is the hash of org.apache.kafka.common.utils.Utils.
func murmur2(b []byte) uint32 {
	const m, r = 0x5bd1e995, 24
	h := uint32(0x9747b28c) ^ uint32(len(b))
	for len(b) >= 4 {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> r
		k *= m
		h = h*m ^ k
		b = b[4:]
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h ^= uint32(b[0])
		h *= m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}
