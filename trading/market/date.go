package market

import (
	"fmt"
	"time"
)

// Date is a day of a calendar, without a zone. Dates are comparable.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads "2006-01-02".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	return dateOf(t), nil
}

// String gives "2006-01-02".
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Before tells whether d is an earlier day than e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// AddDays gives the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return dateOf(d.midnight().AddDate(0, 0, n)) }

// Number counts the days since 1970-01-01, which is 0.
func (d Date) Number() int64 { return floorDiv(d.midnight().UnixMilli(), dayMs) }

// monday gives the first day of the week that holds d.
func (d Date) monday() Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// midnight is the date's start in UTC, which has no leaps.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// moment is when the clocks on a zone's walls first reach a time, given as the
// time since the date's midnight on the wall: negative is the day before. An hour
// that summer time leaves out begins and ends when it is left out, and one that
// comes twice counts from the first time on. So moments are in the order of the
// times on the wall, which is why sessions that don't overlap on the wall never do.
func moment(d Date, of time.Duration, zone *time.Location) int64 {
	wall := d.midnight().Unix() + int64(of/time.Second)
	// No zone is further than 14 hours ahead: here the wall has not got to it.
	at := wall - 15*3600
	for {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			end = t.Add(24 * time.Hour) // where a rule goes on, 31 December of a leap year has no end: see package zone
		}
		if hit := max(wall-int64(offset), at); end.IsZero() || hit < end.Unix() {
			return hit*1000 + (of % time.Second).Milliseconds()
		}
		at = end.Unix()
	}
}
