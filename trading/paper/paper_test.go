package paper

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

func TestFillPrice(t *testing.T) {
	for _, c := range []struct {
		kind   order.Kind
		side   order.Side
		limit  string
		status order.Status
		tick   int64
		price  string
		want   string // "" for no fill
	}{
		{order.Market, order.Buy, "0", order.Pending, 6, "101", "101"},
		{order.Market, order.Sell, "0", order.Pending, 6, "101", "101"},
		{order.Market, order.Buy, "0", order.Pending, 5, "101", ""}, // the tick that it was placed on
		{order.Market, order.Buy, "0", order.Pending, 4, "101", ""},
		{order.Market, order.Buy, "0", order.Cancelled, 6, "101", ""},
		{order.Market, order.Buy, "0", order.Pending, 6, "0", ""},
		{order.Limit, order.Buy, "100", order.Pending, 6, "100.00000001", ""},
		{order.Limit, order.Buy, "100", order.Pending, 6, "100", "100"},
		{order.Limit, order.Buy, "100", order.Open, 6, "98", "98"}, // the market jumped over it
		{order.Limit, order.Sell, "100", order.Pending, 6, "99.99999999", ""},
		{order.Limit, order.Sell, "100", order.Pending, 6, "100", "100"},
		{order.Limit, order.Sell, "100", order.Pending, 6, "102", "102"},
	} {
		o := &order.Order{Kind: c.kind, Side: c.side, Price: decimal.MustParse(c.limit), Status: c.status, PlacedTick: 5}
		got, ok := FillPrice(o, c.tick, decimal.MustParse(c.price))
		if ok != (c.want != "") || ok && got != decimal.MustParse(c.want) {
			t.Errorf("%+v: %v %v", c, got, ok)
		}
	}
}
