package engine

import (
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/performance"
)

// refusal is the event of an order of u's strategy s that was rejected or cancelled.
func refusal(kind, reason string) messages.OrderEvent {
	return messages.OrderEvent{
		OrderID: "o", StrategyID: ident.Derive("u", "s"), Symbol: "X", TimeMs: 7, EventType: kind,
		Order: messages.OrderDetails{
			TransactionType: "SELL", OrderType: "SL", Quantity: decimal.FromInt(10), Price: decimal.FromInt(4), TriggerPrice: decimal.FromInt(5),
			Status: kind, Reason: reason, Detail: "in words",
		},
	}
}

// TestBacktestListsRefusedOrders: with their terms, what was traded of them and why;
// an order of a strategy that nobody configured is told of by its id, a close by a
// limit by the strategy whose position it closes.
func TestBacktestListsRefusedOrders(t *testing.T) {
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}}}})
	cancelled, stranger, closing := refusal("CANCELLED", "DAY_ENDED"), refusal("REJECTED", ""), refusal("REJECTED", "NO_POSITION")
	cancelled.Execution = &messages.Execution{AveragePrice: decimal.FromInt(4), FilledQuantity: decimal.FromInt(3)}
	stranger.StrategyID, stranger.TimeMs = "stranger", 6
	closing.StrategyID, closing.Order.BookID = account.RiskStrategy("u"), ident.Derive("u", "s")
	for _, e := range []messages.OrderEvent{cancelled, closing, stranger} {
		if err := c.order(&e); err != nil {
			t.Fatal(err)
		}
	}
	got := c.happened(c.ordered(OnePartition))
	want := report.Order{
		TimeMs: 7, Book: performance.Book{Account: "u", Strategy: "s", Symbol: "X"}, Side: "SELL", Type: "SL", Quantity: decimal.FromInt(10),
		Price: decimal.FromInt(4), TriggerPrice: decimal.FromInt(5), Filled: decimal.FromInt(3), Reason: "DAY_ENDED", Detail: "in words", OrderID: "o",
	}
	if len(got.Cancelled) != 1 || got.Cancelled[0] != want {
		t.Errorf("cancelled %+v, want %+v", got.Cancelled, want)
	}
	if len(got.Rejected) != 2 || got.Rejected[0].Strategy != "stranger" || got.Rejected[0].Reason != "no reason given" || got.Rejected[1].Book != want.Book {
		t.Errorf("rejected %+v", got.Rejected)
	}
}

// TestBacktestListsAreBounded: what a strategy could cause with every tick ends at
// a limit, and the rest is counted.
func TestBacktestListsAreBounded(t *testing.T) {
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}}}})
	e := refusal("REJECTED", "NO_PRICE")
	for range report.ListLimit + 3 {
		if err := c.order(&e); err != nil {
			t.Fatal(err)
		}
		c.alert(&messages.RiskAlert{UserID: "u", AlertType: "MARGIN", Severity: "INFO"})
	}
	got := c.happened(c.ordered(OnePartition))
	if len(got.Rejected) != report.ListLimit || len(got.Alerts) != report.ListLimit || got.LeftOut != (report.LeftOut{Rejected: 3, Alerts: 3}) {
		t.Errorf("%d rejected, %d alerts, left out %+v", len(got.Rejected), len(got.Alerts), got.LeftOut)
	}
	if c.rejected["NO_PRICE"] != report.ListLimit+3 || c.alerts["MARGIN INFO"] != report.ListLimit+3 {
		t.Errorf("counts %v and %v", c.rejected, c.alerts)
	}
}
