package strategy

import (
	"fmt"

	"github.com/velox-trading/velox/trading/market"
)

// WithheldReason says why a strategy gave no signal where its rules would have given
// one, or can't tell whether they would. There are no others than these.
type WithheldReason string

// The reasons. With COLD and BAD_NUMBER nobody knows whether the rule would have been
// true; with all others it was, on the values that there were.
const (
	// WithheldCold: a value was not there: too few candles were seen for it, or the
	// day was not followed from its beginning.
	WithheldCold WithheldReason = "COLD"
	// WithheldBadNumber: a division by zero, a root of a negative number, one that is too
	// large, or a number of the entry that makes no sense. Value is the rule that it is in.
	WithheldBadNumber WithheldReason = "BAD_NUMBER"
	// WithheldStale: a value of another series had missed more candles than max_age.
	WithheldStale WithheldReason = "STALE"
	// WithheldGap: a candle that lacks ticks went into a value.
	WithheldGap WithheldReason = "GAP"
	// WithheldLate: the candles that a decision waited for came when its time was over.
	WithheldLate       WithheldReason = "LATE"
	WithheldWindows    WithheldReason = "OUTSIDE_WINDOWS"
	WithheldSession    WithheldReason = "OUTSIDE_SESSION"
	WithheldSquareOff  WithheldReason = "SQUARE_OFF" // nothing is entered from that time on
	WithheldCoolDown   WithheldReason = "COOL_DOWN"
	WithheldMaxTrades  WithheldReason = "MAX_TRADES_A_DAY"
	WithheldInPosition WithheldReason = "IN_POSITION" // on that side already
	WithheldOpenOrder  WithheldReason = "OPEN_ORDER"
	WithheldSameCandle WithheldReason = "SAME_CANDLE" // an entry was signalled in it already
	// WithheldPaused: the strategy is paused, so its account drops what it signals.
	WithheldPaused WithheldReason = "STRATEGY_PAUSED"
)

var withheldWords = map[WithheldReason]string{
	WithheldCold: "while values were cold", WithheldBadNumber: "on numbers that make no sense", WithheldStale: "while values of other series were too old",
	WithheldGap: "on candles that lack ticks", WithheldLate: "whose candles came too late", WithheldWindows: "outside the windows",
	WithheldSession: "outside the session", WithheldSquareOff: "after squaring off", WithheldCoolDown: "in the cool-down",
	WithheldMaxTrades: "after the most trades of a day", WithheldInPosition: "in a position already", WithheldOpenOrder: "with an open order",
	WithheldSameCandle: "in the candle of another entry", WithheldPaused: "while the strategy was paused",
}

// Words gives the reason as it stands behind a number of withheld signals.
func (r WithheldReason) Words() string { return withheldWords[r] }

// Withheld is a signal that a strategy did not give.
type Withheld struct {
	Symbol string // that it trades
	Exit   bool   // it would have closed a position; otherwise it is an entry
	Reason WithheldReason
	// Value names what was not there, too old or tainted, of which symbol and
	// timeframe, or the rule whose number makes no sense; empty where there is none.
	Value     string
	Of        string
	Timeframe market.Timeframe
	// Needs is the number of candles that Value needs, Had the number that the
	// strategy has seen; 0 where candles are not what it lacks.
	Needs, Had int
}

// Detail tells of the value, "" when there is none.
func (w *Withheld) Detail() string {
	if w.Value == "" {
		return ""
	}
	name := w.Value
	if w.Of != "" && w.Of != w.Symbol {
		name += " of " + w.Of
	}
	if !w.Timeframe.IsZero() {
		name += " at " + w.Timeframe.String()
	}
	if w.Needs == 0 {
		return name
	}
	return fmt.Sprintf("%s needs %d candles, had %d", name, w.Needs, w.Had)
}

// Explanation is what a strategy tells of its last step besides its signals.
type Explanation struct {
	// Asked counts the decisions on entries: symbols whose entry rules were asked.
	Asked int
	// Withheld has at most one entry and one exit for a decision. It is overwritten by
	// the next step.
	Withheld []Withheld
}

// Explainer is a Strategy that tells why it gave no signals. It is optional, part
// of no state, and must not change what Step gives.
type Explainer interface {
	Explain() Explanation
}
