package check

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sort"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/ident"
)

// eventTopics are the topics whose records are facts, beside the state topics.
var eventTopics = []string{
	messages.TopicTicks, messages.TopicCommands, messages.TopicStrategies, messages.TopicUpdates, messages.TopicSignals,
	messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts, messages.TopicDeadLetters,
}

// homes are the topics whose partitions are shards.
var homes = map[messages.ShardKind]string{
	messages.SymbolShard: messages.TopicTicks, messages.AccountShard: messages.TopicCommands,
}

// mark is what every record has: its place, who wrote it, and what caused it.
type mark struct {
	tp          messages.TopicPartition
	offset      int64
	key, writer string
	// origin is set when written, that is when Velox wrote the record.
	written bool
	origin  messages.Origin
	sum     uint64 // of the value
	// owner is whose output it is, within which nothing overtakes: the key, an
	// order's strategy, nobody's own for updates.
	owner string
}

func (m *mark) String() string { return fmt.Sprintf("%s/%d", m.tp, m.offset) }

// source is the partition that the origin is of.
func (m *mark) source() messages.TopicPartition {
	return messages.TopicPartition{Topic: m.origin.Topic, Partition: m.origin.Partition}
}

type (
	orderFact struct {
		*mark
		messages.OrderEvent
	}
	positionFact struct {
		*mark
		messages.PositionUpdate
	}
	alertFact struct {
		*mark
		messages.RiskAlert
	}
	signalFact struct {
		*mark
		messages.Signal
	}
	commandFact struct {
		*mark
		messages.Command
	}
	letterFact struct {
		*mark
		messages.DeadLetter
	}
	// valueFact keeps the bytes of what is decoded only when it is compared.
	valueFact struct {
		*mark
		record *messages.Record
	}
)

// shardState is what a shard has saved last.
type shardState struct {
	record *veloxpb.ShardState
	parts  map[string]*veloxpb.EntityState
}

// facts is a log as the checkers see it: every committed record, in the order of
// its partition, and what it says.
type facts struct {
	subject *Subject
	records int
	offsets map[messages.TopicPartition]Offsets
	marks   map[messages.TopicPartition][]*mark

	ticks, updates []valueFact
	commands       []commandFact
	signals        []signalFact
	orders         []orderFact
	positions      []positionFact
	alerts         []alertFact
	letters        []letterFact
	states         map[messages.ShardID]*shardState

	// users maps every strategy that there ever was to its user; live are the users
	// whose accounts trade at a live venue.
	users map[string]string
	live  map[string]bool
	// unreadable are records of Velox that its own decoders refuse.
	unreadable Result
}

// read reads the whole log once.
func read(s *Subject, progress func(messages.TopicPartition)) (*facts, error) {
	f := &facts{
		subject: s, offsets: make(map[messages.TopicPartition]Offsets), marks: make(map[messages.TopicPartition][]*mark),
		states: make(map[messages.ShardID]*shardState), users: make(map[string]string), live: make(map[string]bool),
		unreadable: Result{Check: "readable", Promise: "what Velox wrote can be read"},
	}
	for _, topic := range eventTopics {
		err := f.each(topic, progress, func(r *messages.Record) error { f.take(r); return nil })
		if err != nil {
			return nil, err
		}
	}
	for kind := range homes {
		if err := f.each(messages.StateTopic(kind), progress, func(r *messages.Record) error { return f.takeState(kind, r) }); err != nil {
			return nil, err
		}
	}
	f.nameUsers()
	return f, nil
}

func (f *facts) each(topic string, progress func(messages.TopicPartition), take func(*messages.Record) error) error {
	n, err := f.subject.View.Partitions(topic)
	if err != nil {
		return fmt.Errorf("partitions of %s: %w", topic, err)
	}
	for p := range n {
		tp := messages.TopicPartition{Topic: topic, Partition: p}
		if f.offsets[tp], err = f.subject.View.Offsets(tp); err != nil {
			return fmt.Errorf("offsets of %s: %w", tp, err)
		}
		for r, err := range f.subject.View.Records(tp, Committed) {
			if err == nil {
				f.records++
				err = take(r)
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", tp, err)
			}
		}
		if progress != nil {
			progress(tp)
		}
	}
	return nil
}

func (f *facts) mark(r *messages.Record) *mark {
	m := &mark{tp: r.TopicPartition(), offset: r.Offset, key: string(r.Key), sum: digest(r.Value)}
	writer, written := r.Header(messages.HeaderWriter)
	if written {
		m.writer, m.written = string(writer), true
		text, _ := r.Header(messages.HeaderOrigin)
		var err error
		if m.origin, err = messages.ParseOrigin(string(text)); err != nil {
			f.unreadable.Find(m.String(), "%v", err)
			m.written = false
		}
	}
	if r.Topic != messages.TopicUpdates {
		m.owner = m.key
	}
	f.marks[m.tp] = append(f.marks[m.tp], m)
	return m
}

func digest(value []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(value)
	return h.Sum64()
}

// take takes one record in. What others wrote and nobody can read is the shards'
// business: it has a dead letter.
func (f *facts) take(r *messages.Record) {
	m := f.mark(r)
	f.unreadable.Looked++
	var err error
	switch r.Topic {
	case messages.TopicTicks:
		f.ticks = append(f.ticks, valueFact{m, r})
	case messages.TopicUpdates:
		f.updates = append(f.updates, valueFact{m, r})
	case messages.TopicCommands:
		var c messages.Command
		if c, err = messages.DecodeCommandRecord(r); err == nil {
			f.commands = append(f.commands, commandFact{m, c})
		}
	case messages.TopicStrategies:
		f.own(r)
	case messages.TopicSignals:
		var s messages.Signal
		if s, err = messages.DecodeSignalRecord(r); err == nil {
			f.signals = append(f.signals, signalFact{m, s})
		}
	case messages.TopicOrders:
		var e messages.OrderEvent
		if e, err = messages.DecodeOrderEventRecord(r); err == nil {
			m.owner = e.StrategyID
			f.orders = append(f.orders, orderFact{m, e})
		}
	case messages.TopicPositions:
		var p messages.PositionUpdate
		if p, err = messages.DecodePositionRecord(r); err == nil {
			f.positions = append(f.positions, positionFact{m, p})
		}
	case messages.TopicAlerts:
		var a messages.RiskAlert
		if a, err = messages.DecodeAlertRecord(r); err == nil {
			f.alerts = append(f.alerts, alertFact{m, a})
		}
	case messages.TopicDeadLetters:
		var d messages.DeadLetter
		if d, err = messages.DecodeDeadLetter(r.Value); err == nil {
			f.letters = append(f.letters, letterFact{m, d})
		}
	}
	if err != nil && m.written {
		f.unreadable.Find(m.String(), "%v", err)
	}
}

func (f *facts) own(r *messages.Record) {
	if r.Value == nil {
		return // whose it was stays true
	}
	if o, err := messages.DecodeStrategyOwner(r.Value); err == nil {
		f.users[o.StrategyID] = o.UserID
	}
}

// nameUsers adds the orders of no strategy, whose ids derive from their users.
func (f *facts) nameUsers() {
	name := func(user string) {
		for _, purpose := range []string{"manual", "risk"} {
			f.users[ident.Derive(user, purpose)] = user
		}
	}
	for i := range f.commands {
		c := &f.commands[i]
		name(c.UserID)
		if c.Type != "OPEN_ACCOUNT" {
			continue
		}
		var data struct {
			Venue string `json:"venue"`
		}
		if json.Unmarshal(c.Data, &data) == nil && data.Venue != "" && data.Venue != "paper" {
			f.live[c.UserID] = true
		}
	}
	for i := range f.positions {
		name(f.positions[i].UserID)
	}
}

func (f *facts) takeState(kind messages.ShardKind, r *messages.Record) error {
	id := messages.ShardID{Kind: kind, Partition: r.Partition}
	s := f.states[id]
	if s == nil {
		s = &shardState{parts: make(map[string]*veloxpb.EntityState)}
		f.states[id] = s
	}
	key := string(r.Key)
	if key == "shard/"+id.String() {
		s.record = &veloxpb.ShardState{}
		return wrapState(r, proto.Unmarshal(r.Value, s.record))
	}
	if r.Value == nil {
		delete(s.parts, key)
		return nil
	}
	e := &veloxpb.EntityState{}
	s.parts[key] = e
	return wrapState(r, proto.Unmarshal(r.Value, e))
}

func wrapState(r *messages.Record, err error) error {
	if err != nil {
		return fmt.Errorf("state record %s/%d, key %q: %w", r.TopicPartition(), r.Offset, r.Key, err)
	}
	return nil
}

// at finds the committed record at a place.
func (f *facts) at(tp messages.TopicPartition, offset int64) *mark {
	marks := f.marks[tp]
	i := sort.Search(len(marks), func(i int) bool { return marks[i].offset >= offset })
	if i == len(marks) || marks[i].offset != offset {
		return nil
	}
	return marks[i]
}
