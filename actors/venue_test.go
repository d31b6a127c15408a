package actors

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// fakeVenue fills every order at 100. It loses the reply of the first sending of
// every order whose quantity is odd, though it took the order.
type fakeVenue struct {
	kit *kit

	mu      sync.Mutex
	sent    map[string]int
	bought  map[string]decimal.Decimal
	queried map[string]int
	early   []string // sent before their PLACED event was committed
}

func (v *fakeVenue) Venue(_, name string) (Venue, bool) { return v, name == "fake" }

func (v *fakeVenue) Send(_ context.Context, c account.VenueCommand, notAfter time.Time) order.Report {
	placed := false
	for _, r := range v.kit.cluster.AllRecords(messages.TopicOrders) {
		placed = placed || string(r.Key) == c.ClientOrderID && strings.Contains(string(r.Value), `"PLACED"`)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !placed {
		v.early = append(v.early, c.ClientOrderID)
	}
	if time.Now().After(notAfter) {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, TimeMs: baseMs}
	}
	v.sent[c.ClientOrderID]++
	v.bought[c.ClientOrderID] = c.Quantity
	if odd := c.Quantity.Mul(decimal.FromInt(5)).RoundTo(decimal.FromInt(10)) != c.Quantity.Mul(decimal.FromInt(5)); odd {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs, Detail: "the reply was lost"}
	}
	return v.fill(c.ClientOrderID, c.Quantity)
}

func (v *fakeVenue) fill(id string, quantity decimal.Decimal) order.Report {
	return order.Report{
		OrderID: id, Kind: order.ReportFill, TimeMs: baseMs, VenueOrderID: "V" + id,
		FilledQuantity: quantity, AveragePrice: decimal.FromInt(100),
	}
}

func (v *fakeVenue) Cancel(_ context.Context, c account.VenueCommand) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportCancelled, TimeMs: baseMs}
}

func (v *fakeVenue) Change(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportChanged, TimeMs: baseMs}
}

func (v *fakeVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.queried[c.ClientOrderID]++
	if _, ok := v.bought[c.ClientOrderID]; !ok {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportRejected, TimeMs: baseMs, Detail: "no such order, and none will come"}
	}
	return v.fill(c.ClientOrderID, v.bought[c.ClientOrderID])
}

// agreed waits until live accounts were found to agree with their venues so often.
func (k *kit) agreed(times int) {
	k.t.Helper()
	k.until(fmt.Sprint("agreements with venues: ", times), func() bool { return k.seen.get(CountAlerts, "SYSTEM/INFO") >= times })
}

// TestLiveVenue: an order is sent only after its PLACED event is committed, and
// once; when the reply is lost the order is UNKNOWN and asked for, not sent
// again; moves of the shard in between change nothing of that.
func TestLiveVenue(t *testing.T) {
	k := newKit(t, nil)
	venue := &fakeVenue{kit: k, sent: make(map[string]int), bought: make(map[string]decimal.Decimal), queried: make(map[string]int)}
	c := k.config()
	c.Venues = venue
	nodes := []*Node{k.start(c), k.start(c)}
	group := &member{}
	nodes[0].Assigned(group, messages.AccountShard, allAccounts)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000, "venue": "fake"})
	k.agreed(1)
	const n = 20
	for i := range n {
		quantity := 2 + i%2 // every second reply is lost
		k.command("live", fmt.Sprintf("order-%d", i), account.CmdOrder, map[string]any{
			"symbol": "SYM1", "transaction_type": "BUY", "quantity": quantity, "price": 100,
		})
		// After the last move no look at the venue tells what became of an order.
		if i%5 == 4 && i+1 < n {
			k.until("the orders so far", func() bool { return k.seen.get(CountOrders, "PLACED") > 0 })
			from, to := nodes[i/5%2], nodes[(i/5+1)%2]
			from.Lost(messages.AccountShard, allAccounts)
			to.Assigned(group, messages.AccountShard, allAccounts)
			k.agreed(2 + i/5)
		}
	}
	filled := func() int {
		done := make(map[string]bool)
		for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
			e, err := messages.DecodeOrderEvent(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			if e.Order.Status == "FILLED" || e.EventType == "REJECTED" {
				done[e.OrderID] = true
			}
		}
		return len(done)
	}
	k.until("every order ends in a known state", func() bool { return filled() == n })
	for _, node := range nodes {
		k.stop(node)
	}
	if len(venue.early) > 0 {
		t.Errorf("sent before the commit: %v", venue.early)
	}
	asked := 0
	for id, times := range venue.sent {
		if times != 1 {
			t.Errorf("order %s was sent %d times", id, times)
		}
		asked += venue.queried[id]
	}
	if asked == 0 {
		t.Error("no order was asked for, though replies were lost")
	}
}

// Snapshot implements Venue.
func (v *fakeVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	held := decimal.Decimal{}
	var shown account.VenueSnapshot
	for _, id := range slices.Sorted(maps.Keys(v.bought)) {
		quantity := v.bought[id]
		held = held.Add(quantity)
		shown.Fills = append(shown.Fills, account.VenueFill{
			ID: "T" + id, OrderID: id, VenueOrderID: "V" + id, Symbol: "SYM1", Side: order.Buy, Quantity: quantity, Price: decimal.FromInt(100),
		})
	}
	shown.Positions = []account.VenuePosition{{Symbol: "SYM1", Quantity: held}}
	return shown, nil
}

// deafVenue takes every order; the reply to the first is lost, and questions hang.
type deafVenue struct {
	sends chan string
	asked chan struct{}
}

func (v *deafVenue) Venue(_, name string) (Venue, bool) { return v, name == "deaf" }

func (v *deafVenue) Send(_ context.Context, c account.VenueCommand, notAfter time.Time) order.Report {
	r := order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
	if time.Now().After(notAfter) {
		r.Kind = order.ReportNotSent
		return r
	}
	v.sends <- c.ClientOrderID
	return r
}

func (v *deafVenue) Cancel(_ context.Context, c account.VenueCommand) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
}

func (v *deafVenue) Change(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
}

func (v *deafVenue) Query(ctx context.Context, c account.VenueCommand) order.Report {
	select {
	case v.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
}

func (v *deafVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	return account.VenueSnapshot{}, nil
}

// TestQuestionsDontHoldOrdersUp: while the venue doesn't answer what became of one
// order, the account's next one leaves before its deadline.
func TestQuestionsDontHoldOrdersUp(t *testing.T) {
	k := newKit(t, nil)
	venue := &deafVenue{sends: make(chan string, 10), asked: make(chan struct{}, 1)}
	c := k.config()
	c.Venues = venue
	node := k.start(c)
	node.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000, "venue": "deaf"})
	k.agreed(1)
	place := func(id string) string {
		k.command("live", id, account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1, "price": 100})
		select {
		case sent := <-venue.sends:
			return sent
		case <-time.After(30 * time.Second):
			t.Fatalf("%s was not sent", id)
			return ""
		}
	}
	first := place("order-1")
	<-venue.asked // the session hangs in its question
	if second := place("order-2"); second == first {
		t.Errorf("order %s was sent twice", first)
	}
	k.stop(node)
}

// TestAnswersToQuestions: only a clear answer ends the asking, and "no such order"
// is one only when the order must have shown.
func TestAnswersToQuestions(t *testing.T) {
	start := time.Now()
	q := &openQuestion{shown: start.Add(askFor)}
	check := func(step string, k order.ReportKind, after time.Duration, wantLast, wantTell bool) {
		t.Helper()
		if last, tell := q.judge(order.Report{Kind: k}, start.Add(after)); last != wantLast || tell != wantTell {
			t.Errorf("%s: last %v, tell %v; want %v, %v", step, last, tell, wantLast, wantTell)
		}
	}
	check("not shown yet", order.ReportNotSent, time.Second, false, false)
	check("no answer yet", order.ReportUnknown, time.Second, false, false)
	check("no answer in time", order.ReportUnknown, askFor+time.Second, false, true)
	check("still no answer", order.ReportUnknown, askFor+time.Minute, false, false)
	if wait := q.next.Sub(start.Add(askFor + time.Minute)); wait != askSlowly {
		t.Errorf("asked again after %v; want %v", wait, askSlowly)
	}
	check("never came", order.ReportNotSent, askFor+2*time.Minute, true, true)
	check("shown", order.ReportFill, time.Second, true, true)
}

// TestAnswersWhileAChangeMayArrive: until a change that nobody has answered is shown, or
// can't arrive any more, what the venue shows of its order is told when it is new, and
// ends nothing.
func TestAnswersWhileAChangeMayArrive(t *testing.T) {
	start := time.Now()
	wanted := order.Terms{Kind: order.Limit, Quantity: decimal.FromInt(8), Price: decimal.FromInt(106)}
	old := order.Report{Kind: order.ReportAccepted, Terms: order.Terms{Kind: order.Limit, Quantity: decimal.FromInt(5), Price: decimal.FromInt(106)}}
	done, traded, later := old, old, old
	done.Terms = wanted
	traded.Kind, traded.FilledQuantity = order.ReportFill, decimal.FromInt(1)
	later.TimeMs = 1
	for name, c := range map[string]struct {
		reports    []order.Report
		after      time.Duration // of the last
		last, tell bool
	}{
		"as it was":            {[]order.Report{old}, time.Second, false, true},
		"as it was, again":     {[]order.Report{old, later}, time.Second, false, false},
		"traded meanwhile":     {[]order.Report{old, traded}, time.Second, false, true},
		"changed":              {[]order.Report{old, done}, time.Second, true, true},
		"cancelled":            {[]order.Report{{Kind: order.ReportCancelled}}, time.Second, true, true},
		"can't arrive":         {[]order.Report{old, old}, askFor + time.Second, true, true},
		"no answer at the end": {[]order.Report{old, {Kind: order.ReportUnknown}}, askFor + time.Second, false, false},
	} {
		q := &openQuestion{shown: start.Add(askFor)}
		q.command.Wanted = wanted
		var last, tell bool
		for i, r := range c.reports {
			at := time.Second
			if i == len(c.reports)-1 {
				at = c.after
			}
			last, tell = q.judge(r, start.Add(at))
		}
		if last != c.last || tell != c.tell {
			t.Errorf("%s: last %v, tell %v", name, last, tell)
		}
	}
}
