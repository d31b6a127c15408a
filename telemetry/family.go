package telemetry

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// maxSeries bounds how many series of one family are told apart. Labels of
// Velox come from small fixed sets, so the bound is for the unforeseen: beyond
// it everything is counted under "other", and nothing is lost.
const maxSeries = 1000

// Family is a counter with labels, made for hot paths: Add finds a known
// series by a lock-free lookup and does not allocate. It is safe for concurrent
// use.
type Family struct {
	vec    *prometheus.CounterVec
	labels int
	mu     sync.Mutex
	known  atomic.Pointer[map[string]prometheus.Counter]
}

func newFamily(reg prometheus.Registerer, name, help string, labels ...string) *Family {
	f := &Family{
		vec:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels),
		labels: len(labels),
	}
	f.known.Store(&map[string]prometheus.Counter{})
	reg.MustRegister(f.vec)
	return f
}

// Add counts n under the labels' values, joined with "/" when there is more than
// one ("symbol/committed"). A missing last value is empty; a negative n is
// ignored, for counters only rise.
func (f *Family) Add(values string, n int) {
	if n > 0 {
		f.With(values).Add(float64(n))
	}
}

// With gives the counter of the labels' values, joined as for Add, to be kept by
// a caller that counts the same series often.
func (f *Family) With(values string) prometheus.Counter {
	if c, ok := (*f.known.Load())[values]; ok {
		return c
	}
	return f.make(values)
}

func (f *Family) make(values string) prometheus.Counter {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := *f.known.Load()
	if c, ok := known[values]; ok {
		return c
	}
	if len(known) >= maxSeries {
		return f.vec.WithLabelValues(f.split("other")...)
	}
	// A copy for each new series, so that readers need no lock: new series are
	// rare and stop coming soon after the start.
	next := maps.Clone(known)
	c := f.vec.WithLabelValues(f.split(values)...)
	next[strings.Clone(values)] = c
	f.known.Store(&next)
	return c
}

// split gives exactly as many values as there are labels.
func (f *Family) split(values string) []string {
	parts := strings.SplitN(values, "/", f.labels)
	for i := range parts {
		parts[i] = strings.ToValidUTF8(parts[i], "?")
	}
	for len(parts) < f.labels {
		parts = append(parts, "")
	}
	return parts
}
