package market

import (
	"strings"
	"testing"
	"time"
)

// nseOpenMs is Monday, 2024-01-01 09:15 IST.
const nseOpenMs = 1704080700000

func at(t *testing.T, text string) int64 {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment.UnixMilli()
}

func TestNSE(t *testing.T) {
	c := NSE()
	for text, want := range map[string]bool{
		"2024-01-01T09:14:59.999+05:30": false,
		"2024-01-01T09:15:00+05:30":     true,
		"2024-01-01T15:29:59.999+05:30": true,
		"2024-01-01T15:30:00+05:30":     false,
		"2024-01-05T12:00:00+05:30":     true,  // Friday
		"2024-01-06T12:00:00+05:30":     false, // Saturday
		"2024-01-07T12:00:00+05:30":     false, // Sunday
		"2024-01-08T00:00:00+05:30":     false, // still Sunday in UTC
		"1971-03-01T12:00:00+05:30":     true,
	} {
		ms := at(t, text)
		s, ok := c.SessionAt(ms)
		if ok != want {
			t.Errorf("%s: in session %v, want %v", text, ok, want)
		}
		if ok && (s.CloseMs-s.OpenMs != (6*time.Hour + 15*time.Minute).Milliseconds()) {
			t.Errorf("%s: session %v", text, s)
		}
	}
	if s, _ := c.SessionAt(nseOpenMs); s.OpenMs != nseOpenMs || s.OpenMs != at(t, "2024-01-01T03:45:00Z") {
		t.Errorf("opens at %d", s.OpenMs)
	}
}

func TestAlways(t *testing.T) {
	const day = 24 * 3600 * 1000
	for _, ms := range []int64{0, 1, day - 1, day, nseOpenMs, -1, -day} {
		s, ok := Always.SessionAt(ms)
		if !ok || s.OpenMs > ms || s.CloseMs <= ms || s.CloseMs-s.OpenMs != day || s.OpenMs%day != 0 {
			t.Errorf("%d: session %v, %v", ms, s, ok)
		}
	}
}

func TestHolidays(t *testing.T) {
	c := mustCalendar(t, Schedule{Zone: "Asia/Kolkata", Sessions: []Hours{hours("09:00", "15:00")}, Holidays: []Date{{2024, 1, 26}}})
	for text, want := range map[string]bool{
		"2024-01-25T12:00:00+05:30": true, "2024-01-26T12:00:00+05:30": false, "2025-01-27T12:00:00+05:30": true,
	} {
		if _, ok := c.SessionAt(at(t, text)); ok != want {
			t.Errorf("%s: in session %v, want %v", text, ok, want)
		}
	}
}

// TestSummerTime: a session is in times on the wall, whatever the offset is; a
// session over the whole day is as long as the day.
func TestSummerTime(t *testing.T) {
	regular := mustCalendar(t, Schedule{Zone: "America/New_York", Sessions: []Hours{hours("09:30", "16:00")}})
	for _, open := range []string{"2024-03-08T14:30:00Z", "2024-03-11T13:30:00Z", "2024-11-04T14:30:00Z"} {
		ms := at(t, open)
		if s, ok := regular.SessionAt(ms); !ok || s.OpenMs != ms || s.CloseMs-ms != (6*time.Hour+30*time.Minute).Milliseconds() {
			t.Errorf("%s: session %v, %v", open, s, ok)
		}
		if _, ok := regular.SessionAt(ms - 1); ok {
			t.Errorf("in session before %s", open)
		}
	}
	// Tehran's clocks changed on weekdays: Monday 2021-03-22 has 23 hours, Tuesday
	// 2021-09-21 ends an hour late.
	whole := mustCalendar(t, Schedule{Zone: "Asia/Tehran", Sessions: []Hours{hours("00:00", "24:00")}})
	for noon, hours := range map[string]int64{"2021-03-19T12:00:00+03:30": 24, "2021-03-22T12:00:00+04:30": 23, "2021-09-21T12:00:00+04:30": 25} {
		if s, ok := whole.SessionAt(at(t, noon)); !ok || s.CloseMs-s.OpenMs != hours*3600*1000 {
			t.Errorf("%s: session of %d ms", noon, s.CloseMs-s.OpenMs)
		}
	}
}

func TestBadCalendars(t *testing.T) {
	day := []Hours{hours("09:00", "15:00")}
	from, until := Date{2024, 3, 1}, Date{2024, 2, 1}
	for want, s := range map[string]Schedule{
		"zone: want an IANA time zone":         {Zone: "Mars/Olympus", Sessions: day},
		"zone: want an":                        {Sessions: day},
		"sessions: want at least one":          {Zone: "UTC"},
		"sessions[0].open: want a time":        {Zone: "UTC", Sessions: []Hours{{Open: -time.Hour, Close: time.Hour}}},
		"sessions[0].close: want a time":       {Zone: "UTC", Sessions: []Hours{{Open: time.Hour, Close: 25 * time.Hour}}},
		"sessions[0].close: want a time after": {Zone: "UTC", Sessions: []Hours{{Open: time.Hour}}},
		"sessions[0].weekdays":                 {Zone: "UTC", Sessions: []Hours{{Close: time.Hour, Weekdays: []time.Weekday{7}}}},
		"sessions[0].until: want 2024-03-01":   {Zone: "UTC", Sessions: []Hours{{Close: time.Hour, From: from, Until: until}}},
		"sessions[0].summer_in: want an IANA":  {Zone: "UTC", Sessions: []Hours{{Close: time.Hour, SummerIn: "Atlantis"}}},
		"sessions[0].winter_in: want an IANA":  {Zone: "UTC", Sessions: []Hours{{Close: time.Hour, WinterIn: "Local"}}},
		"sessions[1]: 14:00 to 16:00 overlaps sessions[0], which is 09:00 to 15:00":             {Zone: "UTC", Sessions: []Hours{day[0], hours("14:00", "16:00")}},
		"sessions[1]: 22:00 the evening before to 02:00 overlaps sessions[0] of the day before": {Zone: "UTC", Sessions: []Hours{hours("09:00", "23:00"), hours("22:00", "02:00")}},
		"sessions: Monday has 9, want at most 8":                                                {Zone: "UTC", Sessions: manyHours(9)},
		"holidays[1]: 2024-01-26 is given twice":                                                {Zone: "UTC", Sessions: day, Holidays: []Date{{2024, 1, 26}, {2024, 1, 26}}},
		"special[0].date: 2024-01-26 is given":                                                  {Zone: "UTC", Sessions: day, Holidays: []Date{{2024, 1, 26}}, Special: []SpecialDay{{Date{2024, 1, 26}, day}}},
		"special[0].sessions: want 1 to 8":                                                      {Zone: "UTC", Sessions: day, Special: []SpecialDay{{Date: Date{2024, 1, 26}}}},
		"special[0].sessions: 14:00 to 16:00 overlaps 09:00 to 15:00": {
			Zone: "UTC", Sessions: day, Special: []SpecialDay{{Date{2024, 1, 26}, []Hours{hours("14:00", "16:00"), day[0]}}},
		},
		"special: 20:00 the evening before to 02:00 of 2024-01-26 overlaps 09:00 to 21:00 of 2024-01-25": {
			Zone: "UTC", Sessions: []Hours{hours("09:00", "21:00")}, Special: []SpecialDay{{Date{2024, 1, 26}, []Hours{hours("20:00", "02:00")}}},
		},
		"special: 18:00 the evening before to 17:00 of 2024-01-26 overlaps 09:00 to 20:00 of 2024-01-25": {
			Zone: "UTC", Sessions: []Hours{hours("18:00", "17:00")}, Special: []SpecialDay{{Date{2024, 1, 25}, []Hours{hours("09:00", "20:00")}}},
		},
	} {
		if c, err := NewCalendar(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v, %v", want, c, err)
		}
	}
	_, err := NewCalendar(Schedule{Zone: "x", Sessions: []Hours{{Open: -1, Close: 1}, {Close: 1, SummerIn: "y"}}})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three things are wrong, got %v", err)
	}
}

func manyHours(n int) []Hours {
	var out []Hours
	for i := range n {
		out = append(out, Hours{Open: time.Duration(2*i) * time.Hour, Close: time.Duration(2*i+1) * time.Hour})
	}
	return out
}

// TestSeasonsAndYearsDontOverlap: sessions that are never held on one day may be
// at one time of day.
func TestSeasonsAndYearsDontOverlap(t *testing.T) {
	c := mustCalendar(t, Schedule{Zone: "Asia/Kolkata", Sessions: []Hours{
		{Open: 9 * time.Hour, Close: 23*time.Hour + 30*time.Minute, SummerIn: "America/New_York", From: Date{2020, 1, 1}},
		{Open: 9 * time.Hour, Close: 23*time.Hour + 55*time.Minute, WinterIn: "America/New_York", From: Date{2020, 1, 1}},
		{Open: 10 * time.Hour, Close: 23 * time.Hour, Until: Date{2019, 12, 31}},
	}})
	for text, want := range map[string]string{
		"2024-03-08T12:00:00+05:30": "2024-03-08T23:55:00+05:30", "2024-03-11T12:00:00+05:30": "2024-03-11T23:30:00+05:30",
		"2024-11-01T12:00:00+05:30": "2024-11-01T23:30:00+05:30", "2024-11-04T12:00:00+05:30": "2024-11-04T23:55:00+05:30",
		"2019-12-31T12:00:00+05:30": "2019-12-31T23:00:00+05:30",
	} {
		if s, ok := c.SessionAt(at(t, text)); !ok || s.CloseMs != at(t, want) {
			t.Errorf("%s: session %v, %v", text, s, ok)
		}
	}
}

func TestCalendars(t *testing.T) {
	calendars := Calendars{"NSE": NSE(), "NFO": NSE()}
	saturday := at(t, "2024-01-06T12:00:00+05:30")
	for exchange, want := range map[string]bool{"NSE": false, "NFO": false, "BINANCE": true, "": true} {
		if _, ok := calendars.For(exchange).SessionAt(saturday); ok != want {
			t.Errorf("%q trades on Saturday: %v, want %v", exchange, ok, want)
		}
	}
	if _, ok := Calendars(nil).For("NSE").SessionAt(saturday); !ok {
		t.Error("no calendars: all exchanges trade always")
	}
}

// TestDayAt: outside of sessions a time counts to the date on the wall, if there is trade
// on it.
func TestDayAt(t *testing.T) {
	c := mustCalendar(t, Schedule{Zone: "America/New_York", Sessions: []Hours{{Open: 18 * time.Hour, Close: 17 * time.Hour}}})
	for text, want := range map[string]string{
		"2024-01-07T18:00:00-05:00": "2024-01-08", "2024-01-08T16:59:59-05:00": "2024-01-08", "2024-01-08T17:00:00-05:00": "2024-01-08",
		"2024-01-08T18:00:00-05:00": "2024-01-09", "2024-01-07T17:59:59-05:00": "", "2024-01-05T18:00:00-05:00": "2024-01-05",
	} {
		if day, ok := c.DayAt(at(t, text)); ok != (want != "") || ok && day.String() != want {
			t.Errorf("%s: %v, %v; want %q", text, day, ok, want)
		}
	}
	if day, ok := Always.DayAt(at(t, "2024-01-07T23:59:59Z")); !ok || day != (Date{2024, 1, 7}) || day.Number() != 19_729 {
		t.Errorf("always: %v (%d), %v", day, day.Number(), ok)
	}
}

// TestEveryDay: sessions of different days may make it up together.
func TestEveryDay(t *testing.T) {
	weekend := []time.Weekday{time.Saturday, time.Sunday}
	week := Hours{Open: time.Hour, Close: 2 * time.Hour}
	for name, c := range map[string]struct {
		calendar Calendar
		want     bool
	}{
		"always":   {Always, true},
		"NSE":      {NSE(), false},
		"Saturday": {mustCalendar(t, Schedule{Zone: "UTC", Sessions: []Hours{week, {Close: time.Hour, Weekdays: weekend[:1]}}}), false},
		"together": {mustCalendar(t, Schedule{Zone: "UTC", Sessions: []Hours{week, {Close: time.Hour, Weekdays: weekend}}}), true},
	} {
		if got := c.calendar.EveryDay(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestFingerprint: it changes with what cuts candles, and with nothing else.
func TestFingerprint(t *testing.T) {
	make := func(change func(*Schedule)) string {
		s := Schedule{
			Zone: "UTC", Sessions: []Hours{hours("09:00", "12:00"), hours("13:00", "15:00")},
			Holidays: []Date{{2024, 1, 26}, {2024, 5, 1}}, Special: []SpecialDay{{Date{2024, 11, 1}, []Hours{hours("18:00", "19:00")}}},
		}
		if change != nil {
			change(&s)
		}
		return Calendars{"A": mustCalendar(t, s), "B": Always}.Fingerprint()
	}
	base := make(nil)
	if same := make(func(s *Schedule) { s.Holidays[0], s.Holidays[1] = s.Holidays[1], s.Holidays[0] }); same != base {
		t.Errorf("another order of holidays gives\n%s, not\n%s", same, base)
	}
	for name, change := range map[string]func(*Schedule){
		"zone":     func(s *Schedule) { s.Zone = "Asia/Kolkata" },
		"holiday":  func(s *Schedule) { s.Holidays = s.Holidays[1:] },
		"close":    func(s *Schedule) { s.Sessions[1].Close += time.Minute },
		"weekdays": func(s *Schedule) { s.Sessions[0].Weekdays = []time.Weekday{time.Monday} },
		"from":     func(s *Schedule) { s.Sessions[0].From = Date{2020, 1, 1} },
		"until":    func(s *Schedule) { s.Sessions[0].Until = Date{2030, 1, 1} },
		"summer":   func(s *Schedule) { s.Sessions[0].SummerIn = "Europe/Berlin" },
		"special":  func(s *Schedule) { s.Special[0].Hours[0].Open += time.Minute },
	} {
		if make(change) == base {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
	if (Calendars{"A": Always}).Fingerprint() == (Calendars{"B": Always}).Fingerprint() {
		t.Error("another exchange has the same fingerprint")
	}
}

// TestTradesBetween: nights, weekends and breaks are no time of trading.
// TestEarlyClose: only a day of special hours ends early, and only when its weekday has
// a later end, or, when that has no hours, the weekday before.
func TestEarlyClose(t *testing.T) {
	hours := func(open, close int) Hours {
		return Hours{Open: time.Duration(open) * time.Hour, Close: time.Duration(close) * time.Hour}
	}
	day := func(n int) Date { return Date{2025, time.November, n} }
	c, err := NewCalendar(Schedule{
		Zone: "America/New_York", Sessions: []Hours{hours(9, 12), hours(13, 16)}, Holidays: []Date{day(27)},
		Special: []SpecialDay{
			{Date: day(28), Hours: []Hours{hours(9, 10), hours(11, 12)}},
			{Date: day(26), Hours: []Hours{hours(10, 16)}},
			{Date: day(25), Hours: []Hours{hours(9, 17)}},
			{Date: day(29), Hours: []Hours{hours(9, 10)}},  // a Saturday
			{Date: day(30), Hours: []Hours{hours(11, 14)}}, // a Sunday
			{Date: day(22), Hours: []Hours{hours(9, 16)}},  // a Saturday, as long as others
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(n, hour int) int64 { return time.Date(2025, 11, n, hour+5, 0, 0, 0, time.UTC).UnixMilli() }
	early := EarlyClose{CloseMs: at(28, 12), UsualMs: at(28, 16)}
	b := NewBuilder(Day, c, 0)
	for _, x := range []struct {
		ms   int64
		want EarlyClose
	}{
		{at(28, 9), early},
		{at(28, 11), early},
		{at(28, 12) - 1, early},
		{at(28, 10), EarlyClose{}},
		{at(28, 12), EarlyClose{}},
		{at(24, 10), EarlyClose{}},
		{at(25, 10), EarlyClose{}},
		{at(26, 10), EarlyClose{}},
		{at(27, 10), EarlyClose{}},
		{at(29, 9), EarlyClose{CloseMs: at(29, 10), UsualMs: at(29, 16)}},
		{at(30, 11), EarlyClose{CloseMs: at(30, 14), UsualMs: at(30, 16)}},
		{at(22, 10), EarlyClose{}},
	} {
		if got := c.EarlyClose(x.ms); got != x.want || got.Is() != (x.want != EarlyClose{}) {
			t.Errorf("%v: %+v, want %+v", time.UnixMilli(x.ms).UTC(), got, x.want)
		}
		if got := b.EarlyClose(x.ms); got != x.want {
			t.Errorf("%v, by a builder: %+v, want %+v", time.UnixMilli(x.ms).UTC(), got, x.want)
		}
	}
	if got := Always.EarlyClose(at(28, 9)); got.Is() {
		t.Errorf("always: %+v", got)
	}
}

func TestTradesBetween(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"2024-01-01T10:00:00+05:30", "2024-01-01T10:00:00+05:30", false},
		{"2024-01-01T10:05:00+05:30", "2024-01-01T10:00:00+05:30", false},
		{"2024-01-01T10:00:00+05:30", "2024-01-01T10:00:00.001+05:30", true},
		{"2024-01-01T15:30:00+05:30", "2024-01-02T09:15:00+05:30", false}, // a night
		{"2024-01-01T15:29:59.999+05:30", "2024-01-02T09:15:00+05:30", true},
		{"2024-01-01T15:30:00+05:30", "2024-01-02T09:15:00.001+05:30", true},
		{"2024-01-05T15:30:00+05:30", "2024-01-08T09:15:00+05:30", false}, // a weekend
		{"2024-01-05T15:30:00+05:30", "2024-01-09T09:15:00+05:30", true},
		{"2024-01-01T02:00:00+05:30", "2024-01-01T20:00:00+05:30", true}, // all of a session
	} {
		if got := NSE().TradesBetween(at(t, c.from), at(t, c.to)); got != c.want {
			t.Errorf("from %s to %s: %v", c.from, c.to, got)
		}
	}
	if Always.TradesBetween(5, 5) || !Always.TradesBetween(5, 6) {
		t.Error("a market that never closes trades between any two times, and not within one")
	}
}
