package paper

import (
	"fmt"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/setting"
)

// Settings say how the paper venue differs from one that fills everything at
// once, at the traded price and for nothing, which the zero value does.
type Settings struct {
	// LatencyMs is the market time from an order, or a change of it, until the venue
	// has it; at most an hour.
	LatencyMs int64 `json:"latency_ms,omitempty"`
	// SlippageBps and SlippageTicks are what orders without a limit pay on top of the
	// traded price: hundredths of a per cent of it, and steps of TickSize.
	SlippageBps   decimal.Decimal `json:"slippage_bps,omitzero"`
	SlippageTicks int64           `json:"slippage_ticks,omitempty"`
	// TickSize is the step of prices: an order's are multiples of it, and a price with
	// slippage is rounded to it, against the trader. 0: none.
	TickSize decimal.Decimal `json:"tick_size,omitzero"`
	// Participation is the share of a tick's volume, above 0 and at most 1, that all
	// orders of the account together may trade; 0: any quantity, whatever the volume.
	Participation decimal.Decimal `json:"participation,omitzero"`
	// LotSize is the step of quantities: of orders, and of what participation gives. 0:
	// none.
	LotSize decimal.Decimal `json:"lot_size,omitzero"`
	// Fees names a shipped scheme, or Own is one; neither: no fees.
	Fees string      `json:"fees,omitempty"`
	Own  fees.Scheme `json:"own_fees,omitzero"`
}

const (
	maxLatencyMs     = 3_600_000
	maxSlippageTicks = 10_000
)

var (
	one    = decimal.FromInt(1)
	allBps = decimal.FromInt(10_000)
	least  = decimal.FromUnits(1)
)

// Validate gives everything that is wrong with the settings in one error, nil when
// nothing is.
func (s *Settings) Validate() error {
	return setting.Join(s.Problems())
}

// Problems gives everything that is wrong with the settings, in their order.
func (s *Settings) Problems() []setting.Problem {
	var list []setting.Problem
	check := func(ok bool, path string, value any, want string) {
		if !ok {
			list = append(list, setting.Problem{Path: path, Value: fmt.Sprint(value), Want: want})
		}
	}
	const orNone = "want it above 0, or 0 for none"
	_, known := fees.Named(s.Fees)
	check(s.LatencyMs >= 0 && s.LatencyMs <= maxLatencyMs, "latency_ms", s.LatencyMs, fmt.Sprintf("want 0 to %d", maxLatencyMs))
	check(s.SlippageBps.Sign() >= 0 && !s.SlippageBps.Greater(allBps), "slippage_bps", s.SlippageBps, "want 0 to 10000")
	check(s.SlippageTicks >= 0 && s.SlippageTicks <= maxSlippageTicks, "slippage_ticks", s.SlippageTicks, fmt.Sprintf("want 0 to %d", maxSlippageTicks))
	check(s.SlippageTicks <= 0 || !s.TickSize.IsZero(), "slippage_ticks", s.SlippageTicks, "want a tick_size with it")
	check(s.TickSize.Sign() >= 0 && s.TickSize.Bounded(), "tick_size", s.TickSize, orNone)
	check(s.Participation.Sign() >= 0 && !s.Participation.Greater(one), "participation", s.Participation, "want it above 0 and at most 1, or 0 for any quantity")
	check(s.LotSize.Sign() >= 0 && s.LotSize.Bounded(), "lot_size", s.LotSize, orNone)
	check(s.Fees == "" || known, "fees", s.Fees, "want one of "+strings.Join(fees.Names(), ", "))
	check(s.Fees == "" || len(s.Own.Charges) == 0, "fees", s.Fees, "want it, or own charges, not both")
	check(len(s.Own.Charges) > 0 || s.Own.Round.IsZero(), "own_fees.round", s.Own.Round, "want charges with it")
	if err := s.Own.Validate(); err != nil {
		list = append(list, setting.Problem{Path: "own_fees", Want: err.Error()})
	}
	return list
}

// For gives the settings for one instrument: what it says itself counts in place of
// the account's.
func (s Settings) For(in instrument.Instrument) Settings {
	if !in.TickSize.IsZero() {
		s.TickSize = in.TickSize
	}
	if !in.LotSize.IsZero() {
		s.LotSize = in.LotSize
	}
	if in.Fees != "" || len(in.Own.Charges) > 0 {
		s.Fees, s.Own = in.Fees, in.Own
	}
	return s
}

// Scheme gives the fees in force.
func (s *Settings) Scheme() fees.Scheme {
	if named, ok := fees.Named(s.Fees); ok {
		return named
	}
	return s.Own
}
