package configs

import (
	"fmt"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/spelling"
)

// Instrument is what holds for one symbol of an account, or for all that a pattern
// fits, in place of the account's. Each setting comes from the first of the list
// that fits and has it.
type Instrument struct {
	// Symbol is a symbol, or a pattern in which * stands for any characters and # for
	// a digit.
	Symbol   string          `yaml:"symbol"`
	TickSize decimal.Decimal `yaml:"tick_size"`
	LotSize  decimal.Decimal `yaml:"lot_size"`
	// FreezeQuantity is the largest quantity of one order.
	FreezeQuantity decimal.Decimal `yaml:"freeze_quantity"`
	// Fees names a shipped scheme, or Charges are one, each rounded to FeeStep.
	Fees    string          `yaml:"fees"`
	FeeStep decimal.Decimal `yaml:"fee_step"`
	Charges []Charge        `yaml:"charges"`
}

// Instruments are those of an account, in their order.
type Instruments []Instrument

// Settings gives the account's instruments that the list stands for; nil for none.
func (l Instruments) Settings() instrument.List {
	var list instrument.List
	for _, in := range l {
		list = append(list, instrument.Instrument{
			Symbol: in.Symbol, TickSize: in.TickSize, LotSize: in.LotSize, FreezeQuantity: in.FreezeQuantity, Fees: in.Fees, Own: scheme(in.FeeStep, in.Charges),
		})
	}
	return list
}

func (c *checker) instruments(path string, l Instruments) {
	for i := range l {
		c.fees(fmt.Sprintf("%s[%d].fees", path, i), l[i].Fees)
	}
	for _, p := range l.Settings().Problems() {
		at := path + strings.Replace(p.Path, ".own_fees", ".charges", 1)
		if strings.HasSuffix(at, "]") && c.within(at) {
			continue // it says something, which could not be read
		}
		c.report(at, p.Value, p.Want)
	}
}

// within tells whether a problem inside of a path was reported.
func (c *checker) within(path string) bool {
	for at := range c.reported {
		if strings.HasPrefix(at, path+".") {
			return true
		}
	}
	return false
}

// fees reports a scheme of fees that is not shipped.
func (c *checker) fees(path, name string) {
	if _, known := fees.Named(name); name != "" && !known {
		c.report(path, name, spelling.Hint(name, fees.Names())+wantOneOf(fees.Names()))
	}
}
