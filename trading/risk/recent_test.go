package risk

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRatesInEveryWindow: whatever the times, entries that were taken never number
// more than the limit in any rolling or calendar second and minute, and none is
// refused that would have fitted. Half of the time the list is saved and loaded.
func TestRatesInEveryWindow(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := Limits{OrdersPerSecond: 1 + r.Int64N(6), OrdersPerMinute: 1 + r.Int64N(60)}
		g := NewGuard(&l)
		var recent Recent
		var times []int64
		now := int64(noon) + r.Int64N(1000)
		for range 1500 {
			now += []int64{0, 1, r.Int64N(300), 1000 - now%1000, r.Int64N(20_000)}[r.IntN(5)]
			v := seen(g)
			v.NowMs, v.Recent = now, &recent
			reason, _ := g.Check(asked("BUY 1 MARKET"), v)
			fits := since(times, now-999) < l.OrdersPerSecond && since(times, now-59_999) < l.OrdersPerMinute
			if fits != (reason == "") {
				t.Fatalf("seed %d: at %d %q, though %d in the second and %d in the minute, of %+v",
					seed, now, reason, since(times, now-999), since(times, now-59_999), l)
			}
			if reason == "" {
				g.Note(&recent, asked("BUY 1 MARKET"), now, true)
				times = append(times, now)
			}
			if r.IntN(2) == 0 {
				b, err := json.Marshal(&recent)
				if err != nil {
					t.Fatal(err)
				}
				recent = Recent{}
				if err := json.Unmarshal(b, &recent); err != nil {
					t.Fatal(err)
				}
			}
		}
		calendar := make(map[int64]int64)
		for _, ms := range times {
			calendar[ms/1000]++
			if n := calendar[ms/1000]; n > l.OrdersPerSecond {
				t.Fatalf("seed %d: %d orders in the second of %d", seed, n, ms)
			}
		}
	}
}

func since(times []int64, fromMs int64) int64 {
	n := int64(0)
	for _, ms := range times {
		if ms >= fromMs {
			n++
		}
	}
	return n
}

func TestWhatIsRemembered(t *testing.T) {
	o := asked("BUY 1 LIMIT 5")
	off := NewGuard(&Limits{OrdersPerDay: 5})
	on := NewGuard(&Limits{OrdersPerSecond: 1000, DuplicateWindowMs: 5000})
	var r Recent
	for i := range int64(3) {
		off.Note(&r, o, noon+i, true)
	}
	if r.Today != 3 || len(r.TimesMs) != 0 || len(r.Equals) != 0 {
		t.Errorf("without limits that look back: %+v", r)
	}
	r.NewDay()
	if !r.IsZero() {
		t.Errorf("on a new day: %+v", r)
	}
	on.Note(&r, o, noon, true)
	on.Note(&r, o, noon+1, false) // an exit counts, and is nothing to compare with
	if fmt.Sprint(r.TimesMs) != fmt.Sprint([]int64{noon, noon + 1}) || len(r.Equals) != 1 || r.Equals[0].TimeMs != noon || r.Today != 2 {
		t.Errorf("with them: %+v", r)
	}
	on.Note(&r, o, noon+5000, true)
	if len(r.TimesMs) != 3 || len(r.Equals) != 1 || r.Equals[0].TimeMs != noon+5000 {
		t.Errorf("after the window of duplicates: %+v", r)
	}
	on.Note(&r, o, noon+60_000, true)
	if len(r.TimesMs) != 3 || r.TimesMs[0] != noon+1 {
		t.Errorf("a minute later: %+v", r.TimesMs)
	}
	for i := range int64(maxRemembered + 7) {
		on.Note(&r, o, noon+60_000, true)
		if i > maxRemembered && (len(r.TimesMs) != maxRemembered || len(r.Equals) != maxRemembered) {
			t.Fatalf("%d times and %d entries are remembered", len(r.TimesMs), len(r.Equals))
		}
	}
	on.Note(&r, o, noon-5*dayMs, true)
	if len(r.TimesMs) != 1 || len(r.Equals) != 1 {
		t.Errorf("back in time, %d times and %d entries are remembered", len(r.TimesMs), len(r.Equals))
	}
	off.Note(&r, o, noon-5*dayMs, true)
	if r.TimesMs != nil || r.Equals != nil {
		t.Errorf("limits that look back are gone: %+v", r)
	}
	if (&Recent{TimesMs: []int64{1}}).IsZero() || (&Recent{Equals: []Entry{{}}}).IsZero() || (&Recent{Today: 1}).IsZero() {
		t.Error("something is nothing")
	}
}

// TestReplacedTerms: a change counts as one more order, and its new terms stand in
// place of the old ones among what others are compared with, wherever these were.
func TestReplacedTerms(t *testing.T) {
	g := NewGuard(&Limits{OrdersPerDay: 50, DuplicateWindowMs: 5000})
	five, six, seven, eight := asked("BUY 1 LIMIT 5"), asked("BUY 1 LIMIT 6"), asked("BUY 1 LIMIT 7"), asked("BUY 1 LIMIT 8")
	var r Recent
	g.Note(&r, five, noon, true)
	g.Note(&r, six, noon+1, true)
	for _, c := range []struct {
		was, is *Order
		left    []*Order
	}{
		{five, seven, []*Order{six, seven}},        // the oldest
		{seven, eight, []*Order{six, eight}},       // the newest
		{five, seven, []*Order{six, eight, seven}}, // one that is not remembered any more
	} {
		g.Replace(&r, c.was, c.is, noon+2, true)
		var got, want []string
		for _, e := range r.Equals {
			got = append(got, e.Key)
		}
		for _, o := range c.left {
			want = append(want, o.key())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v in place of %v leaves %q, want %q", c.is, c.was, got, want)
		}
	}
	if r.Today != 5 {
		t.Errorf("%d orders today, want 5", r.Today)
	}
}
