package actors

import (
	"errors"
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
)

// maxSymbolBytes bounds a symbol's record: what would take what is reckoned of it above
// that is refused. The topic of symbols takes 8 MiB; the rest is for the frontier and
// the clocks that stand in the record, too.
const maxSymbolBytes = 7 << 20

// What one of each takes in the record at most, save for the names of indicators and
// their states: a test holds them against real records. symbolHeadBytes is for all that
// there is once, texts of up to a KiB: the exchange, two sources, the replays followed.
const (
	symbolHeadBytes = (3 + maxReplaysSeen) << 10
	frameHeadBytes  = 200
	barBytes        = 6*8 + 10
	candleBytes     = 300
	meterHeadBytes  = 32
)

// ensure makes sure that a timeframe exists with at least these periods and
// indicators, and gives it; nil when there is no room for it. What there is no room for
// is an error, and the rest is done.
func (m *symbol) ensure(tf market.Timeframe, periods int, names []string) (*frame, error) {
	room := maxSymbolBytes - m.bytes()
	f, errs := m.ensureFrame(tf, min(periods, maxPeriods), &room)
	if f == nil {
		return nil, errors.Join(errs...)
	}
	for _, name := range names {
		more := f.growth(name)
		if more > max(room, 0) {
			errs = append(errs, noRoom(fmt.Sprintf("indicator %q of %s", name, tf), more, room))
		} else if err := f.addIndicator(name); err != nil {
			errs = append(errs, err)
		} else {
			room -= more
		}
	}
	return f, errors.Join(errs...)
}

// ensureFrame is for the timeframe and its periods; it takes from room.
func (m *symbol) ensureFrame(tf market.Timeframe, periods int, room *int) (*frame, []error) {
	c := &m.config.Symbols
	i := slices.IndexFunc(m.frames, func(f *frame) bool { return f.timeframe == tf })
	more := c.frameBytes(tf, periods)
	if i >= 0 {
		more -= c.frameBytes(tf, m.frames[i].periods)
	}
	if more > max(*room, 0) {
		errs := []error{noRoom(fmt.Sprintf("%d candles of %s", periods, tf), more, *room)}
		if i < 0 {
			return nil, errs
		}
		return m.frames[i], errs
	}
	if i < 0 {
		f := &frame{timeframe: tf}
		if m.known() {
			f.open(m.config, m.exchange)
		}
		m.frames = append(m.frames, f)
		i = len(m.frames) - 1
	}
	f := m.frames[i]
	f.periods = max(f.periods, periods)
	*room -= max(more, 0)
	return f, nil
}

func noRoom(what string, more, room int) error {
	return fmt.Errorf("%s: no room: it takes up to %d bytes of the symbol's record, in which %d of %d are left", what, more, max(room, 0), maxSymbolBytes)
}

// bytes reckons what the symbol's record comes to at most, whatever its ticks are.
func (m *symbol) bytes() int {
	n := symbolHeadBytes
	for _, f := range m.frames {
		n += m.config.Symbols.frameBytes(f.timeframe, f.periods)
		for _, meter := range f.meters {
			n += meterBytes(meter.spec)
		}
	}
	return n
}

// frameBytes reckons a timeframe without indicators: the candles that are open, or that a
// late tick can amend, and the bars that are kept, as closed trims them.
func (c *SymbolSettings) frameBytes(tf market.Timeframe, periods int) int {
	candles := 8
	if !tf.SpansSessions() {
		candles += int((c.Grace + c.Amend) / tf.Duration())
	}
	keep := max(periods, candles)
	return frameHeadBytes + candles*candleBytes + (keep+keep/4+16)*barBytes
}

// growth reckons what an indicator adds: nothing when it is there, or is none.
func (f *frame) growth(name string) int {
	spec, _, err := indicator.ParseName(name)
	if err != nil || slices.ContainsFunc(f.meters, func(m *meter) bool { return m.spec.Name() == spec.Name() }) {
		return 0
	}
	return meterBytes(spec)
}

// meterBytes reckons an indicator with all of its outputs. Its state counts twice: there
// is a settled one once symbols.amend is on.
func meterBytes(spec indicator.Spec) int {
	n := 2 * (meterHeadBytes + len(spec.Name()) + spec.StateBytes())
	for _, name := range spec.OutputNames() {
		n += meterHeadBytes + len(name)
	}
	return n
}
