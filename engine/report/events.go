package report

import (
	"encoding/json"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

// Fill is one execution, as it happened. Price is what was traded at, exactly; Value is
// Quantity times Price, half even at 8 places; all are positive.
type Fill struct {
	TimeMs int64 `json:"time_ms"`
	performance.Book
	Side     string          `json:"side"` // BUY or SELL
	Quantity decimal.Decimal `json:"quantity"`
	Price    decimal.Decimal `json:"price"`
	Value    decimal.Decimal `json:"value"`
	Fees     decimal.Decimal `json:"fees"`
	OrderID  string          `json:"order_id"`
}

// NewFill tells of a fill.
func NewFill(f *performance.Fill) Fill {
	out := Fill{
		TimeMs: f.TimeMs, Book: f.Book, Side: "BUY", Quantity: f.Quantity.Abs(), Price: f.Price, Value: f.Value.Abs(),
		Fees: f.Fees, OrderID: f.OrderID,
	}
	if f.Quantity.Sign() < 0 {
		out.Side = "SELL"
	}
	return out
}

// Order is one that was rejected or cancelled, as its last event tells.
type Order struct {
	TimeMs int64 `json:"time_ms"`
	performance.Book
	Side         string          `json:"side"` // BUY or SELL
	Type         string          `json:"type"`
	Quantity     decimal.Decimal `json:"quantity"`
	Price        decimal.Decimal `json:"price"`         // 0: none
	TriggerPrice decimal.Decimal `json:"trigger_price"` // 0: none
	// Filled is what was traded of it before.
	Filled decimal.Decimal `json:"filled"`
	// Reason is one of docs/orders.md, Detail says it in words where that says more.
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
	OrderID string `json:"order_id"`
}

// Alert is a risk alert. Data are its numbers, a JSON object.
type Alert struct {
	TimeMs   int64           `json:"time_ms"`
	Account  string          `json:"account"`
	Type     string          `json:"type"`
	Severity string          `json:"severity"`
	Message  string          `json:"message"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// Events are what happened, each list in the order of the log. Rejected, Cancelled
// and Alerts have at most ListLimit entries, the first ones; LeftOut counts the
// others.
type Events struct {
	Fills     []Fill  `json:"fills"`
	Rejected  []Order `json:"rejected_orders"`
	Cancelled []Order `json:"cancelled_orders"`
	Alerts    []Alert `json:"alerts"`
	LeftOut   LeftOut `json:"left_out"`
}

// LeftOut counts what lists have no room for.
type LeftOut struct {
	Rejected  int64 `json:"rejected_orders"`
	Cancelled int64 `json:"cancelled_orders"`
	Alerts    int64 `json:"alerts"`
}

// ListLimit is the most entries of a list that a run could fill with every tick:
// some 40 MB each.
const ListLimit = 100_000
