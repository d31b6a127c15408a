// Package risk is what bounds an account: limits, the checks before an order, and
// the meters that say how far a limit is used. What an account does at a limit
// stands in package account.
package risk

import (
	"github.com/velox-trading/velox/trading/decimal"
)

// Limits of an account. One that is 0 or empty does not limit. They have the same
// names in YAML and in the data of OPEN_ACCOUNT and SET_LIMITS.
type Limits struct {
	// DailyLoss is money: realised and unrealised loss since the day began. Reaching
	// it is CRITICAL.
	DailyLoss decimal.Decimal `json:"daily_loss" yaml:"daily_loss"`
	// PositionSize is the largest quantity, long or short, of each symbol. It may be
	// reached; being above it is CRITICAL.
	PositionSize decimal.Decimal `json:"position_size" yaml:"position_size"`
	// MaxOrderQuantity and MaxOrderValue bound one order; a value is quantity times
	// the limit or trigger price, the higher of the two, or the last price for a
	// market order.
	MaxOrderQuantity decimal.Decimal `json:"max_order_quantity" yaml:"max_order_quantity"`
	MaxOrderValue    decimal.Decimal `json:"max_order_value" yaml:"max_order_value"`

	// Drawdown is money below the highest equity so far; DrawdownPercent is the same
	// in percent of that equity. The smaller of the two counts. Reaching it is
	// CRITICAL.
	Drawdown        decimal.Decimal `json:"drawdown,omitzero" yaml:"drawdown"`
	DrawdownPercent decimal.Decimal `json:"drawdown_percent,omitzero" yaml:"drawdown_percent"`
	// PriceBandPercent is how far a limit or trigger price may be from the last one.
	PriceBandPercent decimal.Decimal `json:"price_band_percent,omitzero" yaml:"price_band_percent"`
	// MaxPriceAgeMs is how old, in market time, the last price may be for a market
	// order.
	MaxPriceAgeMs int64 `json:"max_price_age_ms,omitzero" yaml:"max_price_age_ms"`
	// GrossExposure bounds the sum of the values of all positions, whatever their
	// sign; NetExposure the sum with signs, long or short. Both at last prices, with
	// open orders taken as filled.
	GrossExposure decimal.Decimal `json:"gross_exposure,omitzero" yaml:"gross_exposure"`
	NetExposure   decimal.Decimal `json:"net_exposure,omitzero" yaml:"net_exposure"`
	// MarginPercent of a position's value is the margin that it needs; the margin of
	// all must not be above the equity. Being above it is CRITICAL.
	MarginPercent decimal.Decimal `json:"margin_percent,omitzero" yaml:"margin_percent"`
	// Orders in every 1,000 ms, rolling or of the calendar; in every 60,000 ms
	// likewise; and in a day. Exits count, but are not refused.
	OrdersPerSecond int64 `json:"orders_per_second,omitzero" yaml:"orders_per_second"`
	OrdersPerMinute int64 `json:"orders_per_minute,omitzero" yaml:"orders_per_minute"`
	OrdersPerDay    int64 `json:"orders_per_day,omitzero" yaml:"orders_per_day"`
	// DuplicateWindowMs: a strategy's order that equals one of its orders less than
	// that long ago in symbol, side, type, quantity and prices is refused.
	DuplicateWindowMs int64 `json:"duplicate_window_ms,omitzero" yaml:"duplicate_window_ms"`
	// SymbolsDenied may not be entered; with SymbolsAllowed, no others may.
	SymbolsDenied  []string `json:"symbols_denied,omitempty" yaml:"symbols_denied"`
	SymbolsAllowed []string `json:"symbols_allowed,omitempty" yaml:"symbols_allowed"`
	// TradingHours are when entries are taken; empty: always.
	TradingHours []Window `json:"trading_hours,omitempty" yaml:"trading_hours"`
	// Symbols have limits of their own in place of the account's.
	Symbols []SymbolLimits `json:"symbols,omitempty" yaml:"symbols"`

	// AlertPercents are the parts of a limit at which INFO, WARNING and ERROR alerts
	// are given, and, as a fourth number, CRITICAL; absent: 50, 80, 90, 100. Alerts
	// has others for single limits.
	AlertPercents []int64 `json:"alert_percents,omitempty" yaml:"alert_percents"`
	Alerts        Alerts  `json:"alerts,omitzero" yaml:"alerts"`
	// DayOffsetMinutes moves the day's beginning: the day begins that long before
	// midnight UTC. 330 is midnight in India. It is the zone of TradingHours, too.
	DayOffsetMinutes int64 `json:"day_offset_minutes,omitempty" yaml:"day_offset_minutes"`
	// Zone is the IANA name of a time zone, such as America/New_York, in place of
	// DayOffsetMinutes: for zones whose clocks change.
	Zone string `json:"zone,omitempty" yaml:"zone"`
}

// SymbolLimits are one symbol's own limits; one that is 0 is the account's.
type SymbolLimits struct {
	Symbol           string          `json:"symbol" yaml:"symbol"`
	PositionSize     decimal.Decimal `json:"position_size,omitzero" yaml:"position_size"`
	MaxOrderQuantity decimal.Decimal `json:"max_order_quantity,omitzero" yaml:"max_order_quantity"`
	MaxOrderValue    decimal.Decimal `json:"max_order_value,omitzero" yaml:"max_order_value"`
	PriceBandPercent decimal.Decimal `json:"price_band_percent,omitzero" yaml:"price_band_percent"`
	MarginPercent    decimal.Decimal `json:"margin_percent,omitzero" yaml:"margin_percent"`
}

// Alerts are AlertPercents of single limits; absent: those of all.
type Alerts struct {
	DailyLoss    []int64 `json:"daily_loss,omitempty" yaml:"daily_loss"`
	Drawdown     []int64 `json:"drawdown,omitempty" yaml:"drawdown"`
	PositionSize []int64 `json:"position_size,omitempty" yaml:"position_size"`
	Margin       []int64 `json:"margin,omitempty" yaml:"margin"`
}

// IsZero tells whether no limit has percents of its own.
func (a Alerts) IsZero() bool {
	return a.DailyLoss == nil && a.Drawdown == nil && a.PositionSize == nil && a.Margin == nil
}

const (
	minuteMs = 60 * 1000
	dayMs    = 24 * 60 * minuteMs
)
