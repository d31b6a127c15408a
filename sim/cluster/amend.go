package cluster

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// amending is a step in which the live account's user changes or cancels an order that is
// open then: which ids there are follows from the run. It needs no place among other
// inputs, for the live account is compared with no other run.
type amending struct {
	random *rand.Rand
	id     string // of the command
	timeMs int64
}

// amend has the live account's user, if there is one, place orders of his own, and change
// what is open, now and then twice in a row.
func (w *workload) amend() {
	i := slices.IndexFunc(w.users, func(t *trader) bool { return t.live })
	if i < 0 || w.amends.IntN(3) == 0 {
		return
	}
	t := w.users[i]
	for range 1 + w.amends.IntN(3) {
		price := w.symbols[0].price/100 + w.amends.Int64N(5) - 2
		data := map[string]any{"symbol": t.symbols[0], "transaction_type": pick(w.amends, "BUY", "SELL"), "quantity": 2 + w.amends.IntN(8), "price": price}
		if w.amends.IntN(3) == 0 {
			data["trigger_price"] = price
		}
		w.steps = append(w.steps, step{records: []messages.Out{w.amendment(data)}})
	}
	for range 1 + w.amends.IntN(4) {
		w.amended++
		w.steps = append(w.steps, step{
			stall:    time.Duration(w.amends.Int64N(int64(2 * time.Second))),
			amending: &amending{rand.New(rand.NewPCG(w.amends.Uint64(), 0)), fmt.Sprintf("amend-%d", w.amended), w.nowMs},
		})
	}
}

func (w *workload) amendment(data map[string]any) messages.Out {
	w.amended++
	return orderCommand(fmt.Sprintf("amend-%d", w.amended), w.nowMs, data)
}

// orderCommand is an ORDER of the live account's user.
func orderCommand(id string, timeMs int64, data map[string]any) messages.Out {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Errorf("command ORDER: %w", err))
	}
	c := messages.Command{CommandID: id, UserID: liveUser, TimeMs: timeMs, Type: string(account.CmdOrder), Data: raw}
	return messages.Out{Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(liveUser), Value: messages.AppendCommand(nil, &c)}
}

// amend gives the command that changes one of the live account's open orders, or cancels
// it; nothing when none is open.
func (c *Cluster) amend(a *amending) ([]messages.Out, error) {
	orders, err := c.liveOrders()
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(orders, func(_ string, e messages.OrderEvent) bool { return !changeable(e.Order.Status) })
	if len(orders) == 0 {
		return nil, nil
	}
	e, r := orders[pick(a.random, slices.Sorted(maps.Keys(orders))...)], a.random
	if r.IntN(8) == 0 {
		return []messages.Out{orderCommand(a.id, a.timeMs, map[string]any{"cancel": e.OrderID})}, nil
	}
	data := map[string]any{"modify": e.OrderID}
	if what := r.IntN(3); what > 0 {
		data["quantity"] = max(e.Order.Quantity.Float64()+float64(r.IntN(7)-2), 1)
		if what == 1 {
			return []messages.Out{orderCommand(a.id, a.timeMs, data)}, nil
		}
	}
	by := decimal.FromInt(r.Int64N(5) - 2)
	for name, was := range map[string]decimal.Decimal{"price": e.Order.Price, "trigger_price": e.Order.TriggerPrice} {
		if was.Sign() > 0 {
			data[name] = was.Add(by).Float64()
		}
	}
	return []messages.Out{orderCommand(a.id, a.timeMs, data)}, nil
}

// liveOrders gives the last committed event of each of the live account's orders.
func (c *Cluster) liveOrders() (map[string]messages.OrderEvent, error) {
	last := make(map[string]messages.OrderEvent)
	for p := range c.log.Partitions(messages.TopicOrders) {
		for _, r := range c.log.CommittedRecords(messages.TopicOrders, p) {
			e, err := messages.DecodeOrderEventRecord(r)
			if err != nil {
				return nil, fmt.Errorf("%s/%d: %w", r.TopicPartition(), r.Offset, err)
			}
			if e.StrategyID == account.ManualStrategy(liveUser) || c.shape.families[e.StrategyID] == liveUser {
				last[e.OrderID] = e
			}
		}
	}
	return last, nil
}

// changeable tells whether the venue has shown an order that may trade yet.
func changeable(status string) bool {
	return open(status) && order.Status(status) != order.Pending && order.Status(status) != order.Unknown
}

// open tells whether an order that has a status may trade yet.
func open(status string) bool { return !order.Status(status).Final() }

// termsOf gives the terms that an event tells of its order.
func termsOf(e *messages.OrderEvent) order.Terms {
	return order.Terms{Kind: order.Kind(e.Order.OrderType), Quantity: e.Order.Quantity, Price: e.Order.Price, Trigger: e.Order.TriggerPrice}
}
