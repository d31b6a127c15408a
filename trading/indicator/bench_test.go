package indicator

import (
	"testing"
)

var benchNames = []string{
	"SMA_20", "SMA_200", "EMA_20", "RSI_14", "MACD_12_26_9", "ATR_14", "BBANDS_20_2_UPPER", "BBANDS_200_2_UPPER",
	"VWAP", "AVWAP_2_1", "AVGDEV_20", "AVGDEV_200", "RVI_14_10", "PIVOTS_P",
}

func benchBars() []Bar {
	r := recipe{Shape: "walk", Seed: 1, Divisor: 100, Base: 1_850_000, Step: 1000, Bars: 4096, Wicks: true}
	return r.bars(nil)
}

func TestNoAllocations(t *testing.T) {
	bars := benchBars()
	for _, spec := range append(specsOf(benchNames...), specs...) {
		x, out, i := New(spec), make([]float64, len(spec.OutputNames())), 0
		if n := testing.AllocsPerRun(1000, func() {
			x.Peek(bars[i%len(bars)], out)
			x.Update(bars[i%len(bars)])
			x.Last(out)
			i++
		}); n != 0 {
			t.Errorf("%s: %v allocations", spec.Name(), n)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	bars := benchBars()
	for _, spec := range specsOf(benchNames...) {
		b.Run(spec.Name(), func(b *testing.B) {
			b.ReportAllocs()
			x := New(spec)
			for i := 0; b.Loop(); i++ {
				x.Update(bars[i&4095])
			}
		})
	}
}

func BenchmarkPeek(b *testing.B) {
	bars := benchBars()
	for _, spec := range specsOf(benchNames...) {
		b.Run(spec.Name(), func(b *testing.B) {
			b.ReportAllocs()
			x, out := New(spec), make([]float64, len(spec.OutputNames()))
			for _, bar := range bars {
				x.Update(bar)
			}
			for i := 0; b.Loop(); i++ {
				x.Peek(bars[i&4095], out)
			}
		})
	}
}

// BenchmarkState is storing one indicator and reading it back.
func BenchmarkState(b *testing.B) {
	bars := benchBars()
	for _, spec := range specsOf(benchNames...) {
		b.Run(spec.Name(), func(b *testing.B) {
			b.ReportAllocs()
			x, y, buf := New(spec), New(spec), []byte(nil)
			for _, bar := range bars {
				x.Update(bar)
			}
			for b.Loop() {
				buf = x.AppendState(buf[:0])
				if _, err := y.LoadState(buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(buf)), "bytes")
		})
	}
}
