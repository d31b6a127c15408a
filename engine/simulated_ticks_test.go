package engine

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/feeds/simulate"
	"github.com/velox-trading/velox/trading/market"
)

// The market that tests trade on whose point is not in the prices: as many ticks as
// the recorded ones of crypto currencies have, in as much time, of as many symbols.
const (
	simulatedTicks     = 78_638
	simulatedSymbols   = 4
	simulatedPerSecond = 121
	simulatedFromMs    = 1_723_161_255_000
)

// simulatedFile writes the ticks of that market, always the same ones, and gives the
// file and the two symbols that trade most. Unlike recorded ones they are there
// wherever the tests run.
func simulatedFile(t *testing.T) (path string, busiest []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ticks.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriter(file)
	fmt.Fprintln(b, replay.Header)
	m := simulate.NewMarket(simulate.Options{Seed: 1, Symbols: simulatedSymbols, TicksPerSecond: simulatedPerSecond}, simulatedFromMs)
	var k market.Tick
	for range simulatedTicks {
		m.Next(&k)
		fmt.Fprintf(b, "%s,%s,%d,%s,%s\n", k.Symbol, k.Exchange, k.TimeMs, k.Price, k.Volume)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path, simulate.Symbols(simulatedSymbols)[:2]
}
