package market

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// script runs lines against a builder and gives what comes out of it. A line is
// "TIME PRICE VOLUME", a tick in session time; "clock TIME", the clock alone; "gap";
// or "forming". The clock is the highest time so far.
type script struct {
	builder   *Builder
	timeframe Timeframe
	calendar  Calendar
	midnight  int64
	clockMs   int64
	out       []string
}

func newScript(tf string, c Calendar, midnight string) *script {
	day, err := time.Parse(time.RFC3339, midnight)
	if err != nil {
		panic(err)
	}
	s := &script{timeframe: MustParseTimeframe(tf), calendar: c, midnight: day.UnixMilli()}
	s.builder = NewBuilder(s.timeframe, c, time.Second)
	return s
}

func (s *script) ms(text string) int64 {
	day, err := time.Parse("15:04:05.999", text)
	if err != nil {
		panic(err)
	}
	return s.midnight + day.Sub(day.Truncate(24*time.Hour)).Milliseconds()
}

func (s *script) format(c Candle) string {
	clock := func(ms int64) string {
		return time.UnixMilli(ms - s.midnight).UTC().Format("15:04:05")
	}
	text := fmt.Sprintf("%s-%s %v %v %v %v volume %v of %d", clock(c.StartMs), clock(c.EndMs), c.Open, c.High, c.Low, c.Close, c.Volume, c.Ticks)
	if c.Gap {
		text += " gap"
	}
	if c.Partial {
		text += " partial"
	}
	return text
}

func (s *script) advance(ms int64) {
	s.clockMs = max(s.clockMs, ms)
	for _, c := range s.builder.Advance(s.clockMs) {
		s.out = append(s.out, s.format(c))
	}
}

func (s *script) line(line string) {
	f := strings.Fields(line)
	switch f[0] {
	case "clock":
		s.advance(s.ms(f[1]))
	case "gap":
		s.builder.MarkGap()
	case "forming":
		if c, ok := s.builder.Forming(); ok {
			s.out = append(s.out, "forming "+s.format(c))
		} else {
			s.out = append(s.out, "nothing forming")
		}
	default:
		t := &Tick{TimeMs: s.ms(f[0]), Price: decimal.MustParse(f[1]), Volume: decimal.MustParse(f[2])}
		s.advance(t.TimeMs)
		switch s.builder.Add(t, s.clockMs) {
		case Late:
			s.out = append(s.out, "late "+f[0])
		case OffSession:
			s.out = append(s.out, "off session "+f[0])
		}
	}
}

// TestRules has one case for each rule of docs/candles.md, under its heading.
func TestRules(t *testing.T) {
	const monday = "2024-01-01T00:00:00+05:30"
	for _, c := range []struct {
		rule, timeframe string
		always          bool
		lines, want     []string
	}{
		{
			rule: "open, high, low, close, volume", timeframe: "5min",
			lines: []string{"09:15:00.1 100 5", "09:16:00 103.5 0.25", "09:17:00 99 1", "09:19:59.999 101 2", "forming", "clock 09:20:01"},
			want: []string{
				"forming 09:15:00-09:20:00 100 103.5 99 101 volume 8.25 of 4 partial",
				"09:15:00-09:20:00 100 103.5 99 101 volume 8.25 of 4 partial",
			},
		},
		{
			rule: "start inclusive, end exclusive", timeframe: "1min",
			lines: []string{"09:15:00 100 1", "09:16:00 101 1", "clock 09:16:00.999", "clock 09:16:01", "clock 09:17:01"},
			want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1"},
		},
		{
			rule: "aligned to the session's open", timeframe: "1hour",
			lines: []string{"10:00:00 100 1", "10:15:00 101 1", "clock 11:15:01"},
			want:  []string{"09:15:00-10:15:00 100 100 100 100 volume 1 of 1 partial", "10:15:00-11:15:00 101 101 101 101 volume 1 of 1"},
		},
		{
			rule: "aligned to UTC midnight", timeframe: "1hour", always: true,
			lines: []string{"10:00:00 100 1", "clock 11:00:01"},
			want:  []string{"10:00:00-11:00:00 100 100 100 100 volume 1 of 1 partial"},
		},
		{
			rule: "cut at the session's end", timeframe: "1hour",
			lines: []string{"15:20:00 100 1", "clock 15:30:00.999", "clock 15:30:01"},
			want:  []string{"15:15:00-15:30:00 100 100 100 100 volume 1 of 1 partial"},
		},
		{
			rule: "a day is a session", timeframe: "1day",
			lines: []string{"09:15:00 100 1", "15:29:59.999 101 1", "clock 15:30:01"},
			want:  []string{"09:15:00-15:30:00 100 101 100 101 volume 2 of 2 partial"},
		},
		{
			rule: "off session", timeframe: "5min",
			lines: []string{"09:14:59.999 90 1", "forming", "09:15:00 100 1", "15:30:00 110 1", "forming"},
			want: []string{
				"off session 09:14:59.999", "nothing forming",
				"09:15:00-09:20:00 100 100 100 100 volume 1 of 1 partial", "off session 15:30:00", "nothing forming",
			},
		},
		{
			rule: "no candle without ticks", timeframe: "1min",
			lines: []string{"09:15:00 100 1", "09:19:30 101 1", "clock 09:20:01"},
			want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:19:00-09:20:00 101 101 101 101 volume 1 of 1"},
		},
		{
			rule: "several open within the grace", timeframe: "1min",
			lines: []string{"09:15:59 100 1", "09:16:00.5 101 1", "forming", "09:15:59.5 102 1", "forming", "09:16:01 103 1"},
			want: []string{
				"forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1", "forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
				"09:15:00-09:16:00 100 102 100 102 volume 2 of 2 partial",
			},
		},
		{
			rule: "late", timeframe: "1min",
			lines: []string{"09:15:59 100 1", "09:16:01 101 1", "09:15:59.999 50 9", "forming", "clock 09:17:01"},
			want: []string{
				"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "late 09:15:59.999",
				"forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
			},
		},
		{
			rule: "late for a candle that never was", timeframe: "1min",
			lines: []string{"09:17:01 100 1", "09:16:59 50 1", "09:15:10 50 1", "clock 09:18:01"},
			want:  []string{"late 09:16:59", "late 09:15:10", "09:17:00-09:18:00 100 100 100 100 volume 1 of 1 partial"},
		},
		{
			rule: "order of arrival", timeframe: "1min",
			lines: []string{"09:15:30 100 1", "09:15:10 90 1", "09:15:20 95 1", "09:15:50 105 1", "09:15:40 80 1", "clock 09:16:01"},
			want:  []string{"09:15:00-09:16:00 90 105 80 105 volume 5 of 5 partial"},
		},
		{
			rule: "equal times", timeframe: "1min",
			lines: []string{"09:15:10 100 1", "09:15:10 101 1", "09:15:50 102 1", "09:15:50 103 1", "09:15:50 99 1", "clock 09:16:01"},
			want:  []string{"09:15:00-09:16:00 100 103 99 99 volume 5 of 5 partial"},
		},
		{
			rule: "partial", timeframe: "1min",
			lines: []string{"09:16:00.5 101 1", "09:15:59.9 100 1", "clock 09:17:01"},
			want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1"},
		},
		{
			rule: "gap", timeframe: "1min",
			lines: []string{"09:15:30 100 1", "clock 09:16:01", "09:16:30 101 1", "gap", "09:18:30 102 1", "09:19:30 103 1", "clock 09:20:01"},
			want: []string{
				"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1 gap",
				"09:18:00-09:19:00 102 102 102 102 volume 1 of 1 partial", "09:19:00-09:20:00 103 103 103 103 volume 1 of 1",
			},
		},
		{
			rule: "gap within a candle", timeframe: "1min",
			lines: []string{"09:15:30 100 1", "gap", "09:15:40 101 1", "09:16:30 102 1", "clock 09:17:01"},
			want: []string{
				"09:15:00-09:16:00 100 101 100 101 volume 2 of 2 gap partial", "09:16:00-09:17:00 102 102 102 102 volume 1 of 1",
			},
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := newScript(c.timeframe, NSE(), monday)
			if c.always {
				s = newScript(c.timeframe, Always, "2024-01-01T00:00:00Z")
			}
			for _, line := range c.lines {
				s.line(line)
			}
			if !slices.Equal(s.out, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(s.out, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestNextSession: candles of the next day start at its own open.
func TestNextSession(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("4hour"), NSE(), time.Second)
	const day = int64(24 * time.Hour / time.Millisecond)
	for i := range int64(5) {
		tick := Tick{TimeMs: nseOpenMs + i*day + 5*3600_000, Price: decimal.FromInt(100)}
		closed := b.Advance(tick.TimeMs)
		if i > 0 && (len(closed) != 1 || closed[0].StartMs != nseOpenMs+(i-1)*day+4*3600_000 || closed[0].EndMs-closed[0].StartMs != 135*60_000) {
			t.Errorf("day %d closes %+v", i, closed)
		}
		if b.Add(&tick, tick.TimeMs) != InCandle {
			t.Errorf("day %d has no candle", i)
		}
	}
}

func TestDue(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("1min"), Always, 2*time.Second)
	if b.DueMs() != NeverMs {
		t.Errorf("due at %d without a candle", b.DueMs())
	}
	b.Add(&Tick{TimeMs: nseOpenMs + 500}, nseOpenMs+500)
	b.Add(&Tick{TimeMs: nseOpenMs - 500}, nseOpenMs+500)
	if want := int64(nseOpenMs + 2000); b.DueMs() != want {
		t.Errorf("due at %d, want %d", b.DueMs(), want)
	}
	if open := b.OpenCandles(); len(open) != 2 || open[0].StartMs != nseOpenMs-60_000 || open[1].StartMs != nseOpenMs {
		t.Errorf("open candles %+v", open)
	}
	if closed := b.Advance(b.DueMs() - 1); closed != nil {
		t.Errorf("closes %+v before it is due", closed)
	}
	if closed := b.Advance(b.DueMs()); len(closed) != 1 || closed[0].StartMs != nseOpenMs-60_000 {
		t.Errorf("closes %+v when it is due", closed)
	}
}

// TestClosedStaysClosed: a clock that goes back, as when a symbol turns to another
// source, doesn't open a closed candle again.
func TestClosedStaysClosed(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("1min"), Always, time.Second)
	tick := Tick{TimeMs: nseOpenMs, Price: decimal.FromInt(100)}
	b.Add(&tick, tick.TimeMs)
	b.Advance(NeverMs)
	if got := b.Add(&tick, tick.TimeMs); got != Late {
		t.Errorf("placement %v in a candle that has closed", got)
	}
	tick.TimeMs += 60_000
	if got := b.Add(&tick, tick.TimeMs); got != InCandle {
		t.Errorf("placement %v in the next candle", got)
	}
}

func TestBuilderDoesNotAllocate(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("5min"), NSE(), time.Second)
	tick := Tick{TimeMs: nseOpenMs, Price: decimal.FromInt(100), Volume: decimal.FromInt(1)}
	off := Tick{TimeMs: nseOpenMs - 1}
	b.Add(&tick, tick.TimeMs)
	b.OpenCandles()
	n := testing.AllocsPerRun(1000, func() {
		tick.TimeMs++
		b.Advance(tick.TimeMs)
		b.Add(&tick, tick.TimeMs)
		b.Add(&off, tick.TimeMs)
		b.OpenCandles()
		b.Forming()
	})
	if n != 0 {
		t.Errorf("%v allocations a tick", n)
	}
}
