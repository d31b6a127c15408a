package account

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
)

// TestStatementIsWhatEventsTell: whatever happens, a statement's positions and open
// orders are those of the last events, its strategies sum up to the account, and a
// restored account gives the same.
func TestStatementIsWhatEventsTell(t *testing.T) {
	positions, orders := 0, 0
	for seed := range seeds(8) {
		venue := []string{PaperVenue, "kite"}[seed%2]
		g, a := newTraffic(seed, venue), New("alice")
		told, open := make(map[string]PositionEvent), make(map[string]OrderEvent)
		trades := int64(0)
		take := func(in given) {
			for _, e := range in(a) {
				switch e := e.(type) {
				case PositionEvent:
					told[e.Symbol] = e
				case OrderEvent:
					open[e.OrderID] = e
					if a.orders[e.OrderID] == nil {
						delete(open, e.OrderID)
					}
				}
			}
		}
		for _, in := range g.start(risk.Limits{DailyLoss: decimal.FromInt(5000), MarginPercent: decimal.FromInt(20)}) {
			take(in)
		}
		for i := range 3000 {
			in := g.next()
			take(func(a *Account) []Event {
				events := in(a)
				g.note(events)
				return events
			})
			if i%10 > 0 {
				continue
			}
			st := a.Statement()
			positions, orders = positions+len(st.Positions), orders+len(st.OpenOrders)
			checkPositions(t, &st, told)
			checkOpenOrders(t, &st, open)
			checkSums(t, a, &st)
			before := trades
			if trades = tradesOf(&st); trades < before {
				t.Fatalf("%d trades were shown, and now %d: those of a strategy that is gone are lost", before, trades)
			}
			if again := reloaded(t, a).Statement(); !reflect.DeepEqual(again, st) {
				t.Fatalf("restored, it is\n%+v\nand was\n%+v", again, st)
			}
		}
	}
	if positions == 0 || orders == 0 {
		t.Errorf("%d positions and %d orders were seen: the test says little", positions, orders)
	}
}

func checkPositions(t *testing.T, st *Statement, told map[string]PositionEvent) {
	t.Helper()
	open := 0
	for _, e := range told {
		if e.Status == "OPEN" {
			open++
		}
	}
	if open != len(st.Positions) {
		t.Fatalf("%d positions, events tell of %d", len(st.Positions), open)
	}
	for _, p := range st.Positions {
		e := told[p.Symbol]
		if p.PositionID != e.PositionID || p.Quantity != e.Quantity || p.AveragePrice != e.AveragePrice || p.RealizedPnL != e.RealizedPnL || p.Fees != e.Fees {
			t.Fatalf("a position is %+v, its last event %+v", p, e)
		}
		if p.CurrentPrice == e.CurrentPrice && p.UnrealizedPnL != e.UnrealizedPnL {
			t.Fatalf("at the same price a position is %+v, its last event %+v", p, e)
		}
	}
}

func checkOpenOrders(t *testing.T, st *Statement, open map[string]OrderEvent) {
	t.Helper()
	if len(open) != len(st.OpenOrders) {
		t.Fatalf("%d open orders, events tell of %d", len(st.OpenOrders), len(open))
	}
	for _, o := range st.OpenOrders {
		e, filled := open[o.OrderID], decimal.Decimal{}
		if e.Execution != nil {
			filled = e.Execution.FilledQuantity
		}
		if o.StrategyID != e.StrategyID || o.Symbol != e.Symbol || o.TransactionType != e.Side || o.Status != e.Status || o.FilledQuantity != filled {
			t.Fatalf("an order is %+v, its last event %+v", o, e)
		}
	}
}

// checkSums: what strategies have gained, together, and paid is what the account has. Of
// each symbol, the values of books are rounded one by one, of the account once.
func checkSums(t *testing.T, a *Account, st *Statement) {
	t.Helper()
	gained, fees := decimal.Decimal{}, decimal.Decimal{}
	for _, s := range st.Strategies {
		gained, fees = gained.Add(s.RealizedPnL).Add(s.UnrealizedPnL), fees.Add(s.Fees)
	}
	books := 0
	for _, s := range a.s.Symbols {
		books += len(s.Books) + 1
	}
	if off := gained.Sub(st.RealizedPnL).Sub(st.UnrealizedPnL).Abs(); off.Greater(decimal.FromUnits(int64(books))) || fees != st.Fees {
		t.Fatalf("strategies gained %v and paid %v, the account %v, %v and %v", gained, fees, st.RealizedPnL, st.UnrealizedPnL, st.Fees)
	}
	if sum := st.Deposits.Add(st.RealizedPnL).Add(st.UnrealizedPnL).Sub(st.Fees); sum != st.Equity {
		t.Fatalf("the equity is %v, its parts are %v", st.Equity, sum)
	}
}

func tradesOf(st *Statement) (n int64) {
	for _, s := range st.Strategies {
		n += s.Trades
	}
	return n
}

// TestStatementLimits: every limit in money that is set is there, used or not, with what
// alerts call its limit: a use of so many percent is what their percents are of.
func TestStatementLimits(t *testing.T) {
	const limits = `{"daily_loss": 500, "net_exposure": 900, "margin_percent": 50, "alert_percents": [20, 30, 40, 80]}`
	a := New("alice")
	c, err := ParseCommand("c1", "alice", 1, CmdOpenAccount, []byte(`{"deposit": 10000, "limits": `+limits+`}`))
	if err == nil {
		_, err = a.Command(c, Cause{Origin: "commands/0/1", TimeMs: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	n := decimal.FromInt
	want := []LimitUse{{"daily_loss", n(0), n(500)}, {"net_exposure", n(0), n(900)}, {"margin_percent", n(0), n(10000)}}
	if got := a.Statement().Limits; !reflect.DeepEqual(got, want) {
		t.Errorf("of a new account, they are %v, want %v", got, want)
	}
}

// TestStatementOfALiveAccount: while entries wait for a comparison with the venue, it says
// so, and no longer.
func TestStatementOfALiveAccount(t *testing.T) {
	a := New("alice")
	c, err := ParseCommand("c1", "alice", 1, CmdOpenAccount, []byte(`{"venue": "kite", "deposit": 100}`))
	if err == nil {
		_, err = a.Command(c, Cause{Origin: "commands/0/1", TimeMs: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	if !a.Statement().Reconciling {
		t.Error("before the venue has said what it has, entries seem to be taken")
	}
	a.Reconcile(VenueSnapshot{}, a.s.Reconciliation.Question, Cause{Origin: "reports/0/1", TimeMs: 2})
	if st := a.Statement(); st.Reconciling || st.Mode != Active {
		t.Errorf("when it agrees with its venue, it is %+v", st)
	}
}

// TestStatement: all of it, of an account whose figures are easily made by hand.
func TestStatement(t *testing.T) {
	p := newPlayer(t)
	p.shows = true
	do := func(kind CommandType, data string) {
		t.Helper()
		c, err := ParseCommand("c"+string(kind)+data, "alice", p.ms, kind, []byte(data))
		if err == nil {
			_, err = p.a.Command(c, Cause{Origin: "commands/0/" + data, TimeMs: p.ms})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ticks := int64(0)
	tick := func(price int64) {
		p.ms, ticks = p.ms+1000, ticks+1
		p.a.Mark(Mark{Symbol: "AAA", TimeMs: p.ms, Price: decimal.FromInt(price), Seq: market.Seq{Offset: ticks}}, Cause{Origin: fmt.Sprint("updates/0/", ticks), TimeMs: p.ms})
	}
	do(CmdOpenAccount, `{"deposit": 10000, "limits": {"daily_loss": 500, "drawdown_percent": 20, "gross_exposure": 5000, "margin_percent": 50}}`)
	do(CmdDeploy, `{"strategy_id": "s1", "name": "dip", "symbols": ["AAA"], "timeframe": "1min", "rules": {"entry_long": "false"}}`)
	tick(100)
	do(CmdOrder, `{"symbol": "AAA", "transaction_type": "BUY", "quantity": 10}`)
	tick(100)
	tick(90)
	do(CmdOrder, `{"symbol": "AAA", "transaction_type": "SELL", "quantity": 4, "price": 120}`)
	do(CmdPause, `{"name": "dip", "reason": "results today"}`)

	got := p.a.Statement()
	if len(got.Positions) != 1 || len(got.OpenOrders) != 1 || got.Positions[0].PositionID == "" || got.OpenOrders[0].OrderID == "" {
		t.Fatalf("it is %+v", got)
	}
	got.Positions[0].PositionID, got.OpenOrders[0].OrderID = "P", "O"
	n, manual := decimal.FromInt, ManualStrategy("alice")
	want := Statement{
		UserID: "alice", Open: true, Venue: PaperVenue, Mode: Active, TimeMs: p.ms,
		Deposits: n(10000), Cash: n(9000), Equity: n(9900), UnrealizedPnL: n(-100), DayPnL: n(-100),
		Limits:        []LimitUse{{"daily_loss", n(100), n(500)}, {"drawdown", n(100), n(2000)}, {"gross_exposure", n(900), n(5000)}, {"margin_percent", n(450), n(9900)}},
		HaltedSymbols: []string{},
		Positions: []PositionStatement{{
			PositionID: "P", Symbol: "AAA", Quantity: n(10), AveragePrice: n(100), CurrentPrice: n(90), UnrealizedPnL: n(-100), PriceTimeMs: p.ms,
		}},
		OpenOrders: []OrderStatement{{
			OrderID: "O", StrategyID: manual, Symbol: "AAA", TransactionType: order.Sell, OrderType: order.Limit, Status: order.Pending,
			Quantity: n(4), Price: n(120), PlacedMs: p.ms,
		}},
		Strategies: []StrategyStatement{
			{StrategyID: "s1", Name: "dip", Status: Paused, Detail: "results today", Timeframe: "1min", Symbols: []string{"AAA"}},
			{StrategyID: manual, Name: "manual", Positions: 1, Trades: 1, UnrealizedPnL: n(-100)},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", asJSON(t, got), asJSON(t, want))
	}

	do(CmdHalt, `{"reason": "feed looks wrong"}`)
	if st := p.a.Statement(); st.Mode != Halted || st.ModeReason == "" || len(st.OpenOrders) != 0 {
		t.Errorf("halted, it is %+v", st)
	}
	if st := New("bob").Statement(); st.Positions == nil || st.OpenOrders == nil || st.Strategies == nil || st.Limits == nil {
		t.Errorf("without anything, it is %s", asJSON(t, st))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
