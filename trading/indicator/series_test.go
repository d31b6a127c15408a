package indicator

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// recipe makes a series of bars by whole numbers; testdata/make_golden.py has the
// same one.
type recipe struct {
	Shape            string
	Seed             uint32
	Divisor          float64
	Base, Step, Bars int64
	Wicks            bool
	// A real series is made of a file of recorded ticks instead.
	File, Symbol, Exchange string
	WidthMs                int64
	Last                   []float64 // high, low, close and volume of the last bar
	Outputs                map[string]golden
}

// xorshift is Marsaglia's generator of 32 bits.
type xorshift uint32

func (x *xorshift) below(n int64) int64 {
	*x ^= *x << 13
	*x ^= *x >> 17
	*x ^= *x << 5
	return int64(*x) % n
}

func (r *recipe) move(i int64, x *xorshift) int64 {
	drawn := x.below(2*r.Step+1) - r.Step
	switch {
	case r.Shape == "walk":
		return drawn
	case r.Shape == "steps" && i%50 == 49 && i/50%2 == 0:
		return r.Base / 2
	case r.Shape == "steps" && i%50 == 49:
		return -(r.Base / 2)
	case r.Shape == "zigzag" && i%2 == 0, r.Shape == "falling":
		return -r.Step
	case r.Shape == "zigzag", r.Shape == "rising", r.Shape == "once" && i == 30:
		return r.Step
	default:
		return 0
	}
}

const sessionBars = 75

// dateOf gives the date of a session that opens at a time, as the goldens have it: in
// UTC, and the next one's from 18:00 on.
func dateOf(openMs int64) int64 { return floorDiv(openMs+6*3_600_000, 86_400_000) }

func (r *recipe) bars(t testing.TB) []Bar {
	if r.File != "" {
		return r.recorded(t)
	}
	x, last := xorshift(r.Seed), r.Base
	if r.Shape == "candles" {
		return r.candles(&x)
	}
	bars := make([]Bar, r.Bars)
	for i := range r.Bars {
		opened := last
		last += r.move(i, &x)
		up, down := x.below(r.Step+1), x.below(r.Step+1)
		traded, volume := x.below(4), x.below(1_000_000)
		high, low := max(opened, last), min(opened, last)
		if r.Wicks {
			high, low = high+up, low-down
		}
		if traded == 0 {
			volume = 0
		}
		bars[i] = Bar{
			StartMs: i * 60_000, SessionMs: i / sessionBars * sessionBars * 60_000, Day: dateOf(i / sessionBars * sessionBars * 60_000), Open: float64(opened) / r.Divisor,
			High: float64(high) / r.Divisor, Low: float64(low) / r.Divisor, Close: float64(last) / r.Divisor, Volume: float64(volume) / 1000,
		}
	}
	return bars
}

// candles gives bars that may gap from the one before and have any body and
// shadows.
func (r *recipe) candles(x *xorshift) []Bar {
	bars, last, step := make([]Bar, r.Bars), r.Base, r.Step
	for i := range bars {
		gap := [...]int64{0, step / 2, 2 * step}[x.below(3)]
		body := [...]int64{0, step / 8, step / 2, 2 * step}[x.below(4)]
		wick := [...]int64{0, step / 4, step, 3 * step}[x.below(4)]
		opened := last + x.below(2*gap+1) - gap
		last = opened + x.below(2*body+1) - body
		high := max(opened, last) + x.below(wick+1)
		low := min(opened, last) - x.below(wick+1)
		bars[i] = Bar{Open: float64(opened), High: float64(high), Low: float64(low), Close: float64(last)}
	}
	return bars
}

// recorded gives the candles of recorded ticks in the order of the file; nil when
// the data is not beside the repository.
func (r *recipe) recorded(t testing.TB) []Bar {
	t.Helper()
	key := r.File + r.Symbol + r.Exchange
	if bars, ok := recordedBars.Load(key); ok {
		return bars.([]Bar)
	}
	bars := r.readRecorded(t)
	recordedBars.Store(key, bars)
	return bars
}

// marketData is the folder of the recorded ticks; docs/testing.md tells of it.
func marketData() string { return cmp.Or(os.Getenv("VELOX_TEST_DATA"), "../../../shared/data") }

// leaveOut makes a skipped test of a series without which the others still are held, so
// that it is listed among what was left out.
func leaveOut(t *testing.T, series, group string) {
	t.Run(series+" of "+group, func(t *testing.T) { t.Skipf("no recorded market data in %s: set VELOX_TEST_DATA", marketData()) })
}

// recordedBars keeps what was read: all groups of indicators share it.
var recordedBars sync.Map

func (r *recipe) readRecorded(t testing.TB) []Bar {
	t.Helper()
	f, err := os.Open(filepath.Join(marketData(), r.File))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var bars []Bar
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		field := strings.Split(lines.Text(), ",")
		if field[0] != r.Symbol || field[1] != r.Exchange {
			continue
		}
		ms, err := strconv.ParseInt(field[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		price, volume := number(field[3]), number(field[4])
		start := ms / r.WidthMs * r.WidthMs
		if n := len(bars) - 1; n < 0 || start > bars[n].StartMs {
			bars = append(bars, Bar{
				StartMs: start, SessionMs: start / 86_400_000 * 86_400_000, Day: start / 86_400_000, Open: price, High: price, Low: price, Close: price, Volume: volume,
			})
		} else {
			b := &bars[n]
			b.High, b.Low, b.Close, b.Volume = max(b.High, price), min(b.Low, price), price, b.Volume+volume
		}
	}
	return bars
}
