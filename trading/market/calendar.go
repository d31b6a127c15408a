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
	holidays    map[string]bool
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
	days := make(map[string]bool, len(holidays))
	for _, d := range holidays {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return Calendar{}, fmt.Errorf("calendar: holiday %q: want YYYY-MM-DD", d)
		}
		days[d] = true
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

// SessionAt gives the session that holds a time, and whether there is one.
func (c Calendar) SessionAt(ms int64) (Session, bool) {
	if c.zone == nil {
		start := floorDiv(ms, dayMs) * dayMs
		return Session{start, start + dayMs}, true
	}
	local := time.UnixMilli(ms).In(c.zone)
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday || c.holidays[local.Format(time.DateOnly)] {
		return Session{}, false
	}
	s := Session{c.clock(local, c.open), c.clock(local, c.close)}
	return s, ms >= s.OpenMs && ms < s.CloseMs
}

// clock gives the moment of a wall clock time on local's day, also on the days
// on which the zone changes its offset.
func (c Calendar) clock(local time.Time, of time.Duration) int64 {
	y, m, d := local.Date()
	return time.Date(y, m, d, 0, 0, 0, int(of), c.zone).UnixMilli()
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
