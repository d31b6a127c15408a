package account

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/position"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// TestReckonedSizes: nothing takes more of the record than it is reckoned at, with every
// field and the largest numbers that an order may have.
func TestReckonedSizes(t *testing.T) {
	for _, c := range []struct {
		what     any
		reckoned int
	}{
		{&Symbol{}, symbolBytes},
		{&Book{}, bookBytes},
		{&position.Lot{}, lotBytes},
		{&Bracket{}, bracketBytes},
		{&Passed{}, bracketBytes},
		{&order.Order{}, orderBytes},
		{&strategy.Opening{}, 3 * numberBytes},
		{&risk.Entry{}, 3 * numberBytes},
		{&VenuePosition{}, 3 * numberBytes},
		{&State{}, headBytes},
	} {
		texts := largest(reflect.ValueOf(c.what).Elem())
		b, err := json.Marshal(c.what)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(b) + 1 - 4*texts; n > c.reckoned {
			t.Errorf("a %T takes up to %d bytes without its texts, and is reckoned at %d:\n%s", c.what, n, c.reckoned, b)
		}
	}
}

// largest gives a struct large numbers, and texts of one byte, which it counts; lists and
// settings stay empty.
func largest(v reflect.Value) (texts int) {
	switch v.Interface().(type) {
	case decimal.Decimal:
		v.Set(reflect.ValueOf(decimal.MustParse("-92233720368.54775807")))
		return 0
	case risk.Limits, scale:
		return 0
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				texts += largest(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return largest(v.Elem())
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString("x")
			return 1
		}
		v.SetString(strings.Repeat("X", 24)) // one of a few words
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(1<<53 - 1)
	case reflect.Int, reflect.Int32, reflect.Uint8, reflect.Int8:
		v.SetInt(100)
	case reflect.Slice, reflect.Map:
	default:
		panic("a state has no " + v.Kind().String())
	}
	return texts
}

// TestTooLarge: at the bound of its record an account takes no entry, no new symbol and no
// larger settings; it exits, cancels, stops and takes smaller ones, and changes of orders, as ever.
func TestTooLarge(t *testing.T) {
	p := newPlayer(t)
	p.play(started + `
		> signal s BUY X qty=10 stop=90
		PLACED #1 BUY X 10 PENDING
		> tick X 100
		FILLED #1 BUY X 10 got 10 at 100 FILLED
		OPENED X 10 at 100, now 100, open 0, made 0
		> signal s BUY X qty=1 price=50 ms=3
		PLACED #2 BUY X 1 limit 50 PENDING
	`)
	x := p.a.symbols["X"]
	room := maxStateBytes - p.a.bytes() - 2*orderBytes
	x.book("of long ago 000000")
	for i := range room / (p.a.bytes() - (maxStateBytes - 2*orderBytes - room)) {
		x.book(fmt.Sprintf("of long ago %06d", i))
	}
	p.a = reloaded(t, p.a)
	p.play(`
		> signal s BUY X qty=1 ms=1
		REJECTED BUY X ACCOUNT_TOO_LARGE
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY X ACCOUNT_TOO_LARGE
		> cmd ORDER {"symbol": "` + strings.Repeat("N", 1000) + `", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY ` + strings.Repeat("N", 1000) + ` NO_PRICE
		> cmd ORDER {"symbol": "` + strings.Repeat("M", 1000) + `", "transaction_type": "BUY", "quantity": 1}
		REJECTED BUY ` + strings.Repeat("M", 1000) + ` ACCOUNT_TOO_LARGE
		> cmd DEPLOY {"strategy_id": "t", "name": "T", "symbols": ["` + strings.Repeat("Y", 1000) + `"], "external": true}
		refused ACCOUNT_TOO_LARGE
		> cmd SET_LIMITS {"symbols_denied": ["` + strings.Repeat("D", 1000) + `"]}
		refused ACCOUNT_TOO_LARGE
		> cmd SET_LIMITS {}
		> cmd ORDER {"modify": "#2", "price": 49}
		PLACED #2 BUY X 1 limit 49 PENDING
		> cmd ORDER {"cancel": "#2"}
		CANCELLED #2 BUY X 1 limit 49 USER CANCELLED
		> signal s SELL X qty=4 exit ms=2
		PLACED #3 SELL X 4 PENDING
		> tick X 90
		FILLED #3 SELL X 4 got 4 at 90 FILLED
		MODIFIED X 6 at 100, now 90, open -60, made -40
		PLACED #4 SELL X 6 STOPLOSS PENDING
		> tick X 90
		FILLED #4 SELL X 6 got 6 at 90 FILLED
		CLOSED X 0 at 0, now 90, open 0, made -100
	`)
	saved, err := p.a.SavePart(PartAccount)
	if err != nil {
		t.Fatal(err)
	}
	if len(saved) > p.a.bytes() || p.a.bytes() > maxStateBytes {
		t.Errorf("the record has %d bytes, reckoned at %d of %d", len(saved), p.a.bytes(), maxStateBytes)
	}
}

// TestDeploysAddUp: a strategy of the name of another one is another one, and takes room.
func TestDeploysAddUp(t *testing.T) {
	p := newPlayer(t)
	p.play(`
		> cmd OPEN_ACCOUNT {"deposit": 1}
	`)
	var symbols []string
	for i := range maxStrategySymbols {
		symbols = append(symbols, fmt.Sprintf("%q", strings.Repeat("X", maxTextBytes-3)+fmt.Sprintf("%03d", i)))
	}
	deploy := func(id string, revision int) string {
		return strings.Join(p.input(fmt.Sprintf(`cmd DEPLOY {"strategy_id": %q, "name": "T", "symbols": [%s], "external": true, "revision": %d}`,
			id, strings.Join(symbols, ","), revision)), " ")
	}
	for i, got := 0, ""; got != "refused ACCOUNT_TOO_LARGE"; i++ {
		if got = deploy(fmt.Sprint("t", i), 0); p.a.bytes() > maxStateBytes {
			t.Fatalf("with %d strategies of one name the record is reckoned at %d bytes of %d; the last gave %s", i+1, p.a.bytes(), maxStateBytes, got)
		}
	}
	if got := deploy("t0", 1); got != "STRATEGY t0 RUNNING" {
		t.Errorf("another revision, which is no larger: %s", got)
	}
}

// TestWordsAreCut: what others say in words is kept as much as a record has room for, however
// much it is: of venues, commands and alerts.
func TestWordsAreCut(t *testing.T) {
	long := strings.Repeat("<é", 1<<19)
	p := newPlayer(t)
	p.play(`
		> cmd OPEN_ACCOUNT {"venue": "live", "deposit": 1e9}
		> cmd DEPLOY {"strategy_id": "s", "name": "S", "symbols": ["X"], "external": true}
		STRATEGY s RUNNING
		> signal s BUY X qty=1
		PLACED #1 BUY X 1 PENDING
		VENUE SEND #1
		> signal s BUY X qty=1 ms=2
		PLACED #2 BUY X 1 PENDING
		VENUE SEND #2
	`)
	cause := func() Cause { p.n++; return Cause{Origin: fmt.Sprint("words/", p.n), TimeMs: p.ms} }
	command := func(kind CommandType, data any) []Event {
		events, err := p.a.Command(Command{ID: fmt.Sprint("words", p.n), UserID: "alice", Type: kind, Data: data}, cause())
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		return events
	}
	for what, events := range map[string][]Event{
		"a refusal by the venue": p.a.VenueReport(order.Report{OrderID: p.placed[0], Kind: order.ReportRejected, Detail: long}, cause()),
		"an unclear answer":      p.a.VenueReport(order.Report{OrderID: p.placed[1], Kind: order.ReportUnknown, Detail: long}, cause()),
		"SETTLE":                 command(CmdSettle, &Settle{OrderID: p.placed[1], Reason: long, By: long}),
		"HALT":                   command(CmdHalt, &Halt{Reason: long, By: long}),
		"RESUME":                 command(CmdResume, &Resume{Reason: long, By: long}),
		"PAUSE":                  command(CmdPause, &StrategyRef{StrategyID: "s", Reason: long}),
		"a failure":              p.a.StrategyFailed("s", long, cause()),
		"an alert of others":     p.a.ExternalAlert(risk.Critical, long, cause()),
		"what reduces":           p.a.Reduce("LOST", long, cause()),
		"a venue out of reach":   p.a.Unreachable(p.a.s.Reconciliation.Question, long, cause()),
	} {
		b, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 64<<10 {
			t.Errorf("%s of %d bytes gives %d bytes of events", what, len(long), len(b))
		}
	}
	if got := p.a.bytes(); got > 64<<10 {
		t.Errorf("the record is reckoned at %d bytes", got)
	}
}

// TestClosesHaveRoom: whatever an account holds at the bound, the closes of all of it, at once
// and in as many orders as it takes, are in what was reckoned before.
func TestClosesHaveRoom(t *testing.T) {
	p := newPlayer(t)
	p.play(`
		> cmd OPEN_ACCOUNT {"venue": "live", "deposit": 1e9, "instruments": [{"symbol": "Y", "freeze_quantity": 3}]}
		> cmd DEPLOY {"strategy_id": "s", "name": "S", "symbols": ["X", "Y"], "external": true}
		STRATEGY s RUNNING
	`)
	p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms + 1, Price: decimal.FromInt(100), Seq: market.Seq{Offset: 1 << 40}}, Cause{Origin: "x"})
	p.a.Mark(Mark{Symbol: "Y", TimeMs: p.ms + 2, Price: decimal.FromInt(100), Seq: market.Seq{Offset: 1<<40 + 1}}, Cause{Origin: "y"})
	for i := range 300 {
		for _, symbol := range []string{"X", "Y"} {
			p.a.ExternalOrder(ExternalOrder{
				OrderID: fmt.Sprint("o", i, symbol), StrategyID: fmt.Sprint("strategy ", i), Symbol: symbol, Type: Filled, Side: order.Buy,
				Quantity: decimal.FromInt(20), FilledQuantity: decimal.FromInt(20), AveragePrice: decimal.FromInt(100),
			}, Cause{Origin: fmt.Sprint("o", i, symbol)})
		}
	}
	before := p.a.bytes()
	if _, err := p.a.Command(Command{ID: "halt", UserID: "alice", Type: CmdHalt, Data: &Halt{ClosePositions: true}}, Cause{Origin: "halt"}); err != nil {
		t.Fatal(err)
	}
	saved, err := p.a.SavePart(PartAccount)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.a.orders) != 300*(1+7) {
		t.Errorf("%d closes", len(p.a.orders))
	}
	if len(saved) > before {
		t.Errorf("with its closes the record has %d bytes; %d were reckoned before", len(saved), before)
	}
}

// TestLongIDsAreRemembered: thousands of long ids make no record that is too large, and
// are told from one another.
func TestLongIDsAreRemembered(t *testing.T) {
	l := newIDLog(maxCommands)
	long := func(i int) string { return strings.Repeat("\x01", 1000) + fmt.Sprint(i) }
	for i := range maxCommands {
		l.add(long(i))
	}
	b, err := l.save()
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 1<<20 {
		t.Errorf("%d ids take %d bytes", maxCommands, len(b))
	}
	again := newIDLog(maxCommands)
	if err := again.load(b); err != nil {
		t.Fatal(err)
	}
	if !again.has(long(0)) || !again.has(long(maxCommands-1)) || again.has(long(maxCommands)) {
		t.Error("ids are mixed up")
	}
}
