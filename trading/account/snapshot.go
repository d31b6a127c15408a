package account

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
)

// VenueSnapshot is what a live venue shows of one account, all of it at one moment:
// a trade is in the fills, its order and the positions, or in none of them.
type VenueSnapshot struct {
	// Orders are those that are open, and of those that ended as many as the venue
	// still shows.
	Orders []VenueOrder
	// Fills are the trades that the venue still shows; of an order all or none.
	Fills []VenueFill
	// Positions are what is held; one of 0 may be left out. Several of one symbol add
	// up.
	Positions []VenuePosition
}

// VenueOrder is one order in a venue's book.
type VenueOrder struct {
	// Report is what a question about the order would be answered with. Its OrderID
	// is empty when the venue doesn't show under which id the order was sent.
	Report   order.Report
	Symbol   string
	Side     order.Side
	Quantity decimal.Decimal
}

// open tells whether more may be traded of it.
func (o *VenueOrder) open() bool {
	switch o.Report.Kind {
	case order.ReportAccepted, order.ReportAwaits, order.ReportTriggered, order.ReportChanged, order.ReportUnchanged:
		return true
	case order.ReportFill:
		return o.Report.FilledQuantity.Less(o.Quantity)
	}
	return false
}

// VenueFill is one trade. ID is the venue's; of two with one ID, symbol and side the
// first counts.
// OrderID is the client order id, empty when the venue doesn't show it.
type VenueFill struct {
	ID, OrderID, VenueOrderID string
	Symbol                    string
	Side                      order.Side
	Quantity, Price           decimal.Decimal
}

// VenuePosition is what is held of a symbol, negative for short.
type VenuePosition struct {
	Symbol   string
	Quantity decimal.Decimal
}

// Difference is something of which a venue says one thing and the account another:
// an open order that the account doesn't have, or a position. Quantities are
// negative for sells and shorts.
type Difference struct {
	What         string          `json:"what"` // position or order
	Symbol       string          `json:"symbol"`
	VenueOrderID string          `json:"venue_order_id,omitempty"`
	Ours         decimal.Decimal `json:"ours"`
	Venue        decimal.Decimal `json:"venue"`
}

// comparison is what came of holding an account against a snapshot.
type comparison struct {
	differences []Difference // that nothing explains, sorted
	// unclear are the account's orders of unknown fate that orders of the venue may
	// be, in the order of the venue's; inFlight: one of them may yet be answered.
	unclear  []*order.Order
	inFlight bool
}

// digest stands for the differences: equal ones have one.
func (c *comparison) digest() string {
	return ident.Derive("differences", fmt.Sprint(c.differences))
}

// foreign is an order of the venue that the account doesn't know.
type foreign struct {
	venueID, symbol string
	side            order.Side
	quantity        decimal.Decimal // 0 when it isn't known
	filled          decimal.Decimal
	open            bool
}

// compare holds the account against a snapshot, whose news of known orders it has
// taken in. An order of the venue under an id that nobody knows may be one whose
// answer got lost, when it looks like it; what was traded of it explains that much
// of a position.
func (a *Account) compare(v *VenueSnapshot, known *knownOrders) comparison {
	var c comparison
	expected := make(map[string]decimal.Decimal)
	for _, s := range a.s.Symbols {
		expected[s.Name] = s.Net.Quantity
	}
	for _, p := range a.s.Reconciliation.Aside {
		expected[p.Symbol] = expected[p.Symbol].Add(p.Quantity)
	}
	for _, f := range foreigners(v, known) {
		if slices.Contains(a.s.Reconciliation.AsideOrders, f.venueID) {
			continue
		}
		switch o := a.lookalike(&f, c.unclear); {
		case o != nil:
			c.unclear = append(c.unclear, o)
			c.inFlight = c.inFlight || o.Status == order.Pending
			expected[f.symbol] = expected[f.symbol].Add(f.side.Signed(f.filled))
		case f.open:
			c.differences = append(c.differences, Difference{What: "order", Symbol: f.symbol, VenueOrderID: f.venueID, Venue: f.side.Signed(f.quantity)})
		}
	}
	there := make(map[string]decimal.Decimal)
	for _, p := range v.Positions {
		there[p.Symbol] = there[p.Symbol].Add(p.Quantity)
		if _, ok := expected[p.Symbol]; !ok {
			expected[p.Symbol] = decimal.Decimal{}
		}
	}
	for symbol, quantity := range expected {
		if there[symbol] != quantity {
			c.differences = append(c.differences, Difference{What: "position", Symbol: symbol, Ours: quantity, Venue: there[symbol]})
		}
	}
	slices.SortFunc(c.differences, func(x, y Difference) int {
		return cmp.Or(cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.What, y.What), cmp.Compare(x.VenueOrderID, y.VenueOrderID))
	})
	return c
}

// foreigners lists the venue's orders that the account doesn't know, those that only
// their trades tell of included, in the venue's order.
func foreigners(v *VenueSnapshot, known *knownOrders) []foreign {
	var list []foreign
	at := make(map[string]int)
	for i := range v.Orders {
		o := &v.Orders[i]
		if known.find(o.Report.OrderID, o.Report.VenueOrderID) != nil {
			continue
		}
		at[o.Report.VenueOrderID] = len(list)
		list = append(list, foreign{
			venueID: o.Report.VenueOrderID, symbol: o.Symbol, side: o.Side, quantity: o.Quantity, filled: o.Report.FilledQuantity, open: o.open(),
		})
	}
	listed := len(list)
	for _, f := range distinct(v.Fills) {
		if known.find(f.OrderID, f.VenueOrderID) != nil {
			continue
		}
		i, ok := at[f.VenueOrderID]
		if !ok {
			i = len(list)
			at[f.VenueOrderID] = i
			list = append(list, foreign{venueID: f.VenueOrderID, symbol: f.Symbol, side: f.Side})
		}
		if i >= listed { // a listed one tells itself what was traded of it
			list[i].filled = list[i].filled.Add(f.Quantity)
		}
	}
	return list
}

// lookalike gives an order of the account that has got no answer, and that an order
// of the venue may be; not one of those that others were taken for.
func (a *Account) lookalike(f *foreign, taken []*order.Order) *order.Order {
	s := a.symbols[f.symbol]
	if s == nil {
		return nil
	}
	for _, o := range s.Orders {
		unanswered := (o.Status == order.Unknown || o.Status == order.Pending) && o.VenueOrderID == "" && !o.Reached
		fits := o.Side == f.side && (f.quantity == o.Quantity || f.quantity.IsZero() && f.filled.LessEq(o.Quantity))
		if unanswered && fits && !slices.Contains(taken, o) {
			return o
		}
	}
	return nil
}

// knownOrders finds an account's orders, also those that ended not long ago, by
// either id.
type knownOrders struct {
	account *Account
	byVenue map[string]*order.Order
}

func (a *Account) known() *knownOrders {
	k := &knownOrders{account: a, byVenue: make(map[string]*order.Order)}
	note := func(list []*order.Order) {
		for _, o := range list {
			if o.VenueOrderID != "" {
				k.byVenue[o.VenueOrderID] = o
			}
		}
	}
	note(a.s.Finished)
	for _, s := range a.s.Symbols {
		note(s.Orders)
	}
	return k
}

func (k *knownOrders) find(id, venueID string) *order.Order {
	if o := k.account.orderOf(id); o != nil {
		return o
	}
	return k.byVenue[venueID]
}

// orderOf finds an order that is open or ended not long ago, nil when there is none.
func (a *Account) orderOf(id string) *order.Order {
	if o := a.orders[id]; o != nil {
		return o
	}
	return a.finished[id]
}

// distinct gives fills without those that came before. Exchanges number their trades
// each for itself, and one between two orders of the account has one id for both.
func distinct(fills []VenueFill) []VenueFill {
	type key struct {
		id, symbol string
		side       order.Side
	}
	seen := make(map[key]bool, len(fills))
	return slices.DeleteFunc(slices.Clone(fills), func(f VenueFill) bool {
		k := key{f.ID, f.Symbol, f.Side}
		again := seen[k]
		seen[k] = true
		return again
	})
}

// Check tells what of a snapshot makes no sense: it could not be told from others, or
// not be reckoned with. Nothing may be concluded from such a one.
func (v *VenueSnapshot) Check() error {
	for i := range v.Orders {
		o := &v.Orders[i]
		id := cmp.Or(o.Report.VenueOrderID, o.Report.OrderID)
		switch {
		case id == "":
			return fmt.Errorf("order %d has no id", i+1)
		case o.Symbol == "" || !o.Side.Valid() || o.Quantity.Sign() < 0 || !o.Quantity.Bounded():
			return fmt.Errorf("order %.64q is a %q of %v of %.64q", id, o.Side, o.Quantity, o.Symbol)
		}
	}
	for i := range v.Fills {
		f := &v.Fills[i]
		switch {
		case f.ID == "":
			return fmt.Errorf("trade %d has no id", i+1)
		case f.OrderID == "" && f.VenueOrderID == "":
			return fmt.Errorf("trade %.64q has no order", f.ID)
		case f.Symbol == "":
			return fmt.Errorf("trade %.64q has no symbol", f.ID)
		case !f.Side.Valid() || f.Quantity.Sign() <= 0 || !f.Quantity.Bounded() || f.Price.Sign() <= 0 || !f.Price.Bounded():
			return fmt.Errorf("trade %.64q is a %q of %v at %v", f.ID, f.Side, f.Quantity, f.Price)
		}
	}
	for i, p := range v.Positions {
		if p.Symbol == "" || !p.Quantity.Bounded() {
			return fmt.Errorf("position %d is %v of %.64q", i+1, p.Quantity, p.Symbol)
		}
	}
	return nil
}
