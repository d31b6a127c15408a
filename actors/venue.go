package actors

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// Venues finds the session of an account's live venue.
type Venues interface {
	// Venue gives it; false: there is no such venue, at which no account is opened then.
	// That hangs on the venue's name alone and never changes; a session that isn't there
	// yet is one that gives no clear answers. It is safe for concurrent use.
	Venue(userID, venue string) (Venue, bool)
}

// Venue is one account's session with a live venue: the only place with side
// effects. Its calls block until there is a clear answer or none is to be had;
// an answer that isn't clear is a report of kind UNKNOWN, never an error that
// someone could take for "not sent". Send, Cancel and Change of one account come
// one at a time, Query and Snapshot may come beside them.
type Venue interface {
	// Send places an order. Its client order id is the command's; an order that is
	// TooLate, which must be asked just before the write and as near to it as can be, is
	// not sent and reported as NOT_SENT.
	Send(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report
	// Cancel names the order by its client order id.
	Cancel(ctx context.Context, c account.VenueCommand) order.Report
	// Change gives an open order the command's terms, all of them absolute, so that
	// doing it again changes nothing. A refusal is a report of kind NOT_CHANGED. One that
	// is TooLate, which is asked as for a Send, is not made and reported as NOT_SENT: it
	// could undo a later one of a successor.
	Change(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report
	// Query tells what became of an order. NOT_SENT is the venue's clear answer that
	// it has no such order; without a clear answer the report is UNKNOWN. A report that
	// shows the order's terms settles a change whose answer got lost.
	Query(ctx context.Context, c account.VenueCommand) order.Report
	// Snapshot gives all that the venue has of the account: open orders, trades and
	// positions of one moment. A venue that shows them by calls of their own is asked
	// until two looks at its orders and trades, with one at the positions between them,
	// are equal. An error means that there is no such answer now; it is asked again.
	Snapshot(ctx context.Context) (account.VenueSnapshot, error)
}

// TooLate tells whether what must not leave after notAfter must not leave now. Either
// clock can stand still while a successor's goes on, the monotonic one in a machine
// that sleeps, the wall clock when it is set back, so the one that has moved more counts.
func TooLate(now, notAfter time.Time) bool {
	return now.After(notAfter) || now.Round(0).After(notAfter.Round(0))
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

// sessionQueue bounds the calls of an account that wait for a venue, orders and
// cancels in one queue, questions in another. When it is full the call is answered
// UNKNOWN (NOT_SENT for an order or a change) at once, which is counted.
const sessionQueue = 1000

// sessions runs the calls of a shard's accounts: for each account one goroutine
// that sends and cancels, one that asks, and one that looks at all that the venue
// has. An order never waits for the answer to a question.
type sessions struct {
	shard  *shard
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	queues map[string]*session
	opened time.Time // with the shard
}

type session struct{ orders, questions, looks chan timedCall }

// timedCall is a call, and when the commit of its cause began. Its deadline counts from
// then: a node that stands still before it has read the commit's answer must not take
// its waking for the beginning.
type timedCall struct {
	venueCall
	began time.Time
}

// dated tells whether the call has a deadline. A cancel has none: see SendDeadline.
func (c *timedCall) dated() bool {
	return c.command.Action == account.VenueSend || c.command.Action == account.VenueChange
}

// notAfter is the last moment at which the call may leave.
func (c *timedCall) notAfter() time.Time { return c.began.Add(c.command.Deadline) }

func newSessions(s *shard) *sessions {
	ctx, cancel := context.WithCancel(context.Background())
	return &sessions{shard: s, ctx: ctx, cancel: cancel, queues: make(map[string]*session), opened: s.config.Clock.Now()}
}

// call starts what follows a commit that was just confirmed, and began when it did.
func (s *sessions) call(calls []venueCall, began time.Time) {
	for _, c := range calls {
		q := s.session(c.user)
		if c.command.Action == account.VenueShow {
			q.look(timedCall{c, began})
			continue
		}
		queue := q.orders
		if c.command.Action == account.VenueQuery {
			queue = q.questions
		}
		select {
		case queue <- timedCall{c, began}:
		default:
			// This is the goroutine that empties the shard's inbox: it must not wait.
			s.work.Go(func() { s.answer(c, unsent(c.command, "too many calls wait for the venue")) })
		}
	}
}

// session gives an account's session, which begins with its first call.
func (s *sessions) session(user string) *session {
	q := s.queues[user]
	if q == nil {
		q = &session{make(chan timedCall, sessionQueue), make(chan timedCall, sessionQueue), make(chan timedCall, 1)}
		s.queues[user] = q
		s.work.Go(func() { s.trade(q.orders) })
		s.work.Go(func() { s.ask(q.questions) })
		s.work.Go(func() { s.watch(q.looks) })
	}
	return q
}

func (s *sessions) trade(calls chan timedCall) {
	orders, waiting := &pace{full: s.opened}, line{}
	for {
		c, ok := s.wait(orders, &waiting, calls)
		if !ok {
			return
		}
		s.answer(c.venueCall, s.paced(orders, c))
	}
}

// do makes one call. A venue that panics has not answered: what it did is unknown.
func (s *sessions) do(c timedCall) (r order.Report) {
	defer s.recovered(c.venueCall, &r)
	venue, no := s.venue(c.venueCall)
	switch {
	case venue == nil:
		return no
	case c.dated() && TooLate(s.shard.config.Clock.Now(), c.notAfter()):
		return unsent(c.command, "its deadline is over")
	case c.command.Action == account.VenueSend:
		return venue.Send(s.ctx, c.command, c.notAfter())
	case c.command.Action == account.VenueChange:
		return venue.Change(s.ctx, c.command, c.notAfter())
	default:
		return venue.Cancel(s.ctx, c.command)
	}
}

// recovered makes a report of a panic: sessions have goroutines of their own, which
// no supervisor watches.
func (s *sessions) recovered(c venueCall, r *order.Report) {
	if reason := recover(); reason != nil {
		s.shard.config.Logger.Error("venue session panicked", "account", c.user, "venue", c.command.Venue,
			"order", c.command.ClientOrderID, "failure", told(reason))
		*r = order.Report{OrderID: c.command.ClientOrderID, Kind: order.ReportUnknown, Detail: fmt.Sprintf("the session panicked: %v", reason)}
	}
}

// venue finds the session of a call's account, or says why there is none.
func (s *sessions) venue(c venueCall) (Venue, order.Report) {
	config := s.shard.config
	if config.Venues == nil {
		return nil, unsent(c.command, "this node has no venues")
	}
	venue, ok := config.Venues.Venue(c.user, c.command.Venue)
	if !ok {
		return nil, unsent(c.command, "no session with venue "+c.command.Venue)
	}
	if err := config.Fault.at("venue call", c.user); err != nil {
		return nil, unsent(c.command, err.Error())
	}
	return venue, order.Report{}
}

// An order of unknown fate is asked for often until it would have shown: the
// deadline of its sending, the longest that a venue may take with it, and a
// margin. While the venue gives no clear answer, it is asked on, less often.
const (
	askEvery     = 500 * time.Millisecond
	askSlowly    = 5 * time.Second
	venueTimeout = 10 * time.Second
	askMargin    = 3 * time.Second
	askFor       = account.SendDeadline + venueTimeout + askMargin
)

// openQuestion is asked again until it is answered.
type openQuestion struct {
	venueCall
	next, shown time.Time // when to ask next, and when the order, or its change, must have shown
	told        bool      // the account knows that the venue doesn't answer, or that the order is there
	last        order.Report
}

// ask asks for all orders of unknown fate of one account in turn, and again, until
// the venue has said what became of them.
func (s *sessions) ask(calls chan timedCall) {
	var open []*openQuestion
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		more := calls
		if len(open) >= sessionQueue {
			more = nil
		}
		select {
		case <-s.ctx.Done():
			return
		case c := <-more:
			// A question by an id of the venue that was not known takes the place of that
			// without.
			open = slices.DeleteFunc(open, func(q *openQuestion) bool { return q.command.ClientOrderID == c.command.ClientOrderID })
			q := &openQuestion{venueCall: c.venueCall, shown: s.shard.config.Clock.Now().Add(askFor)}
			if !s.answered(q) {
				open = append(open, q)
			}
		case <-again.C:
			open = slices.DeleteFunc(open, s.answered)
		}
	}
}

// answered asks once if it is time, and tells whether that was the last time.
func (s *sessions) answered(q *openQuestion) bool {
	if s.ctx.Err() != nil || s.shard.config.Clock.Now().Before(q.next) {
		return false
	}
	r := s.query(q.venueCall)
	if s.ctx.Err() != nil {
		return false // an answer that was cut off says nothing
	}
	now := s.shard.config.Clock.Now()
	last, tell := q.judge(r, now)
	if last && now.After(q.shown) {
		r.Settled = q.command.Wanted
	}
	if tell {
		s.answer(q.venueCall, r)
	}
	return last
}

func (s *sessions) query(c venueCall) (r order.Report) {
	defer s.recovered(c, &r)
	venue, r := s.venue(c)
	if venue != nil {
		r = venue.Query(s.ctx, c.command)
	}
	return r
}

// judge takes an answer in: whether it is the last, and whether the account must
// hear it. That the venue doesn't show the order means something only when it
// must have shown by now. That there is no clear answer never means that the
// order wasn't sent; the account hears of it once. While a change may yet arrive, what
// the venue shows of the order is news and not the last.
func (q *openQuestion) judge(r order.Report, now time.Time) (last, tell bool) {
	k, late := r.Kind, now.After(q.shown)
	switch {
	case k != order.ReportUnknown && k != order.ReportNotSent:
		if late || q.settles(&r) {
			return true, true
		}
		r.TimeMs = 0 // of the answer
		tell, q.last, q.told = r != q.last, r, true
		return false, tell
	case !late:
		return false, false
	case k == order.ReportNotSent:
		return true, true
	}
	q.next = now.Add(askSlowly)
	tell, q.told = !q.told, true
	return false, tell
}

// settles tells whether a clear answer leaves nothing open: there is no change under
// way, it was made, or the order has ended.
func (q *openQuestion) settles(r *order.Report) bool {
	wanted := q.command.Wanted
	return wanted == order.Terms{} || r.Terms == wanted || r.Kind == order.ReportCancelled || r.Kind == order.ReportRejected
}

// unsent is the report of a call that never reached the venue.
func unsent(c account.VenueCommand, why string) order.Report {
	kind := order.ReportUnknown
	if c.Action == account.VenueSend || c.Action == account.VenueChange {
		kind = order.ReportNotSent
	}
	return order.Report{OrderID: c.ClientOrderID, Kind: kind, Detail: why}
}

// changeUnsent says what it means for an order that a change was not asked for: it is
// as it was. Of a repeated one nobody knows what came of the first.
func changeUnsent(c account.VenueCommand, r *order.Report) {
	switch {
	case c.Action != account.VenueChange || r.Kind != order.ReportNotSent:
	case c.Repeat:
		r.Kind = order.ReportUnknown
	default:
		r.Kind = order.ReportUnchanged
	}
}

func (s *sessions) answer(c venueCall, r order.Report) {
	changeUnsent(c.command, &r)
	s.shard.config.Observer.Count(CountVenueCalls, string(r.Kind), 1)
	if r.TimeMs == 0 {
		r.TimeMs = s.shard.config.Clock.Now().UnixMilli()
	}
	// In order: a cancel's reply must not overtake that of its order.
	s.shard.external(s.ctx, &venueReply{user: c.user, report: r})
}

func (s *sessions) close() {
	s.cancel()
	s.work.Wait()
}
