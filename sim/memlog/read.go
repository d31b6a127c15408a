package memlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

// reader is where a shard's inputs stand.
type reader struct {
	inputs []input
	turn   int // the input that the next poll begins with
}

type input struct {
	part  *partition
	next  int64
	wants func(key []byte) bool
}

// segment is what an input has to offer: entries that nobody changes any more.
type segment struct {
	entries []entry
	stable  int64
}

func (s *shardLog) Restore(ctx context.Context, apply func(*messages.Record) error) error {
	tp := messages.TopicPartition{Topic: s.cluster.options.StateTopic(s.id.Kind), Partition: s.id.Partition}
	what := "restore from " + tp.String()
	var old OldEndError
	if err := s.fault(ctx, PointRestore, false, 0); err != nil {
		told, ok := errors.AsType[*OldEndError](err)
		if !ok {
			return s.wrap(what, err)
		}
		old = *told
	}
	p, err := s.cluster.find(tp)
	if err != nil {
		return s.wrap(what, err)
	}
	entries, end, err := s.readStable(ctx, p, old.Behind)
	if err != nil {
		return s.wrap(what, err)
	}
	for i := range entries {
		if !entries[i].visible() {
			continue
		}
		if err := apply(entries[i].record); err != nil {
			return s.wrap(fmt.Sprintf("%s, offset %d", what, entries[i].offset), err)
		}
	}
	if err := s.fault(ctx, PointRestore, true, 0); err != nil {
		return s.wrap(what, err)
	}
	s.home, s.restored = p, end
	return nil
}

// readStable gives what the shard's state holds up to so many offsets before its present
// high watermark, and where that is.
func (s *shardLog) readStable(ctx context.Context, p *partition, behind int64) ([]entry, int64, error) {
	if s.closed.Load() {
		return nil, 0, errClosed
	}
	s.cluster.mu.Lock()
	r := p.bounds()
	s.cluster.mu.Unlock()
	r.End = max(r.Start, r.End-behind)
	entries, err := s.cluster.readStable(ctx, s.done, p, r)
	return entries, r.End, err
}

// readStable waits until nothing is open below the end of a range and gives what lies in
// it. Reading only up to the last stable offset would miss what was committed above
// another's open transaction.
func (c *Cluster) readStable(ctx context.Context, closed <-chan struct{}, p *partition, r messages.OffsetRange) ([]entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p.stable() < r.End {
		wake := c.waiter()
		c.mu.Unlock()
		var err error
		select {
		case <-wake:
		case <-ctx.Done():
			err = ctx.Err()
		case <-closed:
			err = errClosed
		}
		c.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
	if r.Start < p.start {
		return nil, &messages.OffsetOutOfRangeError{TopicPartition: p.tp, Requested: r.Start, Range: p.bounds()}
	}
	return p.between(r.Start, r.End), ctx.Err()
}

// Scan gives the committed records of each range to apply; see messages.Log.
func (n *Node) Scan(ctx context.Context, ranges map[messages.TopicPartition]messages.OffsetRange, apply func(*messages.Record) error) error {
	if err := n.fault(ctx, Call{Point: PointScan}); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	places := slices.SortedFunc(maps.Keys(ranges), func(a, b messages.TopicPartition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	for _, tp := range places {
		if ranges[tp].Start >= ranges[tp].End {
			continue
		}
		p, err := n.cluster.find(tp)
		if err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		entries, err := n.cluster.readStable(ctx, nil, p, ranges[tp])
		if err != nil {
			return fmt.Errorf("scan %s: %w", tp, err)
		}
		for _, r := range visibleOf(entries) {
			if err := apply(r); err != nil {
				return fmt.Errorf("scan %s, offset %d: %w", tp, r.Offset, err)
			}
		}
	}
	if err := n.fault(ctx, Call{Point: PointScan, After: true}); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	return nil
}

// Bare gives nothing: nobody marks a log in memory.
func (s *shardLog) Bare(ctx context.Context) (map[messages.TopicPartition]messages.OffsetRange, error) {
	if err := s.around(ctx, PointBare, 0, func() {}); err != nil {
		return nil, s.wrap("bare parts", err)
	}
	return nil, nil
}

func (s *shardLog) Offsets(ctx context.Context, tps ...messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	err := s.fault(ctx, PointOffsets, false, 0)
	if err == nil && s.closed.Load() {
		err = errClosed
	}
	var out map[messages.TopicPartition]messages.OffsetRange
	if err == nil {
		out, err = s.cluster.offsets(ctx, tps)
	}
	if err == nil {
		err = s.fault(ctx, PointOffsets, true, 0)
	}
	if err != nil {
		return nil, s.wrap("offsets", err)
	}
	return out, nil
}

// Offsets gives start and high watermark of each partition asked for.
func (n *Node) Offsets(ctx context.Context, tps ...messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	err := n.fault(ctx, Call{Point: PointOffsets})
	var out map[messages.TopicPartition]messages.OffsetRange
	if err == nil {
		out, err = n.cluster.offsets(ctx, tps)
	}
	if err == nil {
		err = n.fault(ctx, Call{Point: PointOffsets, After: true})
	}
	if err != nil {
		return nil, fmt.Errorf("offsets: %w", err)
	}
	return out, nil
}

func (c *Cluster) offsets(ctx context.Context, tps []messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	out := make(map[messages.TopicPartition]messages.OffsetRange, len(tps))
	for _, tp := range tps {
		p, err := c.find(tp)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		out[tp] = p.bounds()
		c.mu.Unlock()
	}
	return out, ctx.Err()
}

func (s *shardLog) Read(inputs []messages.Input) error {
	if s.closed.Load() {
		return s.wrap("read", errClosed)
	}
	fresh := make([]input, len(inputs))
	seen := make(map[messages.TopicPartition]bool, len(inputs))
	for i, in := range inputs {
		p, err := s.cluster.find(in.TopicPartition)
		if err != nil {
			return s.wrap("read", err)
		}
		if seen[in.TopicPartition] {
			return s.wrap("read", fmt.Errorf("%s is given twice", in.TopicPartition))
		}
		seen[in.TopicPartition] = true
		fresh[i] = input{part: p, next: in.From, wants: in.Wants}
	}
	s.reader = reader{inputs: fresh}
	return nil
}

func (s *shardLog) Poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	if err := s.fault(ctx, PointPoll, false, limit); err != nil {
		return messages.Batch{}, s.wrap("poll", err)
	}
	b, err := s.poll(ctx, max(limit, 1), wait)
	if err != nil {
		return messages.Batch{}, s.wrap("poll", err)
	}
	if err := s.fault(ctx, PointPoll, true, limit); err != nil {
		return messages.Batch{}, s.wrap("poll", err)
	}
	return b, nil
}

func (s *shardLog) poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	var expired <-chan time.Time
	for {
		if s.closed.Load() {
			return messages.Batch{}, errClosed
		}
		if err := ctx.Err(); err != nil {
			return messages.Batch{}, err
		}
		segments, wake, err := s.available()
		if err != nil {
			return messages.Batch{}, err
		}
		if segments != nil {
			return s.reader.take(segments, limit), nil
		}
		if wait <= 0 {
			return messages.Batch{}, nil
		}
		if expired == nil {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			expired = timer.C
		}
		select {
		case <-wake:
		case <-expired:
			wait = 0
		case <-ctx.Done():
		case <-s.done:
		}
	}
}

// available gives what each input has to offer, or, when none has anything, nil
// and what to wait for.
func (s *shardLog) available() ([]segment, <-chan struct{}, error) {
	c, r := s.cluster, &s.reader
	segments := make([]segment, len(r.inputs))
	some := false
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range r.inputs {
		in := &r.inputs[i]
		if in.next < in.part.start || in.next > in.part.next {
			return nil, nil, &messages.OffsetOutOfRangeError{
				TopicPartition: in.part.tp, Requested: in.next, Range: in.part.bounds(),
			}
		}
		stable := in.part.stable()
		segments[i].stable = stable
		if stable > in.next {
			segments[i].entries = in.part.between(in.next, stable)
			some = true
		}
	}
	if !some {
		return nil, c.waiter(), nil
	}
	return segments, nil, nil
}

// take fills a batch from the segments, each poll beginning with another input so
// that a full one can't starve the others.
func (r *reader) take(segments []segment, limit int) messages.Batch {
	b := messages.Batch{Next: make(map[messages.TopicPartition]int64, len(segments))}
	offered := 0
	for i := range segments {
		offered += len(segments[i].entries)
	}
	b.Records = make([]*messages.Record, 0, min(offered, limit))
	for k := range r.inputs {
		i := (r.turn + k) % len(r.inputs)
		in, seg := &r.inputs[i], segments[i]
		if seg.stable <= in.next || len(b.Records) == limit {
			continue
		}
		in.next = in.fill(&b, seg, limit)
		b.Next[in.part.tp] = in.next
	}
	r.turn++
	return b
}

// fill takes entries until the batch is full and gives the next position.
func (in *input) fill(b *messages.Batch, seg segment, limit int) int64 {
	for i := range seg.entries {
		e := &seg.entries[i]
		if !e.visible() || in.wants != nil && !in.wants(e.record.Key) {
			continue
		}
		if len(b.Records) == limit {
			return e.offset
		}
		b.Records = append(b.Records, e.record)
	}
	return seg.stable
}
