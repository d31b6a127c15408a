package pattern

// Patterns of one candle, held against those before.

func belthold(w *Window, _ float64) int {
	c := w.at(0)
	if w.long(0) && (c.white() && w.noLower(0) || c.black() && w.noUpper(0)) {
		return 100 * c.color()
	}
	return 0
}

func closingMarubozu(w *Window, _ float64) int {
	c := w.at(0)
	if w.long(0) && (c.white() && w.noUpper(0) || c.black() && w.noLower(0)) {
		return 100 * c.color()
	}
	return 0
}

func marubozu(w *Window, _ float64) int {
	if w.long(0) && w.noUpper(0) && w.noLower(0) {
		return 100 * w.at(0).color()
	}
	return 0
}

func doji(w *Window, _ float64) int { return up(w.doji(0)) }

func dragonflyDoji(w *Window, _ float64) int {
	return up(w.doji(0) && w.noUpper(0) && w.at(0).lower() > w.is(shadowNone, 0))
}

func gravestoneDoji(w *Window, _ float64) int {
	return up(w.doji(0) && w.noLower(0) && w.at(0).upper() > w.is(shadowNone, 0))
}

func longLeggedDoji(w *Window, _ float64) int {
	c, long := w.at(0), w.is(shadowLong, 0)
	return up(w.doji(0) && (c.lower() > long || c.upper() > long))
}

func rickshawMan(w *Window, _ float64) int {
	c, long := w.at(0), w.is(shadowLong, 0)
	if !w.doji(0) || c.lower() <= long || c.upper() <= long {
		return 0
	}
	middle, n := c.Low+c.spread()/2, w.is(near, 0)
	return up(c.bottom() <= middle+n && c.top() >= middle-n)
}

func takuri(w *Window, _ float64) int {
	return up(w.doji(0) && w.noUpper(0) && w.at(0).lower() > w.is(shadowVeryLong, 0))
}

func highWave(w *Window, _ float64) int {
	c, long := w.at(0), w.is(shadowVeryLong, 0)
	if w.short(0) && c.upper() > long && c.lower() > long {
		return 100 * c.color()
	}
	return 0
}

func longLine(w *Window, _ float64) int {
	c, few := w.at(0), w.is(shadowShort, 0)
	if w.long(0) && c.upper() < few && c.lower() < few {
		return 100 * c.color()
	}
	return 0
}

func shortLine(w *Window, _ float64) int {
	c, few := w.at(0), w.is(shadowShort, 0)
	if w.short(0) && c.upper() < few && c.lower() < few {
		return 100 * c.color()
	}
	return 0
}

func spinningTop(w *Window, _ float64) int {
	c := w.at(0)
	if w.short(0) && c.upper() > c.body() && c.lower() > c.body() {
		return 100 * c.color()
	}
	return 0
}

// up and down give a pattern that has one direction only.
func up(found bool) int {
	if found {
		return 100
	}
	return 0
}

func down(found bool) int { return -up(found) }
