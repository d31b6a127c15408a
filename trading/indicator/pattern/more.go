package pattern

// Patterns of four and five candles: e before d before c before b before a.

func (w *Window) four() (d, c, b, a *Candle) { return w.at(3), w.at(2), w.at(1), w.at(0) }

func threeBlackCrows(w *Window, _ float64) int {
	d, c, b, a := w.four()
	return down(d.white() && c.black() && w.noLower(2) && b.black() && w.noLower(1) && a.black() && w.noLower(0) &&
		b.Open < c.Open && b.Open > c.Close && a.Open < b.Open && a.Open > b.Close &&
		d.High > c.Close && c.Close > b.Close && b.Close > a.Close)
}

func threeLineStrike(w *Window, _ float64) int {
	d, c, b, a := w.four()
	if d.color() != c.color() || c.color() != b.color() || a.color() != -b.color() || !w.within(c.Open, 3) || !w.within(b.Open, 2) {
		return 0
	}
	if b.white() && b.Close > c.Close && c.Close > d.Close && a.Open > b.Close && a.Close < d.Open ||
		b.black() && b.Close < c.Close && c.Close < d.Close && a.Open < b.Close && a.Close > d.Open {
		return 100 * b.color()
	}
	return 0
}

func concealingBabySwallow(w *Window, _ float64) int {
	d, c, b, a := w.four()
	return up(d.black() && c.black() && b.black() && a.black() && w.noLower(3) && w.noUpper(3) && w.noLower(2) && w.noUpper(2) &&
		b.gapDown(c) && b.upper() > w.is(shadowNone, 1) && b.High > c.Close && a.High > b.High && a.Low < b.Low)
}

func breakaway(w *Window, _ float64) int {
	e := w.at(4)
	d, c, b, a := w.four()
	if !w.long(4) || e.color() != d.color() || d.color() != b.color() || b.color() != -a.color() {
		return 0
	}
	if e.black() && d.gapDown(e) && c.High < d.High && c.Low < d.Low && b.High < c.High && b.Low < c.Low && a.Close > d.Open && a.Close < e.Close ||
		e.white() && d.gapUp(e) && c.High > d.High && c.Low > d.Low && b.High > c.High && b.Low > c.Low && a.Close < d.Open && a.Close > e.Close {
		return 100 * a.color()
	}
	return 0
}

func ladderBottom(w *Window, _ float64) int {
	e := w.at(4)
	d, c, b, a := w.four()
	return up(e.black() && d.black() && c.black() && e.Open > d.Open && d.Open > c.Open && e.Close > d.Close && d.Close > c.Close &&
		b.black() && b.upper() > w.is(shadowNone, 1) && a.white() && a.Open > b.Open && a.Close > b.High)
}

func matHold(w *Window, penetration float64) int {
	e := w.at(4)
	d, c, b, a := w.four()
	if !w.long(4) || !w.short(3) || !w.short(2) || !w.short(1) || !e.white() || !d.black() || !a.white() || !d.gapUp(e) {
		return 0
	}
	floor := e.Close - float64(e.body()*penetration)
	return up(c.bottom() < e.Close && b.bottom() < e.Close && c.bottom() > floor && b.bottom() > floor &&
		c.top() < d.Open && b.top() < c.top() && a.Open > b.Close && a.Close > max(d.High, c.High, b.High))
}

func riseFallThreeMethods(w *Window, _ float64) int {
	e := w.at(4)
	d, c, b, a := w.four()
	if !w.long(4) || !w.short(3) || !w.short(2) || !w.short(1) || !w.long(0) ||
		e.color() != -d.color() || d.color() != c.color() || c.color() != b.color() || b.color() != -a.color() {
		return 0
	}
	for _, x := range [...]*Candle{d, c, b} {
		if x.bottom() >= e.High || x.top() <= e.Low {
			return 0
		}
	}
	sign := float64(e.color())
	if c.Close*sign < d.Close*sign && b.Close*sign < c.Close*sign && a.Open*sign > b.Close*sign && a.Close*sign > e.Close*sign {
		return 100 * e.color()
	}
	return 0
}

// hikkake is an inside candle and one that leaves it: ±100 at that candle, and
// ±200 at the first of the next three that closes beyond the inside one the other
// way, unless another hikkake comes first.
func hikkake(w *Window, _ float64) int { return w.confirmed(w.hikkakeAt) }

func hikkakeModified(w *Window, _ float64) int { return w.confirmed(w.modifiedAt) }

func (w *Window) hikkakeAt(k int) int {
	c, b, a := w.at(k+2), w.at(k+1), w.at(k)
	if b.High >= c.High || b.Low <= c.Low {
		return 0
	}
	return leaves(b, a, true, true)
}

func (w *Window) modifiedAt(k int) int {
	d, c, b, a := w.at(k+3), w.at(k+2), w.at(k+1), w.at(k)
	if c.High >= d.High || c.Low <= d.Low || b.High >= c.High || b.Low <= c.Low {
		return 0
	}
	n := w.is(near, k+2)
	return leaves(b, a, c.Close <= c.Low+n, c.Close >= c.High-n)
}

// leaves gives 100 when a leaves b downward, a bull trap's opposite, and -100
// upward, where each is allowed.
func leaves(b, a *Candle, downward, upward bool) int {
	switch {
	case a.High < b.High && a.Low < b.Low && downward:
		return 100
	case a.High > b.High && a.Low > b.Low && upward:
		return -100
	}
	return 0
}

// confirmed gives the pattern at the present candle, or doubles the one of up to
// three candles ago that the present candle is the first to confirm.
func (w *Window) confirmed(at func(k int) int) int {
	if found := at(0); found != 0 {
		return found
	}
	for k := 1; k <= 3; k++ {
		found := at(k)
		if found == 0 {
			continue
		}
		for j := k - 1; j > 0; j-- {
			if w.beyond(found, k, j) {
				return 0 // confirmed before
			}
		}
		if w.beyond(found, k, 0) {
			return 2 * found
		}
		return 0
	}
	return 0
}

// beyond tells whether the candle of j ago closes beyond the inside candle of the
// pattern of k ago.
func (w *Window) beyond(found, k, j int) bool {
	inside := w.at(k + 1)
	return found > 0 && w.at(j).Close > inside.High || found < 0 && w.at(j).Close < inside.Low
}
