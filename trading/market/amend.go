package market

// Amending is off by default: a late tick changes no candle. With a bound, closed
// candles are kept until the clock is the bound past their closing, and a tick
// that comes late until then goes where it would have gone in time.

// keepRecent notes closed candles and lets go of those that have become final.
func (b *Builder) keepRecent(closed []OpenCandle, clockMs int64) {
	if b.amendMs == 0 {
		return
	}
	b.state.Recent = append(b.state.Recent, closed...)
	final := 0
	for final < len(b.state.Recent) && b.final(b.state.Recent[final].EndMs, clockMs) {
		b.state.FinalMs = b.state.Recent[final].EndMs
		final++
	}
	b.state.Recent = append(b.state.Recent[:0], b.state.Recent[final:]...)
}

// final tells whether no tick can change a candle with that end any more.
func (b *Builder) final(endMs, clockMs int64) bool { return endMs+b.graceMs+b.amendMs <= clockMs }

// amend puts a late tick into its closed candle, if the bound allows it.
func (b *Builder) amend(t *Tick, start, end, clockMs int64) Placement {
	if b.amendMs == 0 || start < b.state.FinalMs || b.final(end, clockMs) {
		return Late
	}
	var i int
	known := len(b.state.Recent)
	b.state.Recent, i = place(b.state.Recent, t, start, end)
	c := &b.state.Recent[i]
	c.Amended = true
	b.state.ClosedMs = max(b.state.ClosedMs, end) // also of a candle that never was
	if len(b.state.Recent) > known {
		// The first candle since a start or a loss has come to stand behind this one.
		switch {
		case i+1 < len(b.state.Recent):
			c.Partial = b.state.Recent[i+1].Partial
		case len(b.state.Open) > 0:
			c.Partial = b.state.Open[0].Partial
		default:
			c.Partial = !b.state.Started
		}
	}
	return Amends
}

// Settle says that what ended until a time is known from elsewhere: late ticks amend
// nothing of it.
func (b *Builder) Settle(untilMs int64) { b.state.FinalMs = max(b.state.FinalMs, untilMs) }

// Recent gives the closed candles that a late tick may still change, oldest first.
// The slice is valid until the next call of any method.
func (b *Builder) Recent() []Candle {
	b.view = b.view[:0]
	for i := range b.state.Recent {
		b.view = append(b.view, b.state.Recent[i].Candle)
	}
	return b.view
}
