// Package strategy is what an account's strategies are to the rest of Velox: they
// say what they need, step on events of their symbols, and give signals. A step
// is pure: no clock, no random, nothing but the event, the book and the
// strategy's own state.
package strategy

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
)

// Action is what a signal asks for.
type Action string

// The actions. Hold asks for nothing.
const (
	Buy  Action = "BUY"
	Sell Action = "SELL"
	Hold Action = "HOLD"
)

// Value is one indicator's value as an update gave it.
type Value struct {
	Name     string
	Value    float64
	Realtime bool // includes the forming candle
}

// Event is one update of one symbol and timeframe. It is shared and must not be
// changed or kept.
type Event struct {
	Symbol    string
	Timeframe market.Timeframe
	// TimeMs is the tick's time; of a closing candle, the candle's last millisecond.
	TimeMs int64
	// Price is the last traded one; 0 when it is not known.
	Price decimal.Decimal
	// Closed: Candle has just closed and all Values are final.
	Closed bool
	// Candle is the forming or closed candle, nil outside of sessions. Its times
	// may be 0: the wire doesn't carry them.
	Candle *market.Candle
	// Early tells of a day on which the symbol's exchange closes before its usual time.
	Early market.EarlyClose
	// Values are sorted by name; an indicator that is not warm is left out.
	Values []Value
}

// NamedValue is a value that led to a signal.
type NamedValue struct {
	Name  string
	Value float64
}

// Signal is what a strategy wants. Prices, quantities and distances that are zero
// are absent.
type Signal struct {
	StrategyID, Symbol string
	TimeMs             int64
	Action             Action
	// Confidence is from 0 to 1. It is passed on; it changes no order.
	Confidence       float64
	Price, Quantity  decimal.Decimal
	StopLoss, Target decimal.Decimal
	// Trigger makes it a stop order, with Price a stop-limit one.
	Trigger decimal.Decimal
	// TrailingStop is the distance at which a stop follows the best price that was
	// traded since the entry; beside StopLoss the nearer one counts.
	TrailingStop decimal.Decimal
	// Validity is how long an order may wait for its price; empty: for the day.
	Validity order.Validity
	// Market: trade at once, or once triggered, whatever Price says. Otherwise a
	// signal with a price is a limit order.
	Market bool
	// Cancel: first cancel the strategy's open orders in the symbol. With HOLD, do
	// only that.
	Cancel bool
	// Exit: only make the position smaller. Without Quantity, close all of it.
	Exit bool
	// SquareOff: it ends the day, so it is carried out while the strategy is paused, too.
	SquareOff bool
	// Indicators are sorted by name.
	Indicators []NamedValue
}

// Need is what must be computed for a strategy.
type Need struct {
	Symbol    string
	Timeframe market.Timeframe
	// Periods is the number of closed candles to keep.
	Periods int
	// Indicators are sorted names, such as EMA_20.
	Indicators []string
}

// Strategy is one strategy of one account. It is used by one goroutine. Step may
// panic on a bug in it; the caller then restores it from its last state.
type Strategy interface {
	// Needs tells what events and indicators it steps on, sorted by symbol and
	// timeframe, each once. Other events may come, too, and must change nothing.
	Needs() []Need
	// Step takes an event in and gives signals, seldom any. The book is its
	// account's view of it at this very moment and must not be changed or kept.
	Step(ev *Event, book *Book) []Signal
	// AppendState appends the whole state, LoadState reads it back, bit for bit.
	// LoadState fails on bytes that AppendState of an equal strategy didn't write.
	AppendState(b []byte) []byte
	LoadState(b []byte) error
}
