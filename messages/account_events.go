package messages

import (
	"bytes"
	"encoding/json"

	"github.com/velox-trading/velox/trading/decimal"
)

// Execution is what an order has traded so far.
type Execution struct {
	AveragePrice    decimal.Decimal `json:"average_price"`
	FilledQuantity  decimal.Decimal `json:"filled_quantity"`
	ExecutionTimeMs int64           `json:"execution_time"`
	// Fees are what the order has cost so far; absent without.
	Fees decimal.Decimal `json:"fees,omitzero"`
}

// OrderDetails are an order's own terms and its status.
type OrderDetails struct {
	TransactionType string          `json:"transaction_type"`
	OrderType       string          `json:"order_type"`
	Quantity        decimal.Decimal `json:"quantity"`
	Price           decimal.Decimal `json:"price"`
	Status          string          `json:"status"`
	// TriggerPrice is a stop's; Validity is IOC, or absent for an order of the day.
	TriggerPrice decimal.Decimal `json:"trigger_price,omitzero"`
	Validity     string          `json:"validity,omitempty"`
	// Reason says why an order was rejected or cancelled; absent otherwise.
	Reason string `json:"reason,omitempty"`
	// Detail says it in words: what was wrong, and what is allowed; a venue's own
	// words. Absent where the reason says all.
	Detail string `json:"detail,omitempty"`
	// BookID is the strategy whose position the order changes, where that is not the
	// order's own: closes by the account's limits.
	BookID string `json:"book_id,omitempty"`
}

// OrderEvent is a record of order-events.
type OrderEvent struct {
	OrderID    string       `json:"order_id"`
	StrategyID string       `json:"strategy_id"`
	Symbol     string       `json:"symbol"`
	TimeMs     int64        `json:"timestamp"`
	EventType  string       `json:"event_type"`
	Order      OrderDetails `json:"order"`
	Execution  *Execution   `json:"execution,omitempty"`
}

// PositionDetails is what an account holds of a symbol.
type PositionDetails struct {
	Quantity      decimal.Decimal `json:"quantity"`
	AveragePrice  decimal.Decimal `json:"average_price"`
	CurrentPrice  decimal.Decimal `json:"current_price"`
	UnrealizedPnL decimal.Decimal `json:"unrealized_pnl"`
	RealizedPnL   decimal.Decimal `json:"realized_pnl"`
	Status        string          `json:"status"`
	// Fees are what the position has cost since it was opened, in neither profit;
	// absent without.
	Fees decimal.Decimal `json:"fees,omitzero"`
}

// PositionUpdate is a record of position-updates.
type PositionUpdate struct {
	PositionID string          `json:"position_id"`
	UserID     string          `json:"user_id"`
	Symbol     string          `json:"symbol"`
	TimeMs     int64           `json:"timestamp"`
	EventType  string          `json:"event_type"`
	Position   PositionDetails `json:"position"`
}

// RiskAlert is a record of risk-alerts. Data is a JSON object of the alert's
// numbers, with "positions_to_close" where something is to be closed.
type RiskAlert struct {
	AlertID   string          `json:"alert_id"`
	UserID    string          `json:"user_id"`
	TimeMs    int64           `json:"timestamp"`
	AlertType string          `json:"alert_type"`
	Severity  string          `json:"severity"`
	Message   string          `json:"message"`
	Data      json.RawMessage `json:"data,omitempty"`
}

// Command is a record of velox-account-commands: an instruction for one account.
type Command struct {
	CommandID string          `json:"command_id"`
	UserID    string          `json:"user_id"`
	TimeMs    int64           `json:"timestamp"`
	Type      string          `json:"type"`
	Data      json.RawMessage `json:"data,omitempty"`
}

// StrategyOwner is a record of velox-strategies, key strategy_id: whose the strategy is,
// or was until it was removed, and which account shards answer for what others write for
// it on strategy-signals and order-events.
type StrategyOwner struct {
	StrategyID string `json:"strategy_id"`
	UserID     string `json:"user_id"`
	// Number grows with each record of the strategy; 0 in those of versions without it.
	Number int64 `json:"number,omitempty"`
	// Answers are the shards that answer, each from its places to those of the next;
	// none in records of versions without it, where the user's shard answers for all.
	Answers []Answering `json:"answers,omitempty"`
	// Removed: nobody has it now. Until is where the user's shard stood then: what it
	// has not given to the strategy by then, it never will.
	Removed bool   `json:"removed,omitempty"`
	Until   Places `json:"until,omitempty"`
}

// Answering is an account shard and where it began to answer for a strategy.
type Answering struct {
	Shard int32  `json:"shard"`
	From  Places `json:"from,omitempty"`
}

// Places are the next offsets of topics' partitions, from partition 0 up; one that is
// missing is 0.
type Places map[string][]int64

// At gives the next offset of a partition.
func (p Places) At(tp TopicPartition) int64 {
	if at := p[tp.Topic]; int(tp.Partition) < len(at) {
		return at[tp.Partition]
	}
	return 0
}

// DeadLetter is a record of velox-dead-letters: an input that could not be taken
// in, why, and where it stands.
type DeadLetter struct {
	Reason    string `json:"reason"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Stage     string `json:"stage"`
	Error     string `json:"error"`
	Length    int    `json:"length"`
	Hash      string `json:"hash"`
	// Data is at most 64 KiB of the value, base64 in JSON.
	Data []byte `json:"data"`
}

// appendJSON appends v's JSON. The types of this file always have one: their
// raw parts were checked when they were decoded or made. Texts stay readable:
// what only a web page would have to escape is left as it is.
func appendJSON(b []byte, v any) []byte {
	w := bytes.NewBuffer(b)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(w.Bytes(), []byte("\n"))
}

// AppendOrderEvent appends the event's JSON in the seed's order.
func AppendOrderEvent(b []byte, e *OrderEvent) []byte { return appendJSON(b, e) }

// AppendPosition appends the update's JSON in the seed's order.
func AppendPosition(b []byte, p *PositionUpdate) []byte { return appendJSON(b, p) }

// AppendAlert appends the alert's JSON in the seed's order.
func AppendAlert(b []byte, a *RiskAlert) []byte { return appendJSON(b, a) }

// AppendCommand appends the command's JSON.
func AppendCommand(b []byte, c *Command) []byte { return appendJSON(b, c) }

// AppendStrategyOwner appends the owner's JSON.
func AppendStrategyOwner(b []byte, o *StrategyOwner) []byte { return appendJSON(b, o) }

// AppendDeadLetter appends the dead letter's JSON.
func AppendDeadLetter(b []byte, d *DeadLetter) []byte { return appendJSON(b, d) }
