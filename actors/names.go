package actors

import "github.com/asynkron/protoactor-go/actor"

// names tells a supervisor which of its children is which: what each was made for, by
// the id of its actor, until it has ended; how it failed may come after it was told to
// stop. It belongs to the goroutine of the supervisor, and to all of its incarnations.
type names map[string]string

func (n names) add(child *actor.PID, name string) { n[child.Id] = name }

func (n names) drop(child *actor.PID) { delete(n, child.Id) }

func (n names) of(child *actor.PID) string { return n[child.Id] }
