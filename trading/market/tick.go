// Package market holds what a market says and how it is cut into candles: ticks,
// timeframes, session calendars, and the builder that makes candles of ticks.
// docs/candles.md has the rules in words.
package market

import "github.com/velox-trading/velox/trading/decimal"

// Tick is one trade or quote as a feed gave it.
type Tick struct {
	Symbol, Exchange string
	// TimeMs is the event time in Unix milliseconds, from 0 on.
	TimeMs int64
	Price  decimal.Decimal
	// Volume is the quantity since the symbol's previous tick; it can be a fraction.
	Volume decimal.Decimal
	// Open, High, Low and Close are the session's as the feed gives them; 0 means
	// that the feed gives none. Candles don't use them.
	Open, High, Low, Close decimal.Decimal
	Type                   string
	Source                 string
}

// Seq is a tick's partition and its offset there, as updates name the tick that they
// were made for. Ticks of one symbol may come from several partitions: those of
// another than its home are passed on.
type Seq struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

// Candle is the trade of one symbol in [StartMs, EndMs).
type Candle struct {
	StartMs, EndMs         int64
	Open, High, Low, Close decimal.Decimal
	Volume                 decimal.Decimal
	Ticks                  int64
	// Gap: it was open when inputs were lost. Partial: it is the first candle since
	// the start or since a loss, so that its beginning may be missing. Amended: a late
	// tick changed it after it had closed.
	Gap, Partial, Amended bool
}
