package rules

import (
	"fmt"
	"slices"

	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// Program is a compiled Spec. It is immutable and safe for concurrent use.
type Program struct {
	names                       names
	depth                       []int // by slot: earlier values that are asked for
	entryLong, entryShort       *rule
	exits                       [2][]*rule // of long, of short
	stopLoss, target            *rule
	quantity, confidence, price *rule
	limit, everyTick            bool
}

// Compile checks and compiles the rules. The error joins an *Error for each rule
// that is wrong.
func Compile(s Spec) (*Program, error) {
	b := builder{program: &Program{}, spec: &s}
	p := b.program
	p.entryLong = b.condition("entry_long", s.EntryLong)
	p.entryShort = b.condition("entry_short", s.EntryShort)
	if exit := b.condition("exit", s.Exit); exit != nil {
		p.exits = [2][]*rule{{exit}, {exit}}
	}
	if exit := b.condition("exit_long", s.ExitLong); exit != nil {
		p.exits[0] = append(p.exits[0], exit)
	}
	if exit := b.condition("exit_short", s.ExitShort); exit != nil {
		p.exits[1] = append(p.exits[1], exit)
	}
	p.stopLoss = b.number("stoploss", s.StopLoss)
	p.target = b.number("target", s.Target)
	p.quantity = b.number("quantity", s.Quantity)
	p.confidence = b.number("confidence", s.Confidence)
	p.price = b.number("price", s.Price)
	p.limit = b.choice("order", s.Order, "market", "limit") == 1
	p.everyTick = b.choice("evaluate", s.Evaluate, "on_close", "every_tick") == 1
	if s.EntryLong == "" && s.EntryShort == "" && s.Exit == "" && s.ExitLong == "" && s.ExitShort == "" {
		b.report(&Error{Rule: "entry_long", Detail: "absent, and so is every other entry and exit: such a strategy does nothing"})
	}
	if s.Price != "" && !p.limit {
		b.report(&Error{Rule: "price", Detail: "only an order: limit has a price"})
	}
	if err := b.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// New makes a strategy without history that follows the symbols in one timeframe.
func (p *Program) New(strategyID string, symbols []string, timeframe market.Timeframe) strategy.Strategy {
	list := slices.Clone(symbols)
	slices.Sort(list)
	list = slices.Compact(list)
	s := &ruled{program: p, id: strategyID, timeframe: timeframe, symbols: list, series: make([]series, len(list))}
	s.frame.now = make([]float64, int(firstIndicator)+len(p.names.indicators))
	for i := range s.series {
		s.series[i].past = make([][]float64, len(s.frame.now))
	}
	return s
}

// Indicators gives the sorted names of the indicators that the rules look at.
func (p *Program) Indicators() []string {
	list := slices.Clone(p.names.indicators)
	slices.Sort(list)
	return list
}

// defaultPeriods is the number of closed candles that symbols keep anyway.
const defaultPeriods = 200

// periods gives the closed candles that warm everything up: the longest
// parameter four times over, for averages that never quite forget, and what is
// looked back at.
func (p *Program) periods() int {
	longest, back := 0.0, 0
	for _, d := range p.depth {
		back = max(back, d)
	}
	for _, name := range p.names.indicators {
		spec, _, err := indicator.ParseName(name)
		if err != nil {
			panic(fmt.Errorf("indicator %s was accepted by the compiler: %w", name, err))
		}
		for _, v := range spec.Params {
			longest = max(longest, v)
		}
	}
	return max(defaultPeriods, min(4*int(longest), maxPeriods)+back)
}

const maxPeriods = 20_000
