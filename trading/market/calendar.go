package market

import (
	"fmt"
	"time"
	_ "time/tzdata" // sessions must not depend on the machine's zone files
)

// Session is one stretch of trading, [OpenMs, CloseMs).
type Session struct{ OpenMs, CloseMs int64 }

// Calendar says when an exchange trades. It is immutable and safe for concurrent
// use. The zero value trades always, in days of UTC.
type Calendar struct {
	zone        *time.Location
	open, close time.Duration // since local midnight
	holidays    map[date]bool
}

type date struct {
	year  int
	month time.Month
	day   int
}

// Always is the calendar of markets that never close: sessions are days of UTC.
var Always = Calendar{}

// NewCalendar makes a calendar with one session on weekdays from open to close
// of local time, except on the holidays ("2006-01-02").
func NewCalendar(zone string, open, close time.Duration, holidays []string) (Calendar, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("calendar: zone %q: %w", zone, err)
	}
	if open < 0 || close <= open || close > 24*time.Hour {
		return Calendar{}, fmt.Errorf("calendar: session from %v to %v: want 0 <= open < close <= 24h", open, close)
	}
	days := make(map[date]bool, len(holidays))
	for _, h := range holidays {
		t, err := time.Parse(time.DateOnly, h)
		if err != nil {
			return Calendar{}, fmt.Errorf("calendar: holiday %q: want YYYY-MM-DD", h)
		}
		days[dateOf(t)] = true
	}
	return Calendar{zone: loc, open: open, close: close, holidays: days}, nil
}

// NSE is the National Stock Exchange of India's equity session, 09:15 to 15:30
// IST on weekdays, without its yearly holidays.
func NSE() Calendar {
	c, err := NewCalendar("Asia/Kolkata", 9*time.Hour+15*time.Minute, 15*time.Hour+30*time.Minute, nil)
	if err != nil {
		panic(err) // the zone is built in
	}
	return c
}

const dayMs = int64(24 * time.Hour / time.Millisecond)

// SessionAt gives the session that holds a time and whether there is one; without
// one the session has no meaning.
func (c Calendar) SessionAt(ms int64) (Session, bool) {
	if c.zone == nil {
		start := floorDiv(ms, dayMs) * dayMs
		return Session{start, start + dayMs}, true
	}
	local := time.UnixMilli(ms).In(c.zone)
	day := dateOf(local)
	if w := local.Weekday(); w == time.Saturday || w == time.Sunday || c.holidays[day] {
		return Session{}, false
	}
	s := Session{c.moment(day, c.open), c.moment(day, c.close)}
	return s, ms >= s.OpenMs && ms < s.CloseMs
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// moment is when the clocks on the wall show a time of day, also on the days on
// which the zone changes its offset.
func (c Calendar) moment(d date, of time.Duration) int64 {
	return time.Date(d.year, d.month, d.day, 0, 0, int(of/time.Second), int(of%time.Second), c.zone).UnixMilli()
}

// SessionStart gives the open of the session that holds a time, or the time
// itself outside of any session.
func (c Calendar) SessionStart(ms int64) int64 {
	if s, ok := c.SessionAt(ms); ok {
		return s.OpenMs
	}
	return ms
}

// Calendars finds an exchange's calendar; an exchange without one trades always.
// It must not be changed while in use. The zero value knows none.
type Calendars map[string]Calendar

// DefaultCalendars knows NSE and its derivatives segment NFO.
func DefaultCalendars() Calendars {
	nse := NSE()
	return Calendars{"NSE": nse, "NFO": nse}
}

// For gives the calendar of an exchange.
func (c Calendars) For(exchange string) Calendar { return c[exchange] }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
