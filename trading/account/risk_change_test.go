package account

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
)

// TestLimitsOfStopsAndChanges: triggers are held to the price band and to values,
// a change is checked as an order in place of the old one and counts as one, and
// fees are a loss like any other.
func TestLimitsOfStopsAndChanges(t *testing.T) {
	const order = `
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 10, "price": 95}
		PLACED #1 BUY X 10 limit 95 MANUAL PENDING
	`
	scripts(t, map[string]string{
		"the band of triggers": under(`{"price_band_percent": 5, "max_order_value": 1050}`) + `
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 1, "trigger_price": 105.01}
			REJECTED BUY X PRICE_BAND
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 10.01, "trigger_price": 105}
			REJECTED BUY X MAX_ORDER_VALUE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 10, "trigger_price": 105}
			PLACED #1 BUY X 10 trigger 105 MANUAL TRIGGER_PENDING
		`,
		"a change within limits": under(`{"gross_exposure": 1500, "position_size": 15}`) + order + `
			> cmd ORDER {"modify": "#1", "quantity": 15.1}
			refused POSITION_SIZE
			> cmd ORDER {"modify": "#1", "quantity": 15}
			PLACED #1 BUY X 15 limit 95 MANUAL PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 0.1, "price": 95}
			REJECTED BUY X POSITION_SIZE
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 0.1, "price": 45}
			REJECTED BUY Y GROSS_EXPOSURE
			> cmd ORDER {"modify": "#1", "quantity": 10}
			PLACED #1 BUY X 10 limit 95 MANUAL PENDING
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 10, "price": 45}
			PLACED #2 BUY Y 10 limit 45 MANUAL PENDING
		`,
		"changes count": under(`{"orders_per_second": 2}`) + order + `
			> cmd ORDER {"modify": "#1", "quantity": 9}
			PLACED #1 BUY X 9 limit 95 MANUAL PENDING
			> cmd ORDER {"modify": "#1", "quantity": 8}
			refused ORDERS_PER_SECOND
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY Y ORDERS_PER_SECOND
		`,
		"changes count in a minute": under(`{"orders_per_minute": 2}`) + order + `
			> tick X 100
			> cmd ORDER {"modify": "#1", "quantity": 9}
			PLACED #1 BUY X 9 limit 95 MANUAL PENDING
			> tick X 100 1700000061999
			> cmd ORDER {"modify": "#1", "quantity": 8}
			refused ORDERS_PER_MINUTE
			> tick X 100 1700000062000
			> cmd ORDER {"modify": "#1", "quantity": 8}
			PLACED #1 BUY X 8 limit 95 MANUAL PENDING
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY Y ORDERS_PER_MINUTE
		`,
		"changes count in a day, and refused ones don't": under(`{"orders_per_day": 2, "max_order_quantity": 10}`) + order + `
			> cmd ORDER {"modify": "#1", "quantity": 11}
			refused MAX_ORDER_QUANTITY
			> cmd ORDER {"modify": "#1", "quantity": 10}
			refused NOTHING_TO_CHANGE
			> cmd ORDER {"modify": "#1", "quantity": 9}
			PLACED #1 BUY X 9 limit 95 MANUAL PENDING
			> cmd ORDER {"modify": "#1", "quantity": 8}
			refused ORDERS_PER_DAY
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY Y ORDERS_PER_DAY
		`,
		"changes of exits are not refused, and count": under(`{"orders_per_day": 3}`) + enters("BUY X qty=10", "100") + `
			> signal s SELL X qty=10 price=110 ms=2
			PLACED #2 SELL X 10 limit 110 PENDING
			> cmd ORDER {"modify": "#2", "price": 109}
			PLACED #2 SELL X 10 limit 109 PENDING
			> cmd ORDER {"modify": "#2", "price": 108}
			PLACED #2 SELL X 10 limit 108 PENDING
			> signal s BUY X qty=1 ms=3
			REJECTED BUY X ORDERS_PER_DAY
		`,
		"a change that is repeated counts again": "> cmd OPEN_ACCOUNT {\"deposit\": 10000, \"venue\": \"kite\", \"limits\": {\"orders_per_day\": 4}}\n" + deploy + `
			> signal s BUY X qty=10 price=90
			PLACED #1 BUY X 10 limit 90 PENDING
			VENUE SEND #1
			> report #1 ACCEPTED
			PLACED #1 BUY X 10 limit 90 OPEN
			> cmd ORDER {"modify": "#1", "quantity": 9}
			VENUE CHANGE #1 9 limit 90
			> recover
			VENUE QUERY #1
			> report #1 ACCEPTED settled=LIMIT,9,90,0
			VENUE CHANGE #1 9 limit 90
			> signal s BUY X qty=1 price=90 ms=2
			PLACED #2 BUY X 1 limit 90 PENDING
			VENUE SEND #2
			> signal s BUY X qty=2 price=90 ms=3
			REJECTED BUY X ORDERS_PER_DAY
		`,
	})
}

// TestChangesInEveryWindow: orders and changes together, whenever they come, are never
// more than the limits in any rolling second or minute, any second of the calendar or
// any day, and none is refused that would have fitted.
func TestChangesInEveryWindow(t *testing.T) {
	const most, mostMinute, mostDay = 3, 12, 1_000
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 11))
		p := newPlayer(t)
		p.play(under(fmt.Sprintf(`{"orders_per_second": %d, "orders_per_minute": %d, "orders_per_day": %d}`, most, mostMinute, mostDay)))
		var times []int64
		full := [3]int{} // how often the second, the minute, the day was
		n, open := 0, ""
		for range 3_000 {
			p.ms += []int64{0, 1, r.Int64N(300), 1000 - p.ms%1000, r.Int64N(200_000)}[r.IntN(5)]
			p.a.Mark(Mark{Symbol: "X", TimeMs: p.ms, Price: decimal.FromInt(100), Seq: market.Seq{Offset: int64(n)}}, Cause{Origin: fmt.Sprint("tick/0/", n), TimeMs: p.ms})
			if p.a.orders[open] == nil {
				open = "" // the day is over
			}
			n++
			d := &ManualOrder{Symbol: "X", TransactionType: order.Buy, Quantity: decimal.FromUnits(int64(n)), Price: decimal.FromInt(90)}
			if changes := open != "" && r.IntN(2) == 0; changes {
				d = &ManualOrder{Modify: open, Quantity: decimal.FromUnits(int64(n))}
			} else if open != "" {
				c := Command{ID: fmt.Sprint("x", n), UserID: "alice", TimeMs: p.ms, Type: CmdOrder, Data: &ManualOrder{Cancel: open}}
				if _, err := p.a.Command(c, Cause{Origin: fmt.Sprint("cancel/0/", n)}); err != nil {
					t.Fatal(err)
				}
			}
			events, err := p.a.Command(Command{ID: fmt.Sprint("o", n), UserID: "alice", TimeMs: p.ms, Type: CmdOrder, Data: d}, Cause{Origin: fmt.Sprint("order/0/", n)})
			taken := err == nil && events[0].(OrderEvent).Type == Placed
			day := p.ms - p.ms%aDayMs
			is, fits := [3]int{since(times, p.ms-999), since(times, p.ms-59_999), since(times, day)}, true
			for i, limit := range [3]int{most, mostMinute, mostDay} {
				if is[i] >= limit {
					full[i]++
					fits = false
				}
			}
			if fits != taken {
				t.Fatalf("seed %d: taken %v, %v %v; in the second, minute and day are %v", seed, taken, err, events, is)
			}
			if taken {
				times = append(times, p.ms)
				open = events[0].(OrderEvent).OrderID
			}
		}
		if slices.Contains(full[:], 0) || times[0]/aDayMs == times[len(times)-1]/aDayMs {
			t.Fatalf("seed %d: the second, minute and day were full %v times: the test says little", seed, full)
		}
		calendar := make(map[int64]int)
		for _, ms := range times {
			if calendar[ms/1000]++; calendar[ms/1000] > most {
				t.Fatalf("seed %d: %d orders and changes in the second of %d", seed, calendar[ms/1000], ms)
			}
		}
	}
}

func since(times []int64, fromMs int64) int {
	n := 0
	for _, ms := range slices.Backward(times) {
		if ms < fromMs {
			break
		}
		n++
	}
	return n
}
