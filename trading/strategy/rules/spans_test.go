package rules

import (
	"testing"

	"github.com/velox-trading/velox/trading/market"
)

// TestWeeksAndMonthsUnderASession: they last as long as they may be missed, and no
// session's last candle waits for them.
func TestWeeksAndMonthsUnderASession(t *testing.T) {
	for _, c := range []struct {
		timeframe market.Timeframe
		days      int64
		want      string
	}{
		{market.Week, 10, "|BUY 1"},
		{market.Week, 15, "|"},
		{market.Month, 31, "|BUY 1"},
		{market.Month, 63, "|"},
		{market.Day, 3, "|BUY 1"},
		{market.Day, 8, "|"},
	} {
		spec := Spec{EntryLong: `close > tf("` + c.timeframe.String() + `", close)`, Session: "12:00-13:00"}
		ended := closing("X", c.timeframe, 60, "9")
		ended.TimeMs -= c.days * dayMs
		if got := run(t, spec, ended, closing("X", min5, 15, "10")); got != c.want {
			t.Errorf("%v of %d days ago: %q, want %q", c.timeframe, c.days, got, c.want)
		}
	}
	spec := Spec{EntryLong: "false", ExitLong: `close > tf("1week", close)`, Session: "12:00-13:00"}
	week := closing("X", market.Week, 60, "9")
	week.TimeMs -= 3 * dayMs // of the Friday before
	held := bookOf("3", 1, 0, 1)
	if got := said(t, spec, week, held, closing("X", min5, 60, "10"), held); got != "|exit SELL 3" {
		t.Errorf("the session's last candle: %q", got)
	}
}
