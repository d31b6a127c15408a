package performance

import "github.com/velox-trading/velox/trading/decimal"

// Figures sum up one scope: all of a run, an account, a strategy or a symbol.
type Figures struct {
	// Capital is what the scope's accounts began with; Equity is Capital and all
	// profit, at the last prices: Capital + Realized - Fees + Unrealized.
	Capital decimal.Decimal `json:"capital"`
	Equity  decimal.Decimal `json:"equity"`
	// Realized is the gross profit of all trades, Fees those of all fills, Unrealized
	// the profit of what is still held, at the last prices. Net is Realized - Fees +
	// Unrealized, Return its share of Capital.
	Realized   decimal.Decimal `json:"realized"`
	Fees       decimal.Decimal `json:"fees"`
	Unrealized decimal.Decimal `json:"unrealized"`
	Net        decimal.Decimal `json:"net"`
	Return     Ratio           `json:"return"`
	// Hold is what Capital would have made, had it been put into the scope's symbols
	// in equal parts, at the first price of each, and left there, without fees;
	// HoldReturn is its share of Capital.
	Hold       decimal.Decimal `json:"hold"`
	HoldReturn Ratio           `json:"hold_return"`

	Fills int `json:"fills"`
	// Trades counts round trips, of which all figures of trades are made.
	Trades int `json:"trades"`
	// Wins and Losses count those with a net profit above and below 0.
	Wins   int `json:"wins"`
	Losses int `json:"losses"`
	// WinRate is Wins of Trades; ProfitFactor the net profit of all wins over the net
	// loss of all losses.
	WinRate      Ratio `json:"win_rate"`
	ProfitFactor Ratio `json:"profit_factor"`
	// AverageWin and AverageLoss (below 0) are net, as is Expectancy, the mean of
	// all trades; 0 when there are none. Half even at 8 places.
	AverageWin  decimal.Decimal `json:"average_win"`
	AverageLoss decimal.Decimal `json:"average_loss"`
	Expectancy  decimal.Decimal `json:"expectancy"`
	// LongestLosing is the most losses in a row, in the order of exits.
	LongestLosing int `json:"longest_losing_streak"`
	// AverageHeldMs is the mean time from the first entry to the last exit.
	AverageHeldMs int64 `json:"average_held_ms"`

	Drawdown Drawdown `json:"drawdown"`
	// Sharpe and Sortino are of the returns of Days days, annualised with DaysPerYear;
	// the latter is 0 for a scope without a symbol.
	Sharpe      Ratio   `json:"sharpe"`
	Sortino     Ratio   `json:"sortino"`
	Days        int     `json:"days"`
	DaysPerYear float64 `json:"days_per_year"`

	// TimeInMarket is the share of the sampling intervals with a price or a fill in
	// which something was held; AverageGross the mean over them of what was held at
	// their ends, long and short added up, in money.
	TimeInMarket Ratio           `json:"time_in_market"`
	AverageGross decimal.Decimal `json:"average_gross"`
	// Traded is the value of all fills, bought and sold added up; Turnover is Traded
	// over the mean equity of the intervals' ends.
	Traded   decimal.Decimal `json:"traded"`
	Turnover Ratio           `json:"turnover"`
}

// tradeStats takes round trips in, in the order of their exits.
type tradeStats struct {
	trades, wins, losses, losing, longest int
	won, lost                             decimal.Decimal
	heldMs                                int64
}

func (s *tradeStats) add(t *RoundTrip) {
	s.trades++
	s.heldMs += t.HeldMs
	switch t.Net.Sign() {
	case 1:
		s.wins++
		s.won, s.losing = s.won.Add(t.Net), 0
	case -1:
		s.losses++
		s.lost, s.losing = s.lost.Add(t.Net), s.losing+1
		s.longest = max(s.longest, s.losing)
	default:
		s.losing = 0
	}
}

func (s *tradeStats) fill(f *Figures) {
	f.Trades, f.Wins, f.Losses, f.LongestLosing = s.trades, s.wins, s.losses, s.longest
	f.WinRate = over(float64(s.wins), float64(s.trades), "no trades")
	f.ProfitFactor = over(s.won.Float64(), -s.lost.Float64(), "no losses")
	if s.trades == 0 {
		f.ProfitFactor = undefined("no trades")
	}
	f.AverageWin, f.AverageLoss = mean(s.won, s.wins), mean(s.lost, s.losses)
	if s.trades > 0 {
		f.AverageHeldMs = s.heldMs / int64(s.trades)
	}
	f.Expectancy = mean(s.won.Add(s.lost), s.trades)
}

func mean(sum decimal.Decimal, n int) decimal.Decimal {
	if n == 0 {
		return decimal.Decimal{}
	}
	return sum.Div(decimal.FromInt(int64(n)))
}
