// Package risk is what bounds an account: limits, the check before an order, and
// the meters that say how far a limit is used. What an account does at a limit
// stands in package account.
package risk

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// Limits of an account; a limit that is 0 does not limit.
type Limits struct {
	// DailyLoss is money: realised and unrealised loss since the day began. Reaching
	// it is CRITICAL.
	DailyLoss decimal.Decimal `json:"daily_loss"`
	// PositionSize is the largest quantity, long or short, of each symbol. It may be
	// reached; being above it is CRITICAL.
	PositionSize decimal.Decimal `json:"position_size"`
	// MaxOrderQuantity and MaxOrderValue bound one order; a value is quantity times
	// the limit price, or the last price for a market order.
	MaxOrderQuantity decimal.Decimal `json:"max_order_quantity"`
	MaxOrderValue    decimal.Decimal `json:"max_order_value"`
	// AlertPercents are the parts of a limit at which INFO, WARNING and ERROR
	// alerts are given; absent: 50, 80, 90.
	AlertPercents []int64 `json:"alert_percents,omitempty"`
	// DayOffsetMinutes moves the day's beginning: the day begins that long before
	// midnight UTC. 330 is midnight in India.
	DayOffsetMinutes int64 `json:"day_offset_minutes,omitempty"`
}

// Validate gives what is wrong with the limits.
func (l *Limits) Validate() error {
	for _, m := range []struct {
		name  string
		value decimal.Decimal
	}{
		{"daily_loss", l.DailyLoss},
		{"position_size", l.PositionSize},
		{"max_order_quantity", l.MaxOrderQuantity},
		{"max_order_value", l.MaxOrderValue},
	} {
		if m.value.Sign() < 0 || !m.value.Bounded() {
			return fmt.Errorf("limit %s is %v; want 0 (no limit) to 92233720368.54775807", m.name, m.value)
		}
	}
	if n := len(l.AlertPercents); n != 0 && n != 3 {
		return fmt.Errorf("alert_percents has %d numbers; want 3, for INFO, WARNING and ERROR", n)
	}
	last := int64(0)
	for _, p := range l.AlertPercents {
		if p <= last || p >= 100 {
			return fmt.Errorf("alert_percents is %v; want rising numbers above 0 and below 100", l.AlertPercents)
		}
		last = p
	}
	if l.DayOffsetMinutes < -1439 || l.DayOffsetMinutes > 1439 {
		return fmt.Errorf("day_offset_minutes is %d; want -1439 to 1439", l.DayOffsetMinutes)
	}
	return nil
}

// Day gives the number of the day that a time is in.
func (l *Limits) Day(ms int64) int64 {
	const dayMs = 24 * 60 * 60 * 1000
	ms += l.DayOffsetMinutes * 60 * 1000
	day := ms / dayMs
	if ms%dayMs < 0 {
		day--
	}
	return day
}

// Exposure is what a symbol's order is checked against.
type Exposure struct {
	// Net is the account's position, signed.
	Net decimal.Decimal
	// OpenBuys and OpenSells are the quantities that open orders may still trade.
	OpenBuys, OpenSells decimal.Decimal
	// LastPrice is the last traded one, 0 when unknown.
	LastPrice decimal.Decimal
}

// Check gives the reason why an order may not be placed, "" when it may, and
// words with the numbers. The position is taken as it would be if all open
// orders of the same side, and this one, were filled.
func (l *Limits) Check(side order.Side, quantity, price decimal.Decimal, e Exposure) (order.Reason, string) {
	if l.MaxOrderQuantity.Sign() > 0 && quantity.Greater(l.MaxOrderQuantity) {
		return order.ReasonMaxOrderQuantity, fmt.Sprintf("quantity %v, at most %v", quantity, l.MaxOrderQuantity)
	}
	if price.IsZero() {
		price = e.LastPrice
	}
	if l.MaxOrderValue.Sign() > 0 && price.IsZero() {
		return order.ReasonNoPrice, "no price was seen yet, so the order's value can't be held against its limit"
	}
	if value := quantity.Mul(price); l.MaxOrderValue.Sign() > 0 && value.Greater(l.MaxOrderValue) {
		return order.ReasonMaxOrderValue, fmt.Sprintf("value %v, at most %v", value, l.MaxOrderValue)
	}
	if l.PositionSize.IsZero() {
		return "", ""
	}
	open := e.OpenBuys
	if side == order.Sell {
		open = e.OpenSells.Neg()
	}
	after := e.Net.Add(open).Add(side.Signed(quantity))
	if after.Abs().Greater(l.PositionSize) && (after.Sign() != e.Net.Sign() || after.Abs().Greater(e.Net.Abs())) {
		return order.ReasonPositionSize, fmt.Sprintf("the position could become %v, at most %v", after, l.PositionSize)
	}
	return "", ""
}
