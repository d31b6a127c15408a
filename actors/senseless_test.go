package actors

import (
	"math"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
	"github.com/velox-trading/velox/trading/strategy/compiled"
)

func init() {
	compiled.Register("senseless", func(at compiled.Place, p *compiled.Parameters) strategy.Strategy {
		return &senseless{vanishing: vanishing{Place: at}, nameless: p.Number("nameless", 0, 0, 1) > 0}
	})
}

// senseless gives, at each close, a signal that few would: entries of nothing and of
// far too confident ones, exits without a quantity, or a signal without a symbol.
type senseless struct {
	vanishing
	nameless bool
}

func (s *senseless) Step(ev *strategy.Event, book *strategy.Book) []strategy.Signal {
	h := book.For(ev.Symbol)
	if !ev.Closed || h.OpenOrders > 0 {
		return nil
	}
	g := strategy.Signal{StrategyID: s.StrategyID, Symbol: ev.Symbol, TimeMs: ev.TimeMs, Action: strategy.Buy, Market: true, Confidence: math.NaN()}
	s.bought++
	switch {
	case s.nameless:
		g.Symbol = ""
	case h.Quantity.Sign() > 0:
		g.Action, g.Exit = strategy.Sell, true
	case s.bought%2 == 0:
		g.Quantity, g.Confidence = decimal.FromInt(3), 7
	}
	return []strategy.Signal{g}
}

// TestSignalsOfCompiledStrategies: what a strategy's code gives is written only when
// others can read it. An exit of everything has the quantity that is held, an entry of
// nothing is a rejected order, and a signal without a symbol fails its strategy.
func TestSignalsOfCompiledStrategies(t *testing.T) {
	k := newKit(t, nil)
	node := k.startAll(k.config())
	k.command("ann", "open", account.CmdOpenAccount, map[string]any{"deposit": 1_000_000})
	for _, name := range []string{"some", "nameless"} {
		d := account.Deploy{StrategyID: name, Name: name, Symbols: []string{"X"}, Timeframe: "1min", Code: "senseless"}
		if name == "nameless" {
			d.Parameters = account.RuleTexts{"nameless": "1"}
		}
		k.command("ann", name, account.CmdDeploy, d)
	}
	k.ready(node)
	for i := range 40 {
		k.tick(&market.Tick{
			Symbol: "X", Exchange: "SIM", TimeMs: baseMs + int64(i)*20_000, Source: "feed", Type: "trade", Price: decimal.FromInt(100), Volume: decimal.FromInt(1),
		})
	}
	k.settle(40)
	k.until("both sides traded, and the other strategy failed", func() bool {
		return k.seen.get(CountOrders, "FILLED") >= 2 && k.seen.get(CountOrders, "REJECTED") > 0 && k.total(messages.TopicDeadLetters) == 1
	})
	k.stop(node)

	said := make(map[string]int)
	for _, r := range k.cluster.AllRecords(messages.TopicSignals) {
		g, err := messages.DecodeSignalRecord(r)
		if err != nil {
			t.Fatalf("%s: %v", r.Value, err)
		}
		if !g.IsRequest() {
			said[g.Action+" "+g.Quantity.String()]++
			if g.StrategyID != "some" || g.Confidence != 1 && g.Confidence != 0 {
				t.Errorf("signal %s", r.Value)
			}
		}
	}
	if len(said) != 2 || said["BUY 3"] == 0 || said["SELL 3"] == 0 {
		t.Errorf("signals %v, want some of BUY 3 and SELL 3 alone", said)
	}
	reasons := make(map[string]int)
	for _, e := range k.orders() {
		reasons[e.Order.Reason]++
	}
	if len(reasons) != 2 || reasons["INVALID_QUANTITY"] == 0 || reasons[""] == 0 {
		t.Errorf("reasons of orders %v, want INVALID_QUANTITY and none", reasons)
	}
	letters := k.cluster.AllRecords(messages.TopicDeadLetters)
	if len(letters) != 1 || k.seen.get(CountQuarantined, "strategy") != 1 {
		t.Fatalf("%d dead letters; counts: %s", len(letters), k.seen.all())
	}
	if letter, err := messages.DecodeDeadLetter(letters[0].Value); err != nil || !strings.Contains(letter.Error, `in symbol ""`) {
		t.Errorf("dead letter %+v, %v", letter, err)
	}
}
