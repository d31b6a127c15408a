// Package fault makes a program fail on purpose, at named points, by rules and by
// a seed: so that what a program promises of its failures can be tested, and so
// that a run with failures can be repeated. It needs the standard library alone
// and knows nothing of the program that it breaks.
//
// # Points
//
// A program asks an [Injector] before each step that may fail, with the name of
// the point and, as detail, what the step is of:
//
//	func (s *store) write(key string, value []byte) error {
//		if err := s.faults.At("write", key); err != nil {
//			return err
//		}
//		...
//	}
//
// At returns nil when the step may go on, returns the fault that the step is to
// fail with, waits, or panics, as the rule says. A point belongs before a step,
// where the real failure would show, and its error goes the way of a real one:
// otherwise the tests show how the program treats faults, and not how it treats
// failures. [Injector.Declare] names a program's points, so that a rule for a
// point that doesn't exist, or with a match that no detail of its point can have, is
// refused instead of never striking.
//
// # Rules
//
// A [Rule] says where (Point, and Match, a pattern of the detail), what ([Action]:
// panic, error, delay, drop, hang), and when: at the Nth time that it matches, or
// each time with a Probability, at most Limit times. Rules are asked in the order
// in which they were armed; the first that strikes decides. They can be armed and
// disarmed while the program runs, from any goroutine, and by HTTP: see
// [Injector.Handler].
//
// # Seeds
//
// Whether a rule with a probability strikes depends on the injector's seed, on the
// rule's number, on the detail, and on how often the rule has met that detail, and
// on nothing else. So the same seed strikes the same steps in every run, however
// the goroutines are scheduled, as long as each detail's own steps come in the
// same order. Only where a Limit cuts off, and which step is the Nth of several
// details, depend on the order of all.
//
// # Cost
//
// A nil *Injector is switched off: At on it is a comparison, about a nanosecond,
// and allocates nothing. An injector without rules costs one atomic load.
package fault
