package cluster

import (
	"bytes"
	"testing"
	"testing/synctest"
)

// TestReadWhileItFails: the checks of a live log find nothing in clusters that crash,
// move and restore their shards while they are read, partition after partition.
func TestReadWhileItFails(t *testing.T) {
	readings, looked := 0, 0
	for seed := *firstFlag; seed < *firstFlag+uint64(min(*countFlag, 40)); seed++ {
		synctest.Test(t, func(t *testing.T) {
			r, n, err := RunWatched(seed)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				return
			}
			readings += n
			for _, result := range r.Results {
				looked += result.Looked
			}
			if !r.OK {
				var text bytes.Buffer
				if err := r.WriteText(&text); err != nil {
					t.Fatal(err)
				}
				t.Errorf("seed %d, reading %d:\n%s", seed, n, text.String())
			}
		})
	}
	if readings < 100 {
		t.Errorf("%d readings: the test shows too little", readings)
	}
	t.Logf("%d readings, the last of each seed looked at %d things", readings, looked)
}
