package cluster

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
)

// dice throws by name and count: what the n-th throw of a name gives follows from
// the seed, the name and n, in whatever order names are thrown. It is safe for
// concurrent use.
type dice struct {
	seed uint64

	mu     sync.Mutex
	counts map[string]uint64
}

func newDice(seed uint64) *dice { return &dice{seed: seed, counts: make(map[string]uint64)} }

// throw gives the next throw of a name: a source of its own for everything that
// hangs on it.
func (d *dice) throw(name string) *rand.Rand {
	d.mu.Lock()
	n := d.counts[name]
	d.counts[name]++
	d.mu.Unlock()
	return d.stream(name, n)
}

// stream gives the source of one throw, without counting.
func (d *dice) stream(name string, n uint64) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(d.seed^h.Sum64(), n))
}
