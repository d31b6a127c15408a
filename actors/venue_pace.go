package actors

import (
	"fmt"
	"slices"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// pace holds the orders of one account's session to orders_per_second of the wall
// clock: an account counts the market's seconds, which can pass faster, while a venue
// counts its own. An order counts from the answer on, before which the venue had it,
// and the next one is counted at its sending, after which the venue has it: so between
// one and that n before it lies a whole second, however long either was under way.
type pace struct {
	// full: until then as many orders may have been sent as any limit allows, by a former
	// owner of the account or while there was no limit.
	full time.Time
	// ended are the answers to the latest orders, as many as the limit, oldest first.
	ended []time.Time
}

// free gives when the next order may be sent.
func (p *pace) free(perSecond int64) time.Time {
	last := p.full
	if int64(len(p.ended)) >= perSecond {
		last = p.ended[int64(len(p.ended))-perSecond]
	}
	return last.Add(time.Second)
}

// took notes that the venue had an order, at the latest now.
func (p *pace) took(perSecond int64, now time.Time) {
	if perSecond <= 0 {
		p.full, p.ended = now, nil
		return
	}
	if more := int64(len(p.ended)) + 1 - perSecond; more > 0 {
		p.ended = slices.Delete(p.ended, 0, int(more))
	}
	p.ended = append(p.ended, now)
}

// turn gives when a call may be made, the zero time for at once; late: by then its
// deadline is over. Cancels have none, and count for nothing.
func (p *pace) turn(c timedCall) (at time.Time, late bool) {
	most := c.command.PerSecond
	if most <= 0 || !c.dated() {
		return at, false
	}
	at = p.free(most)
	return at, TooLate(at, c.notAfter())
}

// paced makes a call whose turn has come, unless it is too late.
func (s *sessions) paced(p *pace, c timedCall) order.Report {
	most := c.command.PerSecond
	if _, late := p.turn(c); late {
		return unsent(c.command, fmt.Sprintf("orders_per_second is %d, and so many were sent in a second of the wall clock that its turn comes after its deadline", most))
	}
	r := s.do(c)
	if c.dated() && r.Kind != order.ReportNotSent {
		p.took(most, s.shard.config.Clock.Now())
	}
	return r
}

// line are the calls of one account that wait for their turn, in the order in which
// they were asked for; at most sessionQueue.
type line []timedCall

// next gives the place of the call that is made next. Exits and cancels go before
// entries and changes: behind a burst of entries a stop would miss its deadline. What is
// about one order stays in its order, and so do exits and cancels among each other: an
// exit may count on the cancel before it.
func (l line) next() int {
	passed := make(map[string]bool)
	for i, c := range l {
		id := c.command.ClientOrderID
		first := c.command.Action == account.VenueCancel || c.command.Action == account.VenueSend && c.command.Exit
		if first && !passed[id] {
			return i
		}
		passed[id] = true
	}
	return 0
}

// wait takes in what is asked for until there is a call whose turn has come, and takes
// that out of the line; false when the session ends before.
func (s *sessions) wait(p *pace, l *line, calls chan timedCall) (timedCall, bool) {
	for s.ctx.Err() == nil {
		for len(*l) < sessionQueue && len(calls) > 0 {
			*l = append(*l, <-calls)
		}
		if len(*l) == 0 {
			select {
			case <-s.ctx.Done():
			case c := <-calls:
				*l = append(*l, c)
			}
			continue
		}
		i := l.next()
		c := (*l)[i]
		at, late := p.turn(c)
		left := at.Sub(s.shard.config.Clock.Now())
		if late || left <= 0 {
			*l = slices.Delete(*l, i, i+1)
			return c, true
		}
		more := calls
		if len(*l) >= sessionQueue {
			more = nil
		}
		if newer, ok := s.pause(left, more); ok {
			*l = append(*l, newer)
		}
	}
	return timedCall{}, false
}
