package indicator

// average is an exponential moving average that starts as the mean of its first
// n values: value += k * (x - value), k = 2 / (n + 1). It is TA-Lib's EMA.
type average struct {
	n     int
	count int
	value float64 // while count < n, the sum so far
}

func (a *average) warm() bool { return a.count >= a.n }

// next gives the value after x, which is meaningful once count+1 >= n.
func (a *average) next(x float64) float64 {
	switch {
	case a.n == 1:
		return x // value + (x - value) could lose it beside a large value
	case a.count+1 < a.n:
		return a.value + x
	case a.count+1 == a.n:
		return (a.value + x) / float64(a.n)
	default:
		return a.value + float64(2/float64(a.n+1)*(x-a.value))
	}
}

func (a *average) push(x float64) {
	a.value = a.next(x)
	if a.count < a.n {
		a.count++
	}
}

func (a *average) appendState(b []byte) []byte {
	return appendFloat(appendInt(appendInt(b, a.n), a.count), a.value)
}

func (a *average) load(r *reader) {
	r.expect(a.n)
	a.count, a.value = r.bounded(0, a.n), r.float()
}

// ema is the exponential moving average of closes.
type ema struct{ average }

func newEMA(p []float64) Indicator { return &ema{average{n: int(p[0])}} }

func (e *ema) Update(b Bar) { e.push(b.Close) }

func (e *ema) Peek(b Bar, out []float64) bool {
	if e.count+1 < e.n {
		return false
	}
	out[0] = e.next(b.Close)
	return true
}

func (e *ema) Last(out []float64) bool {
	out[0] = e.value
	return e.warm()
}

func (e *ema) AppendState(b []byte) []byte { return e.appendState(b) }

func (e *ema) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	e.load(r)
	return r.b, r.err
}
