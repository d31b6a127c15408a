package indicator

// newICHIMOKU is Hosoda's Ichimoku Kinko Hyo (1969). The conversion line (tenkan) and
// the base line (kijun) are the middles of the highest high and the lowest low of
// their periods; span A of the cloud is the middle of those two, span B that of the
// third period's high and low, both drawn as many bars ahead as the base line has. So
// that nothing looks ahead, the spans given are those that stand at the present bar:
// worked out that many bars ago. The lagging line (chikou) is the close, drawn back.
func newICHIMOKU(p []float64) Indicator {
	base := int(p[1])
	tenkan, kijun, wide := newSpan(int(p[0])), newSpan(base), newSpan(int(p[2]))
	pastA, pastB := newLag(base), newLag(base)
	return newStepped(4, func(b Bar, keep bool, out []float64) bool {
		t, tenkanWarm := tenkan.middle(b, keep)
		k, kijunWarm := kijun.middle(b, keep)
		w, wideWarm := wide.middle(b, keep)
		if !tenkanWarm || !kijunWarm || !wideWarm {
			return false
		}
		a, ok := pastA.take((t+k)/2, keep)
		out[0], out[1], out[2] = t, k, a
		out[3], _ = pastB.take(w, keep)
		return ok
	}, tenkan, kijun, wide, pastA, pastB)
}
