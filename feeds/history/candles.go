package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/feeds/lines"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// Header is the first line of a file of candles.
const Header = "symbol,exchange,timeframe,start_ms,open,high,low,close,volume"

// maxParts bounds the smaller candles that larger ones are made of, the newest of
// a symbol, some 60 MB.
const maxParts = 500_000

// candleFile reads a file of candles.
type candleFile struct {
	*lines.File
	calendars market.Calendars
	cutters   map[key]*market.Builder // by exchange and timeframe

	key    key
	candle market.Candle
}

func openCandles(path string, calendars market.Calendars) (*candleFile, error) {
	in, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	f := &candleFile{File: in, calendars: calendars, cutters: make(map[key]*market.Builder)}
	if got, err := in.Header(Header); err != nil || got != Header {
		_ = in.Close() // it was only read
		return nil, errors.Join(fmt.Errorf("%s: want the header %s", path, Header), err)
	}
	return f, nil
}

// next reads the next candle within a session; io.EOF after the last.
func (f *candleFile) next() error {
	for {
		line, err := f.Next()
		if err != nil {
			return err
		}
		var fields [9][]byte
		if err := f.Fields(line, fields[:], Header); err != nil {
			return err
		}
		if err := f.names(fields[:3]); err != nil {
			return err
		}
		start, err := strconv.ParseInt(string(fields[3]), 10, 64)
		if err != nil || start < 0 || start > 253402300799999 {
			return f.Wrong("start_ms %.40q: want Unix milliseconds", fields[3])
		}
		if err := f.numbers(fields[4:]); err != nil {
			return err
		}
		from, to, ok := f.cutter().Bounds(start)
		if !ok {
			continue // of an auction or another session: ticks of such times make no candle either
		}
		if from != start {
			return f.Wrong("start_ms %d: the %s candle of %s that holds it starts at %d", start, f.key.timeframe, f.key.exchange, from)
		}
		f.candle.StartMs, f.candle.EndMs = from, to
		return nil
	}
}

// names reads symbol, exchange and timeframe; rows mostly have those of the row
// before.
func (f *candleFile) names(fields [][]byte) error {
	k := &f.key
	if string(fields[0]) != k.symbol || k.symbol == "" {
		if k.symbol = string(fields[0]); k.symbol == "" {
			return f.Wrong("the symbol is empty")
		}
	}
	if string(fields[1]) != k.exchange {
		k.exchange = string(fields[1])
	}
	if string(fields[2]) != k.timeframe.String() {
		tf, err := market.ParseTimeframe(string(fields[2]))
		if err != nil {
			return f.Wrong("%w", err)
		}
		k.timeframe = tf
	}
	return nil
}

// cutter knows where candles of the row's exchange and timeframe start.
func (f *candleFile) cutter() *market.Builder {
	k := key{exchange: f.key.exchange, timeframe: f.key.timeframe}
	b := f.cutters[k]
	if b == nil {
		b = market.NewBuilder(k.timeframe, f.calendars.For(k.exchange), 0)
		f.cutters[k] = b
	}
	return b
}

func (f *candleFile) numbers(fields [][]byte) error {
	f.candle = market.Candle{}
	c := &f.candle
	for i, to := range []*decimal.Decimal{&c.Open, &c.High, &c.Low, &c.Close, &c.Volume} {
		d, err := decimal.ParseBytes(fields[i])
		name := [...]string{"open", "high", "low", "close", "volume"}[i]
		switch {
		case err != nil:
			return f.Wrong("%s: %w", name, err)
		case !d.Bounded():
			return f.Wrong("%s %s: the largest number is 92233720368.54775807", name, d)
		case d.Sign() < 0 || d.Sign() == 0 && name != "volume":
			return f.Wrong("%s %s: want a price above 0 and a volume of 0 or more", name, d)
		}
		*to = d
	}
	if c.High.Less(c.Open) || c.High.Less(c.Close) || c.High.Less(c.Low) || c.Low.Greater(c.Open) || c.Low.Greater(c.Close) {
		return f.Wrong("high %s and low %s don't hold open %s and close %s between them", c.High, c.Low, c.Open, c.Close)
	}
	return nil
}

// fromCandles reads candles of one timeframe and makes the request's of them.
func (s *Source) fromCandles(ctx context.Context, files []*entry, r *request, tf market.Timeframe) ([]market.Candle, error) {
	byTime := make(map[int64]market.Candle)
	for _, e := range files {
		if !e.covers(r, tf) {
			continue
		}
		if err := s.readCandles(ctx, e.path, r, tf, byTime); err != nil {
			return nil, err
		}
	}
	read := make([]market.Candle, 0, len(byTime))
	for _, c := range byTime {
		read = append(read, c)
	}
	slices.SortFunc(read, byStart)
	if tf != r.timeframe {
		read = join(read, r)
	}
	return read[max(0, len(read)-r.periods):], nil
}

// readCandles adds a file's candles, over those of the files before it. Those that
// are too old to count are let go, so that the memory is bounded by what was asked
// for.
func (s *Source) readCandles(ctx context.Context, path string, r *request, tf market.Timeframe, byTime map[int64]market.Candle) error {
	return eachCandle(ctx, path, s.options.Calendars, func(in *candleFile) error {
		c := &in.candle
		if in.key.timeframe == tf && r.is(in.key.symbol, in.key.exchange) && c.StartMs >= r.fromMs && c.EndMs <= r.beforeMs {
			byTime[c.StartMs] = *c
			r.forgetOld(byTime, tf)
		}
		return nil
	})
}

// eachCandle reads a file of candles to its end, and calls f after each row.
func eachCandle(ctx context.Context, path string, calendars market.Calendars, f func(*candleFile) error) error {
	in, err := openCandles(path, calendars)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	patient := patience{ctx: ctx}
	for {
		if err := patient.err(); err != nil {
			return err
		}
		switch err := in.next(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := f(in); err != nil {
			return err
		}
	}
}

// forgetOld keeps the newest candles that the request can need: of a smaller
// timeframe, as many as its own hold.
func (r *request) forgetOld(byTime map[int64]market.Candle, tf market.Timeframe) {
	parts := max(1, int((r.timeframe.Duration()+tf.Duration()-1)/tf.Duration()))
	keep := min((r.periods+1)*parts, maxParts)
	if len(byTime) < 2*keep {
		return
	}
	starts := make([]int64, 0, len(byTime))
	for start := range byTime {
		starts = append(starts, start)
	}
	slices.Sort(starts)
	for _, start := range starts[:len(starts)-keep] {
		delete(byTime, start)
	}
}

// join makes candles of smaller ones, which are in order.
func join(small []market.Candle, r *request) []market.Candle {
	cutter := market.NewBuilder(r.timeframe, r.calendar, 0)
	var out []market.Candle
	for i := range small {
		c := small[i]
		start, end, ok := cutter.Bounds(c.StartMs)
		if !ok || end > r.beforeMs {
			continue
		}
		if n := len(out); n > 0 && out[n-1].StartMs == start {
			big := &out[n-1]
			big.High, big.Low = decimal.Max(big.High, c.High), decimal.Min(big.Low, c.Low)
			big.Close, big.Volume = c.Close, big.Volume.Add(c.Volume)
			continue
		}
		c.StartMs, c.EndMs = start, end
		out = append(out, c)
	}
	return out
}
