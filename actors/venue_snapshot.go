package actors

import (
	"context"
	"fmt"
	"time"

	"github.com/velox-trading/velox/trading/account"
)

// A venue that doesn't show what it has is asked again, after a wait that doubles up
// to a limit; after a while the account is told. Between two looks at one account
// there is always the first wait: venues count requests.
const (
	lookAgain     = time.Second
	lookAgainMax  = 30 * time.Second
	lookInVainFor = 30 * time.Second
)

// venueView is what a venue has of an account, in answer to a question; with a
// failure it is that there is no answer yet.
type venueView struct {
	user     string
	question int64
	snapshot account.VenueSnapshot
	failure  string
	timeMs   int64
}

// look asks for a look. It takes the place of one that was not begun: its account
// waits for the answer to the last question only.
func (q *session) look(c timedCall) {
	select {
	case <-q.looks:
	default:
	}
	q.looks <- c
}

// watch looks at what the venue has of one account whenever it is asked to.
func (s *sessions) watch(looks chan timedCall) {
	for {
		select {
		case <-s.ctx.Done():
			return
		case c := <-looks:
			s.see(c, looks)
		}
	}
}

// see looks until there is an answer, and tells it; a newer question takes over.
func (s *sessions) see(c timedCall, newer chan timedCall) {
	began, wait, told := s.shard.config.Clock.Now(), lookAgain, false
	for s.ctx.Err() == nil {
		snapshot, err := s.snapshot(c.venueCall)
		if s.ctx.Err() != nil {
			return
		}
		now := s.shard.config.Clock.Now()
		view := &venueView{user: c.user, question: c.command.Question, snapshot: snapshot, timeMs: now.UnixMilli()}
		switch {
		case err == nil:
			s.shard.config.Observer.Count(CountVenueCalls, "SNAPSHOT", 1)
			s.shard.external(s.ctx, view)
			s.pause(lookAgain, nil)
			return
		case !told && now.Sub(began) >= lookInVainFor:
			told, view.failure = true, words(err.Error())
			s.shard.external(s.ctx, view)
		}
		s.shard.config.Observer.Count(CountVenueCalls, "NO_SNAPSHOT", 1)
		if next, ok := s.pause(wait, newer); ok {
			c, told = next, false
			s.pause(now.Add(lookAgain).Sub(s.shard.config.Clock.Now()), nil)
		}
		wait = min(2*wait, lookAgainMax)
	}
}

// pause waits for a time, the session's end or a call.
func (s *sessions) pause(d time.Duration, calls chan timedCall) (timedCall, bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.ctx.Done():
	case <-t.C:
	case c := <-calls:
		return c, true
	}
	return timedCall{}, false
}

// snapshot looks once. A venue that panics, or shows nonsense, has shown nothing.
func (s *sessions) snapshot(c venueCall) (v account.VenueSnapshot, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			s.shard.config.Logger.Error("venue session panicked", "account", c.user, "venue", c.command.Venue, "failure", told(reason))
			err = fmt.Errorf("the session panicked: %v", reason)
		}
	}()
	if s.shard.config.Venues == nil {
		return v, fmt.Errorf("this node has no venues")
	}
	venue, ok := s.shard.config.Venues.Venue(c.user, c.command.Venue)
	if !ok {
		return v, fmt.Errorf("no session with venue %s", c.command.Venue)
	}
	ctx, cancel := context.WithTimeout(s.ctx, venueTimeout)
	defer cancel()
	v, err = venue.Snapshot(ctx)
	if err == nil {
		if err = v.Check(); err != nil {
			err = fmt.Errorf("venue %s shows what makes no sense: %w", c.command.Venue, err)
		}
	}
	return v, err
}
