package venue

import (
	"context"
	"errors"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// Stage is where a request is on its way to the exchange and back.
type Stage string

// The stages. Writing comes before a sending's deadline is looked at.
const (
	Writing  Stage = "writing"  // it is still in the node
	Sent     Stage = "sent"     // it has left the node
	Taken    Stage = "taken"    // the exchange has done it
	Answered Stage = "answered" // the answer has arrived
)

// Way is asked at each stage of each request: nil goes on, an error loses what is on
// its way, the request or its answer. It may wait, which is latency, and it must return
// when ctx ends.
type Way func(ctx context.Context, s Stage, c account.VenueCommand) error

// LateError, from a Way at Sent, lets an order or a change arrive after a time, when nobody waits
// for its answer any more.
type LateError struct{ After time.Duration }

func (e *LateError) Error() string { return "no answer in time" }

// Session is an account's way to the exchange; it implements actors.Venue. Its fields
// are read-only once in use.
type Session struct {
	Exchange *Exchange
	User     string
	// Now is the node's clock.
	Now func() time.Time
	Way Way
	// Match is asked what the market does with each order that arrives.
	Match func(c account.VenueCommand) Match
}

var _ actors.Venue = (*Session)(nil)

// Send implements actors.Venue.
func (s *Session) Send(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report {
	if err := s.Way(ctx, Writing, c); err != nil {
		return unknown(c, err)
	}
	if actors.TooLate(s.Now(), notAfter) {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, Detail: "too late"}
	}
	s.Exchange.Sent(c.ClientOrderID)
	take := func() order.Report { return s.Exchange.Take(s.User, c, s.Match(c)) }
	if err := s.Way(ctx, Sent, c); err != nil {
		var late *LateError
		if errors.As(err, &late) {
			time.AfterFunc(late.After, func() { take() })
		}
		return unknown(c, err)
	}
	return s.back(ctx, c, take())
}

// Cancel implements actors.Venue.
func (s *Session) Cancel(ctx context.Context, c account.VenueCommand) order.Report {
	return s.call(ctx, c, s.Exchange.Cancel)
}

// Change implements actors.Venue.
func (s *Session) Change(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report {
	if err := s.Way(ctx, Writing, c); err != nil {
		return unknown(c, err)
	}
	if actors.TooLate(s.Now(), notAfter) {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, Detail: "too late"}
	}
	if err := s.Way(ctx, Sent, c); err != nil {
		var late *LateError
		if errors.As(err, &late) {
			time.AfterFunc(late.After, func() { s.Exchange.Change(c) })
		}
		return unknown(c, err)
	}
	return s.back(ctx, c, s.Exchange.Change(c))
}

// Query implements actors.Venue.
func (s *Session) Query(ctx context.Context, c account.VenueCommand) order.Report {
	return s.call(ctx, c, s.Exchange.Query)
}

func (s *Session) call(ctx context.Context, c account.VenueCommand, do func(account.VenueCommand) order.Report) order.Report {
	for _, stage := range []Stage{Writing, Sent} {
		if err := s.Way(ctx, stage, c); err != nil {
			return unknown(c, err)
		}
	}
	r := do(c)
	if c.Action == account.VenueCancel && r.Kind == order.ReportNotSent {
		r.Kind = order.ReportUnknown // what can't be found can't be cancelled
	}
	return s.back(ctx, c, r)
}

func (s *Session) back(ctx context.Context, c account.VenueCommand, r order.Report) order.Report {
	for _, stage := range []Stage{Taken, Answered} {
		if err := s.Way(ctx, stage, c); err != nil {
			return unknown(c, err)
		}
	}
	return r
}

// Snapshot implements actors.Venue.
func (s *Session) Snapshot(ctx context.Context) (account.VenueSnapshot, error) {
	c := account.VenueCommand{Action: account.VenueShow}
	var v account.VenueSnapshot
	for _, stage := range []Stage{Writing, Sent, Taken, Answered} {
		if stage == Taken {
			v = s.Exchange.Snapshot(s.User)
		}
		if err := s.Way(ctx, stage, c); err != nil {
			return account.VenueSnapshot{}, err
		}
	}
	return v, nil
}

func unknown(c account.VenueCommand, err error) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, Detail: err.Error()}
}
