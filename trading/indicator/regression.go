package indicator

// trend is what a straight line through equally spaced values needs: their mean,
// and the sum of products of the deviations of place and of value from their means.
// Runs are joined with Chan's formula for covariance: deviations keep the digits
// that sum(x*y) - sum(x)*sum(y)/n loses, and the mean has 106 bits, as in moments.
type trend struct {
	mean    pair
	product float64
}

func (t trend) with(n int, r [1]float64) trend {
	if n == 0 {
		return trend{mean: pair{hi: r[0]}}
	}
	d := t.mean.to(r[0])
	// The mean of the places 0 to n-1 is (n-1)/2, and the new place is n.
	return trend{t.mean.moved(d / float64(n+1)), t.product + float64(d*float64(n)/2)}
}

func (t trend) join(n int, o trend, m int) trend {
	d, share := t.mean.to(o.mean.hi)+o.mean.lo, float64(m)/float64(n+m)
	// The means of the places are (n+m)/2 apart, and n*m/(n+m) is the weight.
	return trend{t.mean.moved(float64(d * share)), t.product + o.product + float64(d*float64(n)*float64(m)/2)}
}

func (t trend) appendState(b []byte) []byte {
	return appendFloat(appendFloat(appendFloat(b, t.mean.hi), t.mean.lo), t.product)
}

func (t trend) load(r *reader, _ int) trend { return trend{pair{r.float(), r.float()}, r.float()} }

// slope is that of the least squares' line through n values, a bar; n is at least 2.
func (t trend) slope(n int) float64 {
	f := float64(n)
	return 12 * t.product / (f * (float64(f*f) - 1))
}

// at is the line's value at a place, of which the oldest value's is 0.
func (t trend) at(n int, place float64) float64 {
	return t.mean.hi + float64(t.slope(n)*(place-float64(n-1)/2))
}

// weighted is the mean with weights 1 to n, the most for the youngest value: the
// line's value a third of the way back from the youngest to the oldest.
func (t trend) weighted(n int) float64 {
	f := float64(n)
	return t.mean.hi + 2*t.product/(f*(f+1))
}

// weightedMean is the mean of the last n numbers with weights 1 to n, the most for
// the youngest: sum(weight * x) / (n * (n + 1) / 2).
type weightedMean struct{ rolling[[1]float64, trend] }

func newWeightedMean(n int) *weightedMean { return &weightedMean{newRolling[[1]float64, trend](n)} }

func (w *weightedMean) take(x float64, keep bool) (float64, bool) {
	t, ok := w.rolling.take([1]float64{x}, keep)
	return t.weighted(len(w.ring)), ok
}
