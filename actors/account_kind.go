package actors

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/ident"
)

// accountKind is what account shards do: the commands of one partition, the
// updates that their accounts want, and what others than account shards put on
// strategy-signals, order-events and risk-alerts.
type accountKind struct {
	shard  *shard
	owners owners
	// own maps the strategies of this shard's accounts to their users.
	own map[string]string
	// changes maps the strategies that are deployed in this step to their users, and ""
	// to one who removes any.
	changes  map[string]string
	wanted   subscriptions
	sessions *sessions
	// takesOver lists the accounts that are to be told that they were taken over.
	takesOver map[string]bool
	opened    openings
}

func newAccountKind(s *shard) *accountKind {
	k := &accountKind{shard: s, own: make(map[string]string), changes: make(map[string]string), takesOver: make(map[string]bool), opened: make(openings)}
	k.owners = newOwners(s)
	k.wanted.users = make(map[string][]string)
	k.sessions = newSessions(s)
	return k
}

func (k *accountKind) topics() []inputTopic {
	return []inputTopic{
		{topic: messages.TopicCommands, partition: k.shard.id.Partition, fromStart: true, control: true, waits: true},
		{topic: messages.TopicUpdates, partition: -1},
		{topic: messages.TopicSignals, partition: -1, waits: true},
		{topic: messages.TopicOrders, partition: -1, waits: true},
		{topic: messages.TopicAlerts, partition: -1},
		{topic: messages.TopicStrategies, partition: -1, fromStart: true, cache: true},
	}
}

// wants filters the updates by symbol, save for the partitions in which this
// shard looks after what Velox did not write. Openings pass.
func (k *accountKind) wants(tp messages.TopicPartition) func([]byte) bool {
	if tp.Topic != messages.TopicUpdates || k.keeps(tp) {
		return nil
	}
	return k.wanted.has
}

func (k *accountKind) selects() bool { return true }

// keeps tells whether this shard owns the dead letters of a partition that every
// account shard reads.
func (k *accountKind) keeps(tp messages.TopicPartition) bool {
	return tp.Partition%k.shard.counts[messages.TopicCommands] == k.shard.id.Partition
}

// The classes keep an order in which an account's subscriptions are those after
// all commands before an update.
func (k *accountKind) class(r *messages.Record) int {
	switch r.Topic {
	case messages.TopicUpdates:
		return 0
	case messages.TopicSignals, messages.TopicOrders:
		return 2 // the strategies that they are for are known when the commands were taken
	}
	return 1
}

// follows: a DEPLOY waits for what an account says to another user's of the same strategy,
// and to a REMOVE, so that whose it is does not hang on what was read in one go.
func (k *accountKind) follows(r *messages.Record) bool {
	if len(k.changes) == 0 || r.Topic != messages.TopicCommands {
		return false
	}
	c, err := messages.DecodeCommandRecord(r)
	if err != nil || account.CommandType(c.Type) != account.CmdDeploy {
		return false
	}
	id := strategyOf(&c)
	user, deployed := k.changes[id]
	_, removed := k.changes[""]
	return id != "" && (removed || deployed && user != c.UserID)
}

func (k *accountKind) savesWithOutput() bool { return true }

func (k *accountKind) props(c *cell) *actor.Props {
	config, strategies := k.shard.config, make(names)
	return supervisor.Props(func() actor.Actor {
		return &entityActor{cell: c, fault: config.Fault, children: strategies, make: func(key string, c actor.Context) machine {
			return newAccountMachine(key, config, &family{c: c, config: config, user: key, children: make(map[string]*actor.PID), names: strategies})
		}}
	}, strategyOptions(config, c.key, strategies))
}

func strategyOptions(config *Config, user string, strategies names) supervisor.Options {
	return supervisor.Options{
		Name: "account " + user, MaxRestarts: config.StrategyRestarts.Max, Window: config.StrategyRestarts.Window,
		Backoff: config.StrategyRestarts.backoff(config.Jitter, 10*time.Millisecond, time.Second),
		OnRestart: func(child *actor.PID, reason any, _ time.Duration) {
			name := strategies.of(child)
			config.Observer.Restarted("strategy", name)
			config.Observer.Count(CountRestarts, "strategy", 1)
			config.Logger.Warn("strategy restarted", "account", user, "strategy", name, "reason", fmt.Sprint(reason))
		},
	}
}

func (k *accountKind) route(ep *epoch, r *messages.Record) {
	switch r.Topic {
	case messages.TopicCommands:
		k.routeCommand(ep, r)
	case messages.TopicUpdates:
		k.routeUpdate(ep, r)
	case messages.TopicSignals:
		k.routeSignal(ep, r)
	case messages.TopicOrders:
		k.routeOrder(ep, r)
	case messages.TopicAlerts:
		k.routeAlert(ep, r)
	case messages.TopicStrategies:
		k.owners.learn(r)
	}
}

func (k *accountKind) routeCommand(ep *epoch, r *messages.Record) {
	c, err := messages.DecodeCommandRecord(r)
	in := ep.input(r, &c)
	if err != nil {
		ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		return
	}
	if len(r.Key) > 0 && string(r.Key) != c.UserID {
		ep.dead(in, reasonKeyMismatch, "decode", fmt.Sprintf("key %.64q, user_id %.64q", r.Key, c.UserID))
		return
	}
	if home := messages.HomePartition([]byte(c.UserID), k.shard.counts[r.Topic]); home != r.Partition {
		k.shard.passOn(ep, in, home, []byte(c.UserID))
		return
	}
	deploys := account.CommandType(c.Type) == account.CmdDeploy
	if deploys && k.shard.replaying && k.shard.committed.below(r.TopicPartition(), r.Offset) {
		return // its effect, or its refusal, was committed with it; the owners have changed since
	}
	switch {
	case deploys:
		id := strategyOf(&c)
		if user := k.takenBy(id, c.UserID); user != "" {
			ep.dead(in, reasonRefused, "command "+c.Type, fmt.Sprintf("refused: STRATEGY_TAKEN: strategy_id %.64q is another user's", id))
			return
		}
		if id != "" {
			k.changes[id] = c.UserID
		}
	case account.CommandType(c.Type) == account.CmdRemove:
		k.changes[""] = c.UserID // which one it names by an id or a name the account knows
	}
	ep.give(c.UserID, in)
	if !k.shard.replaying {
		// Who gave it is told that it was taken in by the frontier, so what it has
		// changed is saved with that.
		ep.force = true
		ep.save[k.shard.handle(c.UserID)] = struct{}{}
	}
}

// takenBy gives the other user who has the strategy that a user's DEPLOY is for, "" when
// none has: signals are routed by its id alone.
func (k *accountKind) takenBy(id, user string) string {
	if id == "" {
		return ""
	}
	for _, owner := range []string{k.own[id], k.owners.user(id)} {
		if owner != "" && owner != user {
			return owner
		}
	}
	return ""
}

// strategyOf gives the id of the strategy that a DEPLOY is for, as the account derives it
// when there is none; "" when it has data that the account refuses.
func strategyOf(c *messages.Command) string {
	var d struct {
		StrategyID string `json:"strategy_id"`
		Name       string `json:"name"`
	}
	if err := json.Unmarshal(c.Data, &d); err != nil {
		return ""
	}
	if d.StrategyID == "" && d.Name != "" {
		return ident.Derive(c.UserID, d.Name)
	}
	return d.StrategyID
}

// routeUpdate gives an update to the accounts that want its symbol. One that was written
// by a shard's earlier owner, behind the opening of a later one, is dropped: it may
// lack what was asked for since, and the later owner writes one in its place.
func (k *accountKind) routeUpdate(ep *epoch, r *messages.Record) {
	if opening, ok := r.Opening(); ok {
		k.opened.see(r, opening)
		return
	}
	users := k.wanted.of(string(r.Key))
	foreign := !r.WrittenByVelox()
	if len(users) == 0 && (!foreign || !k.keeps(r.TopicPartition())) {
		return
	}
	u := &accountUpdate{}
	in := ep.input(r, u)
	err := u.read(r)
	if err == nil && foreign {
		err = k.shard.config.checkAhead(u.event.TimeMs, r)
	}
	if err != nil {
		if !foreign || k.keeps(r.TopicPartition()) {
			ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		}
		return
	}
	if u.numbered && k.opened.stale(r, u.shard, u.opening) {
		ep.count(CountRepeats, "stale update", 1)
		return
	}
	for _, user := range k.wanted.of(u.event.Symbol) {
		ep.give(user, in)
	}
}

func (k *accountKind) routeSignal(ep *epoch, r *messages.Record) {
	k.owners.pass(r)
	if r.WrittenByVelox() {
		return
	}
	sig, err := messages.DecodeSignalRecord(r)
	in := ep.input(r, &sig)
	keeps := k.keeps(r.TopicPartition())
	switch {
	case err != nil:
		if keeps {
			ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		}
	case sig.IsRequest():
	case len(r.Key) > 0 && string(r.Key) != sig.StrategyID:
		if keeps {
			ep.dead(in, reasonKeyMismatch, "decode", fmt.Sprintf("key %.64q, strategy_id %.64q", r.Key, sig.StrategyID))
		}
	default:
		k.giveStrategy(ep, in, sig.StrategyID, keeps)
	}
}

func (k *accountKind) routeOrder(ep *epoch, r *messages.Record) {
	k.owners.pass(r)
	if r.WrittenByVelox() {
		return
	}
	event, err := messages.DecodeOrderEventRecord(r)
	if err == nil {
		err = event.CheckInput()
	}
	in := ep.input(r, &event)
	keeps := k.keeps(r.TopicPartition())
	if err != nil {
		if keeps {
			ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		}
		return
	}
	k.giveStrategy(ep, in, event.StrategyID, keeps)
}

// giveStrategy gives an external signal or order event to the account of its
// strategy. One that no account takes in is a dead letter of the shard that answers for
// the strategy there, and of the partition's keeper when none does.
func (k *accountKind) giveStrategy(ep *epoch, in *input, strategyID string, keeps bool) {
	if keeps {
		ep.count(CountExternalSeen, in.record.Topic, 1)
	}
	user, owned := k.own[strategyID]
	if owned && in.record.Offset >= k.owners.since(strategyID, in.record.TopicPartition()) {
		ep.give(user, in)
		return
	}
	shard, answered := k.owners.answers(strategyID, in.record)
	if answered && shard == k.shard.id.Partition || !answered && keeps {
		ep.dead(in, reasonUnclaimed, "route", fmt.Sprintf("no account has a strategy %.64q", strategyID))
	}
}

// routeAlert lets a CRITICAL alert from outside halt its account.
func (k *accountKind) routeAlert(ep *epoch, r *messages.Record) {
	if r.WrittenByVelox() {
		return
	}
	alert, err := messages.DecodeAlertRecord(r)
	in := ep.input(r, &alert)
	if err != nil {
		if k.keeps(r.TopicPartition()) {
			ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		}
		return
	}
	if k.keeps(r.TopicPartition()) {
		ep.count(CountExternalSeen, r.Topic, 1)
	}
	if k.shard.handles[alert.UserID] != nil && alert.Severity == "CRITICAL" {
		ep.give(alert.UserID, in)
	}
}

// ownersPatience is how long an epoch may wait for the owners, when its own time is less:
// another shard's commit takes some tens of milliseconds, and holding back costs as much,
// for the inputs are read anew twice.
const ownersPatience = 250 * time.Millisecond

// prepare makes sure, before a shard calls a strategy nobody's, or one is deployed or
// removed, that it has read every owner that was known by then. What was just written is
// read within the epoch, whose size is kept. What is behind another's open transaction
// may take long: commands, and what others write for strategies, wait for it, and the
// rest goes on.
func (k *accountKind) prepare(ctx context.Context, ep *epoch, records []*messages.Record) ([]*messages.Record, error) {
	if !slices.ContainsFunc(records, k.needsOwner) {
		return records, nil
	}
	s := k.shard
	target, err := s.ends(ctx, func(t inputTopic) bool { return t.cache })
	if err != nil {
		return nil, err
	}
	limit := s.config.Clock.Now().Add(max(ownersPatience, s.config.Limits.Time))
	for !s.cached.reached(target) && s.fits(ep, records) && s.config.Clock.Now().Before(limit) && !s.isDraining() {
		// Not cut short by who waits for the shard, as other polls are: it would spin.
		b, err := s.log.Poll(ctx, s.room(records), min(s.config.Limits.Idle, ownersPatience))
		if err != nil {
			return nil, err
		}
		records = append(records, s.taken(ep, b)...)
	}
	if !s.cached.reached(target) {
		return s.holdBack(ep, records, target), nil
	}
	k.owners.read = true
	// The owners come before what is for their strategies.
	var owners, others []*messages.Record
	for _, r := range records {
		if r.Topic == messages.TopicStrategies {
			owners = append(owners, r)
		} else {
			others = append(others, r)
		}
	}
	return append(owners, others...), nil
}

// needsOwner tells whether the owners that are known by now decide what becomes of a
// record.
func (k *accountKind) needsOwner(r *messages.Record) bool {
	switch r.Topic {
	case messages.TopicCommands:
		c, err := messages.DecodeCommandRecord(r)
		kind := account.CommandType(c.Type)
		return err == nil && (kind == account.CmdDeploy || kind == account.CmdRemove)
	case messages.TopicSignals, messages.TopicOrders:
		return !r.WrittenByVelox() && (k.keeps(r.TopicPartition()) || !k.owners.read || k.mayAnswer(r))
	}
	return false
}

// mayAnswer tells whether a record of others is for a strategy that was once this
// shard's: another may have it by now.
func (k *accountKind) mayAnswer(r *messages.Record) bool {
	id := string(r.Key)
	if r.Topic == messages.TopicOrders {
		e, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			return false
		}
		id = e.StrategyID
	} else if id == "" {
		s, err := messages.DecodeSignalRecord(r)
		if err != nil {
			return false
		}
		id = s.StrategyID
	}
	_, owned := k.own[id]
	return !owned && k.owners.had(id)
}

// takeOver tells the accounts that were restored, and have to know, that they have a
// new owner: what the last owner sent to a live venue, and what became of it, must be
// asked, and strategies that only he could make fail.
func (k *accountKind) takeOver(ep *epoch) {
	for _, user := range sortedKeys(k.takesOver) {
		if k.takesOver[user] {
			in := ep.input(nil, &recovered{timeMs: k.shard.config.Clock.Now().UnixMilli()})
			in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
			k.shard.timers++
			ep.give(user, in)
		}
	}
}

// external takes a venue's word in.
func (k *accountKind) external(ep *epoch, item any) {
	user := ""
	switch word := item.(type) {
	case *venueReply:
		user = word.user
	case *venueView:
		user = word.user
	default:
		return
	}
	in := ep.input(nil, item)
	in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
	k.shard.timers++
	ep.give(user, in)
}

// launch hands the calls that were committed to their sessions.
func (k *accountKind) launch(ep *epoch) {
	k.sessions.call(ep.effects, ep.committing)
	ep.effects = nil
}

func (k *accountKind) complete(o *output)          { k.owners.complete(o) }
func (k *accountKind) seal(*epoch)                 { clear(k.changes) }
func (k *accountKind) idle(*epoch, time.Time)      {}
func (k *accountKind) clocks() clockState          { return nil }
func (k *accountKind) restored(clockState)         {}
func (k *accountKind) commitClocks(clockState)     {}
func (k *accountKind) settled()                    {}
func (k *accountKind) committedClocks() clockState { return nil }
func (k *accountKind) settings() string            { return "" }
func (k *accountKind) openings() openings          { return k.opened }
func (k *accountKind) knowOpenings(o openings)     { k.opened = o }
func (k *accountKind) close()                      { k.sessions.close() }

// noted takes in which symbols an account wants and which strategies it has.
func (k *accountKind) noted(ep *epoch, h *handle, note stepNote) {
	if !note.watchChange {
		return
	}
	for id, user := range k.own {
		if user == h.key {
			delete(k.own, id)
		}
	}
	for _, id := range note.strategies {
		k.own[id] = h.key
	}
	k.takesOver[h.key] = note.takesOver
	if k.wanted.set(h.key, note.wants) {
		ep.reread = true
	}
}

func (k *accountKind) handleKey(part, key string, _ []byte) string {
	if part != partStrategy && part != partSignals {
		return key
	}
	user, _, err := splitStrategyPart(key)
	if err != nil {
		return key // loading it fails with the reason
	}
	return user
}

func (k *accountKind) lose(ep *epoch, g gap) {
	for _, key := range sortedKeys(k.shard.handles) {
		in := ep.input(nil, &g)
		in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
		ep.give(key, in)
	}
	k.shard.timers++
}

// subscriptions says which accounts want the updates of which symbols. has is
// called by readers, from other goroutines.
type subscriptions struct {
	mu    sync.RWMutex
	users map[string][]string // by symbol, sorted
}

func (s *subscriptions) has(key []byte) bool {
	if string(key) == messages.OpeningSymbol {
		return true
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.users[string(key)]) > 0
}

func (s *subscriptions) of(symbol string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.users[symbol]
}

// set replaces what an account wants and tells whether the shard wants a symbol
// that it did not want before.
func (s *subscriptions) set(user string, symbols []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for symbol, users := range s.users {
		if i, ok := slices.BinarySearch(users, user); ok && !slices.Contains(symbols, symbol) {
			s.users[symbol] = slices.Delete(slices.Clone(users), i, i+1)
		}
	}
	grown := false
	for _, symbol := range symbols {
		users := s.users[symbol]
		i, ok := slices.BinarySearch(users, user)
		if ok {
			continue
		}
		grown = grown || len(users) == 0
		s.users[symbol] = slices.Insert(slices.Clone(users), i, user)
	}
	return grown
}
