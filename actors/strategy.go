package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/velox-trading/velox/supervisor"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/strategy"
)

// question asks a strategy to take one event in; answer is what it says.
type question struct {
	id    string
	event *strategy.Event
	book  *strategy.Book
}

type answer struct {
	signals []strategy.Signal
	// why is what it tells besides, there until it is asked again.
	why     strategy.Explanation
	failure string // it panicked
}

// panel asks the strategies of an account: as actors while the account lives,
// inline while an account that was restarted repeats its journal.
type panel interface {
	// install makes a strategy, or sets the state of one that exists.
	install(info account.Deployed, state []byte)
	remove(id string)
	ask(questions []question) []answer
	// states gives the state of each strategy asked for.
	states(ids []string) [][]byte
}

// inline is the panel without actors.
type inline struct{ strategies map[string]strategy.Strategy }

func newInline() *inline { return &inline{make(map[string]strategy.Strategy)} }

func (p *inline) install(info account.Deployed, state []byte) {
	p.strategies[info.StrategyID] = build(info, state)
}

func (p *inline) remove(id string) { delete(p.strategies, id) }

func (p *inline) ask(questions []question) []answer {
	answers := make([]answer, len(questions))
	for i, q := range questions {
		answers[i] = step(p.strategies[q.id], q.event, q.book)
	}
	return answers
}

// step asks a strategy.
func step(s strategy.Strategy, ev *strategy.Event, book *strategy.Book) answer {
	a := answer{signals: s.Step(ev, book)}
	if e, ok := s.(strategy.Explainer); ok {
		a.why = e.Explain()
	}
	return a
}

func (p *inline) states(ids []string) [][]byte {
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = p.strategies[id].AppendState(nil)
	}
	return out
}

// build makes a strategy that was accepted when it was deployed.
func build(info account.Deployed, state []byte) strategy.Strategy {
	s, err := info.New()
	if err == nil && state != nil {
		err = s.LoadState(state)
	}
	if err != nil {
		panic(fmt.Errorf("strategy %s: %w", info.StrategyID, err))
	}
	return s
}

// family is the panel of strategy actors, children of the account's actor.
type family struct {
	c        actor.Context
	config   *Config
	user     string
	children map[string]*actor.PID
	names    names
}

func (f *family) install(info account.Deployed, state []byte) {
	if pid := f.children[info.StrategyID]; pid != nil {
		f.c.Send(pid, &loadStrategy{info: info, state: state})
		return
	}
	fault, user := f.config.Fault, f.user
	props := actor.PropsFromProducer(func() actor.Actor { return &strategyActor{user: user, info: info, state: state, fault: fault} })
	pid := f.c.Spawn(props)
	f.children[info.StrategyID] = pid
	f.names.add(pid, info.StrategyID)
}

func (f *family) remove(id string) {
	if pid := f.children[id]; pid != nil {
		f.c.Stop(pid)
		delete(f.children, id)
	}
}

// ask blocks the account's actor until its strategies have answered. A strategy
// that panics answers before it goes down, so its restart, which needs this
// actor's mailbox, is not waited for. The first one that hangs fails in its own
// name, as if it had panicked.
func (f *family) ask(questions []question) []answer {
	barrier := supervisor.NewBarrier[answer](len(questions))
	asked := make([]*askStrategy, len(questions))
	for i := range questions {
		asked[i] = &askStrategy{question: questions[i], barrier: barrier, slot: i}
		f.c.Send(f.children[questions[i].id], asked[i])
	}
	answers, err := barrier.Wait(context.Background(), f.config.Limits.Step/2)
	if err == nil {
		return answers
	}
	for _, q := range asked {
		if !q.answered.Load() {
			panic(&strategyFailure{id: q.question.id, reason: fmt.Sprintf("it did not answer within %v", f.config.Limits.Step/2)})
		}
	}
	panic(fmt.Errorf("strategies: %w", err)) // the last answered just now
}

// states fails the account's save when one of its strategies can't be saved.
func (f *family) states(ids []string) [][]byte {
	barrier := supervisor.NewBarrier[strategyState](len(ids))
	for i, id := range ids {
		f.c.Send(f.children[id], &saveStrategy{barrier: barrier, slot: i})
	}
	answers, err := barrier.Wait(context.Background(), f.config.Limits.Step/2)
	if err != nil {
		panic(fmt.Errorf("states of strategies: %w", err))
	}
	states := make([][]byte, len(ids))
	for i, a := range answers {
		if a.failure != "" {
			panic(fmt.Errorf("state of strategy %s: %s", ids[i], a.failure))
		}
		states[i] = a.state
	}
	return states
}

type (
	askStrategy struct {
		question question
		barrier  *supervisor.Barrier[answer]
		slot     int
		answered atomic.Bool // set just before the answer
	}
	loadStrategy struct {
		info  account.Deployed
		state []byte
	}
	saveStrategy struct {
		barrier *supervisor.Barrier[strategyState]
		slot    int
	}
	strategyState struct {
		state   []byte
		failure string // it panicked
	}
)

// strategyActor runs one strategy: a user's rules, which may fail alone. It is made
// when it is first asked for something, for only then is there somebody to tell that
// it failed: the account waits for its answer with its mailbox closed, and would not
// see its child go down.
type strategyActor struct {
	user  string
	info  account.Deployed
	state []byte
	fault FaultPoint

	strategy strategy.Strategy
}

// Receive implements actor.Actor.
func (a *strategyActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *loadStrategy:
		a.info, a.state, a.strategy = m.info, m.state, nil
	case *askStrategy:
		a.answer(m)
	case *saveStrategy:
		a.save(m)
	}
}

// made gives the strategy.
func (a *strategyActor) made() strategy.Strategy {
	if a.strategy == nil {
		a.strategy, a.state = build(a.info, a.state), nil
	}
	return a.strategy
}

func (a *strategyActor) answer(m *askStrategy) {
	defer func() {
		if reason := recover(); reason != nil {
			m.put(answer{failure: told(reason)})
			panic(reason)
		}
	}()
	a.strike("receive")
	a.strike("step")
	m.put(step(a.made(), m.question.event, m.question.book))
}

// strike asks for the fault of a point, by both names of the strategy.
func (a *strategyActor) strike(point string) {
	if a.fault != nil {
		a.fault.strike(point, a.info.StrategyID+" = "+a.user+"/"+a.info.Name)
	}
}

func (m *askStrategy) put(a answer) {
	m.answered.Store(true)
	m.barrier.Put(m.slot, a)
}

// save answers with the state, or with why it can't be told, which fails the shard.
func (a *strategyActor) save(m *saveStrategy) {
	defer func() {
		if reason := recover(); reason != nil {
			m.barrier.Put(m.slot, strategyState{failure: told(reason)})
		}
	}()
	a.strike("receive")
	m.barrier.Put(m.slot, strategyState{state: a.made().AppendState(nil)})
}

// told gives a panic's reason and where it came from.
func told(reason any) string { return fmt.Sprintf("%v\n%s", reason, debug.Stack()) }
