package engine

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
)

// draw shows a bar with rate and time left, twice a second. It never goes back: what is
// through is a share of what was written, and that may grow faster for a while.
func draw(ctx context.Context, out io.Writer, progress func() replay.Progress) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	var shown replay.Progress
	for {
		select {
		case <-ctx.Done():
			fmt.Fprint(out, "\r\033[K")
			return
		case <-ticker.C:
			p := progress()
			p.Ticks, p.BytesRead = max(p.Ticks, shown.Ticks), max(p.BytesRead, shown.BytesRead)
			fmt.Fprint(out, "\r"+barLine(p)+"\033[K")
			shown = p
		}
	}
}

const barWidth = 30

func barLine(p replay.Progress) string {
	share := 0.0
	if p.BytesTotal > 0 {
		share = min(float64(p.BytesRead)/float64(p.BytesTotal), 1)
	}
	done := int(share * barWidth)
	left := "?"
	if share > 0.001 {
		left = time.Duration(float64(p.Elapsed) * (1 - share) / share).Round(time.Second).String()
	}
	return fmt.Sprintf("[%s%s] %3.0f %%  %d ticks  %.0f/s  %s left",
		strings.Repeat("#", done), strings.Repeat("-", barWidth-done), 100*share, p.Ticks, p.PerSecond(), left)
}
