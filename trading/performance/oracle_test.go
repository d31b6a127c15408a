package performance

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// The oracle computes figures anew, with exact fractions and plain loops: equity
// is capital and cash and what is held at its last price; no lots, no running
// totals, every drawdown against every peak before.
type oracle struct {
	run   Run
	wants func(Book) bool
	width int64
}

func fraction(x decimal.Decimal) *big.Rat {
	r, _ := new(big.Rat).SetString(x.String())
	return r
}

type moment struct {
	ms            int64
	equity, gross *big.Rat
	held          bool
}

// at gives the scope at the end of a time.
func (o *oracle) at(ms int64, capital *big.Rat) moment {
	m := moment{ms: ms, equity: new(big.Rat).Set(capital), gross: new(big.Rat)}
	for _, b := range o.run.Books {
		if !o.wants(b) {
			continue
		}
		quantity, price, priceMs := new(big.Rat), new(big.Rat), int64(-1)
		for _, f := range o.run.Fills {
			if f.Book == b && f.TimeMs <= ms {
				quantity.Add(quantity, fraction(f.Quantity))
				m.equity.Sub(m.equity, fraction(f.Value))
				m.equity.Sub(m.equity, fraction(f.Fees))
				price, priceMs = fraction(f.Value.Div(f.Quantity)), f.TimeMs
			}
		}
		for _, bar := range o.run.Prices.Bars(b.Symbol) {
			if bar.LastMs <= ms && bar.LastMs >= priceMs {
				price, priceMs = fraction(bar.Close), bar.LastMs
			}
		}
		value := new(big.Rat).Mul(quantity, price)
		m.equity.Add(m.equity, value)
		m.gross.Add(m.gross, value.Abs(value))
		m.held = m.held || quantity.Sign() != 0
	}
	return m
}

func (o *oracle) moments(capital *big.Rat) []moment {
	var times []int64
	symbols := make(map[string]bool)
	for _, b := range o.run.Books {
		if o.wants(b) {
			symbols[b.Symbol] = true
		}
	}
	for _, f := range o.run.Fills {
		if o.wants(f.Book) {
			times = append(times, f.TimeMs)
		}
	}
	for symbol := range symbols {
		for _, bar := range o.run.Prices.Bars(symbol) {
			times = append(times, bar.LastMs)
		}
	}
	slices.Sort(times)
	var out []moment
	for _, ms := range slices.Compact(times) {
		out = append(out, o.at(ms, capital))
	}
	return out
}

func (o *oracle) check(t *testing.T, what string, f Figures) {
	t.Helper()
	all := o.moments(fraction(f.Capital))
	last := all[len(all)-1]
	// Values are rounded once a multiplication.
	near := func(name string, got decimal.Decimal, want *big.Rat) {
		t.Helper()
		off := new(big.Rat).Sub(fraction(got), want)
		if off.Abs(off).Cmp(big.NewRat(int64(len(o.run.Fills)+len(o.run.Books)), 100_000_000)) > 0 {
			t.Errorf("%s: %s is %v, want %s", what, name, got, want.FloatString(8))
		}
	}
	near("equity", f.Equity, last.equity)
	deepest, peaks := new(big.Rat), append([]moment{{ms: all[0].ms, equity: fraction(f.Capital)}}, all...)
	gross, held, count := new(big.Rat), 0, 0
	days := map[int64]*big.Rat{}
	for i, m := range all {
		for _, p := range peaks[:i+1] {
			if fall := new(big.Rat).Sub(p.equity, m.equity); fall.Cmp(deepest) > 0 {
				deepest = fall
			}
		}
		ends := i == len(all)-1 || floor(all[i+1].ms, o.width) != floor(m.ms, o.width)
		if ends {
			count++
			gross.Add(gross, m.gross)
			was := m.held
			for j := i; j >= 0 && floor(all[j].ms, o.width) == floor(m.ms, o.width); j-- {
				was = was || all[j].held || j > 0 && all[j-1].held
			}
			if was {
				held++
			}
		}
		days[m.ms/86_400_000] = m.equity
	}
	near("drawdown", f.Drawdown.Money, deepest)
	near("average gross", f.AverageGross, gross.Quo(gross, big.NewRat(int64(count), 1)))
	if got := *f.TimeInMarket.Value; math.Abs(got-float64(held)/float64(count)) > 1e-12 {
		t.Errorf("%s: time in market %v, want %d of %d", what, got, held, count)
	}
	o.sharpe(t, what, f, days)
}

func (o *oracle) sharpe(t *testing.T, what string, f Figures, days map[int64]*big.Rat) {
	t.Helper()
	var order []int64
	for day := range days {
		order = append(order, day)
	}
	slices.Sort(order)
	before, _ := fraction(f.Capital).Float64()
	var sum, squares, downs float64
	for _, day := range order {
		equity, _ := days[day].Float64()
		r := equity/before - 1
		sum, squares, downs, before = sum+r, squares+r*r, downs+math.Pow(min(r, 0), 2), equity
	}
	n := float64(len(order))
	mean := sum / n
	sharpe := mean / math.Sqrt((squares-n*mean*mean)/(n-1)) * math.Sqrt(252)
	sortino := mean / math.Sqrt(downs/n) * math.Sqrt(252)
	if got := value(f.Sharpe); math.Abs(got-sharpe) > 1e-6*max(1, math.Abs(sharpe)) {
		t.Errorf("%s: sharpe %v, want %v", what, got, sharpe)
	}
	if got := value(f.Sortino); downs > 0 && math.Abs(got-sortino) > 1e-6*max(1, math.Abs(sortino)) {
		t.Errorf("%s: sortino %v, want %v", what, got, sortino)
	}
}

// TestAgainstOracle: runs at random, every scope.
func TestAgainstOracle(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 5))
		run := Run{Settings: Settings{DaysMin: 2}, Prices: NewPrices(time.Hour, 100_000), Capital: map[string]decimal.Decimal{}}
		for i := range 6 {
			b := Book{fmt.Sprint("user-", i%2), fmt.Sprint("strategy-", i%3), fmt.Sprint("S", i%2*i%3)}
			if !slices.Contains(run.Books, b) {
				run.Books = append(run.Books, b)
			}
			run.Capital[b.Account] = decimal.FromInt(50_000)
		}
		now := map[string]int64{"S0": 100, "S1": 50, "S2": 70}
		for i := range int64(300) {
			ms := i*1_000_000 + r.Int64N(900_000)
			for _, symbol := range []string{"S0", "S1", "S2"} {
				now[symbol] = max(now[symbol]+r.Int64N(7)-3, 5)
				run.Prices.Add(symbol, ms, decimal.FromInt(now[symbol]))
			}
			if r.IntN(4) == 0 {
				b := run.Books[r.IntN(len(run.Books))]
				quantity := decimal.FromInt(r.Int64N(41) - 20)
				if quantity.IsZero() {
					continue
				}
				price := decimal.FromInt(now[b.Symbol]).Add(decimal.FromUnits(r.Int64N(100_000_000)))
				run.Fills = append(run.Fills, Fill{Book: b, TimeMs: ms, Quantity: quantity, Value: quantity.Mul(price), Fees: decimal.FromUnits(r.Int64N(1_000_000))})
			}
		}
		result := Compute(run)
		width := time.Hour.Milliseconds()
		(&oracle{run, func(Book) bool { return true }, width}).check(t, "total", result.Total.Figures)
		for _, s := range slices.Concat(result.Accounts, result.Strategies, result.Symbols) {
			wants := func(b Book) bool {
				return (s.Account == "" || b.Account == s.Account) && (s.Strategy == "" || b.Strategy == s.Strategy) && (s.Symbol == "" || b.Symbol == s.Symbol)
			}
			(&oracle{run, wants, width}).check(t, fmt.Sprintf("seed %d, %s %s %s", seed, s.Account, s.Strategy, s.Symbol), s.Figures)
		}
		var net decimal.Decimal
		for _, s := range result.Strategies {
			net = net.Add(s.Figures.Net)
		}
		if net != result.Total.Figures.Net {
			t.Errorf("the strategies made %v, all of it %v", net, result.Total.Figures.Net)
		}
	}
}
