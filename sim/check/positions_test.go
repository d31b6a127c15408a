package check

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/position"
)

// ledger tells of a position as an account does, fill by fill.
type ledger struct {
	w        *written
	symbol   string
	fifo     bool
	book     position.Book
	lots     position.Lots
	opened   decimal.Decimal // what was realised before the position was opened
	n, ids   int             // of fills and positions
	fraction decimal.Decimal // added to the profit of each update
}

// fill tells of a fill of a signed quantity, by an order of its own.
func (l *ledger) fill(quantity, price decimal.Decimal) {
	l.n++
	cause := fmt.Sprintf("timer/0/%d/", l.n)
	side := "BUY"
	if quantity.Sign() < 0 {
		side = "SELL"
	}
	id := fmt.Sprintf("%s-%d", l.symbol, l.n)
	e := messages.OrderEvent{
		OrderID: id, StrategyID: strategy, Symbol: l.symbol, TimeMs: baseMs, EventType: "FILLED",
		Order:     messages.OrderDetails{TransactionType: side, OrderType: "MARKET", Quantity: quantity.Abs(), Status: "FILLED"},
		Execution: &messages.Execution{AveragePrice: price, FilledQuantity: quantity.Abs(), ExecutionTimeMs: baseMs},
	}
	l.w.put("fill", messages.TopicOrders, id, messages.AppendOrderEvent(nil, &e), by(accountBy, cause+"0")...)
	was := l.book
	if l.fifo {
		l.lots.Fill(&l.book, quantity, quantity.Mul(price))
	} else {
		l.book.Fill(quantity, quantity.Mul(price))
	}
	what, index := "MODIFIED", "1"
	switch {
	case was.Quantity.IsZero():
		what, l.opened = "OPENED", l.book.Realized
	case l.book.Quantity.IsZero():
		what = "CLOSED"
	case was.Quantity.Sign() != l.book.Quantity.Sign():
		l.tell("CLOSED", position.Book{Realized: l.book.Realized}, price, cause+"1")
		what, index, l.opened = "OPENED", "2", l.book.Realized
	}
	l.tell(what, l.book, price, cause+index)
}

func (l *ledger) tell(what string, b position.Book, price decimal.Decimal, origin string) {
	status := "OPEN"
	switch what {
	case "OPENED":
		l.ids++
	case "CLOSED":
		status = "CLOSED"
	}
	p := messages.PositionUpdate{PositionID: fmt.Sprint(l.symbol, "-", l.ids), UserID: user, Symbol: l.symbol, TimeMs: baseMs, EventType: what, Position: messages.PositionDetails{
		Quantity: b.Quantity, AveragePrice: b.AveragePrice(), CurrentPrice: price, UnrealizedPnL: b.Unrealized(price),
		RealizedPnL: b.Realized.Sub(l.opened).Add(l.fraction), Status: status,
	}}
	l.w.put("position", messages.TopicPositions, user, messages.AppendPosition(nil, &p), by(accountBy, origin)...)
}

func whole(n int64) decimal.Decimal { return decimal.FromInt(n) }

// textsOf gives what a check has found.
func textsOf(t *testing.T, s *Subject, check string) []Finding {
	t.Helper()
	for _, r := range checked(t, s).Results {
		if r.Check == check {
			return r.First
		}
	}
	t.Fatalf("no check %s", check)
	return nil
}

// TestFirstInFirstOut: a close costs what the oldest part has cost where the account asks
// for that, and the average where it doesn't.
func TestFirstInFirstOut(t *testing.T) {
	for _, fifo := range []bool{false, true} {
		for _, asked := range []string{``, `"cost":"average"`, `"cost":"fifo"`} {
			w := newWritten(t)
			w.spoil["open"] = replace(`{"venue":"mock"}`, `{`+asked+`}`)
			w.more = func() {
				l := ledger{w: w, symbol: "F", fifo: fifo}
				l.fill(whole(10), whole(100))
				l.fill(whole(10), whole(110))
				l.fill(whole(-10), whole(120))
			}
			if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != (fifo != strings.Contains(asked, "fifo")) {
				t.Errorf("told of with fifo %t, opened with {%s}: found %v", fifo, asked, got)
			}
		}
	}
}

// TestAnyFills: whatever is traded, a position that is told of as an account does is no
// finding, with more parts than are kept apart, too; and a profit that is wrong by a little
// is one.
func TestAnyFills(t *testing.T) {
	for _, fifo := range []bool{false, true} {
		for _, wrong := range []bool{false, true} {
			w := newWritten(t)
			if fifo {
				w.spoil["open"] = replace(`{"venue":"mock"}`, `{"cost":"fifo"}`)
			}
			w.more = func() {
				random := rand.New(rand.NewPCG(1, 2))
				l := ledger{w: w, symbol: "F", fifo: fifo}
				for i := range 3_000 {
					quantity := decimal.FromUnits(random.Int64N(3_000_000_000) - 1_000_000_000)
					if i > 1_500 {
						quantity = quantity.Neg()
					}
					if wrong && i == 2_750 {
						l.fraction = decimal.MustParse("0.000001")
					}
					if !quantity.IsZero() {
						l.fill(quantity, decimal.FromUnits(10_000_000_000+random.Int64N(1_000_000_000)))
					}
				}
			}
			if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != wrong {
				t.Errorf("fifo %t, wrong %t: found %v", fifo, wrong, got)
			}
		}
	}
}

// TestCostChanged: when an account has changed how closes cost, either is believed, and
// what both come to is not.
func TestCostChanged(t *testing.T) {
	for _, fraction := range []string{"0", "0.1"} {
		w := newWritten(t)
		w.more = func() {
			w.command("again", "OPEN_ACCOUNT", `{"revision":2,"cost":"fifo"}`)
			l := ledger{w: w, symbol: "F", fifo: true}
			l.fill(whole(10), whole(100))
			l.fill(whole(10), whole(110))
			l.fraction = decimal.MustParse(fraction)
			l.fill(whole(-10), whole(120))
			l.fill(whole(-15), whole(120))
		}
		r := checked(t, w.subject())
		if found(r, "positions") != (fraction != "0") {
			t.Errorf("%s wrong: found by %v", fraction, failed(r))
		}
		if notes := notesOf(r, "positions"); len(notes) != 1 {
			t.Errorf("notes: %q", notes)
		}
	}
}

func notesOf(r *Report, check string) []string {
	for _, result := range r.Results {
		if result.Check == check {
			return result.Notes
		}
	}
	return nil
}

// TestNeverFlat: a position of many fills that is never flat is followed in time that grows
// with their number, and as closely at the end as at the beginning. It takes a second; with
// fractions that grow by each close it would take hours.
func TestNeverFlat(t *testing.T) {
	primes := []int64{1_000_003, 999_983, 1_000_033, 999_979, 1_000_037}
	w := newWritten(t)
	w.more = func() {
		l := ledger{w: w, symbol: "F"}
		l.fill(whole(3_000_017), whole(101))
		for i := range 20_000 {
			quantity := whole(primes[i%len(primes)])
			if i%2 == 0 {
				quantity = quantity.Neg()
			}
			if i == 19_999 {
				l.fraction = decimal.MustParse("0.02")
			}
			l.fill(quantity, whole(100+int64(i%7)))
		}
	}
	f, err := read(w.subject(), nil)
	if err != nil {
		t.Fatal(err)
	}
	start, out := time.Now(), &Result{}
	checkPositions(f, out)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	if out.Found != 1 || out.Looked < 20_000 {
		t.Errorf("%d looked at, found %v", out.Looked, out.First)
	}
}

// byOthers puts a fill of 5 that others wrote, which is at the next offset from 4 on, and a
// position update of it for a user, if there is one.
func (w *written) byOthers(strategy, taker string) {
	e := messages.OrderEvent{
		OrderID: "others", StrategyID: strategy, Symbol: "X", TimeMs: baseMs, EventType: "FILLED",
		Order:     messages.OrderDetails{TransactionType: "BUY", OrderType: "MARKET", Quantity: whole(5), Status: "FILLED"},
		Execution: &messages.Execution{AveragePrice: whole(10), FilledQuantity: whole(5), ExecutionTimeMs: baseMs},
	}
	w.put("fill", messages.TopicOrders, "others", messages.AppendOrderEvent(nil, &e))
	if taker == "" {
		return
	}
	p := messages.PositionUpdate{PositionID: "others", UserID: taker, Symbol: "X", TimeMs: baseMs, EventType: "OPENED", Position: messages.PositionDetails{
		Quantity: whole(5), AveragePrice: whole(10), CurrentPrice: whole(10), Status: "OPEN",
	}}
	w.put("position", messages.TopicPositions, taker, messages.AppendPosition(nil, &p), by(accountBy, fmt.Sprintf("order-events/0/%d/0", w.log.EndOffset(messages.TopicOrders, 0)-1))...)
}

// owns puts an owner's record of the strategy.
func (w *written) owns(o messages.StrategyOwner) {
	o.StrategyID = strategy
	w.put("moved", messages.TopicStrategies, strategy, messages.AppendStrategyOwner(nil, &o), by(accountBy, "velox-account-commands/0/1/0")...)
}

// TestFillsByOthers: a fill that others wrote is of whom it has changed a position of; one
// that it should have changed, and has not, is found.
func TestFillsByOthers(t *testing.T) {
	from := func(offset int64) []messages.Answering {
		return []messages.Answering{{From: messages.Places{messages.TopicOrders: {offset}}}}
	}
	for name, c := range map[string]struct {
		story func(w *written)
		found bool
	}{
		"taken in": {func(w *written) { w.byOthers(strategy, user) }, false},
		"lost":     {func(w *written) { w.byOthers(strategy, "") }, true},
		"twice": {func(w *written) {
			w.byOthers(strategy, user)
			w.byOthers(strategy, "")
		}, false},
		"nobody's": {func(w *written) { w.byOthers("nobodys", "") }, false},
		"before its owner's shard began": {func(w *written) {
			w.owns(messages.StrategyOwner{UserID: user, Answers: from(5)})
			w.byOthers(strategy, "")
		}, false},
		"behind that": {func(w *written) {
			w.owns(messages.StrategyOwner{UserID: user, Answers: from(4)})
			w.byOthers(strategy, "")
		}, true},
		"of a strategy that is removed": {func(w *written) {
			w.byOthers(strategy, "")
			w.owns(messages.StrategyOwner{UserID: user, Removed: true})
		}, false},
		"of a strategy that another has now": {func(w *written) {
			w.byOthers(strategy, user)
			w.owns(messages.StrategyOwner{UserID: "v"})
		}, false},
		"with a dead letter": {func(w *written) {
			w.byOthers(strategy, "")
			d := messages.DeadLetter{Reason: reasonUnclaimed, Topic: messages.TopicOrders, Offset: 4}
			w.put("letter", messages.TopicDeadLetters, "others", messages.AppendDeadLetter(nil, &d), by(accountBy, "order-events/0/4/0")...)
		}, false},
		"that can't be": {func(w *written) {
			w.byOthers(strategy, "")
			a := messages.RiskAlert{AlertID: "others", UserID: user, TimeMs: baseMs, AlertType: "SYSTEM", Severity: "ERROR", Message: "m"}
			w.put("others", messages.TopicAlerts, user, messages.AppendAlert(nil, &a), by(accountBy, "order-events/0/4/0")...)
		}, false},
	} {
		both(t, func() *written {
			w := newWritten(t)
			w.more = func() { c.story(w) }
			return w
		}, func(t *testing.T, s *Subject) {
			if got := textsOf(t, s, "positions"); (len(got) > 0) != c.found {
				t.Errorf("%s: found %v", name, got)
			}
		})
	}
}

// TestTurnedAmongOthers: between what a fill closes and what it opens the other way round
// another account of the partition may tell of its own.
func TestTurnedAmongOthers(t *testing.T) {
	w := newWritten(t)
	w.more = func() {
		l := ledger{w: w, symbol: "F"}
		l.fill(whole(2), whole(100))
		other := ledger{w: w, symbol: "G"}
		w.spoil["position"] = func(o *messages.Out) bool { // what is closed
			delete(w.spoil, "position")
			w.log.Produce(*o)
			other.fill(whole(1), whole(50))
			return false
		}
		l.fill(whole(-3), whole(101))
		l.fill(whole(-1), whole(102))
	}
	if got := textsOf(t, w.subject(), "positions"); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}

// TestCostBeforeDeletions: where an account's first command is deleted, any that is left may
// have changed how closes cost, also to what the account's state says; with none left it is
// what that says.
func TestCostBeforeDeletions(t *testing.T) {
	const fifo = `{"version":3,"user_id":"u","cost":"fifo"}`
	for name, c := range map[string]struct {
		left  bool // of the commands, the one that asks for what the state says
		by    bool // told of as the state says
		wrong string
		found bool
	}{
		"changed, by the average":     {true, false, "0", false},
		"changed, by what is left":    {true, true, "0", false},
		"changed, by neither":         {true, false, "0.1", true},
		"none left, by the average":   {false, false, "0", true},
		"none left, by the state":     {false, true, "0", false},
		"none left, which is neither": {false, true, "0.1", true},
	} {
		w := newWritten(t)
		w.spoil["account entity"] = saved(fifo)
		w.more = func() {
			w.command("r", "RESUME", `{}`)
			w.deleteBelow(messages.TopicCommands, 3)
			w.nowMs += 3_600_000
			l := ledger{w: w, symbol: "F", fifo: c.by}
			l.fill(whole(10), whole(100))
			l.fill(whole(10), whole(110))
			l.fraction = decimal.MustParse(c.wrong)
			l.fill(whole(-10), whole(120))
			if c.left {
				w.command("again", "OPEN_ACCOUNT", `{"revision":2,"cost":"fifo"}`)
			}
		}
		if got := textsOf(t, w.subject(), "positions"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
