package actors

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/market"
)

// TestFailedStrategiesSquareOff: the account of a strategy that was quarantined closes
// what it holds at its time of squaring off.
func TestFailedStrategiesSquareOff(t *testing.T) {
	k := newKit(t, nil)
	var armed atomic.Bool
	c := k.config()
	c.Fault = func(point, detail string) error {
		if point == "step" && detail == "s = ann/s" && armed.Load() {
			return errors.New("injected")
		}
		return nil
	}
	node := k.startAll(c)
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000})
	k.command("ann", "deploy", account.CmdDeploy, map[string]any{
		"strategy_id": "s", "name": "s", "symbols": []string{"SYM0"}, "timeframe": "1min",
		"rules": map[string]any{"entry_long": "close > 0", "evaluate": "every_tick", "square_off": "00:20"},
	})
	k.ready(node)
	given := 0
	tick := func(seconds int64) {
		t.Helper()
		tick := walk(3, 1, 1, "feed")[0]
		tick.TimeMs = baseMs + seconds*1000
		k.tick(tick)
		given++
		k.settle(given)
	}
	tick(60)
	tick(120) // enters
	tick(121)
	if filled := k.seen.get(CountOrders, "FILLED"); filled != 1 {
		t.Fatalf("%d orders filled, want the entry; counts %s", filled, k.seen.all())
	}
	armed.Store(true)
	tick(20*60 - 1)
	if failed, placed := k.seen.get(CountQuarantined, "strategy"), k.seen.get(CountOrders, "PLACED"); failed != 1 || placed != 1 {
		t.Fatalf("%d quarantined, %d orders placed, want 1 and 1; counts %s", failed, placed, k.seen.all())
	}
	tick(20 * 60)
	tick(20*60 + 1)
	k.stop(node)
	if closed := k.seen.get(CountPositions, "CLOSED"); closed != 1 {
		t.Errorf("%d positions closed, want 1; counts %s", closed, k.seen.all())
	}
}

// TestPricesTellOfEarlyCloses: the account squares off by them for strategies that failed.
func TestPricesTellOfEarlyCloses(t *testing.T) {
	early := market.EarlyClose{CloseMs: baseMs, UsualMs: baseMs + 1}
	u := messages.IndicatorUpdate{Symbol: "X", Timeframe: "1min", TimeMs: baseMs}
	r := &messages.Record{Value: messages.AppendUpdate(nil, &u), Headers: []messages.Header{
		{Key: messages.HeaderEarlyClose, Value: messages.AppendEarlyClose(nil, early)},
	}}
	var got accountUpdate
	if err := got.read(r); err != nil || got.mark.Early != early || got.event.Early != early {
		t.Errorf("%+v, %v", got, err)
	}
}
