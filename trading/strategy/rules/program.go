package rules

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/strategy"
)

// Program is a compiled Spec. It is immutable and safe for concurrent use.
type Program struct {
	names
	hours                       hours
	entryLong, entryShort       *rule
	exits                       [2][]*rule // of long, of short
	stopLoss, target, trailing  *rule
	quantity, confidence, price *rule
	limit, everyTick            bool
	coolDownMs, waitMs          int64
	maxTrades, maxAge           int
	allowCold, allowGaps        bool
	daily                       bool // some value is of the day
}

// Compile checks and compiles the rules of a strategy whose candles are of the
// given timeframe. The error joins an *Error for each rule that is wrong.
func Compile(s Spec, timeframe market.Timeframe) (*Program, error) {
	b := builder{program: newProgram(timeframe, nil)}
	if timeframe.IsZero() {
		return nil, errors.New("rules: want a timeframe")
	}
	b.compile(&s)
	if err := b.err(); err != nil {
		return nil, err
	}
	return b.program, nil
}

func newProgram(timeframe market.Timeframe, symbols []string) *Program {
	return &Program{names: names{base: timeframe, streams: []streamKey{{timeframe: timeframe}}, symbols: symbols}}
}

// compile compiles all rules; what is wrong is in the builder then.
func (b *builder) compile(s *Spec) {
	p, timeframe := b.program, b.program.base
	b.define(s.Let)
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
	p.stopLoss = b.positive("stoploss", s.StopLoss)
	p.target = b.positive("target", s.Target)
	p.trailing = b.positive("trailing_stop", s.TrailingStop)
	p.quantity = b.positive("quantity", s.Quantity)
	p.confidence = b.share("confidence", s.Confidence)
	p.price = b.positive("price", s.Price)
	p.limit = b.choice("order", s.Order, "market", "limit") == 1
	p.everyTick = b.choice("evaluate", s.Evaluate, "on_close", "every_tick") == 1
	p.allowCold = b.choice("allow_cold", s.AllowCold, "false", "true") == 1
	p.allowGaps = b.choice("allow_gaps", s.AllowGaps, "false", "true") == 1
	p.coolDownMs = b.duration("cool_down", s.CoolDown, 0, 30*24*time.Hour)
	p.waitMs = min(b.duration("wait", s.Wait, 5*time.Second, time.Minute), timeframe.Duration().Milliseconds()/2)
	p.maxTrades = b.whole("max_trades_a_day", s.MaxTradesADay, math.MaxInt, 1, 100_000)
	p.maxAge = b.whole("max_age", s.MaxAge, 1, 0, 100_000)
	b.hours(s)
	if s.EntryLong == "" && s.EntryShort == "" && s.Exit == "" && s.ExitLong == "" && s.ExitShort == "" {
		b.report(&Error{Detail: "no entry and no exit: such a strategy does nothing"})
	}
	if s.Price != "" && !p.limit {
		b.report(&Error{Rule: "price", Detail: "only an order: limit has a price"})
	}
	p.daily = slices.ContainsFunc(p.made, func(u use) bool { return u.anchored == previousSession }) || slices.ContainsFunc(p.scalars, scalarKey.daily)
}

// New makes a strategy without history that trades the symbols. It follows those
// that its rules name, too.
func (p *Program) New(strategyID string, symbols []string) strategy.Strategy {
	s := &ruled{program: p, id: strategyID, find: make(map[streamKey]int)}
	for _, symbol := range slices.Compact(slices.Sorted(slices.Values(symbols))) {
		s.traded = append(s.traded, traded{name: symbol})
	}
	s.addSymbols()
	s.addSeries()
	for i := range s.traded {
		s.resolve(&s.traded[i])
	}
	s.frame = frame{owner: s, scalars: make([]float64, len(p.scalars))}
	return s
}

// resolved gives the stream of a traded symbol.
func (k streamKey) resolved(symbol string) streamKey {
	if k.symbol == "" {
		k.symbol = symbol
	}
	return k
}

func (s *ruled) addSymbols() {
	var list []string
	for i := range s.traded {
		for _, k := range s.program.streams {
			list = append(list, k.resolved(s.traded[i].name).symbol)
		}
	}
	slices.Sort(list)
	for _, name := range slices.Compact(list) {
		s.symbols = append(s.symbols, newSymbolState(name, len(s.program.openings)))
	}
}

// addSeries makes the series of all traded symbols, each once, with the values that
// any of them looks at.
func (s *ruled) addSeries() {
	for i := range s.traded {
		for _, k := range s.program.streams {
			if k = k.resolved(s.traded[i].name); !slices.ContainsFunc(s.series, func(q series) bool { return q.streamKey == k }) {
				s.series = append(s.series, series{streamKey: k, ages: ageless, liveFlaw: unflawed})
			}
		}
	}
	slices.SortFunc(s.series, func(a, b series) int {
		if c := strings.Compare(a.symbol, b.symbol); c != 0 {
			return c
		}
		return strings.Compare(a.timeframe.String(), b.timeframe.String())
	})
	for i := range s.series {
		q := &s.series[i]
		s.find[q.streamKey] = i
		q.of, _ = s.findSymbol(q.symbol)
		q.base, q.trader = q.timeframe == s.program.base, -1
		if j, ok := s.findTraded(q.symbol); ok {
			q.trader = j
		}
	}
	for i := range s.traded {
		for slot, k := range s.program.slots {
			q := &s.series[s.find[s.program.streams[k.stream].resolved(s.traded[i].name)]]
			q.add(k.name, s.program.depth[slot]+1, s.program.made[slot].reach)
		}
	}
	for i := range s.series {
		s.series[i].live = make([]float64, len(s.series[i].fields))
	}
}

// resolve finds the traded symbol's values among the series.
func (s *ruled) resolve(t *traded) {
	p := s.program
	for _, k := range p.streams {
		t.streams = append(t.streams, s.find[k.resolved(t.name)])
	}
	for _, k := range p.slots {
		series := t.streams[k.stream]
		t.slots = append(t.slots, location{series, s.series[series].index(k.name)})
	}
	for _, k := range p.scalars {
		j, _ := s.findSymbol(streamKey{symbol: k.symbol}.resolved(t.name).symbol)
		t.scalarSymbols = append(t.scalarSymbols, j)
	}
}

// defaultPeriods is the number of closed candles that symbols keep anyway.
const defaultPeriods = 200

const maxPeriods = 20_000

// Needs implements strategy.Strategy. The closed candles that warm everything up
// are four times those that an indicator needs, for averages that never quite forget,
// and what is looked back at.
func (s *ruled) Needs() []strategy.Need {
	needs := make([]strategy.Need, len(s.series))
	for i := range s.series {
		q := &s.series[i]
		n := strategy.Need{Symbol: q.symbol, Timeframe: q.timeframe}
		longest, back := 0, 0
		for _, f := range q.fields {
			back = max(back, f.depth-1)
			if f.place < 0 {
				longest = max(longest, f.made)
				n.Indicators = append(n.Indicators, f.name)
			}
		}
		slices.Sort(n.Indicators)
		n.Periods = max(defaultPeriods, min(4*longest, maxPeriods)+back)
		needs[i] = n
	}
	return needs
}
