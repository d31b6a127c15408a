package actors

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// place is where an update stands under its source partition.
type place struct {
	Offset int64 `json:"offset"`
	Index  int32 `json:"index"`
}

func (p place) above(q place) bool {
	return p.Offset > q.Offset || (p.Offset == q.Offset && p.Index > q.Index)
}

// accountUpdate is an update as the accounts of a shard share it.
type accountUpdate struct {
	event strategy.Event
	mark  account.Mark
	// from is the pair of input and source partition, and at the place of the
	// update in it: an account drops what is not above the highest place that it
	// has seen. An update that Velox did not write has no place.
	from string
	at   place
	// shard and opening are who wrote the update, when it is numbered.
	shard    int32
	opening  int64
	numbered bool
	// tickMs is the log's time of the tick, for the latency from tick to order.
	tickMs int64
}

// read decodes an update's record.
func (u *accountUpdate) read(r *messages.Record) error {
	var d messages.IndicatorUpdate
	if err := messages.DecodeUpdateRecord(r, &d); err != nil {
		return err
	}
	if len(r.Key) > 0 && string(r.Key) != d.Symbol {
		return &messages.DecodeError{Reason: reasonKeyMismatch, Detail: fmt.Sprintf("key %.64q, symbol %.64q", r.Key, d.Symbol)}
	}
	tf, err := market.ParseTimeframe(d.Timeframe)
	if err != nil {
		return &messages.DecodeError{Reason: messages.ReasonUnknown, Field: "timeframe", Detail: err.Error()}
	}
	u.event = strategy.Event{Symbol: d.Symbol, Timeframe: tf, TimeMs: d.TimeMs, Values: make([]strategy.Value, len(d.Indicators))}
	for i, v := range d.Indicators {
		u.event.Values[i] = strategy.Value{Name: v.Name, Value: v.Value, Realtime: v.Realtime}
	}
	price, volume, late, off := decimal.Decimal{}, decimal.Decimal{}, false, false
	if f := d.Forming; f != nil {
		u.event.Candle = &market.Candle{Open: f.Open, High: f.High, Low: f.Low, Close: f.Close, Volume: f.Volume}
		u.event.Candle.SetQuality(f.Quality)
		price = f.Close
	}
	// An update of others is a trade of its own, in a partition that no tick has.
	seq := market.Seq{Partition: -1 - r.Partition, Offset: r.Offset}
	if value, ok := r.Header(messages.HeaderTick); ok {
		h, err := messages.ParseTickHeader(value)
		if err != nil {
			return &messages.DecodeError{Reason: messages.ReasonWrongType, Field: messages.HeaderTick, Detail: err.Error()}
		}
		price, volume, late, off = h.Price, h.Volume, h.Late, h.OffSession
		u.event.Closed, u.tickMs = h.Closing, h.LogMs
	}
	toldMs := int64(0)
	if value, ok := r.Header(messages.HeaderTold); ok {
		var err error
		if toldMs, err = strconv.ParseInt(string(value), 10, 64); err != nil {
			return &messages.DecodeError{Reason: messages.ReasonWrongType, Field: messages.HeaderTold, Detail: err.Error()}
		}
	}
	if value, ok := r.Header(messages.HeaderEarlyClose); ok {
		var err error
		if u.event.Early, err = messages.ParseEarlyClose(value); err != nil {
			return &messages.DecodeError{Reason: messages.ReasonWrongType, Field: messages.HeaderEarlyClose, Detail: err.Error()}
		}
	}
	if h, ok := r.Header(messages.HeaderOrigin); ok && r.WrittenByVelox() {
		o, err := messages.ParseOrigin(string(h))
		if err != nil {
			return &messages.DecodeError{Reason: messages.ReasonWrongType, Field: messages.HeaderOrigin, Detail: err.Error()}
		}
		u.from = strconv.Itoa(int(r.Partition)) + "/" + o.Topic + "/" + strconv.Itoa(int(o.Partition))
		u.at = place{o.Offset, o.Index}
		u.shard = o.Partition
		u.opening, u.numbered = r.OpenedAs()
		if o.Topic == messages.TopicTicks {
			seq = market.Seq{Partition: o.Partition, Offset: o.Offset}
		}
	}
	u.event.Price = price
	u.mark = account.Mark{Symbol: d.Symbol, TimeMs: d.TimeMs, Price: price, Volume: volume, Seq: seq, Closing: u.event.Closed, ToldMs: toldMs, Late: late, OffSession: off, Early: u.event.Early}
	return nil
}

// strategiesStep tells whether strategies are to see the update: not a candle that
// is published again, for they have stepped on its close. What a late tick changed
// is in the values to come.
func (u *accountUpdate) strategiesStep() bool {
	return !u.event.Closed || u.event.Candle == nil || !u.event.Candle.Amended
}

// accountMachine is the machine of one account: the pure account, its strategies
// on their panel, and the places that it has seen.
type accountMachine struct {
	user   string
	config *Config
	live   panel

	account *account.Account
	panel   panel
	places  map[string]place
	// interest lists, by symbol and timeframe, the strategies that step on it.
	interest map[string][]string
	deployed map[string]account.Deployed
	// unmade are strategies that ran elsewhere and that this build can't make, and
	// why; kept is what they remember, until the account is told that they fail.
	unmade  map[string]error
	kept    map[string][]byte
	changed bool // strategies or symbols since the last note
	symbols int64
}

func newAccountMachine(user string, config *Config, live panel) *accountMachine {
	return &accountMachine{user: user, config: config, live: live, panel: newInline(), places: make(map[string]place), kept: make(map[string][]byte)}
}

// ready implements machine: from here on, the strategies are actors.
func (m *accountMachine) ready() {
	ids := m.ownIDs()
	states := m.panel.states(ids)
	for i, id := range ids {
		m.live.install(m.deployed[id], states[i])
	}
	m.panel = m.live
	m.changed = true
}

// ownIDs lists the strategies that run here, sorted; external ones, those that failed
// and those that this build can't make don't.
func (m *accountMachine) ownIDs() []string {
	var ids []string
	for _, d := range m.account.Strategies() {
		if !d.External && d.Status != account.Failed && m.unmade[d.StrategyID] == nil {
			ids = append(ids, d.StrategyID)
		}
	}
	return ids
}

// index makes what steps and routing need of the account's strategies.
func (m *accountMachine) index() {
	m.interest, m.deployed, m.unmade = make(map[string][]string), make(map[string]account.Deployed), make(map[string]error)
	for _, d := range m.account.Strategies() {
		m.deployed[d.StrategyID] = d
		if d.External || d.Status == account.Failed {
			continue
		}
		s, err := d.New()
		if err != nil {
			m.unmade[d.StrategyID] = err
			continue
		}
		for _, n := range s.Needs() {
			key := n.Symbol + "\x00" + n.Timeframe.String()
			m.interest[key] = append(m.interest[key], d.StrategyID)
		}
	}
	m.changed = true
}

// step implements machine.
func (m *accountMachine) step(b *batch, box *outbox) stepNote {
	for _, in := range b.inputs {
		box.in = in
		if b.skip[in.take] {
			continue
		}
		m.take(in, b.quarantine[in.take], box)
	}
	note := stepNote{dueMs: never}
	if m.changed || m.account.SymbolsRevision() != m.symbols {
		m.changed, m.symbols = false, m.account.SymbolsRevision()
		note.watchChange, note.wants = true, m.account.Symbols()
		note.takesOver = m.account.Venue() != account.PaperVenue || len(m.unmade) > 0
		for _, d := range m.account.Strategies() {
			note.strategies = append(note.strategies, d.StrategyID)
		}
	}
	return note
}

func (m *accountMachine) take(in *input, quarantined []string, box *outbox) {
	cause := account.Cause{Origin: in.origin.Topic + "/" + strconv.Itoa(int(in.origin.Partition)) + "/" + strconv.FormatInt(in.origin.Offset, 10)}
	for _, id := range quarantined {
		m.emit(m.account.StrategyFailed(id, "it failed twice on the same input", cause), box)
	}
	switch what := in.payload.(type) {
	case *accountUpdate:
		cause.TimeMs = what.event.TimeMs
		m.update(what, cause, box)
	case *messages.Command:
		cause.TimeMs = what.TimeMs
		m.command(what, cause, box)
	case *messages.Signal:
		cause.TimeMs = what.TimeMs
		m.signal(what, cause, box)
	case *messages.OrderEvent:
		cause.TimeMs = what.TimeMs
		m.emit(m.account.ExternalOrder(externalOrder(what), cause), box)
	case *messages.RiskAlert:
		cause.TimeMs = what.TimeMs
		m.emit(m.account.ExternalAlert(risk.Severity(what.Severity), what.Message, cause), box)
	case *venueReply:
		cause.TimeMs = what.report.TimeMs
		m.emit(m.account.VenueReport(what.report, cause), box)
	case *venueView:
		cause.TimeMs = what.timeMs
		if what.failure != "" {
			m.emit(m.account.Unreachable(what.question, what.failure, cause), box)
		} else {
			m.emit(m.account.Reconcile(what.snapshot, what.question, cause), box)
		}
	case *recovered:
		cause.TimeMs = what.timeMs
		m.failUnmade(cause, box)
		m.emit(m.account.Recover(cause), box)
	case *gap:
		cause.TimeMs = what.timeMs
		m.emit(m.account.Reduce("LOST_INPUTS", fmt.Sprintf("%d records of %s were deleted before they were taken in", what.lost, what.topic), cause), box)
	}
}

// recovered tells an account that a new owner has taken it up, and when.
type recovered struct{ timeMs int64 }

// failUnmade quarantines the strategies that this build can't make: the account, and
// its other strategies, go on without them.
func (m *accountMachine) failUnmade(cause account.Cause, box *outbox) {
	for _, id := range sortedKeys(m.unmade) {
		detail := fmt.Sprintf("%v; run a build that can make it, the same on all nodes, and give RESUME_STRATEGY, or DEPLOY it anew", m.unmade[id])
		m.emit(m.account.StrategyFailed(id, detail, cause), box)
		box.count(CountQuarantined, "strategy", 1)
	}
}

// update takes an update in: the price first, then the strategies, which see the
// account as it was before this input.
func (m *accountMachine) update(u *accountUpdate, cause account.Cause, box *outbox) {
	if u.from != "" {
		if last, ok := m.places[u.from]; ok && !u.at.above(last) {
			box.count(CountRepeats, "update", 1)
			return
		}
		m.places[u.from] = u.at
	}
	if !u.strategiesStep() {
		return
	}
	var questions []question
	for _, id := range m.interest[u.event.Symbol+"\x00"+u.event.Timeframe.String()] {
		questions = append(questions, question{id: id, event: &u.event, book: m.account.Book(id)})
	}
	m.emit(m.account.Mark(u.mark, cause), box)
	if len(questions) == 0 {
		return
	}
	for i, a := range m.panel.ask(questions) {
		if a.failure != "" {
			panic(&strategyFailure{id: questions[i].id, reason: a.failure})
		}
		if m.deployed[questions[i].id].Status != account.Paused {
			box.explain(questions[i].id, a.why)
		}
		for leg, g := range a.signals {
			if g.StrategyID != questions[i].id || g.Symbol == "" || len(g.Symbol) > messages.MaxTextBytes {
				panic(&strategyFailure{id: questions[i].id, reason: fmt.Sprintf("it gave a signal of strategy %.64q in symbol %.64q", g.StrategyID, g.Symbol)})
			}
			m.own(g, cause, leg, box)
		}
	}
}

// own takes in a signal of one of the account's own strategies, which is published
// whatever becomes of it, unless no reader would take it: then the rejected order
// tells of it alone. Of a paused strategy's, what cancels and what squares off are left.
func (m *accountMachine) own(g strategy.Signal, cause account.Cause, leg int, box *outbox) {
	if m.deployed[g.StrategyID].Status == account.Paused && !g.SquareOff {
		if g.Action != strategy.Hold {
			paused := strategy.Withheld{Symbol: g.Symbol, Exit: g.Exit, Reason: strategy.WithheldPaused}
			box.explain(g.StrategyID, strategy.Explanation{Withheld: []strategy.Withheld{paused}})
		}
		if !g.Cancel {
			return
		}
		g = strategy.Signal{StrategyID: g.StrategyID, Symbol: g.Symbol, TimeMs: g.TimeMs, Action: strategy.Hold, Confidence: g.Confidence, Cancel: true}
	}
	if g.Exit && g.Quantity.IsZero() {
		g.Quantity = m.account.Book(g.StrategyID).For(g.Symbol).Quantity.Abs()
	}
	if g.Confidence = min(max(g.Confidence, 0), 1); math.IsNaN(g.Confidence) {
		g.Confidence = 0
	}
	out := messages.Signal{
		StrategyID: g.StrategyID, Symbol: g.Symbol, TimeMs: g.TimeMs, Action: string(g.Action), Confidence: g.Confidence,
		Price: g.Price, Quantity: g.Quantity, StopLoss: g.StopLoss, Target: g.Target,
		TriggerPrice: g.Trigger, TrailingStop: g.TrailingStop, Validity: string(g.Validity), Cancel: g.Cancel,
	}
	for _, v := range g.Indicators {
		out.Indicators = append(out.Indicators, messages.NamedValue(v))
	}
	if out.Check() == nil {
		m.publishSignal(&out, box)
		box.count(CountSignals, "", 1)
	}
	m.emit(m.account.Signal(g, cause, leg), box)
}

// signal takes an external strategy's signal in.
func (m *accountMachine) signal(g *messages.Signal, cause account.Cause, box *outbox) {
	s := strategy.Signal{
		StrategyID: g.StrategyID, Symbol: g.Symbol, TimeMs: g.TimeMs, Action: strategy.Action(g.Action), Confidence: g.Confidence,
		Price: g.Price, Quantity: g.Quantity, StopLoss: g.StopLoss, Target: g.Target,
		Trigger: g.TriggerPrice, TrailingStop: g.TrailingStop, Validity: order.Validity(g.Validity), Cancel: g.Cancel,
	}
	for _, v := range g.Indicators {
		s.Indicators = append(s.Indicators, strategy.NamedValue(v))
	}
	box.count(CountSignals, "", 1)
	m.emit(m.account.Signal(s, cause, 0), box)
}

// command takes a command in. A refused one is a dead letter, a repeated one is
// dropped and counted.
func (m *accountMachine) command(c *messages.Command, cause account.Cause, box *outbox) {
	parsed, err := account.ParseCommand(c.CommandID, c.UserID, c.TimeMs, account.CommandType(c.Type), c.Data)
	var events []account.Event
	if err == nil {
		err = m.account.CheckVenue(parsed, func(venue string) bool { return m.config.hasVenue(m.user, venue) })
	}
	if err == nil {
		events, err = m.account.Command(parsed, cause)
	}
	switch {
	case errors.Is(err, account.ErrRepeated):
		box.count(CountRepeats, "command", 1)
		return
	case err != nil:
		m.config.Logger.Warn("command refused", "account", c.UserID, "command_id", c.CommandID, "type", c.Type, "reason", err.Error())
		box.dead(reasonRefused, "command "+c.Type, err.Error())
		return
	}
	m.emit(events, box)
}

func externalOrder(e *messages.OrderEvent) account.ExternalOrder {
	x := account.ExternalOrder{
		OrderID: e.OrderID, StrategyID: e.StrategyID, Symbol: e.Symbol, TimeMs: e.TimeMs, Type: account.OrderEventType(e.EventType),
		Side: order.Side(e.Order.TransactionType), Kind: order.Kind(e.Order.OrderType), Quantity: e.Order.Quantity, Price: e.Order.Price,
	}
	if e.Execution != nil {
		x.FilledQuantity, x.AveragePrice = e.Execution.FilledQuantity, e.Execution.AveragePrice
	}
	return x
}
