package performance

import (
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// Settings are what figures depend on besides the run.
type Settings struct {
	// DaysPerYear annualises Sharpe and Sortino; 0: as many as Days has.
	DaysPerYear float64
	// RiskFree is a year's risk-free return as a share: 0.05 is 5 percent.
	RiskFree float64
	// Days gives the days of a symbol; nil: the dates of UTC, 252 a year.
	Days func(symbol string) Days
	// DaysMin is the fewest days whose returns are annualised: fewer would make a
	// year of a few days' luck. 0 is 20, a month of a stock exchange.
	DaysMin int
	// Points bounds an equity curve to between Points and twice as many once it is
	// that long; 0 is 500.
	Points int
}

// WithDefaults gives s with every zero set to its default.
func (s Settings) WithDefaults() Settings {
	if s.Days == nil {
		s.Days = func(string) Days { return Dates(time.UTC, yearOfTrading) }
	}
	if s.DaysMin == 0 {
		s.DaysMin = 20
	}
	if s.Points == 0 {
		s.Points = 500
	}
	return s
}

// Run is what happened.
type Run struct {
	Settings Settings
	// Capital is what each account began with.
	Capital map[string]decimal.Decimal
	// Books are those that the run could fill; fills of others add theirs.
	Books []Book
	// Fills in the order in which they happened; those of one time and book keep it.
	Fills []Fill
	// Prices give the value of what is held, at the last price of each interval.
	Prices *Prices
}

// Scope is one part of a run and how it went. What is empty is not told apart: all
// three for the whole run, Account alone for an account.
type Scope struct {
	Account  string  `json:"account,omitempty"`
	Strategy string  `json:"strategy,omitempty"`
	Symbol   string  `json:"symbol,omitempty"`
	Figures  Figures `json:"figures"`
	Curve    []Point `json:"curve"`
}

// Holding is what a book still holds at the end.
type Holding struct {
	Book
	Quantity   decimal.Decimal `json:"quantity"`
	Cost       decimal.Decimal `json:"cost"`
	Price      decimal.Decimal `json:"price"`
	Unrealized decimal.Decimal `json:"unrealized"`
}

// Result is how a run went. Scopes are sorted by their names, round trips
// and trades by exit.
type Result struct {
	Total      Scope       `json:"total"`
	Accounts   []Scope     `json:"accounts"`
	Strategies []Scope     `json:"strategies"`
	Symbols    []Scope     `json:"symbols"`
	RoundTrips []RoundTrip `json:"round_trips"`
	Trades     []Trade     `json:"trades"`
	Open       []Holding   `json:"open"`
}
