package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
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
}

// NewJournal makes one that has seen nothing.
func NewJournal() *Journal {
	return &Journal{
		since: make(map[string][]*event), held: make(map[holding]*event),
		closed: make(map[series][]*messages.IndicatorUpdate), latest: make(map[series]*messages.IndicatorUpdate),
		givers: make(map[string]string),
	}
}

// Follow makes the orders that a user gives himself be told of as by user (book user),
// and those that his account's limits give as by risk, in place of the ids that they
// have.
func (j *Journal) Follow(userID string) {
	j.givers[account.ManualStrategy(userID)], j.givers[account.RiskStrategy(userID)] = "user", "risk"
}

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
		return j.update(r)
	case messages.TopicSignals:
		g, err := messages.DecodeSignalRecord(r)
		if err != nil || g.IsRequest() {
			return err
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
