package pace

import (
	"context"
	"errors"
	"testing"
	"time"
)

// fake is a clock that only Sleep moves.
type fake struct {
	now    time.Time
	sleeps int
}

func (f *fake) clock() Clock {
	return Clock{
		Now: func() time.Time { return f.now },
		Sleep: func(_ context.Context, d time.Duration) error {
			f.now, f.sleeps = f.now.Add(d), f.sleeps+1
			return nil
		},
	}
}

func TestWait(t *testing.T) {
	start := time.UnixMilli(1_000_000)
	for _, speed := range []float64{0.5, 1, 10, 250} {
		f := &fake{now: start}
		p := New(f.clock(), speed)
		for _, eventMs := range []int64{50_000, 50_000, 51_000, 50_500, 60_000, 60_001, 40_000_000, 40_000_000} {
			before := f.now
			if err := p.Wait(t.Context(), eventMs); err != nil {
				t.Fatal(err)
			}
			due := start.Add(time.Duration(float64(eventMs-50_000) / speed * float64(time.Millisecond)))
			if due.Before(before) {
				due = before
			}
			if off := f.now.Sub(due); off < 0 || off > time.Microsecond {
				t.Errorf("speed %v, event %d is sent %s off its time", speed, eventMs, off)
			}
		}
	}
}

// TestDelaysDontAddUp: after a slow moment the pacer catches up.
func TestDelaysDontAddUp(t *testing.T) {
	f := &fake{now: time.UnixMilli(0)}
	p := New(f.clock(), 1)
	for eventMs := int64(0); eventMs < 10_000; eventMs += 1000 {
		if err := p.Wait(t.Context(), eventMs); err != nil {
			t.Fatal(err)
		}
		if eventMs == 2000 {
			f.now = f.now.Add(5 * time.Second)
		}
	}
	if got := f.now.UnixMilli(); got != 9000 {
		t.Errorf("the last event is sent at %d ms, want 9000", got)
	}
}

func TestNoSpeedDoesNotWait(t *testing.T) {
	f := &fake{}
	p := New(f.clock(), 0)
	for _, eventMs := range []int64{0, 1 << 40} {
		if err := p.Wait(t.Context(), eventMs); err != nil {
			t.Fatal(err)
		}
	}
	if f.sleeps != 0 {
		t.Errorf("slept %d times", f.sleeps)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	for _, speed := range []float64{0, 1} {
		ctx, cancel := context.WithCancel(t.Context())
		p := New(Machine(), speed)
		if err := p.Wait(ctx, 0); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			err := error(nil)
			for err == nil {
				err = p.Wait(ctx, int64(time.Hour/time.Millisecond))
			}
			done <- err
		}()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("speed %v: got %v", speed, err)
		}
	}
}
