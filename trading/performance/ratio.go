package performance

import "math"

// Ratio is a number that may have no value; then Undefined says why.
type Ratio struct {
	Value     *float64 `json:"value"`
	Undefined string   `json:"undefined,omitempty"`
}

func ratio(v float64) Ratio {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined("too large or too small for a number")
	}
	return Ratio{Value: &v}
}

func undefined(why string) Ratio { return Ratio{Undefined: why} }

// over divides, or says why it can't.
func over(a, b float64, why string) Ratio {
	if b == 0 {
		return undefined(why)
	}
	return ratio(a / b)
}

const (
	noCapital = "no starting capital"
	fewDays   = "fewer than two days"
	ruined    = "equity of 0 or less at a day's end"
)

// Sharpe gives the annualised Sharpe ratio of periodic returns: the mean excess
// return over its sample standard deviation (n-1), times the root of the periods
// a year. riskFree is a year's, as a share; a period's is riskFree over
// periodsPerYear. W. F. Sharpe, The Sharpe Ratio, Journal of Portfolio
// Management, 1994, formulas 3 to 6.
func Sharpe(returns []float64, riskFree, periodsPerYear float64) Ratio {
	n := float64(len(returns))
	if n < 2 {
		return undefined(fewDays)
	}
	mean := excess(returns, riskFree/periodsPerYear)
	sum := 0.0
	for _, r := range returns {
		d := r - riskFree/periodsPerYear - mean
		sum += d * d
	}
	if flat(returns) {
		return undefined("returns do not vary")
	}
	return ratio(mean / math.Sqrt(sum/(n-1)) * math.Sqrt(periodsPerYear))
}

// Sortino gives the annualised Sortino ratio: the mean excess return over the
// downside deviation, the root of the mean over all periods of the squared
// shortfalls below the risk-free return, times the root of the periods a year.
// F. A. Sortino and L. N. Price, Performance Measurement in a Downside Risk
// Framework, Journal of Investing, 1994.
func Sortino(returns []float64, riskFree, periodsPerYear float64) Ratio {
	n := float64(len(returns))
	if n < 2 {
		return undefined(fewDays)
	}
	sum := 0.0
	for _, r := range returns {
		d := min(r-riskFree/periodsPerYear, 0)
		sum += d * d
	}
	if sum == 0 {
		return undefined("no day below the risk-free return")
	}
	return ratio(excess(returns, riskFree/periodsPerYear) / math.Sqrt(sum/n) * math.Sqrt(periodsPerYear))
}

// excess gives the mean of the returns above a period's risk-free one.
func excess(returns []float64, riskFree float64) float64 {
	sum := 0.0
	for _, r := range returns {
		sum += r - riskFree
	}
	return sum / float64(len(returns))
}

func flat(returns []float64) bool {
	for _, r := range returns {
		if r != returns[0] {
			return false
		}
	}
	return true
}
