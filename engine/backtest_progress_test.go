package engine

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
)

// TestBacktestBar: the bar tells of what the shards have made of the ticks, though
// the files were read far ahead of them.
func TestBacktestBar(t *testing.T) {
	read := replay.Progress{Ticks: 66_000, BytesRead: 980, BytesTotal: 1000, Elapsed: time.Second}
	for name, c := range map[string]struct {
		ticks, updates stage
		bytes, through int64
		line           string
	}{
		"all was passed over":   {stage{}, stage{}, 980, 66_000, "[#############################-]  98 %  66000 ticks  66000/s  0s left"},
		"symbols are behind":    {stage{16_500, 66_000}, stage{}, 245, 16_500, "[#######-----------------------]  24 %  16500 ticks  16500/s  3s left"},
		"accounts are, too":     {stage{33_000, 66_000}, stage{33_000, 66_000}, 245, 16_500, "[#######-----------------------]  24 %  16500 ticks  16500/s  3s left"},
		"all is through":        {stage{66_000, 66_000}, stage{132_000, 132_000}, 980, 66_000, "[#############################-]  98 %  66000 ticks  66000/s  0s left"},
		"no shard has moved on": {stage{0, 66_000}, stage{}, 0, 0, "[------------------------------]   0 %  0 ticks  0/s  ? left"},
	} {
		p := through(read, c.ticks, c.updates)
		if p.BytesRead != c.bytes || p.Ticks != c.through {
			t.Errorf("%s: %d bytes and %d ticks, want %d and %d", name, p.BytesRead, p.Ticks, c.bytes, c.through)
		}
		if line := barLine(p); line != c.line {
			t.Errorf("%s: %q, want %q", name, line, c.line)
		}
	}
}
