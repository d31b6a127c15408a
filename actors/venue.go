package actors

import (
	"context"
	"sync"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// Venues finds the session of an account's live venue.
type Venues interface {
	Venue(userID, venue string) (Venue, bool)
}

// Venue is one account's session with a live venue: the only place with side
// effects. Its calls block until there is a clear answer or none is to be had;
// an answer that isn't clear is a report of kind UNKNOWN, never an error that
// someone could take for "not sent". Calls of one account come one at a time.
type Venue interface {
	// Send places an order. Its client order id is the command's; notAfter must be
	// checked just before the write, and an order that is too late is not sent and
	// reported as NOT_SENT.
	Send(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report
	// Cancel and Query name the order by its client order id.
	Cancel(ctx context.Context, c account.VenueCommand) order.Report
	Query(ctx context.Context, c account.VenueCommand) order.Report
}

// venueCall is a command to a venue whose cause is about to be committed.
type venueCall struct {
	user    string
	command account.VenueCommand
}

// venueReply is what a session has to say.
type venueReply struct {
	user   string
	report order.Report
}

// sessionQueue bounds the calls that wait for a venue. When it is full the call is
// answered UNKNOWN (NOT_SENT for an order) at once, which is counted.
const sessionQueue = 1000

// sessions runs the calls of a shard's accounts, one goroutine an account.
type sessions struct {
	shard  *shard
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	queues map[string]chan timedCall
}

type timedCall struct {
	venueCall
	committed time.Time
}

func newSessions(s *shard) *sessions {
	ctx, cancel := context.WithCancel(context.Background())
	return &sessions{shard: s, ctx: ctx, cancel: cancel, queues: make(map[string]chan timedCall)}
}

// call starts what follows a commit that was just confirmed.
func (s *sessions) call(calls []venueCall) {
	now := s.shard.config.Clock.Now()
	for _, c := range calls {
		q := s.queues[c.user]
		if q == nil {
			q = make(chan timedCall, sessionQueue)
			s.queues[c.user] = q
			s.work.Go(func() { s.run(q) })
		}
		select {
		case q <- timedCall{c, now}:
		default:
			s.answer(c, unsent(c.command, "too many calls wait for the venue"))
		}
	}
}

func (s *sessions) run(q chan timedCall) {
	for {
		select {
		case <-s.ctx.Done():
			return
		case c := <-q:
			s.answer(c.venueCall, s.do(c))
		}
	}
}

func (s *sessions) do(c timedCall) order.Report {
	config := s.shard.config
	if config.Venues == nil {
		return unsent(c.command, "this node has no venues")
	}
	venue, ok := config.Venues.Venue(c.user, c.command.Venue)
	if !ok {
		return unsent(c.command, "no session with venue "+c.command.Venue)
	}
	if config.Fault != nil {
		if err := config.Fault("venue call", c.user); err != nil {
			return unsent(c.command, err.Error())
		}
	}
	switch c.command.Action {
	case account.VenueSend:
		return venue.Send(s.ctx, c.command, c.committed.Add(c.command.Deadline))
	case account.VenueCancel:
		return venue.Cancel(s.ctx, c.command)
	default:
		return s.ask(venue, c.command)
	}
}

// An order of unknown fate is asked for until it would have shown: the deadline of
// its sending, the longest that a venue may take with it, and a margin.
const (
	askEvery     = 500 * time.Millisecond
	venueTimeout = 10 * time.Second
	askMargin    = 3 * time.Second
)

// ask repeats a query until the venue knows the order. One that it never shows is
// taken for not sent; if it is sighted later, the account takes that as fact,
// with an alert.
func (s *sessions) ask(venue Venue, c account.VenueCommand) order.Report {
	timer := time.NewTimer(account.SendDeadline + venueTimeout + askMargin)
	defer timer.Stop()
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		r := venue.Query(s.ctx, c)
		if r.Kind != order.ReportUnknown {
			return r
		}
		select {
		case <-again.C:
		case <-timer.C:
			r.Kind = order.ReportNotSent
			return r
		case <-s.ctx.Done():
			return r
		}
	}
}

// unsent is the report of a call that never reached the venue.
func unsent(c account.VenueCommand, why string) order.Report {
	kind := order.ReportUnknown
	if c.Action == account.VenueSend {
		kind = order.ReportNotSent
	}
	return order.Report{OrderID: c.ClientOrderID, Kind: kind, Detail: why}
}

func (s *sessions) answer(c venueCall, r order.Report) {
	s.shard.config.Observer.Count(CountVenueCalls, string(r.Kind), 1)
	if r.TimeMs == 0 {
		r.TimeMs = s.shard.config.Clock.Now().UnixMilli()
	}
	s.work.Go(func() { s.shard.external(s.ctx, &venueReply{user: c.user, report: r}) })
}

func (s *sessions) close() {
	s.cancel()
	s.work.Wait()
}
