package simulate

import (
	"context"
	"fmt"
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

// Feed sends a market's ticks: first those of the past, as fast as the sink takes
// them, then live. Run is for one goroutine; Sent and Live are safe for
// concurrent use.
type Feed struct {
	market *Market
	clock  pace.Clock
	sent   atomic.Int64
	live   chan struct{}
	isLive bool
}

// NewFeed makes a feed whose ticks begin that long before nowMs, which is the
// clock's time in Unix milliseconds. The zero clock is the machine's.
func NewFeed(options Options, nowMs int64, past time.Duration, clock pace.Clock) *Feed {
	if clock.Now == nil {
		clock = pace.Machine()
	}
	return &Feed{
		market: NewMarket(options, nowMs-past.Milliseconds()), clock: clock, live: make(chan struct{}),
	}
}

// Sent counts the ticks that the sink took.
func (f *Feed) Sent() int64 { return f.sent.Load() }

// Live is closed when the feed has caught up with the clock.
func (f *Feed) Live() <-chan struct{} { return f.live }

// Run sends ticks until the context ends or the sink fails, and gives the error.
// A tick is never sent before the clock has reached its time.
func (f *Feed) Run(ctx context.Context, sink Sink) error {
	var t market.Tick
	for {
		f.market.Next(&t)
		if err := f.until(ctx, t.TimeMs); err != nil {
			return err
		}
		if err := sink.Send(ctx, &t); err != nil {
			return fmt.Errorf("simulate: tick %d, %s at %d: %w", f.sent.Load()+1, t.Symbol, t.TimeMs, err)
		}
		f.sent.Add(1)
	}
}

// until waits for a time of the clock.
func (f *Feed) until(ctx context.Context, ms int64) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		left := time.UnixMilli(ms).Sub(f.clock.Now())
		if left <= 0 {
			return nil
		}
		if !f.isLive {
			f.isLive = true
			close(f.live)
		}
		if err := f.clock.Sleep(ctx, left); err != nil {
			return err
		}
	}
}
