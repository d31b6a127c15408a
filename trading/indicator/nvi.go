package indicator

import "math"

// newNVI is the negative volume index: 1000 at first, and it changes as the close
// does, in proportion, at bars with less volume than the one before.
func newNVI([]float64) Indicator {
	return newVolumeIndex(func(volume, past float64) bool { return volume < past })
}

// newPVI is the positive volume index: the same at bars with more volume.
func newPVI([]float64) Indicator {
	return newVolumeIndex(func(volume, past float64) bool { return volume > past })
}

// newVolumeIndex changes at the bars that counts tells. As in TA-Lib the index stays
// as it is where the close before was 0 and where it would no longer be finite.
func newVolumeIndex(counts func(volume, past float64) bool) Indicator {
	closes, volumes, index := newLag(1), newLag(1), &level{1000}
	return newStepped(1, func(b Bar, keep bool, out []float64) bool {
		price, seen := closes.take(b.Close, keep)
		volume, _ := volumes.take(b.Volume, keep)
		v := index.value
		if seen && price != 0 && counts(b.Volume, volume) {
			if next := v + float64((b.Close-price)/price*v); !math.IsInf(next, 0) && !math.IsNaN(next) {
				v = next
			}
		}
		if keep {
			index.value = v
		}
		out[0] = v
		return true
	}, closes, volumes, index)
}

// level is a number that is kept from bar to bar.
type level struct{ value float64 }

func (l *level) appendState(b []byte) []byte { return appendFloat(b, l.value) }

func (l *level) load(r *reader) { l.value = r.float() }
