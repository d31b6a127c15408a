package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// tick is "symbol time price volume"; the symbol timer is none.
func tick(text string) Tick {
	var t Tick
	var price, volume string
	if _, err := fmt.Sscan(text, &t.Symbol, &t.TimeMs, &price, &volume); err != nil {
		panic(err)
	}
	if t.Symbol == "timer" {
		t.Symbol = ""
	}
	t.Price, t.Volume = MustParseNumber(price), MustParseNumber(volume)
	return t
}

func describe(symbol string, c Candle) string {
	return fmt.Sprintf("%s %d-%d %s/%s/%s/%s v%s %v by %d", symbol, c.StartMs, c.EndMs, c.Open, c.High, c.Low, c.Close, c.Volume, c.Ticks, c.ClosedBy)
}

func TestMake(t *testing.T) {
	for name, tc := range map[string]struct {
		ticks []string
		want  []string
		late  []int
	}{
		"a candle stays open until a second after its end": {
			[]string{"A 100 5 1", "A 4000 7 2", "A 5000 6 1", "A 5999 6 1"},
			[]string{"A 0-5000 5/7/5/7 v3 [0 1] by -1", "A 5000-10000 6/6/6/6 v2 [2 3] by -1"},
			nil,
		},
		"the tick at that time closes it": {
			[]string{"A 100 5 1", "A 6000 6 1"},
			[]string{"A 0-5000 5/5/5/5 v1 [0] by 1", "A 5000-10000 6/6/6/6 v1 [1] by -1"},
			nil,
		},
		"within the grace an older tick is taken in": {
			[]string{"A 4900 5 1", "A 5900 6 1", "A 4800 4 0.5"},
			[]string{"A 0-5000 4/5/4/5 v1.5 [0 2] by -1", "A 5000-10000 6/6/6/6 v1 [1] by -1"},
			nil,
		},
		"after it the tick is late": {
			[]string{"A 4900 5 1", "A 6000 6 1", "A 4999 4 1"},
			[]string{"A 0-5000 5/5/5/5 v1 [0] by 1", "A 5000-10000 6/6/6/6 v1 [1] by -1"},
			[]int{2},
		},
		"a late tick need not have had a candle": {
			[]string{"A 20000 5 1", "A 4999 4 1"}, []string{"A 20000-25000 5/5/5/5 v1 [0] by -1"}, []int{1},
		},
		"another symbol's tick closes it, too": {
			[]string{"A 100 5 1", "B 6000 1 1", "A 200 4 1"},
			[]string{"A 0-5000 5/5/5/5 v1 [0] by 1", "B 5000-10000 1/1/1/1 v1 [1] by -1"},
			[]int{2},
		},
		"a timer closes it, and makes late, as a tick of its time": {
			[]string{"A 100 5 1", "B 200 1 1", "timer 6000 0 0", "B 300 2 1", "A 5500 7 1"},
			[]string{"A 0-5000 5/5/5/5 v1 [0] by 2", "A 5000-10000 7/7/7/7 v1 [4] by -1", "B 0-5000 1/1/1/1 v1 [1] by 2"},
			[]int{3},
		},
		"equal times: the first opens, the last closes": {
			[]string{"A 100 5 1", "A 100 6 1", "A 100 7 1"}, []string{"A 0-5000 5/7/5/7 v3 [0 1 2] by -1"}, nil,
		},
		"midnight cuts": {
			[]string{"A 86399999 5 1", "A 86400000 6 1"},
			[]string{"A 86395000-86400000 5/5/5/5 v1 [0] by -1", "A 86400000-86405000 6/6/6/6 v1 [1] by -1"},
			nil,
		},
	} {
		var ticks []Tick
		for _, text := range tc.ticks {
			ticks = append(ticks, tick(text))
		}
		c, err := Make(ticks, 5*time.Second, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, symbol := range []string{"A", "B"} {
			for _, k := range c.BySymbol[symbol] {
				got = append(got, describe(symbol, k))
			}
		}
		if !slices.Equal(got, tc.want) || !slices.Equal(c.Late, tc.late) {
			t.Errorf("%s:\n got %s, late %v\nwant %s, late %v", name, strings.Join(got, "; "), c.Late, strings.Join(tc.want, "; "), tc.late)
		}
	}
}

// TestMakeOddLength: a length that does not divide the day ends with a short
// candle.
func TestMakeOddLength(t *testing.T) {
	c, err := Make([]Tick{tick("A 86399999 5 1"), tick("A 86400000 5 1")}, 7*time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := describe("A", c.BySymbol["A"][0]), "A 75600000-86400000 5/5/5/5 v1 [0] by 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if closed := c.Closed("A"); len(closed) != 1 || len(c.Closed("B")) != 0 {
		t.Errorf("closed: %v", closed)
	}
}

// TestMakeWeekAndMonth: weeks begin on Monday, and months have their own days.
func TestMakeWeekAndMonth(t *testing.T) {
	const (
		thursday = 1_709_164_800_000 // 2024-02-29
		monday   = thursday - 3*dayMs
	)
	ticks := []Tick{
		tick(fmt.Sprintf("A %d 5 1", monday)), tick(fmt.Sprintf("A %d 6 1", thursday+dayMs-1)), tick(fmt.Sprintf("A %d 7 1", thursday+dayMs)),
		tick(fmt.Sprintf("A %d 8 1", monday+7*dayMs)),
	}
	for length, want := range map[time.Duration][]string{
		Week: {
			fmt.Sprintf("A %d-%d 5/7/5/7 v3 [0 1 2] by 3", monday, monday+7*dayMs),
			fmt.Sprintf("A %d-%d 8/8/8/8 v1 [3] by -1", monday+7*dayMs, monday+14*dayMs),
		},
		Month: {
			fmt.Sprintf("A %d-%d 5/6/5/6 v2 [0 1] by 2", thursday-28*dayMs, thursday+dayMs),
			fmt.Sprintf("A %d-%d 7/8/7/8 v2 [2 3] by -1", thursday+dayMs, thursday+32*dayMs),
		},
	} {
		c, err := Make(ticks, length, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range c.BySymbol["A"] {
			got = append(got, describe("A", k))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %s, want %s", length, got, want)
		}
	}
}

// TestSources: each source has its own clock, and a symbol one source.
func TestSources(t *testing.T) {
	a, b := tick("A 100 5 1"), tick("B 60000 5 1")
	a.Source, b.Source = "one", "two"
	c, err := Make([]Tick{a, b, a}, 5*time.Second, time.Second)
	if err != nil || len(c.Late) != 0 {
		t.Errorf("late %v, error %v", c.Late, err)
	}
	b.Symbol = "A"
	if _, err := Make([]Tick{a, b}, 5*time.Second, time.Second); err == nil {
		t.Error("two sources of a symbol are no error")
	}
	for _, length := range []time.Duration{0, 25 * time.Hour} {
		if _, err := Make(nil, length, 0); err == nil {
			t.Errorf("a length of %s is no error", length)
		}
	}
}

// TestGrowing: tick by tick a candle is what it is of all ticks so far, whatever their
// order in time and whatever is equal.
func TestGrowing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var ticks []Tick
		var places []int
		g := Growing{Candle: Candle{StartMs: 0, EndMs: 10, ClosedBy: -1}}
		for i := range 12 {
			ticks = append(ticks, tick(fmt.Sprintf("S %d %d %d", r.IntN(6), 90+r.IntN(6), r.IntN(3))))
			places = append(places, i)
			g.Add(ticks[i])
			want := CandleOf(ticks, places, 0, 10)
			want.Ticks = nil
			if got := describe("S", g.Candle); got != describe("S", want) {
				t.Fatalf("after %v: %s, want %s", ticks, got, describe("S", want))
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"18500.50": "18500.5", "0.000000005": "0", "0.000000015": "0.00000002", "0.0000000051": "0.00000001",
		"-0.000000015": "-0.00000002", "1e3": "1000", "0": "0", "100": "100",
	} {
		if got := MustParseNumber(text).String(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "x", "1/2", "0x10"} {
		if _, err := ParseNumber(text); err == nil {
			t.Errorf("%q is no error", text)
		}
	}
}

func TestParseTick(t *testing.T) {
	got, err := ParseTick([]byte(`{"symbol":"NIFTY","exchange":"NSE","timestamp":1704067200123,"price":18500.50,"volume":1000,"source":"smart_api"}`))
	if err != nil || got.Symbol != "NIFTY" || got.Source != "smart_api" || got.TimeMs != 1704067200123 ||
		got.Price.String() != "18500.5" || got.Volume.String() != "1000" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{``, `{}`, `{"symbol":"A","timestamp":1.5,"price":1,"volume":1}`, `{"symbol":"A","timestamp":1,"price":1}`} {
		if _, err := ParseTick([]byte(text)); err == nil {
			t.Errorf("%s is no error", text)
		}
	}
}
