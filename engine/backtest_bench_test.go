package engine

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/velox-trading/velox/configs"
)

// BenchmarkBacktest runs the recorded files with two accounts: ticks a second, all
// in. docs/backtest.md states what it gives.
func BenchmarkBacktest(b *testing.B) {
	for _, name := range []string{"crypto", "gold", "equities"} {
		b.Run(name, func(b *testing.B) {
			rec := recordings[name]
			file := filepath.Join(marketData(), rec.file)
			if _, err := os.Stat(file); err != nil {
				b.Skipf("no recorded market data at %s: set VELOX_TEST_DATA", file)
			}
			c, err := configs.Load(configs.Sources{Demo: configs.DemoOff, Flags: []configs.Override{{Path: "symbols.timeframe", Value: rec.timeframe, Flag: "--set"}}})
			if err != nil {
				b.Fatal(err)
			}
			c.Accounts = accountsOf(b, rec)[:2]
			for b.Loop() {
				err := Backtest(b.Context(), c, BacktestOptions{
					Files: []string{file}, NameByExchange: rec.byExchange, Partitions: OnePartition, Out: io.Discard, Progress: io.Discard, Logger: discard(),
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rec.rows)*float64(b.N)/b.Elapsed().Seconds(), "ticks/s")
		})
	}
}
