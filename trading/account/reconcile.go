package account

import (
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// Reconciliation is where an account's comparison with its live venue stands.
type Reconciliation struct {
	// Pending: the venue was asked what it has, and entries wait until that was
	// compared.
	Pending bool `json:"pending,omitempty"`
	// Question numbers what was asked: an answer to an older question says nothing.
	Question int64 `json:"question,omitempty"`
	// Moved: something has happened since the question, so that its answer may be
	// older than what is known.
	Moved bool `json:"moved,omitempty"`
	// Seen stands for the differences that the last answer showed: they count when the
	// next one shows them again.
	Seen string `json:"seen,omitempty"`
	// Unreachable: an alert has told that the venue doesn't answer.
	Unreachable bool `json:"unreachable,omitempty"`
	// TimeMs is when the last comparison was done.
	TimeMs int64 `json:"time_ms,omitempty"`
	// SetAside: RESUME wants what differs set aside. Aside, sorted by symbol, and
	// AsideOrders, venue order ids, are what was: the user's own and no business of
	// the account.
	SetAside    bool            `json:"set_aside,omitempty"`
	Aside       []VenuePosition `json:"aside,omitempty"`
	AsideOrders []string        `json:"aside_orders,omitempty"`
}

// reasonReconciliation is the reason of an account's mode when its venue has what
// nobody can explain.
const reasonReconciliation = "RECONCILIATION"

// maxToldDifferences bounds what one alert lists.
const maxToldDifferences = 20

// askVenue asks a live venue for all that it has of the account. Until that was
// compared, no entry is taken.
func (a *Account) askVenue() {
	r := &a.s.Reconciliation
	r.Pending, r.Moved = true, false
	r.Question++
	a.emit(VenueCommand{Action: VenueShow, Venue: a.s.Venue, Question: r.Question})
}

// moved notes that the account may know more than a venue's view that was asked for.
func (a *Account) moved() {
	if a.s.Reconciliation.Pending {
		a.s.Reconciliation.Moved = true
	}
}

// checkVenue refuses entries that a live venue is not ready for.
func (a *Account) checkVenue(s *Symbol) (order.Reason, string) {
	switch {
	case a.s.Reconciliation.Pending:
		return order.ReasonReconciling, "the account is being compared with the venue " + a.s.Venue
	case s.Halted:
		return order.ReasonSymbolHalted, "the fate of an order of " + s.Name + " is unknown; SETTLE says what became of it"
	}
	return "", ""
}

// Reconcile takes in what the live venue shows, in answer to a question. Orders and
// fills that the account knows are settled, each fill once. Then the account must
// agree with the venue: open orders that it doesn't know and positions that differ,
// shown twice in a row, halt it with a CRITICAL alert, unless an order of unknown
// fate explains them, whose symbol is halted then. When it agrees, entries are taken
// again.
func (a *Account) Reconcile(v VenueSnapshot, question int64, cause Cause) []Event {
	nowMs := a.begin(cause)
	r := &a.s.Reconciliation
	switch {
	case !r.Pending || question != r.Question:
		a.emit(Ignored{What: "snapshot", Detail: "nobody waits for it"})
		return a.end()
	case r.Moved:
		a.askVenue()
		return a.end()
	}
	known := a.known()
	a.takeOrders(&v, known, nowMs)
	a.takeFills(&v, known, nowMs)
	a.missOrders(&v, known, nowMs)
	c := a.compare(&v, known)
	for _, o := range c.unclear {
		if o.Status == order.Unknown && !a.symbols[o.Symbol].Halted {
			a.haltSymbol(o, "An order of the venue may be one of unknown fate; its symbol is halted", nowMs)
		}
	}
	r.AsideOrders = slices.DeleteFunc(r.AsideOrders, func(id string) bool {
		return !slices.ContainsFunc(v.Orders, func(o VenueOrder) bool { return o.Report.VenueOrderID == id && o.open() })
	})
	switch {
	case c.inFlight || len(c.differences) > 0 && c.digest() != r.Seen:
		r.Seen = c.digest()
		a.askVenue()
	case len(c.differences) == 0:
		a.reconciled(&v, nowMs)
	case r.SetAside && a.setAside(c.differences, nowMs):
		a.reconciled(&v, nowMs)
	default:
		a.done(nowMs)
		n := len(c.differences)
		a.halt(modeData{
			Reason: reasonReconciliation, Detail: tell(c.differences),
			Differences: c.differences[:min(n, maxToldDifferences)],
		}, nowMs)
	}
	a.assess(nil, nowMs) // what was traded meanwhile counts against the limits
	a.assessSizes(nowMs)
	return a.end()
}

// Unreachable takes in that the venue has not answered a question for a while. It is
// asked on, and entries are refused until it answers.
func (a *Account) Unreachable(question int64, detail string, cause Cause) []Event {
	nowMs := a.begin(cause)
	r := &a.s.Reconciliation
	if !r.Pending || question != r.Question || r.Unreachable {
		a.emit(Ignored{What: "snapshot", Detail: "the venue can't be reached: " + detail})
		return a.end()
	}
	r.Unreachable, detail = true, wording(detail)
	a.alert(AlertSystem, risk.Error, "The venue doesn't say what it has of the account; it is asked on, and no entries are taken until it answers",
		venueData{Reason: string(order.ReasonReconciling), Venue: a.s.Venue, Detail: detail}, nowMs)
	return a.end()
}

// venueData is the data of SYSTEM alerts about a reconciliation.
type venueData struct {
	Reason    string `json:"reason"`
	Venue     string `json:"venue"`
	Detail    string `json:"detail,omitempty"`
	Orders    int    `json:"orders,omitempty"`
	Fills     int    `json:"fills,omitempty"`
	Positions int    `json:"positions,omitempty"`
	// SetAside is what is the user's own from now on.
	SetAside []Difference `json:"set_aside,omitempty"`
}

func (a *Account) done(nowMs int64) {
	r := &a.s.Reconciliation
	r.Pending, r.Moved, r.Unreachable, r.SetAside, r.Seen = false, false, false, false, ""
	r.TimeMs = nowMs
}

func (a *Account) reconciled(v *VenueSnapshot, nowMs int64) {
	a.done(nowMs)
	a.alert(AlertSystem, risk.Info, "The account agrees with its venue", venueData{
		Reason: reasonReconciliation, Venue: a.s.Venue, Orders: len(v.Orders), Fills: len(v.Fills), Positions: len(v.Positions),
	}, nowMs)
}

// takeOrders settles the known orders that the venue lists.
func (a *Account) takeOrders(v *VenueSnapshot, known *knownOrders, nowMs int64) {
	for i := range v.Orders {
		r := v.Orders[i].Report
		if o := known.find(r.OrderID, r.VenueOrderID); o != nil {
			r.OrderID = o.ID
			a.report(o, r, nowMs)
		}
	}
}

// takeFills settles the known orders by their trades: what the venue no longer lists
// as an order was traded all the same. A report counts what is above the known, so
// each trade counts once, however often it was told of.
func (a *Account) takeFills(v *VenueSnapshot, known *knownOrders, nowMs int64) {
	type total struct{ quantity, value decimal.Decimal }
	totals := make(map[*order.Order]total)
	var list []*order.Order
	for _, f := range distinct(v.Fills) {
		o := known.find(f.OrderID, f.VenueOrderID)
		if o == nil {
			continue
		}
		t, ok := totals[o]
		if !ok {
			list = append(list, o)
		}
		totals[o] = total{t.quantity.Add(f.Quantity), t.value.Add(f.Quantity.Mul(f.Price))}
	}
	for _, o := range list {
		if t := totals[o]; t.quantity.Greater(o.FilledQuantity) {
			a.report(o, order.Report{
				OrderID: o.ID, Kind: order.ReportFill, FilledQuantity: t.quantity, AveragePrice: t.value.Div(t.quantity),
			}, nowMs)
		}
	}
}

// missOrders asks for the orders that the account takes for open and that the venue
// doesn't list. What got no answer yet is asked for anyway.
func (a *Account) missOrders(v *VenueSnapshot, known *knownOrders, nowMs int64) {
	listed := make(map[*order.Order]bool)
	for i := range v.Orders {
		listed[known.find(v.Orders[i].Report.OrderID, v.Orders[i].Report.VenueOrderID)] = true
	}
	for _, s := range a.s.Symbols {
		for _, o := range slices.Clone(s.Orders) {
			if !listed[o] && o.Status != order.Pending && o.Status != order.Unknown {
				a.report(o, order.Report{OrderID: o.ID, Kind: order.ReportUnknown, Detail: "the venue doesn't list it"}, nowMs)
			}
		}
	}
}

// setAside makes what differs the user's own. Less than the account holds can't be:
// it would sell what isn't there.
func (a *Account) setAside(list []Difference, nowMs int64) bool {
	r := &a.s.Reconciliation
	aside := slices.Clone(r.Aside)
	for _, d := range list {
		if d.What != "position" {
			continue
		}
		i, ok := slices.BinarySearchFunc(aside, d.Symbol, func(p VenuePosition, symbol string) int { return strings.Compare(p.Symbol, symbol) })
		if !ok {
			aside = slices.Insert(aside, i, VenuePosition{Symbol: d.Symbol})
		}
		aside[i].Quantity = aside[i].Quantity.Add(d.Venue.Sub(d.Ours))
		if s := a.symbols[d.Symbol]; s != nil && aside[i].Quantity.Sign()*s.Net.Quantity.Sign() < 0 {
			return false
		}
	}
	r.Aside = slices.DeleteFunc(aside, func(p VenuePosition) bool { return p.Quantity.IsZero() })
	for _, d := range list {
		if d.What == "order" && len(r.AsideOrders) < maxFinished {
			r.AsideOrders = append(r.AsideOrders, d.VenueOrderID)
		}
	}
	a.alert(AlertSystem, risk.Warning, "What the venue has besides is set aside: "+tell(list), venueData{
		Reason: reasonReconciliation, Venue: a.s.Venue, SetAside: list[:min(len(list), maxToldDifferences)],
	}, nowMs)
	return true
}

// tell says in words what differs: as much of it as a record's text may have.
func tell(list []Difference) string {
	var words []string
	length := 0
	for i, d := range list {
		text := fmt.Sprintf("the venue holds %v of %s, the account %v", d.Venue, short(d.Symbol), d.Ours)
		if d.What == "order" {
			text = fmt.Sprintf("the venue has an open order %s for %v of %s, which is not the account's", short(d.VenueOrderID), d.Venue, short(d.Symbol))
		}
		if length += len(text); length > maxTextBytes*3/4 {
			words = append(words, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}

// short bounds what a venue calls something.
func short(s string) string { return strings.ToValidUTF8(s[:min(len(s), 64)], "") }
