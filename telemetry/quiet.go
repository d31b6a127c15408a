package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// maxQuieted bounds the messages that are told apart; beyond it all are written.
const maxQuieted = 256

// Quiet gives a logger that writes a message of one level and text at most once an
// interval: a client that lost its brokers says so many times a second. The next
// one that is written has the number of those left out as repeats. Attributes don't
// tell messages apart. It is safe for concurrent use.
func Quiet(logger *slog.Logger, every time.Duration) *slog.Logger {
	return slog.New(&quiet{to: logger.Handler(), every: every, seen: &seen{messages: make(map[message]*written)}})
}

type message struct {
	level slog.Level
	text  string
}

type written struct {
	at      time.Time
	repeats int
}

type seen struct {
	mu       sync.Mutex
	messages map[message]*written
}

type quiet struct {
	to    slog.Handler
	every time.Duration
	seen  *seen
}

// Enabled implements slog.Handler.
func (q *quiet) Enabled(ctx context.Context, level slog.Level) bool { return q.to.Enabled(ctx, level) }

// WithAttrs implements slog.Handler.
func (q *quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &quiet{q.to.WithAttrs(attrs), q.every, q.seen}
}

// WithGroup implements slog.Handler.
func (q *quiet) WithGroup(name string) slog.Handler {
	return &quiet{q.to.WithGroup(name), q.every, q.seen}
}

// Handle implements slog.Handler.
func (q *quiet) Handle(ctx context.Context, r slog.Record) error {
	repeats, write := q.seen.note(message{r.Level, r.Message}, r.Time, q.every)
	if !write {
		return nil
	}
	if repeats > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("repeats", repeats))
	}
	return q.to.Handle(ctx, r)
}

func (s *seen) note(m message, at time.Time, every time.Duration) (repeats int, write bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.messages[m]
	switch {
	case w == nil && len(s.messages) >= maxQuieted:
		return 0, true
	case w == nil:
		s.messages[m] = &written{at: at}
		return 0, true
	case at.Sub(w.at) < every:
		w.repeats++
		return 0, false
	}
	repeats, w.at, w.repeats = w.repeats, at, 0
	return repeats, true
}
