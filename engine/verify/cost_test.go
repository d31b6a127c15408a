package verify

import (
	"testing"
	"testing/fstest"
)

func TestMemory(t *testing.T) {
	const machine = "MemTotal:       16384000 kB\nMemFree:         1000 kB\n"
	for _, c := range []struct {
		machine, group string
		want           int64
	}{
		{machine, "max\n", 16_384_000 * 1024},
		{machine, "1073741824\n", 1 << 30},
		{machine, "99999999999999\n", 16_384_000 * 1024},
		{machine, "", 16_384_000 * 1024},
		{"", "1073741824\n", 1 << 30},
		{"", "", 0},
		{"MemTotal: many kB\n", "", 0},
	} {
		files := make(fstest.MapFS)
		if c.machine != "" {
			files["proc/meminfo"] = &fstest.MapFile{Data: []byte(c.machine)}
		}
		if c.group != "" {
			files["sys/fs/cgroup/memory.max"] = &fstest.MapFile{Data: []byte(c.group)}
		}
		if got := memory(files); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.machine, c.group, got, c.want)
		}
	}
}

// TestCost: a hundred million records take what the documentation says of them.
func TestCost(t *testing.T) {
	with, without := Config{Candles: &Candles{}}, Config{}
	if c := with.cost(100_000_000, 1<<30); c.Bytes != 160_000_000_000 || c.Records != 100_000_000 || c.Memory != 1<<30 {
		t.Errorf("with candles %+v", c)
	}
	if c := without.cost(100_000_000, 0); c.Bytes != 60_000_000_000 {
		t.Errorf("without %+v", c)
	}
}
