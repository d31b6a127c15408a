package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// venueName is the live venue of the simulation.
const venueName = "mock"

// venue is an exchange that takes orders by client order id, does not drop repeats,
// and tells the truth when it is asked and its answer arrives.
type venue struct {
	cluster *Cluster

	mu     sync.Mutex
	orders map[string]*placed // by client order id
	early  []string           // written before their PLACED event was committed
}

// placed is an order as the venue has it.
type placed struct {
	user   string
	times  int // it was sent
	report order.Report
}

func newVenue(c *Cluster) *venue { return &venue{cluster: c, orders: make(map[string]*placed)} }

// session is a node's way to the venue; it implements actors.Venues and, for each
// account, actors.Venue.
type session struct {
	life *life
	user string
}

// Venue implements actors.Venues.
func (s *session) Venue(user, name string) (actors.Venue, bool) {
	return &session{life: s.life, user: user}, name == venueName
}

func unknown(c account.VenueCommand, why string) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, Detail: why}
}

// venueDelayMax is the longest way of a request to the venue: less than what a
// session allows a venue to take.
const venueDelayMax = 9 * time.Second

// Send implements actors.Venue. The request may wait in the node, which is before the
// deadline's check, or on its way, which is after it; it, or its answer, may get lost.
func (s *session) Send(ctx context.Context, c account.VenueCommand, notAfter time.Time) order.Report {
	v := s.life.cluster.venue
	r := s.dice("send")
	storm := s.life.cluster.faults.active.Load()
	if storm && r.IntN(8) == 0 {
		if sleep(ctx, time.Duration(r.Int64N(int64(3*time.Second)))) != nil {
			return unknown(c, "cut off before it was written")
		}
	}
	if err := s.life.wait(ctx); err != nil {
		return unknown(c, err.Error())
	}
	if s.life.Now().After(notAfter) {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, Detail: "too late"}
	}
	v.written(c)
	fate, delay := r.IntN(10), time.Duration(r.Int64N(int64(venueDelayMax)))
	switch {
	case storm && fate == 0:
		s.life.cluster.faults.count("venue: request lost")
		return unknown(c, "the request was lost")
	case storm && fate == 1:
		s.life.cluster.faults.count("venue: reply lost")
		v.take(s.user, c, r)
		return unknown(c, "the reply was lost")
	case storm && fate == 2:
		s.life.cluster.faults.count("venue: late")
		time.AfterFunc(delay, func() { v.take(s.user, c, r) })
		return unknown(c, "no reply in time")
	case storm && fate == 3:
		s.life.cluster.faults.count("venue: slow")
		if sleep(ctx, delay) != nil {
			v.take(s.user, c, r) // nobody waits for the answer, but it is out
			return unknown(c, "cut off")
		}
	}
	return v.take(s.user, c, r)
}

func (s *session) dice(what string) *rand.Rand {
	return s.life.cluster.dice.throw("venue " + what + " " + s.user)
}

// written notes an order that leaves before its PLACED event is committed.
func (v *venue) written(c account.VenueCommand) {
	n := v.cluster.log.Partitions(messages.TopicOrders)
	p := messages.HomePartition([]byte(c.ClientOrderID), n)
	for _, r := range v.cluster.log.CommittedRecords(messages.TopicOrders, p) {
		if string(r.Key) == c.ClientOrderID {
			return
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.early = append(v.early, c.ClientOrderID)
}

// take takes an order in: each time that it is sent.
func (v *venue) take(user string, c account.VenueCommand, r *rand.Rand) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	if have := v.orders[c.ClientOrderID]; have != nil {
		have.times++
		return have.report
	}
	answer := order.Report{OrderID: c.ClientOrderID, Kind: order.ReportFill, VenueOrderID: "V-" + c.ClientOrderID[:8]}
	answer.FilledQuantity, answer.AveragePrice = c.Quantity, decimal.FromInt(100+r.Int64N(10))
	switch r.IntN(5) {
	case 0:
		answer.Kind, answer.FilledQuantity, answer.AveragePrice = order.ReportRejected, decimal.Decimal{}, decimal.Decimal{}
	case 1:
		answer.Kind, answer.FilledQuantity, answer.AveragePrice = order.ReportAccepted, decimal.Decimal{}, decimal.Decimal{}
	case 2:
		answer.FilledQuantity = c.Quantity.Div(decimal.FromInt(2))
	}
	v.orders[c.ClientOrderID] = &placed{user: user, times: 1, report: answer}
	return answer
}

// Cancel implements actors.Venue.
func (s *session) Cancel(ctx context.Context, c account.VenueCommand) order.Report {
	if err := s.life.wait(ctx); err != nil {
		return unknown(c, err.Error())
	}
	v, r := s.life.cluster.venue, s.dice("cancel")
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.orders[c.ClientOrderID]
	if p == nil {
		return unknown(c, "no such order")
	}
	whole := p.report.Kind == order.ReportFill && p.report.FilledQuantity.GreaterEq(c.Quantity) && !c.Quantity.IsZero()
	if p.report.Kind == order.ReportAccepted || p.report.Kind == order.ReportFill && !whole && r.IntN(2) == 0 {
		p.report.Kind = order.ReportCancelled
	}
	return s.answer(c, p.report, r)
}

// Change implements actors.Venue: this one changes nothing.
func (s *session) Change(ctx context.Context, c account.VenueCommand) order.Report {
	if err := s.life.wait(ctx); err != nil {
		return unknown(c, err.Error())
	}
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnchanged, Detail: "this venue changes no orders"}
}

// Query implements actors.Venue.
func (s *session) Query(ctx context.Context, c account.VenueCommand) order.Report {
	if err := s.life.wait(ctx); err != nil {
		return unknown(c, err.Error())
	}
	v := s.life.cluster.venue
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.orders[c.ClientOrderID]
	if p == nil {
		return s.answer(c, order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent}, s.dice("query"))
	}
	return s.answer(c, p.report, s.dice("query"))
}

// answer may get lost.
func (s *session) answer(c account.VenueCommand, report order.Report, r *rand.Rand) order.Report {
	if s.life.cluster.faults.active.Load() && r.IntN(5) == 0 {
		s.life.cluster.faults.count("venue: reply lost")
		return unknown(c, "the reply was lost")
	}
	return report
}

// check holds what the venue has against what the log says of it.
func (v *venue) check(view check.View) (*check.Result, error) {
	out := &check.Result{Check: "venue", Promise: "no order was sent twice or early, and the log says of each what the venue says"}
	last, err := check.LastOrders(view)
	if err != nil {
		return nil, fmt.Errorf("venue: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range v.early {
		out.Find("order "+id, "it was sent before its PLACED event was committed")
	}
	for id, p := range v.orders {
		out.Looked++
		if p.times != 1 {
			out.Find("order "+id, "it was sent %d times", p.times)
		}
		e, ok := last[id]
		if !ok {
			out.Find("order "+id, "the venue has it, the log doesn't")
			continue
		}
		filled := decimal.Decimal{}
		if e.Execution != nil {
			filled = e.Execution.FilledQuantity
		}
		if filled != p.report.FilledQuantity {
			out.Find("order "+id, "the venue filled %v, the log says %v, %s", p.report.FilledQuantity, filled, e.Order.Status)
		}
		if e.Order.Status == "REJECTED" && p.report.Kind != order.ReportRejected {
			out.Find("order "+id, "the venue says %s, the log REJECTED for %s", p.report.Kind, e.Order.Reason)
		}
	}
	return out, nil
}
