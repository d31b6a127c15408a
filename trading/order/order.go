package order

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// Side is BUY or SELL.
type Side string

// The sides.
const (
	Buy  Side = "BUY"
	Sell Side = "SELL"
)

// Valid tells whether s is one of the two.
func (s Side) Valid() bool { return s == Buy || s == Sell }

// Opposite gives the other side.
func (s Side) Opposite() Side {
	if s == Buy {
		return Sell
	}
	return Buy
}

// Signed gives q for a buy and -q for a sell.
func (s Side) Signed(q decimal.Decimal) decimal.Decimal {
	if s == Sell {
		return q.Neg()
	}
	return q
}

// Purpose says who wanted an order.
type Purpose string

// The purposes.
const (
	Signalled Purpose = "SIGNAL"   // a strategy's signal
	Manual    Purpose = "MANUAL"   // a command
	StopExit  Purpose = "STOPLOSS" // the account, at an entry's stop
	Target    Purpose = "TARGET"   // the account, at an entry's target
	RiskClose Purpose = "RISK"     // a limit
	Foreign   Purpose = "EXTERNAL" // placed by others, known by its fills
)

// Order is one order as its account keeps it. Money is exact; a zero Price,
// StopLoss or Target is absent.
type Order struct {
	ID         string `json:"id"`
	StrategyID string `json:"strategy_id"`
	// BookID is the strategy whose book the fills change: StrategyID's own, save
	// for closes by the risk strategy, which close the books of others.
	BookID   string          `json:"book_id"`
	Symbol   string          `json:"symbol"`
	Side     Side            `json:"side"`
	Kind     Kind            `json:"kind"`
	Purpose  Purpose         `json:"purpose"`
	Quantity decimal.Decimal `json:"quantity"`
	Price    decimal.Decimal `json:"price"`
	// Trigger is a stop's trigger price.
	Trigger  decimal.Decimal `json:"trigger_price,omitzero"`
	Validity Validity        `json:"validity,omitempty"`
	StopLoss decimal.Decimal `json:"stoploss"`
	Target   decimal.Decimal `json:"target"`
	// TrailingStop is the distance at which a stop follows the best price that was
	// traded since the entry.
	TrailingStop decimal.Decimal `json:"trailing_stop,omitzero"`
	// Exit: it never trades more than what there is to close.
	Exit     bool   `json:"exit,omitempty"`
	Status   Status `json:"status"`
	Reason   Reason `json:"reason,omitempty"`
	Detail   string `json:"detail,omitempty"`
	PlacedMs int64  `json:"placed_ms"`
	// EntryID is, for an exit at a stop or target, the order that it protects.
	EntryID string `json:"entry_id,omitempty"`
	// PlacedTick counts its symbol's ticks when it was placed or changed last: a
	// paper fill needs a later one. ChangedMs is the market time of that change, 0
	// when there was none.
	PlacedTick int64 `json:"placed_tick,omitempty"`
	ChangedMs  int64 `json:"changed_ms,omitempty"`
	// NextDay: it was placed, or changed last, for the day that has begun since.
	NextDay bool `json:"next_day,omitempty"`
	// DayOver: its day is over when the tick that says so was right, which the next one
	// tells.
	DayOver bool `json:"day_over,omitempty"`
	// Cause is the tick that caused the order, nil when none did or a later one has
	// come since.
	Cause *market.Seq `json:"cause,omitempty"`
	// Told is the tick that told of its own symbol's close, likewise, when that is of
	// another partition than Cause.
	Told *market.Seq `json:"told,omitempty"`
	// FilledQuantity and FilledValue are what was traded so far; their quotient is
	// the average price.
	FilledQuantity decimal.Decimal `json:"filled_quantity"`
	FilledValue    decimal.Decimal `json:"filled_value"`
	// Fees are what was charged for what was traded so far.
	Fees         decimal.Decimal `json:"fees,omitzero"`
	VenueOrderID string          `json:"venue_order_id,omitempty"`
	// Reached: the venue has shown that it has, or had, the order.
	Reached bool `json:"reached,omitempty"`
	// CancelSent: the venue was asked to cancel it, last when the account's clock
	// was CancelMs. CancelLost: that had no effect that anyone knows of.
	// CancelReason says why it was asked, and becomes the reason when the venue ends
	// the order.
	CancelSent   bool   `json:"cancel_sent,omitempty"`
	CancelLost   bool   `json:"cancel_lost,omitempty"`
	CancelMs     int64  `json:"cancel_ms,omitempty"`
	CancelReason Reason `json:"cancel_reason,omitempty"`
	// Wanted are the terms that a live venue was asked to give the order; zero when
	// it was not asked or has answered.
	Wanted Terms `json:"wanted,omitzero"`
}

// Protected tells whether what the order opens has a stop, a target or a trailing stop.
func (o *Order) Protected() bool {
	return !o.StopLoss.IsZero() || !o.Target.IsZero() || !o.TrailingStop.IsZero()
}

// Rest is the quantity that may still be traded. While a venue is asked for
// another quantity, it is the larger one that counts.
func (o *Order) Rest() decimal.Decimal {
	most := decimal.Max(o.Quantity, o.Wanted.Quantity)
	return decimal.Max(most.Sub(o.FilledQuantity), decimal.Decimal{})
}

// AveragePrice is the price of what was traded, half even at 8 places; 0 before
// the first fill.
func (o *Order) AveragePrice() decimal.Decimal {
	if o.FilledQuantity.IsZero() {
		return decimal.Decimal{}
	}
	return o.FilledValue.Div(o.FilledQuantity)
}

// Step moves the order's status, or gives a *TransitionError and changes nothing.
func (o *Order) Step(step Step) error {
	to, err := o.Status.Next(step)
	if err != nil {
		return err
	}
	if (to == Open || to == TriggerPending) && o.FilledQuantity.Sign() > 0 {
		to = PartiallyFilled // back from UNKNOWN
	}
	if to == Rejected && o.FilledQuantity.Sign() > 0 {
		to = Cancelled // from UNKNOWN: the rest is refused, what was traded stays
	}
	o.Status = to
	return nil
}

// Fill takes a trade in: quantity of it for value in all. It moves the status.
func (o *Order) Fill(quantity, value decimal.Decimal) error {
	filled := o.FilledQuantity.Add(quantity)
	step := FillPart
	if quantity.GreaterEq(o.Rest()) {
		step = FillWhole
	}
	if err := o.Step(step); err != nil {
		return err
	}
	o.FilledQuantity, o.FilledValue = filled, o.FilledValue.Add(value)
	return nil
}
