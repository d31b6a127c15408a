package check

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/ident"
)

// caused names everything of one cause for one owner.
type caused struct {
	tp     messages.TopicPartition
	offset int64
	owner  string
}

// answers is what the check of them knows.
type answers struct {
	*facts
	out *Result
	// whose lists all who ever had a strategy.
	whose map[string][]string
	// left counts what isn't asked for, because what came of it may be deleted, or whose it was.
	left int
	// believed counts the orders that may derive from what is deleted.
	believed int
	// placed are the orders that this account, or that one, has placed or rejected, with
	// what their ids derive from.
	placed []*placed
	sizes  *sizes
}

// placed is an order that is there from its beginning.
type placed struct {
	*history
	reason
}

// checkAnswers wants, for each signal to trade, one order of the same cause, placed or
// rejected, and for each ORDER and DEPLOY what came of it: an order, an owner, or a
// dead letter; a repeated command_id has its answer once. Of commands only those count
// that were taken in. Each order is what was asked for, and its id derives from that.
func checkAnswers(f *facts, out *Result) {
	histories := f.histories()
	reasons := f.reasons(histories)
	a := &answers{facts: f, out: out, whose: reasons.users, sizes: f.sizes()}
	begins(f, "orders and dead letters", out, messages.TopicOrders, messages.TopicDeadLetters)
	a.place(histories, reasons)
	a.signalled()
	a.commanded()
	a.executed()
	if a.left > 0 {
		out.note("%d signals and commands are left out, for what came of them may be deleted, or whose they were", a.left)
	}
	if a.believed > 0 {
		out.note("%d orders are believed: their ids derive from nothing that is left, but they may be changed, or exit what is deleted", a.believed)
	}
}

// place finds what each order derives from, and holds those by commands and by the
// account itself against that.
func (a *answers) place(histories []*history, reasons *reasons) {
	for _, h := range histories {
		e := h.first
		if !h.begun() || len(reasons.users[e.StrategyID]) == 0 { // nobody's is another check's
			continue
		}
		a.out.Looked++
		r, ok := reasons.of(e)
		if !ok {
			if a.mayDerive(e) {
				a.believed++
			} else {
				a.out.Find(e.String(), "order %s of strategy %s, caused by %s, is of no signal, command, stop or close: its id derives from none", e.OrderID, e.StrategyID, e.origin)
			}
			continue
		}
		a.placed = append(a.placed, &placed{h, r})
		if why := a.wrong(e, &r); why != "" {
			a.out.Find(e.String(), "order %s is a %s; %s", e.OrderID, asked(&ordered{first: e, quantity: ratio(e.Order.Quantity)}), why)
		}
	}
}

// asked says what was ordered.
func asked(o *ordered) string {
	d := &o.first.Order
	return fmt.Sprintf("%s %s of %s in %s at %v, trigger %v %s", d.OrderType, d.TransactionType, o.quantity.RatString(), o.first.Symbol, d.Price, d.TriggerPrice, d.Validity)
}

// wrong says what is wrong with an order that no signal has asked for.
func (a *answers) wrong(e *orderFact, r *reason) string {
	switch r.by {
	case byCommand:
		c := a.commandAt(e.source(), e.origin.Offset)
		if c == nil {
			return "" // deleted, or another check's
		}
		w, ok := orderOf(&c.Command)
		if !ok || c.UserID != r.user {
			return fmt.Sprintf("its cause is a %s of %s", c.Type, c.UserID)
		}
		if why := w.differs(e); why != "" {
			return fmt.Sprintf("its command %s is %s", c, why)
		}
	case byExit:
		entry := r.of
		if entry.first.Order.TransactionType == e.Order.TransactionType || e.Order.Quantity.Greater(entry.filled) {
			return fmt.Sprintf("it exits order %s, a %s of which %v is traded", entry.first.OrderID, entry.first.Order.TransactionType, entry.filled)
		}
	case byClose:
		if most := a.sizes.closable(e); !a.sizes.traded.deleted && ratio(e.Order.Quantity).Cmp(most) > 0 {
			return fmt.Sprintf("there was never more than %s to close", most.FloatString(8))
		}
	case bySignal:
	}
	return ""
}

// commanded wants what came of each ORDER and DEPLOY.
func (a *answers) commanded() {
	orders, owners := make(map[caused]bool), make(map[caused]bool)
	for _, p := range a.placed {
		if p.by == byCommand {
			orders[caused{p.first.source(), p.first.origin.Offset, p.user}] = true
		}
	}
	a.outputs(func(m *mark) {
		if m.tp.Topic == messages.TopicStrategies || m.tp.Topic == messages.TopicDeadLetters {
			owners[caused{m.source(), m.origin.Offset, ""}] = true
		}
	})
	refused, seen := a.refusals(), make(map[string]bool) // by command id, whatever was asked with it
	for i := range a.commands {
		c := &a.commands[i]
		here, id := caused{tp: c.tp, offset: c.offset}, c.UserID+"\x00"+c.CommandID
		if !a.taken(c.mark) || !a.atHome(c.mark, c.UserID) {
			continue
		}
		repeats := seen[id]
		seen[id] = repeats || !refused[here]
		if repeats || c.Type != "DEPLOY" && !plainOrder(&c.Command) {
			continue
		}
		if c.timeMs < a.answeredFrom(c) {
			a.left++
			continue
		}
		a.out.Looked++
		if owners[here] || orders[caused{c.tp, c.offset, c.UserID}] || c.Type == "DEPLOY" && a.replaced(c) {
			continue
		}
		a.out.Find(c.String(), "command %s, a %s of %s, has neither an effect nor a dead letter", c.CommandID, c.Type, c.UserID)
	}
}

// answeredFrom gives up to when what came of a command may be deleted.
func (a *answers) answeredFrom(c *commandFact) int64 {
	at := a.lettersOf(c.mark)
	if c.Type == "ORDER" {
		id := orderIDOf(caused{c.tp, c.offset, ident.Derive(c.UserID, "manual")}, c.UserID, "command")
		at = max(at, a.horizonAt(messages.TopicOrders, id))
	}
	return at
}

// replaced tells whether the owner's record that a DEPLOY wrote may have been replaced by a
// later one, or its strategy removed: a cluster's topic of owners keeps the last.
func (a *answers) replaced(c *commandFact) bool {
	if !a.subject.Live {
		return false
	}
	id := strategyOf(c)
	if a.owners[id] != nil {
		return true
	}
	return slices.ContainsFunc(a.commands, func(r commandFact) bool {
		var data struct {
			StrategyID string `json:"strategy_id"`
		}
		if r.Type != "REMOVE" || r.UserID != c.UserID || json.Unmarshal(r.Data, &data) != nil {
			return false
		}
		return data.StrategyID == "" || data.StrategyID == id
	})
}

// plainOrder tells whether a command wants an order of its own.
func plainOrder(c *messages.Command) bool {
	var data struct {
		Modify string `json:"modify"`
		Cancel string `json:"cancel"`
	}
	return c.Type == "ORDER" && (json.Unmarshal(c.Data, &data) != nil || data.Modify == "" && data.Cancel == "")
}

// accepted gives the commands that an account has taken in and not refused. A repeat of one
// that it remembers it has dropped.
func (f *facts) accepted() iter.Seq[*commandFact] {
	refused := f.refusals()
	return func(yield func(*commandFact) bool) {
		for i := range f.commands {
			c := &f.commands[i]
			if !refused[caused{tp: c.tp, offset: c.offset}] && f.atHome(c.mark, c.UserID) && f.taken(c.mark) && !yield(c) {
				return
			}
		}
	}
}

// refusals are the inputs that dead letters are about.
func (f *facts) refusals() map[caused]bool {
	all := make(map[caused]bool)
	for i := range f.letters {
		all[f.letters[i].about()] = true
	}
	return all
}

// taken tells whether the shard that is home of a record has taken it in.
func (f *facts) taken(m *mark) bool {
	return f.passed(messages.ShardID{Kind: messages.AccountShard, Partition: m.tp.Partition}, m.tp, m.offset)
}
