package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// Moment is where the log ended when an input was written apart: everything before was
// taken in by then, and nothing followed before the input was. So it tells which updates
// an account took in before the input.
type Moment map[messages.TopicPartition]int64

// plain is a strategy whose rules this check can follow: long while the price is above an
// average, asked at every update.
type plain struct {
	id, user, timeframe string
	average             string
	quantity            *big.Rat
	symbols             []string
	// turns are the times at which it began, was paused, resumed, and ended.
	turns []turn
}

type turn struct {
	moment int
	what   string
}

var above = regexp.MustCompile(`^close > (EMA_\d+)$`)

// plainOf gives the strategy that a command deploys, if the check can follow it.
func plainOf(c *commandFact) *plain {
	var d struct {
		Symbols   []string          `json:"symbols"`
		Timeframe string            `json:"timeframe"`
		Rules     map[string]string `json:"rules"`
	}
	if json.Unmarshal(c.Data, &d) != nil || len(d.Rules) != 4 || d.Rules["evaluate"] != "every_tick" {
		return nil
	}
	m := above.FindStringSubmatch(d.Rules["entry_long"])
	quantity, ok := new(big.Rat).SetString(d.Rules["quantity"])
	if m == nil || !ok || d.Rules["exit_long"] != "close < "+m[1] {
		return nil
	}
	return &plain{id: strategyOf(c), user: c.UserID, timeframe: d.Timeframe, average: m[1], quantity: quantity, symbols: d.Symbols}
}

// checkRules follows plain strategies by the updates alone, with rules of its own: which
// of them must have led to which signal.
func checkRules(f *facts, out *Result) {
	seen := make(map[cause]int64) // where each update stands first
	for i := range f.updates {
		if c := causeOf(f.updates[i].mark); f.updates[i].written {
			if _, ok := seen[c]; !ok {
				seen[c] = f.updates[i].offset
			}
		}
	}
	r := &rulesCheck{facts: f, first: seen, result: out, signals: make(map[signalPlace][]*signalFact)}
	for i := range f.signals {
		s := &f.signals[i]
		if tp, at, ok := r.firstOf(s.mark); ok && s.written && !s.IsRequest() {
			k := signalPlace{s.StrategyID, s.Symbol, tp, at}
			r.signals[k] = append(r.signals[k], s)
		}
	}
	all := r.plains()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		for _, symbol := range all[id].symbols {
			r.follow(all[id], symbol)
		}
	}
}

type signalPlace struct {
	strategy, symbol string
	tp               messages.TopicPartition
	offset           int64
}

type rulesCheck struct {
	*facts
	first   map[cause]int64
	signals map[signalPlace][]*signalFact
	result  *Result
}

// firstOf gives the place of the update that caused an output, where it stands first.
func (r *rulesCheck) firstOf(m *mark) (messages.TopicPartition, int64, bool) {
	u := r.updateOf(m)
	if u == nil {
		return messages.TopicPartition{}, 0, false
	}
	return m.source(), r.first[causeOf(u)], true
}

// plains gives the strategies that can be followed, by id.
func (r *rulesCheck) plains() map[string]*plain {
	refused := make(map[caused]bool)
	for i := range r.letters {
		refused[r.letters[i].about()] = true
	}
	all, known := make(map[string]*plain), make(map[string]bool)
	commands := slices.Clone(r.commands)
	slices.SortStableFunc(commands, func(a, b commandFact) int {
		return cmp.Compare(r.moment(a.tp, a.offset), r.moment(b.tp, b.offset))
	})
	for i := range commands {
		c := &commands[i]
		id, once := strategyOf(c), c.UserID+"\x00"+c.CommandID
		if r.live[c.UserID] || !r.atHome(c.mark, c.UserID) || known[once] {
			continue
		}
		known[once] = true
		if refused[caused{tp: c.tp, offset: c.offset}] {
			continue
		}
		if c.Type == "DEPLOY" {
			if p := plainOf(c); p != nil {
				all[id] = p
			} else {
				delete(all, id)
			}
		}
		if p := all[id]; p != nil && slices.Contains([]string{"DEPLOY", "PAUSE", "RESUME_STRATEGY", "REMOVE"}, c.Type) {
			p.turns = append(p.turns, turn{r.moment(c.tp, c.offset), c.Type})
		}
	}
	return all
}

// held is a change of what a strategy holds and has open in a symbol, that an update, or
// what stands before it, has brought about.
type held struct {
	at       int64
	open     int
	quantity *big.Rat
}

// changes gives those of a strategy's book, in order; false when one's time isn't known.
func (r *rulesCheck) changes(p *plain, symbol string, tp messages.TopicPartition) ([]held, bool) {
	var list []held
	open, filled := make(map[string]bool), make(map[string]*big.Rat)
	for i := range r.orders {
		e := &r.orders[i]
		if e.Symbol != symbol || cmp.Or(e.Order.BookID, e.StrategyID) != p.id {
			continue
		}
		of, at, ok := r.firstOf(e.mark)
		switch {
		case ok && of != tp, !ok && (!e.written || e.origin.Topic == messages.TimerTopic || e.origin.Topic == messages.TopicUpdates):
			return nil, false
		case ok:
			at++ // a strategy sees its book as it was before the update
		default:
			at = r.subject.Moments[max(0, r.moment(e.source(), e.origin.Offset))][tp]
		}
		h := held{at: at, quantity: new(big.Rat)}
		is := slices.Contains([]string{"PENDING", "OPEN", "PARTIALLY_FILLED"}, e.Order.Status)
		switch {
		case is && !open[e.OrderID]:
			h.open = 1
		case !is && open[e.OrderID]:
			h.open = -1
		}
		open[e.OrderID] = is
		if e.Execution != nil && e.EventType == "FILLED" {
			now, was := ratio(e.Execution.FilledQuantity), filled[e.OrderID]
			if filled[e.OrderID] = now; was != nil {
				now = new(big.Rat).Sub(now, was)
			}
			if h.quantity.Set(now); e.Order.TransactionType == "SELL" {
				h.quantity.Neg(h.quantity)
			}
		}
		list = append(list, h)
	}
	slices.SortStableFunc(list, func(a, b held) int { return cmp.Compare(a.at, b.at) })
	return list, true
}

// follow takes a plain strategy through the updates of one of its symbols.
func (r *rulesCheck) follow(p *plain, symbol string) {
	var changes []held
	var tp messages.TopicPartition
	open, quantity, entered, closedMs := 0, new(big.Rat), false, int64(0)
	for i := range r.updates {
		v := &r.updates[i]
		if v.key != symbol || !v.written || r.first[causeOf(v.mark)] != v.offset {
			continue
		}
		var u messages.IndicatorUpdate
		if messages.DecodeUpdateRecord(v.record, &u) != nil || u.Timeframe != p.timeframe || u.Forming == nil {
			continue
		}
		if v.tp != tp {
			tp = v.tp
			known := false
			if changes, known = r.changes(p, symbol, tp); !known {
				return
			}
		}
		status := p.status(r.subject.Moments, tp, v.offset)
		if status == "" {
			entered = false
			continue
		}
		for len(changes) > 0 && changes[0].at <= v.offset {
			open += changes[0].open
			quantity.Add(quantity, changes[0].quantity)
			changes = changes[1:]
		}
		closing := closingOf(v.record)
		if closing && (u.TimeMs < closedMs || u.Forming.Quality&market.Amended != 0) {
			continue
		}
		r.result.Looked++
		want := p.decide(&u, open, quantity, entered && !closing)
		entered = (entered || strings.HasPrefix(want, messages.Buy)) && !closing
		if closing {
			closedMs = u.TimeMs + 1
		}
		if status == "PAUSE" {
			want = ""
		}
		if got := signalText(r.signals[signalPlace{p.id, symbol, tp, v.offset}]); got != want {
			r.result.Find(v.String(), "strategy %s of %s signals %q in %s, by its rules %q: close %v, %v, %d open, holds %s",
				p.id, p.user, got, symbol, want, u.Forming.Close, u.Indicators, open, quantity.RatString())
		}
	}
}

// status tells what a strategy does at an update: "" when it isn't deployed.
func (p *plain) status(moments []Moment, tp messages.TopicPartition, offset int64) string {
	status := ""
	for _, t := range p.turns {
		if t.moment < 0 || moments[t.moment][tp] <= offset {
			if status = t.what; status == "REMOVE" {
				status = ""
			}
		}
	}
	return status
}

// decide gives what the rules say at an update.
func (p *plain) decide(u *messages.IndicatorUpdate, open int, quantity *big.Rat, entered bool) string {
	i := slices.IndexFunc(u.Indicators, func(v messages.IndicatorValue) bool { return v.Name == p.average })
	if i < 0 || open > 0 || u.Forming.Quality&market.Gap != 0 {
		return ""
	}
	price, average := u.Forming.Close.Float64(), u.Indicators[i].Value
	switch {
	case quantity.Sign() > 0 && price < average:
		return messages.Sell + " " + quantity.RatString()
	case quantity.Sign() <= 0 && price > average && !entered:
		return messages.Buy + " " + p.quantity.RatString()
	}
	return ""
}

func closingOf(r *messages.Record) bool {
	text, ok := r.Header(messages.HeaderTick)
	if !ok {
		return false
	}
	h, err := messages.ParseTickHeader(text)
	return err == nil && h.Closing
}

func signalText(signals []*signalFact) string {
	var list []string
	for _, s := range signals {
		list = append(list, fmt.Sprint(s.Action, " ", ratio(s.Quantity).RatString()))
	}
	return strings.Join(list, ", ")
}
