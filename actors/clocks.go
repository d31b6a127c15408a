package actors

import (
	"maps"
	"slices"
	"sort"

	"github.com/velox-trading/velox/messages/veloxpb"
)

// maxSources bounds the sources whose clocks a partition keeps. When it is
// full, the least recently seen source is forgotten; its next tick starts its
// clock again.
const maxSources = 64

// sourceClock is the highest tick time of one source in a partition.
type sourceClock struct {
	ms   int64
	seen int64 // offset of the source's last tick
}

// clockState holds the clocks of a partition's sources. A value that was handed
// out is never changed.
type clockState map[string]sourceClock

func (c clockState) proto() []*veloxpb.SourceClock {
	names := slices.Sorted(maps.Keys(c))
	out := make([]*veloxpb.SourceClock, len(names))
	for i, n := range names {
		out[i] = &veloxpb.SourceClock{Source: n, TimeMs: c[n].ms, SeenOffset: c[n].seen}
	}
	return out
}

func clocksFrom(in []*veloxpb.SourceClock) clockState {
	c := make(clockState, len(in))
	for _, s := range in {
		c[s.Source] = sourceClock{ms: s.TimeMs, seen: s.SeenOffset}
	}
	return c
}

// older gives the clocks of the earlier of two moments.
func (c clockState) older(o clockState) clockState {
	out := make(clockState, len(o))
	for source, a := range o {
		if b, ok := c[source]; ok && b.ms < a.ms {
			a = b
		}
		out[source] = a
	}
	for source := range out {
		if _, ok := c[source]; !ok {
			delete(out, source)
		}
	}
	return out
}

// clockStep is one move of a source's clock, and the input that has caused it.
type clockStep struct {
	ms int64
	by *input
}

// clockTracks says how the clocks of a partition's sources move during a step:
// for each source the moves in the order of taking, times ascending.
type clockTracks struct {
	bySource map[string][]clockStep
}

// first gives the first move of a source to ms or beyond that was taken not
// after the given take.
func (t *clockTracks) first(source string, ms int64, take int) (clockStep, bool) {
	if t == nil {
		return clockStep{}, false
	}
	steps := t.bySource[source]
	i := sort.Search(len(steps), func(i int) bool { return steps[i].ms >= ms })
	if i == len(steps) || steps[i].by.take > take {
		return clockStep{}, false
	}
	return steps[i], true
}

// partitionClocks are the running clocks of a symbol shard.
type partitionClocks struct {
	now    clockState
	shared bool // now was handed out and must be copied before a change
	steps  *clockTracks
}

// see notes a tick or a timer and records the move in the tracks of this step.
func (p *partitionClocks) see(source string, ms int64, by *input) {
	p.own()
	c, known := p.now[source]
	if !known && len(p.now) >= maxSources {
		p.forgetOldest()
	}
	if by.record != nil {
		c.seen = by.record.Offset
	}
	if !known || ms > c.ms {
		c.ms = ms
		if p.steps == nil {
			p.steps = &clockTracks{bySource: make(map[string][]clockStep, 1)}
		}
		p.steps.bySource[source] = append(p.steps.bySource[source], clockStep{ms, by})
	}
	p.now[source] = c
}

func (p *partitionClocks) own() {
	if p.shared || p.now == nil {
		p.now = maps.Clone(p.now)
		p.shared = false
		if p.now == nil {
			p.now = make(clockState)
		}
	}
}

func (p *partitionClocks) forgetOldest() {
	oldest, at := "", int64(never)
	for source, c := range p.now {
		if c.seen < at || (c.seen == at && source < oldest) {
			oldest, at = source, c.seen
		}
	}
	delete(p.now, oldest)
}

// share hands the current clocks out.
func (p *partitionClocks) share() clockState {
	p.shared = true
	if p.now == nil {
		p.now = make(clockState)
	}
	return p.now
}

// raise lifts the clocks to at least those of o.
func (p *partitionClocks) raise(o clockState) {
	p.own()
	for source, c := range o {
		if have, ok := p.now[source]; !ok || have.ms < c.ms {
			p.now[source] = c
		}
	}
}

// take gives the moves of the step that ends, for its entities.
func (p *partitionClocks) take() *clockTracks {
	t := p.steps
	p.steps = nil
	return t
}
