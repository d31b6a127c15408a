package account

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// ruledPlayer is an account at a live venue with one rule strategy, which steps on what
// the account takes in.
type ruledPlayer struct {
	*player
	s strategy.Strategy
}

func newRuledPlayer(t *testing.T, ruleText string) *ruledPlayer {
	p := &ruledPlayer{player: newPlayer(t)}
	p.input(`cmd OPEN_ACCOUNT {"deposit": 100000, "venue": "kite"}`)
	p.input(`cmd DEPLOY {"strategy_id": "r", "name": "r", "symbols": ["X"], "timeframe": "1min", "rules": ` + ruleText + `}`)
	var err error
	if p.s, err = p.a.deployed("r").New(); err != nil {
		t.Fatal(err)
	}
	return p
}

// at takes in a tick of X, or the close of a candle, at a minute of 2024-01-08 in UTC,
// and gives the orders that came of it.
func (p *ruledPlayer) at(clock, price string, closed bool) string {
	var hour, minute int64
	if _, err := fmt.Sscanf(clock, "%d:%d", &hour, &minute); err != nil {
		p.t.Fatal(err)
	}
	x := decimal.MustParse(price)
	p.n++
	p.ms = 1_704_672_000_000 + (hour*60+minute)*60_000
	ev := &strategy.Event{
		Symbol: "X", Timeframe: market.MustParseTimeframe("1min"), TimeMs: p.ms, Price: x, Closed: closed,
		Candle: &market.Candle{Open: x, High: x, Low: x, Close: x, Volume: x},
	}
	if closed {
		ev.TimeMs--
	}
	c := Cause{Origin: fmt.Sprintf("test/0/%d", p.n), TimeMs: ev.TimeMs}
	said := p.render(p.a.Mark(Mark{Symbol: "X", TimeMs: ev.TimeMs, Price: x, Seq: market.Seq{Offset: p.n}, Closing: closed}, c))
	for i, g := range p.s.Step(ev, p.a.Book("r")) {
		said = append(said, p.render(p.a.Signal(g, c, i))...)
	}
	return orders(said)
}

// orders keeps what was told of orders and asked of the venue.
func orders(said []string) string {
	said = slices.DeleteFunc(said, func(line string) bool {
		return !strings.HasPrefix(line, "PLACED") && !strings.HasPrefix(line, "REJECTED") && !strings.HasPrefix(line, "VENUE")
	})
	return strings.Join(said, ", ")
}

func (p *ruledPlayer) want(got, want string) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("%q, want %q", got, want)
	}
}

// TestAnExitGoesOnBesideAnOrderOfUnknownFate: an entry is filled in part, and then the
// venue no longer tells what became of it. What is held is closed all the same, once.
func TestAnExitGoesOnBesideAnOrderOfUnknownFate(t *testing.T) {
	const ruleText = `{"entry_long": "close > 90", "exit_long": "close < 50", "quantity": "10", "session": "09:15-15:30", "square_off": "15:15"}`
	entered := func(t *testing.T) *ruledPlayer {
		p := newRuledPlayer(t, ruleText)
		p.at("09:20", "100", false)
		p.want(p.at("09:21", "100", true), "PLACED #1 BUY X 10 PENDING, VENUE SEND #1")
		for _, report := range []string{"ACCEPTED", "FILL qty=4 price=100", "UNKNOWN", "UNKNOWN"} {
			p.input("report #1 " + report)
		}
		return p
	}
	t.Run("a rule's exit", func(t *testing.T) {
		p := entered(t)
		p.at("10:00", "40", false)
		p.want(p.at("10:00", "40", true), "PLACED #2 SELL X 4 PENDING, VENUE SEND #2")
		p.want(p.at("10:01", "40", true), "")
		p.input("report #2 UNKNOWN")
		p.want(p.at("10:02", "40", true), "") // it may be on its way
		p.input("report #2 FILL qty=1 price=40")
		p.want(p.at("10:03", "40", true), "")
		p.input("report #2 CANCELLED")
		p.want(p.at("10:04", "40", true), "PLACED #3 SELL X 3 PENDING, VENUE SEND #3")
		p.input("report #3 FILL qty=3 price=40")
		p.want(p.at("10:05", "100", true), "") // no entry
		p.input("report #1 FILL qty=10 price=100")
		p.want(p.at("10:06", "40", true), "PLACED #4 SELL X 6 PENDING, VENUE SEND #4")
	})
	t.Run("squaring off", func(t *testing.T) {
		p := entered(t)
		p.want(p.at("15:14", "95", false), "")
		p.want(p.at("15:15", "95", false), "VENUE CANCEL #1")
		p.want(p.at("15:15", "95", false), "PLACED #2 SELL X 4 PENDING, VENUE SEND #2")
		p.want(p.at("15:17", "95", false), "")
		p.input("report #2 FILL qty=4 price=95")
		p.want(p.at("15:18", "95", false), "")
		p.input("report #1 FILL qty=10 price=100")
		p.want(p.at("15:19", "95", false), "PLACED #3 SELL X 6 PENDING, VENUE SEND #3")
		p.input("report #3 FILL qty=6 price=95")
		if held := p.a.Book("r").For("X").Quantity; !held.IsZero() {
			t.Errorf("holds %v", held)
		}
	})
}
