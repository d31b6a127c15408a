// Package pace lets feeds that make or read their ticks send them at the times
// that the ticks name.
package pace

import (
	"context"
	"time"
)

// Clock is the wall clock of a feed and its way to wait. Both functions must be
// safe for concurrent use.
type Clock struct {
	Now func() time.Time
	// Sleep waits for that long, or gives the context's error as soon as it ends.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Machine is the machine's clock.
func Machine() Clock { return Clock{Now: time.Now, Sleep: sleep} }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Pacer maps event times to wall times: the first event is due at once, each
// later one when its distance from the first, divided by the speed, has passed.
// It measures from the beginning, so that delays don't add up. It is used by one
// goroutine.
type Pacer struct {
	clock   Clock
	speed   float64
	started bool
	firstMs int64
	begun   time.Time
}

// New makes a pacer; speed 10 is ten times as fast as the events' own time, 0 and
// below is without any waiting.
func New(clock Clock, speed float64) *Pacer { return &Pacer{clock: clock, speed: speed} }

// Wait returns when the event is due, or with the context's error. Events that
// are due already, or older than the first, don't wait.
func (p *Pacer) Wait(ctx context.Context, eventMs int64) error {
	if p.speed <= 0 {
		return ctx.Err()
	}
	if !p.started {
		p.started, p.firstMs, p.begun = true, eventMs, p.clock.Now()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		// In seconds as a float: years of events at a thousandth of the speed would
		// overflow a Duration.
		due := float64(eventMs-p.firstMs) / 1000 / p.speed
		left := due - p.clock.Now().Sub(p.begun).Seconds()
		if left <= 0 {
			return nil
		}
		const longest = 3600 // seconds; then the clock is asked again
		if err := p.clock.Sleep(ctx, time.Duration(min(left, longest)*float64(time.Second))+1); err != nil {
			return err
		}
	}
}
