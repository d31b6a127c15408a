package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/performance"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// traded is a run with a price every step of each of some days, from an hour of the
// day on, for so long.
func traded(zone *time.Location, first time.Time, days int, hour, length, step time.Duration) *Backtest {
	p := performance.NewPrices(min(step, time.Minute), 1_000_000)
	for day := range days {
		for at := time.Duration(0); at <= length; at += step {
			p.Add("X", time.Date(first.Year(), first.Month(), first.Day()+day, 0, 0, 0, 0, zone).Add(hour+at).UnixMilli(), decimal.FromInt(5))
		}
	}
	return &Backtest{Settings: Settings{Zone: zone.String()}, Prices: p}
}

// TestTimelineSkipsNights: sessions have their room, nights next to none; without
// silences the axis is linear.
func TestTimelineSkipsNights(t *testing.T) {
	utc := time.UTC
	monday := time.Date(2024, 1, 1, 0, 0, 0, 0, utc)
	l := traded(utc, monday, 3, 9*time.Hour, 6*time.Hour, time.Minute).newTimeline()
	if len(l.spans) != 3 {
		t.Fatalf("%d sessions, want 3", len(l.spans))
	}
	room := 1 - 2*silenceWidth
	for _, c := range []struct {
		day, hour int
		want      float64
	}{
		{0, 8, 0}, {0, 9, 0}, {0, 12, room / 6}, {0, 15, room / 3}, {1, 0, room/3 + silenceWidth/2}, {1, 9, room/3 + silenceWidth}, {2, 15, 1}, {2, 20, 1}, {9, 0, 1},
	} {
		if got := l.x(monday.AddDate(0, 0, c.day).Add(time.Duration(c.hour) * time.Hour).UnixMilli()); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("day %d, %d h: at %v, want %v", c.day, c.hour, got, c.want)
		}
	}
	all := traded(utc, monday, 2, 0, 24*time.Hour-time.Minute, time.Minute).newTimeline()
	if got := all.x(monday.Add(12 * time.Hour).UnixMilli()); len(all.spans) != 1 || got < 0.25 || got > 0.2503 {
		t.Errorf("%d spans, noon of the first of two days at %v", len(all.spans), got)
	}
	for name, steps := range map[string]time.Duration{"hourly prices have no silences": time.Hour, "nor have prices of days": 24 * time.Hour} {
		if spans := traded(utc, monday, 20, 0, 23*time.Hour, steps).newTimeline().spans; len(spans) != 1 {
			t.Errorf("%s: %d", name, len(spans))
		}
	}
	many := traded(utc, monday, 250, 9*time.Hour, 6*time.Hour, 10*time.Minute).newTimeline()
	between := 0.0
	for i, s := range many.spans[1:] {
		between += s.x1 - many.spans[i].x2
	}
	if len(many.spans) != 250 || between > silencesWidth+1e-9 {
		t.Errorf("%d sessions, nights have %v of the axis", len(many.spans), between)
	}
}

// TestTimelineIsMonotone: later is never further left, whatever the times.
func TestTimelineIsMonotone(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := &Backtest{Prices: performance.NewPrices(time.Minute, 10_000)}
		ms := int64(began)
		for range 200 {
			ms += r.Int64N(1 << r.IntN(34))
			b.Prices.Add("X", ms, d("1"))
		}
		l := b.newTimeline()
		last := -1.0
		for at := began - int64(1_000_000); at < ms+1_000_000; at += (ms - began) / 5_000 {
			x := l.x(at)
			if x < last || x < 0 || x > 1 {
				t.Fatalf("seed %d: %d is at %v after %v", seed, at, x, last)
			}
			last = x
		}
		if l.x(ms) < 1-1e-9 {
			t.Errorf("seed %d: the last time is at %v", seed, l.x(ms))
		}
	}
}

func labels(l *timeline, room float64) string {
	var out []string
	for _, m := range l.marksFor(room) {
		text := m.label
		if m.day {
			text = "[" + text + "]"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// TestTimeMarks: days and the hours in them, at round times of the zone, as many as
// there is room for.
func TestTimeMarks(t *testing.T) {
	kolkata, york := zoneOf(t, "Asia/Kolkata"), zoneOf(t, "America/New_York")
	monday := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	session := 6*time.Hour + 15*time.Minute
	for name, c := range map[string]struct {
		b    *Backtest
		room float64
		want string
	}{
		"minutes":           {traded(time.UTC, monday, 1, 10*time.Hour+3*time.Minute, 11*time.Minute, time.Second), 460, "[1 Jan] 10:06 10:08 10:10 10:12 10:14"},
		"seconds":           {traded(time.UTC, monday, 1, 10*time.Hour+3*time.Minute, 50*time.Second, time.Second), 460, "[1 Jan] 10:03:10 10:03:20 10:03:30 10:03:40 10:03:50"},
		"a session":         {traded(kolkata, monday, 1, 9*time.Hour+15*time.Minute, session, time.Minute), 880, "[1 Jan] 10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30 14:00 14:30 15:00 15:30"},
		"narrow":            {traded(kolkata, monday, 1, 9*time.Hour+15*time.Minute, session, time.Minute), 210, "[1 Jan] 12:00 14:00"},
		"two sessions":      {traded(kolkata, monday, 2, 9*time.Hour+15*time.Minute, session, time.Minute), 460, "[1 Jan] 12:00 14:00 [2 Jan] 12:00 14:00"},
		"across midnight":   {traded(time.UTC, monday, 1, 23*time.Hour, 2*time.Hour, time.Minute), 460, "[1 Jan] 23:30 23:45 [2 Jan] 00:15 00:30 00:45 01:00"},
		"from an evening":   {traded(time.UTC, monday, 1, 21*time.Hour, 48*time.Hour, time.Minute), 460, "[2 Jan] 06:00 12:00 18:00 [3 Jan] 06:00 12:00 18:00"},
		"weeks":             {traded(kolkata, monday, 20, 9*time.Hour+15*time.Minute, session, time.Minute), 460, "[1 Jan] [4 Jan] [7 Jan] [10 Jan] [13 Jan] [16 Jan] [19 Jan]"},
		"half a year":       {traded(time.UTC, monday, 180, 0, 23*time.Hour, time.Hour), 460, "[Jan] [Feb] [Mar] [Apr] [May] [Jun]"},
		"across years":      {traded(time.UTC, monday, 500, 0, 23*time.Hour, time.Hour), 880, "[Jan] [Feb] [Mar] [Apr] [May] [Jun] [Jul] [Aug] [Sep] [Oct] [Nov] [Dec] [Jan 2025] [Feb] [Mar] [Apr] [May]"},
		"years":             {traded(time.UTC, monday, 4_000, 0, 1, time.Hour), 460, "[2024] [2026] [2028] [2030] [2032] [2034]"},
		"a clock leaps on":  {traded(york, time.Date(2024, 3, 10, 0, 0, 0, 0, york), 1, 0, 6*time.Hour, time.Minute), 460, "[10 Mar] 01:00 03:00 04:00 05:00 06:00 07:00"},
		"a clock goes back": {traded(york, time.Date(2024, 11, 3, 0, 0, 0, 0, york), 1, 0, 6*time.Hour, time.Minute), 460, "[3 Nov] 01:00 02:00 03:00 04:00 05:00"},
		"one price":         {traded(time.UTC, monday, 1, 0, 0, time.Minute), 460, "[1 Jan]"},
	} {
		if got := labels(c.b.newTimeline(), c.room); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestTimeMarksDoNotOverlap: at every width, whatever was run, labels lie apart and
// in their order, and there is one for more than the beginning.
func TestTimeMarksDoNotOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	zones := []*time.Location{time.UTC, zoneOf(t, "Asia/Kolkata"), zoneOf(t, "America/New_York"), zoneOf(t, "Australia/Lord_Howe")}
	for i := range 120 {
		length := time.Duration(r.Int64N(int64(24 * time.Hour)))
		days := 1 + r.IntN(1<<r.IntN(11))
		from := time.Date(2020+r.IntN(5), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
		step := max(length/time.Duration(1+r.IntN(300)), time.Second, length*time.Duration(days)/20_000)
		l := traded(zones[i%len(zones)], from, days, time.Duration(r.IntN(20))*time.Hour, length, step).newTimeline()
		for _, w := range widths {
			marks := l.marksFor(w.room)
			what := fmt.Sprintf("%d: %d days from %v of %v every %v, %s: %s", i, days, from, length, step, w.class, labels(l, w.room))
			if len(marks) == 0 || !fit(marks, w.room) || !slices.IsSortedFunc(marks, func(a, b timeMark) int { return strings.Compare(fmt.Sprintf("%.9f", a.x), fmt.Sprintf("%.9f", b.x)) }) {
				t.Error(what)
			}
			if w.class != "narrow" && len(marks) < 2 && length > time.Minute {
				t.Errorf("only one label: %s", what)
			}
		}
	}
}

// TestCandleWidths: usual widths where the sampled bars come together to them.
func TestCandleWidths(t *testing.T) {
	for _, c := range []struct {
		sample time.Duration
		bars   int
		want   time.Duration
	}{
		{time.Minute, 300, time.Minute},
		{time.Minute, 301, 2 * time.Minute},
		{time.Minute, 6_000, 30 * time.Minute},
		{time.Second, 700, 5 * time.Second},
		{7 * time.Second, 700, 28 * time.Second},
		{time.Hour, 7_000, 24 * time.Hour},
		{time.Hour, 9_000, 32 * time.Hour},
	} {
		p := performance.NewPrices(c.sample, 1_000_000)
		for i := range c.bars {
			p.Add("X", int64(i)*c.sample.Milliseconds(), d("1"))
		}
		bars, width := candles(p, "X", 300)
		if time.Duration(width)*time.Millisecond != c.want || len(bars) > 300 || len(bars) < 100 {
			t.Errorf("%d bars of %v: %d candles of %d ms, want %v", c.bars, c.sample, len(bars), width, c.want)
		}
	}
}
