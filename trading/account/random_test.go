package account

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// traffic makes inputs of all kinds, by seed. An input is a function, so that the
// same one can be given to several accounts.
type traffic struct {
	r      *rand.Rand
	n      int64
	ms     int64
	prices map[string]int64
	orders []string // seen in events
	venue  string
	volume decimal.Decimal // of the last mark
	place  place
	cost   position.Method
}

// place is how an account's venue fills, and what it says of instruments.
type place struct {
	paper       paper.Settings
	instruments instrument.List
}

type given func(*Account) []Event

func newTraffic(seed uint64, venue string) *traffic {
	return &traffic{
		r: rand.New(rand.NewPCG(seed, seed)), ms: 1_700_000_000_000, venue: venue,
		prices: map[string]int64{"X": 10_000_000_000, "Y": 33_333_333, "Z": 777},
	}
}

func (g *traffic) symbol() string { return []string{"X", "Y", "Z"}[g.r.IntN(3)] }

func (g *traffic) quantity() decimal.Decimal {
	if g.r.IntN(10) == 0 {
		return decimal.FromUnits(g.r.Int64N(1000) - 10)
	}
	return decimal.FromUnits(g.r.Int64N(10_000_000_000))
}

func (g *traffic) price(symbol string) decimal.Decimal {
	return decimal.FromUnits(g.prices[symbol] + g.r.Int64N(g.prices[symbol]/10+2) - g.prices[symbol]/20)
}

func (g *traffic) maybe(d decimal.Decimal) decimal.Decimal {
	if g.r.IntN(2) == 0 {
		return decimal.Decimal{}
	}
	return d
}

func (g *traffic) seldom(d decimal.Decimal) decimal.Decimal {
	if g.r.IntN(4) > 0 {
		return decimal.Decimal{}
	}
	return d
}

func (g *traffic) validity() order.Validity {
	return []order.Validity{"", order.Day, order.IOC}[g.r.IntN(3)]
}

// seen gives one of the last orders that were placed.
func (g *traffic) seen() string {
	n := len(g.orders)
	if n == 0 {
		return "nobody"
	}
	return g.orders[n-1-g.r.IntN(min(n, 30))]
}

func (g *traffic) modify(symbol string) given {
	if g.r.IntN(4) == 0 {
		return g.command(CmdOrder, &ManualOrder{Cancel: g.seen()})
	}
	return g.command(CmdOrder, &ManualOrder{
		Modify: g.seen(), Quantity: g.maybe(g.quantity()), Price: g.maybe(g.price(symbol)), TriggerPrice: g.seldom(g.price(symbol)),
		OrderType: []order.Kind{"", "", order.Market, order.Limit, order.StopLimit, order.StopMarket}[g.r.IntN(6)],
	})
}

func (g *traffic) cause() Cause {
	g.n++
	return Cause{Origin: fmt.Sprintf("random/0/%d", g.n), TimeMs: g.ms}
}

func (g *traffic) command(t CommandType, data any) given {
	c := Command{ID: fmt.Sprint("c", g.n), UserID: "alice", TimeMs: g.ms, Type: t, Data: data}
	cause := g.cause()
	return func(a *Account) []Event {
		events, err := a.Command(c, cause)
		if err != nil {
			return []Event{Ignored{What: "command", Detail: err.Error()}}
		}
		return events
	}
}

// start opens the account and deploys what trades.
func (g *traffic) start(limits risk.Limits) []given {
	list := []given{g.command(CmdOpenAccount, &OpenAccount{Venue: g.venue, Deposit: decimal.MustParse("123456.789"), Limits: limits, Paper: g.place.paper, Instruments: g.place.instruments, Cost: g.cost})}
	for _, id := range []string{"a", "b", "c"} {
		list = append(list, g.command(CmdDeploy, &Deploy{StrategyID: id, Name: id, Symbols: []string{"X", "Y", "Z"}, External: id == "c"}))
		if id != "c" {
			list[len(list)-1] = g.command(CmdDeploy, &Deploy{StrategyID: id, Name: id, Symbols: []string{"X", "Y", "Z"}, Rules: map[string]string{"entry_long": "false", "exit": "price > 0"}})
		}
	}
	return list
}

// next makes one input.
func (g *traffic) next() given {
	g.ms += g.r.Int64N(800)
	symbol := g.symbol()
	switch k := g.r.IntN(100); {
	case k < 50:
		return g.mark(symbol)
	case k < 73:
		return g.signal(symbol)
	case k < 75:
		return g.modify(symbol)
	case k < 80 && g.venue != PaperVenue:
		return g.shown()
	case k < 90 && g.venue != PaperVenue:
		return g.report()
	case k < 92:
		x := ExternalOrder{
			OrderID: fmt.Sprint("e", g.r.IntN(5)), StrategyID: "c", Symbol: symbol, TimeMs: g.ms, Type: Filled,
			Side: []order.Side{order.Buy, order.Sell}[g.r.IntN(2)], Kind: order.Market,
			FilledQuantity: g.quantity(), AveragePrice: g.price(symbol),
		}
		cause := g.cause()
		return func(a *Account) []Event { return a.ExternalOrder(x, cause) }
	case k < 96:
		return g.command(CmdOrder, &ManualOrder{
			Symbol: symbol, TransactionType: order.Buy, Quantity: g.quantity(), Price: g.maybe(g.price(symbol)), Target: g.maybe(g.price(symbol)),
			TriggerPrice: g.seldom(g.price(symbol)), Validity: g.validity(), TrailingStop: g.seldom(g.price(symbol).Div(decimal.FromInt(50))),
		})
	default:
		return g.rare()
	}
}

func (g *traffic) mark(symbol string) given {
	g.prices[symbol] = max(10, g.prices[symbol]+g.r.Int64N(g.prices[symbol]/100+3)-g.prices[symbol]/200-1)
	if g.r.IntN(2000) == 0 {
		g.ms += 13 * 60 * 60 * 1000
	}
	m := Mark{
		Symbol: symbol, TimeMs: g.ms - g.r.Int64N(2000), Price: decimal.FromUnits(g.prices[symbol]),
		Volume: g.maybe(g.quantity().Abs()), Seq: market.Seq{Offset: g.n - g.r.Int64N(2)}, Closing: g.r.IntN(20) == 0,
	}
	g.volume = m.Volume
	cause := g.cause()
	return func(a *Account) []Event { return a.Mark(m, cause) }
}

func (g *traffic) signal(symbol string) given {
	price := g.price(symbol)
	s := strategy.Signal{
		StrategyID: []string{"a", "b", "c", "d"}[g.r.IntN(4)], Symbol: symbol, TimeMs: g.ms,
		Action: []strategy.Action{strategy.Buy, strategy.Sell, strategy.Hold}[g.r.IntN(3)],
		Price:  g.maybe(price), Quantity: g.quantity(), Exit: g.r.IntN(4) == 0,
		StopLoss: g.maybe(g.price(symbol)), Target: g.maybe(g.price(symbol)),
		Trigger: g.seldom(g.price(symbol)), TrailingStop: g.seldom(price.Div(decimal.FromInt(50))), Validity: g.validity(),
		Market: g.r.IntN(8) == 0, Cancel: g.r.IntN(10) == 0,
	}
	cause := g.cause()
	return func(a *Account) []Event { return a.Signal(s, cause, 0) }
}

func (g *traffic) report() given {
	r := order.Report{TimeMs: g.ms, OrderID: g.seen()}
	kinds := []order.ReportKind{
		order.ReportFill, order.ReportFill, order.ReportFill, order.ReportAccepted, order.ReportRejected, order.ReportCancelled,
		order.ReportUnknown, order.ReportNotSent, order.ReportAwaits, order.ReportTriggered, order.ReportChanged, order.ReportUnchanged,
	}
	r.Kind = kinds[g.r.IntN(len(kinds))]
	if g.r.IntN(3) > 0 {
		r.FilledQuantity, r.AveragePrice = g.quantity(), g.price("X")
	}
	if g.r.IntN(4) == 0 {
		r.Terms = order.Terms{Kind: order.Limit, Quantity: g.quantity(), Price: g.price("X")}
	}
	cause := g.cause()
	return func(a *Account) []Event { return a.VenueReport(r, cause) }
}

func (g *traffic) rare() given {
	id := []string{"a", "b", "c"}[g.r.IntN(3)]
	switch g.r.IntN(14) {
	case 12:
		return g.command(CmdSetLimits, &SetLimits{Instruments: instruments[:g.r.IntN(len(instruments)+1)]})
	case 11:
		return g.command(CmdOpenAccount, &OpenAccount{
			Venue: g.venue, Paper: g.place.paper, Instruments: g.place.instruments, Cost: []position.Method{position.Average, position.FIFO}[g.r.IntN(2)], Revision: g.n,
			Limits: risk.Limits{DailyLoss: decimal.MustParse("5000")},
		})
	case 0:
		return g.command(CmdHalt, &Halt{ClosePositions: g.r.IntN(2) == 0})
	case 1, 2, 3:
		return g.command(CmdResume, &Resume{})
	case 4:
		return g.command(CmdPause, &StrategyRef{StrategyID: id, ClosePositions: g.r.IntN(2) == 0})
	case 5, 6:
		return g.command(CmdResumeStrategy, &StrategyRef{StrategyID: id})
	case 7:
		return g.command(CmdRemove, &StrategyRef{StrategyID: id})
	case 8:
		return g.command(CmdDeploy, &Deploy{StrategyID: id, Name: id, Symbols: []string{"X", "Z"}, External: true, Revision: g.n})
	case 9:
		return g.command(CmdSetLimits, &SetLimits{Limits: risk.Limits{DailyLoss: g.maybe(g.quantity().Abs()), PositionSize: g.maybe(g.quantity().Abs())}})
	case 10:
		return g.command(CmdDeposit, &Deposit{Amount: g.quantity()})
	default:
		cause := g.cause()
		return func(a *Account) []Event { return append(a.Recover(cause), a.StrategyFailed(id, "bug", cause)...) }
	}
}

// shown answers what the venue was asked for, until the account is content: mostly
// with what the account has.
func (g *traffic) shown() given {
	cause, symbol, besides := g.cause(), g.symbol(), decimal.Decimal{}
	if g.r.IntN(20) == 0 {
		besides = g.quantity()
	}
	return func(a *Account) []Event {
		var events []Event
		for i := 0; i < 4 && a.s.Reconciliation.Pending; i++ {
			v := agreeing(a)
			v.Positions = append(v.Positions, VenuePosition{Symbol: symbol, Quantity: besides})
			events = append(events, a.Reconcile(v, a.s.Reconciliation.Question, cause)...)
		}
		return events
	}
}

// note remembers the orders to report on.
func (g *traffic) note(events []Event) {
	for _, e := range events {
		if o, ok := e.(OrderEvent); ok && o.Type == Placed {
			g.orders = append(g.orders, o.OrderID)
		}
	}
}

func text(t testing.TB, events []Event) string {
	t.Helper()
	b, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// instruments differ in everything: X trades as a future, Y as an option, and Z in
// lots for nothing.
var instruments = instrument.List{
	{Symbol: "X", TickSize: decimal.MustParse("0.05"), LotSize: decimal.MustParse("2.5"), Fees: fees.NSEFutures},
	{Symbol: "*Y", TickSize: decimal.MustParse("0.0001"), Own: fees.Scheme{
		Round: decimal.MustParse("0.00000001"), Charges: []fees.Charge{{Name: "taker", Rate: decimal.MustParse("0.05")}},
	}},
	{Symbol: "Z*", LotSize: decimal.MustParse("0.01"), Fees: fees.None},
}

// venues are paper venues of all sorts.
var venues = []place{
	{},
	{paper: paper.Settings{Fees: fees.NSEEquityIntraday}},
	{paper: paper.Settings{
		LatencyMs: 300, SlippageBps: decimal.MustParse("2.5"), SlippageTicks: 1, TickSize: decimal.MustParse("0.00000005"),
		Participation: decimal.MustParse("0.7"), LotSize: decimal.MustParse("0.001"), Fees: fees.NSEOptions,
	}},
	{
		paper: paper.Settings{
			SlippageTicks: 2, TickSize: decimal.MustParse("0.00000001"), Participation: decimal.MustParse("0.9"), Fees: fees.NSEEquityIntraday,
		},
		instruments: instruments,
	},
}

// TestMoneyIsConserved: after 10,000 random fills, cash and positions are worth
// deposits and profit, less fees, to the last digit, and the books sum up to the
// net; with each method of cost and each sort of venue.
func TestMoneyIsConserved(t *testing.T) {
	for _, cost := range []position.Method{position.Average, position.FIFO} {
		for i, at := range venues {
			t.Run(fmt.Sprint(cost, i), func(t *testing.T) { conserve(t, cost, at) })
		}
	}
}

func conserve(t *testing.T, cost position.Method, at place) {
	g := newTraffic(1, PaperVenue)
	g.place, g.cost = at, cost
	a := New("alice")
	for _, in := range g.start(risk.Limits{}) {
		in(a)
	}
	fills, inputs, enough := 0, 0, 10_000
	if testing.Short() {
		enough = 300
	}
	sofar := make(map[string]decimal.Decimal) // filled, by order
	for fills < enough {
		symbol := g.symbol()
		in := g.mark(symbol)
		if g.r.IntN(3) > 0 {
			in = g.signal(symbol)
		}
		traded := decimal.Decimal{}
		for _, e := range in(a) {
			checkSteps(t, a, e)
			if o, ok := e.(OrderEvent); ok && o.Type == Filled {
				fills++
				traded = traded.Add(o.Execution.FilledQuantity).Sub(sofar[o.OrderID])
				sofar[o.OrderID] = o.Execution.FilledQuantity
				checkExecution(t, a, o)
			}
		}
		settings := at.paper.For(at.instruments.For(symbol))
		if share, bounded := settings.Share(paper.Tick{Volume: g.volume}); bounded && traded.Greater(share) {
			t.Fatalf("%v traded of a tick with %v", traded, g.volume)
		}
		if inputs++; fills < 1000 || inputs%20 == 0 {
			checkInvariants(t, a)
		}
	}
	checkInvariants(t, a)
	if a.s.Realized.IsZero() || a.s.Cash == a.s.Deposits {
		t.Error("nothing was traded: the test says little")
	}
	if charges := at.paper.Fees != ""; charges != (a.s.Fees.Sign() > 0) {
		t.Errorf("fees of %v by %+v", a.s.Fees, at)
	}
	for _, s := range a.s.Symbols {
		is := at.paper.For(at.instruments.For(s.Name))
		scheme := is.Scheme()
		if len(scheme.Charges) == 0 && !s.Fees.IsZero() || s.Name == "X" && len(scheme.Charges) > 0 && s.Fees.IsZero() {
			t.Errorf("%s has cost %v", s.Name, s.Fees) // Z's fees may be below half a cent
		}
	}
}

// checkSteps: what was placed is in whole ticks and lots, save what closes all that
// is left.
func checkSteps(t *testing.T, a *Account, e Event) {
	t.Helper()
	o, ok := e.(OrderEvent)
	if !ok || o.Type != Placed {
		return
	}
	is := a.s.Paper.For(a.s.Instruments.For(o.Symbol))
	for _, price := range []decimal.Decimal{o.Price, o.Trigger} {
		if is.TickSize.Sign() > 0 && price.RoundTo(is.TickSize) != price {
			t.Fatalf("%s of %s at %v, and ticks are %v", o.Kind, o.Symbol, price, is.TickSize)
		}
	}
	if is.LotSize.Sign() > 0 && o.Purpose == order.Signalled && o.Quantity.RoundTo(is.LotSize) != o.Quantity {
		known := a.orders[o.OrderID]
		if known == nil || a.symbols[o.Symbol].without(known).closable(known.BookID, o.Side) != o.Quantity {
			t.Fatalf("%v of %s, and lots are %v", o.Quantity, o.Symbol, is.LotSize)
		}
	}
}

// checkExecution: what an order has cost is what its scheme says of the whole of
// it, and a limit is never broken.
func checkExecution(t *testing.T, a *Account, o OrderEvent) {
	t.Helper()
	if known := a.orders[o.OrderID]; known != nil {
		settings := a.s.Paper.For(a.s.Instruments.For(o.Symbol))
		scheme := settings.Scheme()
		if want := scheme.Total(o.Side, known.FilledQuantity, known.FilledValue); known.Fees != want || o.Execution.Fees != want {
			t.Fatalf("an order cost %v and says %v, its scheme %v", known.Fees, o.Execution.Fees, want)
		}
	}
	average, slack := o.Execution.AveragePrice, decimal.MustParse("0.0000001") // values are rounded
	if o.Execution.FilledQuantity.Less(decimal.FromInt(1)) || !o.Kind.Limited() {
		return
	}
	if (o.Side == order.Buy && average.Greater(o.Price.Add(slack))) || (o.Side == order.Sell && average.Less(o.Price.Sub(slack))) {
		t.Fatalf("%s at a limit of %v got %v", o.Side, o.Price, average)
	}
}

// seeds gives how many seeds a random test tries: two in its short form.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return 2
	}
	return n
}

// TestSavedAndLoadedAnywhere: an account that is saved and loaded at random
// moments gives the same events and ends as the same bytes, on paper and live,
// whatever happens to it.
func TestSavedAndLoadedAnywhere(t *testing.T) {
	for seed := range seeds(16) {
		venue := PaperVenue
		if seed%2 == 1 {
			venue = "kite"
		}
		g := newTraffic(seed, venue)
		g.place, g.cost = venues[seed/2%4], []position.Method{"", position.FIFO}[(seed/2+seed/8)%2]
		plain, again := New("alice"), New("alice")
		inputs := g.start(risk.Limits{DailyLoss: decimal.MustParse("5000"), PositionSize: decimal.MustParse("200")})
		seen := make(map[string]order.Terms)
		for i := range 3000 {
			in := g.next
			if i < len(inputs) {
				first := inputs[i]
				in = func() given { return first }
			}
			step := in()
			if g.r.IntN(10) == 0 {
				again = reloaded(t, again)
			}
			events := step(plain)
			if a, b := text(t, events), text(t, step(again)); a != b {
				t.Fatalf("seed %d, input %d gives\n%s\nsaved and loaded\n%s", seed, i, a, b)
			}
			g.note(events)
			checkInvariants(t, plain)
			checkIDs(t, seen, events)
			checkViews(t, plain)
		}
		a, _ := plain.Save()
		b, _ := again.Save()
		if text := fmt.Sprint(a); text != fmt.Sprint(b) {
			t.Fatalf("seed %d: the states differ", seed)
		}
	}
}

// checkIDs: no two orders, and no two alerts, have one id. An order is told of
// again only with other terms.
func checkIDs(t *testing.T, seen map[string]order.Terms, events []Event) {
	t.Helper()
	once := func(id string, terms order.Terms) {
		if last, ok := seen[id]; ok && last == terms {
			t.Fatalf("id %s is given twice", id)
		}
		seen[id] = terms
	}
	for _, e := range events {
		switch e := e.(type) {
		case OrderEvent:
			checkReason(t, e)
			checkBook(t, e)
			if e.Type == Placed && e.Status == order.Pending {
				once(e.OrderID, order.Terms{Kind: e.Kind, Quantity: e.Quantity, Price: e.Price, Trigger: e.Trigger})
			}
		case Alert:
			once(e.AlertID, order.Terms{})
		}
	}
}

// checkViews: what strategies see is what there is.
func checkViews(t *testing.T, a *Account) {
	t.Helper()
	for _, d := range a.s.Strategies {
		view := a.Book(d.StrategyID)
		if view.Revision != d.BookRevision {
			t.Fatalf("strategy %s sees revision %d of %d", d.StrategyID, view.Revision, d.BookRevision)
		}
		for _, s := range a.s.Symbols {
			open, unknown, held, closing := 0, 0, decimal.Decimal{}, decimal.Decimal{}
			for _, b := range s.Books {
				if b.StrategyID == d.StrategyID {
					held = b.Quantity
				}
			}
			for _, o := range s.Orders {
				if o.BookID != d.StrategyID {
					continue
				}
				open++
				if o.Status == order.Unknown {
					unknown++
				}
				if o.Side.Signed(decimal.FromInt(1)).Sign()*held.Sign() < 0 {
					closing = closing.Add(o.Rest())
				}
			}
			if h := view.For(s.Name); h.OpenOrders != open || h.UnknownOrders != unknown || h.Quantity != held || h.Closing != closing {
				t.Fatalf("strategy %s sees %+v of %s; there are %v and %d orders, %d of them unknown, which close %v", d.StrategyID, h, s.Name, held, open, unknown, closing)
			}
		}
	}
}
