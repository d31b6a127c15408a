package messages

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

// TestFillsOfOthersSayWhatWasTraded: a fill by others must have a side, a quantity and a
// price, for it is taken as fact. That an order is over must have a side; that it was
// placed, which is passed over, need not.
func TestFillsOfOthersSayWhatWasTraded(t *testing.T) {
	one := decimal.FromInt(1)
	event := func(change func(*OrderEvent)) *OrderEvent {
		e := &OrderEvent{EventType: "FILLED", Order: OrderDetails{TransactionType: Sell}, Execution: &Execution{AveragePrice: one, FilledQuantity: one}}
		change(e)
		return e
	}
	for name, c := range map[string]struct {
		change func(*OrderEvent)
		reason string
	}{
		"no side":           {func(e *OrderEvent) { e.Order.TransactionType = "" }, ReasonMissing},
		"no such side":      {func(e *OrderEvent) { e.Order.TransactionType = "buy" }, ReasonUnknown},
		"no execution":      {func(e *OrderEvent) { e.Execution = nil }, ReasonMissing},
		"nothing traded":    {func(e *OrderEvent) { e.Execution.FilledQuantity = decimal.Decimal{} }, ReasonOutOfRange},
		"less than nothing": {func(e *OrderEvent) { e.Execution.FilledQuantity = one.Neg() }, ReasonOutOfRange},
		"no price":          {func(e *OrderEvent) { e.Execution.AveragePrice = decimal.Decimal{} }, ReasonOutOfRange},
		"of a large price":  {func(e *OrderEvent) { e.Order.Price, e.Execution.Fees = most, most }, ReasonOutOfRange},
		"a price below 0":   {func(e *OrderEvent) { e.Execution.AveragePrice = one.Neg() }, ReasonOutOfRange},
	} {
		if err := event(c.change).CheckInput(); err == nil || DecodeReason(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	if err := event(func(*OrderEvent) {}).CheckInput(); err != nil {
		t.Error(err)
	}
	for _, kind := range []string{"CANCELLED", "REJECTED"} {
		for side, reason := range map[string]string{"": ReasonMissing, "sell": ReasonUnknown, Sell: ""} {
			err := event(func(e *OrderEvent) { *e = OrderEvent{EventType: kind, Order: OrderDetails{TransactionType: side}} }).CheckInput()
			if reason == "" && err != nil || reason != "" && (err == nil || DecodeReason(err) != reason) {
				t.Errorf("%s of side %q: %v, want %s", kind, side, err, reason)
			}
		}
	}
	if err := event(func(e *OrderEvent) { *e = OrderEvent{EventType: "PLACED"} }).CheckInput(); err != nil {
		t.Error(err)
	}
}
