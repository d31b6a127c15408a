package cluster

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
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
		synctest.Test(t, func(t *testing.T) { simulate(t, *seedFlag) })
	case *workerFlag:
		for seed := first; seed < first+n; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { simulate(t, seed) })
			})
			if done := seed - first + 1; done%tellEvery == 0 && done < n {
				fmt.Printf("%s%d of %d from %d on\n", doneSeeds, done, n, first)
			}
		}
	default:
		spread(t, first, n)
	}
}

// spread divides the seeds among processes, one for each processor.
func spread(t *testing.T, first, n uint64) {
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-5*time.Second))
		defer cancel()
	}
	workers := uint64(runtime.NumCPU())
	var work sync.WaitGroup
	for i := range workers {
		from, to := first+n*i/workers, first+n*(i+1)/workers
		if from == to {
			continue
		}
		work.Go(func() {
			c := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestSimulation$", "-test.timeout", "0", "-worker",
				"-first", strconv.FormatUint(from, 10), "-seeds", strconv.FormatUint(to-from, 10))
			var out bytes.Buffer
			both := io.MultiWriter(&out, &teller{t: t})
			c.Stdout, c.Stderr = both, both
			if err := c.Run(); err != nil {
				t.Errorf("seeds %d to %d: %v\n%s", from, to-1, err, out.Bytes())
			}
		})
	}
	work.Wait()
}

// failedSeed begins a line by which a process tells at once of a seed that failed, and
// doneSeeds one by which it tells how far it is, every so many seeds.
const (
	failedSeed = "failed: seed "
	doneSeeds  = "seeds: "
	tellEvery  = 250
)

// teller passes such lines on: with -v they can be seen while other seeds run.
type teller struct {
	t    *testing.T
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
		w.rest = rest
	}
}

func simulate(t *testing.T, seed uint64) {
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
