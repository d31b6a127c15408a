package indicator

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// at gives a bar of a session that opens at a time of UTC.
func at(t *testing.T, session string, minute int, high, low, last, volume float64) Bar {
	t.Helper()
	open, err := time.Parse("2006-01-02 15:04", session)
	if err != nil {
		t.Fatal(err)
	}
	ms := open.UnixMilli()
	return Bar{StartMs: ms + int64(minute)*60_000, SessionMs: ms, Day: dateOf(ms), Open: last, High: high, Low: low, Close: last, Volume: volume}
}

// want holds the values after each bar against a list; NaN stands for no value. The
// peek before it must agree.
func want(t *testing.T, name string, bars []Bar, values ...float64) {
	t.Helper()
	spec, output, err := ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	x, out := New(spec), make([]float64, len(spec.OutputNames()))
	for i, b := range bars {
		peeked := x.Peek(b, out)
		first := out[output]
		x.Update(b)
		warm := x.Last(out)
		if warm != peeked || warm == math.IsNaN(values[i]) || (warm && (out[output] != first || difference(out[output], values[i]) > 1e-14)) {
			t.Errorf("%s at bar %d: %v, %v; want %v", name, i, out[output], warm, values[i])
		}
	}
}

var none = math.NaN()

// TestAnchors: which session begins a period, with markets whose sessions open in the
// evening before, on a Sunday, at the turn of a month and of a year.
func TestAnchors(t *testing.T) {
	futures := []string{ // New York's futures open at 18:00, 23:00 UTC in winter
		"2023-12-27 23:00", "2023-12-28 23:00", "2023-12-31 23:00", "2024-01-01 23:00", "2024-01-04 23:00", "2024-01-07 23:00", "2024-01-31 23:00",
	}
	shares := []string{"2023-12-28 14:30", "2023-12-29 14:30", "2024-01-02 14:30", "2024-01-05 14:30", "2024-01-08 14:30", "2024-01-31 14:30", "2024-02-01 14:30"}
	for name, c := range map[string]struct {
		unit, every int64
		sessions    []string
		begins      []bool
	}{
		"futures, days":     {unitDay, 1, futures, []bool{true, true, true, true, true, true, true}},
		"futures, weeks":    {unitWeek, 1, futures, []bool{true, false, true, false, false, true, true}},
		"futures, months":   {unitMonth, 1, futures, []bool{true, false, true, false, false, false, true}},
		"futures, quarters": {unitMonth, 3, futures, []bool{true, false, true, false, false, false, false}},
		"futures, sessions": {unitSession, 3, futures, []bool{true, false, false, true, false, false, true}},
		"shares, weeks":     {unitWeek, 1, shares, []bool{true, false, true, false, true, true, false}},
		"shares, months":    {unitMonth, 1, shares, []bool{true, false, true, false, false, false, true}},
		"shares, years":     {unitMonth, 12, shares, []bool{true, false, true, false, false, false, false}},
	} {
		a := &anchor{unit: c.unit, every: c.every}
		for i, session := range c.sessions {
			b := at(t, session, 0, 1, 1, 1, 1)
			if a.take(b, false) != c.begins[i] || a.take(b, true) != c.begins[i] {
				t.Errorf("%s: %s, want %v", name, session, c.begins[i])
			}
			if b.StartMs += 60_000; a.take(b, true) {
				t.Errorf("%s: %s begins twice", name, session)
			}
		}
	}
}

// TestAnchorsLikeTheCalendar: over centuries, a week begins when the ISO week changes,
// a month when the month does, and several of them when their number is a multiple.
func TestAnchorsLikeTheCalendar(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	day := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC)
	units := []*anchor{{unit: unitDay, every: 1}, {unit: unitWeek, every: 1}, {unit: unitMonth, every: 1}, {unit: unitMonth, every: 3}}
	var last [4]int
	for i := range 20_000 {
		day = day.AddDate(0, 0, 1+r.IntN(4))
		b := Bar{SessionMs: day.Add(time.Duration(r.IntN(24)-18) * time.Hour).UnixMilli(), Day: day.Unix() / 86_400}
		year, week := day.ISOWeek()
		now := [4]int{int(day.Unix()), year*100 + week, day.Year()*100 + int(day.Month()), day.Year()*100 + (int(day.Month())-1)/3}
		for k, a := range units {
			if begins := a.take(b, true); begins != (i == 0 || now[k] != last[k]) {
				t.Fatalf("unit %d, every %d: session %v begins %v", a.unit, a.every, time.UnixMilli(b.SessionMs).UTC(), begins)
			}
		}
		last = now
	}
}

func TestAVWAP(t *testing.T) {
	bars := []Bar{
		at(t, "2024-01-05 14:30", 0, 3, 1, 2, 0),
		at(t, "2024-01-05 14:30", 1, 3, 1, 2, 1),
		at(t, "2024-01-08 14:30", 0, 6, 3, 6, 3),
		at(t, "2024-01-09 14:30", 0, 9, 9, 9, 1),
		at(t, "2024-02-01 14:30", 0, 9, 9, 9, 0),
		at(t, "2024-02-01 14:30", 1, 4, 4, 4, 2),
	}
	want(t, "AVWAP_2_1", bars, none, 2, 5, 6, none, 4)
	want(t, "AVWAP_3_1", bars, none, 2, 17./4, 26./5, none, 4)
	want(t, "AVWAP_0_1", bars, none, 2, 5, 9, none, 4)
	want(t, "AVWAP_0_2", bars, none, 2, 17./4, 9, 9, 17./3)
	want(t, "AVWAP_1_1", bars, none, 2, 5, 9, none, 4)
}

func TestVWAPBands(t *testing.T) {
	bars := []Bar{
		at(t, "2024-01-05 14:30", 0, 7, 7, 7, 0),
		at(t, "2024-01-05 14:30", 1, 2, 2, 2, 3),
		at(t, "2024-01-05 14:30", 2, 6, 6, 6, 1),
		at(t, "2024-01-05 14:30", 3, 600, 600, 600, 0),
		at(t, "2024-01-08 14:30", 0, 5, 5, 5, 1e-8),
	}
	want(t, "VWAP_BANDS_2_UPPER", bars, none, 2, 3+2*math.Sqrt(3), 3+2*math.Sqrt(3), 5)
	want(t, "VWAP_BANDS_2_LOWER", bars, none, 2, 3-2*math.Sqrt(3), 3-2*math.Sqrt(3), 5)
}

// TestPivots: by hand, for the first bar of a session too; the bars so far of a
// session change nothing, and a first session that was not seen whole gives nothing.
func TestPivots(t *testing.T) {
	whole := []Bar{
		at(t, "2024-01-05 09:15", 0, 110, 100, 104, 1), at(t, "2024-01-05 09:15", 5, 112, 96, 98, 1),
		at(t, "2024-01-08 09:15", 0, 99, 97, 98, 1), at(t, "2024-01-08 09:15", 1, 400, 50, 60, 1), at(t, "2024-01-09 09:15", 3, 60, 60, 60, 1),
	}
	for name, levels := range map[string][2]float64{
		"PIVOTS_P": {102, 170}, "PIVOTS_R1": {108, 290}, "PIVOTS_R2": {118, 520}, "PIVOTS_R3": {124, 640},
		"PIVOTS_S1": {92, -60}, "PIVOTS_S2": {86, -180}, "PIVOTS_S3": {76, -410},
		"PIVOTS_FIB_P": {102, 170}, "PIVOTS_FIB_R1": {102 + 6.112, 170 + 133.7}, "PIVOTS_FIB_S2": {102 - 9.888, 170 - 216.3}, "PIVOTS_FIB_S3": {86, -180},
		"PIVOTS_CAMARILLA_R1": {98 + 17.6/12, 60 + 385./12}, "PIVOTS_CAMARILLA_R4": {98 + 8.8, 60 + 192.5}, "PIVOTS_CAMARILLA_S3": {98 - 4.4, 60 - 96.25},
	} {
		want(t, name, whole, none, none, levels[0], levels[0], levels[1])
		want(t, name, whole[1:], none, none, none, levels[1]) // the first session from its middle on
	}
}

func TestOpeningRange(t *testing.T) {
	bars := []Bar{
		at(t, "2024-01-05 09:15", 0, 110, 100, 104, 1), at(t, "2024-01-05 09:15", 14, 112, 101, 98, 1), at(t, "2024-01-05 09:15", 15, 300, 1, 99, 1),
		at(t, "2024-01-08 09:15", 3, 120, 119, 120, 1), at(t, "2024-01-08 09:15", 40, 500, 2, 2, 1), // its first minutes had no trades
		at(t, "2024-01-09 09:15", 15, 60, 60, 60, 1), at(t, "2024-01-09 09:15", 16, 60, 60, 60, 1), // none at all
		at(t, "2024-01-10 09:15", 0, 7, 6, 6, 1), at(t, "2024-01-10 09:15", 30, 9, 5, 9, 1),
	}
	want(t, "OPENRANGE_15_HIGH", bars, none, none, 112, none, 120, none, none, none, 7)
	want(t, "OPENRANGE_15_LOW", bars, none, none, 100, none, 119, none, none, none, 6)
	want(t, "OPENRANGE_15_HIGH", bars[1:], none, none, none, 120, none, none, none, 7)
	want(t, "OPENRANGE_1_LOW", bars, none, 100, 100, none, none, none, none, none, 6)
}
