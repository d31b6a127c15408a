package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// reader reads a set of inputs from given positions into an inbox. Inputs of
// shared topics start with a client of the shard's own like all others; once
// they have caught up, the node's reader of the topic takes over (see
// sharedTopic), and hands back whom it can't wait for.
//
// The set of partitions of a client only shrinks: positions that are set anew
// while fetches are buffered are where consumers lose records.
type reader struct {
	log   *Log
	inbox *inbox
	life  context.Context
	end   context.CancelFunc
	work  sync.WaitGroup

	// Under inbox.mu.
	inputs map[messages.TopicPartition]*input
	// idle are inputs that nobody reads: let go by the shared reader, and not
	// picked up yet.
	idle []*input
}

// input is one partition that a shard reads.
type input struct {
	messages.TopicPartition
	reader *reader
	wants  func(key []byte) bool
	shared bool
	// from is the position at which the shared reader took over; used by it alone.
	from int64

	// Under the reader's inbox.mu: next is the position up to which the inbox has
	// it, owner who moves it.
	next  int64
	owner any
	// spoiled: the shared reader let it go with an error, which a client of the shard's
	// own has to come by, or not, before it joins again.
	spoiled bool
}

// newReader starts reading.
func newReader(log *Log, inputs []messages.Input) (*reader, error) {
	r := &reader{log: log, inbox: newInbox(), inputs: make(map[messages.TopicPartition]*input, len(inputs))}
	var own, shared []*input
	for _, in := range inputs {
		if _, twice := r.inputs[in.TopicPartition]; twice {
			return nil, fmt.Errorf("input %s is given twice", in.TopicPartition)
		}
		if in.From < 0 {
			return nil, fmt.Errorf("input %s starts at %d", in.TopicPartition, in.From)
		}
		i := &input{TopicPartition: in.TopicPartition, reader: r, wants: in.Wants, next: in.From, shared: log.isShared(in.Topic)}
		r.inputs[in.TopicPartition] = i
		if i.shared {
			shared = append(shared, i)
		} else {
			own = append(own, i)
		}
	}
	r.life, r.end = context.WithCancel(context.Background())
	r.start(own)
	r.start(shared)
	return r, nil
}

// close stops reading. The inbox says errClosed from then on.
func (r *reader) close() {
	r.inbox.mu.Lock()
	r.end()
	r.inbox.mu.Unlock()
	r.work.Wait()
	for _, in := range r.inputs {
		if in.shared {
			r.log.sharedTopic(in.Topic).leave(in)
		}
	}
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	r.inbox.queue, r.inbox.moved = nil, nil
	r.inbox.failed = errClosed
	r.inbox.ring()
}

func (r *reader) poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	return r.inbox.poll(ctx, limit, wait, r.pickUp)
}

// pickUp reads on where the shared reader has let go, once there is room.
func (r *reader) pickUp() {
	r.inbox.mu.Lock()
	var idle []*input
	if r.life.Err() == nil && !r.inbox.above(ownAheadRecords, ownAheadBytes) {
		idle, r.idle = r.idle, nil
	}
	r.inbox.mu.Unlock()
	r.start(idle)
}

// start reads inputs with a client of the shard's own.
func (r *reader) start(inputs []*input) {
	if len(inputs) == 0 {
		return
	}
	p := &pump{reader: r, left: len(inputs), shared: inputs[0].shared}
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	if r.life.Err() != nil {
		return
	}
	for _, in := range inputs {
		in.owner = p
	}
	r.work.Go(func() { p.run(inputs) })
}

func (r *reader) fail(err error) {
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	r.inbox.fail(err)
}

// pump moves records from one client to the inbox.
type pump struct {
	reader *reader
	// left counts the inputs that it still reads.
	left   int
	shared bool
	client *kgo.Client // nil while joinAtEnd runs
}

// pumpRecords is the most that one fetch hands over at once.
const pumpRecords = 4_096

func (p *pump) run(inputs []*input) {
	r := p.reader
	if p.shared {
		p.joinAtEnd(inputs)
	}
	from := make(map[string]map[int32]kgo.Offset)
	r.inbox.mu.Lock()
	for _, in := range inputs {
		if in.owner == p {
			if from[in.Topic] == nil {
				from[in.Topic] = make(map[int32]kgo.Offset)
			}
			from[in.Topic][in.Partition] = kgo.NewOffset().At(in.next)
		}
	}
	r.inbox.mu.Unlock()
	if p.left == 0 {
		return
	}
	client, err := r.log.config.newClient(r.log.config.readerOptions(from)...)
	if err != nil {
		r.fail(err)
		return
	}
	p.client = client
	defer client.Close()
	for p.left > 0 && r.inbox.waitForRoom(r.life) {
		fetches := client.PollRecords(r.life, pumpRecords)
		fetches.EachPartition(func(f kgo.FetchTopicPartition) { p.take(f) })
	}
}

// joinAtEnd hands inputs that have nothing left to catch up with to the shared
// readers before a client is made for them. That a topic isn't there is told here: a
// client that begins with it waits for it, and says nothing.
func (p *pump) joinAtEnd(inputs []*input) {
	tps := make([]messages.TopicPartition, len(inputs))
	for i, in := range inputs {
		tps[i] = in.TopicPartition
	}
	ranges, err := p.reader.log.Offsets(p.reader.life, tps...)
	if err != nil {
		if errors.Is(err, messages.ErrNoTopic) {
			p.reader.fail(err)
		}
		return // of other errors, the client's fetches tell
	}
	for _, in := range inputs {
		if end := ranges[in.TopicPartition].End; !p.reader.spoiled(in) && in.next == end {
			p.join(in, end)
		}
	}
}

// spoiled tells, once, that the shared reader let an input go with an error.
func (r *reader) spoiled(in *input) bool {
	r.inbox.mu.Lock()
	defer r.inbox.mu.Unlock()
	was := in.spoiled
	in.spoiled = false
	return was
}

// join hands an input to the shared reader, if that takes it.
func (p *pump) join(in *input, end int64) {
	if !p.reader.log.sharedTopic(in.Topic).join(in, end) {
		return
	}
	p.left--
	if p.client != nil {
		p.client.PauseFetchPartitions(map[string][]int32{in.Topic: {in.Partition}})
	}
}

// take moves what was fetched of one partition.
func (p *pump) take(f kgo.FetchTopicPartition) {
	r := p.reader
	tp := messages.TopicPartition{Topic: f.Topic, Partition: f.Partition}
	in := r.inputs[tp]
	if in == nil {
		r.note(tp, 0, f.Err)
		return
	}
	r.inbox.mu.Lock()
	mine, at := in.owner == p, in.next
	r.inbox.mu.Unlock()
	if !mine {
		return
	}
	if n := len(f.Records); n > 0 {
		next := f.Records[n-1].Offset + 1
		records := convert(f.Records, func(k *kgo.Record) bool {
			return k.Offset >= at && !k.Attrs.IsControl() && (in.wants == nil || in.wants(k.Key))
		})
		r.inbox.mu.Lock()
		if next > at {
			in.next, at = next, next
			r.inbox.put(tp, records, next)
		}
		r.inbox.mu.Unlock()
	}
	r.note(tp, at, f.Err)
	if in.shared && f.Err == nil {
		p.join(in, f.HighWatermark)
	}
}

// note turns an error of a fetch that is more than the end of a wait into the
// inbox's.
func (r *reader) note(tp messages.TopicPartition, at int64, err error) {
	if err == nil || r.life.Err() != nil || errors.Is(err, context.Canceled) {
		return
	}
	if r.inputs[tp] != nil {
		err = r.log.outside(r.life, tp, at, err)
	}
	if _, outside := errors.AsType[*messages.OffsetOutOfRangeError](err); !outside {
		err = fmt.Errorf("%s: %w", tp, err)
	}
	r.fail(err)
}
