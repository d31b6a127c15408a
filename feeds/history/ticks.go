package history

import (
	"context"
	"errors"
	"io"

	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/trading/market"
)

// fromTicks makes the request's candles of ticks, as a symbol would that sees the
// files replayed. The first may lack its beginning, and says so.
func (s *Source) fromTicks(ctx context.Context, files []*entry, r *request) ([]market.Candle, error) {
	var paths []string
	for _, e := range files {
		if e.covers(r, market.Timeframe{}) {
			paths = append(paths, e.path)
		}
	}
	if len(paths) == 0 {
		return nil, nil
	}
	ticks, err := replay.Open(paths, replay.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = ticks.Close() }() // it was only read
	patient := patience{ctx: ctx}
	m := maker{request: r, builder: market.NewBuilder(r.timeframe, r.calendar, r.grace)}
	var t market.Tick
	for m.clockMs < r.beforeMs+r.grace.Milliseconds() {
		if err := patient.err(); err != nil {
			return nil, err
		}
		if err := ticks.Next(&t); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		m.take(&t)
	}
	m.close(market.NeverMs)
	return m.made[max(0, len(m.made)-r.periods):], nil
}

// maker runs a builder over ticks and keeps the newest candles.
type maker struct {
	*request
	builder *market.Builder
	clockMs int64
	made    []market.Candle
}

func (m *maker) take(t *market.Tick) {
	m.clockMs = max(m.clockMs, t.TimeMs)
	if !m.is(t.Symbol, t.Exchange) || t.TimeMs < m.fromMs {
		return
	}
	m.close(m.clockMs)
	m.builder.Add(t, m.clockMs)
}

func (m *maker) close(clockMs int64) {
	for _, c := range m.builder.Advance(clockMs) {
		if c.EndMs <= m.beforeMs {
			m.made = append(m.made, c)
		}
	}
	if len(m.made) > 2*m.periods+16 {
		m.made = append(m.made[:0], m.made[len(m.made)-m.periods:]...)
	}
}
