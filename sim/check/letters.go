package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// The reasons of dead letters that no decoder gives.
const (
	reasonAhead     = "TIMESTAMP_AHEAD"
	reasonKey       = "KEY_MISMATCH"
	reasonExchange  = "EXCHANGE_MISMATCH"
	reasonIndicator = "UNKNOWN_INDICATOR"
	reasonRefused   = "COMMAND_REFUSED"
	reasonUnclaimed = "UNCLAIMED"
	reasonFailed    = "ENTITY_FAILED"
	reasonTooLarge  = "OUTPUT_TOO_LARGE"
)

// reasonsOf are those that a record may get, beside its refusal, from who takes it
// in: by its topic, which is an input's.
var reasonsOf = map[string][]string{
	messages.TopicTicks:    {reasonExchange, reasonIndicator, reasonFailed, reasonTooLarge},
	messages.TopicCommands: {reasonRefused, reasonFailed, reasonTooLarge},
	messages.TopicUpdates:  {messages.ReasonWrongType /* of a header */, reasonFailed, reasonTooLarge},
	messages.TopicSignals:  {reasonUnclaimed, reasonIndicator, reasonFailed, reasonTooLarge},
	messages.TopicOrders:   {reasonUnclaimed, reasonFailed, reasonTooLarge},
	messages.TopicAlerts:   {reasonFailed, reasonTooLarge},
}

func isInput(topic string) bool { return reasonsOf[topic] != nil }

// passedOver tells whether a reason is that an input was passed over by who had failed
// at it.
func passedOver(reason string) bool { return reason == reasonFailed || reason == reasonTooLarge }

// refusal is an input that can't be taken in, as the check itself judges it, and what
// its dead letter must say of it.
type refusal struct {
	*mark
	reason string
	length int
	hash   string
}

func (f *facts) refuse(m *mark, r *messages.Record, reason string) {
	sum := sha256.Sum256(r.Value)
	f.refused[caused{tp: m.tp, offset: m.offset}] = &refusal{m, reason, len(r.Value), hex.EncodeToString(sum[:])}
}

// sameKey holds a record's key, if it has one, against whom it is of.
func sameKey(r *messages.Record, of string) error {
	if len(r.Key) > 0 && string(r.Key) != of {
		return &messages.DecodeError{Reason: reasonKey, Detail: fmt.Sprintf("key %.64q, of %.64q", r.Key, of)}
	}
	return nil
}

// foreignUpdate tells why an update of others can't be taken in.
func (f *facts) foreignUpdate(r *messages.Record) error {
	var u messages.IndicatorUpdate
	if err := messages.DecodeUpdateRecord(r, &u); err != nil {
		return err
	}
	if err := sameKey(r, u.Symbol); err != nil {
		return err
	}
	if _, err := market.ParseTimeframe(u.Timeframe); err != nil {
		return &messages.DecodeError{Reason: messages.ReasonUnknown, Field: "timeframe", Detail: err.Error()}
	}
	f.then.foreign(r, u.TimeMs)
	return f.tooFarAhead(u.TimeMs, r)
}

// tooFarAhead refuses the time of a tick, or of an update of others, that is too far ahead
// of its record's timestamp.
func (f *facts) tooFarAhead(timeMs int64, r *messages.Record) error {
	if ahead := timeMs - r.TimestampMs; ahead > f.subject.maxAhead().Milliseconds() {
		return &messages.DecodeError{Reason: reasonAhead, Detail: fmt.Sprintf("%d ms", ahead)}
	}
	return nil
}

// failures gives the inputs that were passed over by who failed at them.
func (f *facts) failures() map[caused]bool {
	failed := make(map[caused]bool)
	for i := range f.letters {
		if d := &f.letters[i]; passedOver(d.Reason) {
			failed[d.about()] = true
		}
	}
	return failed
}

func (d *letterFact) about() caused {
	return caused{tp: messages.TopicPartition{Topic: d.Topic, Partition: d.Partition}, offset: d.Offset}
}

// checkLetters judges every input, and wants a dead letter of each that can't be taken
// in, with its reason, and of no other.
func checkLetters(f *facts, out *Result) {
	out.Looked += len(f.ticks) + len(f.commands)
	letters := make(map[caused]int)
	failed := 0
	for i := range f.letters {
		d := &f.letters[i]
		if !d.written {
			continue
		}
		out.Looked++
		letters[d.about()]++
		if passedOver(d.Reason) {
			failed++
		}
		f.letter(d, out)
	}
	if failed > 0 {
		out.note("%d inputs were passed over by who failed at them twice: what should have come of them is not looked for", failed)
	}
	begins(f, "dead letters", out, messages.TopicDeadLetters)
	want := func(m *mark, reason string) {
		at := caused{tp: m.tp, offset: m.offset}
		if m.timeMs < f.lettersOf(m) || !f.hadToTake(m) {
			return
		}
		out.Looked++
		if n := letters[at]; n != 1 {
			out.Find(m.String(), "it is %s, and has %d dead letters", reason, n)
		}
	}
	bounds := 0
	for _, r := range f.refused {
		if r.reason == reasonAhead && f.then.others != "" && letters[caused{tp: r.tp, offset: r.offset}] == 0 {
			bounds++
			continue
		}
		want(r.mark, r.reason)
	}
	if bounds > 0 {
		out.note("%d records are further ahead than may be and have no dead letter: %s", bounds, f.then.others)
	}
	f.then.tell(out)
	for at := range f.exchanges.other {
		want(f.at(at.tp, at.offset), reasonExchange)
	}
}

// letter judges one dead letter.
func (f *facts) letter(d *letterFact, out *Result) {
	at := d.about()
	if at.tp != d.source() || at.offset != d.origin.Offset {
		out.Find(d.String(), "it is about %s/%d, and was caused by %s", at.tp, at.offset, d.origin)
		return
	}
	if passedOver(d.Reason) && !f.subject.Live {
		out.Find(d.String(), "%s at %s/%d: %s", d.Reason, at.tp, at.offset, d.Error)
	}
	if !isInput(at.tp.Topic) || f.at(at.tp, at.offset) == nil {
		return // a timer's, or of what is deleted since
	}
	switch r := f.refused[at]; {
	case r != nil && d.Reason != r.reason:
		out.Find(d.String(), "%s/%d is %s, and its dead letter says %s", at.tp, at.offset, r.reason, d.Reason)
	case r != nil && (d.Length != r.length || d.Hash != r.hash):
		out.Find(d.String(), "of %s/%d, which has %d bytes, it has length %d and hash %.8s", at.tp, at.offset, r.length, d.Length, d.Hash)
	case r != nil:
	case d.Reason == reasonAhead && f.then.refused[at]:
	case !slices.Contains(reasonsOf[at.tp.Topic], d.Reason):
		out.Find(d.String(), "it says %s of %s/%d, where nothing of the kind is", d.Reason, at.tp, at.offset)
	case d.Reason == reasonExchange && !f.exchanges.mismatch(at):
		out.Find(d.String(), "it says %s of %s/%d, which has the exchange of its symbol", d.Reason, at.tp, at.offset)
	}
}

// hadToTake tells whether an input that can't be taken in was passed by the shard that
// writes its dead letter. Where a live one began to read ticks is known by its
// outputs, and where it began to read the rest of others' records is not.
func (f *facts) hadToTake(m *mark) bool {
	id := messages.ShardID{Kind: messages.AccountShard, Partition: m.tp.Partition}
	switch m.tp.Topic {
	case messages.TopicCommands:
	case messages.TopicTicks:
		id.Kind = messages.SymbolShard
		if begin, ok := f.first[m.tp]; f.subject.Live && (!ok || m.offset < begin) {
			return false
		}
	default:
		n := f.partitions(messages.TopicCommands)
		if f.subject.Live || n == 0 {
			return false
		}
		id.Partition %= n
	}
	return f.passed(id, m.tp, m.offset)
}

// firstOfTicks gives the first tick of each partition of which something came, and
// whether updates were deleted.
func (f *facts) firstOfTicks() (map[messages.TopicPartition]int64, bool) {
	first, beheaded := make(map[messages.TopicPartition]int64), false
	for _, topic := range []string{messages.TopicUpdates, messages.TopicDeadLetters} {
		for p := range f.partitions(topic) {
			tp := messages.TopicPartition{Topic: topic, Partition: p}
			beheaded = beheaded || topic == messages.TopicUpdates && f.offsets[tp].Start > 0
			for _, m := range f.marks[tp] {
				if !m.written || m.past || m.origin.Topic != messages.TopicTicks {
					continue
				}
				if at, ok := first[m.source()]; !ok || m.origin.Offset < at {
					first[m.source()] = m.origin.Offset
				}
			}
		}
	}
	return first, beheaded
}

// exchanges says which ticks have another exchange than their symbol.
type exchanges struct {
	// other have; believed are those of which only their dead letters say so.
	other, believed map[caused]bool
}

func (e *exchanges) mismatch(at caused) bool { return e.other[at] || e.believed[at] }

// otherExchanges holds the exchange of each tick against that of its symbol: the exchange
// of its first tick. Replays begin their symbols afresh, which source counted then is
// not the check's to say; so there dead letters are believed, and at the beginning
// of what is left of a log.
func (f *facts) otherExchanges() exchanges {
	type symbolAt struct {
		tp     messages.TopicPartition
		symbol string
	}
	e := exchanges{other: make(map[caused]bool), believed: make(map[caused]bool)}
	said := make(map[caused]bool)
	for i := range f.letters {
		if d := &f.letters[i]; d.Reason == reasonExchange {
			said[d.about()] = true
		}
	}
	n := f.partitions(messages.TopicTicks)
	replayed := make(map[string]bool)
	for i := range f.ticks {
		if t := &f.ticks[i]; strings.HasPrefix(t.source, "replay-") {
			replayed[t.symbol] = true
		}
	}
	is := make(map[symbolAt]string)
	for i := range f.ticks {
		t := &f.ticks[i]
		at, s := caused{tp: t.tp, offset: t.offset}, symbolAt{t.tp, t.symbol}
		begin, began := f.first[t.tp]
		if f.failed[at] || f.subject.Live && (!began || t.offset < begin) || messages.HomePartition([]byte(t.symbol), n) != t.tp.Partition {
			continue
		}
		exchange, known := is[s]
		switch {
		case replayed[t.symbol], !known && said[at] && (f.truncated || f.offsets[t.tp].Start > 0):
			if said[at] {
				e.believed[at] = true
			}
		case !known:
			is[s] = t.exchange
		case t.exchange != exchange:
			e.other[at] = true
		}
	}
	return e
}
