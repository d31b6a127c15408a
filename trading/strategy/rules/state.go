package rules

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/velox-trading/velox/trading/decimal"
)

const (
	stateVersion = 5 // 1 had one series a symbol
	noEarly      = 4 // had no early closes; it is read
	uncounted    = 3 // had no number of candles; likewise
	oneFlaw      = 2 // had one age for all flaws; likewise
)

var errState = errors.New("state of a rule strategy doesn't fit its rules")

// codec goes through a state in its one order: it appends every value, or, when it
// loads, sets it. So nothing can be saved that isn't loaded, or in another place.
type codec struct {
	out     []byte
	rest    []byte
	loading bool
	bad     bool // what is loaded has another shape
	version int64
}

// AppendState implements strategy.Strategy.
func (s *ruled) AppendState(b []byte) []byte {
	c := codec{out: b}
	s.walk(&c)
	return c.out
}

// LoadState implements strategy.Strategy. On an error the state is as before.
func (s *ruled) LoadState(b []byte) error {
	c := codec{rest: b, loading: true}
	fresh := s.empty()
	fresh.walk(&c)
	if c.bad || len(c.rest) > 0 {
		return fmt.Errorf("strategy %s: %w", s.id, errState)
	}
	*s = *fresh
	s.frame.owner = s
	return nil
}

// empty gives the same strategy without history.
func (s *ruled) empty() *ruled {
	symbols := make([]string, len(s.traded))
	for i := range s.traded {
		symbols[i] = s.traded[i].name
	}
	fresh, _ := s.program.New(s.id, symbols).(*ruled)
	return fresh
}

func (s *ruled) walk(c *codec) {
	c.version = stateVersion
	c.time(&c.version)
	c.bad = c.bad || c.version < oneFlaw || c.version > stateVersion
	c.same(btoi(s.program.everyTick))
	c.same(len(s.symbols))
	for i := range s.symbols {
		s.symbols[i].walk(c)
	}
	c.same(len(s.traded))
	s.waiting = 0
	for i := range s.traded {
		t := &s.traded[i]
		c.name(t.name)
		c.time(&t.waitingMs)
		c.truth(&t.entered)
		c.time(&t.squaredMs)
		c.time(&t.cancelledMs)
		c.time(&t.dayMs)
		c.time(&t.tradesBase)
		if c.version > noEarly {
			c.time(&t.early.CloseMs)
			c.time(&t.early.UsualMs)
		}
		s.waiting += btoi(t.waitingMs != 0)
	}
	c.same(len(s.series))
	for i := range s.series {
		s.series[i].walk(c, s.program.everyTick)
	}
}

func (s *symbolState) walk(c *codec) {
	c.name(s.name)
	c.money(&s.price)
	c.time(&s.seenMs)
	s.day.walk(c)
	s.previous.walk(c)
	c.time(&s.live.openMs)
	s.live.walk(c)
}

func (d *day) walk(c *codec) {
	c.time(&d.openMs)
	c.truth(&d.whole)
	c.truth(&d.flawed)
	c.truth(&d.any)
	d.candle.walk(c)
	c.same(len(d.openings))
	for i := range d.openings {
		r := &d.openings[i]
		c.truth(&r.any)
		c.float(&r.high)
		c.float(&r.low)
	}
}

func (n *candle) walk(c *codec) {
	c.float(&n.open)
	c.float(&n.high)
	c.float(&n.low)
	c.float(&n.close)
}

func (q *series) walk(c *codec, everyTick bool) {
	c.name(q.symbol)
	c.name(q.timeframe.String())
	c.times(&q.ends, maxAhead+1)
	c.time(&q.closedMs)
	c.time(&q.seenMs)
	q.walkCandles(c)
	q.walkFlaws(c)
	c.same(len(q.fields))
	for i := range q.fields {
		f := &q.fields[i]
		c.name(f.name)
		c.same(f.depth)
		if everyTick {
			c.float(&q.live[i])
		}
		c.floats(&f.closed, f.depth+maxAhead)
	}
}

// walkCandles takes those of which an older version remembers the ends for all.
func (q *series) walkCandles(c *codec) {
	candles := int64(q.candles)
	if c.version <= uncounted {
		candles = int64(len(q.ends))
	} else {
		c.time(&candles)
	}
	c.bad = c.bad || candles < 0 || candles > maxFlawAge
	q.candles = int(candles)
}

// walkFlaws takes the flaws of an older version for the worst.
func (q *series) walkFlaws(c *codec) {
	for i := range q.ages {
		if c.version == oneFlaw && flaw(i) != noClose {
			continue
		}
		age := int64(q.ages[i])
		c.time(&age)
		q.ages[i] = int(age)
	}
	c.time(&q.flawMs)
	c.time(&q.liveMs)
	if c.version == oneFlaw {
		var flawed bool
		if c.truth(&flawed); flawed {
			q.liveFlaw = noClose
		}
		return
	}
	live := int64(q.liveFlaw)
	c.time(&live)
	q.liveFlaw = flaw(live)
	c.bad = c.bad || live < 0 || q.liveFlaw > unflawed
}

// same is a number that must be the same in both.
func (c *codec) same(n int) {
	at := int64(n)
	if c.time(&at); at != int64(n) {
		c.bad = true
	}
}

// name is a text that must be the same in both.
func (c *codec) name(text string) {
	c.same(len(text))
	if !c.loading {
		c.out = append(c.out, text...)
	} else if string(c.take(len(text))) != text {
		c.bad = true
	}
}

func (c *codec) time(v *int64) {
	if !c.loading {
		c.out = binary.AppendVarint(c.out, *v)
		return
	}
	x, n := binary.Varint(c.rest)
	if n <= 0 {
		c.bad, c.rest = true, nil
		return
	}
	*v, c.rest = x, c.rest[n:]
}

func (c *codec) truth(v *bool) {
	x := int64(btoi(*v))
	c.time(&x)
	c.bad = c.bad || x < 0 || x > 1
	*v = x == 1
}

func (c *codec) float(v *float64) {
	if !c.loading {
		c.out = binary.LittleEndian.AppendUint64(c.out, math.Float64bits(*v))
	} else if b := c.take(8); len(b) == 8 {
		*v = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
}

func (c *codec) floats(list *[]float64, most int) {
	*list = sized(c, *list, most)
	for i := range *list {
		c.float(&(*list)[i])
	}
}

func (c *codec) times(list *[]int64, most int) {
	*list = sized(c, *list, most)
	for i := range *list {
		c.time(&(*list)[i])
	}
}

// sized saves a list's length, or makes a list of the length that was saved.
func sized[T any](c *codec, list []T, most int) []T {
	n := int64(len(list))
	c.time(&n)
	if n < 0 || n > int64(most) {
		c.bad = true
	}
	switch {
	case c.bad:
		return nil
	case c.loading:
		return make([]T, n)
	}
	return list
}

func (c *codec) money(v *decimal.Decimal) {
	hi, lo := v.Parts()
	low := int64(lo)
	c.time(&hi)
	c.time(&low)
	*v = decimal.FromParts(hi, uint64(low))
}

func (c *codec) take(n int) []byte {
	if n > len(c.rest) {
		c.bad, c.rest = true, nil
		return nil
	}
	part := c.rest[:n]
	c.rest = c.rest[n:]
	return part
}
