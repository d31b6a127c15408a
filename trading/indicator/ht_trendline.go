package indicator

const (
	trendlineLookback = 63
	trendlineSkip     = 37
	longestCycle      = 50 // bars, the most of hilbert's period
)

// trendline is Ehlers's instantaneous trendline: the mean of the prices of one
// dominant cycle, which leaves the cycle out, smoothed with weights 4, 3, 2, 1 over
// the last four of them.
type trendline struct {
	cycle   hilbert
	warming int                   // at most trendlineLookback-trendlineSkip
	prices  [longestCycle]float64 // a ring
	next    int
	means   [3]float64 // the youngest first
}

// step takes a price in. The loop is over a cycle of at most 50 bars, whatever the
// parameters: there are none.
func (t *trendline) step(price float64) (float64, bool) {
	t.prices[t.next] = price
	at := t.next
	t.next = (t.next + 1) % longestCycle
	if _, _, ok := t.cycle.step(price); !ok {
		return 0, false
	}
	n := min(max(int(t.cycle.smoothPeriod+0.5), 0), longestCycle)
	mean := 0.0
	for range n {
		mean += t.prices[at]
		if at--; at < 0 {
			at = longestCycle - 1
		}
	}
	if n > 0 {
		mean /= float64(n)
	}
	m := t.means
	t.means = [3]float64{mean, m[0], m[1]}
	if t.warming < trendlineLookback-trendlineSkip {
		t.warming++
		return 0, false
	}
	return (float64(4*mean) + float64(3*m[0]) + float64(2*m[1]) + m[2]) / 10, true
}

func newHTTrendline([]float64) Indicator {
	t := &trendline{cycle: hilbert{skip: trendlineSkip}}
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		if keep {
			out[0], ok = t.step(b.Close)
			return ok
		}
		c := *t
		out[0], ok = c.step(b.Close)
		return ok
	}, t)
}

func (t *trendline) appendState(b []byte) []byte {
	b = appendInt(t.cycle.appendState(b), t.warming)
	for i := range t.prices {
		b = appendFloat(b, t.prices[(t.next+i)%longestCycle])
	}
	for _, m := range t.means {
		b = appendFloat(b, m)
	}
	return b
}

// load reads prices from the oldest: where in the ring they were is no part of the
// state.
func (t *trendline) load(r *reader) {
	t.cycle.load(r)
	t.warming = r.bounded(0, trendlineLookback-trendlineSkip)
	t.next = 0
	for i := range t.prices {
		t.prices[i] = r.float()
	}
	for i := range t.means {
		t.means[i] = r.float()
	}
}
