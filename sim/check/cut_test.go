package check

import (
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
)

// TestCauseBeyondTheEnd: an output whose cause is nowhere hides none of those behind it,
// whether the log is at rest, settled, or may run on.
func TestCauseBeyondTheEnd(t *testing.T) {
	for name, c := range map[string]struct{ record, origin string }{
		"an update": {"buy filled", "indicator-updates/0/99/0"},
		"a timer":   {"alert", "timer/0/99/0"},
	} {
		for mode, of := range map[string]func(*Subject){
			"at rest": func(*Subject) {},
			"settled": func(s *Subject) { s.Live = true },
			"running": func(s *Subject) { s.Live, s.Settled = true, false },
		} {
			w := newWritten(t)
			w.spoil[c.record] = from(c.origin)
			w.more = func() { // behind it, and wrong
				a := messages.RiskAlert{AlertID: "alert", UserID: user, TimeMs: baseMs, AlertType: "SYSTEM", Severity: "INFO", Message: "again"}
				w.put("again", messages.TopicAlerts, user, messages.AppendAlert(nil, &a), by(accountBy, "indicator-updates/0/7/0")...)
			}
			s := w.subject()
			of(s)
			r := checked(t, s)
			for _, check := range []string{"origins", "ids"} {
				if !found(r, check) {
					t.Errorf("%s, %s: found by %v, want %s", name, mode, failed(r), check)
				}
			}
		}
	}
}

func found(r *Report, check string) bool {
	for _, result := range r.Results {
		if result.Check == check {
			return result.Found > 0
		}
	}
	return false
}

// growing is a log that is written to when the reading comes to its signals.
type growing struct {
	View
	write func()
}

func (g *growing) Offsets(tp messages.TopicPartition) (Offsets, error) {
	if tp.Topic == messages.TopicSignals && g.write != nil {
		g.write()
		g.write = nil
	}
	return g.View.Offsets(tp)
}

// TestInputsGrow: what a shard puts out for inputs and timers that were not there yet when
// these were read is left to the next reading, and is no finding.
func TestInputsGrow(t *testing.T) {
	w := newWritten(t)
	s := w.live()
	s.View = &growing{View: s.View, write: func() {
		w.put("more", messages.TopicUpdates, symbol, []byte("{}"), by(symbolBy, "market-data-ticks/0/7/0")...)
		g := messages.Signal{StrategyID: strategy, Symbol: symbol, TimeMs: baseMs, Action: "BUY", Quantity: decimal.FromInt(2)}
		w.put("of it", messages.TopicSignals, strategy, messages.AppendSignal(nil, &g), by(accountBy, "indicator-updates/0/8/0")...)
		w.spoil["account record"] = shardRecord(func(s *veloxpb.ShardState) { s.Timers = 4 })
		w.states()
		a := messages.RiskAlert{AlertID: "later", UserID: user, TimeMs: baseMs, AlertType: "SYSTEM", Severity: "INFO", Message: "m"}
		w.put("by a timer", messages.TopicAlerts, user, messages.AppendAlert(nil, &a), by(accountBy, "timer/0/3/0")...)
	}}
	wantFound(t, s)
}
