package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/indicator"
)

// series is a symbol and timeframe.
type series struct{ symbol, timeframe string }

// holding is a symbol in an account; of the last account that told of it when
// there is no user.
type holding struct{ user, symbol string }

// Journal keeps what came out of the shards. It is used by one goroutine.
type Journal struct {
	since  map[string][]*event // by kind, since the last check
	held   map[holding]*event  // the last update of a position
	orders []string            // ids, in the order in which they were told of first
	closed map[series][]*messages.IndicatorUpdate
	latest map[series]*messages.IndicatorUpdate
	givers map[string]string // words for strategies that are no strategies
	always series            // the timeframe of every symbol; its symbol is empty
	// asked are the indicators that somebody asked for, whichever of its outputs;
	// those of a timeframe of every symbol stand under always.
	asked map[series]map[string]bool
}

// NewJournal makes one that has seen nothing.
func NewJournal() *Journal {
	return &Journal{
		since: make(map[string][]*event), held: make(map[holding]*event),
		closed: make(map[series][]*messages.IndicatorUpdate), latest: make(map[series]*messages.IndicatorUpdate),
		givers: make(map[string]string), asked: make(map[series]map[string]bool),
	}
}

// Always tells of the settings' timeframe and indicators, which every symbol has.
func (j *Journal) Always(timeframe string, indicators []string) {
	j.always = series{timeframe: timeframe}
	j.ask(j.always, indicators)
}

// ask notes that somebody wants indicators.
func (j *Journal) ask(of series, indicators []string) {
	if j.asked[of] == nil {
		j.asked[of] = make(map[string]bool)
	}
	for _, name := range indicators {
		j.asked[of][calculation(name)] = true
	}
}

// calculation gives what gives an output: BBANDS_20_2 for BBANDS_20_2_UPPER.
func calculation(output string) string {
	spec, _, err := indicator.ParseName(output)
	if err != nil {
		return output // a request of others for what there is not
	}
	return spec.Name()
}

// unasked tells that nobody asks for an indicator, or even its timeframe, and what to
// do; "" when somebody does.
func (j *Journal) unasked(of series, name string) string {
	for _, asked := range []map[string]bool{j.asked[of], j.asked[series{timeframe: of.timeframe}]} {
		if asked[calculation(name)] {
			return ""
		}
	}
	setting := "symbols.indicators"
	if of.timeframe != j.always.timeframe {
		setting += " with symbols.timeframe: " + of.timeframe
	}
	return fmt.Sprintf("no strategy and no setting asks for %s of %s at %s, so it is not computed: use it in a strategy, or name it under config: in %s", name, of.symbol, of.timeframe, setting)
}

// Follow makes the orders that a user gives himself be told of as by user (book user),
// and those that his account's limits give as by risk, in place of the ids that they
// have.
func (j *Journal) Follow(userID string) {
	j.givers[account.ManualStrategy(userID)], j.givers[account.RiskStrategy(userID)] = "user", "risk"
}

// Call makes strategies be told of by what Call has given for their ids.
func (j *Journal) Call(strategies map[string]string) { maps.Copy(j.givers, strategies) }

// Take takes in a record of the topics that tell what came of the ticks. What others
// wrote there and nobody can read is not told of, nor are requests for indicators.
func (j *Journal) Take(r *messages.Record) error {
	err := j.take(r)
	if err != nil && !r.WrittenByVelox() {
		return nil // a shard makes a dead letter of it
	}
	return err
}

func (j *Journal) take(r *messages.Record) error {
	switch r.Topic {
	case messages.TopicUpdates:
		if _, ok := r.Opening(); ok {
			return nil
		}
		return j.update(r)
	case messages.TopicSignals:
		g, err := messages.DecodeSignalRecord(r)
		if err != nil {
			return err
		}
		if g.IsRequest() {
			j.ask(series{g.Symbol, g.Timeframe}, g.RequestIndicators)
			return nil
		}
		return j.tell("signal", messages.AppendSignal(nil, &g))
	case messages.TopicOrders:
		o, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			return err
		}
		if !slices.Contains(j.orders, o.OrderID) {
			j.orders = append(j.orders, o.OrderID)
		}
		return j.tell("order", messages.AppendOrderEvent(nil, &o))
	case messages.TopicPositions:
		return j.position(r)
	case messages.TopicAlerts:
		a, err := messages.DecodeAlertRecord(r)
		if err != nil {
			return err
		}
		return j.tell("alert", messages.AppendAlert(nil, &a))
	case messages.TopicDeadLetters:
		return j.tell("letter", r.Value)
	}
	return nil
}

func (j *Journal) tell(name string, text []byte) error {
	e, err := kindOf(name).read(text)
	if err == nil {
		e.rename(j.givers)
		j.since[name] = append(j.since[name], e)
	}
	return err
}

// position tells of one that opens or closes; a change is kept until it is asked
// for.
func (j *Journal) position(r *messages.Record) error {
	p, err := messages.DecodePositionRecord(r)
	if err != nil {
		return err
	}
	e, err := kindOf("position").read(messages.AppendPosition(nil, &p))
	if err != nil {
		return err
	}
	if p.EventType != "MODIFIED" {
		j.since["position"] = append(j.since["position"], e)
	}
	j.held[holding{p.UserID, p.Symbol}], j.held[holding{"", p.Symbol}] = e, e
	return nil
}

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
	if tick.Closing && u.Forming != nil {
		j.closed[key] = append(j.closed[key], u)
	}
	return nil
}

var orderNumber = regexp.MustCompile(`\$order\d+`)

// Fill puts the ids of orders in the place of $order1, $order2 and so on, which are
// those that were told of first, second and so on.
func (j *Journal) Fill(text []byte) ([]byte, error) {
	var err error
	filled := orderNumber.ReplaceAllFunc(text, func(word []byte) []byte {
		n, nerr := strconv.Atoi(string(word[len("$order"):]))
		if nerr != nil || n < 1 || n > len(j.orders) {
			err = fmt.Errorf("%s: %d orders were told of so far", word, len(j.orders))
			return word
		}
		return []byte(j.orders[n-1])
	})
	return filled, err
}
