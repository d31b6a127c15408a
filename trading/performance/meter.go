package performance

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
)

// meter follows one scope through time.
type meter struct {
	settings *Settings
	widthMs  int64
	capital  decimal.Decimal

	now     valuation       // of all books
	hold    decimal.Decimal // the worth of the capital, had it been put into the symbols and left there
	touched bool            // it is to be observed at the present time
	fills   int
	traded  decimal.Decimal
	stats   tradeStats

	fall  fall
	curve curve
	days  days
	year  float64 // its days
	spans spans
}

func newMeter(s *Settings, widthMs int64, capital decimal.Decimal) *meter {
	return &meter{settings: s, widthMs: widthMs, capital: capital, hold: capital, curve: curve{limit: s.Points}}
}

func (m *meter) equity() decimal.Decimal {
	return m.capital.Add(m.now.realized).Sub(m.now.fees).Add(m.now.unrealized)
}

// begin is called before anything changes at a time.
func (m *meter) begin(ms int64) { m.spans.enter(floor(ms, m.widthMs), m.now.holding > 0) }

// observe is called after everything has changed at a time.
func (m *meter) observe(ms int64) {
	equity := m.equity()
	depth := m.fall.observe(ms, equity, m.capital)
	m.curve.add(Point{TimeMs: ms, Equity: equity, Low: equity, High: equity, Drawdown: depth, Hold: m.hold})
	m.days.observe(equity)
	m.spans.observe(m.now.holding > 0, m.now.gross, equity)
}

// figures sums up.
func (m *meter) figures() Figures {
	f := Figures{
		Capital: m.capital, Equity: m.equity(), Realized: m.now.realized, Fees: m.now.fees, Unrealized: m.now.unrealized,
		Fills: m.fills, Drawdown: m.fall.result(), Traded: m.traded,
	}
	f.Net = f.Equity.Sub(f.Capital)
	f.Return = over(f.Net.Float64(), f.Capital.Float64(), noCapital)
	f.Hold = m.hold.Sub(m.capital)
	f.HoldReturn = over(f.Hold.Float64(), f.Capital.Float64(), noCapital)
	m.stats.fill(&f)
	m.spans.fill(&f)
	returns, why := m.days.returns(m.capital)
	f.Days, f.DaysPerYear = len(m.days.closes), m.settings.DaysPerYear
	if f.DaysPerYear == 0 {
		f.DaysPerYear = m.year
	}
	if why == "" && f.Days < m.settings.DaysMin {
		why = fmt.Sprintf("too short: %d of at least %d days", f.Days, m.settings.DaysMin)
	}
	if why != "" {
		f.Sharpe, f.Sortino = undefined(why), undefined(why)
		return f
	}
	f.Sharpe = Sharpe(returns, m.settings.RiskFree, f.DaysPerYear)
	f.Sortino = Sortino(returns, m.settings.RiskFree, f.DaysPerYear)
	return f
}

// spans follows the sampling intervals.
type spans struct {
	begun               bool
	start               int64
	held                bool
	gross, equity       decimal.Decimal // at the last observation
	count, inMarket     int
	grossSum, equitySum decimal.Decimal
}

// enter moves on to the interval that begins at start; held tells whether
// something is held on entering it.
func (s *spans) enter(start int64, held bool) {
	if s.begun && s.start == start {
		return
	}
	s.end()
	s.begun, s.start, s.held = true, start, held
}

func (s *spans) observe(held bool, gross, equity decimal.Decimal) {
	s.held = s.held || held
	s.gross, s.equity = gross, equity
}

func (s *spans) end() {
	if !s.begun {
		return
	}
	s.begun = false
	s.count++
	if s.held {
		s.inMarket++
	}
	s.grossSum, s.equitySum = s.grossSum.Add(s.gross), s.equitySum.Add(s.equity)
}

func (s *spans) fill(f *Figures) {
	s.end()
	f.TimeInMarket = over(float64(s.inMarket), float64(s.count), "no prices")
	f.AverageGross = mean(s.grossSum, s.count)
	average := mean(s.equitySum, s.count)
	f.Turnover = undefined("mean equity of 0 or less")
	if average.Sign() > 0 {
		f.Turnover = ratio(f.Traded.Float64() / average.Float64())
	}
}
