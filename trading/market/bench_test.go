package market

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

// BenchmarkBuilder is one tick: the clock, the tick, the candle as it stands.
func BenchmarkBuilder(b *testing.B) {
	for _, name := range []string{"1s", "1min", "1day"} {
		for exchange, calendar := range map[string]Calendar{"NSE": NSE(), "always": Always} {
			b.Run(name+"/"+exchange, func(b *testing.B) {
				b.ReportAllocs()
				builder := NewBuilder(MustParseTimeframe(name), calendar, time.Second)
				tick := Tick{TimeMs: nseOpenMs, Price: decimal.MustParse("18500.5"), Volume: decimal.FromInt(75)}
				for i := 0; b.Loop(); i++ {
					// 100 ticks a second, in one session for a million ticks.
					tick.TimeMs = nseOpenMs + int64(i%1_000_000)*10
					if i%1_000_000 == 0 {
						builder = NewBuilder(MustParseTimeframe(name), calendar, time.Second)
					}
					builder.Advance(tick.TimeMs)
					builder.Add(&tick, tick.TimeMs)
					builder.Forming()
				}
			})
		}
	}
}

func BenchmarkSessionAt(b *testing.B) {
	for exchange, calendar := range map[string]Calendar{"NSE": NSE(), "always": Always} {
		b.Run(exchange, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				calendar.SessionAt(nseOpenMs + 1000)
			}
		})
	}
}
