package indicator

import "math"

// atr is Wilder's average true range. The true range needs the bar before, so
// the first value comes with bar n+1, as in TA-Lib.
type atr struct {
	previous float64
	seen     int
	mean     wilder
}

func newATR(p []float64) Indicator { return &atr{mean: wilder{n: int(p[0])}} }

func (a *atr) trueRange(b Bar) float64 {
	t := b.High - b.Low
	if up := math.Abs(b.High - a.previous); up > t {
		t = up
	}
	if down := math.Abs(b.Low - a.previous); down > t {
		t = down
	}
	return t
}

func (a *atr) Update(b Bar) {
	if a.seen == 1 {
		a.mean.push(a.trueRange(b))
	}
	a.previous, a.seen = b.Close, 1
}

func (a *atr) Peek(b Bar, out []float64) bool {
	if a.seen == 0 || a.mean.count+1 < a.mean.n {
		return false
	}
	out[0] = a.mean.next(a.trueRange(b))
	return true
}

func (a *atr) Last(out []float64) bool {
	out[0] = a.mean.value
	return a.mean.count >= a.mean.n
}

func (a *atr) AppendState(b []byte) []byte {
	return a.mean.appendState(appendInt(appendFloat(b, a.previous), a.seen))
}

func (a *atr) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	a.previous, a.seen = r.float(), r.bounded(0, 1)
	a.mean.load(r)
	return r.b, r.err
}
