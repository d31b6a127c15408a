package zone

import (
	"encoding/binary"
	"testing"
	"time"
)

// TestListed: with its changes in a list, each zone is what it is without, at every
// change, a moment before it, and between.
func TestListed(t *testing.T) {
	files, err := index()
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2130, 1, 1, 0, 0, 0, 0, time.UTC)
	compared := 0
	for name, f := range files {
		rules, err := read(f)
		if err != nil || len(rules) == 0 {
			continue // a folder
		}
		want, err := time.LoadLocationFromTZData(name, rules)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Unix(-1<<40, 0).In(want); at.Before(until); {
			end := after(at)
			for _, other := range []time.Time{at, at.Add(time.Second), at.Add(-time.Second), at.Add(20 * 24 * time.Hour)} {
				compared++
				if is, must := kindAt(other.In(got)), kindAt(other.In(want)); is != must {
					t.Fatalf("%s at %v: %v, want %v", name, other, is, must)
				}
			}
			if end.IsZero() {
				break
			}
			at = end
		}
	}
	if compared < 100_000 {
		t.Errorf("only %d moments were compared", compared)
	}
}

// TestChangesAreListed: the changes of a zone with summer time are there up to the year
// from which its rule is asked.
func TestChangesAreListed(t *testing.T) {
	files, err := index()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read(files["America/New_York"])
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocationFromTZData("America/New_York", rules)
	if err != nil {
		t.Fatal(err)
	}
	const headerLength, countAt = 44, 32
	count := func(b []byte) uint32 { return binary.BigEndian.Uint32(b[countAt:]) }
	of := func(b []byte) uint32 { // of the second version
		if c := b[20:]; count(b) == 0 && binary.BigEndian.Uint32(c[16:]) == 0 {
			return count(b[headerLength:])
		}
		return 0
	}
	if n := of(listed(rules, zone)); n < 2*(listedUntil-1970) {
		t.Errorf("%d changes are listed, want two a year until %d", n, listedUntil)
	}
}

// BenchmarkZone asks a zone of the data, as it is shipped and with its changes listed,
// what its clocks show.
func BenchmarkZone(b *testing.B) {
	files, err := index()
	if err != nil {
		b.Fatal(err)
	}
	rules, err := read(files["America/New_York"])
	if err != nil {
		b.Fatal(err)
	}
	shipped, err := time.LoadLocationFromTZData("America/New_York", rules)
	if err != nil {
		b.Fatal(err)
	}
	own, err := Load("America/New_York")
	if err != nil {
		b.Fatal(err)
	}
	for name, zone := range map[string]*time.Location{"as shipped": shipped, "listed": own} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				time.Unix(1_704_067_200+int64(i%365)*86_400, 0).In(zone).ZoneBounds()
			}
		})
	}
}
