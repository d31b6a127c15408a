package account

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/strategy"
)

// segments are an account's instruments as a trader of NSE has them.
const segments = `"instruments": [{"symbol": "NIFTY*FUT", "lot_size": 75, "freeze_quantity": 1850}, {"symbol": "*FUT", "tick_size": 0.1, "fees": "nse_futures"}, ` +
	`{"symbol": "NIFTY*#CE", "tick_size": 0.05, "lot_size": 75, "fees": "nse_options"}, {"symbol": "X", "tick_size": 0.05}]`

const trading = "> cmd OPEN_ACCOUNT {\"deposit\": 10000000, " + segments + `}
	> cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X", "NIFTYFUT", "NIFTY100CE", "TCSFUT"], "external": true}
	STRATEGY s RUNNING
	> cmd DEPLOY {"strategy_id": "r", "name": "m", "symbols": ["X", "NIFTYFUT"], "rules": {"entry_long": "false", "exit": "price > 1000000"}}
	STRATEGY r RUNNING
	> tick X 100
	> tick NIFTYFUT 20000
	> tick NIFTY100CE 200
	> tick TCSFUT 4000
`

func TestSteps(t *testing.T) {
	scripts(t, map[string]string{
		"each symbol has its own tick": trading + `
			> signal s BUY X qty=1 price=99.95
			PLACED #1 BUY X 1 limit 99.95 PENDING
			> signal s BUY NIFTYFUT qty=75 price=19999.95
			REJECTED BUY NIFTYFUT TICK_SIZE
			> signal s BUY NIFTYFUT qty=75 price=19999.9 ms=2
			PLACED #2 BUY NIFTYFUT 75 limit 19999.9 PENDING
			> signal s SELL X qty=1 trigger=99.99 ms=3
			REJECTED SELL X TICK_SIZE
			> signal s SELL X qty=1 trigger=99.9 price=99.86 ms=4
			REJECTED SELL X TICK_SIZE
			> signal s BUY X qty=1 price=0.01 ms=5
			REJECTED BUY X TICK_SIZE
			> signal s BUY X qty=1 price=99.97 market ms=6
			PLACED #3 BUY X 1 PENDING
		`,
		"each symbol has its own lot": trading + `
			> signal s BUY X qty=1.5
			PLACED #1 BUY X 1.5 PENDING
			> signal s BUY TCSFUT qty=1
			PLACED #2 BUY TCSFUT 1 PENDING
			> signal s BUY NIFTYFUT qty=100
			REJECTED BUY NIFTYFUT LOT_SIZE
			> signal s BUY NIFTY100CE qty=50 ms=2
			REJECTED BUY NIFTY100CE LOT_SIZE
			> cmd ORDER {"symbol": "NIFTYFUT", "transaction_type": "SELL", "quantity": 76}
			REJECTED SELL NIFTYFUT LOT_SIZE
			> cmd ORDER {"symbol": "NIFTYFUT", "transaction_type": "SELL", "quantity": 150, "price": 20001}
			PLACED #3 SELL NIFTYFUT 150 limit 20001 MANUAL PENDING
			> cmd ORDER {"modify": "#3", "quantity": 100}
			refused LOT_SIZE
			> cmd ORDER {"modify": "#3", "price": 20001.05}
			refused TICK_SIZE
			> cmd ORDER {"modify": "#3", "price": 20001.1, "quantity": 75}
			PLACED #3 SELL NIFTYFUT 75 limit 20001.1 MANUAL PENDING
		`,
		"each symbol has its own fees": trading + `
			> signal s BUY X qty=1000
			PLACED #1 BUY X 1000 PENDING
			> signal s SELL NIFTYFUT qty=75
			PLACED #2 SELL NIFTYFUT 75 PENDING
			> signal s SELL NIFTY100CE qty=75
			PLACED #3 SELL NIFTY100CE 75 PENDING
			> tick X 100
			FILLED #1 BUY X 1000 got 1000 at 100 FILLED
			OPENED X 1000 at 100, now 100, open 0, made 0
			> tick NIFTYFUT 20000
			FILLED #2 SELL NIFTYFUT 75 got 75 at 20000 for 807.76 FILLED
			OPENED NIFTYFUT -75 at 20000, now 20000, open 0, made 0, fees 807.76
			> tick NIFTY100CE 200
			FILLED #3 SELL NIFTY100CE 75 got 75 at 200 for 52.41 FILLED
			OPENED NIFTY100CE -75 at 200, now 200, open 0, made 0, fees 52.41
		`,
		"what rules compute is rounded, never to worse prices": trading + `
			> signal r BUY X qty=1 price=99.99
			PLACED #1 BUY X 1 limit 99.95 PENDING
			> signal r SELL X qty=1 price=100.01
			PLACED #2 SELL X 1 limit 100.05 PENDING
			> signal r BUY X qty=1 trigger=101.04 price=101.06
			PLACED #3 BUY X 1 limit 101.05 trigger 101 TRIGGER_PENDING
			> signal r BUY NIFTYFUT qty=160
			PLACED #4 BUY NIFTYFUT 150 PENDING
			> signal r BUY NIFTYFUT qty=74.9
			REJECTED BUY NIFTYFUT LOT_SIZE
			> signal r BUY X qty=1 price=0.04
			REJECTED BUY X TICK_SIZE
		`,
		"stops and targets are at ticks": trading + enters("BUY X qty=10 stop=98.03 target=102.01", "100") + `
			> tick X 98.02
			MODIFIED X 10 at 100, now 98.02, open -19.8, made 0
			> tick X 102.04
			MODIFIED X 10 at 100, now 102.04, open 20.4, made 0
			> tick X 102.05
			PLACED #2 SELL X 10 TARGET PENDING
			MODIFIED X 10 at 100, now 102.05, open 20.5, made 0
		`,
		"also those of a short": trading + enters("SELL X qty=10 stop=102.01 target=98.03", "100") + `
			> tick X 98.01
			MODIFIED X -10 at 100, now 98.01, open 19.9, made 0
			> tick X 102.04
			MODIFIED X -10 at 100, now 102.04, open -20.4, made 0
			> tick X 102.05
			PLACED #2 BUY X 10 STOPLOSS PENDING
			MODIFIED X -10 at 100, now 102.05, open -20.5, made 0
		`,
		"and a trailing one": trading + enters("BUY X qty=10 trail=2.01", "100") + `
			> tick X 97.96
			MODIFIED X 10 at 100, now 97.96, open -20.4, made 0
			> tick X 97.95
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 97.95, open -20.5, made 0
		`,
		"a stop below one tick stays": trading + enters("BUY X qty=10 stop=0.01", "100") + `
			> tick X 0.02
			MODIFIED X 10 at 100, now 0.02, open -999.8, made 0
			> tick X 0.01
			PLACED #2 SELL X 10 STOPLOSS PENDING
			MODIFIED X 10 at 100, now 0.01, open -999.9, made 0
		`,
		"no lot keeps anyone in a position": trading + `
			> signal s BUY NIFTYFUT qty=150
			PLACED #1 BUY NIFTYFUT 150 PENDING
			> tick NIFTYFUT 20000
			FILLED #1 BUY NIFTYFUT 150 got 150 at 20000 for 151.92 FILLED
			OPENED NIFTYFUT 150 at 20000, now 20000, open 0, made 0, fees 151.92
			> cmd SET_LIMITS {"instruments": [{"symbol": "NIFTYFUT", "lot_size": 65}]}
			> signal s SELL NIFTYFUT qty=75 exit
			REJECTED SELL NIFTYFUT LOT_SIZE
			> signal s SELL NIFTYFUT qty=65 exit ms=2
			PLACED #2 SELL NIFTYFUT 65 PENDING
			> tick NIFTYFUT 20000
			FILLED #2 SELL NIFTYFUT 65 got 65 at 20000 FILLED
			MODIFIED NIFTYFUT 85 at 20000, now 20000, open 0, made 0, fees 151.92
			> signal s SELL NIFTYFUT exit ms=3
			PLACED #3 SELL NIFTYFUT 85 PENDING
		`,
		"risk closes whole lots": trading + `
			> signal s BUY NIFTYFUT qty=300
			PLACED #1 BUY NIFTYFUT 300 PENDING
			> tick NIFTYFUT 20000
			FILLED #1 BUY NIFTYFUT 300 got 300 at 20000 for 280.24 FILLED
			OPENED NIFTYFUT 300 at 20000, now 20000, open 0, made 0, fees 280.24
			> cmd SET_LIMITS {"position_size": 200}
			ALERT POSITION_SIZE CRITICAL {"symbol":"NIFTYFUT","current_quantity":300,"limit":200,"positions_to_close":["NIFTYFUT"]}
			PLACED #2 SELL NIFTYFUT 150 RISK PENDING
		`,
	})
}

func TestInstrumentsInForce(t *testing.T) {
	scripts(t, map[string]string{
		"limits alone leave them": trading + `
			> cmd SET_LIMITS {"max_order_quantity": 1000}
			> signal s BUY NIFTYFUT qty=76
			REJECTED BUY NIFTYFUT LOT_SIZE
		`,
		"an empty list takes them away": trading + `
			> cmd SET_LIMITS {"instruments": []}
			> signal s BUY NIFTYFUT qty=76 price=0.001
			PLACED #1 BUY NIFTYFUT 76 limit 0.001 PENDING
		`,
		"a higher revision replaces them": trading + `
			> cmd OPEN_ACCOUNT {"revision": 2, "instruments": [{"symbol": "*", "lot_size": 10}]}
			> signal s BUY NIFTYFUT qty=75
			REJECTED BUY NIFTYFUT LOT_SIZE
			> signal s BUY X qty=10 price=99.99
			PLACED #1 BUY X 10 limit 99.99 PENDING
		`,
		"the account's hold for what they leave out": opened(`"paper": {"tick_size": 0.5, "lot_size": 5, "fees": "nse_futures"}, "instruments": [{"symbol": "Y", "lot_size": 2, "fees": "none"}]`) + `
			> tick Y 100
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 2}
			REJECTED BUY Y NO_PRICE
			> tick Y 100
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 5}
			REJECTED BUY Y LOT_SIZE
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 4, "price": 100.1}
			REJECTED BUY Y TICK_SIZE
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 4, "price": 100.5}
			PLACED #1 BUY Y 4 limit 100.5 MANUAL PENDING
			> tick Y 100
			FILLED #1 BUY Y 4 limit 100.5 got 4 at 100 FILLED
			OPENED Y 4 at 100, now 100, open 0, made 0
			> signal s BUY X qty=2
			REJECTED BUY X LOT_SIZE
			> signal s BUY X qty=5 ms=2
			PLACED #2 BUY X 5 PENDING
			> tick X 1000
			FILLED #2 BUY X 5 got 5 at 1000 for 1.98 FILLED
			OPENED X 5 at 1000, now 1000, open 0, made 0, fees 1.98
		`,
		"slippage is in the symbol's ticks": opened(`"paper": {"slippage_ticks": 2, "tick_size": 0.05}, "instruments": [{"symbol": "X", "tick_size": 0.25}]`) + `
			> signal s BUY X qty=1
			PLACED #1 BUY X 1 PENDING
			> tick X 100
			FILLED #1 BUY X 1 got 1 at 100.5 FILLED
			OPENED X 1 at 100.5, now 100, open -0.5, made 0
		`,
		"the share is in the symbol's lots": opened(`"paper": {"participation": 0.5, "lot_size": 10}, "instruments": [{"symbol": "X", "lot_size": 25}]`) + `
			> signal s BUY X qty=75
			PLACED #1 BUY X 75 PENDING
			> tick X 100 vol=128
			FILLED #1 BUY X 75 got 50 at 100 PARTIALLY_FILLED
			OPENED X 50 at 100, now 100, open 0, made 0
		`,
		"they hold at a live venue": `
			> cmd OPEN_ACCOUNT {"venue": "kite", "deposit": 1000, "instruments": [{"symbol": "X", "lot_size": 25, "tick_size": 0.05}]}
			` + deploy + `
			> tick X 100
			> signal s BUY X qty=30
			REJECTED BUY X LOT_SIZE
			> signal s BUY X qty=25 price=99.99 ms=2
			REJECTED BUY X TICK_SIZE
			> signal s BUY X qty=25 price=99.95 ms=3
			PLACED #1 BUY X 25 limit 99.95 PENDING
			VENUE SEND #1
		`,
		"one order has at most the freeze quantity": opened(`"instruments": [{"symbol": "X", "lot_size": 65, "freeze_quantity": 1800}]`) + `
			> signal s BUY X qty=1820
			REJECTED BUY X FREEZE_QUANTITY
			> signal s BUY X qty=1755 price=90 ms=2
			PLACED #1 BUY X 1755 limit 90 PENDING
			> cmd ORDER {"modify": "#1", "quantity": 1820}
			refused FREEZE_QUANTITY
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1801}
			REJECTED BUY X FREEZE_QUANTITY
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "freeze_quantity": 1800}]}
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 1800}
			PLACED #2 BUY X 1800 MANUAL PENDING
		`,
		"a strategy's exit is split, and a stop is not": opened(`"instruments": [{"symbol": "X", "lot_size": 65, "freeze_quantity": 1800}]`) + `
			> signal s BUY X qty=1755 stop=90
			PLACED #1 BUY X 1755 PENDING
			> signal s BUY X qty=1300 stop=80 ms=2
			PLACED #2 BUY X 1300 PENDING
			> tick X 100
			FILLED #1 BUY X 1755 got 1755 at 100 FILLED
			OPENED X 1755 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 1300 got 1300 at 100 FILLED
			MODIFIED X 3055 at 100, now 100, open 0, made 0
			> signal s SELL X exit qty=3001 ms=3
			PLACED #3 SELL X 1755 PENDING
			PLACED #4 SELL X 1235 PENDING
			> signal s HOLD X cancel ms=4
			CANCELLED #3 SELL X 1755 STRATEGY CANCELLED
			CANCELLED #4 SELL X 1235 STRATEGY CANCELLED
			> signal s SELL X exit ms=5
			PLACED #5 SELL X 1755 PENDING
			PLACED #6 SELL X 1300 PENDING
			> cmd ORDER {"cancel": "#6"}
			CANCELLED #6 SELL X 1300 USER CANCELLED
			> signal s SELL X exit ms=6
			PLACED #7 SELL X 1300 PENDING
			> signal s SELL X exit ms=7
			REJECTED SELL X NO_POSITION
			> signal s HOLD X cancel ms=8
			CANCELLED #5 SELL X 1755 STRATEGY CANCELLED
			CANCELLED #7 SELL X 1300 STRATEGY CANCELLED
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "freeze_quantity": 100}]}
			> tick X 85
			PLACED #8 SELL X 1755 STOPLOSS PENDING
			MODIFIED X 3055 at 100, now 85, open -45825, made 0
		`,
		"an exit of the freeze quantity is one order": opened(`"instruments": [{"symbol": "X", "freeze_quantity": 1800}]`) + enters("BUY X qty=1800", "100") + `
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "lot_size": 65, "freeze_quantity": 1800}]}
			> signal s SELL X exit ms=2
			PLACED #2 SELL X 1800 PENDING
		`,
		"a close by risk is split": opened(`"instruments": [{"symbol": "X", "lot_size": 65, "freeze_quantity": 1800}]`) + `
			> signal s BUY X qty=1755
			PLACED #1 BUY X 1755 PENDING
			> signal s BUY X qty=1300 ms=2
			PLACED #2 BUY X 1300 PENDING
			> signal s BUY X qty=1300 ms=3
			PLACED #3 BUY X 1300 PENDING
			> tick X 100
			FILLED #1 BUY X 1755 got 1755 at 100 FILLED
			OPENED X 1755 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 1300 got 1300 at 100 FILLED
			MODIFIED X 3055 at 100, now 100, open 0, made 0
			FILLED #3 BUY X 1300 got 1300 at 100 FILLED
			MODIFIED X 4355 at 100, now 100, open 0, made 0
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #4 SELL X 1755 RISK PENDING
			PLACED #5 SELL X 1755 RISK PENDING
			PLACED #6 SELL X 845 RISK PENDING
			> tick X 101
			FILLED #4 SELL X 1755 got 1755 at 101 FILLED
			MODIFIED X 2600 at 100, now 101, open 2600, made 1755
			FILLED #5 SELL X 1755 got 1755 at 101 FILLED
			MODIFIED X 845 at 100, now 101, open 845, made 3510
			FILLED #6 SELL X 845 got 845 at 101 FILLED
			CLOSED X 0 at 0, now 101, open 0, made 4355
		`,
		"so is what a pause closes": opened(`"instruments": [{"symbol": "X", "lot_size": 65, "freeze_quantity": 1800}]`) + `
			> signal s BUY X qty=1755
			PLACED #1 BUY X 1755 PENDING
			> signal s BUY X qty=65 ms=2
			PLACED #2 BUY X 65 PENDING
			> tick X 100
			FILLED #1 BUY X 1755 got 1755 at 100 FILLED
			OPENED X 1755 at 100, now 100, open 0, made 0
			FILLED #2 BUY X 65 got 65 at 100 FILLED
			MODIFIED X 1820 at 100, now 100, open 0, made 0
			> cmd PAUSE {"strategy_id": "s", "close_positions": true}
			STRATEGY s PAUSED
			PLACED #3 SELL X 1755 MANUAL PENDING
			PLACED #4 SELL X 65 MANUAL PENDING
			> tick X 100
			FILLED #3 SELL X 1755 got 1755 at 100 FILLED
			MODIFIED X 65 at 100, now 100, open 0, made 0
			FILLED #4 SELL X 65 got 65 at 100 FILLED
			CLOSED X 0 at 0, now 100, open 0, made 0
		`,
		"a freeze below a lot, by what is changed later, splits nothing": opened(`"instruments": [{"symbol": "X", "freeze_quantity": 1800}]`) + enters("BUY X qty=100", "100") + `
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "freeze_quantity": 10}, {"symbol": "X*", "lot_size": 25}]}
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #2 SELL X 100 RISK PENDING
		`,
		"a close goes on where so many orders end": opened(`"paper": {"latency_ms": 3600000}, "instruments": [{"symbol": "X", "freeze_quantity": 100}]`) + `
			> external e1 s FILLED BUY X 3450 100
			OPENED X 3450 at 100, now 100, open 0, made 0
			> cmd HALT {"close_positions": true}
			ALERT SYSTEM CRITICAL ACTIVE > HALTED COMMAND "by command"
			PLACED #1 SELL X 100 RISK PENDING
			PLACED #2 SELL X 100 RISK PENDING
			PLACED #3 SELL X 100 RISK PENDING
			PLACED #4 SELL X 100 RISK PENDING
			PLACED #5 SELL X 100 RISK PENDING
			PLACED #6 SELL X 100 RISK PENDING
			PLACED #7 SELL X 100 RISK PENDING
			PLACED #8 SELL X 100 RISK PENDING
			PLACED #9 SELL X 100 RISK PENDING
			PLACED #10 SELL X 100 RISK PENDING
			PLACED #11 SELL X 100 RISK PENDING
			PLACED #12 SELL X 100 RISK PENDING
			PLACED #13 SELL X 100 RISK PENDING
			PLACED #14 SELL X 100 RISK PENDING
			PLACED #15 SELL X 100 RISK PENDING
			PLACED #16 SELL X 100 RISK PENDING
			PLACED #17 SELL X 100 RISK PENDING
			PLACED #18 SELL X 100 RISK PENDING
			PLACED #19 SELL X 100 RISK PENDING
			PLACED #20 SELL X 100 RISK PENDING
			PLACED #21 SELL X 100 RISK PENDING
			PLACED #22 SELL X 100 RISK PENDING
			PLACED #23 SELL X 100 RISK PENDING
			PLACED #24 SELL X 100 RISK PENDING
			PLACED #25 SELL X 100 RISK PENDING
			PLACED #26 SELL X 100 RISK PENDING
			PLACED #27 SELL X 100 RISK PENDING
			PLACED #28 SELL X 100 RISK PENDING
			PLACED #29 SELL X 100 RISK PENDING
			PLACED #30 SELL X 100 RISK PENDING
			PLACED #31 SELL X 100 RISK PENDING
			PLACED #32 SELL X 100 RISK PENDING
			> tick X 100
			PLACED #33 SELL X 100 RISK PENDING
			PLACED #34 SELL X 100 RISK PENDING
			PLACED #35 SELL X 50 RISK PENDING
		`,
		"wrong ones change nothing": trading + `
			> cmd SET_LIMITS {"position_size": 1, "instruments": [{"symbol": "X", "fees": "nse_future"}]}
			refused INVALID_INSTRUMENTS
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "lotsize": 5}]}
			refused INVALID_DATA
			> cmd SET_LIMITS {"instruments": null}
			refused INVALID_DATA
			> cmd OPEN_ACCOUNT {"revision": 2, "instruments": [{"symbol": "X"}]}
			refused INVALID_INSTRUMENTS
			> signal s BUY X qty=7
			PLACED #1 BUY X 7 PENDING
		`,
	})
}

// TestStepWords: a reject says what is wrong, and what would do.
func TestStepWords(t *testing.T) {
	for order, want := range map[string]string{
		`"quantity": 100`:                                       "quantity 100 of NIFTYFUT; want a multiple of 75, such as 75 or 150",
		`"quantity": 7500`:                                      "quantity 7500 of NIFTYFUT; want several orders of at most 1800, for the exchange takes no more than 1850 in one",
		`"quantity": 50`:                                        "quantity 50 of NIFTYFUT is less than a lot; want a multiple of 75",
		`"quantity": 75, "price": 99.99`:                        "price 99.99 of NIFTYFUT; want a multiple of 0.1, such as 99.9 or 100",
		`"quantity": 75, "trigger_price": 0.05`:                 "trigger price 0.05 of NIFTYFUT; want a multiple of 0.1",
		`"quantity": 75, "price": 21000, "trigger_price": 20.5`: "",
	} {
		p := newPlayer(t)
		p.play(trading)
		c, err := ParseCommand("o", "alice", p.ms, CmdOrder, []byte(`{"symbol": "NIFTYFUT", "transaction_type": "BUY", `+order+`}`))
		if err != nil {
			t.Fatal(err)
		}
		events, err := p.a.Command(c, Cause{Origin: "test/1/1", TimeMs: p.ms})
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", order, events, err)
		}
		if got, ok := events[0].(OrderEvent); !ok || got.Detail != want || (got.Type == Rejected) != (want != "") {
			t.Errorf("%s: %+v, want %q", order, events[0], want)
		}
	}
}

// TestInstrumentsAreSaved: they are part of the state, and an account without any
// has a state as before.
func TestInstrumentsAreSaved(t *testing.T) {
	p := newPlayer(t)
	p.play(trading)
	saved, err := p.a.SavePart(PartAccount)
	if err != nil || !strings.Contains(string(saved), `"instruments":[{"symbol":"NIFTY*FUT","lot_size":75,"freeze_quantity":1850},`) {
		t.Fatalf("%s, %v", saved, err)
	}
	again, err := reloaded(t, p.a).SavePart(PartAccount)
	if err != nil || string(again) != string(saved) {
		t.Errorf("saved again as %s, %v", again, err)
	}
	plain := newPlayer(t)
	plain.play(started)
	if saved, err := plain.a.SavePart(PartAccount); err != nil || strings.Contains(string(saved), "instruments") {
		t.Errorf("%s, %v", saved, err)
	}
}

// TestIDsOfSplitExits: the first order of an exit has the id that a whole one has, as
// readers derive it from the signal; the others are numbered.
func TestIDsOfSplitExits(t *testing.T) {
	for freeze, want := range map[string][]string{"1800": {"signal/0"}, "400": {"signal/0", "signal/0/1", "signal/0/2"}} {
		p := newPlayer(t)
		p.play(opened(`"instruments": [{"symbol": "X", "freeze_quantity": 1800}]`) + enters("BUY X qty=1000", "100") + `
			> cmd SET_LIMITS {"instruments": [{"symbol": "X", "freeze_quantity": ` + freeze + `}]}
		`)
		p.a.Signal(strategy.Signal{StrategyID: "s", Symbol: "X", Action: strategy.Sell, Exit: true}, Cause{Origin: "updates/0/7/0", TimeMs: p.ms}, 0)
		var got, derived []string
		for _, o := range p.a.symbols["X"].Orders {
			got = append(got, o.ID)
		}
		for _, leg := range want {
			derived = append(derived, ident.Derive("order", "alice", "s", "updates/0/7/0", leg))
		}
		if !slices.Equal(got, derived) {
			t.Errorf("freeze %s: orders %v, want those of %v", freeze, got, want)
		}
	}
}

// TestTheRestOfAnExitIsTold: what a strategy's exit leaves, because it would take too many
// orders, is rejected; another signal goes on with it.
func TestTheRestOfAnExitIsTold(t *testing.T) {
	p := newPlayer(t)
	p.play(opened(`"instruments": [{"symbol": "X", "freeze_quantity": 100}]`) + `
		> external e1 s FILLED BUY X 3450 100
		OPENED X 3450 at 100, now 100, open 0, made 0
	`)
	said := p.input("signal s SELL X exit ms=2")
	if n := len(said); n != maxParts+1 || said[n-1] != "REJECTED SELL X FREEZE_QUANTITY" {
		t.Errorf("%d events, the last %q", n, said[n-1])
	}
	p.input("tick X 100")
	if held := p.a.symbols["X"].Net.Quantity; held.String() != "250" {
		t.Errorf("%v is held", held)
	}
	if said := p.input("signal s SELL X exit ms=3"); len(said) != 3 {
		t.Errorf("then %v", said)
	}
	p.input("tick X 100")
	if held := p.a.symbols["X"].Net.Quantity; !held.IsZero() {
		t.Errorf("%v is held", held)
	}
	checkInvariants(t, p.a)
}
