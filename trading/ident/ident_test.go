package ident

import (
	"testing"

	"github.com/google/uuid"
)

// TestDeriveIsUUIDv5 holds the result against google/uuid, which knows nothing of
// this package.
func TestDeriveIsUUIDv5(t *testing.T) {
	for _, c := range []struct {
		parts []string
		name  string
	}{
		{nil, ""},
		{[]string{"alice", "risk"}, "5:alice4:risk"},
		{[]string{"", "é"}, "0:2:é"},
	} {
		want := uuid.NewSHA1(uuid.UUID(namespace), []byte(c.name)).String()
		if got := Derive(c.parts...); got != want {
			t.Errorf("Derive(%q) = %s, want %s", c.parts, got, want)
		}
	}
}

func TestOtherCutsGiveOtherIDs(t *testing.T) {
	seen := make(map[string][]string)
	for _, parts := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"abc", ""}, {"", "abc"}, {"1:a", "b"}, {"1:a1:b"}} {
		id := Derive(parts...)
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q give %s both", parts, other, id)
		}
		seen[id] = parts
	}
}
