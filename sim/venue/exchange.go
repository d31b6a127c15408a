package venue

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// Options say what sort of venue it is.
type Options struct {
	// Deduplicates: a second order under a client order id is none, and is answered
	// with what became of the first. Otherwise it is another order.
	Deduplicates bool
	// HidesIDs: nothing that it shows has client order ids, and an order can be asked
	// for by the venue's own id alone.
	HidesIDs bool
}

// Order is one order as the exchange has it.
type Order struct {
	User, ClientID, VenueID string
	Symbol                  string
	Side                    order.Side
	Kind                    order.Kind
	Quantity                decimal.Decimal
	Price, Trigger          decimal.Decimal
	Filled, Value           decimal.Decimal
	// Ended is what ended it, REJECTED or CANCELLED; empty while it is open, and when
	// all of it was traded.
	Ended order.ReportKind
}

// Terms are those that the order has now.
func (o *Order) Terms() order.Terms {
	return order.Terms{Kind: o.Kind, Quantity: o.Quantity, Price: o.Price, Trigger: o.Trigger}
}

// Open tells whether more may be traded of it.
func (o *Order) Open() bool { return o.Ended == "" && o.Filled.Less(o.Quantity) }

// Match is what the market does with an order that arrives: it is refused, or so much
// of it trades at once.
type Match struct {
	Reject          bool
	Quantity, Price decimal.Decimal
}

// Exchange is the venue. It is safe for concurrent use.
type Exchange struct {
	options Options

	mu     sync.Mutex
	orders []*Order // as they came
	// byClient forgets at a restart; seen and sent never do.
	byClient map[string]*Order
	seen     map[string]int // orders made, by client order id
	sent     map[string]int // times that one left a node
	trades   []trade
}

type trade struct {
	of   *Order
	fill account.VenueFill
}

// New gives an exchange without orders.
func New(o Options) *Exchange {
	return &Exchange{options: o, byClient: make(map[string]*Order), seen: make(map[string]int), sent: make(map[string]int)}
}

// Sent notes that an order has left a node, whether or not it will arrive.
func (x *Exchange) Sent(clientID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sent[clientID]++
}

// Take takes an order in and lets the market have it.
func (x *Exchange) Take(user string, c account.VenueCommand, m Match) order.Report {
	x.mu.Lock()
	defer x.mu.Unlock()
	if o := x.byClient[c.ClientOrderID]; o != nil && x.options.Deduplicates {
		return x.report(o)
	}
	o := &Order{
		User: user, ClientID: c.ClientOrderID, VenueID: fmt.Sprintf("V%d", len(x.orders)+1),
		Symbol: c.Symbol, Side: c.Side, Kind: c.Kind, Quantity: c.Quantity, Price: c.Price, Trigger: c.Trigger,
	}
	x.orders = append(x.orders, o)
	x.byClient[c.ClientOrderID] = o
	x.seen[c.ClientOrderID]++
	if m.Reject {
		o.Ended = order.ReportRejected
	} else {
		x.trade(o, m.Quantity, m.Price)
	}
	return x.report(o)
}

// Trade lets the market trade up to a quantity of an order that is open; of any other
// nothing.
func (x *Exchange) Trade(venueID string, quantity, price decimal.Decimal) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if o := x.find(venueID, ""); o != nil {
		x.trade(o, quantity, price)
	}
}

func (x *Exchange) trade(o *Order, quantity, price decimal.Decimal) {
	quantity = decimal.Min(quantity, o.Quantity.Sub(o.Filled))
	if !o.Open() || quantity.Sign() <= 0 {
		return
	}
	o.Filled, o.Value = o.Filled.Add(quantity), o.Value.Add(quantity.Mul(price))
	x.trades = append(x.trades, trade{o, account.VenueFill{
		ID: fmt.Sprintf("T%d", len(x.trades)+1), OrderID: x.shown(o), VenueOrderID: o.VenueID,
		Symbol: o.Symbol, Side: o.Side, Quantity: quantity, Price: price,
	}})
}

// Cancel ends an order that is open.
func (x *Exchange) Cancel(c account.VenueCommand) order.Report {
	return x.answer(c, func(o *Order) {
		if o.Open() {
			o.Ended = order.ReportCancelled
		}
	})
}

// Change gives an open order other terms. Its quantity can't be below what was traded:
// then the answer is NOT_CHANGED.
func (x *Exchange) Change(c account.VenueCommand) order.Report {
	refused := false
	r := x.answer(c, func(o *Order) {
		if refused = !o.Open() || c.Quantity.LessEq(o.Filled); !refused {
			o.Kind, o.Quantity, o.Price, o.Trigger = c.Kind, c.Quantity, c.Price, c.Trigger
		}
	})
	switch {
	case r.Kind == order.ReportUnknown || r.Kind == order.ReportNotSent:
		r.Kind = order.ReportUnknown
	case refused:
		r.Kind = order.ReportUnchanged
	default:
		r.Kind = order.ReportChanged
	}
	return r
}

// Query tells what became of an order, and its terms. That there is none is known only of
// a venue that shows client order ids.
func (x *Exchange) Query(c account.VenueCommand) order.Report {
	return x.answer(c, func(*Order) {})
}

func (x *Exchange) answer(c account.VenueCommand, do func(*Order)) order.Report {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := order.Report{OrderID: c.ClientOrderID, Kind: order.ReportUnknown, Detail: "the venue doesn't know client order ids"}
	o := x.find(c.VenueOrderID, c.ClientOrderID)
	switch {
	case o != nil:
		do(o)
		r = x.report(o)
		r.OrderID = c.ClientOrderID
	case !x.options.HidesIDs || c.VenueOrderID != "":
		r.Kind, r.Detail = order.ReportNotSent, "the venue has no such order"
	}
	return r
}

// find looks by the venue's id, and by the client's where that is known.
func (x *Exchange) find(venueID, clientID string) *Order {
	for _, o := range x.orders {
		if o.VenueID == venueID || !x.options.HidesIDs && clientID != "" && o.ClientID == clientID {
			return o
		}
	}
	return nil
}

// report is what the exchange says of an order to who has sent it.
func (x *Exchange) report(o *Order) order.Report {
	r := order.Report{OrderID: o.ClientID, VenueOrderID: o.VenueID, Kind: order.ReportAccepted, FilledQuantity: o.Filled, Terms: o.Terms()}
	if o.Kind.Stop() {
		r.Kind = order.ReportAwaits // a trade is what triggers it
	}
	if o.Filled.Sign() > 0 {
		r.Kind, r.AveragePrice = order.ReportFill, o.Value.Div(o.Filled)
	}
	if o.Ended != "" {
		r.Kind = o.Ended
	}
	return r
}

// shown is the client order id as everybody sees it.
func (x *Exchange) shown(o *Order) string {
	if x.options.HidesIDs {
		return ""
	}
	return o.ClientID
}

// Snapshot shows what the exchange has of a user: open orders, all trades, positions.
func (x *Exchange) Snapshot(user string) account.VenueSnapshot {
	x.mu.Lock()
	defer x.mu.Unlock()
	var v account.VenueSnapshot
	for _, o := range x.orders {
		if o.User == user && o.Open() {
			r := x.report(o)
			r.OrderID = x.shown(o)
			v.Orders = append(v.Orders, account.VenueOrder{Report: r, Symbol: o.Symbol, Side: o.Side, Quantity: o.Quantity})
		}
	}
	held := make(map[string]decimal.Decimal)
	for _, t := range x.trades {
		if t.of.User == user {
			v.Fills = append(v.Fills, t.fill)
			held[t.fill.Symbol] = held[t.fill.Symbol].Add(t.fill.Side.Signed(t.fill.Quantity))
		}
	}
	for symbol, quantity := range held {
		v.Positions = append(v.Positions, account.VenuePosition{Symbol: symbol, Quantity: quantity})
	}
	slices.SortFunc(v.Positions, func(a, b account.VenuePosition) int { return strings.Compare(a.Symbol, b.Symbol) })
	return v
}

// Restart is a bad one: open orders are gone, and so is what the exchange knew of
// client order ids to drop repeats by.
func (x *Exchange) Restart() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.byClient)
	for _, o := range x.orders {
		if o.Open() {
			o.Ended = order.ReportCancelled
		}
	}
}

// Orders gives copies of a user's orders, as they came.
func (x *Exchange) Orders(user string) []Order {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []Order
	for _, o := range x.orders {
		if o.User == user {
			list = append(list, *o)
		}
	}
	return list
}

// Sendings tells how often an order has left a node, and how many orders were made of
// it.
func (x *Exchange) Sendings(clientID string) (sent, made int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sent[clientID], x.seen[clientID]
}

// Doubled lists, sorted, the client order ids of which there is more than one order;
// Resent those that left a node more than once.
func (x *Exchange) Doubled() []string { return x.often(x.seen) }

// Resent: see Doubled.
func (x *Exchange) Resent() []string { return x.often(x.sent) }

func (x *Exchange) often(counts map[string]int) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []string
	for id, n := range counts {
		if n > 1 {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}
