package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
)

// Hasty users deploy external strategies, signal for them and remove them without waiting
// for anything: what comes to which shard first is chance, so they are not compared with
// an undisturbed run. Where there are two account shards each is home of one of them. One
// strategy goes back and forth between them.
type hasty struct {
	workload *workload
	random   *rand.Rand
	users    []string
	ids      []string
	n        int
}

func isHasty(user string) bool { return len(user) > 6 && user[:6] == "hasty-" }

func newHasty(w *workload, r *rand.Rand) *hasty {
	h := &hasty{workload: w, random: r, ids: []string{"both"}}
	n := w.shape.counts[messages.TopicCommands]
	for i := 0; len(h.users) < 2; i++ {
		user := fmt.Sprintf("hasty-%d", i)
		if messages.HomePartition([]byte(user), n) == int32(len(h.users))%n {
			h.users = append(h.users, user)
			h.ids = append(h.ids, "of-"+user)
		}
	}
	for _, id := range h.ids {
		w.shape.families[id] = id
	}
	return h
}

// steps puts what they do between a workload's steps: into what is not apart.
func (h *hasty) steps(all []step) []step {
	out := make([]step, 0, len(all))
	var open step
	for _, user := range h.users {
		open.records = append(open.records, h.command(user, account.CmdOpenAccount, map[string]any{"deposit": 100_000}))
	}
	out = append(out, open)
	for _, s := range all {
		if !s.apart && s.amending == nil && h.random.IntN(4) == 0 {
			s.records = append(h.some(), s.records...)
		}
		out = append(out, s)
	}
	return out
}

func (h *hasty) some() []messages.Out {
	var records []messages.Out
	for range 1 + h.random.IntN(5) {
		records = append(records, h.one())
	}
	return records
}

func (h *hasty) one() messages.Out {
	id := pick(h.random, h.ids...)
	user := pick(h.random, h.users...)
	if id != h.ids[0] {
		user = id[len("of-"):]
	}
	switch h.random.IntN(5) {
	case 0, 1:
		return h.command(user, account.CmdDeploy, map[string]any{
			"strategy_id": id, "name": id, "symbols": []string{h.workload.symbols[0].name}, "external": true, "revision": h.n,
		})
	case 2:
		return h.command(user, account.CmdRemove, map[string]any{"strategy_id": id})
	}
	h.n++
	// At a price that nobody sells at: what holds nothing can be removed.
	g := messages.Signal{
		StrategyID: id, Symbol: h.workload.symbols[0].name, TimeMs: startMs + int64(h.n), Action: messages.Buy,
		Confidence: 0.5, Quantity: decimal.FromInt(1), Price: decimal.FromInt(1),
	}
	return messages.Out{
		Topic: messages.TopicSignals, Partition: h.random.Int32N(h.workload.shape.counts[messages.TopicSignals]),
		Key: []byte(id), Value: messages.AppendSignal(nil, &g),
	}
}

func (h *hasty) command(user string, kind account.CommandType, data any) messages.Out {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Errorf("command %s: %w", kind, err))
	}
	h.n++
	c := messages.Command{CommandID: fmt.Sprintf("h-%d", h.n), UserID: user, TimeMs: startMs, Type: string(kind), Data: raw}
	return messages.Out{Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(user), Value: messages.AppendCommand(nil, &c)}
}
