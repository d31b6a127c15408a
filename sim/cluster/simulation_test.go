package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seedFlag   = flag.Uint64("seed", 0, "run this seed alone, and tell of it")
	countFlag  = flag.Int("seeds", defaultSeeds, "how many seeds to run")
	firstFlag  = flag.Uint64("first", 1, "the first seed")
	workerFlag = flag.Bool("worker", false, "run the seeds in this process")
)

// On one processor goroutines mostly run in the same order each time: see doc.go.
// Seeds run beside each other in processes of their own.
func TestMain(m *testing.M) {
	flag.Parse()
	if *workerFlag || *seedFlag != 0 {
		runtime.GOMAXPROCS(1)
	}
	debug.SetGCPercent(800) // a run makes much garbage and keeps little
	m.Run()
}

// TestSimulation runs clusters by seed.
func TestSimulation(t *testing.T) {
	first, n := *firstFlag, uint64(*countFlag)
	switch {
	case *seedFlag != 0:
		synctest.Test(t, func(t *testing.T) { simulate(t, *seedFlag, newTally()) })
	case *workerFlag:
		sum := newTally()
		for seed := first; seed < first+n; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { simulate(t, seed, sum) })
			})
			if done := seed - first + 1; done%tellEvery == 0 && done < n {
				fmt.Printf("%s%d of %d from %d on\n", doneSeeds, done, n, first)
			}
		}
		line, err := json.Marshal(sum)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s%s\n", tallied, line)
	default:
		sum := spread(t, first, n)
		t.Logf("%v", sum)
		if uint64(sum.Seeds) != n && !t.Failed() {
			t.Errorf("%d of %d seeds were told of", sum.Seeds, n)
		}
		if missing := sum.missing(); n >= allStrike && len(missing) > 0 {
			t.Errorf("in %d seeds:\n%s", n, strings.Join(missing, "\n"))
		}
	}
}

// worker is a process that runs seeds, those from one on and below another.
func worker(ctx context.Context, from, to uint64) *exec.Cmd {
	return exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestSimulation$", "-test.timeout", "0", "-worker",
		"-first", strconv.FormatUint(from, 10), "-seeds", strconv.FormatUint(to-from, 10))
}

// spread divides the seeds among processes, one for each processor, and gives the sum of
// what they tell.
func spread(t *testing.T, first, n uint64) *tally {
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-5*time.Second))
		defer cancel()
	}
	workers := uint64(runtime.NumCPU())
	var work sync.WaitGroup
	all := make([]*tally, workers)
	for i := range workers {
		from, to := first+n*i/workers, first+n*(i+1)/workers
		all[i] = newTally()
		if from == to {
			continue
		}
		work.Go(func() {
			c := worker(ctx, from, to)
			var out bytes.Buffer
			both := io.MultiWriter(&out, &teller{t: t, sum: all[i]})
			c.Stdout, c.Stderr = both, both
			if err := c.Run(); err != nil {
				t.Errorf("seeds %d to %d: %v\n%s", from, to-1, err, out.Bytes())
			}
		})
	}
	work.Wait()
	sum := newTally()
	for _, one := range all {
		sum.add(one)
	}
	return sum
}

// failedSeed begins a line by which a process tells at once of a seed that failed,
// doneSeeds one by which it tells how far it is, every so many seeds, and tallied its last
// one, which says what struck in all of them.
const (
	failedSeed = "failed: seed "
	doneSeeds  = "seeds: "
	tallied    = "tally: "
	tellEvery  = 250
)

// teller passes the lines of seeds on, so that with -v they can be seen while others run,
// and adds up what struck.
type teller struct {
	t    *testing.T
	sum  *tally
	rest []byte
}

func (w *teller) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if bytes.HasPrefix(line, []byte(failedSeed)) || bytes.HasPrefix(line, []byte(doneSeeds)) {
			w.t.Logf("%s", line)
		}
		if text, ok := bytes.CutPrefix(line, []byte(tallied)); ok {
			one := newTally()
			if err := json.Unmarshal(text, one); err != nil {
				w.t.Errorf("%s: %v", line, err)
			}
			w.sum.add(one)
		}
		w.rest = rest
	}
}

func simulate(t *testing.T, seed uint64, sum *tally) {
	if *workerFlag {
		t.Cleanup(func() {
			if t.Failed() {
				fmt.Printf("%s%d\n", failedSeed, seed)
			}
		})
	}
	command := fmt.Sprintf("go test ./sim/cluster -run TestSimulation -seed %d", seed)
	r, err := Run(seed)
	if err != nil {
		t.Fatalf("%v\nagain: %s", err, command)
	}
	sum.take(r)
	if *seedFlag != 0 {
		t.Logf("%v, %v of virtual time", r.Faults, r.Virtual)
	}
	if !r.Report.OK || *seedFlag != 0 {
		var text bytes.Buffer
		if err := r.Report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		t.Logf("\n%s", text.String())
	}
	if !r.Report.OK {
		t.Errorf("%d findings; what struck: %v\nagain: %s", r.Report.Found(), r.Faults, command)
	}
}
