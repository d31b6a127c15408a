package market

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func mustCalendar(t testing.TB, s Schedule) Calendar {
	t.Helper()
	c, err := NewCalendar(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hours reads "09:15" and "24:00".
func hours(open, shut string) Hours {
	read := func(text string) time.Duration {
		var h, m int
		if _, err := fmt.Sscanf(text, "%d:%d", &h, &m); err != nil {
			panic(err)
		}
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	}
	return Hours{Open: read(open), Close: read(shut)}
}

// comex trades from 18:00 to 17:00, tse has a break for lunch, mcx follows the
// summer of New York, kolkata has an evening session on a holiday.
func testCalendars(t testing.TB) map[string]Calendar {
	t.Helper()
	madeOnce.Do(func() { made = makeCalendars(t) })
	return made
}

var (
	madeOnce sync.Once
	made     map[string]Calendar
)

func makeCalendars(t testing.TB) map[string]Calendar {
	t.Helper()
	everyDay := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	mcx := []Hours{hours("09:00", "23:30"), hours("09:00", "23:55")}
	mcx[0].SummerIn, mcx[1].WinterIn = "America/New_York", "America/New_York"
	night := hours("00:30", "03:30")
	night.Weekdays = everyDay
	return map[string]Calendar{
		"always": Always,
		"nse":    NSE(),
		"comex": mustCalendar(t, Schedule{
			Zone: "America/New_York", Sessions: []Hours{hours("18:00", "17:00")}, Holidays: []Date{{2024, 12, 25}},
		}),
		"tse": mustCalendar(t, Schedule{Zone: "Asia/Tokyo", Sessions: []Hours{hours("12:30", "15:00"), hours("09:00", "11:30")}}),
		"mcx": mustCalendar(t, Schedule{Zone: "Asia/Kolkata", Sessions: mcx}),
		"kolkata": mustCalendar(t, Schedule{
			Zone: "Asia/Kolkata", Sessions: []Hours{hours("09:15", "15:30")}, Holidays: []Date{{2024, 11, 15}},
			Special: []SpecialDay{
				{Date{2024, 11, 1}, []Hours{hours("18:00", "19:00")}},
				{Date{2024, 3, 2}, []Hours{hours("11:30", "12:30"), hours("09:15", "10:00")}},
			},
		}),
		// Clocks change in the session, at midnight, and by half an hour.
		"berlin": mustCalendar(t, Schedule{Zone: "Europe/Berlin", Sessions: []Hours{night, {Open: 4 * time.Hour, Close: 24 * time.Hour, Weekdays: everyDay}}}),
		"tehran": mustCalendar(t, Schedule{Zone: "Asia/Tehran", Sessions: []Hours{{Open: 22 * time.Hour, Close: 21 * time.Hour, Weekdays: everyDay}}}),
		"lord howe": mustCalendar(t, Schedule{Zone: "Australia/Lord_Howe", Sessions: []Hours{
			{Open: 0, Close: 2*time.Hour + 10*time.Minute, Weekdays: everyDay}, {Open: 2*time.Hour + 10*time.Minute, Close: 24 * time.Hour, Weekdays: everyDay},
		}}),
	}
}

// checkSessions holds a stretch of time against the laws of sessions: every time
// is in one stretch, which is the same for every time in it; sessions are apart
// and in order; the sessions of the days are those that are found by time.
func checkSessions(t *testing.T, c Calendar, fromMs, toMs int64) {
	t.Helper()
	var last Session
	for ms := fromMs; ms < toMs; {
		s, ok := c.SessionAt(ms)
		if !s.holds(ms) {
			t.Fatalf("%d is not in its own stretch %v", ms, s)
		}
		if s.OpenMs < last.CloseMs && last.CloseMs != 0 && s.OpenMs > last.OpenMs {
			t.Fatalf("%v overlaps %v", s, last)
		}
		for _, inside := range []int64{s.OpenMs, (s.OpenMs + s.CloseMs) / 2, s.CloseMs - 1} {
			if again, okToo := c.SessionAt(inside); okToo != ok || ok && again != s || !again.holds(inside) {
				t.Fatalf("%d is in %v (%v), but %d of it in %v (%v)", ms, s, ok, inside, again, okToo)
			}
		}
		day, found := c.TradingDay(ms)
		if found != ok {
			t.Fatalf("%d: in a session %v, of a trading day %v", ms, ok, found)
		}
		if ok {
			checkDay(t, c, ms, s, day)
		}
		last, ms = s, s.CloseMs
	}
}

func checkDay(t *testing.T, c Calendar, ms int64, s Session, day Date) {
	t.Helper()
	among := false
	var before Session
	for i, of := range c.DaySessions(day) {
		among = among || of == s
		if i > 0 && of.OpenMs < before.CloseMs {
			t.Fatalf("%v: sessions %v and %v", day, before, of)
		}
		before = of
	}
	if !among {
		t.Fatalf("%d is in %v of %v, which has %v", ms, s, day, c.DaySessions(day))
	}
	inner := s
	whole, _ := c.PeriodAt(ms, Day)
	date, err := time.Parse(time.DateOnly, day.String())
	if opens, number := NewBuilder(MustParseTimeframe("1min"), c, 0).TradingDay(ms); err != nil || opens != whole.OpenMs || number*86_400 != date.Unix() {
		t.Fatalf("%d: the builder's day %d opens at %d, that of %v at %d", ms, number, opens, day, whole.OpenMs)
	}
	for _, tf := range []Timeframe{Day, Week, Month} {
		p, ok := c.PeriodAt(ms, tf)
		if !ok || p.OpenMs > inner.OpenMs || p.CloseMs < inner.CloseMs && tf != Month {
			t.Fatalf("%d: %v is %v (%v), around %v", ms, tf, p, ok, inner)
		}
		if tf == Day {
			inner = p
		}
	}
}

func TestSessionLaws(t *testing.T) {
	for name, c := range testCalendars(t) {
		t.Run(name, func(t *testing.T) {
			checkSessions(t, c, at(t, "2019-12-20T00:00:00Z"), at(t, "2025-01-10T00:00:00Z"))
		})
	}
}

// TestPeriods: days, weeks and months go from the first session's open to the last
// one's close, whatever lies between.
func TestPeriods(t *testing.T) {
	calendars := testCalendars(t)
	for _, c := range []struct {
		calendar, at string
		timeframe    Timeframe
		open, close  string
	}{
		{"tse", "2024-06-05T09:30:00+09:00", Day, "2024-06-05T09:00:00+09:00", "2024-06-05T15:00:00+09:00"},
		{"comex", "2024-06-05T23:30:00-04:00", Day, "2024-06-05T18:00:00-04:00", "2024-06-06T17:00:00-04:00"},
		// Sunday evening is Monday's.
		{"comex", "2024-06-09T18:00:00-04:00", Week, "2024-06-09T18:00:00-04:00", "2024-06-14T17:00:00-04:00"},
		// The first trading day of July opens on the last evening of June.
		{"comex", "2024-06-30T20:00:00-04:00", Month, "2024-06-30T18:00:00-04:00", "2024-07-31T17:00:00-04:00"},
		// Summer time ends within the month.
		{"comex", "2024-11-04T20:00:00-05:00", Month, "2024-10-31T18:00:00-04:00", "2024-11-29T17:00:00-05:00"},
		{"nse", "2024-06-05T12:00:00+05:30", Week, "2024-06-03T09:15:00+05:30", "2024-06-07T15:30:00+05:30"},
		{"nse", "2024-06-05T12:00:00+05:30", Month, "2024-06-03T09:15:00+05:30", "2024-06-28T15:30:00+05:30"},
		// A special Saturday is the last day of its week, a special Friday has an
		// evening only.
		{"kolkata", "2024-03-01T12:00:00+05:30", Week, "2024-02-26T09:15:00+05:30", "2024-03-02T12:30:00+05:30"},
		{"kolkata", "2024-11-01T18:30:00+05:30", Day, "2024-11-01T18:00:00+05:30", "2024-11-01T19:00:00+05:30"},
		{"kolkata", "2024-11-04T12:00:00+05:30", Month, "2024-11-01T18:00:00+05:30", "2024-11-29T15:30:00+05:30"},
		{"always", "2024-02-29T12:00:00Z", Week, "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"},
		{"always", "2024-02-29T12:00:00Z", Month, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
	} {
		p, ok := calendars[c.calendar].PeriodAt(at(t, c.at), c.timeframe)
		if want := (Session{at(t, c.open), at(t, c.close)}); !ok || p != want {
			t.Errorf("%s, %s of %s: %v, want %v", c.calendar, c.timeframe, c.at, p, want)
		}
	}
	for _, off := range []string{"2024-06-05T12:00:00+09:00", "2024-06-08T10:00:00+09:00"} {
		if p, ok := calendars["tse"].PeriodAt(at(t, off), Day); ok {
			t.Errorf("%s is in no session, but in %v", off, p)
		}
		if _, ok := calendars["tse"].TradingDay(at(t, off)); ok {
			t.Errorf("%s is of a trading day", off)
		}
	}
	if s := calendars["kolkata"].DaySessions(Date{2024, 11, 15}); s != nil {
		t.Errorf("a holiday has %v", s)
	}
	if s := Always.DaySessions(Date{2024, 11, 15}); len(s) != 1 || s[0].CloseMs-s[0].OpenMs != dayMs {
		t.Errorf("a day of always has %v", s)
	}
}

// randomSchedule makes a schedule that may be wrong.
func randomSchedule(r *rand.Rand) Schedule {
	zones := []string{"UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tehran", "America/Sao_Paulo", "Pacific/Apia"}
	random := func() Hours {
		h := Hours{Open: time.Duration(r.IntN(97)) * 15 * time.Minute, Close: time.Duration(r.IntN(97)) * 15 * time.Minute}
		for d := range time.Weekday(7) {
			if r.IntN(2) == 0 {
				h.Weekdays = append(h.Weekdays, d)
			}
		}
		switch r.IntN(8) {
		case 0:
			h.SummerIn = zones[r.IntN(len(zones))]
		case 1:
			h.WinterIn = zones[r.IntN(len(zones))]
		case 2:
			h.From = Date{2021, time.Month(1 + r.IntN(12)), 1 + r.IntN(28)}
		case 3:
			h.Until = Date{2021, time.Month(1 + r.IntN(12)), 1 + r.IntN(28)}
		}
		return h
	}
	s := Schedule{Zone: zones[r.IntN(len(zones))]}
	for range 1 + r.IntN(3) {
		s.Sessions = append(s.Sessions, random())
	}
	for range r.IntN(4) {
		d := Date{2021, time.Month(1 + r.IntN(12)), 1 + r.IntN(28)}
		if r.IntN(2) == 0 {
			s.Holidays = append(s.Holidays, d)
		} else {
			s.Special = append(s.Special, SpecialDay{d, []Hours{random()}})
		}
	}
	return s
}

// TestRandomSchedules: what is accepted keeps the laws of sessions, over a year of
// changing clocks.
func TestRandomSchedules(t *testing.T) {
	accepted := 0
	from, to := at(t, "2021-01-01T00:00:00Z"), at(t, "2022-01-01T00:00:00Z")
	for seed := range uint64(300) {
		c, err := NewCalendar(randomSchedule(rand.New(rand.NewPCG(seed, 7))))
		if err != nil {
			continue
		}
		accepted++
		if !t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { checkSessions(t, c, from, to) }) {
			return
		}
	}
	if accepted < 50 {
		t.Errorf("only %d schedules of 300 were accepted", accepted)
	}
}

// FuzzSessionAt: any time of any calendar is in one stretch, which holds it and is
// the same at its ends.
func FuzzSessionAt(f *testing.F) {
	f.Add(uint64(1), int64(nseOpenMs))
	f.Add(uint64(2), int64(0))
	f.Add(uint64(77), int64(1616893200000)) // Berlin's clocks go forward
	f.Fuzz(func(t *testing.T, seed uint64, ms int64) {
		const most = 253402300799999 // the year 9999
		if ms < 0 || ms > most {
			return
		}
		c, err := NewCalendar(randomSchedule(rand.New(rand.NewPCG(seed, 7))))
		if err != nil {
			return
		}
		s, ok := c.SessionAt(ms)
		if !s.holds(ms) {
			t.Fatalf("%d is not in its own stretch %v", ms, s)
		}
		for _, edge := range []int64{s.OpenMs, s.CloseMs - 1} {
			if again, okToo := c.SessionAt(edge); okToo != ok || ok && again != s {
				t.Fatalf("%d is in %v (%v), its edge %d in %v (%v)", ms, s, ok, edge, again, okToo)
			}
		}
		next, after := c.SessionAt(s.CloseMs)
		if !next.holds(s.CloseMs) || ok && after && next.OpenMs < s.CloseMs {
			t.Fatalf("after %v comes %v", s, next)
		}
	})
}
