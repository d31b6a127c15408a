package order

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
)

// Kind is the type of an order.
type Kind string

// The kinds. A stop waits until a trade is at its trigger price or beyond: above
// for a buy, below for a sell. Then StopLimit is a limit order and StopMarket a
// market order.
const (
	Market     Kind = "MARKET"
	Limit      Kind = "LIMIT"
	StopLimit  Kind = "SL"
	StopMarket Kind = "SL-M"
)

// Valid tells whether k is a kind that venues take.
func (k Kind) Valid() bool {
	return k == Market || k == Limit || k == StopLimit || k == StopMarket
}

// Limited tells whether an order of the kind has a limit price.
func (k Kind) Limited() bool { return k == Limit || k == StopLimit }

// Stop tells whether an order of the kind has a trigger price.
func (k Kind) Stop() bool { return k == StopLimit || k == StopMarket }

// KindOf gives the kind that an order's prices make it; a zero price is absent.
func KindOf(price, trigger decimal.Decimal) Kind {
	switch {
	case trigger.IsZero() && price.IsZero():
		return Market
	case trigger.IsZero():
		return Limit
	case price.IsZero():
		return StopMarket
	}
	return StopLimit
}

// Validity is how long an order may wait for its price.
type Validity string

// The validities. A Day order that waits for a price is cancelled when its day
// ends; Day is the default, also for the empty text. An IOC order, immediate or
// cancel, trades what it can at the first chance, and the rest is cancelled.
const (
	Day Validity = "DAY"
	IOC Validity = "IOC"
)

// Valid tells whether v is one of the two, or empty.
func (v Validity) Valid() bool { return v == "" || v == Day || v == IOC }

// Terms are what of an order can be changed while it is open. A zero price is
// absent.
type Terms struct {
	Kind     Kind            `json:"kind"`
	Quantity decimal.Decimal `json:"quantity"` // all of it, with what was traded already
	Price    decimal.Decimal `json:"price"`
	Trigger  decimal.Decimal `json:"trigger_price"`
}

// Terms gives the order's present terms.
func (o *Order) Terms() Terms {
	return Terms{Kind: o.Kind, Quantity: o.Quantity, Price: o.Price, Trigger: o.Trigger}
}

// SetTerms gives the order other terms. What no order of the kind has is dropped.
func (o *Order) SetTerms(t Terms) {
	o.Kind, o.Quantity, o.Price, o.Trigger = t.Kind, t.Quantity, t.Price, t.Trigger
	if !o.Kind.Limited() {
		o.Price = decimal.Decimal{}
	}
	if !o.Kind.Stop() {
		o.Trigger = decimal.Decimal{}
	}
}

// Waits tells whether the order waits for a price: a limit order, or a stop that
// was not triggered.
func (o *Order) Waits() bool {
	return o.Kind.Limited() || o.Status == TriggerPending
}

// CheckTerms gives the reason why an order can't have its terms, and words; ""
// when it can. It looks at the order alone.
func (o *Order) CheckTerms() (Reason, string) {
	switch {
	case o.Kind.Limited() && o.Price.Sign() <= 0 || o.Price.Sign() < 0 || !o.Price.Bounded():
		return ReasonPrice, fmt.Sprintf("%v; want it above 0, and at most 92233720368.54775807", o.Price)
	case o.Kind.Stop() && o.Trigger.Sign() <= 0 || o.Trigger.Sign() < 0 || !o.Trigger.Bounded():
		return ReasonTrigger, fmt.Sprintf("%v; want it above 0, and at most 92233720368.54775807", o.Trigger)
	case !o.Kind.Stop() && !o.Trigger.IsZero():
		return ReasonTrigger, fmt.Sprintf("a %s order has none", o.Kind)
	case o.Kind == StopLimit && o.Side == Buy && o.Price.Less(o.Trigger):
		return ReasonTrigger, fmt.Sprintf("a buy that starts at %v can't trade at %v or less", o.Trigger, o.Price)
	case o.Kind == StopLimit && o.Side == Sell && o.Price.Greater(o.Trigger):
		return ReasonTrigger, fmt.Sprintf("a sell that starts at %v can't trade at %v or more", o.Trigger, o.Price)
	case !o.Validity.Valid():
		return ReasonValidity, fmt.Sprintf("%q; want DAY or IOC: no order waits beyond its day", o.Validity)
	case o.Validity == IOC && o.Kind.Stop():
		return ReasonValidity, fmt.Sprintf("IOC does not wait, and an %s order waits for its trigger; want DAY, or IOC with MARKET or LIMIT", o.Kind)
	}
	return "", ""
}
