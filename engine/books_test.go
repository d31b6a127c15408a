package engine

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/ident"
)

// books are the orders, positions and alerts of a run. They are recomputed with
// plain code of their own: exact fractions, and average prices.
type books struct {
	users     map[string]string // by strategy id
	placed    map[string]messages.OrderEvent
	fills     []fill
	positions map[string][]messages.PositionUpdate // by user and symbol, in the log's order
	alerts    []messages.RiskAlert
}

// fill is one execution of an order.
type fill struct {
	user, symbol, order string
	timeMs              int64
	signed, price       *big.Rat
}

func rat(t *testing.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func readBooks(t *testing.T, c *configs.Config) *books {
	t.Helper()
	b := &books{users: make(map[string]string), placed: make(map[string]messages.OrderEvent), positions: make(map[string][]messages.PositionUpdate)}
	for _, a := range c.Accounts {
		b.users[account.RiskStrategy(a.UserID)] = a.UserID
		for _, s := range a.Strategies {
			b.users[ident.Derive(a.UserID, s.Name)] = a.UserID
		}
	}
	filled := make(map[string]*big.Rat) // by order, so far
	for _, r := range committed(t, c, messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch e.EventType {
		case "PLACED":
			if _, ok := b.placed[e.OrderID]; ok {
				t.Errorf("order %s is placed twice", e.OrderID)
			}
			b.placed[e.OrderID] = e
		case "FILLED":
			b.fill(t, e, filled)
		}
	}
	for _, r := range committed(t, c, messages.TopicPositions) {
		p, err := messages.DecodePosition(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		key := p.UserID + " " + p.Symbol
		b.positions[key] = append(b.positions[key], p)
	}
	for _, r := range committed(t, c, messages.TopicAlerts) {
		a, err := messages.DecodeAlert(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		b.alerts = append(b.alerts, a)
	}
	return b
}

// fill adds an execution: what the event's totals are above those before.
func (b *books) fill(t *testing.T, e messages.OrderEvent, filled map[string]*big.Rat) {
	if _, ok := b.placed[e.OrderID]; !ok {
		t.Errorf("order %s is filled before it is placed", e.OrderID)
	}
	if filled[e.OrderID] != nil {
		t.Errorf("order %s of the paper venue is filled in parts", e.OrderID)
	}
	quantity := rat(t, e.Execution.FilledQuantity.String())
	filled[e.OrderID] = quantity
	if quantity.Cmp(rat(t, e.Order.Quantity.String())) > 0 {
		t.Errorf("order %s is filled with %v of %v", e.OrderID, e.Execution.FilledQuantity, e.Order.Quantity)
	}
	signed := new(big.Rat).Set(quantity)
	if e.Order.TransactionType == "SELL" {
		signed.Neg(signed)
	}
	user := b.users[e.StrategyID]
	if user == "" {
		t.Errorf("order %s is of strategy %s, which nobody has", e.OrderID, e.StrategyID)
	}
	b.fills = append(b.fills, fill{user, e.Symbol, e.OrderID, e.TimeMs, signed, rat(t, e.Execution.AveragePrice.String())})
}

// check holds positions against fills, and alerts against both.
func (b *books) check(t *testing.T) {
	t.Helper()
	slices.SortStableFunc(b.fills, func(x, y fill) int { return cmp.Compare(x.timeMs, y.timeMs) })
	held := make(map[string]*position)
	stopped := b.stops(t)
	for _, f := range b.fills {
		key := f.user + " " + f.symbol
		if held[key] == nil {
			held[key] = &position{new(big.Rat), new(big.Rat), new(big.Rat)}
		}
		before := new(big.Rat).Set(held[key].quantity)
		held[key].trade(f.signed, f.price)
		at, ok := stopped[f.user]
		if ok && b.placed[f.order].TimeMs > at && abs(held[key].quantity).Cmp(abs(before)) > 0 {
			t.Errorf("order %s of %s, placed after the loss limit was reached, enlarges its position", f.order, f.user)
		}
	}
	if len(held) != len(b.positions) {
		t.Errorf("positions in %d symbols of users, fills in %d", len(b.positions), len(held))
	}
	for key, p := range held {
		all := b.positions[key]
		if len(all) == 0 {
			t.Errorf("%s has fills and no position", key)
			continue
		}
		last := all[len(all)-1].Position
		if rat(t, last.Quantity.String()).Cmp(p.quantity) != 0 {
			t.Errorf("%s: position %v, its fills come to %s", key, last.Quantity, p.quantity.FloatString(8))
		}
		// Each closing fill rounds its profit to 8 places.
		allowed := new(big.Rat).SetFrac64(int64(len(b.fills)), 100_000_000)
		realised := sumOfPositions(t, all)
		if abs(new(big.Rat).Sub(realised, p.realized)).Cmp(allowed) > 0 {
			t.Errorf("%s: realised %s, its fills come to %s", key, realised.FloatString(8), p.realized.FloatString(8))
		}
	}
	for user := range stopped {
		for key, p := range held {
			if key[:len(user)+1] == user+" " && p.quantity.Sign() != 0 {
				t.Errorf("%s is left with %s after its loss limit was reached", key, p.quantity.FloatString(8))
			}
		}
	}
	if len(stopped) == 0 {
		t.Error("no account reached its loss limit: the run shows too little")
	}
}

// sumOfPositions adds up what each position, from opening to close, has realised.
func sumOfPositions(t *testing.T, updates []messages.PositionUpdate) *big.Rat {
	last := make(map[string]*big.Rat)
	for _, u := range updates {
		last[u.PositionID] = rat(t, u.Position.RealizedPnL.String())
	}
	sum := new(big.Rat)
	for _, r := range last {
		sum.Add(sum, r)
	}
	return sum
}

// stops gives, by user, when the loss limit was reached, and checks the alerts.
func (b *books) stops(t *testing.T) map[string]int64 {
	at := make(map[string]int64)
	for _, a := range b.alerts {
		if _, reached := at[a.UserID]; a.AlertType == "SYSTEM" && reached {
			continue // it is HALTED once all is closed
		}
		if a.AlertType != "DAILY_LOSS" {
			t.Errorf("an alert that nothing calls for: %+v", a)
			continue
		}
		var data struct {
			CurrentLoss json.Number `json:"current_loss"`
			Limit       json.Number `json:"limit"`
		}
		if err := json.Unmarshal(a.Data, &data); err != nil {
			t.Fatal(err)
		}
		loss, limit := rat(t, data.CurrentLoss.String()), rat(t, data.Limit.String())
		if reached := loss.Cmp(limit) >= 0; reached != (a.Severity == "CRITICAL") {
			t.Errorf("%s says %s with a loss of %s, its limit being %s", a.UserID, a.Severity, data.CurrentLoss, data.Limit)
		}
		if a.Severity != "CRITICAL" {
			continue
		}
		if _, ok := at[a.UserID]; ok {
			t.Errorf("%s reaches its loss limit twice", a.UserID)
		}
		at[a.UserID] = a.TimeMs
	}
	return at
}

// position is a quantity at its average price.
type position struct{ quantity, average, realized *big.Rat }

func abs(r *big.Rat) *big.Rat { return new(big.Rat).Abs(r) }

func (p *position) trade(signed, price *big.Rat) {
	if p.quantity.Sign()*signed.Sign() < 0 {
		closed := signed
		if abs(signed).Cmp(abs(p.quantity)) > 0 {
			closed = new(big.Rat).Neg(p.quantity)
		}
		gain := new(big.Rat).Sub(p.average, price)
		p.realized.Add(p.realized, gain.Mul(gain, closed))
		p.quantity.Add(p.quantity, closed)
		signed = new(big.Rat).Sub(signed, closed)
	}
	if signed.Sign() == 0 {
		return
	}
	value := new(big.Rat).Mul(p.quantity, p.average)
	value.Add(value, new(big.Rat).Mul(signed, price))
	p.quantity.Add(p.quantity, signed)
	p.average.Quo(value, p.quantity)
}
