package cluster

import (
	"testing"
	"testing/synctest"
)

// TestOutsideStrikes: panics of shards and venue sessions, and ends of nodes in calls of
// groups and venues, strike; and seeds in which they do find nothing wrong.
func TestOutsideStrikes(t *testing.T) {
	const first, last = 13, 25 // of these, a few have them all
	missing := map[string]bool{
		lasting.name: true, shardPanics.name: true, atVenue.panics.name: true, atVenue.crash.name: true, atGroup.errors.name: true,
		atGroup.crash.name: true, stopInCommit.name: true, stopForLong.name: true, venueChange.name: true,
	}
	for seed := uint64(first); seed <= last && len(missing) > 0; seed++ {
		synctest.Test(t, func(t *testing.T) {
			r, err := Run(seed)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Report.OK {
				t.Errorf("seed %d: %d findings", seed, r.Report.Found())
			}
			for name := range missing {
				if r.Faults[name] > 0 {
					delete(missing, name)
				}
			}
		})
	}
	if len(missing) > 0 {
		t.Errorf("in seeds %d to %d these did not strike: %v", first, last, missing)
	}
}
