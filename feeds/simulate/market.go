// Package simulate is a market that does not exist: trade ticks of made-up
// symbols, round the clock, that look enough like real ones to exercise
// indicators, strategies and risk limits. The same seed gives the same prices.
//
// Each symbol's price walks at random in regimes of quiet, normal, trending and
// wild trade, and is drawn back to its base price, so that it stays plausible
// for weeks. Some symbols trade ten times as often as others.
package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// TickSize is the step of all prices: 0.05.
var TickSize = decimal.FromUnits(tickUnits)

const (
	tickUnits = 5_000_000 // 0.05 in units of 1e-8
	tickSize  = 0.05
	dayMs     = int64(24 * time.Hour / time.Millisecond)
)

// names are the symbols; beyond them a number is added.
var names = []string{
	"AURORA", "BASALT", "CINDER", "DELTA", "EMBER", "FALCON", "GRANITE", "HARBOR", "INDIGO", "JASPER",
	"KESTREL", "LOTUS", "MERIDIAN", "NIMBUS", "ONYX", "PRISM", "QUARTZ", "RAVEN", "SUMMIT", "TUNDRA",
}

// Symbols names the first n symbols, the busiest first: AURORA to TUNDRA, then
// AURORA2 and so on.
func Symbols(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = names[i%len(names)]
		if round := i / len(names); round > 0 {
			out[i] += fmt.Sprint(round + 1)
		}
	}
	return out
}

// Source gives the source of a seed's ticks: simulate-<seed>.
func Source(seed int64) string { return fmt.Sprintf("simulate-%d", seed) }

// Options shape a market. Zero fields have the defaults that they name.
type Options struct {
	Seed int64
	// Symbols is their number, 20.
	Symbols int
	// Exchange is SIM.
	Exchange string
	// TicksPerSecond is the mean rate of all symbols together, 40.
	TicksPerSecond float64
	// Source is Source(Seed).
	Source string
}

func (o Options) filled() Options {
	if o.Symbols <= 0 {
		o.Symbols = len(names)
	}
	if o.Exchange == "" {
		o.Exchange = "SIM"
	}
	if !(o.TicksPerSecond > 0) {
		o.TicksPerSecond = 40
	}
	if o.Source == "" {
		o.Source = Source(o.Seed)
	}
	return o
}

// Market makes ticks. The prices, volumes and distances in time depend on the
// options alone, the times also on the start. It is used by one goroutine.
type Market struct {
	options Options
	random  *rand.Rand
	symbols []symbol
	meanNs  float64 // mean distance of two ticks
	step    float64 // seconds that a symbol's tick stands for
	startMs int64
	sinceNs float64 // of the latest tick, since the start
}

// symbol is one symbol's price. Floats are rounded after each operation by an
// explicit conversion where Go would let a processor fuse two, so that all
// processors walk alike.
type symbol struct {
	name   string
	base   float64
	middle float64
	lot    float64
	regime regime
	left   int // ticks until the next regime

	day                int64
	open, high, low    decimal.Decimal
	last, previousLast decimal.Decimal
}

// regime is how a symbol trades for a while.
type regime struct {
	volatility float64 // standard deviation of a second's return
	drift      float64 // mean return a second
	volume     float64 // factor
}

// regimes: at two ticks a second and symbol, five minutes of normal trade move a
// price by about 0.2 %.
var regimes = []regime{
	{volatility: 40e-6, volume: 0.6},
	{volatility: 110e-6, volume: 1},
	{volatility: 110e-6, volume: 1},
	{volatility: 90e-6, drift: 4e-6, volume: 1.4},
	{volatility: 90e-6, drift: -4e-6, volume: 1.4},
	{volatility: 350e-6, volume: 3},
}

// pull draws a price back to its base: the part of the distance that is lost in a
// second; half of it in about five hours.
const pull = 4e-5

// NewMarket makes a market whose first tick comes just after startMs.
func NewMarket(options Options, startMs int64) *Market {
	o := options.filled()
	m := &Market{
		options: o, startMs: startMs, meanNs: 1e9 / o.TicksPerSecond,
		// All symbols step as if they were equally busy: busy ones move faster.
		step:   float64(o.Symbols) / o.TicksPerSecond,
		random: rand.New(rand.NewPCG(uint64(o.Seed), 0x76656c6f78)),
	}
	for _, name := range Symbols(o.Symbols) {
		s := symbol{name: name, day: math.MinInt64}
		// 50 to 4,000, more often low; lots from 1 to 100.
		u := m.random.Float64()
		s.base = 50 + float64(3950*float64(u*u))
		s.middle = s.base
		s.lot = []float64{1, 5, 10, 25, 50, 100}[m.random.IntN(6)]
		m.symbols = append(m.symbols, s)
	}
	return m
}

// Next makes the next tick. Times never go back, and several ticks may share a
// millisecond. Open, High and Low are those of the UTC day, Close is the last
// price of the day before, absent on the first.
func (m *Market) Next(t *market.Tick) {
	m.sinceNs += float64(2 * float64(m.random.Float64()*m.meanNs))
	// The square prefers low numbers: the first of 20 gets 22 %, the last 2.5 %.
	u := m.random.Float64()
	s := &m.symbols[int(float64(u*u)*float64(len(m.symbols)))]
	s.walk(m.random, m.step)
	*t = market.Tick{
		Symbol: s.name, Exchange: m.options.Exchange, Type: "trade", Source: m.options.Source,
		TimeMs: m.startMs + int64(m.sinceNs/1e6) + 1,
		Price:  s.trade(m.random), Volume: s.volume(m.random),
	}
	s.count(t)
}

// walk moves the price by one step that stands for that many seconds.
func (s *symbol) walk(random *rand.Rand, seconds float64) {
	if s.left == 0 {
		s.regime = regimes[random.IntN(len(regimes))]
		// 100 to 1,900 seconds.
		s.left = 1 + int((100+float64(1800*random.Float64()))/seconds)
	}
	s.left--
	// A sum of uniforms is near enough to normal, and equal on all processors.
	const toOne = 1.7320508075688772 // the deviation of four uniforms is 1/sqrt(3)
	normal := float64((random.Float64() + random.Float64() + random.Float64() + random.Float64() - 2) * toOne)
	step := float64(s.regime.volatility*float64(math.Sqrt(seconds)*normal)) + float64(s.regime.drift*seconds)
	back := float64(min(1, float64(pull*seconds)) * float64(s.base-s.middle))
	s.middle += float64(s.middle*step) + back
	s.middle = max(s.base/4, min(4*s.base, s.middle))
}

// trade gives the price of a trade: the middle, or a tick beside it.
func (s *symbol) trade(random *rand.Rand) decimal.Decimal {
	ticks := int64(math.Round(s.middle/tickSize)) + int64(random.IntN(3)) - 1
	return decimal.FromUnits(max(ticks, 1) * tickUnits)
}

// volume gives whole lots: mostly a few, at times many.
func (s *symbol) volume(random *rand.Rand) decimal.Decimal {
	u := random.Float64()
	lots := 1 + math.Floor(s.regime.volume*0.4/(1.01-u)) // one to some forty, more in wild trade
	return decimal.FromInt(int64(s.lot * lots))
}

// count keeps the day's prices.
func (s *symbol) count(t *market.Tick) {
	if day := t.TimeMs / dayMs; day != s.day {
		s.day, s.previousLast = day, s.last
		s.open, s.high, s.low = t.Price, t.Price, t.Price
	}
	s.high, s.low, s.last = decimal.Max(s.high, t.Price), decimal.Min(s.low, t.Price), t.Price
	t.Open, t.High, t.Low, t.Close = s.open, s.high, s.low, s.previousLast
}
