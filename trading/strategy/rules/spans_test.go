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

// TestTradesADayOfDailyCandles: what a daily candle's close enters trades in the next
// session, and it is that one's positions that it counts. Without that, one a day would be
// one every other day.
func TestTradesADayOfDailyCandles(t *testing.T) {
	const day = 24 * 60
	spec := Spec{EntryLong: "close > 1", Session: "12:00-13:00", MaxTradesADay: "1"}
	everyTick, around, bare := spec, spec, spec
	bare.Session = ""
	everyTick.Evaluate = "every_tick"
	around.Session, around.Zone, around.Evaluate = "", "Asia/Kolkata", "every_tick" // the candle ends within its day
	type step struct {
		at     int64 // minutes after the first day's noon
		closed bool
		opened []int64 // the positions of before, likewise
		want   string
	}
	for name, c := range map[string]struct {
		spec  Spec
		steps []step
	}{
		"on_close": {spec, []step{
			{60, true, nil, "BUY 1"},
			{60 + day, true, []int64{day}, "BUY 1"},
			{60 + 2*day, true, []int64{day, 2 * day}, "BUY 1"},
		}},
		"every_tick": {everyTick, []step{
			{60, true, nil, "BUY 1"},
			{5 + day, false, []int64{day}, ""},
			{60 + day, true, []int64{day}, "BUY 1"},
			{5 + 2*day, false, []int64{day, 2 * day}, ""},
			{60 + 2*day, true, []int64{day, 2 * day}, "BUY 1"},
			{5 + 3*day, false, []int64{day, 2 * day}, "BUY 1"}, // that one was refused
		}},
		"every_tick, all around the clock in another zone": {around, []step{
			{day / 2, true, []int64{day/2 - 60}, ""},
			{day/2 + 60, false, []int64{day/2 - 60}, ""},
			{day, false, []int64{day/2 - 60}, ""},
			{day + 7*60, false, []int64{day/2 - 60}, "BUY 1"},
		}},
		"on_close, without a session": {bare, []step{
			{60, true, nil, "BUY 1"},
			{60 + day, true, []int64{day}, "BUY 1"},
		}},
	} {
		p, err := Compile(c.spec, market.Day)
		if err != nil {
			t.Fatal(err)
		}
		s := p.New("s", []string{"X"})
		for i, w := range c.steps {
			ev := closing("X", market.Day, w.at, "10")
			if ev.Closed = w.closed; !w.closed {
				ev.TimeMs++
			}
			book := bookOf("0", 0, 0, int64(len(w.opened)))
			for _, minutes := range w.opened {
				book.Holdings[0].Openings = book.Holdings[0].Openings.Add(noonMs + minutes*minuteMs)
			}
			if got := brief(s.Step(ev, book)); got != w.want {
				t.Errorf("%s, step %d: %q, want %q", name, i+1, got, w.want)
			}
		}
	}
}
