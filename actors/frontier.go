package actors

import (
	"cmp"
	"maps"
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// frontier holds, for input partitions, the next offset to be taken.
type frontier map[messages.TopicPartition]int64

func (f frontier) clone() frontier { return maps.Clone(f) }

// move sets the positions of next in f.
func (f frontier) move(next map[messages.TopicPartition]int64) {
	maps.Copy(f, next)
}

// below tells whether an offset is already behind f: part of the state that f
// belongs to.
func (f frontier) below(tp messages.TopicPartition, offset int64) bool {
	next, ok := f[tp]
	return ok && offset < next
}

// lower takes, for each partition of f, the smaller position of f and o; a
// partition that o lacks counts as 0 there, for an entity that was saved before
// the partition existed needs it from its start.
func (f frontier) lower(o frontier) {
	for tp, next := range f {
		if at := o[tp]; at < next {
			f[tp] = at
		}
	}
}

// raise takes, for each partition of o, the larger position of f and o.
func (f frontier) raise(o frontier) {
	for tp, next := range o {
		if f[tp] < next {
			f[tp] = next
		}
	}
}

// reached tells whether f is nowhere below target.
func (f frontier) reached(target frontier) bool {
	for tp, next := range target {
		if f[tp] < next {
			return false
		}
	}
	return true
}

func (f frontier) proto() []*veloxpb.Position {
	out := make([]*veloxpb.Position, 0, len(f))
	for tp, next := range f {
		out = append(out, &veloxpb.Position{Topic: tp.Topic, Partition: tp.Partition, Next: next})
	}
	slices.SortFunc(out, func(a, b *veloxpb.Position) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return out
}

func frontierFrom(positions []*veloxpb.Position) frontier {
	f := make(frontier, len(positions))
	for _, p := range positions {
		f[messages.TopicPartition{Topic: p.Topic, Partition: p.Partition}] = p.Next
	}
	return f
}
