package performance

import (
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// Days are those of which a symbol's returns are.
type Days struct {
	// At gives the number of the day to which a time counts, larger for later days; or
	// false where the time is of none, and counts to the day before it.
	At func(ms int64) (number int64, ok bool)
	// PerYear is how many of them a year has. In a scope of several symbols the most
	// count, for it has the days of all of them.
	PerYear float64
}

// The days of a year: of markets that close on weekends and holidays, and of those that
// never do.
const (
	yearOfTrading = 252
	yearOfDates   = 365
)

// TradingDays are those of an exchange: 365 a year where it trades on every day of the
// week, else 252. One goroutine uses them.
func TradingDays(c market.Calendar) Days {
	d := Days{PerYear: yearOfTrading}
	if c.EveryDay() {
		d.PerYear = yearOfDates
	}
	var known market.Session // of which the day was looked up last
	var number int64
	var trades bool
	d.At = func(ms int64) (int64, bool) {
		if ms < known.OpenMs || ms >= known.CloseMs {
			var day market.Date
			known, _ = c.SessionAt(ms)
			day, trades = c.DayAt(ms)
			number = day.Number()
		}
		return number, trades
	}
	return d
}

// Dates are those of a zone, whenever there is trade, perYear of them a year.
func Dates(zone *time.Location, perYear float64) Days {
	return Days{PerYear: perYear, At: func(ms int64) (int64, bool) {
		y, m, d := time.UnixMilli(ms).In(zone).Date()
		return market.Date{Year: y, Month: m, Day: d}.Number(), true
	}}
}

// days keeps the last equity of each day. A day begins with its first price or fill, and
// ends with the first of a later one: where one exchange's next day begins before
// another's has ended, the rest of that counts to the next.
type days struct {
	begun   bool
	present int64
	fresh   bool // nothing was observed of the present day
	closes  []decimal.Decimal
}

// enter says that a price or a fill of a day comes.
func (d *days) enter(number int64) {
	if !d.begun || number > d.present {
		d.begun, d.present, d.fresh = true, number, true
	}
}

func (d *days) observe(equity decimal.Decimal) {
	switch {
	case d.fresh:
		d.closes, d.fresh = append(d.closes, equity), false
	case d.begun:
		d.closes[len(d.closes)-1] = equity
	}
}

// returns gives each day's return on the equity at the end of the day before, the
// first on the capital; or why there are none.
func (d *days) returns(capital decimal.Decimal) ([]float64, string) {
	if capital.Sign() <= 0 {
		return nil, noCapital
	}
	out := make([]float64, len(d.closes))
	before := capital
	for i, c := range d.closes {
		if before.Sign() <= 0 {
			return nil, ruined
		}
		out[i] = c.Sub(before).Float64() / before.Float64()
		before = c
	}
	return out, ""
}
