// Package instrument says how single symbols trade: the step of their prices, the
// lot of their quantities, and what trading them costs. An account trades equity,
// futures and options side by side, and these differ.
package instrument

import (
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
)

// Instrument is what holds for one symbol, or for all that a pattern fits. What is
// 0 or empty is left to others. The names are those of commands; in YAML an own
// scheme is written as charges and fee_step.
type Instrument struct {
	// Symbol is a symbol, or a pattern in which * stands for any characters, also
	// none, and # for one digit.
	Symbol string `json:"symbol"`
	// TickSize is the step of prices, LotSize that of quantities.
	TickSize decimal.Decimal `json:"tick_size,omitzero"`
	LotSize  decimal.Decimal `json:"lot_size,omitzero"`
	// FreezeQuantity is the largest quantity of one order. The National Stock Exchange
	// of India freezes an order above it, and rejects it: chapter 1.8, "Quantity freeze
	// for futures & options contracts", of its consolidated circular NSE/FAOP/67775 of
	// 30 April 2025. By the level of an index it is between 8,500 and 600; the exchange
	// publishes it anew, as it does lots.
	FreezeQuantity decimal.Decimal `json:"freeze_quantity,omitzero"`
	// Fees names a shipped scheme, or Own is one.
	Fees string      `json:"fees,omitempty"`
	Own  fees.Scheme `json:"own_fees,omitzero"`
}

// List is the instruments of an account, in its own order.
type List []Instrument

// For gives what holds for a symbol: each setting, fees as one, is that of the first
// instrument that fits the symbol and has it. One that none has is 0 or empty.
func (l List) For(symbol string) Instrument {
	is := Instrument{Symbol: symbol}
	for i := range l {
		in := &l[i]
		if !fits(in.Symbol, symbol) {
			continue
		}
		if is.TickSize.IsZero() {
			is.TickSize = in.TickSize
		}
		if is.LotSize.IsZero() {
			is.LotSize = in.LotSize
		}
		if is.FreezeQuantity.IsZero() {
			is.FreezeQuantity = in.FreezeQuantity
		}
		if !is.charges() {
			is.Fees, is.Own = in.Fees, in.Own
		}
	}
	return is
}

// charges tells whether it says what trading costs.
func (in *Instrument) charges() bool { return in.Fees != "" || len(in.Own.Charges) > 0 }

// fits tells whether a pattern fits the whole of a symbol. It takes no longer than
// the product of their lengths: only the last * is ever tried again, further on,
// for what an earlier one could take, that one can take as well.
func fits(pattern, symbol string) bool {
	p, s := 0, 0
	star, from := -1, 0
	for s < len(symbol) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, s
			p++
		case p < len(pattern) && one(pattern[p], symbol[s]):
			p++
			s++
		case star >= 0:
			from++
			p, s = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// one tells whether a byte of a pattern other than * fits one of a symbol.
func one(pattern, symbol byte) bool {
	return pattern == symbol || pattern == '#' && symbol >= '0' && symbol <= '9'
}
