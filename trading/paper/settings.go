package paper

import (
	"fmt"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
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

// Validate gives what is wrong with the settings.
func (s *Settings) Validate() error {
	_, known := fees.Named(s.Fees)
	switch {
	case s.LatencyMs < 0 || s.LatencyMs > maxLatencyMs:
		return fmt.Errorf("latency is %d ms; want 0 to %d", s.LatencyMs, maxLatencyMs)
	case s.SlippageBps.Sign() < 0 || s.SlippageBps.Greater(allBps):
		return fmt.Errorf("slippage_bps is %v; want 0 to 10000", s.SlippageBps)
	case s.SlippageTicks < 0 || s.SlippageTicks > maxSlippageTicks:
		return fmt.Errorf("slippage_ticks is %d; want 0 to %d", s.SlippageTicks, maxSlippageTicks)
	case s.TickSize.Sign() < 0 || !s.TickSize.Bounded():
		return fmt.Errorf("tick_size is %v; want it above 0, or 0 for none", s.TickSize)
	case s.SlippageTicks > 0 && s.TickSize.IsZero():
		return fmt.Errorf("slippage_ticks is %d; want a tick_size with it", s.SlippageTicks)
	case s.Participation.Sign() < 0 || s.Participation.Greater(one):
		return fmt.Errorf("participation is %v; want it above 0 and at most 1, or 0 for any quantity", s.Participation)
	case s.LotSize.Sign() < 0 || !s.LotSize.Bounded():
		return fmt.Errorf("lot_size is %v; want it above 0, or 0 for none", s.LotSize)
	case s.Fees != "" && !known:
		return fmt.Errorf("fees is %q; want one of %v", s.Fees, fees.Names())
	case s.Fees != "" && len(s.Own.Charges) > 0:
		return fmt.Errorf("fees is %q; want it, or own charges, not both", s.Fees)
	case len(s.Own.Charges) == 0 && !s.Own.Round.IsZero():
		return fmt.Errorf("the step of fees is %v; want charges with it", s.Own.Round)
	}
	if err := s.Own.Validate(); err != nil {
		return fmt.Errorf("own_fees: %w", err)
	}
	return nil
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
