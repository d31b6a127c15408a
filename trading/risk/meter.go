package risk

import (
	"github.com/velox-trading/velox/trading/decimal"
)

// Severity says how bad it is.
type Severity string

// The severities.
const (
	Info     Severity = "INFO"
	Warning  Severity = "WARNING"
	Error    Severity = "ERROR"
	Critical Severity = "CRITICAL"
)

// Level is how far a limit is used: 0 is below all alerts, 1 INFO, 2 WARNING,
// 3 ERROR, 4 CRITICAL.
type Level int

// LevelCritical is the level of a limit that is reached.
const LevelCritical Level = 4

var severities = [...]Severity{"", Info, Warning, Error, Critical}

// Severity gives the alert of a level, "" for 0.
func (l Level) Severity() Severity { return severities[l] }

var defaultPercents = [4]int64{50, 80, 90, 100}

// rearmPercents: a level is left only when the use is more than that many percent of
// the limit below its threshold, or nothing at all, so that a price that trembles at a
// threshold gives one alert and not one a tick.
const rearmPercents = 5

// Meter turns the use of a limit into levels. The limit may be another one each
// time. Make it with NewMeter; the zero Meter is off, and its level is 0 always.
type Meter struct {
	on, inclusive bool
	percents      [4]int64 // of levels 1 to 4
}

// NewMeter makes a meter with the first list of percents that is not empty, and
// 50, 80, 90 and 100 for what is in none. With inclusive, reaching the limit is
// CRITICAL, without, being above it.
func NewMeter(on, inclusive bool, percents ...[]int64) Meter {
	m := Meter{on: on, inclusive: inclusive, percents: defaultPercents}
	for _, list := range percents {
		if len(list) > 0 {
			copy(m.percents[:], list)
			break
		}
	}
	return m
}

// Critical gives the use from which on a limit is CRITICAL.
func (m *Meter) Critical(limit decimal.Decimal) decimal.Decimal {
	return percent(limit, decimal.FromInt(m.percents[3]))
}

// Level gives the level of a use. Without any use it is 0, whatever the limit;
// when a limit is not above 0, any use is CRITICAL.
func (m *Meter) Level(use, limit decimal.Decimal) Level {
	return m.level(use, decimal.Decimal{}, limit)
}

// level gives the level of a use and more. A limit that may be reached is not passed by
// a use that only reaches it, but is not left by one that does with more.
func (m *Meter) level(use, more, limit decimal.Decimal) Level {
	if !m.on || use.Sign() <= 0 {
		return 0
	}
	// Hundredths on both sides, so that nothing is rounded.
	hundredfold := use.MulInt(100).Add(more)
	level := Level(0)
	for int(level) < len(m.percents) {
		c := hundredfold.Cmp(limit.MulInt(m.percents[level]))
		if c < 0 || c == 0 && !m.inclusive && more.IsZero() && level+1 == LevelCritical {
			break
		}
		level++
	}
	return level
}

// Move gives the level to remember after a use, and whether it was crossed
// upward, which is when an alert is due.
func (m *Meter) Move(was Level, use, limit decimal.Decimal) (Level, bool) {
	now := m.Level(use, limit)
	switch {
	case now > was:
		return now, true
	case now == was:
		return was, false
	}
	rearm := decimal.Max(limit, decimal.Decimal{}).MulInt(rearmPercents)
	return min(was, max(now, m.level(use, rearm, limit))), false
}

// percent gives p percent of an amount, half even at 8 places.
func percent(amount, p decimal.Decimal) decimal.Decimal {
	return amount.Mul(rate(p))
}

// rate gives p percent as a part of 1.
func rate(p decimal.Decimal) decimal.Decimal { return p.Mul(decimal.FromUnits(1_000_000)) }
