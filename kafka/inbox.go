package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/velox-trading/velox/messages"
)

// Bounds of what a shard has read ahead. A reader of its own stops at the first
// pair, which is a few polls; the node's shared reader, which waits for nobody,
// lets a shard go at the second and leaves it to catch up by itself.
const (
	ownAheadRecords    = 8_192
	ownAheadBytes      = 16 << 20
	sharedAheadRecords = 65_536
	sharedAheadBytes   = 64 << 20
)

// inbox is what was read for one shard and not polled yet. It keeps the order of
// each input, and, of positions that moved without a record, only the newest, so
// that a stream of which a shard wants nothing takes no room.
type inbox struct {
	mu    sync.Mutex
	queue []*chunk
	// newest is the last queued chunk of each input.
	newest  map[messages.TopicPartition]*chunk
	moved   map[messages.TopicPartition]int64
	records int
	bytes   int
	// failed is told once everything read before it is polled.
	failed error
	// wake has a token when there is something to poll; room is closed when
	// readers may go on.
	wake chan struct{}
	room chan struct{}
}

// chunk is what one fetch brought of one input.
type chunk struct {
	tp      messages.TopicPartition
	records []*messages.Record
	next    int64
}

func newInbox() *inbox {
	return &inbox{
		newest: make(map[messages.TopicPartition]*chunk), moved: make(map[messages.TopicPartition]int64),
		wake: make(chan struct{}, 1), room: make(chan struct{}),
	}
}

func recordBytes(r *messages.Record) int { return len(r.Key) + len(r.Value) + 64 }

// put adds what was read of an input up to next. The caller holds mu.
func (b *inbox) put(tp messages.TopicPartition, records []*messages.Record, next int64) {
	if len(records) == 0 {
		if c := b.newest[tp]; c != nil {
			c.next = next
		} else {
			b.moved[tp] = next
		}
		return
	}
	c := &chunk{tp, records, next}
	b.queue = append(b.queue, c)
	b.newest[tp] = c
	delete(b.moved, tp)
	b.records += len(records)
	for _, r := range records {
		b.bytes += recordBytes(r)
	}
	b.ring()
}

// fail keeps the first error. The caller holds mu.
func (b *inbox) fail(err error) {
	if b.failed == nil {
		b.failed = err
	}
	b.ring()
}

func (b *inbox) ring() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *inbox) above(records, bytes int) bool { return b.records > records || b.bytes > bytes }

// waitForRoom returns when a reader of the shard's own may read on, and false
// when ctx ended.
func (b *inbox) waitForRoom(ctx context.Context) bool {
	for {
		b.mu.Lock()
		full, room := b.above(ownAheadRecords, ownAheadBytes), b.room
		b.mu.Unlock()
		if !full {
			return ctx.Err() == nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return false
		}
	}
}

// take removes up to limit records. The caller holds mu.
func (b *inbox) take(limit int) messages.Batch {
	batch := messages.Batch{Next: make(map[messages.TopicPartition]int64, len(b.moved)+1)}
	full := b.above(ownAheadRecords, ownAheadBytes)
	for len(b.queue) > 0 && len(batch.Records) < limit {
		c := b.queue[0]
		n := min(limit-len(batch.Records), len(c.records))
		batch.Records = append(batch.Records, c.records[:n]...)
		for _, r := range c.records[:n] {
			b.bytes -= recordBytes(r)
		}
		b.records -= n
		if n < len(c.records) {
			c.records = c.records[n:]
			batch.Next[c.tp] = batch.Records[len(batch.Records)-1].Offset + 1
			break
		}
		batch.Next[c.tp] = c.next
		if b.newest[c.tp] == c {
			delete(b.newest, c.tp)
		}
		b.queue[0] = nil
		b.queue = b.queue[1:]
	}
	for tp, next := range b.moved {
		batch.Next[tp] = next
	}
	clear(b.moved)
	if full && !b.above(ownAheadRecords, ownAheadBytes) {
		close(b.room)
		b.room = make(chan struct{})
	}
	if len(b.queue) > 0 || b.failed != nil {
		b.ring()
	}
	return batch
}

// poll waits for records, an error, or the end of the wait, and calls tend
// before each look.
func (b *inbox) poll(ctx context.Context, limit int, wait time.Duration, tend func()) (messages.Batch, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for over := false; ; {
		tend()
		b.mu.Lock()
		if len(b.queue) > 0 || over && b.failed == nil {
			batch := b.take(limit)
			b.mu.Unlock()
			return batch, nil
		}
		if b.failed != nil {
			defer b.mu.Unlock()
			if len(b.moved) > 0 {
				return b.take(limit), nil
			}
			return messages.Batch{}, b.failed
		}
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			return messages.Batch{}, ctx.Err()
		}
	}
}
