package messages

import (
	"fmt"
	"strconv"
	"strings"
)

// TimerTopic stands in an Origin for a topic when no record but the shard's own
// timer caused an output.
const TimerTopic = "timer"

// Origin names the input record that caused an output, and the output's place
// among everything that the record caused in its shard's commit. A timer's is
// timer/<partition>/<n>. A symbol's outputs are named by their origin alone. The
// outputs of accounts are named by origin and account: two accounts that take in
// one record in two commits both have an output of index 0.
type Origin struct {
	Topic     string
	Partition int32
	Offset    int64
	Index     int32
}

// String gives "topic/partition/offset/index", the form of the header.
func (o Origin) String() string {
	return string(o.Append(make([]byte, 0, len(o.Topic)+32)))
}

// Append appends o's text to b and returns it.
func (o Origin) Append(b []byte) []byte {
	b = append(b, o.Topic...)
	b = append(b, '/')
	b = strconv.AppendInt(b, int64(o.Partition), 10)
	b = append(b, '/')
	b = strconv.AppendInt(b, o.Offset, 10)
	b = append(b, '/')
	return strconv.AppendInt(b, int64(o.Index), 10)
}

// ParseOrigin reads what String writes.
func ParseOrigin(s string) (Origin, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 4 || parts[0] == "" {
		return Origin{}, fmt.Errorf("origin %q: want topic/partition/offset/index", s)
	}
	partition, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return Origin{}, fmt.Errorf("origin %q: partition: %w", s, err)
	}
	offset, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return Origin{}, fmt.Errorf("origin %q: offset: %w", s, err)
	}
	index, err := strconv.ParseInt(parts[3], 10, 32)
	if err != nil {
		return Origin{}, fmt.Errorf("origin %q: index: %w", s, err)
	}
	return Origin{Topic: parts[0], Partition: int32(partition), Offset: offset, Index: int32(index)}, nil
}
