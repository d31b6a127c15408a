// Package chaos says what strikes a real cluster and when, by a seed, and counts
// what came of it. It is pure: engine/chaos carries a plan out.
package chaos
