// Package history gives past candles out of a directory of CSV files, plain or
// gzipped, of ticks or of candles. docs/candles.md says what is read and what
// counts before what.
package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/market"
)

// Options shape a Source.
type Options struct {
	// Directory and all in it are searched for *.csv and *.csv.gz, at most 10,000.
	Directory string
	// Lookback is how far before the time of a request files are read.
	Lookback time.Duration
	// Timeout bounds one request, the wait for others included; 0 is no bound.
	Timeout time.Duration
	// Grace is for candles that are made of ticks.
	Grace     time.Duration
	Calendars market.Calendars
	// Problem is told of every file that is left out, once until it changes. It must
	// be safe for concurrent use.
	Problem func(path string, err error)
}

// Source gives past candles. It is safe for concurrent use.
type Source struct {
	options   Options
	catalogue catalogue
}

// New makes a source; it reads nothing before the first request.
func New(o Options) *Source {
	return &Source{options: o, catalogue: newCatalogue(&o)}
}

// Candles gives the latest candles of a symbol that end at beforeMs or earlier,
// oldest first, at most periods; none when the files have none. It fails when the
// directory can't be read, a file breaks while it is read, or the time is over.
func (s *Source) Candles(
	ctx context.Context, symbol, exchange string, tf market.Timeframe, periods int, beforeMs int64,
) ([]market.Candle, error) {
	if s.options.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.options.Timeout)
		defer cancel()
	}
	candles, err := s.candles(ctx, &request{
		names: names(symbol, exchange), exchange: exchange, timeframe: tf, periods: periods, fromMs: beforeMs - s.options.Lookback.Milliseconds(), beforeMs: beforeMs,
		calendar: s.options.Calendars.For(exchange), grace: s.options.Grace,
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("not read within %v: a file a symbol, a shorter history.lookback or a longer history.timeout would help", s.options.Timeout)
	}
	if err != nil {
		return nil, fmt.Errorf("history of %s, %s: %w", symbol, tf, err)
	}
	return candles, nil
}

// request is what one call of Candles asks for.
type request struct {
	names            []string // under which rows of the symbol stand
	exchange         string
	timeframe        market.Timeframe
	periods          int
	fromMs, beforeMs int64
	calendar         market.Calendar
	grace            time.Duration
}

// names gives a symbol, and what it is called where symbols aren't named by their
// exchanges.
func names(symbol, exchange string) []string {
	names := []string{symbol}
	if plain, ok := strings.CutSuffix(symbol, "."+exchange); ok && plain != "" {
		names = append(names, plain)
	}
	return names
}

// is tells whether a row is of the request's symbol.
func (r *request) is(symbol, exchange string) bool {
	return exchange == r.exchange && slices.Contains(r.names, symbol)
}

// candles asks for the timeframe's own candles, then for those of smaller ones,
// the largest first, then for ticks. What comes later fills what is missing.
func (s *Source) candles(ctx context.Context, r *request) ([]market.Candle, error) {
	files, err := s.catalogue.files(ctx)
	if err != nil {
		return nil, err
	}
	var have []market.Candle
	for _, tf := range s.timeframes(files, r) {
		made, err := s.fromCandles(ctx, files, r, tf)
		if err != nil {
			return nil, err
		}
		have = fill(have, made)
	}
	made, err := s.fromTicks(ctx, files, r)
	if err != nil {
		return nil, err
	}
	have = fill(have, made)
	return have[max(0, len(have)-r.periods):], nil
}

// timeframes gives those whose candles make up the request's, the longest first.
func (s *Source) timeframes(files []*entry, r *request) []market.Timeframe {
	var out []market.Timeframe
	for _, f := range files {
		for k := range f.holds {
			if !k.timeframe.IsZero() && r.is(k.symbol, k.exchange) && !slices.Contains(out, k.timeframe) && nests(k.timeframe, r.timeframe) {
				out = append(out, k.timeframe)
			}
		}
	}
	slices.SortFunc(out, func(a, b market.Timeframe) int {
		switch {
		case a == r.timeframe:
			return -1
		case b == r.timeframe:
			return 1
		case a.Duration() != b.Duration():
			return int(b.Duration() - a.Duration())
		default:
			return strings.Compare(a.String(), b.String())
		}
	})
	return out
}

// nests tells whether candles of one timeframe are whole parts of the other's.
func nests(small, big market.Timeframe) bool {
	switch {
	case small == big:
		return true
	case big.SpansSessions():
		// A week may begin in another month.
		return !small.SpansSessions() || small == market.Day && big != market.Day
	default:
		return !small.SpansSessions() && small.Duration() <= big.Duration() && big.Duration()%small.Duration() == 0
	}
}

// fill adds to candles, ordered by start, those of others that lack in them.
func fill(have, more []market.Candle) []market.Candle {
	if len(have) == 0 {
		return more
	}
	known := make(map[int64]bool, len(have))
	for i := range have {
		known[have[i].StartMs] = true
	}
	for i := range more {
		if !known[more[i].StartMs] {
			have = append(have, more[i])
		}
	}
	slices.SortFunc(have, byStart)
	return have
}

func byStart(a, b market.Candle) int {
	switch {
	case a.StartMs < b.StartMs:
		return -1
	case a.StartMs > b.StartMs:
		return 1
	default:
		return 0
	}
}

// patience looks at the context once in a while.
type patience struct {
	ctx context.Context
	n   int
}

func (p *patience) err() error {
	if p.n++; p.n%1024 != 0 {
		return nil
	}
	return p.ctx.Err()
}
