package chaos

import (
	"slices"
	"testing"
	"time"
)

var some = Counts{NodeKills: 10, BrokerKills: 4, Stops: 3, Joins: 3, Links: 4, Moves: 3}

func tally(plan []Fault) map[Kind]int {
	n := make(map[Kind]int)
	for _, f := range plan {
		n[f.Kind]++
	}
	return n
}

// TestDrawIsTheSeeds: a seed gives one plan, another seed another.
func TestDrawIsTheSeeds(t *testing.T) {
	a, b, c := Draw(1, some, time.Minute, time.Second), Draw(1, some, time.Minute, time.Second), Draw(2, some, time.Minute, time.Second)
	if !slices.Equal(a, b) {
		t.Error("one seed gave two plans")
	}
	if slices.Equal(a, c) {
		t.Error("two seeds gave one plan")
	}
}

// TestDrawKeepsItsCounts: for many seeds, every kind is as often there as asked for,
// the number of nodes stays within bounds, times ascend, stops outlast the silence.
func TestDrawKeepsItsCounts(t *testing.T) {
	for seed := range uint64(200) {
		plan := Draw(seed, some, time.Minute, 10*time.Second)
		n := tally(plan)
		if n[KillNode] != 10 || n[KillBroker] != 4 || n[StopNode] != 3 || n[Join] != 3 || n[CutLink]+n[SlowLink] != 4 || n[Move] != 3 {
			t.Fatalf("seed %d: %v", seed, n)
		}
		nodes, at := MinNodes, time.Duration(0)
		seen := make(map[string]bool)
		for _, f := range plan {
			switch f.Kind {
			case Join:
				nodes++
			case Leave:
				nodes--
			case StopNode:
				if f.For <= 10*time.Second {
					t.Fatalf("seed %d: a stop of %v", seed, f.For)
				}
			}
			if nodes < MinNodes || nodes > MaxNodes {
				t.Fatalf("seed %d: %d nodes", seed, nodes)
			}
			if f.At < at || f.At > time.Minute {
				t.Fatalf("seed %d: %v after %v", seed, f.At, at)
			}
			at = f.At
			seen[string(f.Kind)+f.Aim] = true
		}
		for kind, all := range aims {
			for _, aim := range all {
				if !seen[string(kind)+aim] {
					t.Fatalf("seed %d: no %s %s", seed, kind, aim)
				}
			}
		}
	}
}
