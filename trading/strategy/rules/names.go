package rules

import (
	"math"
	"strings"

	"github.com/velox-trading/velox/trading/indicator"
)

// slot is the place of a name's value in a frame.
type slot int

// The slots of built-in names. The candle's are series of closed candles and may
// be asked for earlier values; so may indicators, whose slots come last.
const (
	slotOpen slot = iota
	slotHigh
	slotLow
	slotClose
	slotVolume
	slotPrice
	slotPosition
	slotAveragePrice
	slotUnrealized
	slotRealized
	slotOpenOrders
	slotMinuteOfDay
	slotMinutesInPosition
	slotSide
	firstIndicator
)

var builtInNames = []struct {
	name string
	slot slot
}{
	{"open", slotOpen},
	{"high", slotHigh},
	{"low", slotLow},
	{"close", slotClose},
	{"volume", slotVolume},
	{"price", slotPrice},
	{"position", slotPosition},
	{"average_price", slotAveragePrice},
	{"unrealized_pnl", slotUnrealized},
	{"realized_pnl", slotRealized},
	{"open_orders", slotOpenOrders},
	{"minute_of_day", slotMinuteOfDay},
	{"minutes_in_position", slotMinutesInPosition},
	{"side", slotSide},
}

func (s slot) hasHistory() bool { return s <= slotVolume || s >= firstIndicator }

// names knows the slots of one program.
type names struct {
	indicators []string // by slot - firstIndicator
}

// find gives a name's slot; an indicator gets one when it is first named.
func (n *names) find(name string) (slot, string) {
	for _, b := range builtInNames {
		if b.name == name {
			return b.slot, ""
		}
	}
	for i, known := range n.indicators {
		if known == name {
			return firstIndicator + slot(i), ""
		}
	}
	if _, _, err := indicator.ParseName(name); err != nil {
		if name == strings.ToUpper(name) {
			return 0, err.Error()
		}
		return 0, "no value is named " + name + "; there are " + knownNames() + ", and indicators such as EMA_20"
	}
	n.indicators = append(n.indicators, name)
	return firstIndicator + slot(len(n.indicators)-1), ""
}

func knownNames() string {
	list := make([]string, len(builtInNames))
	for i, b := range builtInNames {
		list[i] = b.name
	}
	return strings.Join(list, ", ")
}

// frame holds the values that a rule is evaluated on. NaN is absent.
type frame struct {
	now []float64
	// past[slot] holds values at closed candles, newest first; past[slot][0] is
	// what x[1] asks for. Only slots that are asked for have any.
	past [][]float64
}

// ref is one value that a rule looks at: back 0 is now.
type ref struct {
	slot slot
	back int
}

func (f *frame) at(r ref) float64 {
	switch {
	case r.back == 0:
		return f.now[r.slot]
	case r.back > len(f.past[r.slot]):
		return math.NaN()
	default:
		return f.past[r.slot][r.back-1]
	}
}

// warm tells whether all values are there.
func (f *frame) warm(refs []ref) bool {
	for _, r := range refs {
		if math.IsNaN(f.at(r)) {
			return false
		}
	}
	return true
}
