package indicator

import "math"

// hilbert takes a price apart into the phase of its dominant cycle, as in Ehlers,
// Rocket Science for Traders (2001), chapters 7 and 10: prices smoothed over 4 bars,
// quadrature by a Hilbert transform of 7 bars whose gain follows the period found so
// far, and the period by a homodyne discriminator. Before skip bars have come it
// only collects prices, as TA-Lib does, and counts all before as 0.
type hilbert struct {
	skip int
	seen int        // at most skip
	past [3]float64 // prices, the youngest first

	smooth, q1, i1, jI, jQ delay
	i2, q2, re, im         float64
	period, smoothPeriod   float64
}

// delay is the last 6 inputs of a transform, the youngest first.
type delay [6]float64

func (d *delay) put(x float64) {
	copy(d[1:], d[:5])
	d[0] = x
}

// transform is the Hilbert transform of an input with its history, and takes it in.
func (d *delay) transform(x, gain float64) float64 {
	const a, b = 0.0962, 0.5769
	v := float64(a*x) - float64(a*d[5]) - float64(b*d[3]) + float64(b*d[1])
	d.put(x)
	return v * gain
}

// step takes a price in. inPhase and quadrature are those of the price 3 bars before
// the smoothed one.
func (h *hilbert) step(price float64) (inPhase, quadrature float64, ok bool) {
	p := h.past
	h.past = [3]float64{price, p[0], p[1]}
	if h.seen < h.skip {
		h.seen++
		return 0, 0, false
	}
	smoothed := (float64(4*price) + float64(3*p[0]) + float64(2*p[1]) + p[2]) * 0.1
	gain := float64(0.075*h.period) + 0.54
	detrended := h.smooth.transform(smoothed, gain)
	quadrature = h.q1.transform(detrended, gain)
	inPhase = h.i1[2]
	h.i1.put(detrended)
	ahead, aheadQ := h.jI.transform(inPhase, gain), h.jQ.transform(quadrature, gain)
	i2 := float64(0.2*(inPhase-aheadQ)) + float64(0.8*h.i2)
	q2 := float64(0.2*(quadrature+ahead)) + float64(0.8*h.q2)
	h.re = float64(0.2*(float64(i2*h.i2)+float64(q2*h.q2))) + float64(0.8*h.re)
	h.im = float64(0.2*(float64(i2*h.q2)-float64(q2*h.i2))) + float64(0.8*h.im)
	h.i2, h.q2 = i2, q2
	h.period = h.nextPeriod()
	h.smoothPeriod = float64(0.33*h.period) + float64(0.67*h.smoothPeriod)
	return inPhase, quadrature, true
}

// nextPeriod bounds the period's change and its size, from 6 to 50 bars, and smooths
// it.
func (h *hilbert) nextPeriod() float64 {
	period := h.period
	if h.im != 0 && h.re != 0 {
		period = 360 / (math.Atan(h.im/h.re) * degrees)
	}
	period = max(min(period, 1.5*h.period), 0.67*h.period)
	period = max(min(period, 50), 6)
	return float64(0.2*period) + float64(0.8*h.period)
}

// degrees are as many as a radian has.
const degrees = 180 / math.Pi

// floats lists what step keeps, apart from the count.
func (h *hilbert) floats() []*float64 {
	all := make([]*float64, 0, 48)
	for _, d := range [][]float64{h.past[:], h.smooth[:], h.q1[:], h.i1[:], h.jI[:], h.jQ[:]} {
		for i := range d {
			all = append(all, &d[i])
		}
	}
	return append(all, &h.i2, &h.q2, &h.re, &h.im, &h.period, &h.smoothPeriod)
}

func (h *hilbert) appendState(b []byte) []byte {
	b = appendInt(b, h.seen)
	for _, f := range h.floats() {
		b = appendFloat(b, *f)
	}
	return b
}

func (h *hilbert) load(r *reader) {
	h.seen = r.bounded(0, h.skip)
	for _, f := range h.floats() {
		*f = r.float()
	}
}
