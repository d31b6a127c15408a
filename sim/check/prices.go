package check

import (
	"cmp"
	"encoding/json"
	"math/big"
	"sort"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
)

// settings are the largest of an account's that its commands have ever asked for: of what
// paper orders without a limit may pay on top of the traded price, and of ticks and lots.
type settings struct {
	bps, ticks, step, lot *big.Rat
	// hesitant: a venue that has orders later, or trades a share of a tick's volume.
	hesitant bool
	// deleted: commands may be that have said more.
	deleted bool
}

// slippage gives how far a fill may be from a price, with its rounding to a step.
func (s *settings) slippage(price *big.Rat) *big.Rat {
	far := new(big.Rat).Mul(price, s.bps)
	far.Quo(far, big.NewRat(10_000, 1))
	if steps := new(big.Rat).Mul(s.ticks, s.step); far.Sign()+steps.Sign() > 0 {
		far.Add(far, steps.Add(steps, s.step))
	}
	return far
}

// settings gives those of the accounts, from their commands.
func (f *facts) settings() map[string]*settings {
	all := make(map[string]*settings)
	raise := func(r *big.Rat, d decimal.Decimal) {
		if v := ratio(d); v.Cmp(r) > 0 {
			r.Set(v)
		}
	}
	of := func(user string) *settings {
		if all[user] == nil {
			all[user] = &settings{
				bps: new(big.Rat), ticks: new(big.Rat), step: new(big.Rat).Set(lastPlace), lot: new(big.Rat), deleted: f.horizonAt(messages.TopicCommands, user) > 0,
			}
		}
		return all[user]
	}
	for _, user := range f.users {
		if f.horizonAt(messages.TopicCommands, user) > 0 {
			of(user)
		}
	}
	for i := range f.commands {
		c := &f.commands[i]
		if c.Type != "OPEN_ACCOUNT" && c.Type != "SET_LIMITS" {
			continue
		}
		var data struct {
			Paper struct {
				Bps   decimal.Decimal `json:"slippage_bps"`
				Ticks int64           `json:"slippage_ticks"`
				Step  decimal.Decimal `json:"tick_size"`
				Lot   decimal.Decimal `json:"lot_size"`

				LatencyMs     int64           `json:"latency_ms"`
				Participation decimal.Decimal `json:"participation"`
			} `json:"paper"`
			Instruments []struct {
				Step decimal.Decimal `json:"tick_size"`
				Lot  decimal.Decimal `json:"lot_size"`
			} `json:"instruments"`
		}
		if json.Unmarshal(c.Data, &data) != nil {
			continue // it is refused
		}
		s := of(c.UserID)
		s.hesitant = s.hesitant || data.Paper.LatencyMs > 0 || !data.Paper.Participation.IsZero()
		raise(s.bps, data.Paper.Bps)
		raise(s.ticks, decimal.FromInt(data.Paper.Ticks))
		raise(s.step, data.Paper.Step)
		raise(s.lot, data.Paper.Lot)
		for _, in := range data.Instruments {
			raise(s.step, in.Step)
			raise(s.lot, in.Lot)
		}
	}
	return all
}

// noteDeleted tells of how many accounts nothing is known.
func noteDeleted(all map[string]*settings, what string, out *Result) {
	n := 0
	for _, s := range all {
		if s.deleted {
			n++
		}
	}
	if n > 0 {
		out.note("%d accounts are left out: commands of theirs may be deleted that have said %s", n, what)
	}
}

// checkPrices holds the price of each paper fill against that of the tick that it
// happened at. Orders without a limit may have slipped, against the trader; others
// have traded at the tick's price, and never beyond their limit.
func checkPrices(f *facts, out *Result) {
	all := f.settings()
	noteDeleted(all, "how much orders slip", out)
	for c, trades := range f.trades(&Result{}) {
		for i := range trades {
			t := &trades[i]
			if s := all[c.user]; t.written && s != nil && !s.deleted && !t.beheaded && !f.live[c.user] {
				f.priced(t, s, out)
			}
		}
	}
}

func (f *facts) priced(t *trade, s *settings, out *Result) {
	u := f.at(t.source(), t.origin.Offset)
	if u == nil {
		return // deleted since, or another check's
	}
	if u.tp.Topic != messages.TopicUpdates || u.written && u.origin.Topic != messages.TopicTicks {
		out.Find(t.String(), "a paper fill that %s caused, which is no tick", t.origin)
		return
	}
	tick := f.tickAt(u.source(), u.origin.Offset)
	if !u.written || tick == nil {
		return // the price is that of others, or the tick is deleted or not counted
	}
	out.Looked++
	if tick.symbol != t.event.Symbol {
		out.Find(t.String(), "a paper fill in %s at the tick %s of %s", t.event.Symbol, u.origin, tick.symbol)
		return
	}
	traded := ratio(tick.price)
	worse := new(big.Rat).Sub(t.price, traded) // how much was paid on top
	sell := t.quantity.Sign() < 0
	if sell {
		worse.Neg(worse)
	}
	rounding := new(big.Rat).Quo(t.rounding, new(big.Rat).Abs(t.quantity))
	rounding.Add(rounding, lastPlace)
	most := new(big.Rat).Set(rounding)
	if !limited(t.event.Order.OrderType) {
		most.Add(most, s.slippage(traded))
	}
	if worse.Cmp(most) > 0 || worse.Cmp(rounding.Neg(rounding)) < 0 {
		out.Find(t.String(), "a %s order of %s in %s filled at %s, the market traded at %v", t.event.Order.OrderType, t.event.Order.TransactionType, t.event.Symbol,
			t.price.FloatString(8), tick.price)
		return
	}
	if !within(&t.event.Order, tick.price) {
		out.Find(t.String(), "a %s order of %s in %s with the limit %v filled at %v", t.event.Order.OrderType, t.event.Order.TransactionType, t.event.Symbol,
			t.event.Order.Price, tick.price)
	}
}

// within tells whether a trade at a price is at an order's limit or better, or there is
// none.
func within(o *messages.OrderDetails, price decimal.Decimal) bool {
	switch {
	case !limited(o.OrderType):
		return true
	case o.TransactionType == messages.Sell:
		return price.GreaterEq(o.Price)
	}
	return price.LessEq(o.Price)
}

// tickAt finds the tick at a place; nil when there is none that counts.
func (f *facts) tickAt(tp messages.TopicPartition, offset int64) *tickFact {
	i := sort.Search(len(f.ticks), func(i int) bool {
		t := &f.ticks[i]
		return cmp.Or(cmp.Compare(t.tp.Partition, tp.Partition), cmp.Compare(t.offset, offset)) >= 0
	})
	if i == len(f.ticks) || f.ticks[i].tp != tp || f.ticks[i].offset != offset {
		return nil
	}
	return &f.ticks[i]
}
