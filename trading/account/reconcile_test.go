package account

import (
	"fmt"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

const openLive = "> cmd OPEN_ACCOUNT {\"deposit\": 100000, \"venue\": \"kite\"}\nVENUE SHOW\n" + deploy

// agreed is an account that was compared with its venue and has an order sent.
const agreed = openLive + `
	> shows
	ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite"}
	> signal s BUY X qty=10 price=100
	PLACED #1 BUY X 10 limit 100 PENDING
	VENUE SEND #1
`

// held is one that has bought 10, with another order open.
const held = agreed + `
	> report #1 FILL qty=10 price=100
	FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
	OPENED X 10 at 100, now 100, open 0, made 0
	> signal s BUY X qty=5 price=90 ms=2
	PLACED #2 BUY X 5 limit 90 PENDING
	VENUE SEND #2
	> report #2 ACCEPTED
	PLACED #2 BUY X 5 limit 90 OPEN
`

// TestReconciliation: a live account trades only once it agrees with its venue.
func TestReconciliation(t *testing.T) {
	const halted = `ALERT SYSTEM CRITICAL ACTIVE > HALTED RECONCILIATION `
	scripts(t, map[string]string{
		"entries wait, exits don't": held + `
			> recover
			VENUE QUERY #2
			VENUE SHOW
			> signal s BUY X qty=1 price=100 ms=3
			REJECTED BUY X VENUE_RECONCILING
			> silent
			ALERT SYSTEM ERROR {"reason":"VENUE_RECONCILING","venue":"kite","detail":"no answer"}
			> silent
			ignored snapshot
			> signal s SELL X qty=4 market ms=4
			PLACED #3 SELL X 4 PENDING
			VENUE SEND #3
			> report #3 FILL qty=4 price=99
			FILLED #3 SELL X 4 got 4 at 99 FILLED
			MODIFIED X 6 at 100, now 100, open 0, made -4
			> shows order #2 BUY X 5 ACCEPTED position X 10
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 6
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
			> shows position X 7
			ignored snapshot
			> signal s BUY X qty=1 price=100 ms=5
			PLACED #4 BUY X 1 limit 100 PENDING
			VENUE SEND #4
		`,
		"what was traded meanwhile is taken in once": held + `
			> recover
			VENUE QUERY #2
			VENUE SHOW
			> shows fill T1 #1 BUY X 10 100 fill T2 #2 BUY X 2 90 fill T2 #2 BUY X 2 90 fill T3 #2 BUY X 3 80 position X 15
			FILLED #2 BUY X 5 limit 90 got 5 at 84 FILLED
			MODIFIED X 15 at 94.66666667, now 100, open 80, made 0
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","fills":4,"positions":1}
			> report #2 FILL qty=5 price=84
		`,
		"exchanges may number their trades alike": held + `
			> tick Y 50
			> signal s BUY Y qty=4 price=50 ms=3
			PLACED #3 BUY Y 4 limit 50 PENDING
			VENUE SEND #3
			> report #3 ACCEPTED
			PLACED #3 BUY Y 4 limit 50 OPEN
			> recover
			VENUE QUERY #2
			VENUE QUERY #3
			VENUE SHOW
			> shows fill T1 #2 BUY X 5 90 fill T1 #3 BUY Y 4 50 position X 15 position Y 4
			FILLED #2 BUY X 5 limit 90 got 5 at 90 FILLED
			MODIFIED X 15 at 96.66666667, now 100, open 50, made 0
			FILLED #3 BUY Y 4 limit 50 got 4 at 50 FILLED
			OPENED Y 4 at 50, now 50, open 0, made 0
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","fills":2,"positions":2}
		`,
		"what was traded meanwhile counts against limits": held + `
			> cmd SET_LIMITS {"daily_loss": 20}
			> recover
			VENUE QUERY #2
			VENUE SHOW
			> shows fill T2 #2 BUY X 5 105 position X 15
			FILLED #2 BUY X 5 limit 90 got 5 at 105 FILLED
			MODIFIED X 15 at 101.66666667, now 100, open -25, made 0
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","fills":1,"positions":1}
			ALERT DAILY_LOSS CRITICAL {"current_loss":25,"limit":20,"positions_to_close":["X"]}
			PLACED #3 SELL X 15 RISK PENDING
			VENUE SEND #3
		`,
		"an order of unknown fate is in the book": agreed + `
			> recover
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			VENUE QUERY #1
			VENUE SHOW
			> shows order #1 BUY X 10 FILL 4 99 position X 4
			FILLED #1 BUY X 10 limit 100 got 4 at 99 PARTIALLY_FILLED
			OPENED X 4 at 99, now 99, open 0, made 0
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
		`,
		"an open order that the venue doesn't list is asked for": held + `
			> cmd RESUME
			ALERT SYSTEM INFO ACTIVE > ACTIVE COMMAND
			VENUE SHOW
			> shows position X 10
			PLACED #2 BUY X 5 limit 90 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN","detail":"the venue doesn't list it"}
			VENUE QUERY #2
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","positions":1}
			> report #2 NOT_SENT
			ALERT SYSTEM CRITICAL {"symbol":"X","status":"UNKNOWN","detail":"the venue doesn't list it","symbol_halted":true}
		`,
		"a position that nobody can explain": held + `
			> recover
			VENUE QUERY #2
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 12 position Y -3
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 12 position Y -3
			VENUE CANCEL #2
			` + halted + `"the venue holds 12 of X, the account 10; the venue holds -3 of Y, the account 0"
			> signal s BUY X qty=1 price=100 ms=3
			REJECTED BUY X ACCOUNT_HALTED
		`,
		"one answer may be wrong": held + `
			> recover
			VENUE QUERY #2
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 10
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
		`,
		"an order of nobody": openLive + `
			> shows order V7 SELL Y 5 ACCEPTED order V8 BUY Y 5 CANCELLED
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED
			` + halted + `"the venue has an open order V7 for -5 of Y, which is not the account's"
		`,
	})
}

// TestUnclearOrders: at a venue that shows no client order ids, what looks like an
// order of unknown fate explains a difference, and halts no more than its symbol.
func TestUnclearOrders(t *testing.T) {
	const taken = agreed + `
		> recover
		PLACED #1 BUY X 10 limit 100 UNKNOWN
		VENUE QUERY #1
		VENUE SHOW
		> shows fill T1 V1 BUY X 4 100 order V1 BUY X 10 FILL 4 100 position X 4
		ALERT SYSTEM CRITICAL {"symbol":"X","status":"UNKNOWN","symbol_halted":true}
		ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"fills":1,"positions":1}
		> signal s BUY X qty=1 price=100 ms=3
		REJECTED BUY X SYMBOL_HALTED
		> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 1}
		PLACED #2 BUY Y 1 MANUAL PENDING
		VENUE SEND #2
	`
	scripts(t, map[string]string{
		"by the venue's id": taken + `
			> cmd SETTLE {"order_id": "#1", "venue_order_id": "V1", "by": "ann"}
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN","by":"ann","command_id":"c9"}
			VENUE QUERY #1
			> report #1 FILL qty=4 price=100
			FILLED #1 BUY X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			ALERT SYSTEM INFO {"symbol":"X"}
			> signal s BUY X qty=1 price=100 ms=4
			PLACED #3 BUY X 1 limit 100 PENDING
			VENUE SEND #3
		`,
		"by its end": taken + `
			> cmd SETTLE {"order_id": "#1", "filled_quantity": 11, "average_price": 100}
			refused INVALID_QUANTITY
			> cmd SETTLE {"order_id": "#2"}
			refused ORDER_KNOWN
			> report #2 FILL qty=1 price=50 id=V2
			FILLED #2 BUY Y 1 got 1 at 50 FILLED
			OPENED Y 1 at 50, now 50, open 0, made 0
			> cmd SETTLE {"order_id": "#1", "venue_order_id": "V2"}
			refused INVALID_DATA
			> cmd SETTLE {"order_id": "#1", "filled_quantity": 10, "average_price": 100}
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN","command_id":"c13"}
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			ALERT SYSTEM INFO {"symbol":"X"}
			> cmd SETTLE {"order_id": "#1"}
			refused NO_SUCH_ORDER
		`,
		"not by what is worth less than what is known": taken + `
			> report #1 FILL qty=4 price=100
			FILLED #1 BUY X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			ALERT SYSTEM INFO {"symbol":"X"}
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 got 4 at 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> cmd SETTLE {"order_id": "#1", "filled_quantity": 10, "average_price": 1}
			refused INVALID_PRICE
			> report #1 FILL qty=10 price=1
			ALERT SYSTEM ERROR {"symbol":"X","status":"UNKNOWN"}
		`,
		"it was never there": taken + `
			> cmd SETTLE {"order_id": "#1", "reason": "not in the book"}
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN","detail":"not in the book","command_id":"c9"}
			CANCELLED #1 BUY X 10 limit 100 USER CANCELLED
			ALERT SYSTEM INFO {"symbol":"X"}
		`,
		"only what looks like it": agreed + `
			> recover
			PLACED #1 BUY X 10 limit 100 UNKNOWN
			VENUE QUERY #1
			VENUE SHOW
			> shows order V1 SELL X 10 ACCEPTED order V2 BUY X 9 ACCEPTED
			VENUE SHOW
			> shows order V1 SELL X 10 ACCEPTED order V2 BUY X 9 ACCEPTED
			VENUE CANCEL #1
			ALERT SYSTEM CRITICAL ACTIVE > HALTED RECONCILIATION "the venue has an open order V1 for -10 of X, which is not the account's; the venue has an open order V2 for 9 of X, which is not the account's"
		`,
		"trades that are known say nothing of its end": agreed + `
			> report #1 FILL qty=4 price=100
			FILLED #1 BUY X 10 limit 100 got 4 at 100 PARTIALLY_FILLED
			OPENED X 4 at 100, now 100, open 0, made 0
			> recover
			VENUE QUERY #1
			VENUE SHOW
			> report #1 UNKNOWN
			PLACED #1 BUY X 10 limit 100 got 4 at 100 UNKNOWN
			ALERT SYSTEM WARNING {"symbol":"X","status":"UNKNOWN"}
			VENUE QUERY #1
			> cmd RESUME
			ALERT SYSTEM INFO ACTIVE > ACTIVE COMMAND
			VENUE SHOW
			> shows fill T1 #1 BUY X 4 100 position X 4
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","fills":1,"positions":1}
		`,
		"one that is not answered yet is waited for": agreed + `
			> cmd RESUME
			ALERT SYSTEM INFO ACTIVE > ACTIVE COMMAND
			VENUE SHOW
			> shows fill T1 V1 BUY X 10 100 position X 10
			VENUE SHOW
			> shows fill T1 V1 BUY X 10 100 position X 10
			VENUE SHOW
			> report #1 FILL qty=10 price=100
			FILLED #1 BUY X 10 limit 100 got 10 at 100 FILLED
			OPENED X 10 at 100, now 100, open 0, made 0
			> shows position X 10
			VENUE SHOW
			> shows position X 10
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","positions":1}
		`,
	})
}

// TestSettingAside: RESUME may leave what the venue has besides to the user; but not
// what the account holds and the venue doesn't.
func TestSettingAside(t *testing.T) {
	scripts(t, map[string]string{
		"more than the account knows": openLive + `
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			ALERT SYSTEM CRITICAL ACTIVE > HALTED RECONCILIATION "the venue has an open order V7 for -5 of Y, which is not the account's; the venue holds 100 of Y, the account 0"
			> cmd RESUME {"set_aside": true, "by": "ann"}
			ALERT SYSTEM INFO HALTED RECONCILIATION > ACTIVE COMMAND by ann
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			ALERT SYSTEM WARNING {"reason":"RECONCILIATION","venue":"kite","set_aside":[{"what":"order","symbol":"Y","venue_order_id":"V7","ours":0,"venue":-5},{"what":"position","symbol":"Y","ours":0,"venue":100}]}
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
			> recover
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
			> cmd ORDER {"symbol": "Y", "transaction_type": "SELL", "quantity": 5}
			PLACED #1 SELL Y 5 MANUAL PENDING
			VENUE SEND #1
			> recover
			PLACED #1 SELL Y 5 MANUAL UNKNOWN
			VENUE QUERY #1
			VENUE SHOW
			> shows order V7 SELL Y 5 ACCEPTED position Y 100
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
			> report #1 REJECTED
			REJECTED #1 SELL Y 5 VENUE REJECTED
			> recover
			VENUE SHOW
			> shows position Y 95
			VENUE SHOW
			> shows position Y 95
			ALERT SYSTEM CRITICAL ACTIVE > HALTED RECONCILIATION "the venue holds 95 of Y, the account 100"
		`,
		"of what the account holds nothing of any more": held + `
			> signal s SELL X exit ms=3
			PLACED #3 SELL X 10 PENDING
			VENUE SEND #3
			> report #3 FILL qty=10 price=100
			FILLED #3 SELL X 10 got 10 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
			> cmd RESUME {"set_aside": true}
			ALERT SYSTEM INFO ACTIVE > ACTIVE COMMAND
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X -4
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X -4
			ALERT SYSTEM WARNING {"reason":"RECONCILIATION","venue":"kite","set_aside":[{"what":"position","symbol":"X","ours":0,"venue":-4}]}
			ALERT SYSTEM INFO {"reason":"RECONCILIATION","venue":"kite","orders":1,"positions":1}
		`,
		"less than the account knows": held + `
			> cmd RESUME {"set_aside": true}
			ALERT SYSTEM INFO ACTIVE > ACTIVE COMMAND
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 4
			VENUE SHOW
			> shows order #2 BUY X 5 ACCEPTED position X 4
			VENUE CANCEL #2
			ALERT SYSTEM CRITICAL ACTIVE > HALTED RECONCILIATION "the venue holds 4 of X, the account 10"
		`,
		"nothing on paper": `
			> cmd OPEN_ACCOUNT {"deposit": 1}
			> cmd RESUME {"set_aside": true}
			refused INVALID_DATA
			// a live one, for the script's sake: it is asked for nothing
			> shows
			ignored snapshot
		`,
	})
}

// TestToldDifferences: however much differs, and however it is called, the alert's words
// fit into a record, and say how much more there is.
func TestToldDifferences(t *testing.T) {
	var list []Difference
	for i := range 1000 {
		list = append(list, Difference{What: []string{"order", "position"}[i%2], Symbol: strings.Repeat("é", 600), VenueOrderID: fmt.Sprint(i), Venue: decimal.FromInt(5)})
	}
	text := tell(list)
	if len(text) > maxTextBytes-64 || !strings.HasSuffix(text, " more") || !strings.Contains(text, "é") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
	if got := tell(list[:1]); strings.Contains(got, "more") || !strings.Contains(got, "an open order 0 for 5 of ") {
		t.Errorf("one is told as %q", got)
	}
}

// TestToldToTheLastByte: differences whose words come to just the length that there is
// are all told.
func TestToldToTheLastByte(t *testing.T) {
	list := make([]Difference, 12)
	length := func() (n int) {
		for i := range list {
			n += len(tell(list[i : i+1]))
		}
		return n
	}
	for i := range list {
		list[i] = Difference{What: "position", Symbol: strings.Repeat("x", 24)}
	}
	for i := 0; length() < maxTextBytes*3/4; i = (i + 1) % len(list) {
		list[i].Symbol += "x"
	}
	if n := length(); n != maxTextBytes*3/4 {
		t.Fatalf("the words have %d bytes", n)
	}
	if text := tell(list); strings.Contains(text, "more") {
		t.Errorf("told as %q", text)
	}
	list[0].Symbol += "x"
	if text := tell(list); !strings.HasSuffix(text, "; and 1 more") {
		t.Errorf("a byte more is told as %q", text)
	}
}

// TestVenueOrders: which orders of a venue are open, and which of the account's one of
// unknown origin may be.
func TestVenueOrders(t *testing.T) {
	ten := decimal.FromInt(10)
	for filled, open := range map[int64]bool{0: true, 9: true, 10: false, 11: false} {
		o := VenueOrder{Quantity: ten, Report: order.Report{Kind: order.ReportFill, FilledQuantity: decimal.FromInt(filled)}}
		if o.open() != open {
			t.Errorf("one of 10 of which %d was traded is open: %t", filled, !open)
		}
	}
	p := newPlayer(t)
	p.play(agreed)
	for filled, found := range map[int64]bool{1: true, 10: true, 11: false} {
		f := &foreign{symbol: "X", side: order.Buy, filled: decimal.FromInt(filled)}
		if got := p.a.lookalike(f, nil); (got != nil) != found {
			t.Errorf("an order of 10 is like one of which only trades of %d are shown: %t", filled, !found)
		}
	}
}

// TestOrdersThatOnlyTradesTellOf: their trades add up; those of a listed order don't, for
// it tells what was traded of it.
func TestOrdersThatOnlyTradesTellOf(t *testing.T) {
	fill := func(id, venueID string) VenueFill {
		return VenueFill{ID: id, VenueOrderID: venueID, Symbol: "X", Side: order.Buy, Quantity: decimal.FromInt(2), Price: decimal.FromInt(1)}
	}
	v := &VenueSnapshot{
		Orders: []VenueOrder{{Report: order.Report{VenueOrderID: "V1", Kind: order.ReportFill, FilledQuantity: decimal.FromInt(3)}, Symbol: "X", Side: order.Buy, Quantity: decimal.FromInt(5)}},
		Fills:  []VenueFill{fill("T1", "V1"), fill("T2", "V2"), fill("T3", "V3"), fill("T4", "V2")},
	}
	var got []string
	for _, f := range foreigners(v, newPlayer(t).a.known()) {
		got = append(got, fmt.Sprintf("%s %v %t", f.venueID, f.filled, f.open))
	}
	if want := "V1 3 true, V2 4 false, V3 2 false"; strings.Join(got, ", ") != want {
		t.Errorf("gives %v, want %s", got, want)
	}
}

// TestOrdersSetAsideAreBounded: what is beyond the bound is not the user's own, and is
// told again.
func TestOrdersSetAsideAreBounded(t *testing.T) {
	p := newPlayer(t)
	p.play(agreed)
	for i := range maxFinished - 1 {
		p.a.s.Reconciliation.AsideOrders = append(p.a.s.Reconciliation.AsideOrders, fmt.Sprint(i))
	}
	list := []Difference{{What: "order", Symbol: "X", VenueOrderID: "last"}, {What: "order", Symbol: "X", VenueOrderID: "beyond"}}
	p.a.setAside(list, 1)
	if got := p.a.s.Reconciliation.AsideOrders; len(got) != maxFinished || got[maxFinished-1] != "last" {
		t.Errorf("%d are set aside, the last %s", len(got), got[len(got)-1])
	}
}

// TestSnapshotCheck: what a venue shows is no ground to act on when it makes no sense.
func TestSnapshotCheck(t *testing.T) {
	d := decimal.MustParse
	fill := VenueFill{ID: "T1", VenueOrderID: "V1", Symbol: "X", Side: "BUY", Quantity: d("1"), Price: d("2")}
	shown := VenueOrder{Symbol: "X", Side: "BUY", Quantity: d("1"), Report: order.Report{VenueOrderID: "V1", Kind: order.ReportAccepted}}
	for want, change := range map[string]func(*VenueSnapshot){
		"":                                 func(v *VenueSnapshot) { v.Orders[0].Quantity = d("0") }, // one may not say how much
		"trade 1 has no id":                func(v *VenueSnapshot) { v.Fills[0].ID = "" },
		`trade "T1" has no order`:          func(v *VenueSnapshot) { v.Fills[0].VenueOrderID = "" },
		`trade "T1" has no symbol`:         func(v *VenueSnapshot) { v.Fills[0].Symbol = "" },
		`trade "T1" is a "buy" of 1 at 2`:  func(v *VenueSnapshot) { v.Fills[0].Side = "buy" },
		`trade "T1" is a "BUY" of 0 at 2`:  func(v *VenueSnapshot) { v.Fills[0].Quantity = d("0") },
		`trade "T1" is a "BUY" of 1 at -2`: func(v *VenueSnapshot) { v.Fills[0].Price = d("-2") },
		`trade "T1" is a "BUY" of 1 at 0`:  func(v *VenueSnapshot) { v.Fills[0].Price = d("0") },
		`trade "T1" is a "BUY" of 10000000000000000000000000 at 2`: func(v *VenueSnapshot) {
			v.Fills[0].Quantity = d("10000000000000000000000000")
		},
		"order 1 has no id":                  func(v *VenueSnapshot) { v.Orders[0].Report.VenueOrderID = "" },
		`order "V1" is a "" of 1 of "X"`:     func(v *VenueSnapshot) { v.Orders[0].Side = "" },
		`order "V1" is a "BUY" of -1 of "X"`: func(v *VenueSnapshot) { v.Orders[0].Quantity = d("-1") },
		`position 1 is 10000000000000000000000000 of "X"`: func(v *VenueSnapshot) {
			v.Positions[0].Quantity = d("10000000000000000000000000")
		},
		`position 1 is 1 of ""`: func(v *VenueSnapshot) { v.Positions[0].Symbol = "" },
	} {
		v := VenueSnapshot{
			Orders: []VenueOrder{shown}, Fills: []VenueFill{fill}, Positions: []VenuePosition{{Symbol: "X", Quantity: d("1")}},
		}
		change(&v)
		got := ""
		if err := v.Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
