package indicator

// macd is the moving average convergence/divergence of closes: line = EMA(fast) -
// EMA(slow), signal = EMA of the line, histogram = line - signal. As in TA-Lib the
// fast average starts so that both have their first value at bar slow, and
// values count from the signal's first one. Outputs: line, signal, histogram.
type macd struct {
	fast, slow, signal average
	skip               int // bars before the fast average starts
	seen               int // at most skip
}

func newMACD(p []float64) Indicator {
	fast, slow := int(p[0]), int(p[1])
	if fast > slow {
		fast, slow = slow, fast
	}
	return &macd{fast: average{n: fast}, slow: average{n: slow}, signal: average{n: int(p[2])}, skip: slow - fast}
}

func (m *macd) Update(b Bar) {
	if m.seen < m.skip {
		m.seen++
	} else {
		m.fast.push(b.Close)
	}
	m.slow.push(b.Close)
	if m.slow.warm() {
		m.signal.push(m.fast.value - m.slow.value)
	}
}

func (m *macd) Peek(b Bar, out []float64) bool {
	if m.slow.count+1 < m.slow.n || m.signal.count+1 < m.signal.n {
		return false
	}
	line := m.fast.next(b.Close) - m.slow.next(b.Close)
	signal := m.signal.next(line)
	out[0], out[1], out[2] = line, signal, line-signal
	return true
}

func (m *macd) Last(out []float64) bool {
	line := m.fast.value - m.slow.value
	out[0], out[1], out[2] = line, m.signal.value, line-m.signal.value
	return m.signal.warm()
}

func (m *macd) AppendState(b []byte) []byte {
	return appendInt(m.signal.appendState(m.slow.appendState(m.fast.appendState(b))), m.seen)
}

func (m *macd) LoadState(b []byte) ([]byte, error) {
	r := &reader{b: b}
	m.fast.load(r)
	m.slow.load(r)
	m.signal.load(r)
	m.seen = r.bounded(0, m.skip)
	return r.b, r.err
}
