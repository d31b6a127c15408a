package engine

import (
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
)

// partTraded is the event of a fill of one of u's orders: what was traded of it so far.
func partTraded(orderID, side string, timeMs int64, quantity, average string) messages.OrderEvent {
	return messages.OrderEvent{
		OrderID: orderID, StrategyID: ident.Derive("u", "s"), Symbol: "X", TimeMs: timeMs, EventType: "FILLED",
		Order:     messages.OrderDetails{TransactionType: side, OrderType: "MARKET", Status: "PARTIALLY_FILLED"},
		Execution: &messages.Execution{FilledQuantity: decimal.MustParse(quantity), AveragePrice: decimal.MustParse(average)},
	}
}

func fillsOf(t *testing.T, p Partitions, events ...messages.OrderEvent) []report.Fill {
	t.Helper()
	c := newCollector([]configs.Account{{UserID: "u", Strategies: []configs.Strategy{{Name: "s"}}}})
	for _, e := range events {
		if err := c.order(&e); err != nil {
			t.Fatal(err)
		}
	}
	return c.happened(c.ordered(p)).Fills
}

// TestFillsHaveTheTradedPrice: exactly, of a quantity whose value is rounded and of the
// parts of an order, of which events tell the rounded average.
func TestFillsHaveTheTradedPrice(t *testing.T) {
	got := fillsOf(t, OnePartition,
		partTraded("a", "BUY", 1, "0.00000003", "27123.45"),
		// 3 at 101.35, 4 at 99.8 and 5 at 100.05
		partTraded("b", "BUY", 2, "3", "101.35"), partTraded("b", "BUY", 3, "7", "100.46428571"), partTraded("b", "BUY", 4, "12", "100.29166667"),
		// 3 at 0.00000001 and 4 at 2
		partTraded("c", "SELL", 5, "3", "0.00000001"), partTraded("c", "SELL", 6, "7", "1.14285715"),
	)
	want := []string{"27123.45", "101.35", "99.8", "100.05", "0.00000001", "2"}
	for i, f := range got {
		if f.Price != decimal.MustParse(want[i]) || f.Value != f.Quantity.Mul(f.Price) {
			t.Errorf("fill %d is %v at %v for %v, want the price %s", i, f.Quantity, f.Price, f.Value, want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d fills, want %d", len(got), len(want))
	}
}

// TestFillsStayInOrder: one that a late tick dates back does not come before those that
// were there before it. Partitions have no order among them but time.
func TestFillsStayInOrder(t *testing.T) {
	events := []messages.OrderEvent{partTraded("a", "BUY", 9, "1", "5"), partTraded("b", "SELL", 7, "1", "6"), partTraded("c", "BUY", 8, "1", "7"), partTraded("d", "SELL", 10, "1", "8")}
	for p, want := range map[Partitions]string{OnePartition: "abcd", SeedPartitions: "bcad"} {
		ids := ""
		for _, f := range fillsOf(t, p, events...) {
			ids += f.OrderID
		}
		if ids != want {
			t.Errorf("with partitions %s the fills are in the order %s, want %s", p, ids, want)
		}
	}
}
