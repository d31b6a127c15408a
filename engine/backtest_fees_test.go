package engine

import (
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/performance"
)

// TestBacktestTakesFees: order events tell what an order has cost so far; each fill
// of a backtest has its own part of it.
func TestBacktestTakesFees(t *testing.T) {
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}}}})
	d := decimal.MustParse
	event := func(kind, status, filled, fees string) *messages.OrderEvent {
		return &messages.OrderEvent{
			OrderID: "o", StrategyID: ident.Derive("u", "s"), Symbol: "X", TimeMs: 1, EventType: kind,
			Order:     messages.OrderDetails{TransactionType: "BUY", Quantity: d("10"), Status: status},
			Execution: &messages.Execution{AveragePrice: d("5"), FilledQuantity: d(filled), Fees: d(fees), ExecutionTimeMs: 1},
		}
	}
	changed := event("PLACED", "PENDING", "0", "0")
	changed.Execution = nil
	for _, e := range []*messages.OrderEvent{
		changed, changed, event("FILLED", "PARTIALLY_FILLED", "4", "20.5"), event("FILLED", "PARTIALLY_FILLED", "6", "20.7"), event("CANCELLED", "CANCELLED", "6", "20.7"),
	} {
		if err := c.order(e); err != nil {
			t.Fatal(err)
		}
	}
	if c.placed != 1 || len(c.traded) != 0 {
		t.Errorf("one order that was changed once counts as %d; %d are open at the end", c.placed, len(c.traded))
	}
	if len(c.fills) != 2 || c.fills[0].Fees != d("20.5") || c.fills[1].Fees != d("0.2") {
		t.Errorf("fills %+v", c.fills)
	}
}

// TestBacktestCountsAnOrderOnce: one that is triggered or changed is placed again on
// the wire, and still is one order.
func TestBacktestCountsAnOrderOnce(t *testing.T) {
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}}}})
	for _, told := range [][3]string{
		{"a", "PLACED", "TRIGGER_PENDING"},
		{"a", "PLACED", "TRIGGER_PENDING"},
		{"b", "PLACED", "PENDING"},
		{"a", "PLACED", "OPEN"},
		{"a", "CANCELLED", "CANCELLED"},
		{"b", "CANCELLED", "CANCELLED"},
	} {
		e := messages.OrderEvent{
			OrderID: told[0], StrategyID: ident.Derive("u", "s"), Symbol: "X", TimeMs: 1, EventType: told[1],
			Order: messages.OrderDetails{TransactionType: "BUY", Quantity: decimal.FromInt(10), Status: told[2]},
		}
		if err := c.order(&e); err != nil {
			t.Fatal(err)
		}
	}
	if c.placed != 2 || len(c.traded) != 0 {
		t.Errorf("%d placed, %d open", c.placed, len(c.traded))
	}
}

// TestBacktestKnowsWhoseClosesAre: what risk closes is a fill of the strategy that the
// order names, also where another one holds just as much.
func TestBacktestKnowsWhoseClosesAre(t *testing.T) {
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}, {Name: "t"}}}})
	closed := messages.OrderEvent{
		OrderID: "o", StrategyID: account.RiskStrategy("u"), Symbol: "X", TimeMs: 1, EventType: "FILLED",
		Order: messages.OrderDetails{
			TransactionType: "SELL", Quantity: decimal.FromInt(10), Status: "FILLED", BookID: ident.Derive("u", "t"),
		},
		Execution: &messages.Execution{AveragePrice: decimal.FromInt(5), FilledQuantity: decimal.FromInt(10), ExecutionTimeMs: 1},
	}
	if err := c.order(&closed); err != nil {
		t.Fatal(err)
	}
	if want := (performance.Book{Account: "u", Strategy: "t", Symbol: "X"}); len(c.fills) != 1 || c.fills[0].Book != want {
		t.Errorf("fills %+v, want one of %+v", c.fills, want)
	}
	closed.OrderID, closed.Order.BookID = "p", "nobody's"
	if err := c.order(&closed); err == nil || !strings.Contains(err.Error(), "nobody's") {
		t.Errorf("a close of a book that no account has: %v", err)
	}
}
