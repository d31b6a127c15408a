package configs

import (
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
)

// Paper says how the paper venue fills an account's orders. When all of it is
// absent: at once, at the traded price, whatever the volume, and for nothing.
type Paper struct {
	// Latency is market time from an order until the venue has it.
	Latency time.Duration `yaml:"latency" range:"0s..1h"`
	// SlippageBps and SlippageTicks are what orders without a limit pay on top of the
	// traded price: hundredths of a per cent of it, and steps of TickSize.
	SlippageBps   decimal.Decimal `yaml:"slippage_bps"`
	SlippageTicks int64           `yaml:"slippage_ticks"`
	TickSize      decimal.Decimal `yaml:"tick_size"`
	// Participation is the share of a tick's volume that orders may trade; LotSize
	// the step of the quantities that this gives.
	Participation decimal.Decimal `yaml:"participation"`
	LotSize       decimal.Decimal `yaml:"lot_size"`
	// Fees names a shipped scheme, or Charges are one, each rounded to FeeStep.
	Fees    string          `yaml:"fees"`
	FeeStep decimal.Decimal `yaml:"fee_step"`
	Charges []Charge        `yaml:"charges"`
}

// Charge is one line of an own scheme of fees.
type Charge struct {
	Name string `yaml:"name" required:"-" check:"id"`
	// Side is BUY or SELL; empty: both.
	Side string `yaml:"side" oneof:",BUY,SELL"`
	// On is what Rate is applied to: per cent of the traded value (also when empty),
	// money a unit of quantity, money an order, or per cent of the charges of Of.
	On   string          `yaml:"on" oneof:",value,quantity,order,charges"`
	Rate decimal.Decimal `yaml:"rate"`
	// Max is the most that one order is charged; 0: no bound.
	Max decimal.Decimal `yaml:"max"`
	Of  []string        `yaml:"of"`
}

// Settings gives the account's settings that it stands for.
func (p *Paper) Settings() paper.Settings {
	return paper.Settings{
		LatencyMs: p.Latency.Milliseconds(), SlippageBps: p.SlippageBps, SlippageTicks: p.SlippageTicks, TickSize: p.TickSize,
		Participation: p.Participation, LotSize: p.LotSize, Fees: p.Fees, Own: scheme(p.FeeStep, p.Charges),
	}
}

// scheme gives the own scheme of fees that charges are.
func scheme(step decimal.Decimal, charges []Charge) fees.Scheme {
	s := fees.Scheme{Round: step}
	for _, c := range charges {
		s.Charges = append(s.Charges, fees.Charge{
			Name: c.Name, Side: order.Side(c.Side), On: fees.Base(c.On), Rate: c.Rate, Max: c.Max, Of: c.Of,
		})
	}
	return s
}
