package indicator

import "math"

// wilderSum is the sum that Wilder keeps of about n numbers: the first n-1 are added
// up, later ones come in as sum - sum/n + x.
type wilderSum struct {
	n     int
	count int // numbers so far, at most n
	value float64
}

func (w *wilderSum) take(x float64, keep bool) float64 {
	v := w.value + x
	if w.count >= w.n-1 {
		v = w.value - w.value/float64(w.n) + x
	}
	if keep {
		w.value, w.count = v, min(w.count+1, w.n)
	}
	return v
}

func (w *wilderSum) appendState(b []byte) []byte {
	return appendFloat(appendInt(appendInt(b, w.n), w.count), w.value)
}

func (w *wilderSum) load(r *reader) {
	r.expect(w.n)
	w.count, w.value = r.bounded(0, w.n), r.float()
}

// directional is Wilder's directional movement: of the rise of highs and the fall of
// lows from bar to bar only the larger counts, and only if it is positive. It keeps
// Wilder's sums of both and of the true range.
type directional struct {
	previous            before
	plus, minus, ranges wilderSum
}

// movement is directional's sums with a bar, and of how many moves, at most n.
type movement struct {
	plus, minus, trueRange float64
	count                  int
}

func newDirectional(n int) *directional {
	return &directional{plus: wilderSum{n: n}, minus: wilderSum{n: n}, ranges: wilderSum{n: n}}
}

func (d *directional) take(b Bar, keep bool) movement {
	past, ok := d.previous.take(b, keep)
	if !ok {
		return movement{}
	}
	up, down := b.High-past.high, past.low-b.Low
	plus, minus := 0.0, 0.0
	switch {
	case up > down && up > 0:
		plus = up
	case down > up && down > 0:
		minus = down
	}
	count := min(d.plus.count+1, d.plus.n)
	return movement{d.plus.take(plus, keep), d.minus.take(minus, keep), d.ranges.take(past.trueRange(b), keep), count}
}

func (d *directional) appendState(b []byte) []byte {
	return d.ranges.appendState(d.minus.appendState(d.plus.appendState(d.previous.appendState(b))))
}

func (d *directional) load(r *reader) {
	d.previous.load(r)
	d.plus.load(r)
	d.minus.load(r)
	d.ranges.load(r)
}

// index is Wilder's directional movement index, 100 * |plus - minus| / (plus +
// minus); there is none without range, or where both together are below TA-Lib's least
// movement, 1e-14 percent of it.
func (m movement) index() (float64, bool) {
	plus, minus := percentOf(m.plus, m.trueRange), percentOf(m.minus, m.trueRange)
	if plus+minus < leastMovement {
		return 0, false
	}
	return 100 * (math.Abs(minus-plus) / (plus + minus)), true
}

const leastMovement = 1e-14

// percentOf is how much x is of a whole, in percent; 0 of nothing.
func percentOf(x, whole float64) float64 {
	if whole > 0 {
		return 100 * (x / whole)
	}
	return 0
}

func newPlusDM(p []float64) Indicator {
	return newMovement(p, func(m movement, n int) (float64, bool) { return m.plus, m.count >= max(n-1, 1) })
}

func newMinusDM(p []float64) Indicator {
	return newMovement(p, func(m movement, n int) (float64, bool) { return m.minus, m.count >= max(n-1, 1) })
}

func newPlusDI(p []float64) Indicator {
	return newMovement(p, func(m movement, n int) (float64, bool) { return indicated(m.plus, m.trueRange, n), m.count >= n })
}

func newMinusDI(p []float64) Indicator {
	return newMovement(p, func(m movement, n int) (float64, bool) { return indicated(m.minus, m.trueRange, n), m.count >= n })
}

// indicated is a directional indicator: the movement in percent of the true range.
// With one period TA-Lib gives it as a part of 1.
func indicated(x, trueRange float64, n int) float64 {
	if n == 1 {
		return percentOf(x, trueRange) / 100
	}
	return percentOf(x, trueRange)
}

func newMovement(p []float64, value func(m movement, n int) (float64, bool)) Indicator {
	d, n := newDirectional(int(p[0])), int(p[0])
	return newStepped(1, func(b Bar, keep bool, out []float64) (ok bool) {
		out[0], ok = value(d.take(b, keep), n)
		return ok
	}, d)
}
