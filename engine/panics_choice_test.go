package engine

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/oracle"
	"github.com/velox-trading/velox/supervisor/fault"
)

// chooser lets the injector strike only where one strike has one effect: an actor
// that was struck, and the strategies of an account that was, are left alone until
// they have taken in what they were struck at. During restores only those are
// struck whose shard hasn't yet come to where it was.
type chooser struct {
	troupe *troupe
	faults *fault.Injector

	mu sync.Mutex
	by map[string]map[string]int // panics by actor and name
	// struck: the entity was struck, or a strategy of it, and hasn't been stepped
	// since; again: it is being stepped again.
	struck, again map[string]bool
	// fresh entities are about to start, for their shard is restored.
	fresh  map[string]bool
	moving bool
	// until is where each shard was before it was moved.
	until  map[messages.ShardID]map[messages.TopicPartition]int64
	poison bool // strikes may come twice
}

func newChooser(r *troupe) *chooser {
	return &chooser{
		troupe: r, by: make(map[string]map[string]int), struck: make(map[string]bool), again: make(map[string]bool), fresh: make(map[string]bool),
	}
}

// at asks the injector, and counts what it does.
func (c *chooser) at(point, detail string) error {
	c.troupe.told.ask(point, detail)
	all := detail
	detail, _, _ = strings.Cut(detail, fault.Alias) // a strategy by its id
	if !c.admits(point, detail) {
		return nil
	}
	defer func() {
		if reason := recover(); reason != nil {
			c.hit(point, detail)
			panic(reason)
		}
	}()
	return c.faults.At(point, all)
}

// ownerOf is the entity that a detail is, or belongs to.
func ownerOf(detail string) string {
	if actorOf(detail) == "strategy" {
		return "user" + number(detail)
	}
	return detail
}

func (c *chooser) admits(point, detail string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner := ownerOf(detail)
	switch point {
	case "restore":
		c.freshen(detail)
		return c.moving
	case "receive":
		started := c.fresh[detail]
		delete(c.fresh, detail)
		return started && c.moving
	case "step":
		if owner == detail {
			c.again[owner] = c.struck[owner]
			delete(c.struck, owner)
		}
		if c.poison {
			return true
		}
		return !c.again[owner] && !c.struck[owner] && (!c.moving || c.behind(owner))
	}
	return false
}

func (c *chooser) hit(point, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	actor := actorOf(detail)
	if c.by[actor] == nil {
		c.by[actor] = make(map[string]int)
	}
	c.by[actor][detail]++
	if point == "step" {
		c.struck[ownerOf(detail)] = true
	}
}

// freshen notes that the entities of a shard start next.
func (c *chooser) freshen(shard string) {
	if !c.moving {
		return
	}
	for i := range panicSymbols {
		if shardOf(symbolName(i)).String() == shard {
			c.fresh[symbolName(i)] = true
		}
	}
	for i := range panicAccounts {
		if shardOf(userName(i)).String() == shard {
			c.fresh[userName(i)] = true
		}
	}
}

func shardOf(entity string) messages.ShardID {
	kind := messages.SymbolShard
	if actorOf(entity) == "account" {
		kind = messages.AccountShard
	}
	return messages.ShardID{Kind: kind, Partition: messages.HomePartition([]byte(entity), troupeTopics[homeTopics[kind]])}
}

// behind tells whether an entity's shard hasn't come yet to where it was when it
// was moved.
func (c *chooser) behind(entity string) bool {
	id := shardOf(entity)
	told := c.troupe.told
	told.mu.Lock()
	defer told.mu.Unlock()
	for tp, at := range c.until[id] {
		if told.positions[id][tp] < at {
			return true
		}
	}
	return false
}

// restoring moves shards, and lets only those be struck that restore.
func (c *chooser) restoring(move func()) {
	told := c.troupe.told
	told.mu.Lock()
	until := told.positions
	told.positions = make(map[messages.ShardID]map[messages.TopicPartition]int64)
	told.mu.Unlock()
	c.mu.Lock()
	c.moving, c.until = true, until
	clear(c.struck)
	clear(c.again)
	c.mu.Unlock()
	move()
}

// restored ends that.
func (c *chooser) restored() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moving, c.until = false, nil
}

func (c *chooser) counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]int)
	for actor, names := range c.by {
		for _, n := range names {
			out[actor] += n
		}
	}
	return out
}

// panicsOf are those of an actor's sort, by name.
func (c *chooser) panicsOf(actor string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]int)
	maps.Copy(out, c.by[actor])
	return out
}

func (c *chooser) total() int {
	n := 0
	for _, m := range c.counts() {
		n += m
	}
	return n
}

// closing is a closed candle as it was published.
type closing struct {
	endMs                   int64
	open, high, low, close_ string
	volume                  string
	ema, rsi                float64
	emaThere, rsiThere      bool
}

// agrees holds the candles and indicators that were published against what the
// oracle makes of the ticks.
func (s *storm) agrees(partitions [][]*messages.Record, but []string) {
	s.t.Helper()
	compared := 0
	published := s.closings()
	for _, records := range partitions {
		facts := make([]oracle.Tick, len(records))
		for i, record := range records {
			var err error
			if facts[i], err = oracle.ParseTick(record.Value); err != nil {
				s.t.Fatal(err)
			}
		}
		candles, err := oracle.Make(facts, time.Minute, time.Second)
		if err != nil {
			s.t.Fatal(err)
		}
		for symbol := range candles.BySymbol {
			if slices.ContainsFunc(but, func(b string) bool { return strings.Contains(symbol, b) }) {
				continue
			}
			compared += s.sameCandles(symbol, published[symbol], candles.Closed(symbol))
		}
	}
	if compared < 10*panicSymbols {
		s.t.Errorf("only %d candles compared", compared)
	}
}

func (s *storm) sameCandles(symbol string, got []closing, want []oracle.Candle) int {
	s.t.Helper()
	if len(got) != len(want) {
		s.t.Errorf("%s has %d closed candles, the oracle says %d", symbol, len(got), len(want))
		return 0
	}
	bars := make([]oracle.Bar, len(want))
	for i, c := range want {
		bars[i] = c.Bar()
	}
	ema, rsi := oracle.EMA(bars, 3), oracle.RSI(bars, 3)
	for i, c := range want {
		g := got[i]
		same := g.endMs == c.EndMs && g.open == c.Open.String() && g.high == c.High.String() && g.low == c.Low.String() &&
			g.close_ == c.Close.String() && g.volume == c.Volume.String()
		if !same || !near(g.ema, g.emaThere, ema[i]) || !near(g.rsi, g.rsiThere, rsi[i]) {
			s.t.Errorf("%s, candle %d: %+v, the oracle says %v until %d, EMA %v, RSI %v", symbol, i, g, c.Bar(), c.EndMs, ema[i], rsi[i])
			return 0
		}
	}
	return len(want)
}

func near(got float64, there bool, want float64) bool {
	if math.IsNaN(want) || !there {
		return math.IsNaN(want) && !there
	}
	return math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))
}

// closings reads the closed candles from the updates.
func (s *storm) closings() map[string][]closing {
	out := make(map[string][]closing)
	s.eachUpdate(func(record *messages.Record) {
		header, _ := record.Header(messages.HeaderTick)
		h, err := messages.ParseTickHeader(header)
		if err != nil {
			s.t.Fatal(err)
		}
		if !h.Closing {
			return
		}
		var u messages.IndicatorUpdate
		if err := messages.DecodeUpdateRecord(record, &u); err != nil {
			s.t.Fatal(err)
		}
		c := closing{
			endMs: u.TimeMs + 1, open: u.Forming.Open.String(), high: u.Forming.High.String(), low: u.Forming.Low.String(),
			close_: u.Forming.Close.String(), volume: u.Forming.Volume.String(),
		}
		for _, v := range u.Indicators {
			switch v.Name {
			case "EMA_3":
				c.ema, c.emaThere = v.Value, true
			case "RSI_3":
				c.rsi, c.rsiThere = v.Value, true
			}
		}
		out[u.Symbol] = append(out[u.Symbol], c)
	})
	return out
}
