package pattern

import "math"

// Patterns of two candles: b before a.

func (w *Window) two() (b, a *Candle) { return w.at(1), w.at(0) }

func counterattack(w *Window, _ float64) int {
	b, a := w.two()
	if b.color() == -a.color() && w.long(1) && w.long(0) && w.same(a.Close, b.Close, 1) {
		return 100 * a.color()
	}
	return 0
}

func darkCloudCover(w *Window, penetration float64) int {
	b, a := w.two()
	return down(b.white() && w.long(1) && a.black() && a.Open > b.High && a.Close > b.Open &&
		a.Close < b.Close-float64(b.body()*penetration))
}

func dojiStar(w *Window, _ float64) int {
	b, a := w.two()
	if w.long(1) && w.doji(0) && (b.white() && a.gapUp(b) || b.black() && a.gapDown(b)) {
		return -100 * b.color()
	}
	return 0
}

func engulfing(w *Window, _ float64) int {
	b, a := w.two()
	if a.color() == b.color() || !(a.top() >= b.top() && a.bottom() < b.bottom() || a.top() > b.top() && a.bottom() <= b.bottom()) {
		return 0
	}
	if a.Open != b.Close && a.Close != b.Open {
		return 100 * a.color()
	}
	return 80 * a.color()
}

func hammer(w *Window, _ float64) int {
	b, a := w.two()
	return up(w.short(0) && a.lower() > w.is(shadowLong, 0) && w.noUpper(0) && a.bottom() <= b.Low+w.is(near, 1))
}

func hangingMan(w *Window, _ float64) int {
	b, a := w.two()
	return down(w.short(0) && a.lower() > w.is(shadowLong, 0) && w.noUpper(0) && a.bottom() >= b.High-w.is(near, 1))
}

func invertedHammer(w *Window, _ float64) int {
	b, a := w.two()
	return up(w.short(0) && a.upper() > w.is(shadowLong, 0) && w.noLower(0) && a.gapDown(b))
}

func shootingStar(w *Window, _ float64) int {
	b, a := w.two()
	return down(w.short(0) && a.upper() > w.is(shadowLong, 0) && w.noLower(0) && a.gapUp(b))
}

func harami(w *Window, _ float64) int { return w.inside(w.long(1) && w.small(0)) }

func haramiCross(w *Window, _ float64) int { return w.inside(w.long(1) && w.doji(0)) }

// inside gives a harami when the sizes are right: 80 when a body's end is at the
// other's.
func (w *Window) inside(sizes bool) int {
	b, a := w.two()
	switch {
	case sizes && a.top() < b.top() && a.bottom() > b.bottom():
		return -100 * b.color()
	case sizes && a.top() <= b.top() && a.bottom() >= b.bottom():
		return -80 * b.color()
	}
	return 0
}

func homingPigeon(w *Window, _ float64) int {
	b, a := w.two()
	return up(b.black() && a.black() && w.long(1) && w.small(0) && a.Open < b.Open && a.Close > b.Close)
}

// under tells whether a long black candle is followed by a white one that opens
// below its low.
func (w *Window) under() bool {
	b, a := w.two()
	return b.black() && w.long(1) && a.white() && a.Open < b.Low
}

func inNeck(w *Window, _ float64) int {
	b, a := w.two()
	return down(w.under() && a.Close <= b.Close+w.is(equal, 1) && a.Close >= b.Close)
}

func onNeck(w *Window, _ float64) int {
	b, a := w.two()
	return down(w.under() && w.same(a.Close, b.Low, 1))
}

func thrusting(w *Window, _ float64) int {
	b, a := w.two()
	return down(w.under() && a.Close > b.Close+w.is(equal, 1) && a.Close <= b.Close+float64(b.body()*0.5))
}

func piercing(w *Window, _ float64) int {
	b, a := w.two()
	return up(w.under() && w.long(0) && a.Close < b.Open && a.Close > b.Close+float64(b.body()*0.5))
}

// kicks tells whether two marubozus of different colours are a gap apart.
func (w *Window) kicks() bool {
	b, a := w.two()
	return b.color() == -a.color() && w.long(1) && w.noUpper(1) && w.noLower(1) && w.long(0) && w.noUpper(0) && w.noLower(0) &&
		(b.black() && a.leapUp(b) || b.white() && a.leapDown(b))
}

func kicking(w *Window, _ float64) int {
	if w.kicks() {
		return 100 * w.at(0).color()
	}
	return 0
}

func kickingByLength(w *Window, _ float64) int {
	b, a := w.two()
	switch {
	case !w.kicks():
		return 0
	case a.body() > b.body():
		return 100 * a.color()
	default:
		return 100 * b.color()
	}
}

func matchingLow(w *Window, _ float64) int {
	b, a := w.two()
	return up(b.black() && a.black() && w.same(a.Close, b.Close, 1))
}

func separatingLines(w *Window, _ float64) int {
	b, a := w.two()
	if b.color() == -a.color() && w.same(a.Open, b.Open, 1) && w.long(0) && (a.white() && w.noLower(0) || a.black() && w.noUpper(0)) {
		return 100 * a.color()
	}
	return 0
}

func tasukiGap(w *Window, _ float64) int {
	c, b, a := w.three()
	if b.color() == a.color() || math.Abs(b.body()-a.body()) >= w.is(near, 1) || !(a.Open < b.top() && a.Open > b.bottom()) {
		return 0
	}
	if b.gapUp(c) && b.white() && a.Close < b.Open && a.Close > c.top() ||
		b.gapDown(c) && b.black() && a.Close > b.Open && a.Close < c.bottom() {
		return 100 * b.color()
	}
	return 0
}
