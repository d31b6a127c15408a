package memlog

import (
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages"
)

// entry is one offset of a partition. Entries are never changed once appended,
// so a reader may walk a slice of them without the lock: what compaction or
// deletion takes away is taken from a new slice. Only a transaction's outcome is
// written later, under the lock and before the last stable offset passes the
// entry.
type entry struct {
	offset int64
	record *messages.Record // nil for a control record
	txn    *transaction     // nil for a record outside any
}

func (e *entry) visible() bool {
	return e.record != nil && (e.txn == nil || e.txn.state == committed)
}

// visibleOf gives the records of those entries that are visible.
func visibleOf(entries []entry) []*messages.Record {
	var out []*messages.Record
	for i := range entries {
		if entries[i].visible() {
			out = append(out, entries[i].record)
		}
	}
	return out
}

// partition is one partition's log. Everything but tp is guarded by Cluster.mu.
type partition struct {
	tp      messages.TopicPartition
	entries []entry
	start   int64 // first offset that can be read
	next    int64 // high watermark
	open    []openTransaction
}

// openTransaction is a transaction that holds the last stable offset back.
type openTransaction struct {
	txn   *transaction
	first int64
}

func (p *partition) append(record *messages.Record, txn *transaction) {
	if record != nil {
		record.Offset = p.next
	}
	p.entries = append(p.entries, entry{offset: p.next, record: record, txn: txn})
	p.next++
}

// stable gives the last stable offset: the first offset of the oldest open
// transaction, or the high watermark.
func (p *partition) stable() int64 {
	lso := p.next
	for i := range p.open {
		lso = min(lso, p.open[i].first)
	}
	return lso
}

// index gives the place of the first entry at or after the offset.
func (p *partition) index(offset int64) int {
	if len(p.entries) == 0 {
		return 0
	}
	// Without holes the place is known; compaction makes holes.
	guess := offset - p.entries[0].offset
	if guess >= 0 && guess < int64(len(p.entries)) && p.entries[guess].offset == offset {
		return int(guess)
	}
	return sort.Search(len(p.entries), func(i int) bool { return p.entries[i].offset >= offset })
}

// between gives the entries with from <= offset < to.
func (p *partition) between(from, to int64) []entry {
	i, j := p.index(from), p.index(to)
	return p.entries[i:j:j]
}

func (p *partition) bounds() messages.OffsetRange {
	return messages.OffsetRange{Start: p.start, End: p.next}
}

// drop deletes everything below the offset.
func (p *partition) drop(before int64) {
	if before <= p.start {
		return
	}
	p.entries = slices.Clone(p.entries[p.index(before):])
	p.start = before
}

// compact keeps, of what lies below the last stable offset, each key's last
// committed record. Tombstones stay unless they are to be dropped; records of
// aborted transactions and control records go. Offsets stay, with holes.
func (p *partition) compact(dropTombstones bool) {
	stable := p.index(p.stable())
	last := make(map[string]int, stable)
	for i := range p.entries[:stable] {
		if e := &p.entries[i]; e.visible() {
			last[string(e.record.Key)] = i
		}
	}
	kept := make([]entry, 0, len(last)+len(p.entries)-stable)
	for i := range p.entries[:stable] {
		e := &p.entries[i]
		if !e.visible() || last[string(e.record.Key)] != i || dropTombstones && e.record.Value == nil {
			continue
		}
		kept = append(kept, *e)
	}
	p.entries = append(kept, p.entries[stable:]...)
}
