package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
	"github.com/velox-trading/velox/sim/venue"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// venueName is the live venue of the simulation.
const venueName = "mock"

// liveVenue is an exchange that does not drop repeats, and tells the truth when it is
// asked and its answer arrives.
type liveVenue struct {
	*venue.Exchange
	cluster *Cluster

	mu    sync.Mutex
	early []string // written before their PLACED event was committed
}

func newVenue(c *Cluster) *liveVenue {
	return &liveVenue{Exchange: venue.New(venue.Options{}), cluster: c}
}

// sessions are a node's ways to the venue.
type sessions struct{ life *life }

// Venue implements actors.Venues.
func (s *sessions) Venue(user, name string) (actors.Venue, bool) {
	w := &way{life: s.life, user: user}
	return &venue.Session{Exchange: s.life.cluster.venue.Exchange, User: user, Now: s.life.Now, Way: w.pass, Match: w.match}, name == venueName
}

// way is a node's way to the venue for one account.
type way struct {
	life *life
	user string
}

func (w *way) dice(what string) *rand.Rand {
	return w.life.cluster.dice.throw("venue " + what + " " + w.user)
}

// venueDelayMax is the longest way of a request to the venue: less than what a
// session allows a venue to take.
const venueDelayMax = 9 * time.Second

// pass is the venue.Way. A request may wait in the node, which is before the
// deadline's check, or on its way, which is after it; it, or its answer, may get lost.
func (w *way) pass(ctx context.Context, s venue.Stage, c account.VenueCommand) error {
	sends, changes := c.Action == account.VenueSend, c.Action == account.VenueChange
	if sends && s == venue.Sent {
		w.life.cluster.venue.written(c)
	}
	if err := w.life.cluster.faults.outside(w.life, atVenue, fmt.Sprint("stage ", s, " ", w.user)); err != nil {
		return err
	}
	switch s {
	case venue.Writing:
		if r := w.dice("write"); (sends || changes) && w.storm() && r.IntN(8) == 0 {
			if err := sleep(ctx, time.Duration(r.Int64N(int64(3*time.Second)))); err != nil {
				return err
			}
		}
		return w.life.wait(ctx)
	case venue.Sent:
		if sends {
			return w.sent(ctx, "sent")
		}
		if changes {
			return w.sent(ctx, "changed")
		}
	case venue.Taken:
		if changes {
			w.life.cluster.faults.count(venueChange)
		}
		if one := map[bool]int{true: 10, false: 5}[sends]; w.storm() && w.dice("answer").IntN(one) == 0 {
			return w.strike(replyLost)
		}
	}
	return nil
}

// sent is an order on its way, or a change of one.
func (w *way) sent(ctx context.Context, what string) error {
	r := w.dice(what)
	if !w.storm() {
		return nil
	}
	delay := time.Duration(r.Int64N(int64(venueDelayMax)))
	switch r.IntN(10) {
	case 0:
		return w.strike(requestLost)
	case 1:
		_ = w.strike(requestLate)
		return &venue.LateError{After: delay}
	case 2:
		_ = w.strike(requestSlow)
		if sleep(ctx, delay) != nil {
			return &venue.LateError{} // nobody waits for the answer, but it is out
		}
	}
	return nil
}

func (w *way) storm() bool { return w.life.cluster.faults.active.Load() }

func (w *way) strike(k kind) error {
	w.life.cluster.faults.count(k)
	return fmt.Errorf("%s: %w", k.name, errFault)
}

// match is the market: it refuses an order, leaves it, or trades half or all of it.
func (w *way) match(c account.VenueCommand) venue.Match {
	r := w.dice("match")
	m := venue.Match{Price: decimal.FromInt(100 + r.Int64N(10))}
	switch r.IntN(5) {
	case 0:
		m.Reject = true
	case 1:
	case 2:
		m.Quantity = c.Quantity.Div(decimal.FromInt(2))
	default:
		m.Quantity = c.Quantity
	}
	return m
}

// written notes an order that leaves before its PLACED event is committed.
func (v *liveVenue) written(c account.VenueCommand) {
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

// foundFault finds accounts that were halted because they did not agree with the
// venue, which has nothing but their own orders.
func foundFault(view check.View, out *check.Result) error {
	n, err := view.Partitions(messages.TopicAlerts)
	if err != nil {
		return err
	}
	for p := range n {
		tp := messages.TopicPartition{Topic: messages.TopicAlerts, Partition: p}
		for r, err := range view.Records(tp, check.Committed) {
			if err != nil {
				return err
			}
			alert, err := messages.DecodeAlertRecord(r)
			if err != nil {
				return err
			}
			var data struct{ Reason, Mode, Detail string }
			if json.Unmarshal(alert.Data, &data) == nil && data.Reason == "RECONCILIATION" && data.Mode == string(account.Halted) {
				out.Find(fmt.Sprintf("%s/%d", tp, r.Offset), "account %s was halted: %s", alert.UserID, data.Detail)
			}
		}
	}
	return nil
}

// venueCheck names what check gives.
const venueCheck = "venue"

// check holds what the venue has against what the log says of it.
func (v *liveVenue) check(view check.View) (*check.Result, error) {
	out := &check.Result{Check: venueCheck, Promise: "no order was sent twice or early, the log says of each what the venue says, of open ones their terms, too, and the account agreed with the venue whenever it was compared"}
	last, err := check.LastOrders(view)
	if err != nil {
		return nil, fmt.Errorf("venue: %w", err)
	}
	if err := foundFault(view, out); err != nil {
		return nil, fmt.Errorf("venue: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range v.early {
		out.Find("order "+id, "it was sent before its PLACED event was committed")
	}
	for _, id := range v.Resent() {
		out.Find("order "+id, "it was sent more than once")
	}
	for _, id := range v.Doubled() {
		out.Find("order "+id, "the venue has made more than one order of it")
	}
	for _, o := range v.Orders(liveUser) {
		out.Looked++
		where := "order " + o.ClientID
		e, ok := last[o.ClientID]
		if !ok {
			out.Find(where, "the venue has it, the log doesn't")
			continue
		}
		filled := decimal.Decimal{}
		if e.Execution != nil {
			filled = e.Execution.FilledQuantity
		}
		if filled != o.Filled {
			out.Find(where, "the venue filled %v, the log says %v, %s", o.Filled, filled, e.Order.Status)
		}
		if terms := termsOf(&e); open(e.Order.Status) != o.Open() || o.Open() && terms != o.Terms() {
			out.Find(where, "at the venue it is open: %v, with %+v; the log says %s, with %+v", o.Open(), o.Terms(), e.Order.Status, terms)
		}
		if e.Order.Status == "REJECTED" && o.Ended != order.ReportRejected {
			out.Find(where, "it is open at the venue or ended there (%s), the log says REJECTED for %s", o.Ended, e.Order.Reason)
		}
	}
	return out, nil
}
