package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
)

// timer is what a timer of a symbol shard says of itself, in the updates of the candles
// that it has closed: when it struck, as an offset of the shard's ticks, and to which
// time it has moved the clock of the source.
type timer struct {
	origin   messages.Origin
	struck   int64
	toldMs   int64
	ofSymbol string // one whose candle it has closed: it is of its source
}

// timerOf reads that from an update.
func timerOf(v *valueFact) (timer, error) {
	t := timer{origin: messages.Origin{Topic: v.origin.Topic, Partition: v.origin.Partition, Offset: v.origin.Offset}, ofSymbol: v.key}
	for key, to := range map[string]*int64{messages.HeaderStruck: &t.struck, messages.HeaderTold: &t.toldMs} {
		text, _ := v.record.Header(key)
		var err error
		if *to, err = strconv.ParseInt(string(text), 10, 64); err != nil {
			return t, fmt.Errorf("caused by %s, its header %s is %q, want a number", v.origin, key, text)
		}
	}
	return t, nil
}

// timers gives those of each partition of ticks in their order, in which their places
// ascend. All that a timer has caused must say the same of it.
func (f *facts) timers(out *Result) map[messages.TopicPartition][]timer {
	all := make(map[messages.Origin]timer)
	for i := range f.updates {
		v := &f.updates[i]
		if !v.written || v.origin.Topic != messages.TimerTopic {
			continue
		}
		t, err := timerOf(v)
		if err != nil {
			out.Find(v.String(), "%v", err)
			continue
		}
		was, known := all[t.origin]
		if known && (was.struck != t.struck || was.toldMs != t.toldMs) {
			out.Find(v.String(), "%s struck at %d and told of %d; by another update at %d, of %d", t.origin, t.struck, t.toldMs, was.struck, was.toldMs)
		}
		if !known {
			all[t.origin] = t
		}
	}
	by := make(map[messages.TopicPartition][]timer)
	for _, t := range slices.SortedFunc(maps.Values(all), func(a, b timer) int { return compareOrigins(a.origin, b.origin) }) {
		tp := messages.TopicPartition{Topic: messages.TopicTicks, Partition: t.origin.Partition}
		if n := len(by[tp]); n > 0 && t.struck < by[tp][n-1].struck {
			out.Find(t.origin.String(), "it struck at %d of %s, the timer before it at %d", t.struck, tp, by[tp][n-1].struck)
			continue
		}
		by[tp] = append(by[tp], t)
	}
	if !f.truncated {
		f.struck(out)
	}
	return by
}

// struck holds what timers say of their places against the order of the updates in each
// partition: ticks below are taken in before a timer, the others after it. Repeats may
// come later.
func (f *facts) struck(out *Result) {
	type lane struct {
		updates messages.TopicPartition
		ticks   int32
	}
	type reached struct {
		next int64 // behind the highest tick with an update so far
		last timer
	}
	lanes := make(map[lane]*reached)
	for v := range f.updatesOnce() {
		l := lane{v.tp, v.origin.Partition}
		if lanes[l] == nil {
			lanes[l] = &reached{}
		}
		r := lanes[l]
		if v.origin.Topic == messages.TopicTicks {
			if v.origin.Offset < r.last.struck {
				out.Find(v.String(), "its cause %s comes after %s, which struck at %d", v.origin, r.last.origin, r.last.struck)
			}
			r.next = max(r.next, v.origin.Offset+1)
			continue
		}
		if t, err := timerOf(v); err == nil {
			out.Looked++
			if t.struck < r.next {
				out.Find(v.String(), "%s struck at %d, behind the update of the tick at %d", t.origin, t.struck, r.next-1)
			}
			r.last = t
		}
	}
}

// strike puts the timers that struck up to an offset on the tape.
func (t *tape) strike(upTo int64, out *Result) {
	for len(t.timers) > 0 && t.timers[0].struck <= upTo {
		next := t.timers[0]
		t.timers = t.timers[1:]
		places := t.places[next.ofSymbol]
		if len(places) == 0 {
			if !t.beheaded {
				out.Find(next.origin.String(), "it has closed a candle of %s, which had no tick before offset %d", next.ofSymbol, next.struck)
			}
			continue
		}
		t.append(oracle.Tick{Source: t.ticks[places[0]].Source, TimeMs: next.toldMs}, next.origin)
	}
}

// inOrder compares updates of a series by the places of their causes.
func inOrder(a, b told) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.origin.Topic, a.origin.Topic), compareOrigins(a.origin, b.origin))
}
