package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/market"
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

func isHome(topic string) bool {
	return topic == messages.TopicTicks || topic == messages.TopicCommands
}

// mark is what every record has: its place, who wrote it, and what caused it.
type mark struct {
	tp          messages.TopicPartition
	offset      int64
	timeMs      int64 // the log's own time
	key, writer string
	// origin is set when written, that is when Velox wrote the record.
	written bool
	// opened: of updates, it was written at least once.
	opened bool
	origin messages.Origin
	sum    uint64 // of the value
	// owner is whose output it is, within which nothing overtakes: the key, an
	// order's strategy, nobody's own for updates.
	owner string
	// past: it was put out after the state that the log is cut at.
	past bool
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
	// tickFact is a tick that is one; the record is kept when candles are checked.
	tickFact struct {
		*mark
		record                   *messages.Record
		symbol, exchange, source string
		sentMs                   int64 // its own time
		price                    decimal.Decimal
	}
)

// ownerFact is what a strategy's owner's last record says; moved: it was removed, or had
// another owner.
type ownerFact struct {
	messages.StrategyOwner
	moved bool
}

// shardState is what a shard has saved last.
type shardState struct {
	record *veloxpb.ShardState
	at     positions // its frontier
	parts  map[string]*veloxpb.EntityState
}

// facts is a log as the checkers see it: every committed record, in the order of
// its partition, and what it says.
type facts struct {
	subject *Subject
	records int
	offsets map[messages.TopicPartition]Offsets
	counts  map[string]int32 // of partitions, by topic
	marks   map[messages.TopicPartition][]*mark
	texts   map[string]string

	ticks     []tickFact
	updates   []valueFact
	commands  []commandFact
	signals   []signalFact
	orders    []orderFact
	positions []positionFact
	alerts    []alertFact
	letters   []letterFact
	states    map[messages.ShardID]*shardState
	// refused are inputs that nobody can take in; they are in none of the above.
	refused  map[caused]*refusal
	interner *messages.Interner

	// users maps every strategy that there ever was to its user; live are the users
	// whose accounts trade at a live venue.
	users map[string]string
	// had lists all users that a strategy had, one after another.
	had map[string][]string
	// owners are the last records of strategies' owners.
	owners map[string]*ownerFact
	// givers are the users that ids of orders derive from, of strategies that several had.
	givers map[string]string
	// accounts are the saved accounts, elsewhere the scattered orders, once they were asked for.
	accounts  map[string]*savedAccount
	elsewhere map[string]bool
	live      map[string]bool
	// opened are the numbers of symbol shards' newest openings, as far as the updates
	// are read.
	opened map[openingPlace]int64
	// failed are the inputs that were passed over by who failed at them; first is the
	// first tick of each partition of which something came, and truncated whether updates
	// were deleted; exchanges are ticks of another exchange than their symbol's.
	failed    map[caused]bool
	first     map[messages.TopicPartition]int64
	truncated bool
	exchanges exchanges
	made      *course // by the first check that needs it
	then      then
	// unreadable are records of Velox that its own decoders refuse.
	unreadable Result
}

// read reads the whole log once.
func read(s *Subject, progress func(messages.TopicPartition)) (*facts, error) {
	f := &facts{
		subject: s, offsets: make(map[messages.TopicPartition]Offsets), counts: make(map[string]int32), marks: make(map[messages.TopicPartition][]*mark),
		texts: make(map[string]string), states: make(map[messages.ShardID]*shardState), users: make(map[string]string), had: make(map[string][]string), live: make(map[string]bool),
		opened: make(map[openingPlace]int64), owners: make(map[string]*ownerFact), then: newThen(),
		refused: make(map[caused]*refusal), interner: messages.NewInterner(),
		unreadable: Result{Check: readable, Promise: "what Velox wrote can be read", keep: s.Keep},
	}
	// States come first: whatever a shard had put out by then, and what caused it, is
	// in the partitions that are read after.
	for _, kind := range []messages.ShardKind{messages.AccountShard, messages.SymbolShard} {
		if err := f.each(messages.StateTopic(kind), progress, func(r *messages.Record) error { return f.takeState(kind, r) }); err != nil {
			return nil, err
		}
	}
	for _, topic := range eventTopics {
		err := f.each(topic, progress, func(r *messages.Record) error { f.take(r); return nil })
		if err != nil {
			return nil, err
		}
	}
	f.nameUsers()
	f.nameVenues()
	if s.Live {
		f.asOfThen()
		if err := f.cut(); err != nil {
			return nil, err
		}
	}
	f.failed = f.failures()
	f.first, f.truncated = f.firstOfTicks()
	f.exchanges = f.otherExchanges()
	return f, nil
}

func (f *facts) each(topic string, progress func(messages.TopicPartition), take func(*messages.Record) error) error {
	n, err := f.subject.View.Partitions(topic)
	if err != nil {
		return fmt.Errorf("partitions of %s: %w", topic, err)
	}
	f.counts[topic] = n
	for p := range n {
		tp := messages.TopicPartition{Topic: topic, Partition: p}
		if f.offsets[tp], err = f.scan(tp, func(r *messages.Record) error { f.records++; return take(r) }); err != nil {
			return err
		}
		if progress != nil {
			progress(tp)
		}
	}
	return nil
}

// scan reads a partition, and gives its offsets as they were before.
func (f *facts) scan(tp messages.TopicPartition, take func(*messages.Record) error) (Offsets, error) {
	o, err := f.subject.View.Offsets(tp)
	if err != nil {
		return o, fmt.Errorf("offsets of %s: %w", tp, err)
	}
	for r, err := range f.subject.View.Records(tp, Committed) {
		if err == nil {
			err = take(r)
		}
		if err != nil {
			return o, fmt.Errorf("read %s: %w", tp, err)
		}
	}
	return o, nil
}

func (f *facts) mark(r *messages.Record) *mark {
	m := &mark{tp: r.TopicPartition(), offset: r.Offset, timeMs: r.TimestampMs, key: f.text(r.Key), sum: digest(r.Value)}
	writer, written := r.Header(messages.HeaderWriter)
	if written {
		m.writer, m.written = f.text(writer), true
		text, _ := r.Header(messages.HeaderOrigin)
		var err error
		if m.origin, err = messages.ParseOrigin(string(text)); err != nil {
			f.unreadable.Find(m.String(), "%v", err)
			m.written = false
		}
	}
	if r.Topic == messages.TopicUpdates {
		_, m.opened = r.OpenedAs()
	} else {
		m.owner = m.key
	}
	f.marks[m.tp] = append(f.marks[m.tp], m)
	return m
}

// text keeps one copy of a key or a name: most are there many times.
func (f *facts) text(b []byte) string {
	if s, ok := f.texts[string(b)]; ok {
		return s
	}
	s := string(b)
	f.texts[s] = s
	return s
}

func digest(value []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(value)
	return h.Sum64()
}

// take takes one record in. What can't be taken in by the rules is a refusal, which
// has a dead letter; of Velox's own records it is a fault.
func (f *facts) take(r *messages.Record) {
	if r.Topic == messages.TopicUpdates && f.passedOver(r) {
		return
	}
	m := f.mark(r)
	f.unreadable.Looked++
	err := f.decode(m, r)
	switch {
	case err == nil || r.Topic == messages.TopicStrategies:
	case m.written && !isHome(r.Topic): // there it is a copy of what others wrote
		f.unreadable.Find(m.String(), "%v", err)
	case isInput(r.Topic):
		f.refuse(m, r, messages.DecodeReason(err))
	}
}

// decode keeps what a record says. The error is why it can't be taken in.
func (f *facts) decode(m *mark, r *messages.Record) error {
	switch r.Topic {
	case messages.TopicTicks:
		return f.takeTick(m, r)
	case messages.TopicUpdates:
		if f.values() {
			f.updates = append(f.updates, valueFact{m, r})
		}
		if !m.written {
			return f.foreignUpdate(r)
		}
	case messages.TopicCommands:
		c, err := messages.DecodeCommandRecord(r)
		if err == nil {
			err = sameKey(r, c.UserID)
		}
		if err != nil {
			return err
		}
		f.commands = append(f.commands, commandFact{m, c})
	case messages.TopicStrategies:
		f.own(r)
	case messages.TopicSignals:
		return f.takeSignal(m, r)
	case messages.TopicOrders:
		return f.takeOrder(m, r)
	case messages.TopicPositions:
		p, err := messages.DecodePositionRecord(r)
		if err != nil {
			return err
		}
		f.positions = append(f.positions, positionFact{m, p})
	case messages.TopicAlerts:
		a, err := messages.DecodeAlertRecord(r)
		if err != nil {
			return err
		}
		f.alerts = append(f.alerts, alertFact{m, a})
	case messages.TopicDeadLetters:
		d, err := messages.DecodeDeadLetter(r.Value)
		if err != nil {
			return err
		}
		f.letters = append(f.letters, letterFact{m, d})
	}
	return nil
}

func (f *facts) takeTick(m *mark, r *messages.Record) error {
	var k market.Tick
	err := messages.DecodeTickRecord(r, &k, f.interner)
	if err == nil {
		err = sameKey(r, k.Symbol)
	}
	if err != nil {
		return err
	}
	t := tickFact{mark: m, symbol: k.Symbol, exchange: k.Exchange, source: k.Source, sentMs: k.TimeMs, price: k.Price}
	if f.values() {
		t.record = r
	}
	if err := f.tooFarAhead(k.TimeMs, r); err != nil {
		f.then.ahead = append(f.then.ahead, t)
		return err
	}
	f.ticks = append(f.ticks, t)
	return nil
}

func (f *facts) takeSignal(m *mark, r *messages.Record) error {
	s, err := messages.DecodeSignalRecord(r)
	if err == nil && !s.IsRequest() && !m.written {
		err = sameKey(r, s.StrategyID)
	}
	if err != nil {
		return err
	}
	f.signals = append(f.signals, signalFact{m, s})
	return nil
}

func (f *facts) takeOrder(m *mark, r *messages.Record) error {
	e, err := messages.DecodeOrderEventRecord(r)
	if err == nil && !m.written {
		err = e.CheckInput()
	}
	if err != nil {
		return err
	}
	m.owner = e.StrategyID
	f.orders = append(f.orders, orderFact{m, e})
	return nil
}

// openingPlace is a partition of updates and a symbol shard that writes to it.
type openingPlace struct{ partition, shard int32 }

// passedOver tells whether readers pass an update over: a shard's opening, which is
// none, and what the owner before wrote behind it.
func (f *facts) passedOver(r *messages.Record) bool {
	if o, ok := r.Opening(); ok {
		at := openingPlace{r.Partition, o.Shard}
		f.opened[at] = max(f.opened[at], o.Number)
		return true
	}
	number, ok := r.OpenedAs()
	if !ok || !r.WrittenByVelox() {
		return false
	}
	text, _ := r.Header(messages.HeaderOrigin)
	origin, err := messages.ParseOrigin(string(text))
	return err == nil && number < f.opened[openingPlace{r.Partition, origin.Partition}]
}

// values tells whether the values of ticks and updates are needed: they are most of a
// live log.
func (f *facts) values() bool { return !f.subject.Live || f.subject.Candles != nil }

func (f *facts) own(r *messages.Record) {
	was := f.owners[string(r.Key)]
	if r.Value == nil { // whose it was stays true
		f.owners[string(r.Key)] = &ownerFact{moved: true}
		return
	}
	if o, err := messages.DecodeStrategyOwner(r.Value); err == nil {
		f.owners[string(r.Key)] = &ownerFact{o, o.Removed || was != nil && (was.moved || was.UserID != o.UserID)}
		f.users[o.StrategyID] = o.UserID
		if !slices.Contains(f.had[o.StrategyID], o.UserID) {
			f.had[o.StrategyID] = append(f.had[o.StrategyID], o.UserID)
		}
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
		if id := strategyOf(c); f.subject.Live && c.Type == "DEPLOY" && f.users[id] == "" {
			f.users[id] = c.UserID // the topic of owners forgets who was removed
		}
	}
	for i := range f.positions {
		name(f.positions[i].UserID)
	}
	f.nameByFills()
}

// nameVenues finds the accounts at live venues: by their states, or, without one, by the
// first command that has opened them, for no later one changes the venue.
func (f *facts) nameVenues() {
	venues := make(map[string]string)
	for user, a := range f.saved() {
		venues[user] = a.Venue
	}
	for c := range f.accepted() {
		if c.Type != "OPEN_ACCOUNT" || venues[c.UserID] != "" {
			continue
		}
		var data struct {
			Venue string `json:"venue"`
		}
		_ = json.Unmarshal(c.Data, &data) // it was carried out: it has none, or can be read
		venues[c.UserID] = cmp.Or(data.Venue, paperVenue)
	}
	for user, venue := range venues {
		f.live[user] = venue != "" && venue != paperVenue
	}
}

const paperVenue = "paper"

// strategyOf gives the strategy that a command is about.
func strategyOf(c *commandFact) string {
	var data struct {
		StrategyID string `json:"strategy_id"`
		Name       string `json:"name"`
	}
	if json.Unmarshal(c.Data, &data) == nil && data.StrategyID != "" {
		return data.StrategyID
	}
	return ident.Derive(c.UserID, data.Name)
}

func (f *facts) takeState(kind messages.ShardKind, r *messages.Record) error {
	if strings.HasPrefix(string(r.Key), messages.ClaimKey) { // says which cluster's shard it is: no state yet
		return nil
	}
	id := messages.ShardID{Kind: kind, Partition: r.Partition}
	s := f.states[id]
	if s == nil {
		s = &shardState{parts: make(map[string]*veloxpb.EntityState)}
		f.states[id] = s
	}
	key := string(r.Key)
	record, err := shardRecordOf(id, r)
	if err != nil {
		return err
	}
	if record != nil {
		s.record, s.at = record, positionsOf(record.Frontier)
		f.then.madeWith(kind, record.Settings, r.TimestampMs)
		return nil
	}
	if r.Value == nil {
		delete(s.parts, key)
		return nil
	}
	e := &veloxpb.EntityState{}
	s.parts[key] = e
	return wrapState(r, proto.Unmarshal(r.Value, e))
}

// shardRecordOf gives a shard's own record; nil for those of what belongs to it.
func shardRecordOf(id messages.ShardID, r *messages.Record) (*veloxpb.ShardState, error) {
	if string(r.Key) != "shard/"+id.String() {
		return nil, nil
	}
	record := &veloxpb.ShardState{}
	return record, wrapState(r, proto.Unmarshal(r.Value, record))
}

func wrapState(r *messages.Record, err error) error {
	if err != nil {
		return fmt.Errorf("state record %s/%d, key %q: %w", r.TopicPartition(), r.Offset, r.Key, err)
	}
	return nil
}

// updateOf gives the update of Velox that caused an output; nil when none did, or it is
// deleted.
func (f *facts) updateOf(m *mark) *mark {
	if m.origin.Topic != messages.TopicUpdates {
		return nil
	}
	if u := f.at(m.source(), m.origin.Offset); u != nil && u.written {
		return u
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
