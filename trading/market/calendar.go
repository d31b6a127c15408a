package market

import (
	"slices"
	"strings"
	"time"
)

// Session is one stretch of time, [OpenMs, CloseMs).
type Session struct{ OpenMs, CloseMs int64 }

func (s Session) holds(ms int64) bool { return ms >= s.OpenMs && ms < s.CloseMs }

// Calendar says when an exchange trades. It is immutable and safe for concurrent
// use. The zero value trades always, in days of UTC.
//
// A trading day is a date of the exchange's zone. Its sessions begin on that date
// or on the evening before, and end on it.
type Calendar struct{ plan *plan }

// Always is the calendar of markets that never close: sessions are days of UTC.
var Always = Calendar{}

// NSE is the National Stock Exchange of India's equity session, 09:15 to 15:30
// IST on weekdays, without its yearly holidays. The shipped calendars have them.
func NSE() Calendar {
	c, err := NewCalendar(Schedule{
		Zone: "Asia/Kolkata", Sessions: []Hours{{Open: 9*time.Hour + 15*time.Minute, Close: 15*time.Hour + 30*time.Minute}},
	})
	if err != nil {
		panic(err) // the zone is built in
	}
	return c
}

const dayMs = int64(24 * time.Hour / time.Millisecond)

// SessionAt gives the session that holds a time and whether there is one. Without
// one, it gives a stretch around the time in which there is none, not longer than
// the day on the wall.
func (c Calendar) SessionAt(ms int64) (Session, bool) {
	if c.plan == nil {
		return utcDay(ms), true
	}
	s, _, ok := c.find(ms)
	return s, ok
}

// find gives the trading day, too.
func (c Calendar) find(ms int64) (Session, Date, bool) {
	if c.plan == nil {
		return utcDay(ms), dateOf(time.UnixMilli(ms).UTC()), true
	}
	today := dateOf(time.UnixMilli(ms).In(c.plan.zone))
	quiet := Session{min(c.moment(today, 0), ms), max(c.moment(today, 24*time.Hour), ms+1)}
	for _, day := range [2]Date{today, today.AddDays(1)} {
		spans, n := c.plan.on(day)
		for _, span := range spans[:n] {
			s := Session{c.moment(day, span.open), c.moment(day, span.close)}
			switch {
			case s.holds(ms):
				return s, day, true
			case ms < s.OpenMs:
				quiet.CloseMs = min(quiet.CloseMs, s.OpenMs)
			default:
				quiet.OpenMs = max(quiet.OpenMs, s.CloseMs)
			}
		}
	}
	return quiet, Date{}, false
}

func (c Calendar) moment(d Date, of time.Duration) int64 { return moment(d, of, c.plan.zone) }

// TradingDay gives the trading day whose session holds a time, and whether there
// is one: a session that opens on the evening before is the next date's.
func (c Calendar) TradingDay(ms int64) (Date, bool) {
	_, day, ok := c.find(ms)
	return day, ok
}

// DayAt gives the trading day to which a time counts, and whether there is one: that
// of the session that holds it; outside of any, the date on the exchange's walls, when
// that is a trading day.
func (c Calendar) DayAt(ms int64) (Date, bool) {
	if _, day, ok := c.find(ms); ok {
		return day, true
	}
	day := dateOf(time.UnixMilli(ms).In(c.plan.zone))
	_, n := c.plan.on(day)
	return day, n > 0
}

// EveryDay tells whether there are sessions on all seven days of the week.
func (c Calendar) EveryDay() bool {
	if c.plan == nil {
		return true
	}
	var days [7]bool
	for i := range c.plan.week {
		for d, trades := range c.plan.week[i].days {
			days[d] = days[d] || trades
		}
	}
	return !slices.Contains(days[:], false)
}

// EarlyClose tells of a trading day that ends before its usual time.
type EarlyClose struct {
	// CloseMs is when the day's last session ends, UsualMs when it would end on a day
	// of that weekday without hours of its own; of a weekday without any, such as a
	// Saturday, on the last one before it that has some.
	CloseMs, UsualMs int64
}

// Is tells whether there is one.
func (e EarlyClose) Is() bool { return e.CloseMs != 0 }

// EarlyClose gives the early close of the trading day whose session holds a time; the
// zero value on all other days, and outside of any session.
func (c Calendar) EarlyClose(ms int64) EarlyClose {
	_, day, ok := c.find(ms)
	if !ok || c.plan == nil {
		return EarlyClose{}
	}
	today, n := c.plan.on(day)
	usual, m := c.plan.usual(day)
	for back := 1; m == 0 && back < 7; back++ {
		usual, m = c.plan.usual(day.AddDays(-back))
	}
	if m == 0 || today[n-1].close >= usual[m-1].close {
		return EarlyClose{}
	}
	return EarlyClose{CloseMs: c.moment(day, today[n-1].close), UsualMs: c.moment(day, usual[m-1].close)}
}

// TradesBetween tells whether a session has time in [fromMs, toMs).
func (c Calendar) TradesBetween(fromMs, toMs int64) bool {
	if fromMs >= toMs || c.plan == nil {
		return fromMs < toMs
	}
	// A session belongs to its date, or opens on the evening before.
	last := dateOf(time.UnixMilli(toMs).In(c.plan.zone)).AddDays(1)
	for day := dateOf(time.UnixMilli(fromMs).In(c.plan.zone)); !last.Before(day); day = day.AddDays(1) {
		for _, s := range c.DaySessions(day) {
			if s.OpenMs < toMs && s.CloseMs > fromMs {
				return true
			}
		}
	}
	return false
}

// DaySessions gives the sessions of a trading day, in order; none on a day
// without trade.
func (c Calendar) DaySessions(d Date) []Session {
	if c.plan == nil {
		start := d.midnight().UnixMilli()
		return []Session{{start, start + dayMs}}
	}
	spans, n := c.plan.on(d)
	var out []Session
	for _, span := range spans[:n] {
		// A session in an hour that summer time leaves out has no length.
		if s := (Session{c.moment(d, span.open), c.moment(d, span.close)}); s.OpenMs < s.CloseMs {
			out = append(out, s)
		}
	}
	return out
}

// opens gives the open of the first session of a trading day, which has one.
func (c Calendar) opens(d Date) int64 {
	if c.plan == nil {
		return d.midnight().UnixMilli()
	}
	spans, _ := c.plan.on(d)
	for i := 0; ; i++ { // a session in an hour that summer time leaves out has no length
		if open := c.moment(d, spans[i].open); open < c.moment(d, spans[i].close) {
			return open
		}
	}
}

// PeriodAt gives the trading day, the week (from Monday on) or the month of
// trading days to whose sessions a time belongs: from the first session's open to
// the last one's close. It is false outside of any session. The timeframe is Day,
// Week or Month.
func (c Calendar) PeriodAt(ms int64, tf Timeframe) (Session, bool) {
	_, day, ok := c.find(ms)
	if !ok {
		return Session{}, false
	}
	first, last := day, day
	switch tf {
	case Week:
		first = day.monday()
		last = first.AddDays(6)
	case Month:
		first = Date{day.Year, day.Month, 1}
		last = dateOf(first.midnight().AddDate(0, 1, -1))
	}
	var period Session
	for ; ; first = first.AddDays(1) { // ends at day at the latest
		if s := c.DaySessions(first); len(s) > 0 {
			period.OpenMs = s[0].OpenMs
			break
		}
	}
	for ; ; last = last.AddDays(-1) {
		if s := c.DaySessions(last); len(s) > 0 {
			period.CloseMs = s[len(s)-1].CloseMs
			return period, true
		}
	}
}

// Calendars finds an exchange's calendar; an exchange without one trades always.
// It must not be changed while in use. The zero value knows none.
type Calendars map[string]Calendar

// For gives the calendar of an exchange.
func (c Calendars) For(exchange string) Calendar { return c[exchange] }

// Fingerprint is a text that is equal for equal calendars of equal names, to tell
// that candles are cut in another way than before.
func (c Calendars) Fingerprint() string {
	var b strings.Builder
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name)
		b.WriteByte('\n')
		if p := c[name].plan; p != nil {
			b.WriteString(strings.Join(p.lines, "\n"))
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

func utcDay(ms int64) Session {
	start := floorDiv(ms, dayMs) * dayMs
	return Session{start, start + dayMs}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
