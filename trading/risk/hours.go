package risk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/spelling"
	"github.com/velox-trading/velox/trading/zone"
)

// Clock is a time of day in minutes, written as "09:15"; "24:00" is the day's end.
type Clock int64

const lastClock Clock = 24 * 60

// MarshalText implements encoding.TextMarshaler.
func (c Clock) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%02d:%02d", c/60, c%60), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Clock) UnmarshalText(text []byte) error {
	digit := func(i int) Clock { return Clock(text[i]) - '0' }
	if len(text) == 5 && text[2] == ':' && strings.Trim(string(text), "0123456789") == ":" {
		hours, minutes := 10*digit(0)+digit(1), 10*digit(3)+digit(4)
		if minutes < 60 && 60*hours+minutes <= lastClock {
			*c = 60*hours + minutes
			return nil
		}
	}
	return fmt.Errorf("%.16q is not HH:MM, 00:00 to 24:00", text)
}

// Meant gives the Clock that a text was probably meant to be; "" when that can't be told.
func (Clock) Meant(text string) string { return spelling.Clock(text) }

// Allowed says what a Clock may be, for messages.
func (Clock) Allowed() string { return `a time of day in quotes, such as "09:15"` }

// weekdays in the order of the days' numbers: day 0, 1970-01-01, was a Thursday.
var weekdays = [...]string{"THU", "FRI", "SAT", "SUN", "MON", "TUE", "WED"}

// workdays are a Window's days when it names none.
var workdays = []string{"MON", "TUE", "WED", "THU", "FRI"}

// Window is a time of day on some weekdays, in the Zone of the limits or that of
// DayOffsetMinutes. From is in it, To is not. One that goes over midnight is written as two.
type Window struct {
	// Days are MON to SUN; absent: MON to FRI.
	Days []string `json:"days,omitempty" yaml:"days"`
	From Clock    `json:"from" yaml:"from"`
	To   Clock    `json:"to" yaml:"to"`
}

// open tells whether a time is within one of the windows, and gives the local
// time, to tell of it.
func (g *Guard) open(ms int64) (ok bool, local string) {
	day, into := g.local(ms)
	weekday := weekdays[(day%7+7)%7]
	for i := range g.limits.TradingHours {
		w := &g.limits.TradingHours[i]
		days := w.Days
		if len(days) == 0 {
			days = workdays
		}
		if slices.Contains(days, weekday) && into >= int64(w.From)*minuteMs && into < int64(w.To)*minuteMs {
			return true, ""
		}
	}
	return false, fmt.Sprintf("%s %02d:%02d:%02d", weekday, into/3_600_000, into/minuteMs%60, into/1000%60)
}

// Day gives the number of the day that a time is in.
func (g *Guard) Day(ms int64) int64 {
	day, _ := g.local(ms)
	return day
}

// local gives the day that a time is in, and what clocks show of it.
func (g *Guard) local(ms int64) (day, intoMs int64) {
	if g.zone == nil {
		ms += g.limits.DayOffsetMinutes * minuteMs
	} else {
		_, seconds := time.UnixMilli(ms).In(g.zone).Zone()
		ms += int64(seconds) * 1000
	}
	day, intoMs = ms/dayMs, ms%dayMs
	if intoMs < 0 {
		day, intoMs = day-1, intoMs+dayMs
	}
	return day, intoMs
}

// zoneOf gives the zone of a name, nil for a name that is none: "" and that of the
// machine among them.
func zoneOf(name string) *time.Location {
	location, err := zone.Load(name)
	if err != nil {
		return nil
	}
	return location
}
