package indicator

import "time"

// The units of an anchor, as a whole parameter.
const (
	unitSession = iota
	unitDay
	unitWeek
	unitMonth
)

// anchor tells when a period of sessions begins. A session is a trading day, and is
// never split. Days and weeks, from Monday, are counted by its date since 1970, months
// since January 1970, and every n of them make a period: 3 months are a quarter.
// Sessions have no such number: every n of them are counted from the first one seen.
type anchor struct {
	unit, every int64
	session     int64 // of the last bar
	period      int64 // its number; of sessions, how many of the period are before it
	seen        bool
}

// take tells whether b begins a period.
func (a *anchor) take(b Bar, keep bool) bool {
	if a.seen && b.SessionMs == a.session {
		return false
	}
	period, begins := a.period+1, !a.seen
	if a.unit == unitSession {
		if begins = begins || period >= a.every; begins {
			period = 0
		}
	} else {
		period = a.number(b.Day)
		begins = begins || period != a.period
	}
	if keep {
		a.session, a.period, a.seen = b.SessionMs, period, true
	}
	return begins
}

// number gives that of the period of a day.
func (a *anchor) number(day int64) int64 {
	switch a.unit {
	case unitWeek:
		return floorDiv(floorDiv(day+3, 7), a.every) // 1970 began on a Thursday
	case unitMonth:
		t := time.Unix(0, 0).UTC().AddDate(0, 0, int(day))
		return floorDiv(int64(t.Year()-1970)*12+int64(t.Month())-1, a.every)
	default:
		return floorDiv(day, a.every)
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (a *anchor) appendState(b []byte) []byte {
	b = appendInt(appendInt(b, int(a.unit)), int(a.every))
	return appendBool(appendWord(appendWord(b, uint64(a.session)), uint64(a.period)), a.seen)
}

func (a *anchor) load(r *reader) {
	r.expect(int(a.unit))
	r.expect(int(a.every))
	a.session, a.period, a.seen = int64(r.word()), int64(r.word()), r.bool()
}

// newAVWAP is the volume weighted average price since the start of a period, such as
// a week: sum(typical * volume) / sum(volume), typical = (high + low + close) / 3.
// Parameters: the unit and how many of it make a period.
func newAVWAP(p []float64) Indicator {
	start, value, volume := &anchor{unit: int64(p[0]), every: int64(p[1])}, &tally{}, &tally{}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		values, volumes := *value, *volume
		if start.take(b, keep) {
			values, volumes = tally{}, tally{}
		}
		sum, traded := values.take(typical(b)*b.Volume, true), volumes.take(b.Volume, true)
		if keep {
			*value, *volume = values, volumes
		}
		if traded <= 0 {
			return false
		}
		out[0] = sum / traded
		return true
	}, start, value, volume)
}
