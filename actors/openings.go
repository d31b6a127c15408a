package actors

import (
	"cmp"
	"context"
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

// see takes in an opening's record. One of an owner who was slower than his successor
// says nothing.
func (o openings) see(r *messages.Record, op messages.Opening) {
	o.note(openingPlace{r.Partition, op.Shard}, seenOpening{r.Offset, op.Number})
}

// note puts an opening where it stands among those that are known.
func (o openings) note(at openingPlace, op seenOpening) {
	seen := o[at]
	i := len(seen)
	for i > 0 && seen[i-1].offset > op.offset {
		i--
	}
	if i > 0 && seen[i-1].number >= op.number {
		return
	}
	above := i
	for above < len(seen) && seen[above].number <= op.number {
		above++
	}
	o[at] = slices.Replace(seen, i, above, op)
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
	s.opening, s.openedAs = last, nil
	if s.announces() {
		s.opening = max(last+1, s.config.Clock.Now().UnixMilli())
		s.openedAs = strconv.AppendInt(nil, s.opening, 10)
	}
}

// announcedIn lists the partitions of updates that a symbol shard writes to.
func announcedIn(shard, shards, partitions int32) []int32 {
	if shards == partitions { // a key has the same place in both
		return []int32{shard}
	}
	all := make([]int32, partitions)
	for p := range all {
		all[p] = int32(p)
	}
	return all
}

// announce sends the opening's record to each partition of updates that the shard
// writes to, before anything else that it emits. Its number is committed by then: who
// could do that had not been fenced.
func (s *shard) announce() {
	opening := messages.Opening{Shard: s.id.Partition, Number: s.opening}
	u := messages.IndicatorUpdate{
		Symbol: messages.OpeningSymbol, Timeframe: s.config.Symbols.Timeframe.String(), TimeMs: max(s.config.Clock.Now().UnixMilli(), 1),
	}
	value := messages.AppendUpdate(nil, &u)
	if s.config.Protobuf {
		value = messages.AppendUpdateProto(nil, &u)
	}
	var records []messages.Out
	for _, p := range announcedIn(s.id.Partition, s.counts[messages.TopicTicks], s.counts[messages.TopicUpdates]) {
		records = append(records, s.record(&output{
			origin: opening.Origin(), schema: messages.SchemaOpening,
			out: messages.Out{Topic: messages.TopicUpdates, Partition: p, Key: []byte(messages.OpeningSymbol), Value: value},
		}))
	}
	s.log.Emit(records)
}

// flushOpening waits until the opening's records are written.
func (s *shard) flushOpening(ctx context.Context) error {
	if err := s.log.Flush(ctx); err != nil {
		return fmt.Errorf("shard %s: tell of its opening: %w", s.id, err)
	}
	return nil
}

// learnOpenings makes the openings known that stand below the ends of the updates, for a
// shard that has not come by them: it begins there, or retention has deleted them. It
// gives those ends, nil when the shard reads no updates.
//
// An opening's number is committed before its record is written. So the symbol shards'
// states, read after the first ends were taken, tell of each opening that stands below
// these; what stands between the first ends and the second is read. And where the second
// ends lie, the openings in those states hold already, though the record of one may still
// come: the owner before it can't commit any more, so the new one makes again what he
// writes from there on. What he wrote below may be committed, and stays.
func (s *shard) learnOpenings(ctx context.Context) (frontier, error) {
	reads := func(t inputTopic) bool { return t.topic == messages.TopicUpdates }
	first, err := s.ends(ctx, reads)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	states := messages.StateTopic(messages.SymbolShard)
	counts, err := s.partitionCounts(ctx, states)
	if err != nil {
		return nil, err
	}
	shards := counts[states]
	records, err := s.shardRecords(ctx, messages.SymbolShard, shards)
	if err != nil {
		return nil, err
	}
	ends, err := s.ends(ctx, reads)
	if err != nil {
		return nil, err
	}
	between := make(map[messages.TopicPartition]messages.OffsetRange, len(ends))
	for tp, end := range ends {
		between[tp] = messages.OffsetRange{Start: first[tp], End: end}
	}
	known := s.kind.openings()
	err = s.config.Log.Scan(ctx, between, func(r *messages.Record) error {
		if op, ok := r.Opening(); ok {
			known.see(r, op)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("shard %s: openings in %s: %w", s.id, messages.TopicUpdates, err)
	}
	for shard, record := range records {
		if record.Opening == 0 {
			continue
		}
		for _, p := range announcedIn(shard, shards, s.counts[messages.TopicUpdates]) {
			end := ends[messages.TopicPartition{Topic: messages.TopicUpdates, Partition: p}]
			known.note(openingPlace{p, shard}, seenOpening{end, record.Opening})
		}
	}
	return ends, nil
}
