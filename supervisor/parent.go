package supervisor

import "github.com/asynkron/protoactor-go/actor"

// Props makes the properties of an actor that supervises children. Stopping is
// made safe: protoactor lets an actor that waits for its children to stop go on
// with its mailbox, where it may make a child that nobody stops, so that it
// never ends; and lets a restart, of it or of a child, win over a stop. Once such
// an actor is told to stop, or to restart, it gets no more messages but the ends
// of its children and its own.
func Props(produce actor.Producer, o Options) *actor.Props {
	return parentProps(produce, newStrategy(o))
}

func parentProps(produce actor.Producer, s *strategy, more ...actor.PropsOption) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &guarded{Actor: produce(), strategy: s} },
		append(more, actor.WithSupervisor(s))...)
}

// guarded stands before an actor that has children.
type guarded struct {
	actor.Actor
	strategy *strategy
	stopping bool
}

// Receive implements actor.Actor.
func (p *guarded) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		p.strategy.setClosed(false)
	case *actor.Stopping, *actor.Restarting:
		p.stopping = true
		p.strategy.setClosed(true)
	case *actor.Terminated:
		p.strategy.left(m.Who)
	case *actor.Stopped:
	default:
		if p.stopping {
			return
		}
	}
	p.Actor.Receive(c)
}
