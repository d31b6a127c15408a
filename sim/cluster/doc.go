// Package cluster simulates whole clusters of Velox by seed: nodes with the
// production code of shards, entities and recovery, on a log in memory, with a
// group that places and moves shards, a venue that loses and delays its answers,
// clocks that disagree and jump, and faults at every call of the log and of the
// actors. When the faults end, the cluster must settle, and the checkers of
// sim/check hold what it has written against its inputs, against the oracle, and
// against an undisturbed run of the same inputs on one node.
//
// A run takes place in a bubble of testing/synctest: time is virtual, so waits cost
// nothing, and a cluster that hangs is found at once.
//
// # What a seed repeats
//
// The workload, the shape of the cluster, which faults are on and how likely each
// is, and, for each fault, whether it strikes at the n-th call of one point of one
// shard or entity: that follows from the seed and n alone, not from the order in
// which goroutines run. What the seed doesn't decide is that order: the actor
// library's goroutines are scheduled by Go's runtime. It can move a batch's cut, and
// with it the count of calls. On one processor, which the test therefore takes for
// each process, the order is mostly the same each time, for virtual time moves only
// when all goroutines wait, and no two shards wait equally long; the runtime still
// takes the processor from a goroutine that has had it for 10 ms. A failure that hangs
// on that may need its seed run a few times (-count).
package cluster
