package actors

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// Sources that set their own pace: their time is in their ticks alone, so no
// timer moves their clocks.
const replaySource = "replay-"

// symbolKind is what symbol shards do: ticks of one partition, and the requests
// of strategy-signals for the symbols that are at home in it.
type symbolKind struct {
	shard    *shard
	running  partitionClocks
	target   clockState // at the committed frontier, during a replay
	interner *messages.Interner
	minDue   map[string]int64 // by source, the earliest candle to close
	staleDue bool
	ticked   time.Time // since when the partition is silent
	// moved is when timers have moved the clocks of sources on since then.
	moved     map[string]time.Time
	fetches   context.Context
	endFetch  context.CancelFunc
	fetchSlot chan struct{}
	digest    string // of the settings, which don't change
}

func newSymbolKind(s *shard) *symbolKind {
	ctx, cancel := context.WithCancel(context.Background())
	return &symbolKind{
		digest: s.config.SettingsDigest(),
		shard:  s, interner: messages.NewInterner(), minDue: make(map[string]int64), moved: make(map[string]time.Time),
		fetches: ctx, endFetch: cancel, fetchSlot: make(chan struct{}, 4),
	}
}

func (k *symbolKind) topics() []inputTopic {
	return []inputTopic{
		{topic: messages.TopicTicks, partition: k.shard.id.Partition},
		{topic: messages.TopicSignals, partition: -1, fromStart: true, control: true, later: true},
	}
}

func (k *symbolKind) wants(messages.TopicPartition) func([]byte) bool { return nil }
func (k *symbolKind) selects() bool                                   { return false }

func (k *symbolKind) prepare(_ context.Context, _ *epoch, r []*messages.Record) ([]*messages.Record, error) {
	return r, nil
}

func (k *symbolKind) class(r *messages.Record) int {
	if r.Topic == messages.TopicTicks {
		return 0
	}
	return 1
}

func (k *symbolKind) follows(*messages.Record) bool { return false }
func (k *symbolKind) savesWithOutput() bool         { return false }

func (k *symbolKind) props(c *cell) *actor.Props {
	config := k.shard.config
	return actor.PropsFromProducer(func() actor.Actor {
		return &entityActor{cell: c, fault: config.Fault, make: func(key string, _ actor.Context) machine { return newSymbol(key, config) }}
	})
}

func (k *symbolKind) route(ep *epoch, r *messages.Record) {
	if r.Topic == messages.TopicTicks {
		k.routeTick(ep, r)
		return
	}
	k.routeRequest(ep, r)
}

// routeTick decodes a tick and gives it to its symbol, passes it on to its home,
// or makes it a dead letter.
func (k *symbolKind) routeTick(ep *epoch, r *messages.Record) {
	t := &market.Tick{}
	in := ep.input(r, t)
	if err := messages.DecodeTickRecord(r, t, k.interner); err != nil {
		ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		return
	}
	if len(r.Key) > 0 && string(r.Key) != t.Symbol {
		ep.dead(in, reasonKeyMismatch, "decode", fmt.Sprintf("key %.64q, symbol %.64q", r.Key, t.Symbol))
		return
	}
	if err := k.shard.config.checkAhead(t.TimeMs, r); err != nil {
		ep.dead(in, messages.DecodeReason(err), "decode", err.Error())
		return
	}
	if home := messages.HomePartition([]byte(t.Symbol), k.shard.counts[r.Topic]); home != r.Partition {
		k.shard.passOn(ep, in, home, []byte(t.Symbol))
		return
	}
	k.running.see(t.Source, t.TimeMs, in)
	in.clockMs = k.running.now[t.Source].ms
	k.ticked = ep.start
	clear(k.moved)
	ep.ticks++
	ep.give(t.Symbol, in)
}

// routeRequest gives a request to its symbol if it is at home here.
func (k *symbolKind) routeRequest(ep *epoch, r *messages.Record) {
	sig, err := messages.DecodeSignalRecord(r)
	if err != nil || !sig.IsRequest() {
		return // signals that are no request, and bad ones, are the account shards' business
	}
	if messages.HomePartition([]byte(sig.Symbol), k.shard.counts[messages.TopicTicks]) != k.shard.id.Partition {
		return
	}
	in := ep.input(r, &request{timeframe: sig.Timeframe, periods: sig.Periods, indicators: sig.RequestIndicators})
	if k.shard.replaying && k.shard.committed.below(r.TopicPartition(), r.Offset) {
		return // its effect was committed with it
	}
	ep.force = true
	ep.give(sig.Symbol, in)
	ep.save[k.shard.handle(sig.Symbol)] = struct{}{}
}

func (k *symbolKind) complete(*output) {}

// seal gives the moves of the clocks to the symbols of this step, and adds
// symbols that got nothing but have a candle to close by them.
func (k *symbolKind) seal(ep *epoch) {
	tracks := k.running.take()
	for _, g := range ep.order {
		g.batch.tracks = tracks
	}
	if tracks == nil {
		return
	}
	ep.tracks = tracks
	defer func() { ep.tracks = nil }()
	due := false
	for source, steps := range tracks.bySource {
		if at, ok := k.dueOf(source); ok && steps[len(steps)-1].ms >= at {
			due = true
			k.staleDue = true
		}
	}
	if !due {
		return
	}
	var add []*handle
	for _, h := range k.shard.handles {
		steps := tracks.bySource[h.source]
		if len(steps) > 0 && steps[len(steps)-1].ms >= h.dueMs && ep.groups[h] == nil {
			add = append(add, h)
		}
	}
	slices.SortFunc(add, func(a, b *handle) int { return strings.Compare(a.key, b.key) })
	for _, h := range add {
		ep.group(h)
	}
}

// dueOf gives the earliest time at which a symbol of a source has a candle to
// close.
func (k *symbolKind) dueOf(source string) (int64, bool) {
	if k.staleDue {
		clear(k.minDue)
		for _, h := range k.shard.handles {
			if at, ok := k.minDue[h.source]; !ok || h.dueMs < at {
				k.minDue[h.source] = h.dueMs
			}
		}
		k.staleDue = false
	}
	at, ok := k.minDue[source]
	return at, ok && at != never
}

func (k *symbolKind) noted(_ *epoch, h *handle, note stepNote) {
	h.source, h.dueMs = note.source, note.dueMs
	if at, ok := k.minDue[note.source]; !ok || note.dueMs < at {
		k.minDue[note.source] = note.dueMs
	}
}

// idle moves the clocks of live sources on by the wall clock when the partition
// is silent, so that its last candles close.
func (k *symbolKind) idle(ep *epoch, now time.Time) {
	wait := k.shard.config.Symbols.IdleClose
	if wait == 0 {
		return
	}
	if k.ticked.IsZero() { // since the restore: how long it was silent before nobody knows
		k.ticked = now
	}
	if now.Sub(k.ticked) < wait {
		return
	}
	k.staleDue = true // a timer must close a candle, for only its update tells of it
	for source, c := range k.running.share() {
		since, moved := k.moved[source]
		if !moved {
			since = k.ticked
		}
		if now.Sub(since) < wait {
			continue
		}
		elapsed := now.Sub(since).Milliseconds()
		at, ok := k.dueOf(source)
		if !ok || strings.HasPrefix(source, replaySource) || c.ms+elapsed < at {
			continue
		}
		k.strike(ep, source, c.ms+elapsed)
		k.moved[source] = now
		return // one source an epoch keeps the order of their outputs plain
	}
}

// strike moves the clock of a source on, for all symbols of the partition: also a tick
// of one that has nothing to close may be late by it. So every symbol that has changed
// is saved with it: no replay, in which no timer strikes, begins before it.
func (k *symbolKind) strike(ep *epoch, source string, ms int64) {
	in := ep.input(nil, nil)
	in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
	k.shard.timers++
	ticks := messages.TopicPartition{Topic: messages.TopicTicks, Partition: k.shard.id.Partition}
	in.struck = max(k.shard.frontier[ticks], ep.next[ticks])
	ep.count(CountTimers, string(messages.SymbolShard), 1)
	k.running.see(source, ms, in)
	ep.timed, ep.force = true, true
	for _, h := range k.shard.handles {
		if h.since != nil {
			ep.save[h] = struct{}{}
		}
	}
}

// historyWanted asks for the candles before a symbol was followed.
type historyWanted struct {
	symbol, exchange string
	timeframe        market.Timeframe
	periods          int
	beforeMs         int64
}

// historyLoaded is the answer; an error leaves the symbol to warm up by itself.
type historyLoaded struct {
	historyWanted
	candles []market.Candle
	err     error
}

// launch asks the history port, outside of any step.
func (k *symbolKind) launch(ep *epoch) {
	for _, w := range ep.fetch {
		k.fetch(w)
	}
}

func (k *symbolKind) fetch(w historyWanted) {
	go func() {
		select {
		case k.fetchSlot <- struct{}{}:
		case <-k.fetches.Done():
			return
		}
		defer func() { <-k.fetchSlot }()
		candles, err := k.shard.config.History.Candles(k.fetches, w.symbol, w.exchange, w.timeframe, w.periods, w.beforeMs)
		k.shard.external(k.fetches, &historyLoaded{historyWanted: w, candles: candles, err: err})
	}()
}

func (k *symbolKind) takeOver(*epoch) {}

func (k *symbolKind) external(ep *epoch, item any) {
	loaded, ok := item.(*historyLoaded)
	if !ok {
		return
	}
	if loaded.err != nil {
		k.shard.config.Observer.Count(CountHistoryErrors, "", 1)
		k.shard.config.Logger.Error("history not available", "symbol", loaded.symbol,
			"timeframe", loaded.timeframe.String(), "error", loaded.err)
	}
	in := ep.input(nil, loaded)
	in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
	k.shard.timers++
	ep.give(loaded.symbol, in)
}

func (k *symbolKind) clocks() clockState         { return k.running.share() }
func (k *symbolKind) restored(safe clockState)   { k.running = partitionClocks{now: safe, shared: true} }
func (k *symbolKind) commitClocks(at clockState) { k.target = at }
func (k *symbolKind) committedClocks() clockState {
	all := partitionClocks{now: k.clocks(), shared: true}
	all.raise(k.target)
	return all.now
}

func (k *symbolKind) settled()                                 { k.running.raise(k.target); k.target = nil }
func (k *symbolKind) handleKey(_, key string, _ []byte) string { return key }
func (k *symbolKind) close()                                   { k.endFetch() }

func (k *symbolKind) lose(ep *epoch, g gap) {
	if g.topic != messages.TopicTicks {
		return
	}
	for _, key := range sortedKeys(k.shard.handles) {
		in := ep.input(nil, &g)
		in.origin = messages.Origin{Topic: messages.TimerTopic, Partition: k.shard.id.Partition, Offset: k.shard.timers}
		ep.give(key, in)
	}
	k.shard.timers++
}

func (k *symbolKind) settings() string { return k.digest }

func (k *symbolKind) openings() openings    { return nil }
func (k *symbolKind) knowOpenings(openings) {}

// SettingsDigest digests what shapes updates, as the records of symbol shards have it: a
// restart with other settings must not make other bytes of ticks whose updates are out
// already. Limits that are zero must have their defaults.
func (c *Config) SettingsDigest() string {
	s := &c.Symbols
	h := fnv.New64a()
	fmt.Fprintf(h, "%s|%d|%v|%v|%v|%v|%s|%v|%v|%v|%s", s.Timeframe, s.Periods, s.Indicators, s.Grace, s.Silence, s.MaxAhead,
		s.Emit, s.EmitEvery, c.Protobuf, s.Amend, s.Calendars.Fingerprint())
	return fmt.Sprintf("%016x", h.Sum64())
}
