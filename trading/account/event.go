package account

import (
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// Event is something that an input caused: OrderEvent, PositionEvent, Alert,
// VenueCommand, StrategyStatus or Ignored, always as a value.
type Event interface{ event() }

// OrderEventType is what order-events call it.
type OrderEventType = order.EventType

// The types of order events. A partial fill is FILLED with status
// PARTIALLY_FILLED; an order of unknown fate is PLACED with status UNKNOWN, and
// so is, with its status, one that was changed or triggered.
const (
	Placed    = order.EventPlaced
	Filled    = order.EventFilled
	Cancelled = order.EventCancelled
	Rejected  = order.EventRejected
)

// OrderEvent is a record of order-events, key OrderID.
type OrderEvent struct {
	OrderID, StrategyID, Symbol string
	TimeMs                      int64
	Type                        OrderEventType
	Side                        order.Side
	Kind                        order.Kind
	Purpose                     order.Purpose
	// Price is a limit order's limit, Trigger a stop's trigger; 0 for none.
	Quantity, Price, Trigger decimal.Decimal
	Validity                 order.Validity // empty: DAY
	Status                   order.Status
	// BookID is the strategy whose book the order changes, where that is not
	// StrategyID; empty otherwise.
	BookID string
	// Reason and Detail say why an order was rejected or cancelled; empty otherwise.
	Reason order.Reason
	Detail string
	// Execution is everything that was traded of the order so far; nil before the
	// first fill.
	Execution *Execution
}

// Execution is what an order has traded.
type Execution struct {
	AveragePrice, FilledQuantity decimal.Decimal
	// Fees are what the order has cost so far; 0 when none are charged.
	Fees   decimal.Decimal
	TimeMs int64
}

// PositionEventType is what position-updates call it.
type PositionEventType string

// The types of position events.
const (
	Opened   PositionEventType = "OPENED"
	Closed   PositionEventType = "CLOSED"
	Modified PositionEventType = "MODIFIED"
)

// PositionEvent is a record of position-updates, key UserID: the account's net
// position in a symbol. A position has one PositionID from OPENED to CLOSED; a
// fill that turns long into short closes one and opens another.
type PositionEvent struct {
	PositionID, UserID, Symbol string
	TimeMs                     int64
	Type                       PositionEventType
	// Quantity is negative for short. RealizedPnL and Fees count since OPENED; fees
	// are in neither profit. Those of a fill that turns a position count to the one
	// that it closes.
	Quantity, AveragePrice, CurrentPrice decimal.Decimal
	UnrealizedPnL, RealizedPnL, Fees     decimal.Decimal
	Status                               string // OPEN or CLOSED
}

// AlertType is what risk-alerts call it.
type AlertType string

// The types of alerts that an account gives. System is everything outside of the
// limits.
const (
	AlertDailyLoss    AlertType = "DAILY_LOSS"
	AlertDrawdown     AlertType = "DRAWDOWN"
	AlertPositionSize AlertType = "POSITION_SIZE"
	AlertMargin       AlertType = "MARGIN"
	AlertSystem       AlertType = "SYSTEM"
)

// Alert is a record of risk-alerts, key UserID.
type Alert struct {
	AlertID, UserID string
	TimeMs          int64
	Type            AlertType
	Severity        risk.Severity
	Message         string
	// Data is a JSON object.
	Data []byte
}

// VenueAction is what a venue session is to do.
type VenueAction string

// The actions. Query asks what became of an order; its answer is a report. Change
// gives an open order other terms, all of which are in the command: doing it twice
// is doing it once. Show asks for all that the venue has of the account; its answer
// is for Reconcile, with the command's Question.
const (
	VenueSend   VenueAction = "SEND"
	VenueCancel VenueAction = "CANCEL"
	VenueChange VenueAction = "CHANGE"
	VenueQuery  VenueAction = "QUERY"
	VenueShow   VenueAction = "SHOW"
)

// SendDeadline is how long after the commit of its cause began an order may still be
// sent, or a change be asked for; the session checks it just before the write, and
// reports NOT_SENT when it has passed. A cancel has none: it is never taken back, a new
// owner repeats it himself, and a late one can only end what is to end.
const SendDeadline = 2 * time.Second

// VenueCommand is for the session of the account's live venue. It must not be
// acted on before the events of the same input are committed.
type VenueCommand struct {
	Action VenueAction
	Venue  string
	// ClientOrderID is the order's ID: the venue shows it again.
	ClientOrderID string
	// VenueOrderID is the venue's own id, if it is known.
	VenueOrderID string
	Symbol       string
	Side         order.Side
	Kind         order.Kind
	// Quantity, Price and Trigger are set for SEND and CHANGE, Quantity with what was
	// traded already; a price that the kind doesn't have is 0.
	Quantity, Price, Trigger decimal.Decimal
	Validity                 order.Validity // of SEND; empty: DAY
	// Deadline counts from the commit's beginning; 0 for none.
	Deadline time.Duration
	// Wanted, of QUERY, are the terms of a change that nobody has answered: until the
	// venue shows them, or they can't arrive any more, the question stays open.
	Wanted order.Terms
	// Repeat, of CHANGE, tells that the same was asked for before.
	Repeat bool
	// Question is the number of a SHOW, which has no order.
	Question int64
	// PerSecond, of SEND and CHANGE, is the account's orders_per_second, 0 for none. The
	// session keeps to it by the wall clock, as the account has by market time.
	PerSecond int64
	// Exit, of SEND, tells that the order only makes a position smaller: it goes to the
	// venue before entries that wait for their turn.
	Exit bool
}

// Status is where a strategy stands.
type Status string

// The statuses of strategies. Removed is only seen in events.
const (
	Running Status = "RUNNING"
	Paused  Status = "PAUSED"
	Failed  Status = "FAILED"
	Removed Status = "REMOVED"
)

// StrategyStatus tells that a strategy was deployed, or changed its status.
type StrategyStatus struct {
	UserID, StrategyID, Name string
	TimeMs                   int64
	Status                   Status
	// Deployed: it is new, or its rules are, or it goes on after it failed; its state
	// must start afresh. Needs is then what to ask of symbol shards.
	Deployed bool
	Needs    []strategy.Need
	External bool
	Detail   string
}

// Ignored tells that an input was dropped, so that it can be counted.
type Ignored struct {
	// What is "signal", "order", "report" or "snapshot".
	What   string
	Detail string
}

func (OrderEvent) event()     {}
func (PositionEvent) event()  {}
func (Alert) event()          {}
func (VenueCommand) event()   {}
func (StrategyStatus) event() {}
func (Ignored) event()        {}
