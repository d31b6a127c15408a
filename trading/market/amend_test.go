package market

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestAmendAgainstModel: what was published last of every candle is what the model
// makes of all ticks that came within grace and bound, whatever is stored and read
// back on the way; and candles that no late tick changed are published once.
func TestAmendAgainstModel(t *testing.T) {
	amended, late := 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		tf, calendar, grace := randomSetting(t, r)
		bound := []time.Duration{time.Second, 3 * time.Second, time.Minute}[r.IntN(3)]
		stream := withClocks(walk(r, 300, 8000))
		want, wantLate, _ := model(tf, calendar, (grace + bound).Milliseconds(), stream)
		b := NewBuilder(tf, calendar, grace)
		b.AmendWithin(bound)
		last, gotLate := make(map[int64]Candle), 0
		publish := func(c Candle) {
			if old, ok := last[c.StartMs]; ok && !c.Amended {
				t.Fatalf("seed %d: %+v is published again as %+v", seed, old, c)
			}
			last[c.StartMs] = c
		}
		for _, a := range stream {
			if r.IntN(4) == 0 {
				b = stored(t, b)
				b.AmendWithin(bound)
			}
			for _, c := range b.Advance(a.clockMs) {
				publish(c)
			}
			switch b.Add(&a.tick, a.clockMs) {
			case Late:
				gotLate++
			case Amends:
				amended++
				for _, c := range b.Recent() {
					if c.StartMs <= a.tick.TimeMs && a.tick.TimeMs < c.EndMs {
						publish(c)
					}
				}
			}
		}
		for _, c := range b.Advance(NeverMs) {
			publish(c)
		}
		late += gotLate
		var got []Candle
		for _, start := range slices.Sorted(maps.Keys(last)) {
			c := last[start]
			c.Partial, c.Amended = len(got) == 0, false
			got = append(got, c)
		}
		if !slices.Equal(got, want) || gotLate != wantLate {
			t.Fatalf("seed %d, %v, grace %v, bound %v: %d late, want %d\n%+v\nwant\n%+v", seed, tf, grace, bound, gotLate, wantLate, got, want)
		}
	}
	if amended < 1000 || late < 100 {
		t.Errorf("the streams show too little: %d ticks amended, %d were too late", amended, late)
	}
}

// TestFinalStaysFinal: a candle that has become final isn't amended when the clock
// goes back, and one that was amended into being doesn't open again.
func TestFinalStaysFinal(t *testing.T) {
	b := NewBuilder(MustParseTimeframe("1min"), Always, time.Second)
	b.AmendWithin(10 * time.Second)
	add := func(tickMs, clockMs int64) Placement {
		b.Advance(clockMs)
		return b.Add(&Tick{TimeMs: nseOpenMs + tickMs}, nseOpenMs+clockMs)
	}
	b.Advance(nseOpenMs)
	if got := add(0, 0); got != InCandle {
		t.Fatalf("placement %v", got)
	}
	b.Advance(nseOpenMs + 61_000)
	add(70_000, 70_000)
	b.Advance(nseOpenMs + 121_000) // lets the first candle go
	for _, c := range []struct {
		tickMs, clockMs int64
		want            Placement
	}{
		{1000, 121_000, Late},
		{1000, 2000, Late}, // final, whatever the clock says
		{80_000, 122_000, Amends},
		{80_000, 90_000, Amends},
		{140_000, 182_000, Amends},
		{140_000, 150_000, Amends}, // it never was before
	} {
		if got := add(c.tickMs, c.clockMs); got != c.want {
			t.Errorf("a tick at %d with the clock at %d: placement %v, want %v", c.tickMs, c.clockMs, got, c.want)
		}
	}
	if recent := b.Recent(); len(recent) != 2 || recent[0].Ticks != 3 || recent[1].Ticks != 2 {
		t.Errorf("recent candles %+v", recent)
	}
	b.AmendWithin(0)
	if got := add(80_000, 122_000); got != Late || len(b.Recent()) != 0 {
		t.Errorf("placement %v with amending turned off, %d candles kept", got, len(b.Recent()))
	}
}

// TestQualities: every mix of marks has a text of its own, which reads back.
func TestQualities(t *testing.T) {
	seen := make(map[string]bool)
	for q := range Quality(8) {
		var c Candle
		c.SetQuality(q)
		if c.Quality() != q || c.Tainted() != q.Tainted() || q.Tainted() != (c.Partial || c.Gap) {
			t.Errorf("%v gives %+v", q, c)
		}
		if back, err := ParseQuality(q.String()); err != nil || back != q || seen[q.String()] {
			t.Errorf("%v reads back as %v, %v", q, back, err)
		}
		seen[q.String()] = true
	}
	for _, bad := range []string{"", "good", "gap+partial", "partial+", "partial+partial", "complete+gap", "Partial"} {
		if q, err := ParseQuality(bad); err == nil {
			t.Errorf("%q is %v", bad, q)
		}
	}
}
