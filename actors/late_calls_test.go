package actors

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// aheadClock is the wall clock, moved ahead.
type aheadClock struct{ by *atomic.Int64 }

func (c aheadClock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// stopsInCommit is a log whose user stands still, as SIGSTOP holds a process, between
// the end at the broker of one commit and the reading of its answer.
type stopsInCommit struct {
	messages.Log
	// of picks the commit: the first one with such a record.
	of     func(r *messages.Out) bool
	asleep chan struct{}
	wake   chan struct{}
	once   *sync.Once
}

func newStopsInCommit(log messages.Log, of func(*messages.Out) bool) stopsInCommit {
	return stopsInCommit{log, of, make(chan struct{}), make(chan struct{}), new(sync.Once)}
}

func (s stopsInCommit) OpenShard(ctx context.Context, id messages.ShardID) (messages.ShardLog, error) {
	log, err := s.Log.OpenShard(ctx, id)
	return stoppingShard{log, s}, err
}

type stoppingShard struct {
	messages.ShardLog
	s stopsInCommit
}

func (d stoppingShard) Commit(ctx context.Context, records []messages.Out) error {
	err := d.ShardLog.Commit(ctx, records)
	for i := range records {
		if d.s.of(&records[i]) {
			d.s.once.Do(func() { close(d.s.asleep); <-d.s.wake })
		}
	}
	return err
}

// Poll keeps a shard that has slept from what comes next, which would tell it that it is
// fenced: what follows its commit has all the time that it can have.
func (d stoppingShard) Poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	select {
	case <-d.s.wake:
		<-ctx.Done()
		return messages.Batch{}, ctx.Err()
	default:
		return d.ShardLog.Poll(ctx, limit, wait)
	}
}

// carelessVenue notes what it is asked to send, however late, and shows no order.
type carelessVenue struct {
	promptVenue
	mu   sync.Mutex
	sent []string
}

func (v *carelessVenue) Venue(_, name string) (Venue, bool) { return v, name == "careless" }

func (v *carelessVenue) Send(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent = append(v.sent, c.ClientOrderID)
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
}

func (v *carelessVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, TimeMs: baseMs}
}

func (v *carelessVenue) sends() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.sent)
}

// TestDeadlineCountsFromBeforeTheCommit: a node stands still between the end of an
// order's commit at the broker and the reading of its answer, and its successor settles
// the order as REJECTED (NOT_SENT). When the node wakes, it must not send it.
func TestDeadlineCountsFromBeforeTheCommit(t *testing.T) {
	k := newKit(t, nil)
	var by atomic.Int64
	venue := &carelessVenue{}
	c := k.config()
	c.Venues, c.Clock = venue, aheadClock{&by}
	s := newStopsInCommit(k.cluster.Log(), func(r *messages.Out) bool {
		return r.Topic == messages.TopicOrders && bytes.Contains(r.Value, []byte(`"PLACED"`))
	})
	former := rarely(c)
	former.Log = s
	a, b := k.start(former), k.start(c)
	a.Assigned(&member{refuse: messages.ErrNotAssigned}, messages.AccountShard, allAccounts)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000, "venue": "careless"})
	k.agreed(1)
	k.command("live", "order-1", account.CmdOrder, map[string]any{"symbol": "SYM1", "transaction_type": "BUY", "quantity": 1, "price": 100})
	<-s.asleep
	b.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.until("REJECTED by the successor", func() bool {
		by.Add(int64(100 * time.Millisecond))
		list := k.orders()
		return len(list) > 0 && list[len(list)-1].Order.Status == string(order.Rejected)
	})
	if sent := venue.sends(); sent > 0 {
		t.Fatalf("sent %d times before the node woke", sent)
	}
	close(s.wake)
	k.until("the node that woke has sent the order, or says that it has not", func() bool {
		return venue.sends() > 0 || k.seen.get(CountVenueCalls, string(order.ReportNotSent)) == 2
	})
	if venue.sends() > 0 {
		t.Error("the order was sent after a successor had settled it as NOT_SENT")
	}
}

// moved gives t with its two clocks moved apart, as a sleeping machine or a clock that is
// set does: time itself offers no way to that.
func moved(t time.Time, wall, monotonic time.Duration) time.Time {
	clocks := (*struct {
		wall uint64 // seconds from bit 30 on
		ext  int64  // monotonic nanoseconds
	})(unsafe.Pointer(&t))
	clocks.wall += uint64(wall/time.Second) << 30
	clocks.ext += int64(monotonic)
	return t
}

// TestTooLate: a call is too late as soon as either clock says so: the monotonic one
// stands still while a machine sleeps, the wall clock can be set back.
func TestTooLate(t *testing.T) {
	began := time.Now()
	notAfter := began.Add(account.SendDeadline)
	const before, after = account.SendDeadline - time.Second, account.SendDeadline + time.Second
	for name, c := range map[string]struct {
		wall, monotonic time.Duration
		want            bool
	}{
		"in time":               {before, before, false},
		"just so":               {account.SendDeadline, account.SendDeadline, false},
		"too late":              {after, after, true},
		"the machine has slept": {after, before, true},
		"the clock was set":     {before, after, true},
	} {
		if got := TooLate(moved(began, c.wall, c.monotonic), notAfter); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// showingVenue is a changingVenue that shows the terms that it has, and that is as
// careless about deadlines.
type showingVenue struct{ changingVenue }

func (v *showingVenue) Venue(_, name string) (Venue, bool) { return v, name == "changing" }

func (v *showingVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := order.Report{OrderID: c.ClientOrderID, Kind: order.ReportAwaits, TimeMs: baseMs}
	r.Terms = order.Terms{Kind: order.StopLimit, Quantity: decimal.FromInt(5), Price: decimal.FromInt(106), Trigger: decimal.FromInt(105)}
	if n := len(v.changes); n > 0 {
		r.Terms.Quantity = v.changes[n-1].Quantity
	}
	return r
}

// asked gives the quantities that the venue was asked for, in order.
func (v *showingVenue) asked() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []string
	for _, c := range v.changes {
		list = append(list, c.Quantity.String())
	}
	return strings.Join(list, " ")
}

// TestWokenOwnerUndoesNoChange: a node stands still behind the commit of a change, and
// its successor changes the order again. Neither overtakes the other: the successor takes
// no other change while the former owner's may yet arrive, and that one isn't made when
// its node wakes later.
func TestWokenOwnerUndoesNoChange(t *testing.T) {
	k := newKit(t, nil)
	var by atomic.Int64
	venue := &showingVenue{}
	c := k.config()
	c.Venues, c.Clock = venue, aheadClock{&by}
	var armed atomic.Bool
	home := messages.HomePartition([]byte("live"), 2)
	s := newStopsInCommit(k.cluster.Log(), func(r *messages.Out) bool {
		return armed.Load() && r.Topic == messages.StateTopic(messages.AccountShard) && r.Partition == home
	})
	former := rarely(c)
	former.Log = s
	a, b := k.start(former), k.start(c)
	a.Assigned(&member{refuse: messages.ErrNotAssigned}, messages.AccountShard, allAccounts)
	k.ready(a)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"venue": "changing", "deposit": 1_000_000})
	k.agreed(1)
	k.command("live", "order", account.CmdOrder, map[string]any{
		"symbol": "SYM1", "transaction_type": "BUY", "quantity": 5, "price": 106, "trigger_price": 105,
	})
	k.until("the venue has the stop", func() bool {
		list := k.orders()
		return len(list) > 0 && list[len(list)-1].Order.Status == "TRIGGER_PENDING"
	})
	id := k.orders()[0].OrderID
	armed.Store(true)
	k.command("live", "change-8", account.CmdOrder, map[string]any{"modify": id, "quantity": 8})
	<-s.asleep
	b.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.ready(b)
	letters := func() int { return k.total(messages.TopicDeadLetters) }
	k.command("live", "change-6", account.CmdOrder, map[string]any{"modify": id, "quantity": 6})
	k.until("another change is refused", func() bool { return letters() == 1 })
	k.until("the successor asks again for the change that never arrived", func() bool {
		by.Add(int64(100 * time.Millisecond))
		return venue.asked() != ""
	})
	if waited := time.Duration(by.Load()); waited < askFor-time.Second {
		t.Errorf("it was asked for after %v, while the former owner's could arrive", waited)
	}
	k.until("the change is told of", func() bool { list := k.orders(); return list[len(list)-1].Order.Quantity == decimal.FromInt(8) })
	k.command("live", "change-6-again", account.CmdOrder, map[string]any{"modify": id, "quantity": 6})
	k.until("the next change is told of", func() bool { list := k.orders(); return list[len(list)-1].Order.Quantity == decimal.FromInt(6) })
	close(s.wake)
	k.until("the node that woke has asked for its change, or says that it has not", func() bool {
		return venue.asked() != "8 6" || k.seen.get(CountVenueCalls, string(order.ReportUnchanged)) == 1
	})
	if got := venue.asked(); got != "8 6" {
		t.Errorf("the venue was asked for %q, the log's last terms are those of the successor, 6", got)
	}
}
