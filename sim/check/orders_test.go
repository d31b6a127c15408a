package check

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// TestLateWordsOfAVenue: what a live venue may say late is no finding, and what it can't is.
func TestLateWordsOfAVenue(t *testing.T) {
	type event struct {
		what, status string
		filled       int64
	}
	placed, part := event{"PLACED", "PENDING", 0}, event{"FILLED", "PARTIALLY_FILLED", 1}
	for name, c := range map[string]struct {
		events []event
		found  bool
	}{
		"accepted when it was cancelled in part": {[]event{placed, part, {"CANCELLED", "CANCELLED", 1}, {"PLACED", "PARTIALLY_FILLED", 1}, {"FILLED", "FILLED", 2}}, false},
		"all was traded when it ends":            {[]event{placed, {"FILLED", "PARTIALLY_FILLED", 2}, {"FILLED", "FILLED", 2}}, false},
		"filled twice":                           {[]event{placed, {"FILLED", "FILLED", 2}, {"FILLED", "FILLED", 2}}, true},
		"filled with a part":                     {[]event{placed, part, {"FILLED", "FILLED", 1}}, true},
		"a part twice":                           {[]event{placed, part, part}, true},
		"open when it was cancelled in part":     {[]event{placed, part, {"CANCELLED", "CANCELLED", 1}, {"PLACED", "FILLED", 1}}, true},
	} {
		w := newWritten(t)
		w.more = func() {
			for i, x := range c.events {
				e := messages.OrderEvent{
					OrderID: "late", StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: x.what,
					Order: messages.OrderDetails{TransactionType: "BUY", OrderType: "MARKET", Quantity: decimal.FromInt(2), Status: x.status},
				}
				if x.filled > 0 {
					e.Execution = &messages.Execution{AveragePrice: decimal.FromInt(100), FilledQuantity: decimal.FromInt(x.filled), ExecutionTimeMs: baseMs}
				}
				w.put("late", messages.TopicOrders, "late", messages.AppendOrderEvent(nil, &e), by(accountBy, fmt.Sprintf("timer/0/%d/0", i+1))...)
			}
		}
		if got := textsOf(t, w.subject(), "orders"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
