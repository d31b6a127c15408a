// Package supervisor runs Velox's actors on protoactor-go and gives them the
// semantics of an OTP supervision tree: restart intensity counted by the
// supervisor, exponential back-off with jitter and a cap, escalation when the
// intensity is exhausted, and shutdown with the children first. It also holds
// the counted barrier that ends a step, and, in supervisor/fault, fault
// injection. It is the only package that touches protoactor's odd corners; its
// tests pin those that Velox relies on.
package supervisor
