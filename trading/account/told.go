package account

import (
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
)

// telling is an update and the tick that it was made for: of one that closes a candle,
// the tick that told of the close, of whatever symbol.
type telling struct {
	origin string
	tick   market.Seq
	ms     int64 // the market time of it
}

// Told is a tick that has told of a close, and the market time of it.
type Told struct {
	market.Seq
	Ms int64 `json:"ms"`
}

// closeTold notes which tick has told that a candle of a symbol has closed: what
// strategies order in the symbol from now on knows of it, be it on another symbol's
// update, for a decision may wait for several candles.
func (a *Account) closeTold(m Mark) {
	s := a.symbols[m.Symbol]
	if s == nil || a.live() || m.Seq.Partition < 0 || m.Seq == s.Seq {
		return
	}
	s.Told = Told{m.Seq, a.telling.ms}
	a.revision++
}

// onUpdate tells whether the present input is the update that telling is of.
func (a *Account) onUpdate() bool {
	return a.telling.origin != "" && a.telling.origin == a.s.Origin
}

// because notes the tick of the present input as the order's cause; of a signal's order
// also the one that has told of its own symbol's close and has not come as a price yet,
// when that is a later one or of another partition: the order could fill at either. A live
// venue fills as it likes.
func (a *Account) because(o *order.Order) {
	if a.live() || !a.onUpdate() {
		return
	}
	tick, told := a.telling.tick, a.symbols[o.Symbol].Told
	switch {
	case told.Ms == 0 || o.Purpose != order.Signalled:
	case told.Partition == tick.Partition:
		tick.Offset = max(tick.Offset, told.Offset)
	default:
		o.Told = &told.Seq
	}
	o.Cause = &tick
}

// arrive takes in that a tick of the symbol has come as a price; was is the place of the
// one before. Orders that it has caused don't fill at it. Those that a later tick of its
// partition has caused don't, either: updates of several partitions have no order among
// each other. When the symbol's offsets go back, the topic was made anew, and a cause
// at or behind the tick before is of the old one: any tick is later.
func (s *Symbol) arrive(m *Mark, was market.Seq) {
	s.Told = Told{}
	anew := was.Partition == m.Seq.Partition && m.Seq.Offset < was.Offset
	for _, o := range s.Orders {
		for _, cause := range []**market.Seq{&o.Cause, &o.Told} {
			c := *cause
			if c == nil || c.Partition != m.Seq.Partition {
				continue
			}
			switch {
			case m.Seq.Offset == c.Offset:
				o.PlacedTick, *cause = s.Ticks, nil
			case m.Seq.Offset < c.Offset && (!anew || c.Offset < was.Offset):
				o.PlacedTick = s.Ticks
			default:
				*cause = nil
			}
		}
	}
}
