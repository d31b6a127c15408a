package performance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

func bars(p *Prices, symbol string) []string {
	var out []string
	for _, b := range p.Bars(symbol) {
		out = append(out, fmt.Sprintf("%d %d-%d %v %v %v %v", b.StartMs, b.FirstMs, b.LastMs, b.Open, b.High, b.Low, b.Close))
	}
	return out
}

func TestPrices(t *testing.T) {
	p := NewPrices(10*time.Millisecond, 100)
	for _, tick := range []struct {
		ms    int64
		price string
	}{{12, "5"}, {19, "7"}, {20, "6"}, {15, "9"}, {19, "8"}, {11, "4"}, {45, "1"}, {33, "2"}, {-1, "3"}} {
		p.Add("X", tick.ms, d(tick.price))
	}
	want := []string{"-10 -1--1 3 3 3 3", "10 11-19 4 9 4 8", "20 20-20 6 6 6 6", "30 33-33 2 2 2 2", "40 45-45 1 1 1 1"}
	if got := bars(p, "X"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Bars("Y") != nil || !slices.Equal(p.Symbols(), []string{"X"}) {
		t.Error("a symbol without ticks has bars")
	}
}

// TestPricesAreBounded: above the limit the width doubles, and the bars are those
// that the larger width gives from the start.
func TestPricesAreBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	p := NewPrices(time.Millisecond, 64)
	type tick struct {
		symbol string
		ms     int64
		price  decimal.Decimal
	}
	var ticks []tick
	for i := range 5_000 {
		k := tick{fmt.Sprint("S", r.IntN(3)), int64(i) - r.Int64N(40), decimal.FromInt(1 + r.Int64N(90))}
		ticks = append(ticks, k)
		p.Add(k.symbol, k.ms, k.price)
		if p.count > 64 {
			t.Fatalf("%d bars after %d ticks, the limit is 64", p.count, i+1)
		}
	}
	same := NewPrices(p.Width(), 1_000_000)
	for _, k := range ticks {
		same.Add(k.symbol, k.ms, k.price)
	}
	for _, symbol := range p.Symbols() {
		if got, want := bars(p, symbol), bars(same, symbol); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", symbol, got, want)
		}
	}
	if p.Width() != 256*time.Millisecond {
		t.Errorf("width %v", p.Width())
	}
}

// TestCurveIsBounded: a long curve keeps its end, its deepest, lowest and highest
// places and the order of its times.
func TestCurveIsBounded(t *testing.T) {
	for _, n := range []int{1, 2, 19, 20, 21, 1000, 1023} {
		c := curve{limit: 10}
		for i := range n {
			depth := decimal.Decimal{}
			if i == n/3 {
				depth = d("5")
			}
			equity := decimal.FromInt(int64(i))
			switch i {
			case n / 2:
				equity = d("-7")
			case n / 4:
				equity = d("5000")
			}
			c.add(Point{TimeMs: int64(i), Equity: equity, Low: equity, High: equity, Drawdown: depth})
		}
		last := c.points[len(c.points)-1]
		deepest, low, high := decimal.Decimal{}, last.Low, last.High
		for i, p := range c.points {
			deepest, low, high = decimal.Max(deepest, p.Drawdown), decimal.Min(low, p.Low), decimal.Max(high, p.High)
			if i > 0 && p.TimeMs <= c.points[i-1].TimeMs {
				t.Errorf("%d points: times %d and %d", n, c.points[i-1].TimeMs, p.TimeMs)
			}
		}
		if len(c.points) > 20 || n > 20 && len(c.points) < 10 || last.TimeMs != int64(n-1) || deepest != d("5") {
			t.Errorf("%d points become %d, the last at %d, the deepest %v", n, len(c.points), last.TimeMs, deepest)
		}
		if n > 3 && (low != d("-7") || high != d("5000")) {
			t.Errorf("%d points: between %v and %v, want -7 and 5000", n, low, high)
		}
	}
}
