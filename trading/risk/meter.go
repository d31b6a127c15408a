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

var defaultPercents = [3]int64{50, 80, 90}

// rearmPercents: a level is left only when the use is that many percent of the
// limit below its threshold, so that a price that trembles at a threshold gives
// one alert and not one a tick.
const rearmPercents = 5

// Meter turns the use of one limit into levels. Make it with NewMeter.
type Meter struct {
	on         bool
	inclusive  bool
	thresholds [4]decimal.Decimal // of levels 1 to 4
	rearm      decimal.Decimal
}

// NewMeter makes the meter of a limit; a limit of 0 has level 0 always. With
// inclusive, reaching the limit is CRITICAL, without, being above it.
func NewMeter(limit decimal.Decimal, percents []int64, inclusive bool) Meter {
	if len(percents) != 3 {
		percents = defaultPercents[:]
	}
	hundredth := decimal.FromUnits(1_000_000)
	m := Meter{on: limit.Sign() > 0, inclusive: inclusive, rearm: limit.MulInt(rearmPercents).Mul(hundredth)}
	for i, p := range percents {
		m.thresholds[i] = limit.MulInt(p).Mul(hundredth)
	}
	m.thresholds[3] = limit
	return m
}

// Level gives the level of a use.
func (m *Meter) Level(use decimal.Decimal) Level {
	if !m.on || use.Less(m.thresholds[0]) {
		return 0
	}
	level := Level(1)
	for int(level) < len(m.thresholds) && use.GreaterEq(m.thresholds[level]) {
		level++
	}
	if level == LevelCritical && !m.inclusive && use == m.thresholds[3] {
		level--
	}
	return level
}

// Move gives the level to remember after a use, and whether it was crossed
// upward, which is when an alert is due.
func (m *Meter) Move(was Level, use decimal.Decimal) (Level, bool) {
	now := m.Level(use)
	if now > was {
		return now, true
	}
	return min(was, max(now, m.Level(use.Add(m.rearm)))), false
}
