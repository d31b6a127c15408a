package check

import (
	"encoding/json"

	"github.com/velox-trading/velox/messages"
)

// caused names everything of one cause for one owner.
type caused struct {
	tp     messages.TopicPartition
	offset int64
	owner  string
}

// checkAnswers wants, for each signal to trade, one order of the same cause, placed or
// rejected, and for each ORDER and DEPLOY what came of it: an order, an owner, or a
// dead letter; a repeated command_id has its answer once. Of commands only those count
// that were taken in.
func checkAnswers(f *facts, out *Result) {
	orders, owners := make(map[caused]bool), make(map[caused]bool)
	for i := range f.orders {
		if e := &f.orders[i]; e.written && (e.EventType == "PLACED" || e.EventType == "REJECTED") {
			orders[caused{e.source(), e.origin.Offset, f.users[e.StrategyID]}] = true
		}
	}
	f.outputs(func(m *mark) {
		if m.tp.Topic == messages.TopicStrategies || m.tp.Topic == messages.TopicDeadLetters {
			owners[caused{m.source(), m.origin.Offset, ""}] = true
		}
	})
	horizon := f.horizon(messages.TopicOrders, messages.TopicDeadLetters)
	begins(horizon, "orders and dead letters", out)
	f.signalled(horizon, out)
	answered := make(map[string]bool) // command ids
	for i := range f.commands {
		c := &f.commands[i]
		id := c.UserID + "\x00" + c.CommandID
		if !f.taken(c.mark) || !f.atHome(c.mark, c.UserID) || answered[id] || c.Type != "DEPLOY" && !plainOrder(&c.Command) || c.timeMs < horizon {
			continue
		}
		answered[id] = true
		out.Looked++
		here := caused{tp: c.tp, offset: c.offset}
		if c.Type == "DEPLOY" && f.subject.Live && f.users[strategyOf(c)] == c.UserID {
			continue // by this command or a later one, whose record replaces this one's
		}
		if owners[here] || orders[caused{c.tp, c.offset, c.UserID}] {
			continue
		}
		out.Find(c.String(), "command %s, a %s of %s, has neither an effect nor a dead letter", c.CommandID, c.Type, c.UserID)
	}
}

// plainOrder tells whether a command wants an order of its own.
func plainOrder(c *messages.Command) bool {
	var data struct {
		Modify string `json:"modify"`
		Cancel string `json:"cancel"`
	}
	return c.Type == "ORDER" && (json.Unmarshal(c.Data, &data) != nil || data.Modify == "" && data.Cancel == "")
}

// taken tells whether the shard that is home of a record has taken it in.
func (f *facts) taken(m *mark) bool {
	return f.passed(messages.ShardID{Kind: messages.AccountShard, Partition: m.tp.Partition}, m.tp, m.offset)
}
