package market

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// script runs lines against a builder and gives what comes out of it. A line is
// "TIME PRICE VOLUME", a tick in session time; "clock TIME", the clock alone; "gap";
// or "forming". The clock is the highest time so far. "2/09:15:00" is two days on.
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
	days := 0
	if before, rest, ok := strings.Cut(text, "/"); ok {
		n, err := strconv.Atoi(before)
		if err != nil {
			panic(err)
		}
		days, text = n, rest
	}
	day, err := time.Parse("15:04:05.999", text)
	if err != nil {
		panic(err)
	}
	return s.midnight + int64(days)*dayMs + day.Sub(day.Truncate(24*time.Hour)).Milliseconds()
}

func (s *script) format(c Candle) string {
	clock := func(ms int64) string {
		text := time.UnixMilli(ms - s.midnight).UTC().Format("15:04:05")
		if day := (ms - s.midnight) / dayMs; day > 0 {
			return fmt.Sprintf("%d/%s", day, text)
		}
		return text
	}
	text := fmt.Sprintf("%s-%s %v %v %v %v volume %v of %d", clock(c.StartMs), clock(c.EndMs), c.Open, c.High, c.Low, c.Close, c.Volume, c.Ticks)
	if c.Gap {
		text += " gap"
	}
	if c.Partial {
		text += " partial"
	}
	if c.Amended {
		text += " amended"
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
		case Amends:
			for _, c := range s.builder.Recent() {
				if c.StartMs <= t.TimeMs && t.TimeMs < c.EndMs {
					s.out = append(s.out, "again "+s.format(c))
				}
			}
		case OffSession:
			s.out = append(s.out, "off session "+f[0])
		}
	}
}

// TestRules has one case for each rule of docs/candles.md.
func TestRules(t *testing.T) {
	const monday = "2024-01-01T00:00:00+05:30"
	for _, c := range rules {
		t.Run(c.rule, func(t *testing.T) {
			s := newScript(c.timeframe, NSE(), monday)
			switch {
			case c.always:
				s = newScript(c.timeframe, Always, "2024-01-01T00:00:00Z")
			case c.calendar != "":
				s = newScript(c.timeframe, testCalendars(t)[c.calendar], c.midnight)
			}
			if c.amend {
				s.builder.AmendWithin(time.Minute)
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

// TestRulesAreWritten: the page's bold words under "Rules" and "Quality" are the
// rules that have a case, and no others.
func TestRulesAreWritten(t *testing.T) {
	page, err := os.ReadFile("../../docs/candles.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "## Rules")
	var written, tested []string
	for _, m := range regexp.MustCompile(`\*\*([^*]+?)\.?\*\*`).FindAllStringSubmatch(text, -1) {
		written = append(written, strings.ToLower(strings.Join(strings.Fields(m[1]), " ")))
	}
	for _, r := range rules {
		tested = append(tested, strings.ToLower(r.rule))
	}
	slices.Sort(written)
	slices.Sort(tested)
	if !slices.Equal(written, tested) {
		t.Errorf("written\n%q\ntested\n%q", written, tested)
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

// TestCalendarChangesUnderOpenCandles: a candle of the new calendar that began
// before one of the old has closed takes its ticks to its end.
func TestCalendarChangesUnderOpenCandles(t *testing.T) {
	from := func(open time.Duration) Calendar {
		c, err := NewCalendar(Schedule{Zone: "UTC", Sessions: []Hours{{Open: open, Close: 16 * time.Hour}}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const monday = int64(1_704_672_000_000) // 2024-01-08
	var b *Builder
	add := func(minute int64) Placement {
		ms := monday + minute*60_000
		b.Advance(ms)
		return b.Add(&Tick{TimeMs: ms}, ms)
	}
	hour := MustParseTimeframe("1hour")
	b = NewBuilder(hour, from(9*time.Hour+15*time.Minute), time.Second)
	add(9*60 + 30)
	b = RestoreBuilder(hour, from(9*time.Hour), time.Second, b.State())
	for _, minute := range []int64{5, 20, 40, 59} { // 10:15 ends the old candle
		if p := add(10*60 + minute); p != InCandle {
			t.Errorf("10:%02d is placed %d", minute, p)
		}
	}
	if c := b.Advance(monday + 12*3_600_000); len(c) != 1 || c[0].Ticks != 4 {
		t.Errorf("candles %+v", c)
	}
}
