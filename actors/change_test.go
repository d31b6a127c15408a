package actors

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
)

// changingVenue accepts every order and changes it as it is asked to. It remembers
// what it was asked for.
type changingVenue struct {
	mu      sync.Mutex
	changes []account.VenueCommand
}

func (v *changingVenue) Venue(_, name string) (Venue, bool) { return v, name == "changing" }

func (v *changingVenue) Send(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportAwaits, TimeMs: baseMs}
}

func (v *changingVenue) Cancel(_ context.Context, c account.VenueCommand) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportCancelled, TimeMs: baseMs}
}

func (v *changingVenue) Change(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.changes = append(v.changes, c)
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportChanged, TimeMs: baseMs}
}

func (v *changingVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, TimeMs: baseMs}
}

func (v *changingVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	return account.VenueSnapshot{}, nil
}

// orders gives the order events so far.
func (k *kit) orders() []messages.OrderEvent {
	var list []messages.OrderEvent
	for _, r := range k.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			k.t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// TestChangesReachTheVenue: a stop order is sent with its trigger, a change goes to
// the venue once, with all its terms, and comes back on order-events.
func TestChangesReachTheVenue(t *testing.T) {
	k := newKit(t, nil)
	venue := &changingVenue{}
	c := k.config()
	c.Venues = venue
	n := k.start(c)
	n.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.ready(n)
	k.command("live", "open", account.CmdOpenAccount, map[string]any{"venue": "changing", "deposit": 1_000_000})
	k.agreed(1)
	k.command("live", "order", account.CmdOrder, map[string]any{
		"symbol": "SYM1", "transaction_type": "BUY", "quantity": 5, "price": 106, "trigger_price": 105,
	})
	status := func(want string) func() bool {
		return func() bool {
			list := k.orders()
			return len(list) > 0 && list[len(list)-1].Order.Status == want
		}
	}
	k.until("the venue has the stop", status("TRIGGER_PENDING"))
	k.command("live", "change", account.CmdOrder, map[string]any{"modify": k.orders()[0].OrderID, "quantity": 8, "trigger_price": 104})
	k.until("the change is told of", func() bool { return len(k.orders()) == 3 })
	k.stop(n)
	last := k.orders()[2]
	d := decimal.FromInt
	want := messages.OrderDetails{
		TransactionType: "BUY", OrderType: "SL", Quantity: d(8), Price: d(106), TriggerPrice: d(104), Status: "TRIGGER_PENDING",
	}
	if last.EventType != "PLACED" || last.Order != want {
		t.Errorf("the change is told as %+v", last)
	}
	if len(venue.changes) != 1 {
		t.Fatalf("the venue was asked %d times", len(venue.changes))
	}
	got := venue.changes[0]
	if got.Kind != order.StopLimit || got.Quantity != d(8) || got.Price != d(106) || got.Trigger != d(104) {
		t.Errorf("the venue was asked for %+v", got)
	}
}

// TestFeesOnTheWire: what a paper trade costs is in its order event and in the
// position, and what was given as validity comes back.
func TestFeesOnTheWire(t *testing.T) {
	k := newKit(t, nil)
	n := k.start(k.config())
	n.Assigned(&member{}, messages.SymbolShard, []int32{0, 1})
	n.Assigned(&member{}, messages.AccountShard, allAccounts)
	k.ready(n)
	k.command("paper", "open", account.CmdOpenAccount, map[string]any{
		"deposit": 1_000_000, "paper": map[string]any{"participation": 0.5, "fees": "nse_options"},
	})
	k.command("paper", "deploy", account.CmdDeploy, account.Deploy{Name: "ext", Symbols: []string{"SYM1"}, External: true})
	k.until("the strategy is there", func() bool { return k.total(messages.TopicStrategies) > 0 })
	at := int64(baseMs)
	tick := func() {
		at += 1000
		k.tick(&market.Tick{
			Symbol: "SYM1", Exchange: "SIM", TimeMs: at, Price: decimal.FromInt(100), Volume: decimal.FromInt(60), Source: "t",
		})
	}
	tick()
	k.until("a price", func() bool { return k.total(messages.TopicUpdates) > 0 })
	k.until("the order is placed", func() bool {
		tick()
		all := k.orders() // once: more may come meanwhile
		if len(all) == 0 {
			k.command("paper", "order-"+time.Duration(at).String(), account.CmdOrder, map[string]any{
				"symbol": "SYM1", "transaction_type": "BUY", "quantity": 50, "validity": "IOC",
			})
			return false
		}
		return all[len(all)-1].EventType == "CANCELLED"
	})
	k.stop(n)
	var filled *messages.OrderEvent
	for _, e := range k.orders() {
		if e.EventType == "FILLED" {
			filled = &e
			break
		}
	}
	if filled == nil || filled.Order.Status != "PARTIALLY_FILLED" || filled.Order.Validity != "IOC" || filled.Execution.Fees != decimal.MustParse("24.95") {
		t.Errorf("the fill is told as %+v", filled)
	}
	for _, r := range k.cluster.AllRecords(messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if p.EventType == "OPENED" && p.Position.Fees != decimal.MustParse("24.95") {
			t.Errorf("the position is told as %+v", p)
		}
	}
}
