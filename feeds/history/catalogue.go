package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/feeds/lines"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/trading/market"
)

const (
	// maxFiles bounds a directory's files, maxKeys what the catalogue remembers of
	// them: symbols and timeframes, over all files.
	maxFiles = 10_000
	maxKeys  = 1_000_000
	// lookAgain is how old a listing of the directory may be.
	lookAgain = time.Second
)

// key is what rows can be asked for by; no timeframe: ticks.
type key struct {
	symbol, exchange string
	timeframe        market.Timeframe
}

// extent is the time of the first and the last row of a key.
type extent struct{ firstMs, lastMs int64 }

// entry is one file and what is in it.
type entry struct {
	path     string
	size     int64
	modified time.Time
	holds    map[key]extent
	err      error
}

// catalogue knows what is in the files of a directory. A file is read once until
// it changes.
type catalogue struct {
	options *Options
	turn    chan struct{} // held by who looks at the directory
	list    []*entry      // sorted by path
	listed  time.Time
}

func newCatalogue(o *Options) catalogue {
	return catalogue{options: o, turn: make(chan struct{}, 1)}
}

// files gives the files without faults, sorted by path.
func (c *catalogue) files(ctx context.Context) ([]*entry, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-c.turn }()
	if c.listed.IsZero() || time.Since(c.listed) >= lookAgain {
		list, err := c.look(ctx)
		if err != nil {
			return nil, err
		}
		c.list, c.listed = list, time.Now()
	}
	return slices.DeleteFunc(slices.Clone(c.list), func(e *entry) bool { return e.err != nil }), nil
}

// look lists the directory and reads what is new or has changed.
func (c *catalogue) look(ctx context.Context) ([]*entry, error) {
	known := make(map[string]*entry, len(c.list))
	for _, e := range c.list {
		known[e.path] = e
	}
	list, err := c.walk(known)
	if err != nil {
		return nil, err
	}
	keys := 0
	for i, e := range list {
		if old := known[e.path]; old != nil && old.size == e.size && old.modified.Equal(e.modified) && (old.holds != nil || old.err != nil) {
			list[i] = old
			keys += len(old.holds)
			continue
		}
		if e.err != nil {
			continue // could not even be listed
		}
		switch err := c.scan(ctx, e); {
		case err != nil && ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			e.err, e.holds = err, nil
			c.options.Problem(e.path, err)
		}
		known[e.path] = e // what was read counts, even if the time is over before the next
		c.remember(e)
		if keys += len(e.holds); keys > maxKeys {
			return nil, fmt.Errorf("the files of %s hold more than %d symbols and timeframes", c.options.Directory, maxKeys)
		}
	}
	return list, nil
}

// remember keeps a file that was read, so that a reading that was cut short goes
// on where it was.
func (c *catalogue) remember(e *entry) {
	if i, ok := slices.BinarySearchFunc(c.list, e.path, func(x *entry, path string) int { return strings.Compare(x.path, path) }); ok {
		c.list[i] = e
	} else {
		c.list = slices.Insert(c.list, i, e)
	}
}

// walk lists the files by path.
func (c *catalogue) walk(known map[string]*entry) ([]*entry, error) {
	var list []*entry
	root := c.options.Directory
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			return c.unreadable(&list, known, path, err)
		case d.IsDir() || !strings.HasSuffix(path, ".csv") && !strings.HasSuffix(path, ".csv.gz"):
			return nil
		}
		info, err := os.Stat(path) // follows links
		if err != nil {
			return c.unreadable(&list, known, path, err)
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		if len(list) == maxFiles {
			return fmt.Errorf("%s has more than %d files", root, maxFiles)
		}
		list = append(list, &entry{path: path, size: info.Size(), modified: info.ModTime()})
		return nil
	})
	slices.SortFunc(list, func(a, b *entry) int { return strings.Compare(a.path, b.path) })
	return list, err
}

// unreadable notes what can't be listed, and tells it once.
func (c *catalogue) unreadable(list *[]*entry, known map[string]*entry, path string, err error) error {
	e := &entry{path: path, err: err}
	if old := known[path]; old == nil || old.err == nil {
		c.options.Problem(path, err)
	}
	*list = append(*list, e)
	return nil
}

// scan reads a whole file to learn what is in it and whether it is right.
func (c *catalogue) scan(ctx context.Context, e *entry) error {
	e.holds = make(map[key]extent)
	in, err := lines.Open(e.path)
	if err != nil {
		return err
	}
	header, err := in.Header(replay.Header + " or " + Header)
	if errClose := in.Close(); err == nil {
		err = errClose
	}
	switch {
	case err != nil:
		return err
	case header == replay.Header:
		return c.scanTicks(ctx, e)
	case header == Header:
		return c.scanCandles(ctx, e)
	default:
		return fmt.Errorf("%s:1: the header is %.100q, want %s or %s", e.path, header, replay.Header, Header)
	}
}

func (c *catalogue) scanTicks(ctx context.Context, e *entry) error {
	ticks, err := replay.Open([]string{e.path}, replay.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = ticks.Close() }() // it was only read
	patient := patience{ctx: ctx}
	var t market.Tick
	for {
		if err := patient.err(); err != nil {
			return err
		}
		switch err := ticks.Next(&t); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		e.note(key{symbol: t.Symbol, exchange: t.Exchange}, t.TimeMs)
	}
}

func (c *catalogue) scanCandles(ctx context.Context, e *entry) error {
	return eachCandle(ctx, e.path, c.options.Calendars, func(in *candleFile) error {
		if x, ok := e.holds[in.key]; ok && in.candle.StartMs <= x.lastMs {
			return in.Wrong("start_ms %d of %s %s comes after %d: rows must be in the order of time", in.candle.StartMs, in.key.symbol, in.key.timeframe, x.lastMs)
		}
		e.note(in.key, in.candle.StartMs)
		return nil
	})
}

func (e *entry) note(k key, ms int64) {
	x, ok := e.holds[k]
	if !ok {
		x = extent{ms, ms}
	}
	e.holds[k] = extent{min(x.firstMs, ms), max(x.lastMs, ms)}
}

// covers tells whether a file has rows of a key within a request's time.
func (e *entry) covers(r *request, tf market.Timeframe) bool {
	for _, name := range r.names {
		if x, ok := e.holds[key{name, r.exchange, tf}]; ok && x.lastMs >= r.fromMs && x.firstMs < r.beforeMs {
			return true
		}
	}
	return false
}
