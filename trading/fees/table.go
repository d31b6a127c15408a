package fees

import (
	"maps"
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// The sources of the shipped rates, which were compared with brokers' lists in
// November 2026. Brokerages differ by broker; theirs here are those that are usual
// of discount brokers.
const (
	act2006   = "Finance Act 2006, STT on sales without delivery"
	act2012   = "Finance Act 2012, STT on delivery"
	act2026   = "Finance Act 2026 (Union Budget 2026-27), STT on derivatives"
	nse2024   = "NSE circular of 27 September 2024, uniform transaction charges"
	sebi      = "SEBI, turnover fee of 10 rupees a crore"
	stamp     = "Indian Stamp Act 1899, Schedule I as amended by the Finance Act 2019"
	gst       = "CGST and SGST Acts 2017, 18 per cent on services"
	published = "discount brokers' published lists of charges, 2026"
)

// The names of the shipped schemes. None charges nothing.
const (
	None              = "none"
	NSEEquityDelivery = "nse_equity_delivery"
	NSEEquityIntraday = "nse_equity_intraday"
	NSEFutures        = "nse_futures"
	NSEOptions        = "nse_options"
)

// table holds the shipped schemes. A changed rate is changed here, with its date,
// and in docs/orders.md; a test holds the two together.
var table = map[string]Scheme{
	None: {},
	NSEEquityDelivery: india(
		Charge{Name: "stt", Rate: d("0.1"), Since: "2012-07-01", Source: act2012},
		Charge{Name: "exchange", Rate: d("0.00297"), Since: "2024-10-01", Source: nse2024},
		Charge{Name: "ipft", Rate: d("0.0001"), Since: "2026-04-01", Source: published},
		Charge{Name: "stamp", Side: order.Buy, Rate: d("0.015"), Since: "2020-07-01", Source: stamp},
	),
	NSEEquityIntraday: india(
		Charge{Name: "brokerage", Rate: d("0.03"), Max: d("20"), Since: "2026-04-01", Source: published},
		Charge{Name: "stt", Side: order.Sell, Rate: d("0.025"), Since: "2006-06-01", Source: act2006},
		Charge{Name: "exchange", Rate: d("0.00297"), Since: "2024-10-01", Source: nse2024},
		Charge{Name: "ipft", Rate: d("0.0001"), Since: "2026-04-01", Source: published},
		Charge{Name: "stamp", Side: order.Buy, Rate: d("0.003"), Since: "2020-07-01", Source: stamp},
	),
	NSEFutures: india(
		Charge{Name: "brokerage", Rate: d("0.03"), Max: d("20"), Since: "2026-04-01", Source: published},
		Charge{Name: "stt", Side: order.Sell, Rate: d("0.05"), Since: "2026-04-01", Source: act2026},
		Charge{Name: "exchange", Rate: d("0.00173"), Since: "2024-10-01", Source: nse2024},
		Charge{Name: "ipft", Rate: d("0.0001"), Since: "2026-04-01", Source: published},
		Charge{Name: "stamp", Side: order.Buy, Rate: d("0.002"), Since: "2020-07-01", Source: stamp},
	),
	NSEOptions: india(
		Charge{Name: "brokerage", On: OnOrder, Rate: d("20"), Since: "2026-04-01", Source: published},
		Charge{Name: "stt", Side: order.Sell, Rate: d("0.15"), Since: "2026-04-01", Source: act2026},
		Charge{Name: "exchange", Rate: d("0.03503"), Since: "2024-10-01", Source: nse2024},
		Charge{Name: "ipft", Rate: d("0.0005"), Since: "2026-04-01", Source: published},
		Charge{Name: "stamp", Side: order.Buy, Rate: d("0.003"), Since: "2020-07-01", Source: stamp},
	),
}

func d(s string) decimal.Decimal { return decimal.MustParse(s) }

// india adds what all segments have in common: SEBI's fee, and GST on services,
// which taxes are not.
func india(own ...Charge) Scheme {
	list := append(own, Charge{Name: "sebi", Rate: d("0.0001"), Since: "2021-04-01", Source: sebi})
	services := []string{"exchange", "ipft", "sebi"}
	if own[0].Name == "brokerage" {
		services = append([]string{"brokerage"}, services...)
	}
	return Scheme{Round: cent, Charges: append(list,
		Charge{Name: "gst", On: OnCharges, Of: services, Rate: d("18"), Since: "2017-07-01", Source: gst})}
}

// Named gives a shipped scheme, and whether there is one of the name. It must not
// be changed.
func Named(name string) (Scheme, bool) {
	s, ok := table[name]
	return s, ok
}

// Names lists the shipped schemes, sorted.
func Names() []string { return slices.Sorted(maps.Keys(table)) }
