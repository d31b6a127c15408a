package indicator

// lag remembers the last n numbers and gives the one of n numbers ago.
type lag struct {
	ring  []float64
	next  int // where the next number goes; the oldest, once full
	count int
}

func newLag(n int) *lag { return &lag{ring: make([]float64, n)} }

func (l *lag) take(x float64, keep bool) (float64, bool) {
	past, ok := l.ring[l.next], l.count == len(l.ring)
	if keep {
		l.ring[l.next] = x
		l.count = min(l.count+1, len(l.ring))
		if l.next++; l.next == len(l.ring) {
			l.next = 0
		}
	}
	return past, ok
}

func (l *lag) appendState(b []byte) []byte {
	b = appendInt(appendInt(b, len(l.ring)), l.count)
	first := 0
	if l.count == len(l.ring) {
		first = l.next
	}
	for i := range l.count {
		b = appendFloat(b, l.ring[(first+i)%len(l.ring)])
	}
	return b
}

func (l *lag) load(r *reader) {
	r.expect(len(l.ring))
	l.count = r.bounded(0, len(l.ring))
	for i := range l.count {
		l.ring[i] = r.float()
	}
	l.next = l.count % len(l.ring)
}

// before remembers prices of the bar before.
type before struct {
	high, low, close float64
	seen             bool
}

// take gives the bar before b, and whether there is one. With keep it takes b in.
func (p *before) take(b Bar, keep bool) (before, bool) {
	was := *p
	if keep {
		*p = before{b.High, b.Low, b.Close, true}
	}
	return was, was.seen
}

// trueRange is the range of b together with the close before it.
func (p before) trueRange(b Bar) float64 {
	return max(b.High-b.Low, b.High-p.close, p.close-b.High, b.Low-p.close, p.close-b.Low)
}

func (p *before) appendState(b []byte) []byte {
	return appendBool(appendFloat(appendFloat(appendFloat(b, p.high), p.low), p.close), p.seen)
}

func (p *before) load(r *reader) {
	*p = before{r.float(), r.float(), r.float(), r.bool()}
}
