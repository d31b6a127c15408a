package actors

import (
	"github.com/velox-trading/velox/messages"
)

// owners is the content of velox-strategies as an account shard knows it: whose each
// strategy is, and which shard answers for a signal or order event that others write for
// it. The shards read the partitions of these at their own pace, and the owner's begins
// and ends to take a strategy's in where it happens to stand when it takes the command in.
// So the record of an owner tells where that was, and who must write the dead letter of
// what no account has taken in follows from the record and the offset, whoever comes by
// later or earlier: below the first shard's places the partition's keeper, from there on
// that shard, also when the strategy is removed, until another one answers.
type owners struct {
	shard *shard
	known map[string]*messages.StrategyOwner
	// read: everything that there was when this shard was opened is known.
	read bool
	// passed is where routing stands in the partitions that it has come by.
	passed frontier
}

// maxAnswering bounds the shards that a record names: one more for each time that a user
// of another shard deploys what was removed. Of a strategy with more, what has still not
// been read from before the first of them is the keeper's.
const maxAnswering = 8

func newOwners(s *shard) owners {
	return owners{shard: s, known: make(map[string]*messages.StrategyOwner), passed: make(frontier)}
}

// pass notes that a record of others' signals or order events is routed.
func (o *owners) pass(r *messages.Record) { o.passed[r.TopicPartition()] = r.Offset + 1 }

// learn takes a record of velox-strategies in. One that is older than what this shard has
// itself written since is passed over.
func (o *owners) learn(r *messages.Record) {
	if r.Value == nil { // by versions without numbers, or by hand
		delete(o.known, string(r.Key))
		return
	}
	owner, err := messages.DecodeStrategyOwner(r.Value)
	if err != nil {
		return
	}
	was := o.known[owner.StrategyID]
	if was != nil && owner.Number > 0 && owner.Number < was.Number {
		return
	}
	if was != nil && owner.Number > 0 && owner.Number == was.Number && owner.UserID != was.UserID && !owner.Removed && !was.Removed {
		o.shard.config.Logger.Error("two users have deployed one strategy id in the same moment: what others write for it comes to both; remove it from one of them, and then deploy it again for the other",
			"shard", o.shard.id.String(), "strategy_id", owner.StrategyID, "users", was.UserID+", "+owner.UserID)
	}
	if len(owner.Answers) == 0 {
		owner.Answers = []messages.Answering{{Shard: messages.HomePartition([]byte(owner.UserID), o.shard.counts[messages.TopicCommands])}}
	}
	o.known[owner.StrategyID] = &owner
}

// user gives who has a strategy, "" when nobody has it.
func (o *owners) user(strategyID string) string {
	if owner := o.known[strategyID]; owner != nil && !owner.Removed {
		return owner.UserID
	}
	return ""
}

// answers gives the shard that answers for a record for a strategy, if one does.
func (o *owners) answers(strategyID string, r *messages.Record) (int32, bool) {
	if owner := o.known[strategyID]; owner != nil {
		for i := len(owner.Answers) - 1; i >= 0; i-- {
			if r.Offset >= owner.Answers[i].From.At(r.TopicPartition()) {
				return owner.Answers[i].Shard, true
			}
		}
	}
	return 0, false
}

// since gives from where on this shard takes a strategy's records in: what stands before
// is another's, though this shard has not passed it yet.
func (o *owners) since(strategyID string, tp messages.TopicPartition) int64 {
	if owner := o.known[strategyID]; owner != nil {
		for i := len(owner.Answers) - 1; i >= 0; i-- {
			if owner.Answers[i].Shard == o.shard.id.Partition {
				return owner.Answers[i].From.At(tp)
			}
		}
	}
	return 0
}

// had tells whether this shard answers, or has answered, for a strategy.
func (o *owners) had(strategyID string) bool {
	owner := o.known[strategyID]
	if owner == nil {
		return false
	}
	for _, a := range owner.Answers {
		if a.Shard == o.shard.id.Partition {
			return true
		}
	}
	return false
}

// complete makes the owner's record of a strategy that an account has deployed or
// removed: it has the names alone, or nothing.
func (o *owners) complete(out *output) {
	if out.out.Topic != messages.TopicStrategies {
		return
	}
	id, user := string(out.out.Key), out.from
	owner := messages.StrategyOwner{StrategyID: id, UserID: user, Number: 1}
	was := o.known[id]
	if was != nil {
		owner.Number = was.Number + 1
		owner.Answers = was.Answers
	}
	if out.out.Value == nil {
		owner.Removed, owner.Until = true, o.places()
	}
	me := o.shard.id.Partition
	switch n := len(owner.Answers); {
	case n == 0 && owner.Removed: // its record was deleted by hand: it had all
		owner.Answers = []messages.Answering{{Shard: me}}
	case n == 0:
		owner.Answers = []messages.Answering{{Shard: me, From: o.places()}}
	case owner.Answers[n-1].Shard != me:
		from := later(o.places(), owner.Answers[n-1].From, was.Until)
		owner.Answers = append(owner.Answers[max(0, n+1-maxAnswering):n:n], messages.Answering{Shard: me, From: from})
	}
	o.known[id] = &owner
	out.out.Value = messages.AppendStrategyOwner(nil, &owner)
}

// places gives where this shard stands in what others write for strategies: what comes
// from there on it hasn't routed yet, before the restore neither.
func (o *owners) places() messages.Places {
	places := make(messages.Places)
	for _, t := range o.shard.kind.topics() {
		if t.topic != messages.TopicSignals && t.topic != messages.TopicOrders {
			continue
		}
		for _, tp := range o.shard.partitions(t) {
			at := max(o.shard.frontier[tp], o.passed[tp])
			if o.shard.replaying {
				at = max(at, o.shard.committed[tp])
			}
			places[tp.Topic] = append(places[tp.Topic], at)
		}
	}
	return places
}

// later gives, for each partition of the first, the largest place.
func later(first messages.Places, others ...messages.Places) messages.Places {
	for topic, at := range first {
		for p := range at {
			for _, other := range others {
				at[p] = max(at[p], other.At(messages.TopicPartition{Topic: topic, Partition: int32(p)}))
			}
		}
	}
	return first
}
