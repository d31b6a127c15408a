package performance

import (
	"math"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

const hour = 3_600_000

// near holds a ratio to a value computed by hand, of 12 digits.
func near(t *testing.T, what string, got Ratio, want float64) {
	t.Helper()
	if got.Value == nil || math.Abs(*got.Value-want) > 1e-11*max(math.Abs(want), 1) {
		t.Errorf("%s: %+v (%v), want %v", what, got, value(got), want)
	}
}

func value(r Ratio) float64 {
	if r.Value == nil {
		return math.NaN()
	}
	return *r.Value
}

func undefinedAs(t *testing.T, what string, got Ratio, why string) {
	t.Helper()
	if got.Value != nil || got.Undefined != why {
		t.Errorf("%s: %+v (%v), want undefined: %s", what, got, value(got), why)
	}
}

// threeDays: 1000 of capital; 5 bought at 100 on the first day, which ends at 110;
// the second at 90; sold at 105 on the third; a fee of 1 each. Equity ends the
// days at 1049, 949 and 1023.
func threeDays() Run {
	prices := NewPrices(time.Hour, 1000)
	for _, p := range []struct {
		ms    int64
		price string
	}{{10 * hour, "100"}, {20 * hour, "110"}, {36 * hour, "90"}, {57 * hour, "105"}, {63 * hour, "120"}} {
		prices.Add("X", p.ms, d(p.price))
	}
	return Run{
		Settings: Settings{DaysMin: 2}, Capital: map[string]decimal.Decimal{"a": d("1000")}, Prices: prices,
		Fills: []Fill{at(one, 10*hour, "5", "100", "1"), at(one, 57*hour, "-5", "105", "1")},
	}
}

func TestFiguresByHand(t *testing.T) {
	result := Compute(threeDays())
	if len(result.Accounts) != 1 || len(result.Strategies) != 1 || len(result.Symbols) != 1 || len(result.Open) != 0 {
		t.Fatalf("%d accounts, %d strategies, %d symbols, %d open", len(result.Accounts), len(result.Strategies), len(result.Symbols), len(result.Open))
	}
	for _, s := range []Scope{result.Total, result.Accounts[0], result.Strategies[0], result.Symbols[0]} {
		f := s.Figures
		if f.Capital != d("1000") || f.Equity != d("1023") || f.Realized != d("25") || f.Fees != d("2") || f.Net != d("23") || !f.Unrealized.IsZero() {
			t.Errorf("money: %+v", f)
		}
		near(t, "return", f.Return, 0.023)
		dd := f.Drawdown
		if dd.Money != d("100") || dd.PeakMs != 20*hour || dd.TroughMs != 36*hour || dd.RecoveredMs != 0 || dd.LongestMs != 43*hour {
			t.Errorf("drawdown: %+v", dd)
		}
		near(t, "drawdown", dd.Share, 0.095328884652050)
		near(t, "sharpe", f.Sharpe, 1.803982222930)
		near(t, "sortino", f.Sortino, 3.042709443702)
		near(t, "time in market", f.TimeInMarket, 0.8)
		near(t, "turnover", f.Turnover, 1025/1008.6)
		near(t, "win rate", f.WinRate, 1)
		undefinedAs(t, "profit factor", f.ProfitFactor, "no losses")
		if f.Days != 3 || f.Fills != 2 || f.Trades != 1 || f.Wins != 1 || f.AverageWin != d("23") || f.Expectancy != d("23") {
			t.Errorf("counts: %+v", f)
		}
		if f.AverageGross != d("300") || f.Traded != d("1025") {
			t.Errorf("average gross %v, traded %v; want 300 and 1025", f.AverageGross, f.Traded)
		}
	}
	with := threeDays()
	with.Settings = Settings{DaysMin: 2, DaysPerYear: 365, RiskFree: 0.05}
	f := Compute(with).Total.Figures
	near(t, "sharpe above 5 %", f.Sharpe, 2.142900579661)
	near(t, "sortino above 5 %", f.Sortino, 3.609164059405)
}

// TestDaysByZone: where days begin decides which returns there are.
func TestDaysByZone(t *testing.T) {
	run := threeDays()
	zone := time.FixedZone("UTC+5", 5*3600)
	run.Settings.Days = func(string) Days { return Dates(zone, 252) } // the first day's last price is in the second
	f := Compute(run).Total.Figures
	// 999, 949 (both prices of the second day), 1023
	a, b, c := 999.0/1000-1, 949.0/999-1, 1023.0/949-1
	mean := (a + b + c) / 3
	sd := math.Sqrt(((a-mean)*(a-mean) + (b-mean)*(b-mean) + (c-mean)*(c-mean)) / 2)
	near(t, "sharpe", f.Sharpe, mean/sd*math.Sqrt(252))
}

func TestTradeFigures(t *testing.T) {
	var fills []Fill
	for i, exit := range []string{"110", "95", "90", "100", "99", "98", "97", "130"} { // each bought at 100
		fills = append(fills, at(one, int64(2*i), "1", "100", "0"), at(one, int64(2*i+1), "-1", exit, "0"))
	}
	f := Compute(Run{Fills: fills}).Total.Figures
	if f.Trades != 8 || f.Wins != 2 || f.Losses != 5 || f.LongestLosing != 3 {
		t.Errorf("%+v", f)
	}
	if f.AverageWin != d("20") || f.AverageLoss != d("-4.2") || f.Expectancy != d("2.375") {
		t.Errorf("average win %v, loss %v, expectancy %v", f.AverageWin, f.AverageLoss, f.Expectancy)
	}
	near(t, "win rate", f.WinRate, 0.25)
	near(t, "profit factor", f.ProfitFactor, 40.0/21)
}

func TestUndefined(t *testing.T) {
	nothing := Compute(Run{}).Total.Figures
	undefinedAs(t, "return", nothing.Return, noCapital)
	undefinedAs(t, "sharpe", nothing.Sharpe, noCapital)
	undefinedAs(t, "win rate", nothing.WinRate, "no trades")
	undefinedAs(t, "profit factor", nothing.ProfitFactor, "no trades")
	undefinedAs(t, "time in market", nothing.TimeInMarket, "no prices")
	undefinedAs(t, "turnover", nothing.Turnover, "mean equity of 0 or less")
	undefinedAs(t, "drawdown", nothing.Drawdown.Share, noCapital)

	capital := map[string]decimal.Decimal{"a": d("100")}
	day := Compute(Run{Capital: capital, Fills: []Fill{at(one, 1, "1", "5", "0"), at(one, 2, "-1", "6", "0")}}).Total.Figures
	undefinedAs(t, "sharpe of a day", day.Sharpe, "too short: 1 of at least 20 days")
	undefinedAs(t, "sortino of a day", day.Sortino, "too short: 1 of at least 20 days")

	prices := NewPrices(time.Hour, 100)
	for i := range int64(3) {
		prices.Add("X", i*24*hour, d("5"))
	}
	quiet := Compute(Run{Settings: Settings{DaysMin: 2}, Capital: capital, Prices: prices, Books: []Book{one}}).Total.Figures
	undefinedAs(t, "sharpe without trades", quiet.Sharpe, "returns do not vary")
	undefinedAs(t, "sortino without trades", quiet.Sortino, "no day below the risk-free return")
	near(t, "time in market without trades", quiet.TimeInMarket, 0)
	if quiet.Days != 3 || !quiet.Drawdown.Money.IsZero() {
		t.Errorf("%+v", quiet)
	}

	lost := Compute(Run{Capital: capital, Prices: prices, Fills: []Fill{at(one, 1, "100", "6", "0")}}).Total.Figures
	near(t, "return of a ruin", lost.Return, -1)
	undefinedAs(t, "sharpe of a ruin", lost.Sharpe, ruined)
}
