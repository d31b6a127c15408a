package market

import (
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
		if ok && (s.CloseMs-s.OpenMs != (6*time.Hour+15*time.Minute).Milliseconds() || c.SessionStart(ms) != s.OpenMs) {
			t.Errorf("%s: session %v, start %d", text, s, c.SessionStart(ms))
		}
		if !ok && c.SessionStart(ms) != ms {
			t.Errorf("%s: start %d outside of any session", text, c.SessionStart(ms))
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
	c, err := NewCalendar("Asia/Kolkata", 9*time.Hour, 15*time.Hour, []string{"2024-01-26"})
	if err != nil {
		t.Fatal(err)
	}
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
	regular, err := NewCalendar("America/New_York", 9*time.Hour+30*time.Minute, 16*time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
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
	whole, err := NewCalendar("Asia/Tehran", 0, 24*time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	for noon, hours := range map[string]int64{"2021-03-19T12:00:00+03:30": 24, "2021-03-22T12:00:00+04:30": 23, "2021-09-21T12:00:00+04:30": 25} {
		if s, ok := whole.SessionAt(at(t, noon)); !ok || s.CloseMs-s.OpenMs != hours*3600*1000 {
			t.Errorf("%s: session of %d ms", noon, s.CloseMs-s.OpenMs)
		}
	}
}

func TestBadCalendars(t *testing.T) {
	for name, f := range map[string]func() (Calendar, error){
		"zone":     func() (Calendar, error) { return NewCalendar("Mars/Olympus", 0, time.Hour, nil) },
		"order":    func() (Calendar, error) { return NewCalendar("UTC", time.Hour, time.Hour, nil) },
		"too late": func() (Calendar, error) { return NewCalendar("UTC", time.Hour, 25*time.Hour, nil) },
		"holiday":  func() (Calendar, error) { return NewCalendar("UTC", 0, time.Hour, []string{"26 January"}) },
	} {
		if c, err := f(); err == nil {
			t.Errorf("%s: no error, %v", name, c)
		}
	}
}

func TestCalendars(t *testing.T) {
	calendars := DefaultCalendars()
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
