package check

import (
	"slices"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
)

// orderEvent changes one.
func orderEvent(change func(*messages.OrderEvent)) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		e, err := messages.DecodeOrderEventRecord(&messages.Record{Topic: o.Topic, Key: o.Key, Value: o.Value, Headers: o.Headers})
		if err != nil {
			panic(err)
		}
		change(&e)
		o.Value = messages.AppendOrderEvent(nil, &e)
		return true
	}
}

func waits(kind string, price int64) func(*messages.Out) bool {
	return orderEvent(func(e *messages.OrderEvent) {
		e.Order.OrderType = kind
		if limited(kind) {
			e.Order.Price = decimal.FromInt(price)
		}
		if stops(kind) {
			e.Order.TriggerPrice, e.Order.Status = decimal.FromInt(price), "TRIGGER_PENDING"
		}
	})
}

// TestFillsAtTheFirstTick: an order on paper that trades later than at the first tick that
// gives it what it asks for is found, and so is one that never does. The sell is placed
// when 103 is traded; then 103 is traded again, and 105, at which it fills here.
func TestFillsAtTheFirstTick(t *testing.T) {
	type spoils map[string]func(*messages.Out) bool
	for name, c := range map[string]struct {
		spoil spoils
		found bool
	}{
		"a market order":                      {nil, true},
		"a limit that is not reached":         {spoils{"sell placed": waits("LIMIT", 104)}, false},
		"a limit that is reached":             {spoils{"sell placed": waits("LIMIT", 103)}, true},
		"a trigger that is not touched":       {spoils{"sell placed": waits("SL-M", 102)}, false},
		"a trigger that is touched":           {spoils{"sell placed": waits("SL-M", 103)}, true},
		"a market order that never trades":    {spoils{"sell filled": leaveOut, "sell position": leaveOut}, true},
		"a limit that is never reached":       {spoils{"sell placed": waits("LIMIT", 106), "sell filled": leaveOut, "sell position": leaveOut}, false},
		"a venue that has orders later":       {spoils{"open": replace(`{"venue":"mock"}`, `{"paper":{"latency_ms":5}}`)}, false},
		"a venue with a share of the volume":  {spoils{"open": replace(`{"venue":"mock"}`, `{"paper":{"participation":0.5}}`)}, false},
		"a live venue, which fills as it can": {spoils{"open": replace("", "")}, false},
		"a tick outside of its session":       {spoils{"update 5": offSession}, false},
		"a tick older than the order":         {spoils{"sell placed": orderEvent(func(e *messages.OrderEvent) { e.TimeMs = baseMs + 5500 })}, false},
	} {
		w := onPaper(newWritten(t))
		w.spoil["sell filled"] = from("indicator-updates/0/7/0")
		for record, spoil := range c.spoil {
			w.spoil[record] = spoil
		}
		if got := failed(checked(t, w.subject())); slices.Contains(got, "fills") != c.found {
			t.Errorf("%s: found by %v", name, got)
		}
	}
}

// inTurn makes two changes.
func inTurn(a, b func(*messages.Out) bool) func(*messages.Out) bool {
	return func(o *messages.Out) bool { return a(o) && b(o) }
}

// TestTriggersAtTheirPrice: a stop order that trades where the market has not touched its
// trigger is found. The sell fills at 103.
func TestTriggersAtTheirPrice(t *testing.T) {
	for trigger, found := range map[int64]bool{102: true, 103: false, 104: false} {
		w := onPaper(newWritten(t))
		stop := waits("SL-M", trigger)
		w.spoil["sell placed"] = stop
		w.spoil["sell filled"] = inTurn(stop, orderEvent(func(e *messages.OrderEvent) { e.Order.Status = "FILLED" }))
		if got := failed(checked(t, w.subject())); slices.Contains(got, "fills") != found {
			t.Errorf("a trigger at %d: found by %v", trigger, got)
		}
	}
}

// TestFillsAsAWhole: an order on paper trades in parts only at a venue with a share of the
// volume.
func TestFillsAsAWhole(t *testing.T) {
	for open, found := range map[string]bool{`{}`: true, `{"paper":{"participation":0.5}}`: false} {
		w := newWritten(t)
		w.spoil["open"] = replace(`{"venue":"mock"}`, open)
		w.spoil["buy filled"] = replace(`"status":"FILLED"`, `"status":"PARTIALLY_FILLED"`)
		if got := failed(checked(t, w.subject())); slices.Contains(got, "fills") != found {
			t.Errorf("%s: found by %v", open, got)
		}
	}
}

func offSession(o *messages.Out) bool {
	for i := range o.Headers {
		if o.Headers[i].Key == messages.HeaderTick {
			o.Headers[i].Value = append(o.Headers[i].Value, "/off"...)
		}
	}
	return true
}

// TestExitsThatAreDue: an exit is at a tick that touches the stop or target of its entry,
// where no trailing stop may have been. The sell is placed when 103 is traded.
func TestExitsThatAreDue(t *testing.T) {
	exit := orderEvent(func(e *messages.OrderEvent) {
		e.OrderID = ident.Derive("order", user, strategy, "indicator-updates/0/4", "exit/"+orderID(1, 0))
	})
	for name, c := range map[string]struct {
		signal func(*messages.Out) bool
		found  bool
	}{
		"at neither":           {replace("", ""), true},
		"at its target":        {replace(`"target":110`, `"target":103`), false},
		"near its target":      {replace(`"target":110`, `"target":103.00000001`), false},
		"before its target":    {replace(`"target":110`, `"target":103.1`), true},
		"with a trailing stop": {replace(`"target":110`, `"target":110,"trailing_stop":5`), false},
	} {
		w := onPaper(newWritten(t))
		w.spoil["buy signal"], w.spoil["sell placed"], w.spoil["sell filled"] = c.signal, exit, exit
		if got := failed(checked(t, w.subject())); slices.Contains(got, "stops") != c.found {
			t.Errorf("%s: found by %v", name, got)
		}
	}
}

// TestStopsAtTheFirstTick: a position is left at the first tick that touches its stop or
// target. The buy is filled at 101, then 102 is traded, and 103, at which the sell is
// placed.
func TestStopsAtTheFirstTick(t *testing.T) {
	stop := func(price string) func(*messages.Out) bool { return replace(`"stoploss":98`, `"stoploss":`+price) }
	target := func(price string) func(*messages.Out) bool { return replace(`"target":110`, `"target":`+price) }
	for name, c := range map[string]struct {
		spoil map[string]func(*messages.Out) bool
		found bool
	}{
		"neither is touched":        {nil, false},
		"a stop":                    {map[string]func(*messages.Out) bool{"buy signal": stop("102")}, false}, // by rounding it may be one step lower
		"a stop that is passed":     {map[string]func(*messages.Out) bool{"buy signal": stop("102.5")}, true},
		"a target":                  {map[string]func(*messages.Out) bool{"buy signal": target("101.5")}, true},
		"a target where it is left": {map[string]func(*messages.Out) bool{"buy signal": target("102.5")}, false},
		"a target, halted":          {map[string]func(*messages.Out) bool{"buy signal": target("101.5"), "alert": replace("INFO", "CRITICAL")}, false},
		"a stop, halted":            {map[string]func(*messages.Out) bool{"buy signal": stop("102.5"), "alert": replace("INFO", "CRITICAL")}, true},
	} {
		w := onPaper(newWritten(t))
		for record, spoil := range c.spoil {
			w.spoil[record] = spoil
		}
		if got := failed(checked(t, w.subject())); slices.Contains(got, "stops") != c.found {
			t.Errorf("%s: found by %v", name, got)
		}
	}
}

// TestStopsBeforeACommand: what a command has done to a strategy's orders has no place among
// the updates of a cluster's log; what came before it has.
func TestStopsBeforeACommand(t *testing.T) {
	for name, c := range map[string]struct {
		target string
		lost   []string
		found  bool
	}{
		"left before":                     {"101.5", nil, true},
		"left where it is touched":        {"102.5", nil, false},
		"not left, and then by a command": {"101.5", []string{"sell signal", "sell placed", "sell filled", "sell position"}, false},
	} {
		w := onPaper(newWritten(t))
		w.spoil["buy signal"] = replace(`"target":110`, `"target":`+c.target)
		for _, record := range c.lost {
			w.spoil[record] = leaveOut
		}
		w.more = func() {
			w.nowMs += 3_600_000
			w.command("p", "PAUSE", `{"strategy_id":"strategy","close_positions":true}`)
			w.rejected(strategy, third, "close/1", "SELL", symbol, 2)
		}
		if got := textsOf(t, w.live(), "stops"); (len(got) > 0) != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
