package market

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/spelling"
)

// Timeframe is the length of a candle: seconds, minutes or hours, or a trading
// day, week or month. Values are comparable; the zero value is none.
type Timeframe struct {
	n    int
	unit byte // 's', 'm', 'h', 'd', 'w', 'M'
}

// Day, Week and Month are the timeframes whose candles span sessions.
var (
	Day   = Timeframe{1, 'd'}
	Week  = Timeframe{1, 'w'}
	Month = Timeframe{1, 'M'}
)

var timeframeUnits = []struct {
	name string
	unit byte
	max  int
}{
	{"s", 's', 3600}, {"min", 'm', 1440}, {"hour", 'h', 24}, {"day", 'd', 1}, {"week", 'w', 1}, {"month", 'M', 1},
}

// ParseTimeframe reads a timeframe as it stands on the wire: 1s to 3600s, 1min to
// 1440min, 1hour to 24hour, 1day, 1week, 1month.
func ParseTimeframe(s string) (Timeframe, error) {
	if tf, ok := readTimeframe(s); ok {
		return tf, nil
	}
	return Timeframe{}, fmt.Errorf("timeframe %q: %s", s, WantTimeframe(s))
}

func readTimeframe(s string) (Timeframe, bool) {
	digits := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if digits > 0 && s[0] != '0' {
		n, err := strconv.Atoi(s[:digits])
		for _, u := range timeframeUnits {
			if err == nil && s[digits:] == u.name && n >= 1 && n <= u.max {
				return Timeframe{n, u.unit}, true
			}
		}
	}
	return Timeframe{}, false
}

// WantTimeframe says for a text that is no timeframe what was probably meant, and what
// may be written.
func WantTimeframe(s string) string {
	const want = "want 1s to 3600s, 1min to 1440min, 1hour to 24hour, 1day, 1week or 1month"
	if near := nearTimeframe(s); near != "" {
		return "did you mean " + near + "? " + want
	}
	return want
}

// unitWords are what others write for the units; a bare number counts minutes.
var unitWords = map[string]string{
	"s": "s", "sec": "s", "second": "s",
	"": "min", "m": "min", "min": "min", "minute": "min",
	"h": "hour", "hr": "hour", "hour": "hour",
	"d": "day", "day": "day", "daily": "day", "w": "week", "week": "week", "weekly": "week",
	"mo": "month", "mon": "month", "month": "month", "monthly": "month",
}

// nearTimeframe reads a timeframe as other programs write it: 5m, 5 mins, M5, 1h, daily, or with a slip, as 1mn;
// "" when that gives none.
func nearTimeframe(s string) string {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	s = strings.ToLower(s)
	word := strings.Trim(strings.TrimFunc(s, isDigit), " _-")
	number := strings.TrimFunc(s, func(r rune) bool { return !isDigit(r) })
	if number = strings.TrimLeft(number, "0"); number == "" && !strings.ContainsRune(s, '0') {
		number = "1"
	}
	unit, ok := unitWords[word]
	if !ok {
		unit, ok = unitWords[strings.TrimSuffix(word, "s")]
	}
	if !ok && len(word) > 1 { // one letter is near to all others
		unit = spelling.Nearest(word, slices.Sorted(maps.Keys(unitWords)))
		unit, ok = unitWords[unit], unit != ""
	}
	if tf, exact := readTimeframe(number + unit); ok && exact {
		return tf.String()
	}
	return ""
}

// MustParseTimeframe is ParseTimeframe for constants; it panics on an error.
func MustParseTimeframe(s string) Timeframe {
	tf, err := ParseTimeframe(s)
	if err != nil {
		panic(err)
	}
	return tf
}

// String gives the wire's form.
func (t Timeframe) String() string {
	for _, u := range timeframeUnits {
		if u.unit == t.unit {
			return strconv.Itoa(t.n) + u.name
		}
	}
	return ""
}

// IsZero tells whether t is no timeframe.
func (t Timeframe) IsZero() bool { return t.n == 0 }

// SpansSessions tells whether a candle is a trading day, week or month and not a
// length of time within one session.
func (t Timeframe) SpansSessions() bool { return t == Day || t == Week || t == Month }

// Duration is the length of a full candle. Of a day, a week or a month it is the
// longest that one can take on the calendar, 24 hours, 7 and 31 days, though
// sessions are shorter.
func (t Timeframe) Duration() time.Duration {
	const day = 24 * time.Hour
	switch t.unit {
	case 's':
		return time.Duration(t.n) * time.Second
	case 'm':
		return time.Duration(t.n) * time.Minute
	case 'h':
		return time.Duration(t.n) * time.Hour
	case 'd':
		return day
	case 'w':
		return 7 * day
	case 'M':
		return 31 * day
	default:
		return 0
	}
}

// MarshalText gives the wire's form.
func (t Timeframe) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the wire's form.
func (t *Timeframe) UnmarshalText(b []byte) error {
	v, err := ParseTimeframe(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}
