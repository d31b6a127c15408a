package venue

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/memlog"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// The points at which a node is killed, on the way of one order.
const (
	beforeIntent = "before the intent's commit"
	afterIntent  = "after the intent's commit"
	bytesLeft    = "after the bytes left"
	accepted     = "after the venue accepted"
	acknowledged = "after the acknowledgement"
	ackCommitted = "after the acknowledgement's commit"
)

// points are all of them, with what is true at that very moment: whether the intent
// and the acknowledgement are committed, how often the order has left, whether the
// venue has it, and whether its answer is back.
var points = []struct {
	name string
	want facts
}{
	{beforeIntent, facts{}},
	{afterIntent, facts{events: 1}},
	{bytesLeft, facts{events: 1, sent: 1}},
	{accepted, facts{events: 1, sent: 1, made: 1}},
	{acknowledged, facts{events: 1, sent: 1, made: 1, answered: true}},
	{ackCommitted, facts{events: 2, sent: 1, made: 1, answered: true}},
}

type facts struct {
	events, sent, made int
	answered           bool
}

// kill ends a node at one point of one order's way, once; or stops it there, and it wakes
// when another has the account.
type kill struct {
	world *world
	point string
	// stops is for how long it stands still; 0: it is killed.
	stops time.Duration
	// early picks the first of the two moments that some points have.
	early bool
	// arrives is when bytes that left reach the venue; below 0 never.
	arrives time.Duration

	mu       sync.Mutex
	order    string // "" until it is armed
	answered bool
	hits     []facts
	done     chan struct{}
}

func (k *kill) arm(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.order = id
}

func (k *kill) about(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.order == id && len(k.hits) == 0
}

// strike kills the node and notes what is true then.
func (k *kill) strike(n *node) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := facts{events: len(k.world.fates(k.order)), answered: k.answered}
	f.sent, f.made = k.world.x.Sendings(k.order)
	k.hits = append(k.hits, f)
	if k.stops > 0 {
		n.stand(k.stops)
	} else {
		n.dead.Store(true)
	}
	close(k.done)
}

// onTheWay strikes between the node and the venue.
func (k *kill) onTheWay(n *node, s Stage, c account.VenueCommand) error {
	if !k.about(c.ClientOrderID) {
		return nil
	}
	switch {
	case k.point == bytesLeft && s == Sent:
		k.strike(n)
		if k.arrives >= 0 {
			return &LateError{k.arrives} // whether the node stands still or not
		}
		return errDead
	case k.point == accepted && s == Taken:
		k.strike(n)
		return k.wakes(n)
	case s == Answered:
		k.mu.Lock()
		k.answered = true
		k.mu.Unlock()
		if k.point == acknowledged && k.early {
			k.strike(n)
			return k.wakes(n)
		}
	}
	return nil
}

// wakes is what a call comes to that was under way: one of a dead node to nothing, one of a
// node that wakes goes on, or has lost its answer meanwhile.
func (k *kill) wakes(n *node) error {
	switch n.awake(); {
	case n.dead.Load() && k.point == accepted:
		return errDead
	case !n.dead.Load() && k.early && k.point == accepted:
		return errLost
	}
	return nil
}

// atTheLog strikes in a commit: when what it is about is written and not committed, or
// just committed.
func (k *kill) atTheLog(n *node, c memlog.Call) {
	k.mu.Lock()
	id := k.order
	k.mu.Unlock()
	if id == "" || !k.about(id) || c.Point != memlog.PointCommitWrite && c.Point != memlog.PointCommitEnd {
		return
	}
	committed, written := len(k.world.fates(id)), 0
	for _, r := range k.world.log.UncommittedRecords(messages.TopicOrders, 0) {
		if string(r.Key) == id {
			written++
		}
	}
	// Both moments between the writes and the commit.
	inside := written > committed && (c.After && c.Point == memlog.PointCommitWrite) == k.early && (c.After == (c.Point == memlog.PointCommitWrite))
	after := c.Point == memlog.PointCommitEnd && c.After
	switch {
	case k.point == beforeIntent && inside && committed == 0,
		k.point == afterIntent && after && committed == 1,
		k.point == acknowledged && !k.early && inside && committed == 1,
		k.point == ackCommitted && after && committed == 2:
		k.strike(n)
	}
}

// sorts are the sorts of venues.
var sorts = map[string]Options{
	"drops repeats":            {Deduplicates: true},
	"takes repeats for orders": {},
	"hides client order ids":   {HidesIDs: true},
}

var seedFlag = flag.Uint64("seed", 0, "run the kill of this seed alone")

// TestKills: whenever a node dies on an order's way to a venue, the order is there at
// most once and was sent at most once, what became of it is found out by asking, or
// its symbol is halted; and in the end the account and the venue agree.
func TestKills(t *testing.T) { eachKill(t, "TestKills", killsEach, false) }

// TestStops: the same holds for a node that stands still at one of the points, as long as
// another takes the account up and longer, and then goes on with what it was doing.
func TestStops(t *testing.T) { eachKill(t, "TestStops", max(killsEach/2, 5), true) }

func eachKill(t *testing.T, test string, n int, stops bool) {
	if testing.Short() {
		n = 5
	}
	for sort, options := range sorts {
		for at, p := range points {
			t.Run(sort+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				for i := range n {
					seed := uint64(1000*(at+1) + i)
					if *seedFlag != 0 && seed != *seedFlag {
						continue
					}
					synctest.Test(t, func(t *testing.T) {
						defer func() {
							if t.Failed() {
								t.Logf("again: go test ./sim/venue -run '%s/%s/%s' -seed %d", test, sort, p.name, seed)
							}
						}()
						killOnce(t, seed, p.name, p.want, options, stops)
					})
				}
			})
		}
	}
}

// killOnce runs one node to its death, or until it stands still, and another after it.
func killOnce(t *testing.T, seed uint64, point string, want facts, options Options, stops bool) {
	w := newWorld(t, seed, options)
	w.lossy = 5
	w.kill = &kill{world: w, point: point, early: w.random.IntN(2) == 0, arrives: time.Duration(w.random.IntN(12)-3) * time.Second, done: make(chan struct{})}
	if stops { // shorter than the order's deadline, or longer than anyone asks for it
		w.kill.stops = time.Duration(1+drawn(point, fmt.Sprint(seed)).IntN(3000)) * time.Millisecond
		if seed%2 == 0 {
			w.kill.stops *= 20
		}
	}
	w.start()
	defer w.end()
	w.command(account.CmdOpenAccount, map[string]any{"deposit": 1_000_000, "venue": "mock"})
	w.agrees()
	for range w.random.IntN(4) {
		w.order([]string{"X", "Y"}[w.random.IntN(2)])
		time.Sleep(time.Duration(w.random.IntN(300)) * time.Millisecond)
	}
	w.kill.point = point
	victim := w.doom()
	<-w.kill.done
	if got := w.kill.hits; len(got) != 1 || got[0] != want {
		t.Fatalf("killed at %+v, want once at %+v", got, want)
	}
	w.bury(w.nodes[0], time.Duration(seed%5)*500*time.Millisecond)
	w.market()
	if w.random.IntN(4) == 0 {
		w.x.Restart()
	}
	time.Sleep(time.Duration(w.random.IntN(3000)) * time.Millisecond)
	w.start()
	w.agrees()
	w.caughtUp()
	w.order("X")
	w.order("Y")
	w.market()
	time.Sleep(time.Minute) // as long as anyone asks for what never comes
	w.unknowns()
	w.settle()
	w.began = time.Now().UnixMilli()
	w.command(account.CmdResume, map[string]any{})
	w.agrees()
	w.caughtUp()
	w.check(victim)
}

// doom places the order on whose way the node dies. Its way must be the whole one.
func (w *world) doom() string {
	id := w.nextOrder()
	for unlike := func(s Stage) bool { return drawn(id, string(s)).IntN(100) < w.lossy }; unlike(Sent) || unlike(Taken); id = w.nextOrder() {
		w.order("Y")
	}
	w.kill.arm(id)
	w.order("X")
	return id
}

// market trades on what is open, whoever may be there to see it.
func (w *world) market() {
	for _, o := range w.x.Orders(user) {
		if o.Open() && w.random.IntN(2) == 0 {
			w.x.Trade(o.VenueID, decimal.FromInt(1+w.random.Int64N(20)), decimal.FromInt(100))
		}
	}
}

// caughtUp holds that an account that agrees with the venue holds what that does, save
// in symbols with an order of unknown fate, and goes on.
func (w *world) caughtUp() {
	s := w.state()
	if s.Mode != account.Active {
		w.t.Errorf("the account is %s for %s, though nothing is wrong", s.Mode, s.ModeReason)
	}
	held := make(map[string]decimal.Decimal)
	for _, p := range w.x.Snapshot(user).Positions {
		held[p.Symbol] = p.Quantity
	}
	for _, y := range s.Symbols {
		lost := slices.ContainsFunc(y.Orders, func(o *order.Order) bool { return o.Status == order.Unknown || o.Status == order.Pending })
		if !lost && y.Net.Quantity != held[y.Name] {
			w.t.Errorf("the account holds %v of %s, the venue %v", y.Net.Quantity, y.Name, held[y.Name])
		}
	}
}

// unknowns holds that an order of unknown fate has its symbol halted, and that a venue
// that can be asked leaves none.
func (w *world) unknowns() {
	for _, s := range w.state().Symbols {
		lost := slices.ContainsFunc(s.Orders, func(o *order.Order) bool { return o.Status == order.Unknown })
		if lost && !w.x.options.HidesIDs {
			w.t.Errorf("%s: the fate of an order is unknown, though the venue can be asked: %+v", s.Name, s.Orders)
		}
		if lost != s.Halted {
			w.t.Errorf("%s: halted %v, an order is lost: %v", s.Name, s.Halted, lost)
		}
		if !lost {
			continue
		}
		id := w.nextOrder()
		w.command(account.CmdOrder, map[string]any{"symbol": s.Name, "transaction_type": "BUY", "quantity": 1000})
		w.until("an answer to an entry", func() bool { return len(w.fates(id)) > 0 })
		if got := w.fates(id); got[0] != string(order.Rejected) {
			w.t.Errorf("an entry in the halted symbol %s is %v", s.Name, got)
		}
	}
}

// settle is the operator, who looks at the venue's own screen.
func (w *world) settle() {
	for _, s := range w.state().Symbols {
		for _, o := range s.Orders {
			if o.Status != order.Unknown {
				continue
			}
			d := map[string]any{"order_id": o.ID, "by": "operator"}
			for _, there := range w.x.Orders(user) {
				if there.ClientID == o.ID {
					d["venue_order_id"] = there.VenueID
				}
			}
			w.command(account.CmdSettle, d)
		}
	}
	w.until("every order is known", func() bool {
		return w.takenIn() && !slices.ContainsFunc(w.state().Symbols, func(s *account.Symbol) bool {
			return s.Halted || slices.ContainsFunc(s.Orders, func(o *order.Order) bool { return o.Status == order.Unknown || o.Status == order.Pending })
		})
	})
}

// check holds the account against the venue.
func (w *world) check(victim string) {
	if d, r := w.x.Doubled(), w.x.Resent(); len(d) > 0 || len(r) > 0 {
		w.t.Errorf("doubled %v, sent again %v", d, r)
	}
	s := w.state()
	ours := make(map[string]*order.Order)
	held := make(map[string]decimal.Decimal)
	for _, y := range s.Symbols {
		held[y.Name] = y.Net.Quantity
		for _, o := range y.Orders {
			ours[o.ID] = o
		}
	}
	for _, o := range s.Finished {
		ours[o.ID] = o
	}
	there := make(map[string]bool)
	for _, o := range w.x.Orders(user) {
		there[o.ClientID] = true
		held[o.Symbol] = held[o.Symbol].Sub(o.Side.Signed(o.Filled))
		if err := same(ours[o.ClientID], &o); err != nil {
			w.t.Errorf("order %s: %v", o.ClientID, err)
		}
	}
	for symbol, quantity := range held {
		if !quantity.IsZero() {
			w.t.Errorf("the account holds %v of %s more than the venue", quantity, symbol)
		}
	}
	for id, o := range ours {
		if !there[id] && (!o.Status.Final() || o.FilledQuantity.Sign() > 0) {
			w.t.Errorf("order %s is %s with %v filled, and the venue never had it", id, o.Status, o.FilledQuantity)
		}
	}
	if fates := w.fates(victim); len(fates) == 0 || w.kill.point != beforeIntent && ours[victim] == nil {
		w.t.Errorf("the order %s at which the node was killed is gone; it was %v", victim, fates)
	}
}

// same tells how an order differs from what the venue has of it.
func same(o *order.Order, there *Order) error {
	if o == nil {
		return errors.New("only the venue has it")
	}
	if o.FilledQuantity != there.Filled || o.FilledValue != there.Value {
		return fmt.Errorf("%v filled for %v, at the venue %v for %v", o.FilledQuantity, o.FilledValue, there.Filled, there.Value)
	}
	if o.Status.Final() == there.Open() || (o.Status == order.Rejected) != (there.Ended == order.ReportRejected) {
		return fmt.Errorf("it is %s, at the venue open %v, %s", o.Status, there.Open(), there.Ended)
	}
	return nil
}
