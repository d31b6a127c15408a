package check

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
)

// command puts a further command of the user, which is at the next offset from 3 on.
func (w *written) command(id, kind, data string) {
	c := messages.Command{CommandID: id, UserID: user, TimeMs: baseMs, Type: kind, Data: []byte(data)}
	w.put("command", messages.TopicCommands, user, messages.AppendCommand(nil, &c))
}

// foreign puts a signal to buy that others wrote, at the next offset from 2 on.
func (w *written) foreign(quantity int64) {
	g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs + 1, Action: "BUY", Quantity: decimal.FromInt(quantity)}
	w.put("foreign", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g))
}

// rejected puts an order that was rejected at once: what it wanted counts, and no more.
func (w *written) rejected(strategy, cause, leg, side, symbol string, quantity int64) {
	id := ident.Derive("order", user, strategy, cause, leg)
	e := messages.OrderEvent{
		OrderID: id, StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, EventType: "REJECTED",
		Order: messages.OrderDetails{TransactionType: side, OrderType: "MARKET", Quantity: decimal.FromInt(quantity), Status: "REJECTED"},
	}
	w.put("rejected", messages.TopicOrders, id, messages.AppendOrderEvent(nil, &e), by(accountBy, fmt.Sprint(cause, "/", w.n))...)
	w.n++
}

// What the stories are of: a command's data, and the causes of orders.
const (
	buysTwo    = `{"symbol":"S","transaction_type":"BUY","quantity":2}`
	third      = "velox-account-commands/0/3"
	fourth     = "velox-account-commands/0/4"
	second     = "strategy-signals/0/2"
	nextSignal = "strategy-signals/0/3"
	later      = "indicator-updates/0/7"
)

var manual, risk = ident.Derive(user, "manual"), ident.Derive(user, "risk")

func again(w *written) { w.n = 0 }

// stories are what is told behind a good log, and whether something is wrong with it.
var stories = map[string]struct {
	story func(w *written)
	found bool
}{
	"a command": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "S", 2)
	}, false},
	"a command twice": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "S", 2)
	}, false},
	"a command carried out twice": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "S", 2)
		again(w)
		w.rejected(manual, fourth, "command", "BUY", "S", 2)
	}, true},
	"a halt carried out twice": {func(w *written) {
		w.command("h", "HALT", `{}`)
		w.command("h", "HALT", `{}`)
		a := messages.RiskAlert{AlertID: "halted", UserID: user, TimeMs: baseMs, AlertType: "SYSTEM", Severity: "CRITICAL", Message: "m"}
		w.put("halted", messages.TopicAlerts, user, messages.AppendAlert(nil, &a), by(accountBy, fourth+"/0")...)
	}, true},
	"a refused one, and again": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.command("o", "ORDER", buysTwo)
		d := messages.DeadLetter{Reason: reasonRefused, Topic: messages.TopicCommands, Offset: 3, Stage: "command ORDER"}
		w.put("refused", messages.TopicDeadLetters, user, messages.AppendDeadLetter(nil, &d), by(accountBy, third+"/0")...)
		w.rejected(manual, fourth, "command", "BUY", "S", 2)
	}, false},
	"an id used before for another command": {func(w *written) {
		w.command("x", "RESUME", `{}`)
		w.command("x", "ORDER", buysTwo)
	}, false},
	"an id used before for a refused one": {func(w *written) {
		w.command("x", "RESUME", `{}`)
		d := messages.DeadLetter{Reason: reasonRefused, Topic: messages.TopicCommands, Offset: 3, Stage: "command RESUME"}
		w.put("refused", messages.TopicDeadLetters, user, messages.AppendDeadLetter(nil, &d), by(accountBy, third+"/0")...)
		w.command("x", "ORDER", buysTwo)
	}, true},
	"two orders of a command": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "S", 2)
		w.rejected(manual, third, "command/1", "BUY", "S", 2)
	}, true},
	"another quantity than the command's": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "S", 3)
	}, true},
	"another side than the command's": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "SELL", "S", 2)
	}, true},
	"another symbol than the command's": {func(w *written) {
		w.command("o", "ORDER", buysTwo)
		w.rejected(manual, third, "command", "BUY", "T", 2)
	}, true},
	"an order of another command": {func(w *written) {
		w.command("d", "DEPOSIT", `{"amount":1}`)
		w.rejected(manual, third, "command", "BUY", "S", 2)
	}, true},
	"an order of nothing":             {func(w *written) { w.rejected(strategy, later, "whatever", "BUY", "S", 2) }, true},
	"an order by a signal that isn't": {func(w *written) { w.rejected(strategy, later, "signal/0", "BUY", "S", 2) }, false}, // it was none that anybody could read
	"a close by risk":                 {func(w *written) { w.rejected(risk, later, "close/3", "SELL", "S", 2) }, true},      // of the risk strategy's own, which holds nothing
	"a close of what is left":         {func(w *written) { w.rejected(strategy, later, "close/1", "SELL", "S", 2) }, false},
	"a part of a close":               {func(w *written) { w.rejected(strategy, later, "close/2/1", "SELL", "S", 2) }, false},
	"a close of more than there was":  {func(w *written) { w.rejected(strategy, later, "close/1", "SELL", "S", 3) }, true},
	"a stop":                          {func(w *written) { w.rejected(strategy, later, "exit/"+orderID(1, 0), "SELL", "S", 2) }, false},
	"a stop of more than was entered": {func(w *written) { w.rejected(strategy, later, "exit/"+orderID(1, 0), "SELL", "S", 3) }, true},
	"a stop on the entry's side":      {func(w *written) { w.rejected(strategy, later, "exit/"+orderID(1, 0), "BUY", "S", 2) }, true},
	"a signal of others":              {func(w *written) { w.foreign(1); w.rejected(strategy, second, "signal/0", "BUY", "S", 1) }, false},
	"another quantity than others'":   {func(w *written) { w.foreign(1); w.rejected(strategy, second, "signal/0", "BUY", "S", 2) }, true},
	"another side than others'":       {func(w *written) { w.foreign(1); w.rejected(strategy, second, "signal/0", "SELL", "S", 1) }, true},
	"an equal signal of others":       {func(w *written) { w.foreign(1); w.foreign(1); w.rejected(strategy, second, "signal/0", "BUY", "S", 1) }, false},
	"the second of two": {func(w *written) {
		w.foreign(1)
		w.foreign(1)
		w.rejected(strategy, nextSignal, "signal/0", "BUY", "S", 1)
	}, false},
	"equal ones traded twice": {func(w *written) {
		w.foreign(1)
		w.foreign(1)
		w.rejected(strategy, second, "signal/0", "BUY", "S", 1)
		again(w)
		w.rejected(strategy, nextSignal, "signal/0", "BUY", "S", 1)
	}, true},
	"removed between them": {func(w *written) {
		w.foreign(1)
		w.foreign(1)
		w.command("r", "REMOVE", `{"strategy_id":"strategy"}`)
		w.rejected(strategy, second, "signal/0", "BUY", "S", 1)
		again(w)
		w.rejected(strategy, nextSignal, "signal/0", "BUY", "S", 1)
	}, false},
}

// TestManySignals: a strategy may signal for as many symbols as it trades on one update,
// and leave as many.
func TestManySignals(t *testing.T) {
	for _, lost := range []bool{false, true} {
		w := newWritten(t)
		w.more = func() {
			for n := range 500 {
				in := fmt.Sprint("M", n)
				g := messages.Signal{StrategyID: strategy, Symbol: in, TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(1)}
				w.put("many", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, fmt.Sprint(later, "/", w.n))...)
				w.n++
				if !lost || n != 400 {
					w.rejected(strategy, later, fmt.Sprint("signal/", n), "BUY", in, 1)
				}
			}
		}
		if got := textsOf(t, w.subject(), "answers"); (len(got) > 0) != lost {
			t.Errorf("one lost %t: found %v", lost, got)
		}
	}
}

// TestPartsOfASignal: an exit that was split comes to its signal's quantity, also in many
// orders of a strategy that has left often before.
func TestPartsOfASignal(t *testing.T) {
	for quantity, want := range map[int64]bool{2: false, 3: true} {
		w := newWritten(t)
		w.more = func() {
			g := messages.Signal{StrategyID: strategy, Symbol: "S", TimeMs: baseMs, Action: "SELL", Quantity: decimal.FromInt(5)}
			w.put("split", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, later+"/0")...)
			w.n++
			w.rejected(strategy, later, "signal/0", "SELL", "S", 2)
			w.rejected(strategy, later, "signal/0/1", "SELL", "S", 1)
			w.rejected(strategy, later, "signal/0/rest", "SELL", "S", quantity)
		}
		if got := textsOf(t, w.subject(), "answers"); (len(got) > 0) != want {
			t.Errorf("a rest of %d: found %v", quantity, got)
		}
	}
}

// TestLostOwner: a DEPLOY whose owner's record is nowhere is found in a cluster's log, too;
// one whose record another replaced, or whose strategy was removed, is not.
func TestLostOwner(t *testing.T) {
	for name, c := range map[string]struct {
		story func(w *written)
		found bool
	}{
		"lost":     {func(*written) {}, true},
		"replaced": {func(w *written) { w.owns(messages.StrategyOwner{UserID: "v"}) }, false},
		"removed":  {func(w *written) { w.command("r", "REMOVE", `{"strategy_id":"strategy"}`) }, false},
		"another":  {func(w *written) { w.command("r", "REMOVE", `{"strategy_id":"other"}`) }, true},
	} {
		w := newWritten(t)
		w.spoil["owner"], w.spoil["deploy"] = leaveOut, replace(`{"name":"x"}`, `{"name":"x","strategy_id":"strategy"}`)
		w.more = func() { c.story(w) }
		if got := textsOf(t, w.live(), "answers"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestRefusedVenue: an OPEN_ACCOUNT that was refused, for another venue, makes no account a
// live one; what its state says counts.
func TestRefusedVenue(t *testing.T) {
	for name, c := range map[string]struct {
		state string
		live  bool
	}{"by its commands": {flat, false}, "by its state": {`{"venue":"mock"}`, true}} {
		w := onPaper(newWritten(t))
		w.spoil["account entity"] = saved(c.state)
		w.more = func() {
			w.command("other", "OPEN_ACCOUNT", `{"venue":"mock"}`)
			d := messages.DeadLetter{Reason: reasonRefused, Topic: messages.TopicCommands, Offset: 3, Stage: "command OPEN_ACCOUNT"}
			w.put("refused", messages.TopicDeadLetters, user, messages.AppendDeadLetter(nil, &d), by(accountBy, third+"/0")...)
		}
		f, err := read(w.subject(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if f.live[user] != c.live {
			t.Errorf("%s: live %t", name, f.live[user])
		}
	}
}

// TestOrdersAreAskedFor: each order is of something that asked for it, and is that; what
// repeats has no effect.
func TestOrdersAreAskedFor(t *testing.T) {
	for name, c := range stories {
		both(t, func() *written {
			w := newWritten(t)
			w.more = func() { c.story(w) }
			return w
		}, func(t *testing.T, s *Subject) {
			r := checked(t, s)
			if name == "the second of two" && !s.Live {
				return // the first has come to nothing there
			}
			if found(r, "answers") != c.found {
				t.Errorf("%s: found %v, by %v", name, !c.found, r.Results)
			}
		})
	}
}
