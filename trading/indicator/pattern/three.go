package pattern

// Patterns of three candles: c before b before a.

func (w *Window) three() (c, b, a *Candle) { return w.at(2), w.at(1), w.at(0) }

func twoCrows(w *Window, _ float64) int {
	c, b, a := w.three()
	return down(c.white() && w.long(2) && b.black() && b.gapUp(c) && a.black() &&
		a.Open < b.Open && a.Open > b.Close && a.Close > c.Open && a.Close < c.Close)
}

func upsideGapTwoCrows(w *Window, _ float64) int {
	c, b, a := w.three()
	return down(c.white() && w.long(2) && b.black() && w.small(1) && b.gapUp(c) && a.black() &&
		a.Open > b.Open && a.Close < b.Close && a.Close > c.Close)
}

func threeInside(w *Window, _ float64) int {
	c, b, a := w.three()
	if w.long(2) && w.small(1) && b.top() < c.top() && b.bottom() > c.bottom() &&
		(c.white() && a.black() && a.Close < c.Open || c.black() && a.white() && a.Close > c.Open) {
		return -100 * c.color()
	}
	return 0
}

func threeOutside(w *Window, _ float64) int {
	c, b, a := w.three()
	if b.white() && c.black() && b.Close > c.Open && b.Open < c.Close && a.Close > b.Close ||
		b.black() && c.white() && b.Open > c.Close && b.Close < c.Open && a.Close < b.Close {
		return 100 * b.color()
	}
	return 0
}

func threeStarsInSouth(w *Window, _ float64) int {
	c, b, a := w.three()
	return up(c.black() && b.black() && a.black() && w.long(2) && c.lower() > w.is(shadowLong, 2) &&
		b.body() < c.body() && b.Open > c.Close && b.Open <= c.High && b.Low < c.Close && b.Low >= c.Low && b.lower() > w.is(shadowNone, 1) &&
		w.short(0) && w.noLower(0) && w.noUpper(0) && a.Low > b.Low && a.High < b.High)
}

// climbs tells whether three white candles close higher and higher, each opening
// in the body before or near it.
func (w *Window) climbs() bool {
	c, b, a := w.three()
	return c.white() && b.white() && a.white() && a.Close > b.Close && b.Close > c.Close && b.Open > c.Open && b.Open <= c.Close+w.is(near, 2)
}

func threeWhiteSoldiers(w *Window, _ float64) int {
	c, b, a := w.three()
	return up(w.climbs() && w.noUpper(2) && w.noUpper(1) && w.noUpper(0) && a.Open > b.Open && a.Open <= b.Close+w.is(near, 1) &&
		b.body() > c.body()-w.is(far, 2) && a.body() > b.body()-w.is(far, 1) && w.sized(0))
}

func advanceBlock(w *Window, _ float64) int {
	c, b, a := w.three()
	if !w.climbs() || a.Open <= b.Open || a.Open > b.Close+w.is(near, 1) || !w.long(2) || c.upper() >= w.is(shadowShort, 2) {
		return 0
	}
	return down(b.body() < c.body()-w.is(far, 2) && a.body() < b.body()+w.is(near, 1) ||
		a.body() < b.body()-w.is(far, 1) ||
		a.body() < b.body() && b.body() < c.body() && (a.upper() > w.is(shadowShort, 0) || b.upper() > w.is(shadowShort, 1)) ||
		a.body() < b.body() && a.upper() > w.is(shadowLong, 0))
}

func stalled(w *Window, _ float64) int {
	_, b, a := w.three()
	return down(w.climbs() && w.long(2) && w.long(1) && w.noUpper(1) && w.short(0) && a.Open >= b.Close-a.body()-w.is(near, 1))
}

func abandonedBaby(w *Window, penetration float64) int {
	c, b, a := w.three()
	if !w.long(2) || !w.doji(1) || !w.sized(0) {
		return 0
	}
	deep := float64(c.body() * penetration)
	if c.white() && a.black() && a.Close < c.Close-deep && b.leapUp(c) && a.leapDown(b) ||
		c.black() && a.white() && a.Close > c.Close+deep && b.leapDown(c) && a.leapUp(b) {
		return 100 * a.color()
	}
	return 0
}

func eveningDojiStar(w *Window, penetration float64) int {
	return down(w.doji(1) && w.evening(penetration))
}

func eveningStar(w *Window, penetration float64) int {
	return down(w.small(1) && w.evening(penetration))
}

func (w *Window) evening(penetration float64) bool {
	c, b, a := w.three()
	return w.long(2) && c.white() && b.gapUp(c) && w.sized(0) && a.black() && a.Close < c.Close-float64(c.body()*penetration)
}

func morningDojiStar(w *Window, penetration float64) int {
	return up(w.doji(1) && w.morning(penetration))
}

func morningStar(w *Window, penetration float64) int { return up(w.small(1) && w.morning(penetration)) }

func (w *Window) morning(penetration float64) bool {
	c, b, a := w.three()
	return w.long(2) && c.black() && b.gapDown(c) && w.sized(0) && a.white() && a.Close > c.Close+float64(c.body()*penetration)
}

func gapSideSideWhite(w *Window, _ float64) int {
	c, b, a := w.three()
	rises, falls := b.gapUp(c) && a.gapUp(c), b.gapDown(c) && a.gapDown(c)
	if !rises && !falls || !b.white() || !a.white() {
		return 0
	}
	n := w.is(near, 1)
	if a.body() < b.body()-n || a.body() > b.body()+n || !w.same(a.Open, b.Open, 1) {
		return 0
	}
	if rises {
		return 100
	}
	return -100
}

func identicalThreeCrows(w *Window, _ float64) int {
	c, b, a := w.three()
	return down(c.black() && w.noLower(2) && b.black() && w.noLower(1) && a.black() && w.noLower(0) &&
		c.Close > b.Close && b.Close > a.Close && w.same(b.Open, c.Close, 2) && w.same(a.Open, b.Close, 1))
}

func stickSandwich(w *Window, _ float64) int {
	c, b, a := w.three()
	return up(c.black() && b.white() && a.black() && b.Low > c.Close && w.same(a.Close, c.Close, 2))
}

// tristar holds all three bodies against the candles before the first.
func tristar(w *Window, _ float64) int {
	c, b, a := w.three()
	small := w.is(bodyDoji, 2)
	if c.body() > small || b.body() > small || a.body() > small {
		return 0
	}
	if b.gapUp(c) && a.top() < b.top() {
		return -100
	}
	return up(b.gapDown(c) && a.bottom() > b.bottom())
}

func uniqueThreeRiver(w *Window, _ float64) int {
	c, b, a := w.three()
	return up(w.long(2) && c.black() && b.black() && b.Close > c.Close && b.Open <= c.Open && b.Low < c.Low && w.short(0) && a.white() && a.Open > b.Low)
}

func gapThreeMethods(w *Window, _ float64) int {
	c, b, a := w.three()
	if c.color() == b.color() && b.color() == -a.color() && a.Open < b.top() && a.Open > b.bottom() && a.Close < c.top() && a.Close > c.bottom() &&
		(c.white() && b.gapUp(c) || c.black() && b.gapDown(c)) {
		return 100 * c.color()
	}
	return 0
}
