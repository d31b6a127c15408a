package performance

import (
	"math"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

func exchange(t *testing.T, zone string, open, end time.Duration) market.Calendar {
	t.Helper()
	s := market.Schedule{Zone: zone, Sessions: []market.Hours{{Open: open, Close: end}}}
	if open == 0 {
		s.Sessions[0].Weekdays = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	}
	c, err := market.NewCalendar(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plainRatios gives Sharpe and Sortino of a list of days' last equities.
func plainRatios(capital float64, closes []float64, perYear float64) (sharpe, sortino float64) {
	var returns []float64
	for _, c := range closes {
		returns = append(returns, c/capital-1)
		capital = c
	}
	n, mean := float64(len(returns)), 0.0
	for _, r := range returns {
		mean += r / n
	}
	variance, downside := 0.0, 0.0
	for _, r := range returns {
		variance += (r - mean) * (r - mean) / (n - 1)
		if r < 0 {
			downside += r * r / n
		}
	}
	return mean / math.Sqrt(variance) * math.Sqrt(perYear), mean / math.Sqrt(downside) * math.Sqrt(perYear)
}

// TestTradingDays: what is held from the first price on over a year of exchanges whose
// days are none of UTC has the returns of trading days, by a plain computation from
// each day's last equity; the date is worked out with the zone's clock alone.
func TestTradingDays(t *testing.T) {
	for name, c := range map[string]struct {
		zone      string
		open, end time.Duration
		days      int
		perYear   float64
	}{
		"NYSE": {"America/New_York", 9*time.Hour + 30*time.Minute, 16 * time.Hour, 250, 252},
		"CME":  {"America/New_York", 18 * time.Hour, 17 * time.Hour, 251, 252},
		"ASX":  {"Australia/Sydney", 10 * time.Hour, 16 * time.Hour, 251, 252},
		"24x7": {"UTC", 0, 24 * time.Hour, 350, 365},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			calendar := exchange(t, c.zone, c.open, c.end)
			run := Run{
				Capital: map[string]decimal.Decimal{"a": decimal.FromInt(1000)}, Prices: NewPrices(time.Minute, 100_000),
				Settings: Settings{Days: func(string) Days { return TradingDays(calendar) }},
			}
			book, last, days := Book{"a", "s", "X"}, "", []float64{}
			start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
			for hours := range 24 * 350 {
				at := start.Add(time.Duration(hours)*time.Hour + 35*time.Minute)
				wall := at.In(zone)
				clock := time.Duration(wall.Hour())*time.Hour + time.Duration(wall.Minute())*time.Minute
				date, trades := wall, clock >= c.open && clock < c.end
				if c.open > c.end { // the evening is the next day's
					trades = clock >= c.open || clock < c.end
					if clock >= c.open {
						date = wall.AddDate(0, 0, 1)
					}
				}
				if weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday; !trades || weekend && c.open > 0 {
					continue
				}
				price := 100 + int64(hours%7)*3 - int64(hours%11) + int64(hours/800)
				if len(days) == 0 {
					run.Fills = []Fill{{Book: book, TimeMs: at.UnixMilli(), Quantity: decimal.FromInt(5), Value: decimal.FromInt(5 * price)}}
				}
				run.Prices.Add("X", at.UnixMilli(), decimal.FromInt(price))
				equity := 1000 + 5*float64(price) - run.Fills[0].Value.Float64()
				if day := date.Format(time.DateOnly); day != last {
					days, last = append(days, 0), day
				}
				days[len(days)-1] = equity
			}
			f := Compute(run).Total.Figures
			sharpe, sortino := plainRatios(1000, days, c.perYear)
			near(t, "sharpe", f.Sharpe, sharpe)
			near(t, "sortino", f.Sortino, sortino)
			if f.Days != c.days || f.Days != len(days) || f.DaysPerYear != c.perYear {
				t.Errorf("%d days, %v a year; want %d, %v", f.Days, f.DaysPerYear, c.days, c.perYear)
			}
			run.Settings.DaysPerYear = 300
			asked, _ := plainRatios(1000, days, 300)
			near(t, "sharpe as asked for", Compute(run).Total.Figures.Sharpe, asked)
		})
	}
}

// TestDaysOfSeveralExchanges: a scope of two has the days of both, of which one begins
// with the first price of either, and the longer year; each symbol has its own.
func TestDaysOfSeveralExchanges(t *testing.T) {
	of := map[string]market.Calendar{"S": exchange(t, "Australia/Sydney", 10*time.Hour, 16*time.Hour), "B": market.Always}
	run := Run{
		Capital: map[string]decimal.Decimal{"a": decimal.FromInt(1000)}, Prices: NewPrices(time.Minute, 1000),
		Settings: Settings{DaysMin: 2, Days: func(symbol string) Days { return TradingDays(of[symbol]) }},
		Books:    []Book{{"a", "s", "S"}, {"a", "s", "B"}, {"b", "s", "S"}},
	}
	price := func(symbol, at string) {
		t.Helper()
		when, err := time.Parse("2006-01-02 15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		run.Prices.Add(symbol, when.UnixMilli(), decimal.FromInt(100))
	}
	price("S", "2024-01-15 22:30") // before Sydney's first session: of Tuesday nevertheless
	price("B", "2024-01-15 22:40") // Monday of UTC, but Tuesday has begun
	price("S", "2024-01-15 23:10")
	price("B", "2024-01-16 08:00")
	price("S", "2024-01-16 05:20") // after Sydney's close
	price("S", "2024-01-20 02:00") // a Saturday without trade
	price("B", "2024-01-20 03:00")
	price("B", "2024-01-21 03:00")
	result := Compute(run)
	for _, s := range append(result.Symbols, result.Accounts[0], result.Total) {
		want := map[string][2]float64{"B": {4, 365}, "S": {1, 252}, "": {3, 365}}[s.Symbol]
		if f := s.Figures; float64(f.Days) != want[0] || f.DaysPerYear != want[1] {
			t.Errorf("%q %q: %d days, %v a year; want %v", s.Account, s.Symbol, f.Days, f.DaysPerYear, want)
		}
	}
}
