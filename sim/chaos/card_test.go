package chaos

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/sim/check"
)

func TestSpread(t *testing.T) {
	var times []time.Duration
	for i := 200; i > 0; i-- {
		times = append(times, time.Duration(i)*time.Millisecond)
	}
	if got, want := NewSpread(times, 199*time.Millisecond), (Spread{200, 100, 198, 200, 199, 2}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := NewSpread(times[:1], time.Second), (Spread{1, 200, 200, 200, 1000, 0}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := NewSpread(nil, time.Second).String(); got != "none" {
		t.Error(got)
	}
}

// TestCardOfBounds: each measure has its bound, how many missed it and a mark; a miss is
// told at the end and spoils nothing else; and a killed node with fewer symbols than are
// promised is told.
func TestCardOfBounds(t *testing.T) {
	s := time.Second
	for name, c := range map[string]struct {
		nodes, killed, stopped []time.Duration
		held, missed           int
		want                   []string
	}{
		"all hold": {
			[]time.Duration{20 * s},
			[]time.Duration{7 * s, 7999 * time.Millisecond},
			[]time.Duration{s / 2},
			5500, 0,
			[]string{
				"ok   under faults        1 partitions, p50 20000 ms, p99 20000 ms, max 20000 ms; bound 90000 ms, 0 missed\n",
				"-    a broker is killed  none (all of them, moved or not)\n",
				"max 7999 ms; bound 8000 ms, 0 missed (of 5500 symbols; session timeout 6000 ms)\n", "\nnothing lost, nothing doubled, nothing wrong\nagain",
			},
		},
		"kills and stops miss": {
			[]time.Duration{20 * s},
			[]time.Duration{7 * s, 8 * s, 9 * s},
			[]time.Duration{s / 2, s},
			5500, 3,
			[]string{
				"MISS a node is killed    3 partitions, p50 8000 ms, p99 9000 ms, max 9000 ms; bound 8000 ms, 2 missed (",
				"MISS a node is stopped   2 partitions, p50 500 ms, p99 1000 ms, max 1000 ms; bound 1000 ms, 1 missed\n",
				"nothing lost, nothing doubled, nothing wrong; recovery times that MISSED their bounds: 3\n",
			},
		},
		"one is not back":  {[]time.Duration{90 * s}, nil, nil, 0, 1, []string{"MISS under faults        1 partitions", "MISSED their bounds: 1"}},
		"with few symbols": {nil, []time.Duration{s}, []time.Duration{}, 1808, 0, []string{"-    under faults        none", "promised of one with 5500 symbols: more --symbols"}},
	} {
		card := &Card{Held: c.held, Faults: map[Kind]int{}}
		card.Measure(c.nodes, nil, c.killed, c.stopped, 6*s, 90*s)
		card.Count(&check.Report{}, &check.Report{})
		var text, doc strings.Builder
		if err := card.WriteText(&text); err != nil || card.WriteJSON(&doc) != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, text.String())
			}
		}
		if !card.OK || card.Missed != c.missed || !strings.Contains(doc.String(), fmt.Sprintf(`"missed_bounds": %d`, c.missed)) {
			t.Errorf("%s: ok %t, %d missed, want %d:\n%s", name, card.OK, card.Missed, c.missed, doc.String())
		}
		if strings.Contains(text.String(), "a node is killed") != (c.killed != nil) || c.held == 5500 && strings.Contains(text.String(), "promised") {
			t.Errorf("%s:\n%s", name, text.String())
		}
	}
}

// TestCardCountsFindings: each check's findings count as what they are, and any of
// them spoils the card.
func TestCardCountsFindings(t *testing.T) {
	for name, want := range map[string]Card{
		"doubled": {Doubled: 1}, "ids": {Doubled: 1}, "answers": {Lost: 1}, "positions": {Wrong: 1}, "candles": {Wrong: 1}, "same outputs": {Lost: 1},
	} {
		r, c := &check.Report{}, &Card{}
		result := &check.Result{Check: name, Looked: 1}
		result.Find("somewhere", "missing: something")
		r.Add(result)
		c.Count(r, &check.Report{})
		if c.OK || c.Lost != want.Lost || c.Doubled != want.Doubled || c.Wrong != want.Wrong {
			t.Errorf("%s: ok %t, lost %d, doubled %d, wrong %d", name, c.OK, c.Lost, c.Doubled, c.Wrong)
		}
	}
	c := &Card{Unrecovered: []string{"symbol/3"}}
	if c.Count(&check.Report{OK: true}, &check.Report{}); c.OK {
		t.Error("a partition that never came back is fine")
	}
}

// TestCardOfEnds: a node that ends by itself, or can't be stopped, spoils the card; one
// that was stopped may end with the code of a node that can't keep its shards running,
// and with no other.
func TestCardOfEnds(t *testing.T) {
	for name, c := range map[string]struct {
		how   string
		slept bool
		ok    bool
		want  string
	}{
		"panic":              {how: "exit status 2", want: "ended by itself: node 1: exit status 2; see log"},
		"panic once stopped": {how: "exit status 2", slept: true, want: "ended by itself: node 1: exit status 2; see log"},
		"escalated":          {how: "exit status 6", want: "ended by itself: node 1: exit status 6; see log"},
		"escalated, stopped": {how: "exit status 6", slept: true, ok: true, want: "ended as it may once it was stopped: node 1: exit status 6; see log"},
		"doesn't stop":       {how: "didn't stop when it was asked to", want: "ended by itself: node 1: didn't stop"},
		"killed by others":   {how: "signal: killed", want: "ended by itself: node 1: signal: killed"},
	} {
		card := &Card{Faults: map[Kind]int{}}
		card.End("node 1", c.how, "log", c.slept)
		card.Count(&check.Report{}, &check.Report{})
		var text, doc strings.Builder
		if err := card.WriteText(&text); err != nil || card.WriteJSON(&doc) != nil {
			t.Fatal(err)
		}
		if card.OK != c.ok || !strings.Contains(text.String(), c.want) || !strings.Contains(doc.String(), c.how) {
			t.Errorf("%s: ok %t, want %t and %q in\n%s", name, card.OK, c.ok, c.want, text.String())
		}
	}
}

// TestCardOfLess: a run that has done or looked at less than it was to is not OK, and
// says what is missing, however well all the rest is.
func TestCardOfLess(t *testing.T) {
	plan := []Fault{{Kind: KillNode, Aim: InCommit}, {Kind: KillNode, Aim: AfterCheckpoint}, {Kind: Join}, {Kind: Join}}
	idle, wrong := &check.Report{}, &check.Report{}
	idle.Add(&check.Result{Check: "orders"})
	result := &check.Result{Check: "positions", Looked: 1}
	result.Find("user-1", "gone")
	wrong.Add(result)
	for name, c := range map[string]struct {
		spoil        func(*Card)
		report, calm check.Report
		want, doc    string
	}{
		"all is there":                     {want: "nothing lost", doc: `"ok": true`},
		"no successor":                     {spoil: func(c *Card) { c.Aims["kill node, "+AfterCheckpoint]-- }, want: "missing: 1 of 2 times kill node, " + AfterCheckpoint, doc: `"1 of 2 times kill node`},
		"not in a commit":                  {spoil: func(c *Card) { delete(c.Aims, "kill node, "+InCommit) }, want: "missing: 0 of 1 times kill node, in a commit", doc: `"ok": false`},
		"one join":                         {spoil: func(c *Card) { c.Faults[Join] = 1 }, want: "missing: 1 of 2 times join", doc: `"ok": false`},
		"nothing looked at":                {report: *idle, want: "missing: the check orders: it has looked at nothing", doc: `"the check orders: it has looked at nothing"`},
		"what it is held against is wrong": {calm: *wrong, want: "the undisturbed run: 1 findings of positions, the first at user-1: gone", doc: `"undisturbed": [`},
	} {
		card := &Card{Faults: map[Kind]int{KillNode: 3, Join: 2}, Aims: map[string]int{"kill node, " + InCommit: 1, "kill node, " + AfterCheckpoint: 2}}
		if c.spoil != nil {
			c.spoil(card)
		}
		card.Plan(plan)
		card.Count(&c.report, &c.calm)
		var text, doc strings.Builder
		if err := card.WriteText(&text); err != nil || card.WriteJSON(&doc) != nil {
			t.Fatal(err)
		}
		if card.OK != (name == "all is there") || !strings.Contains(text.String(), c.want) || !strings.Contains(doc.String(), c.doc) {
			t.Errorf("%s: ok %t, want %q in\n%s\nand %q in\n%s", name, card.OK, c.want, text.String(), c.doc, doc.String())
		}
	}
}

func TestCardText(t *testing.T) {
	c := &Card{Seed: 7, Command: "veloxd chaos --seed 7", Faults: map[Kind]int{KillNode: 2}, Aims: map[string]int{"kill node, in a commit": 2}}
	c.Measure([]time.Duration{time.Second}, []time.Duration{2 * time.Second}, nil, nil, 6*time.Second, 90*time.Second)
	c.Count(&check.Report{OK: true}, &check.Report{})
	var text, doc bytes.Buffer
	if err := c.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"kill node         2  2 in a commit", "lost 0, doubled 0, wrong 0", "under faults        1 partitions, p50 1000 ms", "a broker is killed  1 partitions, p50 2000 ms", "nothing lost", "again: veloxd chaos --seed 7"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := c.WriteJSON(&doc); err != nil || !strings.Contains(doc.String(), `"max_ms": 1000`) {
		t.Errorf("%v: %s", err, doc.String())
	}
}
