package engine

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/feeds/simulate"
	"github.com/velox-trading/velox/trading/market"
)

// SimulateOptions say which made-up ticks SimulateFile writes.
type SimulateOptions struct {
	// File is replaced; a name that ends with .gz is compressed.
	File string
	// Symbols are the names, the busiest first; at least one.
	Symbols  []string
	Exchange string
	// FromMs is a time, Days how many days of 24 hours from then on; of them, the ticks
	// in the exchange's sessions are written.
	FromMs int64
	Days   int
	Seed   int64
	// TicksPerSecond is the mean rate of all symbols together.
	TicksPerSecond float64
	Out            io.Writer
}

// maxSimulatedTicks bounds a file, at some 40 bytes a tick.
const maxSimulatedTicks = 1e9

// SimulateFile writes ticks of the simulated market to a file that replay and
// backtest read. The same options give the same bytes.
func SimulateFile(ctx context.Context, c *configs.Config, o SimulateOptions) error {
	if o.TicksPerSecond*float64(o.Days)*86_400 > maxSimulatedTicks {
		return exit(ExitSettings, "simulate: %d days at %v ticks a second are more than %.0e ticks", o.Days, o.TicksPerSecond, float64(maxSimulatedTicks))
	}
	file, err := os.Create(o.File)
	if err != nil {
		return exit(ExitInput, "simulate: %w", err)
	}
	var out io.Writer = file
	packed := gzip.NewWriter(file)
	if strings.HasSuffix(o.File, ".gz") {
		out = packed
	}
	n, err := o.write(ctx, out, c.MarketCalendars().For(o.Exchange))
	if err == nil && out == packed {
		err = packed.Close()
	}
	if err = errors.Join(err, file.Close()); err == nil && n == 0 {
		err = fmt.Errorf("%s has no session in %d days from %s", o.Exchange, o.Days, time.UnixMilli(o.FromMs).UTC().Format(time.DateTime))
	}
	if err != nil {
		return exit(ExitInput, "simulate: %w", errors.Join(err, os.Remove(o.File)))
	}
	told := fmt.Sprintf("%d ticks of %s on %s in %s\n", n, strings.Join(o.Symbols, ", "), o.Exchange, o.File)
	if always := roundTheClock(c, map[string]bool{o.Exchange: true}); always != "" {
		told += always + "\n"
	}
	_, err = io.WriteString(o.Out, told)
	return err
}

func (o *SimulateOptions) write(ctx context.Context, out io.Writer, calendar market.Calendar) (n int, err error) {
	b := bufio.NewWriter(out)
	fmt.Fprintln(b, replay.Header)
	names := make(map[string]string, len(o.Symbols))
	for i, made := range simulate.Symbols(len(o.Symbols)) {
		names[made] = o.Symbols[i]
	}
	m := simulate.NewMarket(simulate.Options{Seed: o.Seed, Symbols: len(o.Symbols), Exchange: o.Exchange, TicksPerSecond: o.TicksPerSecond}, o.FromMs)
	end := o.FromMs + int64(o.Days)*24*time.Hour.Milliseconds()
	var line []byte
	var t market.Tick
	for m.Next(&t); t.TimeMs < end; m.Next(&t) {
		if _, open := calendar.SessionAt(t.TimeMs); !open {
			continue
		}
		if n++; n%1000 == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
		line = append(append(append(append(line[:0], names[t.Symbol]...), ','), t.Exchange...), ',')
		line = append(t.Price.Append(append(strconv.AppendInt(line, t.TimeMs, 10), ',')), ',')
		if _, err := b.Write(append(t.Volume.Append(line), '\n')); err != nil {
			return n, err
		}
	}
	return n, b.Flush()
}
