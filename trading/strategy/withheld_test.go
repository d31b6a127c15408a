package strategy

import (
	"testing"

	"github.com/velox-trading/velox/trading/market"
)

// TestWithheldDetail: a value of another symbol says so, and candles are named where
// they are what is missing.
func TestWithheldDetail(t *testing.T) {
	min5 := market.MustParseTimeframe("5min")
	for want, w := range map[string]Withheld{
		"":                                     {Symbol: "X", Reason: WithheldWindows},
		"day_high":                             {Symbol: "X", Value: "day_high", Of: "X"},
		"close of Y at 5min":                   {Symbol: "X", Value: "close", Of: "Y", Timeframe: min5},
		"EMA_9 at 5min needs 9 candles, had 0": {Symbol: "X", Value: "EMA_9", Of: "X", Timeframe: min5, Needs: 9},
	} {
		if got := w.Detail(); got != want {
			t.Errorf("%+v: %q, want %q", w, got, want)
		}
	}
}

// TestEveryReasonHasWords: reports put them behind a number.
func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range []WithheldReason{
		WithheldCold, WithheldBadNumber, WithheldStale, WithheldGap, WithheldLate, WithheldWindows, WithheldSession, WithheldSquareOff,
		WithheldCoolDown, WithheldMaxTrades, WithheldInPosition, WithheldOpenOrder, WithheldSameCandle, WithheldPaused,
	} {
		if r.Words() == "" {
			t.Errorf("%s has no words", r)
		}
	}
	if len(withheldWords) != 14 {
		t.Errorf("%d reasons have words", len(withheldWords))
	}
}
