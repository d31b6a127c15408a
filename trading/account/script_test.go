package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// player plays scripts. A line that starts with ">" is an input, the lines after
// it are the events that it must cause, in order, as render writes them:
//
//	> cmd TYPE {json}          a command; "refused CODE" or "repeated" when it is not taken
//	> tick SYMBOL PRICE [MS] [vol=]   a mark; the time is MS, or a second after the last
//	> again SYMBOL PRICE       the same tick in another timeframe
//	> closing SYMBOL PRICE     a closing update
//	> signal ID ACTION SYMBOL [qty=] [price=] [trigger=] [stop=] [target=] [trail=] [ms=] [exit] [market] [ioc] [cancel] [square]
//	> report #N KIND [qty=] [price=] [id=] [shows=KIND,QTY,PRICE,TRIGGER] [settled=KIND,QTY,PRICE,TRIGGER]     on the Nth order placed
//	> external ID STRATEGY TYPE SIDE SYMBOL QTY PRICE
//
// In a command's data "#N" is the id of the Nth order placed.
//
//	> alert SEVERITY | reduce REASON | recover | failed ID
//	> shows [order ID SIDE SYMBOL QTY KIND [GOT PRICE]] [fill ID ORDER SIDE SYMBOL QTY PRICE] [position SYMBOL QTY] ...
//	> silent                   the venue has not shown anything for a while
//
// A live venue that is asked for all that it has shows at once what the account has,
// save in a script that has it show something itself.
type player struct {
	t      testing.TB
	a      *Account
	reload bool // save and load before every input
	shows  bool // the script says what the venue shows
	n      int64
	ms     int64
	placed []string
}

func newPlayer(t testing.TB) *player {
	return &player{t: t, a: New("alice"), ms: 1_700_000_000_000}
}

func reloaded(t testing.TB, a *Account) *Account {
	t.Helper()
	parts, err := a.Save()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(a.UserID(), parts)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(parts[PartAccount]); n > a.bytes() || a.bytes() != b.bytes() {
		t.Errorf("a record of %d bytes is reckoned at %d, and when it was loaded at %d", n, a.bytes(), b.bytes())
	}
	return b
}

// play runs the script and complains about what differs.
func (p *player) play(script string) {
	p.t.Helper()
	p.shows = p.shows || strings.Contains(script, "> shows") || strings.Contains(script, "> silent")
	var input string
	var want []string
	flush := func() {
		p.t.Helper()
		if input == "" {
			return
		}
		got := p.input(input)
		if g, w := strings.Join(got, "\n  "), strings.Join(want, "\n  "); g != w {
			p.t.Errorf("%s\ngives\n  %s\nwant\n  %s", input, g, w)
		}
		want = nil
	}
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
		case strings.HasPrefix(line, ">"):
			flush()
			input = strings.TrimSpace(line[1:])
		default:
			want = append(want, line)
		}
	}
	flush()
}

// input takes one input in and gives its events as text.
func (p *player) input(line string) []string {
	p.t.Helper()
	if p.reload {
		p.a = reloaded(p.t, p.a)
	}
	p.n++
	cause := Cause{Origin: fmt.Sprintf("test/0/%d", p.n), TimeMs: p.ms}
	verb, rest, _ := strings.Cut(line, " ")
	var events []Event
	switch f := strings.Fields(rest); verb {
	case "cmd":
		kind, data, _ := strings.Cut(rest, " ")
		return p.command(kind, p.named(data), fmt.Sprintf("c%d", p.n), cause)
	case "repeat":
		return p.command("HALT", "", f[0], cause)
	case "tick", "again", "closing":
		if verb == "tick" {
			p.ms += 1000
			if ms, err := strconv.ParseInt(f[min(2, len(f)-1)], 10, 64); len(f) > 2 && err == nil {
				p.ms = ms
			}
		}
		m := Mark{Symbol: f[0], TimeMs: p.ms, Price: decimal.MustParse(f[1]), Seq: market.Seq{Offset: int64(p.n)}, Closing: verb == "closing"}
		options(f[2:], map[string]*decimal.Decimal{"vol": &m.Volume}, nil)
		m.OffSession = slices.Contains(f, "off")
		if verb == "again" {
			m.Seq = p.a.symbols[f[0]].Seq
		}
		events = p.a.Mark(m, Cause{Origin: cause.Origin, TimeMs: p.ms})
	case "signal":
		events = p.a.Signal(p.signal(f), cause, 0)
	case "report":
		events = p.a.VenueReport(p.report(f), cause)
	case "external":
		events = p.a.ExternalOrder(ExternalOrder{
			OrderID: p.order(f[0]), StrategyID: f[1], Type: OrderEventType(f[2]), Side: order.Side(f[3]), Symbol: f[4], TimeMs: p.ms,
			Kind: order.Market, FilledQuantity: decimal.MustParse(f[5]), AveragePrice: decimal.MustParse(f[6]),
		}, cause)
	case "alert":
		events = p.a.ExternalAlert(risk.Severity(f[0]), "from outside", cause)
	case "reduce":
		events = p.a.Reduce(f[0], "lost", cause)
	case "recover":
		events = p.a.Recover(cause)
	case "shows":
		events = p.a.Reconcile(p.snapshot(f), p.a.s.Reconciliation.Question, cause)
	case "silent":
		events = p.a.Unreachable(p.a.s.Reconciliation.Question, "no answer", cause)
	case "failed":
		events = p.a.StrategyFailed(f[0], "bug", cause)
	default:
		p.t.Fatalf("no input %q", verb)
	}
	return p.render(events)
}

func (p *player) command(kind, data, id string, cause Cause) []string {
	c, err := ParseCommand(id, "alice", p.ms, CommandType(kind), []byte(data))
	var events []Event
	if err == nil {
		events, err = p.a.Command(c, cause)
	}
	var no *RefusedError
	switch {
	case errors.Is(err, ErrRepeated):
		return []string{"repeated"}
	case errors.As(err, &no):
		return []string{"refused " + no.Reason}
	case err != nil:
		p.t.Fatal(err)
	}
	return p.render(events)
}

// commanded gives a command's events as they are.
func (p *player) commanded(kind, data string) []Event {
	p.t.Helper()
	p.n++
	c, err := ParseCommand(fmt.Sprintf("c%d", p.n), "alice", p.ms, CommandType(kind), []byte(data))
	if err != nil {
		p.t.Fatal(err)
	}
	events, err := p.a.Command(c, Cause{Origin: fmt.Sprintf("test/0/%d", p.n), TimeMs: p.ms})
	if err != nil {
		p.t.Fatal(err)
	}
	return events
}

// options reads words such as qty=5.
func options(words []string, money map[string]*decimal.Decimal, flags map[string]*bool) {
	for _, w := range words {
		name, value, has := strings.Cut(w, "=")
		if has && money[name] != nil {
			*money[name] = decimal.MustParse(value)
		} else if flags[name] != nil {
			*flags[name] = true
		}
	}
}

func (p *player) signal(f []string) strategy.Signal {
	g := strategy.Signal{StrategyID: f[0], Action: strategy.Action(f[1]), Symbol: f[2], TimeMs: p.ms, Confidence: 1}
	ms, ioc := decimal.FromInt(p.ms), false
	options(f[3:], map[string]*decimal.Decimal{
		"qty": &g.Quantity, "price": &g.Price, "stop": &g.StopLoss, "target": &g.Target, "ms": &ms,
		"trigger": &g.Trigger, "trail": &g.TrailingStop,
	}, map[string]*bool{"exit": &g.Exit, "market": &g.Market, "cancel": &g.Cancel, "square": &g.SquareOff, "ioc": &ioc})
	g.TimeMs = int64(ms.Float64())
	if ioc {
		g.Validity = order.IOC
	}
	return g
}

func (p *player) report(f []string) order.Report {
	r := order.Report{OrderID: p.order(f[0]), Kind: order.ReportKind(f[1]), TimeMs: p.ms}
	options(f[2:], map[string]*decimal.Decimal{"qty": &r.FilledQuantity, "price": &r.AveragePrice}, nil)
	for _, word := range f[2:] {
		if id, ok := strings.CutPrefix(word, "id="); ok {
			r.VenueOrderID = id
		}
		if shows, ok := strings.CutPrefix(word, "shows="); ok {
			r.Terms = parseTerms(shows)
		}
		if settled, ok := strings.CutPrefix(word, "settled="); ok {
			r.Settled = parseTerms(settled)
		}
	}
	return r
}

// parseTerms reads KIND,QTY,PRICE,TRIGGER.
func parseTerms(text string) order.Terms {
	part := strings.Split(text, ",")
	return order.Terms{
		Kind: order.Kind(part[0]), Quantity: decimal.MustParse(part[1]), Price: decimal.MustParse(part[2]), Trigger: decimal.MustParse(part[3]),
	}
}

// order gives the id of the Nth order placed for "#N", and any other word as it is.
func (p *player) order(word string) string {
	digits, numbered := strings.CutPrefix(word, "#")
	if n, err := strconv.Atoi(digits); numbered && err == nil && n <= len(p.placed) {
		return p.placed[n-1]
	}
	return word
}

// named puts ids in the place of "#N".
func (p *player) named(data string) string {
	for i := len(p.placed); i > 0; i-- {
		data = strings.ReplaceAll(data, fmt.Sprintf(`"#%d"`, i), strconv.Quote(p.placed[i-1]))
	}
	return data
}

// name gives an order's number in the script.
func (p *player) name(id string) string {
	for i, known := range p.placed {
		if known == id {
			return "#" + strconv.Itoa(i+1)
		}
	}
	p.placed = append(p.placed, id)
	return "#" + strconv.Itoa(len(p.placed))
}

func (p *player) render(events []Event) []string {
	var lines []string
	for _, e := range events {
		if v, ok := e.(VenueCommand); ok && v.Action == VenueShow && !p.shows {
			p.n++
			p.a.Reconcile(agreeing(p.a), v.Question, Cause{Origin: fmt.Sprintf("test/0/%d", p.n), TimeMs: p.ms})
			continue
		}
		lines = append(lines, p.renderOne(e))
	}
	return lines
}

// agreeing is what a venue shows that has what the account has.
func agreeing(a *Account) VenueSnapshot {
	var v VenueSnapshot
	for _, s := range a.s.Symbols {
		v.Positions = append(v.Positions, VenuePosition{Symbol: s.Name, Quantity: s.Net.Quantity})
		for _, o := range s.Orders {
			if o.Status != order.Pending && o.Status != order.Unknown {
				v.Orders = append(v.Orders, VenueOrder{
					Report: order.Report{OrderID: o.ID, Kind: order.ReportAccepted}, Symbol: o.Symbol, Side: o.Side, Quantity: o.Quantity,
				})
			}
		}
	}
	return v
}

// snapshot reads what a venue shows. "-" is an id that it doesn't show; an order
// that is no number is known by the venue's id.
func (p *player) snapshot(f []string) VenueSnapshot {
	var v VenueSnapshot
	ids := func(word string) (id, venueID string) {
		if known := p.order(word); known != word {
			return known, ""
		}
		return "", word
	}
	for len(f) > 0 {
		switch f[0] {
		case "order":
			o := VenueOrder{Side: order.Side(f[2]), Symbol: f[3], Quantity: decimal.MustParse(f[4])}
			o.Report.OrderID, o.Report.VenueOrderID = ids(f[1])
			o.Report.Kind = order.ReportKind(f[5])
			f = f[6:]
			if len(f) > 1 && !slices.Contains([]string{"order", "fill", "position"}, f[0]) {
				o.Report.FilledQuantity, o.Report.AveragePrice = decimal.MustParse(f[0]), decimal.MustParse(f[1])
				f = f[2:]
			}
			v.Orders = append(v.Orders, o)
		case "fill":
			x := VenueFill{ID: f[1], Side: order.Side(f[3]), Symbol: f[4], Quantity: decimal.MustParse(f[5]), Price: decimal.MustParse(f[6])}
			x.OrderID, x.VenueOrderID = ids(f[2])
			v.Fills = append(v.Fills, x)
			f = f[7:]
		case "position":
			v.Positions = append(v.Positions, VenuePosition{Symbol: f[1], Quantity: decimal.MustParse(f[2])})
			f = f[3:]
		default:
			p.t.Fatalf("a venue shows no %q", f[0])
		}
	}
	return v
}

func (p *player) renderOne(event Event) string {
	switch e := event.(type) {
	case OrderEvent:
		if e.Type == Rejected && p.a.finished[e.OrderID] == nil {
			return fmt.Sprintf("REJECTED %s %s %s", e.Side, e.Symbol, e.Reason)
		}
		checkReason(p.t, e)
		checkBook(p.t, e)
		line := fmt.Sprintf("%s %s %s %s %v", e.Type, p.name(e.OrderID), e.Side, e.Symbol, e.Quantity) + terms(e.Kind, e.Price, e.Trigger)
		if e.Validity != "" {
			line += " " + string(e.Validity)
		}
		if x := e.Execution; x != nil {
			line += fmt.Sprintf(" got %v at %v", x.FilledQuantity, x.AveragePrice)
			if !x.Fees.IsZero() {
				line += fmt.Sprintf(" for %v", x.Fees)
			}
		}
		if e.Purpose != order.Signalled && e.Type == Placed {
			line += " " + string(e.Purpose)
		}
		if e.Reason != "" {
			line += " " + string(e.Reason)
		}
		return line + " " + string(e.Status)
	case PositionEvent:
		if closed := e.Type == Closed; closed != (e.Status == "CLOSED") || closed == (e.Status == "OPEN") {
			p.t.Errorf("a position is %s with status %s", e.Type, e.Status)
		}
		line := fmt.Sprintf("%s %s %v at %v, now %v, open %v, made %v", e.Type, e.Symbol, e.Quantity, e.AveragePrice, e.CurrentPrice, e.UnrealizedPnL, e.RealizedPnL)
		if !e.Fees.IsZero() {
			line += fmt.Sprintf(", fees %v", e.Fees)
		}
		return line
	case Alert:
		if m, ok := modeOf(e); ok {
			return fmt.Sprintf("ALERT %s %s %s", e.Type, e.Severity, m)
		}
		return fmt.Sprintf("ALERT %s %s %s", e.Type, e.Severity, maskIDs(string(e.Data)))
	case VenueCommand:
		if e.Action == VenueShow {
			return "VENUE SHOW"
		}
		line := fmt.Sprintf("VENUE %s %s", e.Action, p.name(e.ClientOrderID))
		if e.Action == VenueChange {
			line += fmt.Sprintf(" %v", e.Quantity) + terms(e.Kind, e.Price, e.Trigger)
		}
		return line
	case StrategyStatus:
		return fmt.Sprintf("STRATEGY %s %s", e.StrategyID, e.Status)
	case Ignored:
		return "ignored " + e.What
	}
	return fmt.Sprintf("%+v", event)
}

// modeOf gives, for an alert about the account's mode, "WAS REASON > MODE REASON"
// and what else it records, save the command's id.
func modeOf(e Alert) (string, bool) {
	var d modeData
	if json.Unmarshal(e.Data, &d) != nil || d.Mode == "" {
		return "", false
	}
	words := []string{string(d.Was), d.WasReason, ">", string(d.Mode), d.Reason}
	if d.Detail != "" {
		words = append(words, strconv.Quote(d.Detail))
	}
	if d.By != "" {
		words = append(words, "by", d.By)
	}
	for _, g := range d.Granted {
		words = append(words, "granted", string(g))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "), true
}

// terms gives the prices that an order of the kind has.
func terms(k order.Kind, price, trigger decimal.Decimal) string {
	line := ""
	if k.Limited() {
		line += fmt.Sprintf(" limit %v", price)
	}
	if k.Stop() {
		line += fmt.Sprintf(" trigger %v", trigger)
	}
	return line
}

// cancelReasons are all the reasons for which an order may be cancelled.
var cancelReasons = []order.Reason{
	order.ReasonDayEnded, order.ReasonImmediate, order.ReasonUser, order.ReasonStrategy, order.ReasonStopTouched, order.ReasonTargetTouched,
	order.ReasonStrategyPaused, order.ReasonStrategyRemoved, order.ReasonHalted, order.ReasonDailyLoss, order.ReasonDrawdown,
	order.ReasonPositionSize, order.ReasonMargin, order.ReasonVenue, order.ReasonExternal, order.ReasonNoPosition,
	order.ReasonReducing,
}

// checkReason: a cancelled order says why, one of the closed list; one that is
// neither cancelled nor rejected has no reason.
func checkReason(t testing.TB, e OrderEvent) {
	t.Helper()
	switch {
	case e.Status == order.Cancelled && !slices.Contains(cancelReasons, e.Reason):
		t.Fatalf("%s is cancelled for %q, which is none of %v", e.OrderID, e.Reason, cancelReasons)
	case e.Status == order.Rejected && e.Reason == "", e.Status != order.Cancelled && e.Status != order.Rejected && e.Reason != "":
		t.Fatalf("%s is %s for %q", e.OrderID, e.Status, e.Reason)
	}
}

// checkBook: an order of risk names the strategy whose book it closes, and no other
// order names any.
func checkBook(t testing.TB, e OrderEvent) {
	t.Helper()
	if ofRisk := e.StrategyID == RiskStrategy("alice"); ofRisk != (e.BookID != "") || e.BookID == e.StrategyID {
		t.Fatalf("order %s of strategy %s is for the book of %q", e.OrderID, e.StrategyID, e.BookID)
	}
}

// maskIDs takes the order ids out of an alert's data.
func maskIDs(s string) string {
	if i := strings.Index(s, `"order_id":"`); i >= 0 {
		return s[:i] + s[i+len(`"order_id":"`)+38:]
	}
	return s
}

// scripts plays each script twice: as it is, and with the account saved and
// loaded before every input, which must change nothing.
func scripts(t *testing.T, list map[string]string) {
	t.Helper()
	for name, script := range list {
		t.Run(name, func(t *testing.T) {
			plain := newPlayer(t)
			plain.play(script)
			again := newPlayer(t)
			again.reload = true
			again.play(script)
			checkInvariants(t, plain.a)
			a, _ := plain.a.Save()
			b, _ := again.a.Save()
			for part := range a {
				if string(a[part]) != string(b[part]) {
					t.Errorf("saved and loaded, part %s is\n%s\nand else\n%s", part, b[part], a[part])
				}
			}
		})
	}
}

// checkInvariants holds what must be true after every input.
func checkInvariants(t testing.TB, a *Account) {
	t.Helper()
	worth, realized, unrealized, fees := a.s.Cash, decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}
	for _, s := range a.s.Symbols {
		worth = worth.Add(s.Net.Quantity.Mul(s.Price))
		realized, unrealized = realized.Add(s.Net.Realized), unrealized.Add(s.Net.Unrealized(s.Price))
		fees = fees.Add(s.Fees)
		checkLots(t, a, s.Lots, s.Net)
		quantity, flow, bookFees := decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}
		for _, b := range s.Books {
			checkLots(t, a, b.Lots, b.Book)
			bookFees = bookFees.Add(b.Fees)
			quantity, flow = quantity.Add(b.Quantity), flow.Add(b.Realized).Sub(b.Cost)
			covered := decimal.Decimal{}
			for _, k := range b.Brackets {
				covered = covered.Add(k.Quantity)
			}
			if covered.Greater(b.Quantity.Abs()) {
				t.Fatalf("%s: brackets cover %v of %v", s.Name, covered, b.Quantity)
			}
		}
		if bookFees != s.Fees {
			t.Fatalf("%s: the books cost %v, the symbol %v", s.Name, bookFees, s.Fees)
		}
		if quantity != s.Net.Quantity || flow != s.Net.Realized.Sub(s.Net.Cost) {
			t.Fatalf("%s: the books sum up to %v and %v, the net is %v and %v", s.Name, quantity, flow, s.Net.Quantity, s.Net.Realized.Sub(s.Net.Cost))
		}
	}
	if equity := a.s.Deposits.Add(a.s.Realized).Add(a.s.Unrealized).Sub(a.s.Fees); equity != a.Equity() || fees != a.s.Fees || fees.Sign() < 0 {
		t.Fatalf("equity %v is called %v; the symbols cost %v, the account %v", equity, a.Equity(), fees, a.s.Fees)
	}
	if realized != a.s.Realized || unrealized != a.s.Unrealized || worth != a.Equity() {
		t.Fatalf("cash and positions are worth %v, deposits and profit %v; realized %v and %v, unrealized %v and %v",
			worth, a.Equity(), realized, a.s.Realized, unrealized, a.s.Unrealized)
	}
	checkScales(t, a)
}

// checkScales: what is kept beside the state, as sums over symbols, equals what can
// be made of it anew.
func checkScales(t testing.TB, a *Account) {
	t.Helper()
	weights, held, marked, leaving := risk.Weight{}, 0, 0, 0
	for _, s := range a.s.Symbols {
		is := scale{terms: a.guard.Terms(s.Name)}
		for _, o := range s.Orders {
			if o.Side == order.Buy {
				is.buys = is.buys.Add(o.Rest())
			} else {
				is.sells = is.sells.Add(o.Rest())
			}
		}
		for _, b := range s.Books {
			if !b.Quantity.IsZero() {
				is.held++
			}
			if b.Leaving {
				leaving++
			}
		}
		if a.guard.Weighs() {
			is.weight = is.terms.Weigh(s.Net.Quantity, is.buys, is.sells, s.Price)
		}
		if venue := a.s.Paper.For(a.s.Instruments.For(s.Name)); !reflect.DeepEqual(venue, s.venue) {
			t.Fatalf("%s: kept is %+v, it is %+v", s.Name, s.venue, venue)
		}
		if is != s.scale {
			t.Fatalf("%s: kept is %+v, it is %+v: recount must follow each change of orders and books", s.Name, s.scale, is)
		}
		weights, held = weights.Add(is.weight), held+is.held
		if s.Closing {
			marked++
		}
	}
	if weights != a.weights || held != a.heldBooks || marked != a.marked || leaving != a.leaving {
		t.Fatalf("kept are %+v, %d books, %d symbols to close and %d books to leave; there are %+v, %d, %d and %d",
			a.weights, a.heldBooks, a.marked, a.leaving, weights, held, marked, leaving)
	}
}

// checkLots: with FIFO the lots add up to the holding; otherwise there are none.
func checkLots(t testing.TB, a *Account, lots position.Lots, held position.Book) {
	t.Helper()
	sum := position.Lot{}
	for _, l := range lots {
		sum = position.Lot{Quantity: sum.Quantity.Add(l.Quantity), Cost: sum.Cost.Add(l.Cost)}
	}
	if a.s.Cost == position.FIFO && sum != (position.Lot{Quantity: held.Quantity, Cost: held.Cost}) || a.s.Cost != position.FIFO && len(lots) > 0 {
		t.Fatalf("cost by %q: %d lots of %v for %v", a.s.Cost, len(lots), sum, held)
	}
}
