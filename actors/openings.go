package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// openings are those of symbol shards that an account shard has come by in the
// partitions of updates. Which updates are stale follows from the log alone, whatever
// part of it is read again: the offsets are kept.
type openings map[openingPlace][]seenOpening

// openingPlace is a partition of updates and a symbol shard that writes to it.
type openingPlace struct{ partition, shard int32 }

// seenOpening is an opening and where its record stands; both ascend.
type seenOpening struct{ offset, number int64 }

func (o openings) see(r *messages.Record, op messages.Opening) {
	at := openingPlace{r.Partition, op.Shard}
	if n := len(o[at]); n > 0 && (r.Offset <= o[at][n-1].offset || op.Number <= o[at][n-1].number) {
		return // read again, or of an owner who was slower than his successor
	}
	o[at] = append(o[at], seenOpening{r.Offset, op.Number})
}

// stale tells whether an update is of an owner who had a successor where it stands.
func (o openings) stale(r *messages.Record, shard int32, number int64) bool {
	seen := o[openingPlace{r.Partition, shard}]
	i := len(seen)
	for i > 0 && seen[i-1].offset > r.Offset {
		i--
	}
	return i > 0 && seen[i-1].number > number
}

// forget drops the openings that no update at or above a frontier needs.
func (o openings) forget(safe frontier) {
	for at, seen := range o {
		next := safe[messages.TopicPartition{Topic: messages.TopicUpdates, Partition: at.partition}]
		i := 0
		for i+1 < len(seen) && seen[i+1].offset < next {
			i++
		}
		o[at] = seen[i:]
	}
}

func (o openings) proto() []*veloxpb.SeenOpening {
	var out []*veloxpb.SeenOpening
	for at, seen := range o {
		for _, s := range seen {
			out = append(out, &veloxpb.SeenOpening{Partition: at.partition, Shard: at.shard, Number: s.number, Offset: s.offset})
		}
	}
	slices.SortFunc(out, func(a, b *veloxpb.SeenOpening) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Offset, b.Offset))
	})
	return out
}

func openingsFrom(all []*veloxpb.SeenOpening) openings {
	o := make(openings, len(all))
	for _, s := range all {
		at := openingPlace{s.Partition, s.Shard}
		o[at] = append(o[at], seenOpening{s.Offset, s.Number})
	}
	return o
}

// announces tells whether the shard's updates leave outside of transactions, so that
// only its openings' records tell them from those of earlier owners.
func (s *shard) announces() bool {
	return s.id.Kind == messages.SymbolShard && s.config.guarantee(s.id.Kind) == AtLeastOnce
}

// succeed numbers the opening, above the last owner's. The clock keeps it above those
// before, too, when the shard's state was lost, of which readers may know.
func (s *shard) succeed(last int64) {
	s.opening = last
	if s.announces() {
		s.opening = max(last+1, s.config.Clock.Now().UnixMilli())
	}
	s.openedAs = strconv.AppendInt(nil, s.opening, 10)
}

// announce writes the opening's record into each partition of updates that the shard
// writes to. Its number is committed by then: who could do that had not been fenced.
func (s *shard) announce(ctx context.Context) error {
	n, err := s.config.Log.PartitionCount(ctx, messages.TopicUpdates)
	if errors.Is(err, messages.ErrNoTopic) {
		return &RefusedError{Shard: s.id, Why: fmt.Sprintf("topic %s does not exist; create it with `veloxd topics apply`", messages.TopicUpdates)}
	}
	if err != nil {
		return fmt.Errorf("shard %s: partitions of %s: %w", s.id, messages.TopicUpdates, err)
	}
	first, end := int32(0), n
	if n == s.counts[messages.TopicTicks] { // a key has the same place in both
		first, end = s.id.Partition, s.id.Partition+1
	}
	opening := messages.Opening{Shard: s.id.Partition, Number: s.opening}
	u := messages.IndicatorUpdate{
		Symbol: messages.OpeningSymbol, Timeframe: s.config.Symbols.Timeframe.String(), TimeMs: max(s.config.Clock.Now().UnixMilli(), 1),
	}
	value := messages.AppendUpdate(nil, &u)
	if s.config.Protobuf {
		value = messages.AppendUpdateProto(nil, &u)
	}
	var records []messages.Out
	for p := first; p < end; p++ {
		records = append(records, s.record(&output{
			origin: opening.Origin(), schema: messages.SchemaOpening,
			out: messages.Out{Topic: messages.TopicUpdates, Partition: p, Key: []byte(messages.OpeningSymbol), Value: value},
		}))
	}
	s.log.Emit(records)
	if err := s.log.Flush(ctx); err != nil {
		return fmt.Errorf("shard %s: tell of its opening: %w", s.id, err)
	}
	return nil
}
