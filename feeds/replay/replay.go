// Package replay reads ticks from CSV files, plain or gzipped, and sends them in
// order at the pace of their times.
//
// A file begins with the line
//
//	symbol,exchange,timestamp_ms,price,volume
//
// and has one tick a line: Unix milliseconds, decimal numbers, no quotes. The
// order inside a file is kept, late ticks included. Several files are merged by
// time: the next tick comes from the file whose latest time so far is lowest,
// from the first named among equals.
package replay

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/velox-trading/velox/feeds/pace"
	"github.com/velox-trading/velox/trading/market"
)

// Sink takes the ticks.
type Sink interface {
	// Send takes one tick, which is the caller's again when it returns. An error
	// ends the feed.
	Send(ctx context.Context, t *market.Tick) error
}

// Options shape a replay.
type Options struct {
	// ID makes the replay's source: replay-<ID>. Each replay needs its own, for the
	// first tick of a new source starts a symbol afresh.
	ID string
	// NameByExchange names symbols {symbol}.{exchange}, for files in which one
	// symbol trades on several exchanges.
	NameByExchange bool
	// Speed is the factor of the ticks' own time; 0 is without waiting.
	Speed float64
	// Clock serves the pace and the rate; the zero value is the machine's.
	Clock pace.Clock
}

// Source gives the source of a replay's ticks.
func Source(id string) string { return "replay-" + id }

// Progress says how far a replay is. Bytes are those of the files as they lie on
// disk.
type Progress struct {
	Ticks                 int64
	BytesRead, BytesTotal int64
	// FirstMs and TimeMs are the times of the first and the latest tick.
	FirstMs, TimeMs int64
	// Elapsed is the wall time since Run began, 0 before.
	Elapsed time.Duration
}

// PerSecond gives the mean rate of ticks.
func (p Progress) PerSecond() float64 {
	if p.Elapsed <= 0 {
		return 0
	}
	return float64(p.Ticks) / p.Elapsed.Seconds()
}

// Replay reads the files of one replay once. Next and Run are for one goroutine;
// Progress is safe for concurrent use.
type Replay struct {
	options Options
	source  string
	files   files
	all     []*file
	total   int64

	ticks, firstMs, timeMs, begunNs atomic.Int64
}

// Open opens all files and checks their headers. An error names the file and the
// line.
func Open(paths []string, options Options) (*Replay, error) {
	if len(paths) == 0 {
		return nil, errors.New("replay: no files")
	}
	if options.Clock.Now == nil {
		options.Clock = pace.Machine()
	}
	r := &Replay{options: options, source: Source(options.ID)}
	for i, path := range paths {
		f, err := openFile(path, i, options.NameByExchange)
		if err == nil {
			r.all = append(r.all, f)
			r.total += f.Size()
			err = r.enter(f)
		}
		if err != nil {
			return nil, fmt.Errorf("replay: %w", errors.Join(err, r.Close()))
		}
	}
	return r, nil
}

// enter reads a file's first tick and lets the file take part in the merge; a
// file without ticks doesn't.
func (r *Replay) enter(f *file) error {
	switch err := f.advance(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	heap.Push(&r.files, f)
	return nil
}

// Next gives the next tick of all files, without pacing; io.EOF after the last.
func (r *Replay) Next(t *market.Tick) error {
	if len(r.files) == 0 {
		return io.EOF
	}
	f := r.files[0]
	if f.broken != nil {
		return fmt.Errorf("replay: %w", f.broken)
	}
	*t = f.tick
	t.Source = r.source
	if err := f.advance(); errors.Is(err, io.EOF) {
		heap.Pop(&r.files)
	} else {
		// The tick before a wrong line is good: the error waits for its turn.
		f.broken = err
		heap.Fix(&r.files, 0)
	}
	if r.ticks.Add(1) == 1 {
		r.firstMs.Store(t.TimeMs)
	}
	r.timeMs.Store(t.TimeMs)
	return nil
}

// Run sends what is left of the files and returns nil after the last tick, or
// the first error of the files, the sink or the context.
func (r *Replay) Run(ctx context.Context, sink Sink) error {
	r.begunNs.CompareAndSwap(0, r.options.Clock.Now().UnixNano())
	pacer := pace.New(r.options.Clock, r.options.Speed)
	var t market.Tick
	for {
		switch err := r.Next(&t); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := pacer.Wait(ctx, t.TimeMs); err != nil {
			r.ticks.Add(-1) // it was read, and is not sent
			return err
		}
		if err := sink.Send(ctx, &t); err != nil {
			return fmt.Errorf("replay: tick %d, %s at %d: %w", r.ticks.Load(), t.Symbol, t.TimeMs, err)
		}
	}
}

// Progress tells how far the replay is.
func (r *Replay) Progress() Progress {
	p := Progress{
		Ticks: r.ticks.Load(), BytesTotal: r.total, FirstMs: r.firstMs.Load(), TimeMs: r.timeMs.Load(),
	}
	for _, f := range r.all {
		p.BytesRead += f.Read()
	}
	if begun := r.begunNs.Load(); begun != 0 {
		p.Elapsed = r.options.Clock.Now().Sub(time.Unix(0, begun))
	}
	return p
}

// Close closes the files.
func (r *Replay) Close() error {
	var errs []error
	for _, f := range r.all {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// files is a heap by latest time, then by order of naming.
type files []*file

func (s files) Len() int { return len(s) }
func (s files) Less(i, j int) bool {
	if s[i].latestMs != s[j].latestMs {
		return s[i].latestMs < s[j].latestMs
	}
	return s[i].number < s[j].number
}
func (s files) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

// Push is for container/heap.
func (s *files) Push(x any) { *s = append(*s, x.(*file)) }

// Pop is for container/heap.
func (s *files) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
