package indicator

// blend is a weighted sum of an exponential average, the average of that, and so on,
// which takes away the lag of one alone. Each starts with the first value of the one
// before; weights of 0 leave the first ones out of the sum.
type blend struct {
	cascade
	weights []float64
}

func newBlend(n int, weights ...float64) blend {
	c := make(cascade, len(weights))
	for i := range c {
		c[i].n = n
	}
	return blend{c, weights}
}

func (s blend) take(x float64, keep bool) (sum float64, ok bool) {
	for i := range s.cascade {
		if x, ok = s.cascade[i].take(x, keep); !ok {
			return 0, false
		}
		sum += float64(s.weights[i] * x)
	}
	return sum, true
}

// newDoubleAverage is Mulloy's DEMA: 2 * e1 - e2, e1 the EMA, e2 the EMA of e1.
func newDoubleAverage(n int) stage { return newBlend(n, 2, -1) }

// newTripleAverage is Mulloy's TEMA: 3 * e1 - 3 * e2 + e3.
func newTripleAverage(n int) stage { return newBlend(n, 3, -3, 1) }

// newTillson is Tillson's T3 of six averages (Smoothing techniques for more accurate
// signals, 1998): the DEMA with v instead of 1 for the weight of its correction, three
// times over, multiplied out.
func newTillson(n int, v float64) stage {
	square, cube := v*v, v*v*v
	return newBlend(n, 0, 0, 1+float64(3*v)+float64(3*square)+cube, -float64(6*square)-float64(3*(v+cube)), 3*(square+cube), -cube)
}
