package cluster

import (
	"bytes"
	"flag"
	"fmt"
	"runtime/debug"
	"testing"
	"testing/synctest"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "run this seed alone")
	countFlag = flag.Int("seeds", defaultSeeds, "how many seeds to run")
	firstFlag = flag.Uint64("first", 1, "the first seed")
)

// A run makes much garbage and keeps little: collecting it less often saves a third.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

// TestSimulation runs clusters by seed.
func TestSimulation(t *testing.T) {
	first, n := *firstFlag, *countFlag
	if *seedFlag != 0 {
		first, n = *seedFlag, 1
	}
	for seed := first; seed < first+uint64(n); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { simulate(t, seed) })
		})
	}
}

func simulate(t *testing.T, seed uint64) {
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
