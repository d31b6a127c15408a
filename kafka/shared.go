package kafka

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// A shared reader stands at the end of the log and keeps the newest records of
// each partition for shards that are about to join: backlogRecords and
// backlogBytes bound them, a partition. A shard may start one when it is at most
// startDistance from the end.
const (
	backlogRecords = 8_192
	backlogBytes   = 4 << 20
	startDistance  = 1_000
)

// ReadStats counts what the node's shared readers did.
type ReadStats struct {
	// Joined counts inputs that joined a shared reader, Detached those that it
	// let go because their shard was too slow.
	Joined, Detached int64
	// Members is how many inputs are fed by shared readers now.
	Members int64
}

// ReadStats gives the counts since OpenLog.
func (l *Log) ReadStats() ReadStats {
	return ReadStats{Joined: l.shared.joined.Load(), Detached: l.shared.detached.Load(), Members: l.shared.members.Load()}
}

// sharedReaders are the node's, one a topic.
type sharedReaders struct {
	mu       sync.Mutex
	topics   map[string]*sharedTopic
	joined   atomic.Int64
	detached atomic.Int64
	members  atomic.Int64
}

// AllTopics in Config.SharedTopics shares every topic.
const AllTopics = "*"

func (l *Log) isShared(topic string) bool {
	return slices.Contains(l.config.SharedTopics, topic) || slices.Contains(l.config.SharedTopics, AllTopics)
}

func (l *Log) sharedTopic(topic string) *sharedTopic {
	l.shared.mu.Lock()
	defer l.shared.mu.Unlock()
	if l.shared.topics == nil {
		l.shared.topics = make(map[string]*sharedTopic)
	}
	t := l.shared.topics[topic]
	if t == nil {
		t = &sharedTopic{log: l, topic: topic, feeds: make(map[int32]*feed)}
		l.shared.topics[topic] = t
	}
	return t
}

// sharedTopic reads one topic once for all shards of the node that have caught
// up with it, and asks each for every record's key.
//
// A partition is fed from when its first shard joins until its last one leaves.
// A partition that is fed again gets a client that has not read it before, so
// that nothing the client still holds of the first time can be taken for the
// second's.
type sharedTopic struct {
	log   *Log
	topic string

	mu      sync.Mutex
	feeds   map[int32]*feed
	clients []*sharedClient
}

type sharedClient struct {
	client *kgo.Client
	// had are the partitions that it ever read, live how many it reads now.
	had  map[int32]bool
	live int
	end  context.CancelFunc
	done chan struct{}
}

// feed is one partition.
type feed struct {
	from    *sharedClient
	next    int64
	members []*input
	// backlog are the newest records, and oldest the position before them.
	backlog []*messages.Record
	bytes   int
	oldest  int64
}

// join makes the shared reader feed an input from its position on, if it can do
// so without a gap: its backlog reaches back to it, or there is no reader yet
// and the input is near the end. The caller moves the input until now.
func (t *sharedTopic) join(in *input, end int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.feeds[in.Partition]
	switch {
	case f == nil && in.next < end-startDistance, f != nil && in.next < f.oldest:
		return false
	case f == nil:
		if f = t.start(in.Partition, in.next); f == nil {
			return false
		}
	}
	in.from = in.next
	i, _ := slices.BinarySearchFunc(f.backlog, in.from, func(r *messages.Record, at int64) int { return int(r.Offset - at) })
	if !t.hand(in, f.backlog[i:], max(in.from, f.next), f) {
		if len(f.members) == 0 {
			t.drop(in.Partition, f)
		}
		return false
	}
	f.members = append(f.members, in)
	t.log.shared.joined.Add(1)
	t.log.shared.members.Add(1)
	return true
}

// hand gives an input what it wants of records, up to next, unless its shard has
// too much unread already.
func (t *sharedTopic) hand(in *input, records []*messages.Record, next int64, f *feed) bool {
	var wanted []*messages.Record
	for _, r := range records {
		if r.Offset >= in.from && (in.wants == nil || in.wants(r.Key)) {
			wanted = append(wanted, r)
		}
	}
	b := in.reader.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(wanted) > 0 && b.above(sharedAheadRecords-len(wanted), sharedAheadBytes) {
		return false
	}
	in.owner = f
	if next > in.next {
		in.next = next
		b.put(in.TopicPartition, wanted, next)
	}
	return true
}

// start feeds a partition from a position on.
func (t *sharedTopic) start(partition int32, at int64) *feed {
	from := map[string]map[int32]kgo.Offset{t.topic: {partition: kgo.NewOffset().At(at)}}
	i := slices.IndexFunc(t.clients, func(c *sharedClient) bool { return !c.had[partition] })
	var c *sharedClient
	if i >= 0 {
		c = t.clients[i]
		c.client.AddConsumePartitions(from)
	} else {
		client, err := t.log.config.newClient(t.log.config.readerOptions(from)...)
		if err != nil {
			return nil
		}
		ctx, cancel := context.WithCancel(context.Background())
		c = &sharedClient{client: client, had: make(map[int32]bool), end: cancel, done: make(chan struct{})}
		t.clients = append(t.clients, c)
		go func() {
			defer close(c.done)
			t.run(ctx, c)
		}()
	}
	c.had[partition] = true
	c.live++
	f := &feed{from: c, next: at, oldest: at}
	t.feeds[partition] = f
	return f
}

// drop stops feeding a partition, and ends its client with its last one.
func (t *sharedTopic) drop(partition int32, f *feed) {
	delete(t.feeds, partition)
	c := f.from
	if c.live--; c.live > 0 {
		c.client.RemoveConsumePartitions(map[string][]int32{t.topic: {partition}})
		return
	}
	t.clients = slices.DeleteFunc(t.clients, func(x *sharedClient) bool { return x == c })
	c.end()
}

func (t *sharedTopic) run(ctx context.Context, c *sharedClient) {
	defer c.client.Close()
	for ctx.Err() == nil {
		fetches := c.client.PollRecords(ctx, pumpRecords)
		t.mu.Lock()
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if f := t.feeds[p.Partition]; f != nil && f.from == c {
				t.feed(f, p)
			}
		})
		t.mu.Unlock()
	}
}

// feed hands what was fetched of a partition to its members. The shared reader
// has no errors of its own: it lets everybody go, and each finds out by itself.
func (t *sharedTopic) feed(f *feed, p kgo.FetchTopicPartition) {
	if n := len(p.Records); n > 0 && p.Records[n-1].Offset >= f.next {
		next := p.Records[n-1].Offset + 1
		records := convert(p.Records, func(r *kgo.Record) bool { return r.Offset >= f.next && !r.Attrs.IsControl() })
		f.next = next
		f.keep(records)
		f.members = slices.DeleteFunc(f.members, func(in *input) bool {
			if t.hand(in, records, f.next, f) {
				return false
			}
			t.log.shared.detached.Add(1)
			t.release(in, false)
			return true
		})
	}
	if p.Err != nil {
		for _, in := range f.members {
			t.release(in, true)
		}
		f.members = nil
	}
	if len(f.members) == 0 {
		t.drop(p.Partition, f)
	}
}

// keep adds to the backlog and drops what is too much of it.
func (f *feed) keep(records []*messages.Record) {
	f.backlog = append(f.backlog, records...)
	for _, r := range records {
		f.bytes += recordBytes(r)
	}
	n := 0
	for n < len(f.backlog) && (len(f.backlog)-n > backlogRecords || f.bytes > backlogBytes) {
		f.bytes -= recordBytes(f.backlog[n])
		f.oldest = f.backlog[n].Offset + 1
		n++
	}
	if n > 0 {
		f.backlog = slices.Delete(f.backlog, 0, n)
	}
}

// release gives an input back to its reader; spoiled: because of an error.
func (t *sharedTopic) release(in *input, spoiled bool) {
	t.log.shared.members.Add(-1)
	b := in.reader.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	in.owner, in.spoiled = nil, spoiled
	in.reader.idle = append(in.reader.idle, in)
	b.ring()
}

// leave takes out an input whose reader ends.
func (t *sharedTopic) leave(in *input) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.feeds[in.Partition]
	if f == nil || !slices.Contains(f.members, in) {
		return
	}
	f.members = slices.DeleteFunc(f.members, func(x *input) bool { return x == in })
	t.log.shared.members.Add(-1)
	if len(f.members) == 0 {
		t.drop(in.Partition, f)
	}
}

// close ends all clients of the topic.
func (t *sharedTopic) close() {
	t.mu.Lock()
	clients := t.clients
	t.clients, t.feeds = nil, make(map[int32]*feed)
	t.mu.Unlock()
	for _, c := range clients {
		c.end()
		<-c.done
	}
}
