package engine

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
)

// TestBarNeverGoesBack: a share that falls, as updates are written faster than they are
// taken in, leaves the bar where it was.
func TestBarNeverGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2250*time.Millisecond)
		defer cancel()
		steps := []replay.Progress{{Ticks: 300, BytesRead: 10}, {Ticks: 932, BytesRead: 31}, {Ticks: 824, BytesRead: 27}, {Ticks: 1200, BytesRead: 40}}
		var bar strings.Builder
		draw(ctx, &bar, func() replay.Progress {
			p := steps[0]
			p.BytesTotal, p.Elapsed = 100, time.Second
			steps = steps[1:]
			return p
		})
		drawn := regexp.MustCompile(`[0-9]+ %  [0-9]+ ticks`).FindAllString(bar.String(), -1)
		if want := []string{"10 %  300 ticks", "31 %  932 ticks", "31 %  932 ticks", "40 %  1200 ticks"}; !slices.Equal(drawn, want) {
			t.Errorf("drawn %q, want %q", drawn, want)
		}
	})
}
