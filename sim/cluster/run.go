package cluster

import (
	"fmt"
	"slices"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// Result is how a seed's run went.
type Result struct {
	Seed   uint64
	Report *check.Report
	// Faults counts what has struck, by kind.
	Faults map[string]int
	// Virtual is the time that the disturbed run took on its own clock.
	Virtual time.Duration
}

// Run runs a seed's cluster and checks what it has written. It must be called in a
// bubble of testing/synctest. The error says that the cluster did not come to an end,
// so that there was nothing to check.
func Run(seed uint64) (*Result, error) {
	var calm *Cluster
	if newShape(newDice(seed)).idleClose == 0 {
		var err error
		if calm, err = run(seed, false, false); err != nil {
			return nil, fmt.Errorf("seed %d, undisturbed: %w", seed, err)
		}
	}
	start := time.Now()
	c, err := run(seed, true, false)
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w; what struck: %v", seed, err, c.faults.tally())
	}
	r := &Result{Seed: seed, Faults: c.faults.tally(), Virtual: time.Since(start)}
	if r.Report, err = c.report(calm); err != nil {
		return nil, fmt.Errorf("seed %d: %w", seed, err)
	}
	return r, nil
}

// RunWatched runs a seed's cluster as Run does and, while faults strike, reads its log
// again and again as one reads a real cluster's: partition after partition, and not all
// at once. The report is what that has found, which must be nothing, and readings tells
// how often the log was read.
func RunWatched(seed uint64) (report *check.Report, readings int, err error) {
	c, err := run(seed, true, true)
	if err != nil {
		return nil, 0, fmt.Errorf("seed %d: %w; what struck: %v", seed, err, c.faults.tally())
	}
	return c.watched.report, c.watched.readings, c.watched.err
}

// run lets a seed's inputs into a cluster: one node without faults, or its own
// cluster with all of them.
func run(seed uint64, disturbed, watched bool) (*Cluster, error) {
	d := newDice(seed)
	s := newShape(d)
	w := newWorkload(d, s)
	f := newFaults(d)
	f.active.Store(disturbed)
	nodes := 1
	if disturbed {
		nodes = s.nodes
		// The venue's time is the test's: for a session whose clock jumps, a venue that
		// takes its time would break its word. And a timer that strikes by such a clock
		// makes all ticks of the next hour late.
		if s.idleClose > 0 || slices.ContainsFunc(w.users, func(t *trader) bool { return t.live }) {
			delete(f.rates, jumps)
		}
	}
	c, err := newCluster(d, s, f)
	if err != nil {
		return c, err
	}
	for range nodes {
		if _, err := c.begin(); err != nil {
			return c, err
		}
	}
	c.place(d.stream("first places", 0))
	if watched {
		c.watched = &reading{cluster: c, pace: d.stream("reading", 0)}
	}
	err = c.work(w, disturbed)
	if stopped := c.stop(); err == nil {
		err = stopped
	}
	// A message to an actor that has stopped starts a goroutine in protoactor that lives for
	// supervisor's interval of dead letters, and time stands still once the test has returned.
	time.Sleep(time.Second)
	return c, err
}

// work writes the workload, and lets the cluster settle without faults.
func (c *Cluster) work(w *workload, disturbed bool) error {
	stop, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		if disturbed {
			c.storm(stop)
		}
	}()
	if c.watched != nil {
		c.background.Go(func() { c.watched.run(stop) })
	}
	err := c.write(w)
	c.faults.active.Store(false)
	close(stop)
	<-over
	c.stops.end()
	c.mourn()
	if err != nil {
		return err
	}
	if err := c.settle(); err != nil {
		return err
	}
	// Orders of unknown fate are asked for until they must have shown.
	time.Sleep(time.Minute)
	return c.settle()
}

func (c *Cluster) write(w *workload) error {
	pace := c.dice.stream("pace", 0)
	apart := false
	if c.shape.deletes && c.faults.active.Load() {
		if err := c.behead(); err != nil {
			return err
		}
	}
	for i, s := range w.steps {
		if s.apart || apart {
			if err := c.settle(); err != nil {
				return fmt.Errorf("step %d of %d: %w", i, len(w.steps), err)
			}
			c.moments = append(c.moments, c.moment())
		}
		apart = s.apart
		records := s.records
		if s.amending != nil {
			var err error
			if records, err = c.amend(s.amending); err != nil {
				return fmt.Errorf("step %d of %d: %w", i, len(w.steps), err)
			}
		}
		if err := c.log.ProduceBatch(records); err != nil {
			return err
		}
		time.Sleep(time.Duration(pace.IntN(200))*time.Millisecond + s.stall)
	}
	return nil
}

// moment gives where the log ends.
func (c *Cluster) moment() check.Moment {
	m := make(check.Moment)
	for topic, n := range c.shape.counts {
		for p := range n {
			m[messages.TopicPartition{Topic: topic, Partition: p}] = c.log.EndOffset(topic, p)
		}
	}
	return m
}

// subject is what the checkers look at.
func (c *Cluster) subject() *check.Subject {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &check.Subject{
		View: c.view(), Published: c.published, Once: c.shape.guarantee == actors.ExactlyOnce, Settled: true,
		Candles: &check.Candles{Grace: c.shape.grace, Timeframe: timeframe, AroundTheClock: func(string) bool { return true }},
	}
}

// report checks what the cluster has written, also against an undisturbed one, if there
// is one. With timers there is none, and the moments tell no order: a timer may strike
// between one and the input that it is of.
func (c *Cluster) report(calm *Cluster) (*check.Report, error) {
	s := c.subject()
	if calm != nil {
		s.Moments = c.moments
	}
	s.Candles.AllClosed = c.shape.idleClose > 0
	r, err := check.Log(s, nil)
	if err != nil {
		return nil, err
	}
	if calm != nil {
		outputs, states, err := check.Same(c.subject(), calm.subject(), notCompared)
		if err != nil {
			return nil, err
		}
		r.Add(outputs)
		r.Add(states)
	}
	venue, err := c.venue.check(check.Memory(c.log))
	if err != nil {
		return nil, err
	}
	r.Add(venue)
	return r, nil
}
