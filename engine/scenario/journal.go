package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/velox-trading/velox/messages"
)

// kinds are the first words of expectations, with how many words the head has.
var kinds = map[string]int{
	"signal": 3, "order": 5, "position": 3, "alert": 3, "letter": 2, "candle": 7, "indicator": 5, "nothing": 1,
}

// listed are the kinds of which every event must be expected, in the order in
// which they are told.
var listed = []string{"signal", "order", "position", "alert", "letter"}

func checkWords(words []string) error {
	head, ok := kinds[words[0]]
	switch {
	case !ok:
		return fmt.Errorf("%q can't be expected; there are signal, order, position, alert, letter, candle, indicator, nothing", words[0])
	case len(words) < head:
		return fmt.Errorf("%q: want %d words and then facts, each a name and a value", strings.Join(words, " "), head)
	case (len(words)-head)%2 != 0:
		return fmt.Errorf("%q: the fact %q has no value", strings.Join(words, " "), words[len(words)-1])
	}
	return nil
}

// series is a symbol and timeframe.
type series struct{ symbol, timeframe string }

// Journal keeps what came out of the shards. It is used by one goroutine.
type Journal struct {
	since    map[string][]*event // by kind, since the last check
	modified map[string]*event   // the last update of a position, by symbol
	candles  map[series]*messages.IndicatorUpdate
	latest   map[series]*messages.IndicatorUpdate
}

// NewJournal makes one that has seen nothing.
func NewJournal() *Journal {
	return &Journal{
		since: make(map[string][]*event), modified: make(map[string]*event),
		candles: make(map[series]*messages.IndicatorUpdate), latest: make(map[series]*messages.IndicatorUpdate),
	}
}

// Take takes a record in that the shards wrote. Requests for indicators are not
// told of.
func (j *Journal) Take(r *messages.Record) error {
	var err error
	switch r.Topic {
	case messages.TopicUpdates:
		err = j.update(r)
	case messages.TopicSignals:
		var g messages.Signal
		if g, err = messages.DecodeSignalRecord(r); err == nil && !g.IsRequest() {
			j.add(signalEvent(&g))
		}
	case messages.TopicOrders:
		var o messages.OrderEvent
		if o, err = messages.DecodeOrderEventRecord(r); err == nil {
			j.add(orderEvent(&o))
		}
	case messages.TopicPositions:
		var p messages.PositionUpdate
		if p, err = messages.DecodePositionRecord(r); err == nil {
			e := positionEvent(&p)
			j.modified[p.Symbol] = e
			if p.EventType != "MODIFIED" {
				j.add(e)
			}
		}
	case messages.TopicAlerts:
		var a messages.RiskAlert
		if a, err = messages.DecodeAlertRecord(r); err == nil {
			j.add(alertEvent(&a))
		}
	case messages.TopicDeadLetters:
		var d messages.DeadLetter
		if d, err = messages.DecodeDeadLetter(r.Value); err == nil {
			j.add(letterEvent(&d))
		}
	}
	return err
}

func (j *Journal) add(e *event) { j.since[e.head[0]] = append(j.since[e.head[0]], e) }

func (j *Journal) update(r *messages.Record) error {
	u := &messages.IndicatorUpdate{}
	if err := messages.DecodeUpdateRecord(r, u); err != nil {
		return err
	}
	header, _ := r.Header(messages.HeaderTick)
	tick, err := messages.ParseTickHeader(header)
	if err != nil {
		return err
	}
	key := series{u.Symbol, u.Timeframe}
	j.latest[key] = u
	if tick.Closing {
		j.candles[key] = u
	}
	return nil
}

// Check holds what happened since the last check against its lines, and gives what
// is wrong, in words.
func (j *Journal) Check(c *Check) []string {
	var bad []string
	left := make(map[string][]*event)
	for kind, events := range j.since {
		left[kind] = events
	}
	for _, w := range c.Wants {
		if problem := j.hold(w.Words, left); problem != "" {
			bad = append(bad, fmt.Sprintf("line %d: %s: %s", w.Line, strings.Join(w.Words, " "), problem))
		}
	}
	for _, kind := range listed {
		for _, e := range left[kind] {
			bad = append(bad, "not expected: "+e.String())
		}
	}
	j.since = make(map[string][]*event)
	return bad
}

// hold holds one line against what is left of its kind.
func (j *Journal) hold(words []string, left map[string][]*event) string {
	switch words[0] {
	case "nothing":
		return ""
	case "candle":
		return j.candle(words)
	case "indicator":
		return j.indicator(words)
	}
	if words[0] == "position" && words[1] == "MODIFIED" {
		e := j.modified[words[2]]
		if e == nil {
			return "no position was told of"
		}
		return e.differs(append([]string{"position", e.head[1]}, words[2:]...))
	}
	events := left[words[0]]
	if len(events) == 0 {
		return "did not happen"
	}
	left[words[0]] = events[1:]
	return events[0].differs(words)
}

// differs tells how an event is not what a line says.
func (e *event) differs(words []string) string {
	head := len(e.head)
	if !slices.Equal(e.head, words[:head]) {
		return "it is: " + e.String()
	}
	for i := head; i < len(words); i += 2 {
		if have, ok := e.facts[words[i]]; have != words[i+1] || !ok {
			return "it is: " + e.String()
		}
	}
	return ""
}

// candle holds the last closed candle against SYMBOL TIMEFRAME OPEN HIGH LOW CLOSE.
func (j *Journal) candle(words []string) string {
	u := j.candles[series{words[1], words[2]}]
	if u == nil || u.Forming == nil {
		return "no candle has closed"
	}
	f := u.Forming
	e := happened("candle", u.Symbol, u.Timeframe, f.Open.String(), f.High.String(), f.Low.String(), f.Close.String())
	e.fact("volume", f.Volume.String()).fact("end", clock(u.TimeMs + 1)[11:19])
	return e.differs(words)
}

// indicator holds the last value against SYMBOL TIMEFRAME NAME VALUE, to the digits
// of VALUE.
func (j *Journal) indicator(words []string) string {
	u := j.latest[series{words[1], words[2]}]
	if u == nil {
		return "there was no update"
	}
	i := slices.IndexFunc(u.Indicators, func(v messages.IndicatorValue) bool { return v.Name == words[3] })
	switch {
	case i < 0 && words[4] == "none":
		return ""
	case i < 0:
		return "it has no value yet"
	case words[4] == "none":
		return fmt.Sprintf("it is %v", u.Indicators[i].Value)
	}
	want, err := strconv.ParseFloat(words[4], 64)
	if err != nil {
		return "want a number or none"
	}
	_, digits, _ := strings.Cut(words[4], ".")
	if have := u.Indicators[i].Value; !(math.Abs(have-want) <= 0.5*math.Pow10(-len(digits))*(1+1e-9)) {
		return fmt.Sprintf("it is %v", have)
	}
	return ""
}
