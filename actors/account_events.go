package actors

import (
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/strategy"
)

// emit turns what an account says into records and calls.
func (m *accountMachine) emit(events []account.Event, box *outbox) {
	for _, e := range events {
		switch e := e.(type) {
		case account.OrderEvent:
			m.emitOrder(&e, box)
		case account.PositionEvent:
			m.emitPosition(&e, box)
		case account.Alert:
			m.emitAlert(&e, box)
		case account.StrategyStatus:
			m.strategyStatus(&e, box)
		case account.VenueCommand:
			box.effects = append(box.effects, venueCall{user: m.user, command: e})
		case account.Ignored:
			box.count(CountRepeats, e.What, 1)
		}
	}
}

func (m *accountMachine) emitOrder(e *account.OrderEvent, box *outbox) {
	out := messages.OrderEvent{
		OrderID: e.OrderID, StrategyID: e.StrategyID, Symbol: e.Symbol, TimeMs: e.TimeMs, EventType: string(e.Type),
		Order: messages.OrderDetails{
			TransactionType: string(e.Side), OrderType: string(e.Kind), Quantity: e.Quantity, Price: e.Price,
			Status: string(e.Status), Reason: string(e.Reason), TriggerPrice: e.Trigger, Validity: string(e.Validity), BookID: e.BookID, Detail: words(e.Detail),
		},
	}
	if x := e.Execution; x != nil {
		out.Execution = &messages.Execution{AveragePrice: x.AveragePrice, FilledQuantity: x.FilledQuantity, ExecutionTimeMs: x.TimeMs, Fees: x.Fees}
	}
	encode := messages.AppendOrderEvent
	if m.config.Protobuf {
		encode = messages.AppendOrderEventProto
	}
	o := box.emit(messages.TopicOrders, []byte(e.OrderID), encode(nil, &out), schemaOrder)
	if u, ok := box.in.payload.(*accountUpdate); ok && e.Type == account.Placed {
		o.tickMs = u.tickMs
	}
	box.count(CountOrders, string(e.Type), 1)
}

// words bounds what an event says in words: a venue may say anything.
func words(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), messages.MaxTextBytes)], "")
}

func (m *accountMachine) emitPosition(e *account.PositionEvent, box *outbox) {
	out := messages.PositionUpdate{
		PositionID: e.PositionID, UserID: e.UserID, Symbol: e.Symbol, TimeMs: e.TimeMs, EventType: string(e.Type),
		Position: messages.PositionDetails{
			Quantity: e.Quantity, AveragePrice: e.AveragePrice, CurrentPrice: e.CurrentPrice,
			UnrealizedPnL: e.UnrealizedPnL, RealizedPnL: e.RealizedPnL, Status: e.Status, Fees: e.Fees,
		},
	}
	encode := messages.AppendPosition
	if m.config.Protobuf {
		encode = messages.AppendPositionProto
	}
	box.emit(messages.TopicPositions, []byte(e.UserID), encode(nil, &out), schemaPosition)
	box.count(CountPositions, string(e.Type), 1)
}

func (m *accountMachine) emitAlert(e *account.Alert, box *outbox) {
	out := messages.RiskAlert{
		AlertID: e.AlertID, UserID: e.UserID, TimeMs: e.TimeMs, AlertType: string(e.Type), Severity: string(e.Severity),
		Message: e.Message, Data: e.Data,
	}
	encode := messages.AppendAlert
	if m.config.Protobuf {
		encode = messages.AppendAlertProto
	}
	box.emit(messages.TopicAlerts, []byte(e.UserID), encode(nil, &out), schemaAlert)
	box.count(CountAlerts, string(e.Type)+"/"+string(e.Severity), 1)
}

func (m *accountMachine) publishSignal(g *messages.Signal, box *outbox) {
	encode := messages.AppendSignal
	if m.config.Protobuf {
		encode = messages.AppendSignalProto
	}
	box.emit(messages.TopicSignals, []byte(g.StrategyID), encode(nil, g), schemaSignal)
}

// strategyStatus keeps the panel in step with the account. A deployed strategy is
// written down as its user's, and what it needs is asked of the symbol shards.
func (m *accountMachine) strategyStatus(e *account.StrategyStatus, box *outbox) {
	m.index()
	id := e.StrategyID
	switch e.Status {
	case account.Removed:
		m.panel.remove(id)
		box.emit(messages.TopicStrategies, []byte(id), nil, schemaStrategy)
		return
	case account.Failed:
		m.panel.remove(id)
		return
	}
	if !e.Deployed {
		return
	}
	owner := messages.StrategyOwner{StrategyID: id, UserID: e.UserID}
	box.emit(messages.TopicStrategies, []byte(id), messages.AppendStrategyOwner(nil, &owner), schemaStrategy)
	if e.External {
		m.panel.remove(id) // it may have had rules before
		return
	}
	m.panel.install(m.deployed[id], nil)
	for _, n := range e.Needs {
		m.request(id, n, e.TimeMs, box)
	}
}

func (m *accountMachine) request(id string, n strategy.Need, timeMs int64, box *outbox) {
	m.publishSignal(&messages.Signal{
		StrategyID: id, Symbol: n.Symbol, TimeMs: timeMs, Action: messages.Hold,
		Timeframe: n.Timeframe.String(), Periods: n.Periods, RequestIndicators: n.Indicators,
	}, box)
}
