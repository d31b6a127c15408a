package memlog

import (
	"fmt"

	"github.com/velox-trading/velox/messages"
)

type outcome uint8

const (
	open outcome = iota
	committed
	aborted
)

// transaction is one transaction; guarded by Cluster.mu, save as entry says.
type transaction struct {
	state   outcome
	touched []*partition
}

// batch is a set of records ready to be appended: everything but their offsets.
type batch struct {
	records []messages.Record
	parts   []*partition
}

// prepare finds each record's partition, checks it, and copies its bytes. It
// needs no lock, so that the lock is held only for the appends themselves.
func (c *Cluster) prepare(outs []messages.Out) (batch, error) {
	b := batch{records: make([]messages.Record, len(outs)), parts: make([]*partition, len(outs))}
	now := c.options.NowMs()
	var slab slab
	if !c.options.KeepBytes {
		slab.reserve(outs)
	}
	var t *topic
	for i := range outs {
		o := &outs[i]
		if t == nil || t.name != o.Topic {
			var ok bool
			if t, ok = c.topic(o.Topic); !ok {
				return batch{}, fmt.Errorf("record %d: topic %s: %w", i, o.Topic, messages.ErrNoTopic)
			}
		}
		p, err := t.place(i, o)
		if err != nil {
			return batch{}, err
		}
		b.parts[i] = p
		b.records[i] = messages.Record{
			Topic: t.name, Partition: p.tp.Partition, TimestampMs: now,
			Key: o.Key, Value: o.Value, Headers: o.Headers,
		}
		if !c.options.KeepBytes {
			slab.keep(&b.records[i])
		}
	}
	return b, nil
}

// place checks a record and gives its partition. A record without a key and
// without a partition goes to partition 0: Kafka's clients would pick any.
func (t *topic) place(i int, o *messages.Out) (*partition, error) {
	if n := size(o); n > t.options.MaxRecordBytes {
		return nil, &messages.TooLargeError{Index: i, Topic: t.name, Bytes: n}
	}
	if t.options.Compacted && o.Key == nil {
		return nil, fmt.Errorf("record %d: topic %s is compacted and takes no record without a key", i, t.name)
	}
	if o.Partition == messages.AnyPartition {
		if o.Key == nil {
			return t.parts[0], nil
		}
		return t.parts[messages.HomePartition(o.Key, int32(len(t.parts)))], nil
	}
	if o.Partition < 0 || int(o.Partition) >= len(t.parts) {
		return nil, fmt.Errorf("record %d: topic %s has %d partitions, no partition %d", i, t.name, len(t.parts), o.Partition)
	}
	return t.parts[o.Partition], nil
}

func size(o *messages.Out) int {
	n := recordOverheadBytes + len(o.Key) + len(o.Value)
	for i := range o.Headers {
		n += len(o.Headers[i].Key) + len(o.Headers[i].Value)
	}
	return n
}

// slab holds the copied bytes of a batch in one allocation, and the headers in
// another.
type slab struct {
	bytes   []byte
	headers []messages.Header
}

func (s *slab) reserve(outs []messages.Out) {
	bytes, headers := 0, 0
	for i := range outs {
		bytes += len(outs[i].Key) + len(outs[i].Value)
		headers += len(outs[i].Headers)
		for j := range outs[i].Headers {
			bytes += len(outs[i].Headers[j].Value)
		}
	}
	s.bytes, s.headers = make([]byte, 0, bytes), make([]messages.Header, 0, headers)
}

func (s *slab) keep(r *messages.Record) {
	r.Key, r.Value = s.copy(r.Key), s.copy(r.Value)
	if len(r.Headers) == 0 {
		r.Headers = nil
		return
	}
	at := len(s.headers)
	for _, h := range r.Headers {
		s.headers = append(s.headers, messages.Header{Key: h.Key, Value: s.copy(h.Value)})
	}
	r.Headers = s.headers[at:len(s.headers):len(s.headers)]
}

func (s *slab) copy(b []byte) []byte {
	if b == nil {
		return nil
	}
	at := len(s.bytes)
	s.bytes = append(s.bytes, b...)
	return s.bytes[at:len(s.bytes):len(s.bytes)]
}

// write appends a batch; c.mu is held.
func (c *Cluster) write(b batch, txn *transaction) {
	var last *partition
	for i, p := range b.parts {
		if txn != nil && p != last {
			txn.touch(p)
			last = p
		}
		p.append(&b.records[i], txn)
	}
	if txn == nil && len(b.parts) > 0 {
		c.changed()
	}
}

func (t *transaction) touch(p *partition) {
	for i := range p.open {
		if p.open[i].txn == t {
			return
		}
	}
	p.open = append(p.open, openTransaction{txn: t, first: p.next})
	t.touched = append(t.touched, p)
}

// end decides a transaction and writes its marker, which takes an offset, to
// every partition that it touched; c.mu is held.
func (c *Cluster) end(t *transaction, state outcome) {
	if t.state != open {
		return
	}
	t.state = state
	for _, p := range t.touched {
		p.append(nil, t)
		for i := range p.open {
			if p.open[i].txn == t {
				p.open = append(p.open[:i], p.open[i+1:]...)
				break
			}
		}
	}
	t.touched = nil
	c.changed()
}
