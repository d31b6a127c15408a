package actors

import (
	"fmt"

	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// Indicators have no way back, so amending a closed candle takes a second copy of
// each, which stands before the candles that can still be amended. It costs twice
// the indicators' state and is there only when symbols.amend is on.

// settle moves the settled copies past the bars that have become final.
func (f *frame) settle() {
	if !f.amends {
		return
	}
	f.unsettled++
	for final := f.unsettled - len(f.builder.Recent()); final > 0; final-- {
		for _, m := range f.meters {
			m.settled.Update(f.bars[len(f.bars)-f.unsettled])
		}
		f.unsettled--
	}
}

// amend publishes a closed candle again that a late tick has changed, and makes
// the indicators as if the tick had come in time. The later closed candles are as
// they were; what indicators make of them counts from the next update on.
func (m *symbol) amend(f *frame, t *market.Tick, box *outbox) {
	recent := f.builder.Recent()
	f.bars = f.bars[:len(f.bars)-f.unsettled]
	f.unsettled = len(recent)
	for _, meter := range f.meters {
		meter.closed, meter.ahead = meter.copySettled(), nil
	}
	for i := range recent {
		b := f.bar(&recent[i])
		f.bars = append(f.bars, b)
		for _, meter := range f.meters {
			meter.closed.Update(b)
		}
		if t.TimeMs >= recent[i].StartMs && t.TimeMs < recent[i].EndMs {
			m.emitClosed(f, recent[i], f.lastValues(), m.sourceMs, box)
			box.count(CountAmended, f.timeframe.String(), 1)
		}
	}
}

// copySettled gives a copy of the indicator before the bars that can be amended.
func (m *meter) copySettled() indicator.Indicator {
	fresh := indicator.New(m.spec)
	if _, err := fresh.LoadState(m.settled.AppendState(nil)); err != nil {
		panic(fmt.Errorf("indicator %s does not load its own state: %w", m.spec.Name(), err))
	}
	return fresh
}

// warm makes all indicators anew from the bars that are kept.
func (f *frame) warm() {
	for _, m := range f.meters {
		f.warmMeter(m)
	}
}

func (f *frame) warmMeter(m *meter) {
	m.closed, m.settled, m.ahead = indicator.New(m.spec), nil, nil
	final := len(f.bars) - f.unsettled
	for _, b := range f.bars[:final] {
		m.closed.Update(b)
	}
	if f.amends {
		m.settled = m.closed
		m.closed = m.copySettled()
	}
	for _, b := range f.bars[final:] {
		m.closed.Update(b)
	}
}

// loadSettled reads the settled copies. State from before symbols.amend was turned
// on has none: then all that has closed is final.
func (f *frame) loadSettled(saved []*veloxpb.IndicatorState) error {
	if !f.amends {
		return nil
	}
	if len(saved) == 0 && f.unsettled == 0 {
		for _, m := range f.meters {
			m.settled = m.closed
			m.closed = m.copySettled()
		}
		return nil
	}
	if len(saved) != len(f.meters) {
		return fmt.Errorf("%d indicators, %d settled states", len(f.meters), len(saved))
	}
	for i, s := range saved {
		m := f.meters[i]
		m.settled = indicator.New(m.spec)
		rest, err := m.settled.LoadState(s.State)
		if err != nil || len(rest) != 0 || s.Name != m.spec.Name() {
			return fmt.Errorf("settled state of indicator %s doesn't fit: %w, %d bytes left", s.Name, err, len(rest))
		}
	}
	return nil
}
