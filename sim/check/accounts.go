package check

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// accountPart names the part of an account's state that holds its positions and orders.
const accountPart = string(messages.AccountShard)

// savedOrder is an order as an account's state has it.
type savedOrder struct {
	ID       string          `json:"id"`
	Status   string          `json:"status"`
	Filled   decimal.Decimal `json:"filled_quantity"`
	PlacedMs int64           `json:"placed_ms"`
}

// savedAccount is what an account's state says that it holds and has open.
type savedAccount struct {
	Venue   string `json:"venue"`
	Cost    string `json:"cost"`
	Symbols []struct {
		Name string `json:"name"`
		Net  struct {
			Quantity decimal.Decimal `json:"quantity"`
		} `json:"net"`
		Orders []savedOrder `json:"orders"`
	} `json:"symbols"`
	// Finished are those that others, or a venue, may tell more of.
	Finished []savedOrder `json:"finished"`

	held map[string]decimal.Decimal // what is held, by symbol
	open map[string]savedOrder
}

// checkAccounts holds the states of accounts against what they have told: a state is
// committed with all that it has caused, so what it holds is what its last position
// update says, and what it has open are the orders that have not ended, as far as their
// last events say.
func checkAccounts(f *facts, out *Result) {
	saved := f.savedAccounts(out)
	f.holdings(saved, out)
	f.openOrders(saved, out)
}

// saved gives the states of accounts that can be read, by user.
func (f *facts) saved() map[string]*savedAccount {
	if f.accounts == nil {
		f.accounts = f.savedAccounts(&Result{})
	}
	return f.accounts
}

// savedAccounts reads the states of accounts, and finds those that can't be read.
func (f *facts) savedAccounts(out *Result) map[string]*savedAccount {
	all := make(map[string]*savedAccount)
	for id, s := range f.states {
		for key, e := range s.parts {
			if id.Kind != messages.AccountShard || e.Part != accountPart {
				continue
			}
			out.Looked++
			a := &savedAccount{held: make(map[string]decimal.Decimal), open: make(map[string]savedOrder)}
			if err := json.Unmarshal(e.Payload, a); err != nil {
				out.Find(id.String()+" "+key, "the state of account %s can't be read: %v", e.Key, err)
				continue
			}
			for i := range a.Symbols {
				in := &a.Symbols[i]
				if !in.Net.Quantity.IsZero() {
					a.held[in.Name] = in.Net.Quantity
				}
				for _, o := range in.Orders {
					a.open[o.ID] = o
				}
			}
			all[e.Key] = a
		}
	}
	return all
}

// order finds an order that the state knows, open or not.
func (a *savedAccount) order(id string) (savedOrder, bool) {
	if o, ok := a.open[id]; ok {
		return o, true
	}
	i := slices.IndexFunc(a.Finished, func(o savedOrder) bool { return o.ID == id })
	if i < 0 {
		return savedOrder{}, false
	}
	return a.Finished[i], true
}

// holdings holds positions against the last update of each.
func (f *facts) holdings(saved map[string]*savedAccount, out *Result) {
	last := make(map[book]*positionFact)
	for i := range f.positions {
		if p := &f.positions[i]; p.written {
			last[book{p.UserID, p.Symbol}] = p
		}
	}
	for k, p := range last {
		out.Looked++
		a := saved[k.user]
		// The place is not the update's: another one is the last a second later.
		where := fmt.Sprintf("account %s in %s", k.user, k.symbol)
		if a == nil {
			out.Find(where, "it holds %v by its last position update, %s, and has no state", p.Position.Quantity, p)
			continue
		}
		if have := a.held[k.symbol]; have != p.Position.Quantity {
			out.Find(where, "it holds %v by its last position update, %s, and %v by its state", p.Position.Quantity, p, have)
		}
	}
	for _, user := range slices.Sorted(maps.Keys(saved)) {
		if f.horizonAt(messages.TopicPositions, user) > 0 {
			continue // the updates of what has been held for long may be deleted
		}
		for _, symbol := range slices.Sorted(maps.Keys(saved[user].held)) {
			if last[book{user, symbol}] == nil {
				out.Find("account "+user, "it holds %v of %s by its state, and no position update tells of it", saved[user].held[symbol], symbol)
			}
		}
	}
}

// openOrders holds the orders that are open against the last event of each.
func (f *facts) openOrders(saved map[string]*savedAccount, out *Result) {
	known := make(map[string]*history)
	for _, h := range f.histories() {
		e := h.last
		known[e.OrderID] = h
		user, ok := f.userOf(e)
		if !ok || h.foreign {
			continue // others don't tell all
		}
		out.Looked++
		if saved[user] == nil {
			if !ended(e) && (h.begun() || len(f.had[e.StrategyID]) < 2) { // otherwise it may be another's
				out.Find(e.String(), "order %s of %s is %s by its last event, and the account has no state", e.OrderID, user, e.Order.Status)
			}
			continue
		}
		switch o, open := saved[user].open[e.OrderID]; {
		case open == ended(e):
			out.Find(e.String(), "order %s of %s is %s by its last event, and %s in the state", e.OrderID, user, e.Order.Status, openly(open))
		case open && (o.Status != e.Order.Status || o.Filled != filledOf(e)):
			out.Find(e.String(), "order %s of %s is %s with %v traded by its last event, and %s with %v in the state",
				e.OrderID, user, e.Order.Status, filledOf(e), o.Status, o.Filled)
		}
	}
	for _, user := range slices.Sorted(maps.Keys(saved)) {
		for _, id := range slices.Sorted(maps.Keys(saved[user].open)) {
			if known[id] == nil && f.horizonAt(messages.TopicOrders, id) == 0 {
				out.Find("account "+user, "order %s is open in its state, and no event tells of it", id)
			}
		}
	}
}

// ended tells whether an event is an order's end, of which at most a venue has more to
// say.
func ended(e *orderFact) bool {
	return slices.Contains([]string{"FILLED", "CANCELLED", "REJECTED"}, e.Order.Status)
}

func openly(open bool) string {
	if open {
		return "open"
	}
	return "not open"
}
