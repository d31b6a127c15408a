package strategy

import "testing"

const hourMs = 3_600_000

func TestOpenings(t *testing.T) {
	noon := int64(1000*24*hourMs + 12*hourMs)
	var l Openings
	for _, ms := range []int64{noon, noon + 60_000, noon + 20*60_000} {
		l = l.Add(ms)
	}
	h := Holding{Trades: 3, Openings: l}
	for _, c := range []struct{ from, now, want int64 }{
		{noon, noon + hourMs, 3},
		{noon + quarterMs, noon + hourMs, 1},
		{noon + quarterMs + 5*60_000, noon + hourMs, 1},  // at the very time
		{noon + quarterMs + 10*60_000, noon + hourMs, 1}, // the whole of its quarter
		{noon + 2*quarterMs, noon + hourMs, 0},
		{noon, noon + 10*60_000, 2}, // a replay of the same day: what comes later has not been
		{noon - 24*hourMs, noon - hourMs, 0},
	} {
		if got := h.OpenedSince(c.from, c.now); got != c.want {
			t.Errorf("from %d to %d: %d, want %d", c.from, c.now, got, c.want)
		}
	}
	if got := (&Holding{Trades: 4, OpenedMs: noon}).OpenedSince(noon, noon+1); got != 1 {
		t.Errorf("of a state without openings: %d, want the position that is held", got)
	}
	if was := len(l); was != 2 || len(l.Add(noon+30*hourMs)) != 1 || len(l.Add(noon-30*hourMs)) != 1 || len(l) != was {
		t.Errorf("%v: want those of another day to go, and the list to stay as it was", l)
	}
}

func TestOpeningsAreBounded(t *testing.T) {
	var l Openings
	for i := range int64(10_000) {
		l = l.Add(i * quarterMs / 2)
	}
	for i := range int64(200) {
		l = l.Add(i % 2 * hourMs * 24) // back and forth
	}
	if len(l) > maxOpenings {
		t.Errorf("%d are kept, want at most %d", len(l), maxOpenings)
	}
}
