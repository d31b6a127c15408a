package instrument

import (
	"fmt"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/setting"
)

const (
	maxListed = 1_000
	maxSymbol = 200 // bytes
)

// Validate gives everything that is wrong with the list in one error, nil when
// nothing is.
func (l List) Validate() error {
	list := l.Problems()
	for i := range list {
		list[i].Path = "instruments" + list[i].Path
	}
	return setting.Join(list)
}

// Problems gives everything that is wrong with the list, in its order.
func (l List) Problems() []setting.Problem {
	if len(l) > maxListed {
		return []setting.Problem{{Value: fmt.Sprintf("%d of them", len(l)), Want: fmt.Sprintf("want at most %d: a pattern such as NIFTY*FUT stands for many symbols", maxListed)}}
	}
	var list []setting.Problem
	seen := make(map[string]int, len(l))
	for i := range l {
		in, path := &l[i], fmt.Sprintf("[%d]", i)
		wrong := func(field, value, want string) {
			list = append(list, setting.Problem{Path: path + field, Value: value, Want: want})
		}
		first, twice := seen[in.Symbol]
		switch {
		case in.Symbol == "":
			wrong(".symbol", "", "must be given: want a symbol, or a pattern such as NIFTY*FUT")
		case len(in.Symbol) > maxSymbol || strings.TrimSpace(in.Symbol) != in.Symbol:
			wrong(".symbol", in.Symbol, fmt.Sprintf("want at most %d bytes without spaces at the ends", maxSymbol))
		case twice:
			wrong(".symbol", in.Symbol, fmt.Sprintf("given twice: it is instruments[%d].symbol, too", first))
		default:
			seen[in.Symbol] = i
		}
		in.problems(wrong)
	}
	return list
}

func (in *Instrument) problems(wrong func(field, value, want string)) {
	step := func(field string, d decimal.Decimal) {
		if d.Sign() < 0 || !d.Bounded() {
			wrong(field, d.String(), "want it above 0, or 0 for the account's")
		}
	}
	step(".tick_size", in.TickSize)
	step(".lot_size", in.LotSize)
	if in.FreezeQuantity.Sign() < 0 || !in.FreezeQuantity.Bounded() {
		wrong(".freeze_quantity", in.FreezeQuantity.String(), "want it above 0, or 0 for none")
	} else if !in.FreezeQuantity.IsZero() && in.FreezeQuantity.Less(in.LotSize) {
		wrong(".freeze_quantity", in.FreezeQuantity.String(), "want at least the lot_size, which is "+in.LotSize.String())
	}
	_, known := fees.Named(in.Fees)
	err := in.Own.Validate()
	switch {
	case in.Fees != "" && !known:
		wrong(".fees", in.Fees, "want one of "+strings.Join(fees.Names(), ", "))
	case in.Fees != "" && len(in.Own.Charges) > 0:
		wrong(".fees", in.Fees, "want it, or own charges, not both")
	case err != nil:
		wrong(".own_fees", "", err.Error())
	case len(in.Own.Charges) == 0 && !in.Own.Round.IsZero():
		wrong(".own_fees", "", "a step of fees without charges; want charges with it")
	case in.TickSize.IsZero() && in.LotSize.IsZero() && in.FreezeQuantity.IsZero() && !in.charges():
		wrong("", in.Symbol, "says nothing: want a tick_size, a lot_size, a freeze_quantity or fees")
	}
}
